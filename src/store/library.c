/* SPDX-License-Identifier: MIT */
#include "library.h"

#include <dlfcn.h>

static void *open_first(const library *spec)
{
    void *handle = NULL;
    for (size_t i = 0; i < LIBRARY_FILES && spec->files[i] != NULL && handle == NULL; i++)
        handle = dlopen(spec->files[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    return handle;
}

/* POSIX lets a pointer to data hold one to a function; C does not convert them. */
static void set_function(void *table, size_t offset, void *address)
{
    _Static_assert(sizeof address == sizeof(void (*)(void)), "one size of pointer");
    memcpy((char *)table + offset, &address, sizeof address);
}

unpeg_status library_load(const library *spec, void *table, unpeg_error *error)
{
    void *handle = open_first(spec);
    if (handle == NULL)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED, "%s is not installed (Debian package %s)",
                               spec->files[0], spec->package);
    for (size_t i = 0; i < spec->count; i++) {
        void *address = dlsym(handle, spec->functions[i].name);
        if (address == NULL) {
            dlclose(handle);
            return unpeg_error_set(error, UNPEG_UNSUPPORTED, "%s has no %s (Debian package %s)",
                                   spec->files[0], spec->functions[i].name, spec->package);
        }
        set_function(table, spec->functions[i].offset, address);
    }
    dlclose(handle);
    return UNPEG_OK;
}
