/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LENGTH_MAX = 32 };

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The cell for a[..i] and b[..j]; rows are those of i - 2, i - 1 and i. */
static size_t cell(const char *a, const char *b, size_t i, size_t j, size_t rows[3][LENGTH_MAX + 1])
{
    size_t replaced = rows[1][j - 1] + (a[i - 1] != b[j - 1]);
    size_t best = min_of(min_of(rows[1][j], rows[2][j - 1]) + 1, replaced);
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = min_of(best, rows[0][j - 2] + 1);
    return best;
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    size_t rows[3][LENGTH_MAX + 1] = {{0}};
    if (a_len > LENGTH_MAX || b_len > LENGTH_MAX)
        return strcmp(a, b) == 0 ? 0 : SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        rows[2][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
        rows[2][0] = i;
        for (size_t j = 1; j <= b_len; j++)
            rows[2][j] = cell(a, b, i, j, rows);
    }
    return rows[2][b_len];
}

void suggest_offer(suggest_search *search, const char *candidate)
{
    size_t distance = suggest_distance(search->typed, candidate);
    size_t typed_len = strlen(search->typed);
    bool is_prefix = typed_len >= 2 && strncmp(search->typed, candidate, typed_len) == 0;
    if (is_prefix)
        distance = 1;
    if (distance > 1 + strlen(candidate) / 4)
        return;
    if (search->best == NULL || distance < search->distance) {
        search->best = candidate;
        search->distance = distance;
    }
}
