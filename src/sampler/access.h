/* SPDX-License-Identifier: MIT
 *
 * Why a process cannot be looked at, and what would help: what `unpeg doctor` shows, and the
 * sentence behind every refusal.
 *
 *     access_facts facts;
 *     access_facts_read(pid, &facts);
 *     access_checks checks;
 *     access_judge(&facts, &checks);
 *     return access_explain(pid, errno, ACCESS_STOP, &error);
 */
#ifndef UNPEG_SAMPLER_ACCESS_H
#define UNPEG_SAMPLER_ACCESS_H

#include "proc_text.h"
#include "unpeg/status.h"

/* The three rights that there are. */
enum {
    ACCESS_MEMORY = 1, /* process_vm_readv */
    ACCESS_STOP = 2,   /* ptrace */
    ACCESS_PERF = 4,   /* perf_event_open */
};

/* What is known of the profiler, of the machine and of the target. */
typedef struct access_facts {
    int32_t pid;       /* 0: no target, this machine only */
    bool target_known; /* the target exists and its status can be read */
    bool descendant;   /* the target was started by this process or by one that it started */
    char state; /* of the target, as in /proc: 'Z' has ended, 'T' a signal stopped it; 0: unknown */
    proc_status self, target;
    int64_t memory_owner; /* of /proc/PID/mem; -1: not known */
    int64_t yama;         /* kernel.yama.ptrace_scope; -1: not in this kernel */
    int64_t paranoid;     /* kernel.perf_event_paranoid; INT64_MIN: no perf events here */
    int memory_errno;     /* of a trial read; 0: allowed */
    int perf_errno;       /* of a trial perf event on the target, or on this process; 0: allowed */
} access_facts;

typedef enum access_verdict { ACCESS_OK, ACCESS_WARN, ACCESS_BAD } access_verdict;

typedef struct access_check {
    const char *name; /* "uid", "dumpable", ...; static */
    access_verdict verdict;
    unsigned blocks; /* ACCESS_* bits: what it makes impossible */
    char value[64];
    char text[128];     /* the cause in one sentence; "" when all is well */
    const char *remedy; /* static; "" if there is none */
} access_check;

enum { ACCESS_CHECKS_MAX = 11 };

typedef struct access_checks {
    access_check items[ACCESS_CHECKS_MAX]; /* in the order in which causes are looked for */
    size_t count;
    unsigned allowed; /* ACCESS_* bits, as far as can be told without stopping the target */
} access_checks;

void access_facts_read(int32_t pid, access_facts *ret);
void access_judge(const access_facts *facts, access_checks *ret);

/* Fills error (may be NULL) with the cause and the remedy of a call on a process that failed with
 * os_errno for want of a right (one ACCESS_* bit), and returns its status. */
unpeg_status access_explain(int32_t pid, int os_errno, unsigned right, unpeg_error *error);

/* The same from facts that are there. */
unpeg_status access_explain_facts(const access_facts *facts, int os_errno, unsigned right,
                                  unpeg_error *error);

#endif
