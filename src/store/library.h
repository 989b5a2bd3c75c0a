/* SPDX-License-Identifier: MIT
 *
 * A shared library that is loaded when it is needed: a table of its functions, filled by name.
 * Programs that never reach the network do not pay for libcurl and libcrypto at their start.
 *
 *     static const library_function functions[] = {LIBRARY_FUNCTION(crypto, hmac, HMAC), ...};
 *     static const library spec = {{"libcrypto.so.3"}, "libssl3", functions, count};
 *     status = library_load(&spec, &table, &error);
 *
 * What was loaded stays until the process ends; loading it again is cheap.
 */
#ifndef UNPEG_STORE_LIBRARY_H
#define UNPEG_STORE_LIBRARY_H

#include "unpeg/status.h"

typedef struct library_function {
    const char *name;
    size_t offset; /* of the function's pointer in the table */
} library_function;

#define LIBRARY_FUNCTION(table, member, function)                                                  \
    {                                                                                              \
#function, offsetof(table, member)                                                         \
    }

enum { LIBRARY_FILES = 3 };

typedef struct library {
    const char *files[LIBRARY_FILES]; /* tried in this order; NULL: no more */
    const char *package;              /* what to install on Debian */
    const library_function *functions;
    size_t count;
} library;

/* UNSUPPORTED when there is no such library, or one without these functions. */
UNPEG_MUST_CHECK unpeg_status library_load(const library *spec, void *table, unpeg_error *error);

#endif
