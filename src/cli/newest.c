/* SPDX-License-Identifier: MIT */
#include "newest.h"

#include <stdio.h>

unpeg_status newest_list(const store_request *wanted, unpeg_store *store, unpeg_listing *ret,
                         unpeg_error *error)
{
    char prefix[UNPEG_KEY_SEGMENT_MAX + 2];
    const char *env = store_request_env(wanted);
    unpeg_list_query query = {
        .struct_size = sizeof query, .realm = wanted->realm, .logs_only = !wanted->all};
    if (env != NULL) {
        unpeg_key_segment segment;
        unpeg_key_segment_make(env, &segment);
        snprintf(prefix, sizeof prefix, "%s/", segment.text);
        query.prefix = prefix;
    }
    return unpeg_store_list(store, &query, ret, error);
}
