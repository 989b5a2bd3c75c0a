/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "perf_ring.h"
#include "sampler_backend.h"
#include "sampler_clock.h"
#include "thread_list.h"

enum {
    STACK_BYTES = 16 << 10, /* what is above is read later; 64 KB made a stop no longer */
    RING_PAGES_MAX = 256,
    RING_PAGES_MIN = 8,
    DUE_NS = 20000, /* the interrupt takes as long */
    LOOK_MIN_NS = 50000,
    LOOK_MAX_NS = 2000000, /* what is above the copied stack is to be read while it is still true */
    SECOND_NS = 1000000000,
};

typedef struct perf_sampler {
    sampler_common *common;
    int fd;
    size_t page_bytes;
    size_t map_bytes; /* 0: not mapped */
    struct perf_event_mmap_page *page;
    perf_ring ring;
    bool exited;
    bool paused; /* since the first sample */
    uint64_t samples;
    unsigned char record[PERF_RECORD_BYTES_MAX];
} perf_sampler;

static struct perf_event_attr attributes(const sampler_common *common, bool exclude_kernel)
{
    return (struct perf_event_attr){
        .size = sizeof(struct perf_event_attr),
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .freq = 1,
        .sample_freq = common->perf_hz,
        .sample_type =
            PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
        .sample_regs_user = common->arch->perf_mask,
        .sample_stack_user = STACK_BYTES,
        .disabled = 1,
        .task = 1, /* a record when the thread ends */
        .exclude_kernel = exclude_kernel,
        .exclude_hv = 1,
        .exclude_callchain_kernel = 1,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
        /* A wake-up inside of the interrupt costs the thread more than the sample. 0: when the ring
         * is half full (kernel/events/ring_buffer.c, Linux 6.1). */
        .wakeup_events = 0,
    };
}

static int open_event(const sampler_common *common, bool exclude_kernel)
{
    struct perf_event_attr attr = attributes(common, exclude_kernel);
    return (int)syscall(SYS_perf_event_open, &attr, common->tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Samples inside system calls need more rights than the others. */
static int open_best_event(sampler_common *common)
{
    int fd = open_event(common, false);
    common->counts.kernel_excluded = fd < 0 && (errno == EACCES || errno == EPERM);
    return common->counts.kernel_excluded ? open_event(common, true) : fd;
}

/* The memory for rings is limited for plain users: as much as there is. */
static unpeg_status map_ring(perf_sampler *p)
{
    for (size_t pages = RING_PAGES_MAX; pages >= RING_PAGES_MIN; pages /= 2) {
        size_t size = (pages + 1) * p->page_bytes;
        void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
        if (at != MAP_FAILED) {
            p->page = at;
            p->map_bytes = size;
            p->ring = (perf_ring){(unsigned char *)at + p->page_bytes, pages * p->page_bytes, 0};
            return UNPEG_OK;
        }
        if (errno != EPERM && errno != ENOMEM)
            break;
    }
    return errno == ENOMEM ? UNPEG_NO_MEMORY : UNPEG_OS;
}

static void close_perf(void *state)
{
    perf_sampler *p = state;
    if (p->map_bytes != 0)
        munmap(p->page, p->map_bytes);
    if (p->fd >= 0)
        close(p->fd);
    free(p);
}

/* A sample is taken to cost the thread the same each time. */
static uint32_t allowed_hz(const sampler_common *common)
{
    uint64_t most = (uint64_t)common->stopped_ppm * 1000 / SAMPLER_PERF_STOP_NS;
    if (most == 0)
        most = 1;
    return most < common->rate_hz ? (uint32_t)most : common->rate_hz;
}

static unpeg_status open_perf_parts(perf_sampler *p, unpeg_error *error)
{
    p->common->perf_hz = allowed_hz(p->common);
    p->fd = open_best_event(p->common);
    if (p->fd < 0)
        return access_explain(p->common->pid, errno, ACCESS_PERF, error);
    unpeg_status status = map_ring(p);
    if (status == UNPEG_OK && ioctl(p->fd, PERF_EVENT_IOC_ENABLE, 0) != 0)
        status = UNPEG_OS;
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "no ring for perf events: %s",
                               unpeg_status_text(status));
    return UNPEG_OK;
}

static unpeg_status open_perf(sampler_common *common, void **ret, unpeg_error *error)
{
    perf_sampler *p = calloc(1, sizeof *p);
    if (!p)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a sampler");
    p->common = common;
    p->fd = -1;
    p->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    unpeg_status status = open_perf_parts(p, error);
    if (status != UNPEG_OK) {
        close_perf(p);
        return status;
    }
    *ret = p;
    return UNPEG_OK;
}

/* The next record out of the ring, and its place given back to the kernel. */
static bool next_record(perf_sampler *p, perf_record *ret)
{
    size_t size;
    uint64_t head = __atomic_load_n(&p->page->data_head, __ATOMIC_ACQUIRE);
    bool found = false;
    if (p->ring.tail != head)
        found = perf_ring_next(&p->ring, head, p->record, &size);
    __atomic_store_n(&p->page->data_tail, p->ring.tail, __ATOMIC_RELEASE);
    if (!found)
        return false;
    if (!perf_record_parse(p->record, size, p->common->arch, ret))
        *ret = (perf_record){.kind = PERF_KIND_OTHER};
    return true;
}

static bool take_sample(perf_sampler *p, const perf_record *record, target_registers *ret)
{
    sampler_common *c = p->common;
    if (record->registers.known == 0)
        return false;
    *ret = record->registers;
    stack_copy_set(&c->copy, ret->value[c->arch->sp], record->stack, record->stack_size);
    c->time_ns = (int64_t)record->time_ns;
    stop_histogram_add(&c->stops, SAMPLER_PERF_STOP_NS);
    return true;
}

/* What a record says beside a sample. */
static void note_record(perf_sampler *p, const perf_record *record)
{
    if (record->kind == PERF_KIND_LOST)
        p->common->counts.lost += record->lost;
    if (record->kind == PERF_KIND_EXIT && record->tid == p->common->tid)
        p->exited = true;
}

/* True when there was a sample in the ring. */
static bool drain(perf_sampler *p, target_registers *ret)
{
    perf_record record;
    while (next_record(p, &record)) {
        if (record.kind == PERF_KIND_SAMPLE && take_sample(p, &record, ret)) {
            p->samples++;
            return true;
        }
        note_record(p, &record);
    }
    return false;
}

/* Reading the first sample takes milliseconds, in which the caller comes to know the process. Later
 * ones would wait that long, and then be read out of memory that has changed. */
static void pause_at_first(perf_sampler *p)
{
    if (p->samples == 1)
        p->paused = ioctl(p->fd, PERF_EVENT_IOC_DISABLE, 0) == 0;
}

static unpeg_status resume(perf_sampler *p, unpeg_error *error)
{
    perf_record record;
    if (!p->paused)
        return UNPEG_OK;
    p->paused = false;
    while (next_record(p, &record))
        note_record(p, &record);
    if (ioctl(p->fd, PERF_EVENT_IOC_ENABLE, 0) != 0)
        return unpeg_error_set(error, UNPEG_OS, "perf events do not go on: %s", strerror(errno));
    return UNPEG_OK;
}

/* A thread that runs is sampled once a period. One that is late may be so for long: then the time
 * between two looks grows with the time that it is late. */
static int64_t until_due(const sampler_common *c)
{
    int64_t left = c->time_ns + SECOND_NS / c->perf_hz + DUE_NS - sampler_clock_ns();
    if (left < 0)
        left = -left < LOOK_MAX_NS ? -left : LOOK_MAX_NS;
    return left > LOOK_MIN_NS ? left : LOOK_MIN_NS;
}

/* Waits until it is time to look for a record. What poll returns. */
static int wait_for_record(const perf_sampler *p, int64_t deadline_ns, short *ret_events)
{
    struct pollfd wait = {.fd = p->fd, .events = POLLIN};
    int64_t left = deadline_ns - sampler_clock_ns();
    int64_t due = until_due(p->common);
    if (left > due)
        left = due;
    if (left < 0)
        left = 0;
    const struct timespec time = {.tv_sec = left / SECOND_NS, .tv_nsec = left % SECOND_NS};
    int ready = ppoll(&wait, 1, &time, NULL);
    *ret_events = ready > 0 ? wait.revents : 0;
    return ready;
}

static unpeg_status next_perf(void *state, int64_t deadline_ns, target_registers *ret,
                              unpeg_error *error)
{
    perf_sampler *p = state;
    unpeg_status status = resume(p, error);
    if (status != UNPEG_OK)
        return status;
    while (!drain(p, ret)) {
        short events;
        if (p->exited)
            return unpeg_error_set(error, UNPEG_NOT_FOUND, "thread %d has ended",
                                   (int)p->common->tid);
        if (sampler_clock_ns() >= deadline_ns)
            return unpeg_error_set(error, UNPEG_DEADLINE, "no sample before the deadline");
        int ready = wait_for_record(p, deadline_ns, &events);
        if (ready < 0 && errno == EINTR)
            return unpeg_error_set(error, UNPEG_DEADLINE, "a signal came");
        if (ready < 0)
            return unpeg_error_set(error, UNPEG_OS, "poll: %s", strerror(errno));
        /* What was written before the hang-up is still to be read: once more around. */
        if ((events & (POLLHUP | POLLERR)) && !(events & POLLIN))
            p->exited = true;
    }
    pause_at_first(p);
    return UNPEG_OK;
}

const sampler_backend_ops perf_backend = {open_perf, next_perf, close_perf};
