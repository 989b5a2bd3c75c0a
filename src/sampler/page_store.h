/* SPDX-License-Identifier: MIT
 *
 * Parts of address spaces: which bytes are known, and what they are.
 *
 *     page_store store = {0};
 *     page_store_put(&store, 0, address, (unpeg_slice){bytes, size});
 *     if (page_store_get(&store, 0, address + 8, word, 8) == 8) ...
 *     page_store_deinit(&store);
 *
 * Space 0 is the memory of the process, others are its files. What is put later stands for what was
 * put before.
 */
#ifndef UNPEG_SAMPLER_PAGE_STORE_H
#define UNPEG_SAMPLER_PAGE_STORE_H

#include "u64map.h"
#include "unpeg/status.h"

enum {
    PAGE_STORE_PAGE = 4096,
    PAGE_STORE_SPACES = 4096,
    PAGE_STORE_PAGES_MAX = 1 << 18, /* 1 GiB */
};

typedef struct stored_page {
    uint64_t known[PAGE_STORE_PAGE / 64]; /* a bit for each byte */
    unsigned char bytes[PAGE_STORE_PAGE];
} stored_page;

typedef struct page_store {
    u64map index; /* space and page to 1 + place in pages */
    stored_page **pages;
    size_t count, capacity;
} page_store;

/* Fails with NO_MEMORY, with LIMIT, and with ARGUMENT where address + size runs over. */
UNPEG_MUST_CHECK unpeg_status page_store_put(page_store *store, uint32_t space, uint64_t address,
                                             unpeg_slice bytes);

/* How many bytes from address on are known, up to size; they are copied. */
size_t page_store_get(const page_store *store, uint32_t space, uint64_t address, void *bytes,
                      size_t size);

void page_store_deinit(page_store *store);

#endif
