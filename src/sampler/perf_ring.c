/* SPDX-License-Identifier: MIT */
#include "perf_ring.h"

#include <linux/perf_event.h>

/* linux/perf_event.h; written down here because saved records are parsed on any machine. */
enum { TYPE_LOST = 2, TYPE_EXIT = 4, TYPE_SAMPLE = 9, HEADER_BYTES = 8, WORDS_MAX = 64 };

static void copy_out(const perf_ring *ring, uint64_t from, unsigned char *bytes, size_t size)
{
    size_t at = (size_t)(from & (ring->size - 1));
    size_t first = ring->size - at < size ? ring->size - at : size;
    memcpy(bytes, ring->data + at, first);
    memcpy(bytes + first, ring->data, size - first);
}

bool perf_ring_next(perf_ring *ring, uint64_t head, unsigned char *bytes, size_t *ret_size)
{
    uint16_t size;
    uint64_t filled = head - ring->tail;
    if (filled < HEADER_BYTES || filled > ring->size) {
        ring->tail = head;
        return false;
    }
    copy_out(ring, ring->tail, bytes, HEADER_BYTES);
    memcpy(&size, bytes + 6, sizeof size);
    if (size < HEADER_BYTES || size > filled) {
        ring->tail = head;
        return false;
    }
    copy_out(ring, ring->tail, bytes, size);
    ring->tail += size;
    *ret_size = size;
    return true;
}

/* A bounded cursor over a record. */
typedef struct cursor {
    const unsigned char *at;
    size_t left;
} cursor;

static bool take(cursor *c, void *ret, size_t size)
{
    if (size > c->left)
        return false;
    memcpy(ret, c->at, size);
    c->at += size;
    c->left -= size;
    return true;
}

/* abi, then the registers of the mask, unless abi is 0. Those of a program of 32 bits are others.
 */
static bool take_registers(cursor *c, const sampler_arch *arch, target_registers *ret)
{
    uint64_t abi, words[WORDS_MAX];
    *ret = (target_registers){.arch = arch->arch};
    if (!take(c, &abi, sizeof abi))
        return false;
    if (abi == 0)
        return true;
    if (!take(c, words, arch->perf_count * sizeof *words))
        return false;
    if (abi == PERF_SAMPLE_REGS_ABI_64)
        sampler_arch_from_perf(arch, words, ret);
    return true;
}

/* size, size bytes, and how many of them hold something; only size where it is 0. */
static bool take_stack(cursor *c, perf_record *ret)
{
    uint64_t size, used;
    if (!take(c, &size, sizeof size))
        return false;
    if (size == 0)
        return true;
    if (size > c->left)
        return false;
    cursor after = {c->at + size, c->left - (size_t)size};
    if (!take(&after, &used, sizeof used))
        return false;
    ret->stack = c->at;
    ret->stack_size = (size_t)(used < size ? used : size);
    return true;
}

static bool take_sample(cursor *c, const sampler_arch *arch, perf_record *ret)
{
    int32_t pid;
    return take(c, &pid, sizeof pid) && take(c, &ret->tid, sizeof ret->tid) &&
           take(c, &ret->time_ns, sizeof ret->time_ns) &&
           take_registers(c, arch, &ret->registers) && take_stack(c, ret);
}

/* pid, ppid, tid, ptid, time. */
static bool take_exit(cursor *c, perf_record *ret)
{
    int32_t ids[2];
    ret->kind = PERF_KIND_EXIT;
    return take(c, ids, sizeof ids) && take(c, &ret->tid, sizeof ret->tid);
}

static bool take_lost(cursor *c, perf_record *ret)
{
    uint64_t id;
    ret->kind = PERF_KIND_LOST;
    return take(c, &id, sizeof id) && take(c, &ret->lost, sizeof ret->lost);
}

bool perf_record_parse(const unsigned char *bytes, size_t size, const sampler_arch *arch,
                       perf_record *ret)
{
    uint32_t type;
    cursor c = {bytes, size};
    *ret = (perf_record){.kind = PERF_KIND_OTHER};
    if (size < HEADER_BYTES)
        return false;
    memcpy(&type, bytes, sizeof type);
    c.at += HEADER_BYTES;
    c.left -= HEADER_BYTES;
    switch (type) {
    case TYPE_SAMPLE:
        ret->kind = PERF_KIND_SAMPLE;
        return take_sample(&c, arch, ret);
    case TYPE_LOST:
        return take_lost(&c, ret);
    case TYPE_EXIT:
        return take_exit(&c, ret);
    default:
        return true;
    }
}
