/* SPDX-License-Identifier: MIT
 *
 * The ring of records that the kernel fills for a perf event, and the records that matter here.
 *
 *     perf_ring ring = {.data = pages, .size = bytes, .tail = tail};
 *     while (perf_ring_next(&ring, head, record, sizeof record, &len))
 *         if (perf_sample_parse(record, len, arch, &sample)) ...
 */
#ifndef UNPEG_SAMPLER_PERF_RING_H
#define UNPEG_SAMPLER_PERF_RING_H

#include "sampler_arch.h"

enum { PERF_RECORD_BYTES_MAX = 65536 }; /* the kernel writes sizes as 16 bits */

typedef struct perf_ring {
    const unsigned char *data;
    size_t size; /* a power of two */
    uint64_t tail;
} perf_ring;

/* Copies the next record between tail and head out; false at head, or when what is there is no
 * record (then the rest is given up). bytes holds PERF_RECORD_BYTES_MAX. */
bool perf_ring_next(perf_ring *ring, uint64_t head, unsigned char *bytes, size_t *ret_size);

typedef enum perf_record_kind {
    PERF_KIND_OTHER,
    PERF_KIND_SAMPLE,
    PERF_KIND_LOST,
    PERF_KIND_EXIT
} perf_record_kind;

typedef struct perf_record {
    perf_record_kind kind;
    uint64_t lost;
    int32_t tid;
    uint64_t time_ns;
    target_registers registers; /* known is 0: the thread has no user registers */
    const unsigned char *stack; /* in the record's bytes */
    size_t stack_size;
} perf_record;

/* A record of an event with TID, TIME, REGS_USER and STACK_USER; false if it is cut. */
bool perf_record_parse(const unsigned char *bytes, size_t size, const sampler_arch *arch,
                       perf_record *ret);

#endif
