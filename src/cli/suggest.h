/* SPDX-License-Identifier: MIT
 *
 * "Did you mean": the candidate that is a typing slip away.
 *
 *     suggest_search search = {.typed = "reprot"};
 *     suggest_offer(&search, "report");
 *     if (search.best != NULL) ... "did you mean report?"
 */
#ifndef UNPEG_CLI_SUGGEST_H
#define UNPEG_CLI_SUGGEST_H

#include <stddef.h>

typedef struct suggest_search {
    const char *typed;
    const char *best; /* NULL while nothing was near enough */
    size_t distance;  /* of best */
} suggest_search;

/* Keeps candidate if it is nearer than those before, and near enough to be meant. */
void suggest_offer(suggest_search *search, const char *candidate);

/* Letters to insert, delete, replace or swap with their neighbour to get from one to the other; of
 * texts longer than 32 bytes, only whether they are equal. */
size_t suggest_distance(const char *a, const char *b);

#endif
