/* SPDX-License-Identifier: MIT
 *
 * The functions of libcurl that are used, loaded when they are needed.
 *
 *     curl_library curl;
 *     status = curl_library_load(&curl, &error);
 *     CURL *easy = curl.easy_init();
 *     curl.easy_setopt(easy, CURLOPT_URL, url);
 *
 * The names are libcurl's without "curl_", which are macros in part.
 */
#ifndef UNPEG_STORE_CURL_LIBRARY_H
#define UNPEG_STORE_CURL_LIBRARY_H

#include <curl/curl.h>

#include "unpeg/status.h"

typedef struct curl_library {
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_global_cleanup) *global_cleanup;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_multi_init) *multi_init;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_multi_info_read) *multi_info_read;
} curl_library;

/* UNSUPPORTED when libcurl is not there. */
UNPEG_MUST_CHECK unpeg_status curl_library_load(curl_library *curl, unpeg_error *error);

#endif
