/* SPDX-License-Identifier: MIT */
#include "capstone_api.h"

#include <dlfcn.h>

/* The release whose structures the headers describe. */
#define LIBRARY "libcapstone.so.4"

/* ISO C has no conversion from a data pointer to a function pointer; POSIX dlsym needs one. */
static bool find(void *library, const char *name, void *ret)
{
    void *symbol = dlsym(library, name);
    memcpy(ret, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool find_all(capstone_api *api)
{
    return find(api->library, "cs_open", &api->open) &&
           find(api->library, "cs_close", &api->close) &&
           find(api->library, "cs_option", &api->option) &&
           find(api->library, "cs_malloc", &api->new_instruction) &&
           find(api->library, "cs_free", &api->free_instruction) &&
           find(api->library, "cs_disasm_iter", &api->next) &&
           find(api->library, "cs_insn_group", &api->in_group);
}

unpeg_status capstone_api_load(capstone_api *ret, unpeg_error *error)
{
    *ret = (capstone_api){.library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL)};
    if (!ret->library)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "disassembling needs " LIBRARY " (Debian package libcapstone4)");
    if (find_all(ret))
        return UNPEG_OK;
    capstone_api_unload(ret);
    return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                           LIBRARY " lacks a function that it should have");
}

void capstone_api_unload(capstone_api *api)
{
    if (api->library)
        dlclose(api->library);
    *api = (capstone_api){.library = NULL};
}
