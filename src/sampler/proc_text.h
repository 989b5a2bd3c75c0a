/* SPDX-License-Identifier: MIT
 *
 * The texts of /proc that the sampler reads, parsed. A process chooses its own name and command
 * line, so every byte is hostile.
 *
 *     proc_stat stat;
 *     if (proc_stat_parse(text, size, &stat) && stat.state == 'R') ...
 *     proc_status status;
 *     if (proc_status_parse(text, size, &status) && status.tracer_pid != 0) ...
 */
#ifndef UNPEG_SAMPLER_PROC_TEXT_H
#define UNPEG_SAMPLER_PROC_TEXT_H

#include "unpeg/base.h"

enum {
    PROC_COMM_MAX = 64,     /* the kernel's own threads have longer names than 15 */
    PROC_NAMESPACE_MAX = 8, /* levels of pid namespaces that are kept; the kernel allows 32 */
};

/* /proc/PID/stat or /proc/PID/task/TID/stat. */
typedef struct proc_stat {
    char comm[PROC_COMM_MAX];
    char state; /* 'R' running or waiting for a processor, 'S', 'D', 'T', 't', 'Z', 'X', ... */
    int32_t ppid;
    uint64_t start_ticks; /* since boot: with the pid, what makes a process unique */
    uint64_t stack_start; /* address where the main stack began; 0: not to be seen */
} proc_stat;

/* /proc/PID/status. Members are 0 where the kernel says nothing. */
typedef struct proc_status {
    int32_t tgid, tracer_pid;
    uint32_t uid[4];                   /* real, effective, saved, file system */
    int32_t nspid[PROC_NAMESPACE_MAX]; /* outermost first; nspid_count 0: not said */
    unsigned nspid_count;
    uint64_t cap_eff;
    uint32_t seccomp; /* 0 none, 1 strict, 2 filter */
    uint64_t waits;   /* of the thread: how often it gave its processor up by itself */
} proc_status;

/* Each is false for a text that is not of its form. */
bool proc_stat_parse(const char *text, size_t size, proc_stat *ret);
bool proc_status_parse(const char *text, size_t size, proc_status *ret);

/* /proc/PID/task/TID/schedstat: time on a processor. */
bool proc_schedstat_parse(const char *text, size_t size, uint64_t *run_ns);

/* The same with the time that it was ready to run and waited for a processor. */
bool proc_schedstat_awake(const char *text, size_t size, uint64_t *awake_ns);

/* A decimal number alone on its line, as in /proc/sys. */
bool proc_number_parse(const char *text, size_t size, int64_t *ret);

/* The value of an option ("--type=") in a command line: words that end with zero bytes, or one
 * that a program wrote over with blanks between its words. Empty if it is not there. */
unpeg_slice proc_cmdline_option(const char *text, size_t size, const char *option);

#endif
