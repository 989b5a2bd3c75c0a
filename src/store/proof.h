/* SPDX-License-Identifier: MIT
 *
 * Whether an object is what was sent, and in what pieces to send it.
 *
 *     uint64_t part_bytes = proof_part_bytes(file_bytes);
 *     switch (proof_compare(&sent, &seen)) {
 *     case PROOF_SAME: ...
 *
 * A hash that the store computes by another rule (where it encrypts with a key of its own service)
 * is opaque: then length and the ETag that the store gave when it took the object have to do.
 */
#ifndef UNPEG_STORE_PROOF_H
#define UNPEG_STORE_PROOF_H

#include "upload_state.h"

enum {
    PROOF_SINGLE_BYTES = 16 << 20, /* up to here one PUT */
    PROOF_PART_BYTES = 8 << 20,
    PROOF_PARTS_AIM = 9000 /* of the 10 000 that a store takes */
};

/* Whole MiB, at least PROOF_PART_BYTES. */
uint64_t proof_part_bytes(uint64_t object_bytes);

/* What was sent, and what the store said of it. */
typedef struct proof_sent {
    uint64_t bytes;
    char expected[ETAG_MAX + 1]; /* our own; "" when there is no MD5 */
    char told[ETAG_MAX + 1];     /* of the answer to the last step; "" when it had none */
    bool opaque;                 /* the store's hash is no MD5 */
    bool answers_fit;            /* every answer had the right hash and was no error */
} proof_sent;

/* What it says when asked for the object. */
typedef struct proof_seen {
    int http_status; /* 0: no answer */
    bool has_length;
    uint64_t length;
    char etag[ETAG_MAX + 1];
    bool opaque;
} proof_seen;

typedef enum proof_outcome {
    PROOF_SAME,
    PROOF_OTHER,   /* another object */
    PROOF_NOTHING, /* no object */
    PROOF_HIDDEN,  /* we may not ask */
    PROOF_UNKNOWN  /* it did not say */
} proof_outcome;

proof_outcome proof_compare(const proof_sent *sent, const proof_seen *seen);

#endif
