/* SPDX-License-Identifier: MIT */
#include "proc_text.h"

/* A bounded cursor. */
typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
        c->at++;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 99;
}

/* False for no digit and for what does not fit. */
static bool take_u64(cursor *c, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;
    skip_blanks(c);
    const char *begin = c->at;
    for (; c->at < c->end && digit_of(*c->at) < base; c->at++)
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit_of(*c->at), &value))
            return false;
    *ret = value;
    return c->at != begin;
}

static bool take_i64(cursor *c, int64_t *ret)
{
    uint64_t value;
    skip_blanks(c);
    bool negative = c->at < c->end && *c->at == '-';
    if (negative)
        c->at++;
    if (!take_u64(c, 10, &value) || value > INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool take_i32(cursor *c, int32_t *ret)
{
    int64_t value;
    if (!take_i64(c, &value) || value < INT32_MIN || value > INT32_MAX)
        return false;
    *ret = (int32_t)value;
    return true;
}

static bool take_u32(cursor *c, uint32_t *ret)
{
    uint64_t value;
    if (!take_u64(c, 10, &value) || value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* The name may hold blanks and parentheses: it ends at the last one. */
static bool take_comm(cursor *c, char *comm)
{
    const char *open = c->at < c->end ? memchr(c->at, '(', (size_t)(c->end - c->at)) : NULL;
    const char *close = open ? memrchr(open, ')', (size_t)(c->end - open)) : NULL;
    if (!close)
        return false;
    size_t len = (size_t)(close - open) - 1;
    if (len >= PROC_COMM_MAX)
        len = PROC_COMM_MAX - 1;
    memcpy(comm, open + 1, len);
    comm[len] = '\0';
    c->at = close + 1;
    return true;
}

/* Leaves out words that are numbers of either sign. */
static bool skip_numbers(cursor *c, unsigned count)
{
    for (; count > 0; count--) {
        skip_blanks(c);
        const char *begin = c->at;
        while (c->at < c->end && *c->at != ' ' && *c->at != '\n')
            c->at++;
        if (c->at == begin)
            return false;
    }
    return true;
}

bool proc_stat_parse(const char *text, size_t size, proc_stat *ret)
{
    /* fields 5 to 21 and 23 to 27 of proc(5) */
    enum { BETWEEN_PPID_AND_START = 17, BETWEEN_START_AND_STACK = 5 };
    cursor c = {text, text + size};
    proc_stat stat = {.state = '?'};
    if (!take_comm(&c, stat.comm))
        return false;
    skip_blanks(&c);
    if (c.at == c.end)
        return false;
    stat.state = *c.at++;
    if (!take_i32(&c, &stat.ppid) || !skip_numbers(&c, BETWEEN_PPID_AND_START) ||
        !take_u64(&c, 10, &stat.start_ticks))
        return false;
    if (!skip_numbers(&c, BETWEEN_START_AND_STACK) || !take_u64(&c, 10, &stat.stack_start))
        stat.stack_start = 0;
    *ret = stat;
    return true;
}

static bool take_uids(cursor *c, proc_status *status)
{
    for (unsigned i = 0; i < 4; i++)
        if (!take_u32(c, &status->uid[i]))
            return false;
    return true;
}

static bool take_nspids(cursor *c, proc_status *status)
{
    while (status->nspid_count < PROC_NAMESPACE_MAX &&
           take_i32(c, &status->nspid[status->nspid_count]))
        status->nspid_count++;
    return status->nspid_count != 0;
}

/* One row, "Key:\tvalue"; false if it is one of ours and cannot be read. */
static bool take_status_row(unpeg_slice key, cursor *c, proc_status *status)
{
    if (unpeg_slice_equal(key, unpeg_slice_of("Tgid")))
        return take_i32(c, &status->tgid);
    if (unpeg_slice_equal(key, unpeg_slice_of("TracerPid")))
        return take_i32(c, &status->tracer_pid);
    if (unpeg_slice_equal(key, unpeg_slice_of("Uid")))
        return take_uids(c, status);
    if (unpeg_slice_equal(key, unpeg_slice_of("NSpid")))
        return take_nspids(c, status);
    if (unpeg_slice_equal(key, unpeg_slice_of("CapEff")))
        return take_u64(c, 16, &status->cap_eff);
    if (unpeg_slice_equal(key, unpeg_slice_of("Seccomp")))
        return take_u32(c, &status->seccomp);
    if (unpeg_slice_equal(key, unpeg_slice_of("voluntary_ctxt_switches")))
        return take_u64(c, 10, &status->waits);
    return true;
}

bool proc_status_parse(const char *text, size_t size, proc_status *ret)
{
    proc_status status = {.tgid = 0};
    const char *end = text + size;
    for (const char *at = text; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            line_end = end;
        const char *colon = memchr(at, ':', (size_t)(line_end - at));
        if (colon) {
            cursor c = {colon + 1, line_end};
            if (!take_status_row((unpeg_slice){at, (size_t)(colon - at)}, &c, &status))
                return false;
        }
        at = line_end + (line_end < end);
    }
    if (status.tgid <= 0)
        return false;
    *ret = status;
    return true;
}

bool proc_schedstat_parse(const char *text, size_t size, uint64_t *run_ns)
{
    cursor c = {text, text + size};
    return take_u64(&c, 10, run_ns);
}

bool proc_schedstat_awake(const char *text, size_t size, uint64_t *awake_ns)
{
    cursor c = {text, text + size};
    uint64_t run;
    uint64_t wait;
    return take_u64(&c, 10, &run) && c.at++ < c.end && take_u64(&c, 10, &wait) &&
           !__builtin_add_overflow(run, wait, awake_ns);
}

bool proc_number_parse(const char *text, size_t size, int64_t *ret)
{
    cursor c = {text, text + size};
    int64_t value;
    if (!take_i64(&c, &value) || (c.at < c.end && *c.at != '\n'))
        return false;
    *ret = value;
    return true;
}

unpeg_slice proc_cmdline_option(const char *text, size_t size, const char *option)
{
    size_t len = strlen(option);
    for (size_t at = 0; at < size;) {
        size_t end = at;
        while (end < size && text[end] != '\0' && text[end] != ' ')
            end++;
        if (end - at >= len && memcmp(text + at, option, len) == 0)
            return (unpeg_slice){text + at + len, end - at - len};
        at = end + 1;
    }
    return (unpeg_slice){NULL, 0};
}
