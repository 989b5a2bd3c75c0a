/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <stdlib.h>

#include "grow.h"

bool listing_wants(const unpeg_list_query *query, const char *key)
{
    static const char *const endings[] = {".v8log", ".v8log.zst"};
    bool is_log = !query->logs_only;
    size_t len = strlen(key);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t end_len = strlen(endings[i]);
        is_log = is_log || (len >= end_len && strcmp(key + len - end_len, endings[i]) == 0);
    }
    return is_log && (!query->realm || unpeg_key_has_realm(key, query->realm));
}

static int newest_first(const void *left, const void *right)
{
    const unpeg_object *a = left;
    const unpeg_object *b = right;
    if (a->modified_us != b->modified_us)
        return a->modified_us > b->modified_us ? -1 : 1;
    int64_t time_a = unpeg_key_time_us(a->key);
    int64_t time_b = unpeg_key_time_us(b->key);
    if (time_a != time_b)
        return time_a > time_b ? -1 : 1;
    return strcmp(b->key, a->key);
}

/* Two keys of one folder may have the same time of the store's clock and not the same second of
 * their own; nothing here is equal but an object to itself. */
void listing_sort(unpeg_listing *listing)
{
    if (listing->count != 0)
        qsort(listing->objects, listing->count, sizeof listing->objects[0], newest_first);
}

static unpeg_status take_object(void *user, const unpeg_object *object)
{
    listing_builder *b = user;
    if (!listing_wants(b->query, object->key))
        return UNPEG_OK;
    if (b->listing.count == UNPEG_LISTING_MAX)
        return unpeg_error_set(b->error, UNPEG_LIMIT, "more than %d objects; name a prefix",
                               UNPEG_LISTING_MAX);
    if (!grow_reserve((void **)&b->listing.objects, &b->capacity, b->listing.count + 1,
                      sizeof *object))
        return unpeg_error_set(b->error, UNPEG_NO_MEMORY, "no memory for the listing");
    unpeg_object copy = *object;
    copy.key = strdup(object->key);
    if (!copy.key)
        return unpeg_error_set(b->error, UNPEG_NO_MEMORY, "no memory for the listing");
    b->listing.objects[b->listing.count++] = copy;
    return UNPEG_OK;
}

unpeg_status unpeg_store_list(unpeg_store *store, const unpeg_list_query *query, unpeg_listing *ret,
                              unpeg_error *error)
{
    const unpeg_list_query all = {.struct_size = sizeof all};
    listing_builder builder = {.query = query ? query : &all, .error = error};
    const char *prefix = builder.query->prefix;
    const store_list list = {.prefix = prefix ? prefix : "", .each = take_object, .user = &builder};
    unpeg_status status = store_ended(store, error);
    if (status == UNPEG_OK)
        status = store->ops->list(store, &list, error);
    listing_sort(&builder.listing);
    if (status == UNPEG_OK)
        *ret = builder.listing;
    else
        unpeg_listing_deinit(&builder.listing);
    return status;
}

void unpeg_listing_deinit(unpeg_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        free(listing->objects[i].key);
    free(listing->objects);
    *listing = (unpeg_listing){0};
}
