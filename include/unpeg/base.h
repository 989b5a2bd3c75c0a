/* SPDX-License-Identifier: MIT
 *
 * The few types that every other header uses.
 *
 *     unpeg_slice name = unpeg_slice_of("main");
 *     printf("%.*s\n", (int)name.len, name.data);
 *
 * A slice is borrowed bytes with a length, not terminated by zero. Who owns the bytes and how
 * long they live is said where a slice is handed out. Every handle of this library is used by
 * one thread at a time; different handles are independent of each other.
 */
#ifndef UNPEG_BASE_H
#define UNPEG_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define UNPEG_API __attribute__((visibility("default")))
#define UNPEG_MUST_CHECK __attribute__((warn_unused_result))
#else
#define UNPEG_API
#define UNPEG_MUST_CHECK
#endif

/* An address in the profiled process: never a pointer of this one. */
typedef uint64_t unpeg_addr;

/* Borrowed bytes. data may be NULL when len is 0. */
typedef struct unpeg_slice {
    const char *data;
    size_t len;
} unpeg_slice;

/* The slice of a zero-terminated string; lives as long as the string. */
static inline unpeg_slice unpeg_slice_of(const char *text)
{
    unpeg_slice slice = {text, strlen(text)};
    return slice;
}

static inline bool unpeg_slice_equal(unpeg_slice a, unpeg_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif
