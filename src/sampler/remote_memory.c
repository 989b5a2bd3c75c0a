/* SPDX-License-Identifier: MIT */
#include "remote_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "hash.h"
#include "sampler_clock.h"

enum {
    PAGE_SIZE_BYTES = 4096, /* the unit of keeping; the target's own pages may be larger */
    SLOT_COUNT = 256,
    PAGES_PER_LARGE_READ = 4, /* reads of more pages than that go past what is kept */
};

typedef struct page_slot {
    uint64_t page;
    uint64_t epoch; /* kept while it is that of the memory */
    bool readable;
} page_slot;

struct remote_memory {
    int32_t pid;
    int64_t deadline_us;
    uint64_t epoch;
    remote_memory_counts counts;
    page_slot slots[SLOT_COUNT];
    unsigned char pages[SLOT_COUNT][PAGE_SIZE_BYTES];
};

size_t remote_memory_copy(int32_t pid, unpeg_addr address, void *bytes, size_t size, int *ret_errno)
{
    size_t done = 0;
    *ret_errno = 0;
    while (done < size) {
        struct iovec local = {(char *)bytes + done, size - done};
        /* An address of the other process: it is not used as a pointer here. */
        struct iovec remote = {(void *)(uintptr_t)(address + done), size - done};
        ssize_t len = process_vm_readv(pid, &local, 1, &remote, 1, 0);
        if (len <= 0) {
            *ret_errno = len < 0 ? errno : EFAULT;
            break;
        }
        done += (size_t)len;
    }
    return done;
}

static unpeg_status failure_of(int error)
{
    switch (error) {
    case EFAULT:
    case EIO:
        return UNPEG_NOT_FOUND;
    case EPERM:
        return UNPEG_PERMISSION;
    case ENOMEM:
        return UNPEG_NO_MEMORY;
    default:
        return UNPEG_OS;
    }
}

static unpeg_status fetch(remote_memory *m, unpeg_addr address, void *bytes, size_t size)
{
    int error;
    if (m->deadline_us != INT64_MAX && sampler_clock_us() > m->deadline_us)
        return UNPEG_DEADLINE;
    size_t len = remote_memory_copy(m->pid, address, bytes, size, &error);
    m->counts.calls++;
    m->counts.bytes += len;
    return len == size ? UNPEG_OK : failure_of(error);
}

/* The page's bytes, or NULL with a status. */
static const unsigned char *page_bytes(remote_memory *m, uint64_t page, unpeg_status *status)
{
    size_t index = hash_mix(page, 1) % SLOT_COUNT;
    page_slot *slot = &m->slots[index];
    *status = UNPEG_OK;
    if (slot->epoch != m->epoch || slot->page != page) {
        slot->epoch = 0;
        *status = fetch(m, page * PAGE_SIZE_BYTES, m->pages[index], PAGE_SIZE_BYTES);
        if (*status != UNPEG_OK && *status != UNPEG_NOT_FOUND)
            return NULL;
        *slot = (page_slot){.page = page, .epoch = m->epoch, .readable = *status == UNPEG_OK};
    }
    if (!slot->readable)
        *status = UNPEG_NOT_FOUND;
    return slot->readable ? m->pages[index] : NULL;
}

static unpeg_status read_pages(remote_memory *m, unpeg_addr address, char *bytes, size_t size)
{
    while (size != 0) {
        unpeg_status status;
        size_t offset = address % PAGE_SIZE_BYTES;
        size_t len = PAGE_SIZE_BYTES - offset;
        if (len > size)
            len = size;
        const unsigned char *page = page_bytes(m, address / PAGE_SIZE_BYTES, &status);
        if (!page)
            return status;
        memcpy(bytes, page + offset, len);
        bytes += len;
        address += len;
        size -= len;
    }
    return UNPEG_OK;
}

static unpeg_status read_remote(void *user, unpeg_addr address, void *bytes, size_t size)
{
    remote_memory *m = user;
    m->counts.reads++;
    if (size > REMOTE_READ_MAX)
        return UNPEG_NOT_FOUND;
    if (size > (size_t)PAGES_PER_LARGE_READ * PAGE_SIZE_BYTES)
        return fetch(m, address, bytes, size);
    return read_pages(m, address, bytes, size);
}

unpeg_status remote_memory_create(int32_t pid, remote_memory **ret)
{
    remote_memory *m = calloc(1, sizeof *m);
    if (!m)
        return UNPEG_NO_MEMORY;
    m->pid = pid;
    m->deadline_us = INT64_MAX;
    m->epoch = 1;
    *ret = m;
    return UNPEG_OK;
}

void remote_memory_destroy(remote_memory *remote)
{
    free(remote);
}

target_memory remote_memory_access(remote_memory *remote)
{
    return (target_memory){.read = read_remote, .user = remote};
}

void remote_memory_forget(remote_memory *remote)
{
    remote->epoch++;
}

void remote_memory_set_deadline(remote_memory *remote, int64_t time_us)
{
    remote->deadline_us = time_us;
}

remote_memory_counts remote_memory_counted(const remote_memory *remote)
{
    return remote->counts;
}
