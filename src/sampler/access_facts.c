/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "access.h"
#include "proc_file.h"
#include "remote_memory.h"
#include "thread_list.h"

enum { GENERATIONS_MAX = 64 };

static bool read_status(int32_t pid, proc_status *ret)
{
    proc_bytes file;
    return proc_read(pid, 0, "status", &file) == UNPEG_OK &&
           proc_status_parse(file.text, file.size, ret);
}

static int64_t read_setting(const char *path, int64_t missing)
{
    proc_bytes file;
    int64_t value;
    if (proc_read_path(path, &file) != UNPEG_OK || !proc_number_parse(file.text, file.size, &value))
        return missing;
    return value;
}

static int64_t owner_of_memory(int32_t pid)
{
    char path[64];
    struct stat info;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    return stat(path, &info) == 0 ? (int64_t)info.st_uid : -1;
}

static bool descends_from(int32_t pid, int32_t ancestor)
{
    proc_stat stat;
    for (int i = 0; i < GENERATIONS_MAX && pid > 1; i++) {
        if (pid == ancestor)
            return true;
        if (thread_stat(pid, 0, &stat) != UNPEG_OK)
            return false;
        pid = stat.ppid;
    }
    return false;
}

/* Address 0 is mapped nowhere: EFAULT says that reading is allowed. */
static int try_memory(int32_t pid)
{
    char byte;
    int error;
    size_t len = remote_memory_copy(pid, 0, &byte, 1, &error);
    return len == 1 || error == EFAULT || error == EIO ? 0 : error;
}

static int try_perf(int32_t pid)
{
    struct perf_event_attr attr = {
        .size = sizeof attr,
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .disabled = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    int fd = (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

void access_facts_read(int32_t pid, access_facts *ret)
{
    proc_stat stat;
    *ret = (access_facts){.pid = pid, .memory_owner = -1};
    if (!read_status((int32_t)getpid(), &ret->self))
        ret->self.uid[0] = ret->self.uid[1] = (uint32_t)geteuid();
    ret->yama = read_setting("/proc/sys/kernel/yama/ptrace_scope", -1);
    ret->paranoid = read_setting("/proc/sys/kernel/perf_event_paranoid", INT64_MIN);
    ret->perf_errno = try_perf(pid);
    if (pid == 0)
        return;
    ret->target_known = read_status(pid, &ret->target);
    ret->state = (char)(thread_stat(pid, 0, &stat) == UNPEG_OK ? stat.state : '\0');
    ret->memory_owner = owner_of_memory(pid);
    ret->descendant = descends_from(pid, (int32_t)getpid());
    ret->memory_errno = try_memory(pid);
}
