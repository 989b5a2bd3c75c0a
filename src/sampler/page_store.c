/* SPDX-License-Identifier: MIT */
#include "page_store.h"

#include <stdlib.h>

#include "grow.h"

enum { SPACE_SHIFT = 52 }; /* above the page numbers of 64-bit addresses */

static uint64_t key_of(uint32_t space, uint64_t address)
{
    return (uint64_t)space << SPACE_SHIFT | address / PAGE_STORE_PAGE;
}

static stored_page *find_page(const page_store *store, uint32_t space, uint64_t address)
{
    uint32_t place = u64map_get(&store->index, key_of(space, address));
    return place != 0 ? store->pages[place - 1] : NULL;
}

static unpeg_status make_page(page_store *store, uint32_t space, uint64_t address,
                              stored_page **ret)
{
    *ret = find_page(store, space, address);
    if (*ret)
        return UNPEG_OK;
    if (store->count >= PAGE_STORE_PAGES_MAX)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&store->pages, &store->capacity, store->count + 1,
                      sizeof *store->pages))
        return UNPEG_NO_MEMORY;
    stored_page *page = calloc(1, sizeof *page);
    if (!page || !u64map_put(&store->index, key_of(space, address), (uint32_t)store->count + 1)) {
        free(page);
        return UNPEG_NO_MEMORY;
    }
    store->pages[store->count++] = page;
    *ret = page;
    return UNPEG_OK;
}

static size_t part_in_page(uint64_t address, size_t size)
{
    size_t left = PAGE_STORE_PAGE - (size_t)(address % PAGE_STORE_PAGE);
    return left < size ? left : size;
}

static void mark_known(stored_page *page, size_t from, size_t len)
{
    for (size_t i = from; i < from + len;) {
        if (i % 64 == 0 && from + len - i >= 64) {
            page->known[i / 64] = UINT64_MAX;
            i += 64;
        } else {
            page->known[i / 64] |= UINT64_C(1) << (i % 64);
            i++;
        }
    }
}

unpeg_status page_store_put(page_store *store, uint32_t space, uint64_t address, unpeg_slice bytes)
{
    if (bytes.len > UINT64_MAX - address || space >= PAGE_STORE_SPACES)
        return UNPEG_ARGUMENT;
    while (bytes.len != 0) {
        stored_page *page;
        size_t from = (size_t)(address % PAGE_STORE_PAGE);
        size_t len = part_in_page(address, bytes.len);
        unpeg_status status = make_page(store, space, address, &page);
        if (status != UNPEG_OK)
            return status;
        memcpy(page->bytes + from, bytes.data, len);
        mark_known(page, from, len);
        address += len;
        bytes = (unpeg_slice){bytes.data + len, bytes.len - len};
    }
    return UNPEG_OK;
}

/* Up to len known bytes from an offset on. */
static size_t known_run(const stored_page *page, size_t from, size_t len)
{
    size_t i = from;
    while (i < from + len) {
        uint64_t word = page->known[i / 64];
        if (i % 64 == 0 && word == UINT64_MAX && from + len - i >= 64)
            i += 64;
        else if (word >> (i % 64) & 1)
            i++;
        else
            break;
    }
    return i - from;
}

size_t page_store_get(const page_store *store, uint32_t space, uint64_t address, void *bytes,
                      size_t size)
{
    size_t done = 0;
    if (size > UINT64_MAX - address)
        size = (size_t)(UINT64_MAX - address);
    while (done < size) {
        size_t from = (size_t)((address + done) % PAGE_STORE_PAGE);
        size_t wanted = part_in_page(address + done, size - done);
        const stored_page *page = find_page(store, space, address + done);
        size_t len = page ? known_run(page, from, wanted) : 0;
        if (len != 0)
            memcpy((unsigned char *)bytes + done, page->bytes + from, len);
        done += len;
        if (len < wanted)
            break;
    }
    return done;
}

void page_store_deinit(page_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        free(store->pages[i]);
    free(store->pages);
    u64map_deinit(&store->index);
    *store = (page_store){.count = 0};
}
