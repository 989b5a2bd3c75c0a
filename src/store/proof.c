/* SPDX-License-Identifier: MIT */
#include "proof.h"

enum { MIB = 1 << 20 };

uint64_t proof_part_bytes(uint64_t object_bytes)
{
    uint64_t bytes = object_bytes / PROOF_PARTS_AIM + (object_bytes % PROOF_PARTS_AIM != 0);
    bytes = (bytes + MIB - 1) / MIB * MIB;
    return bytes > PROOF_PART_BYTES ? bytes : PROOF_PART_BYTES;
}

static bool is_same(const proof_sent *sent, const proof_seen *seen)
{
    if (!seen->has_length || seen->length != sent->bytes)
        return false;
    if (sent->expected[0] != '\0' && strcmp(seen->etag, sent->expected) == 0)
        return true;
    bool no_rule = sent->opaque || seen->opaque || sent->expected[0] == '\0';
    return no_rule && sent->told[0] != '\0' && strcmp(seen->etag, sent->told) == 0;
}

proof_outcome proof_compare(const proof_sent *sent, const proof_seen *seen)
{
    switch (seen->http_status) {
    case 200:
        return is_same(sent, seen) ? PROOF_SAME : PROOF_OTHER;
    case 404:
        return PROOF_NOTHING;
    case 401:
    case 403:
        return PROOF_HIDDEN;
    default:
        return PROOF_UNKNOWN;
    }
}
