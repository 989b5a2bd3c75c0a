/* SPDX-License-Identifier: MIT
 *
 * The pages that libraries lie in, kept as ranges.
 *
 *     page_set pages = {0};
 *     page_set_add(&pages, first, count);
 *     if (page_set_has(&pages, page)) ...
 *     page_set_deinit(&pages);
 *
 * A page is a whole number in a double: the index of a page of 4096 bytes, cut to 32 bits or not.
 */
#ifndef UNPEG_REFERENCE_PAGE_SET_H
#define UNPEG_REFERENCE_PAGE_SET_H

#include "splay.h"

/* What a Set of the reference's engine can hold: one more and the row fails. */
enum { PAGE_SET_MAX = 1 << 24 };

enum { PAGE_SET_CACHE = 256 };

typedef struct page_set {
    splay ranges; /* first page -> number of pages; apart from each other */
    uint32_t count;
    struct {
        double page;
        bool known, has;
    } cache[PAGE_SET_CACHE];
} page_set;

void page_set_deinit(page_set *set);

/* Adds pages first, first + 1, ... one by one. Fails with NO_MEMORY, or LIMIT when the set is full;
 * the pages before stay in it. */
UNPEG_MUST_CHECK unpeg_status page_set_add(page_set *set, double first, double count);

bool page_set_has(page_set *set, double page);

#endif
