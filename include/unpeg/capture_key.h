/* SPDX-License-Identifier: MIT
 *
 * The key under which a capture is stored: env/realm/job/card/step/TIME-SEQ-RANDOM.v8log[.zst]
 *
 *     unpeg_capture_name name = {.struct_size = sizeof name, .realm = realm, .time_us = now_us,
 *                                .random = random_bits};
 *     unpeg_key key;
 *     if (unpeg_capture_key(&name, &key, &error) == UNPEG_OK)
 *         puts(key.text);
 *
 * A segment is the text without blanks around it and http:// or https:// before it, runs outside
 * A-Z a-z 0-9 . _ - made one "-", without "-" at its ends, cut at 200 bytes; an absent one is
 * no-realm, no-job, no-card, no-step, and unknown for env. No segment is "." or "..".
 */
#ifndef UNPEG_CAPTURE_KEY_H
#define UNPEG_CAPTURE_KEY_H

#include "unpeg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What every S3 takes. */
enum { UNPEG_KEY_MAX = 1024, UNPEG_KEY_SEGMENT_MAX = 200 };

/* Zero-terminated. */
typedef struct unpeg_key {
    size_t len;
    char text[UNPEG_KEY_MAX + 1];
} unpeg_key;

typedef struct unpeg_capture_name {
    size_t struct_size;
    const char *env, *realm, *job, *card, *step; /* NULL or empty: absent */
    const char *suffix;                          /* NULL: v8log */
    bool is_zstd;                                /* adds .zst */
    int64_t time_us;                             /* Unix time of the capture */
    uint32_t seq;                                /* counts captures of one process */
    uint32_t random;  /* keeps two processes apart that count alike: 8 hexadecimal digits */
    size_t max_bytes; /* unpeg_store_key_max of the store; 0: UNPEG_KEY_MAX */
} unpeg_capture_name;

/* When the key would be longer than max_bytes, card, then job, step, realm and env are shortened,
 * each with 8 digits of the whole segment's hash at its end. Fails with LIMIT when even that is
 * not enough, and with ARGUMENT for a time outside the years 1970 to 9999. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_capture_key(const unpeg_capture_name *name,
                                                          unpeg_key *ret, unpeg_error *error);

/* A segment as the key has it; zero-terminated. */
typedef struct unpeg_key_segment {
    size_t len;
    char text[UNPEG_KEY_SEGMENT_MAX + 1];
} unpeg_key_segment;

/* Empty for a text without any character that is kept. */
UNPEG_API void unpeg_key_segment_make(const char *text, unpeg_key_segment *ret);

/* Whether the key's realm contains realm, which is any text and no pattern: both are compared as
 * segments, ASCII letters without regard to case, and what becomes "-" at an end of realm stands
 * for a "-" or the segment's end. An empty realm is in every key; one of which no character is kept
 * is that of keys without one. */
UNPEG_API bool unpeg_key_has_realm(const char *key, const char *realm);

/* The Unix time that the last part of the key begins with; 0 if it does not begin with one. */
UNPEG_API int64_t unpeg_key_time_us(const char *key);

#ifdef __cplusplus
}
#endif
#endif
