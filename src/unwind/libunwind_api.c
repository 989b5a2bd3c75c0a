/* SPDX-License-Identifier: MIT */
#include "libunwind_api.h"

#include <dlfcn.h>

/* The release whose structures the headers describe, and how it names its functions. */
#if defined(__aarch64__)
#define LIBRARY "libunwind-aarch64.so.8"
#define NAME(function) "_Uaarch64_" function
#else
#define LIBRARY "libunwind-x86_64.so.8"
#define NAME(function) "_Ux86_64_" function
#endif

target_arch libunwind_api_arch(void)
{
#if defined(__aarch64__)
    return TARGET_AARCH64;
#else
    return TARGET_X86_64;
#endif
}

/* ISO C has no conversion from a data pointer to a function pointer; POSIX dlsym needs one. */
static bool find(void *library, const char *name, void *ret)
{
    void *symbol = dlsym(library, name);
    memcpy(ret, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool find_all(libunwind_api *api)
{
    return find(api->library, NAME("create_addr_space"), &api->create_space) &&
           find(api->library, NAME("destroy_addr_space"), &api->destroy_space) &&
           find(api->library, NAME("init_remote"), &api->init) &&
           find(api->library, NAME("step"), &api->step) &&
           find(api->library, NAME("get_reg"), &api->get_register) &&
           find(api->library, NAME("dwarf_search_unwind_table"), &api->search);
}

unpeg_status libunwind_api_load(libunwind_api *ret)
{
    *ret = (libunwind_api){.library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL)};
    if (!ret->library)
        return UNPEG_UNSUPPORTED;
    if (find_all(ret))
        return UNPEG_OK;
    libunwind_api_unload(ret);
    return UNPEG_UNSUPPORTED;
}

void libunwind_api_unload(libunwind_api *api)
{
    if (api->library)
        dlclose(api->library);
    *api = (libunwind_api){.library = NULL};
}
