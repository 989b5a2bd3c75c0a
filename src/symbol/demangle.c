/* SPDX-License-Identifier: MIT */
#include "demangle.h"

#include <libiberty/demangle.h>
#include <string.h>

/* A hostile name can nest as deep as it is long, and can expand far beyond that; libiberty limits
 * its recursion, and this its input. */
enum { MAX_MANGLED_BYTES = 4096 };

char *demangle(const char *name)
{
    if (name[0] != '_' || strnlen(name, MAX_MANGLED_BYTES) == MAX_MANGLED_BYTES)
        return NULL;
    return cplus_demangle(name, DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);
}
