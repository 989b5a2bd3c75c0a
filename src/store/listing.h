/* SPDX-License-Identifier: MIT
 *
 * Which objects a query is about, and their order.
 *
 *     if (listing_wants(&query, key)) ...
 *     listing_sort(&listing);            newest first
 */
#ifndef UNPEG_STORE_LISTING_H
#define UNPEG_STORE_LISTING_H

#include "store_backend.h"

/* A listing while it is collected. */
typedef struct listing_builder {
    const unpeg_list_query *query;
    unpeg_error *error;
    unpeg_listing listing;
    size_t capacity;
} listing_builder;

/* The prefix of the query was the store's business. */
bool listing_wants(const unpeg_list_query *query, const char *key);

void listing_sort(unpeg_listing *listing);

#endif
