/* SPDX-License-Identifier: MIT */
#include "curl_library.h"

#include "library.h"

unpeg_status curl_library_load(curl_library *curl, unpeg_error *error)
{
    static const library_function functions[] = {
        LIBRARY_FUNCTION(curl_library, global_init, curl_global_init),
        LIBRARY_FUNCTION(curl_library, global_cleanup, curl_global_cleanup),
        LIBRARY_FUNCTION(curl_library, easy_init, curl_easy_init),
        LIBRARY_FUNCTION(curl_library, easy_cleanup, curl_easy_cleanup),
        LIBRARY_FUNCTION(curl_library, easy_reset, curl_easy_reset),
        LIBRARY_FUNCTION(curl_library, easy_setopt, curl_easy_setopt),
        LIBRARY_FUNCTION(curl_library, easy_getinfo, curl_easy_getinfo),
        LIBRARY_FUNCTION(curl_library, easy_strerror, curl_easy_strerror),
        LIBRARY_FUNCTION(curl_library, slist_append, curl_slist_append),
        LIBRARY_FUNCTION(curl_library, slist_free_all, curl_slist_free_all),
        LIBRARY_FUNCTION(curl_library, multi_init, curl_multi_init),
        LIBRARY_FUNCTION(curl_library, multi_cleanup, curl_multi_cleanup),
        LIBRARY_FUNCTION(curl_library, multi_add_handle, curl_multi_add_handle),
        LIBRARY_FUNCTION(curl_library, multi_remove_handle, curl_multi_remove_handle),
        LIBRARY_FUNCTION(curl_library, multi_perform, curl_multi_perform),
        LIBRARY_FUNCTION(curl_library, multi_poll, curl_multi_poll),
        LIBRARY_FUNCTION(curl_library, multi_info_read, curl_multi_info_read),
    };
    static const library spec = {{"libcurl.so.4", "libcurl-gnutls.so.4"},
                                 "libcurl4",
                                 functions,
                                 sizeof functions / sizeof functions[0]};
    return library_load(&spec, curl, error);
}
