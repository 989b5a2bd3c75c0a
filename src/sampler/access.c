/* SPDX-License-Identifier: MIT */
#include "access.h"

#include <errno.h>
#include <stdio.h>

#include "proc_file.h"

/* linux/capability.h */
enum { BIT_SYS_PTRACE = 19, BIT_SYS_ADMIN = 21, BIT_PERFMON = 38 };

enum { TRACING = ACCESS_MEMORY | ACCESS_STOP, EVERYTHING = TRACING | ACCESS_PERF };

static bool has_capability(const access_facts *f, unsigned bit)
{
    return f->self.cap_eff >> bit & 1;
}

static bool may_trace_anything(const access_facts *f)
{
    return has_capability(f, BIT_SYS_PTRACE);
}

static bool may_measure_anything(const access_facts *f)
{
    return has_capability(f, BIT_PERFMON) || has_capability(f, BIT_SYS_ADMIN);
}

/* A check that found nothing wrong, to be changed by the caller. */
static access_check *add(access_checks *checks, const char *name)
{
    access_check *check = &checks->items[checks->count++];
    *check = (access_check){.name = name, .remedy = ""};
    return check;
}

static void find_fault(access_check *check, unsigned blocks, const char *remedy)
{
    check->verdict = (blocks & ACCESS_MEMORY) ? ACCESS_BAD : ACCESS_WARN;
    check->blocks = blocks;
    check->remedy = remedy;
}

static bool has_ended(const access_facts *f)
{
    return f->state == 'Z' || f->state == 'X';
}

static void check_state(const access_facts *f, access_checks *checks)
{
    if (f->state == '\0')
        return;
    access_check *check = add(checks, "state");
    snprintf(check->value, sizeof check->value, "%c", f->state);
    if (has_ended(f)) {
        snprintf(check->text, sizeof check->text,
                 "the process has ended, and its parent has not asked for its exit code yet");
        find_fault(check, EVERYTHING, "look at what its parent does");
    } else if (f->state == 'T') {
        snprintf(check->text, sizeof check->text,
                 "a signal has stopped the process: there is nothing to sample until it goes on");
        find_fault(check, 0, "let it go on with kill -CONT");
    }
}

static bool same_owner(const access_facts *f)
{
    const uint32_t *target = f->target.uid;
    uint32_t self = f->self.uid[0];
    return target[0] == self && target[1] == self && target[2] == self;
}

static void check_uid(const access_facts *f, access_checks *checks)
{
    access_check *check = add(checks, "uid");
    if (!f->target_known) {
        snprintf(check->value, sizeof check->value, "%u", f->self.uid[0]);
        return;
    }
    snprintf(check->value, sizeof check->value, "%u, target %u", f->self.uid[0], f->target.uid[0]);
    if (same_owner(f) || may_trace_anything(f))
        return;
    snprintf(check->text, sizeof check->text, "the process belongs to user %u, and this is user %u",
             f->target.uid[0], f->self.uid[0]);
    find_fault(check, EVERYTHING, "run unpeg as that user, as root, or with CAP_SYS_PTRACE");
}

/* The kernel gives /proc/PID/mem of a process that made itself non-dumpable to root. */
static void check_dumpable(const access_facts *f, access_checks *checks)
{
    if (f->memory_owner < 0 || !f->target_known)
        return;
    access_check *check = add(checks, "dumpable");
    bool dumpable = f->memory_owner == (int64_t)f->target.uid[1];
    snprintf(check->value, sizeof check->value, "%s", dumpable ? "yes" : "no");
    if (dumpable || may_trace_anything(f))
        return;
    snprintf(check->text, sizeof check->text,
             "the process made itself non-dumpable, or its program has more rights than its user");
    find_fault(check, EVERYTHING, "run unpeg as root or with CAP_SYS_PTRACE");
}

static void check_tracer(const access_facts *f, access_checks *checks)
{
    if (!f->target_known)
        return;
    access_check *check = add(checks, "tracer");
    snprintf(check->value, sizeof check->value, "%d", (int)f->target.tracer_pid);
    if (f->target.tracer_pid == 0)
        return;
    snprintf(check->text, sizeof check->text,
             "process %d traces it already: a debugger, strace or another profiler",
             (int)f->target.tracer_pid);
    find_fault(check, ACCESS_STOP, "end that one, or use --backend perf");
}

static void check_yama(const access_facts *f, access_checks *checks)
{
    access_check *check = add(checks, "yama");
    if (f->yama < 0) {
        snprintf(check->value, sizeof check->value, "absent");
        return;
    }
    snprintf(check->value, sizeof check->value, "%lld", (long long)f->yama);
    if (f->yama == 0 || (f->yama < 3 && may_trace_anything(f)) || (f->yama == 1 && f->descendant))
        return;
    snprintf(check->text, sizeof check->text, "kernel.yama.ptrace_scope is %lld: %s",
             (long long)f->yama,
             f->yama == 1   ? "only processes that unpeg started"
             : f->yama == 2 ? "only with CAP_SYS_PTRACE"
                            : "no process may be traced");
    find_fault(check, TRACING,
               f->yama == 1   ? "start it with `unpeg record -- COMMAND`, or as root set it to 0"
               : f->yama == 2 ? "run unpeg as root or with CAP_SYS_PTRACE"
                              : "restart the machine with another setting");
}

static void check_capabilities(const access_facts *f, access_checks *checks)
{
    access_check *check = add(checks, "capabilities");
    snprintf(check->value, sizeof check->value, "%s%s%s%s",
             may_trace_anything(f) ? "SYS_PTRACE " : "",
             has_capability(f, BIT_PERFMON) ? "PERFMON " : "",
             has_capability(f, BIT_SYS_ADMIN) ? "SYS_ADMIN " : "",
             may_trace_anything(f) || may_measure_anything(f) ? "" : "none that matters");
    size_t len = strlen(check->value);
    if (len != 0 && check->value[len - 1] == ' ')
        check->value[len - 1] = '\0';
}

/* Docker's default filter lets ptrace through on kernels from 4.8 on, perf_event_open never. */
static void check_seccomp(const access_facts *f, access_checks *checks)
{
    access_check *check = add(checks, "seccomp");
    bool filtered = f->self.seccomp != 0;
    snprintf(check->value, sizeof check->value, "%s", filtered ? "filter" : "none");
    if (!filtered || f->perf_errno != EPERM)
        return;
    snprintf(check->text, sizeof check->text,
             "unpeg runs under a seccomp filter that refuses perf_event_open, like a container's");
    find_fault(check, ACCESS_PERF, "use --backend ptrace, or give the container CAP_PERFMON");
}

static void check_paranoid(const access_facts *f, access_checks *checks)
{
    access_check *check = add(checks, "perf_event_paranoid");
    if (f->paranoid == INT64_MIN) {
        snprintf(check->value, sizeof check->value, "absent");
        snprintf(check->text, sizeof check->text, "this kernel shows no perf events");
        find_fault(check, ACCESS_PERF, "use --backend ptrace");
        return;
    }
    snprintf(check->value, sizeof check->value, "%lld", (long long)f->paranoid);
    if (f->paranoid <= 2 || may_measure_anything(f))
        return;
    snprintf(check->text, sizeof check->text,
             "kernel.perf_event_paranoid is %lld: no perf events for plain users",
             (long long)f->paranoid);
    find_fault(check, ACCESS_PERF, "use --backend ptrace, or as root set it to 2");
}

/* What the trials gave, and no check above explains. */
static void check_trials(const access_facts *f, access_checks *checks)
{
    unsigned blocked = 0;
    for (size_t i = 0; i < checks->count; i++)
        blocked |= checks->items[i].blocks;
    unsigned refused = (f->memory_errno ? TRACING : 0u) | (f->perf_errno ? ACCESS_PERF : 0u);
    checks->allowed = EVERYTHING & ~(blocked | refused);
    if (f->pid == 0)
        checks->allowed &= ACCESS_PERF;
    if ((refused & ~blocked) == 0)
        return;
    access_check *check = add(checks, "security");
    int error = (refused & ~blocked & ACCESS_MEMORY) ? f->memory_errno : f->perf_errno;
    snprintf(check->value, sizeof check->value, "%s", strerror(error));
    snprintf(check->text, sizeof check->text, "the kernel refuses %s, and why cannot be seen",
             (refused & ~blocked & ACCESS_MEMORY) ? "to read its memory" : "perf events");
    find_fault(check, refused & ~blocked,
               "look for a security module, a seccomp filter or another user namespace");
}

void access_judge(const access_facts *facts, access_checks *ret)
{
    *ret = (access_checks){.count = 0};
    check_state(facts, ret);
    check_uid(facts, ret);
    check_dumpable(facts, ret);
    check_tracer(facts, ret);
    check_yama(facts, ret);
    check_capabilities(facts, ret);
    check_seccomp(facts, ret);
    check_paranoid(facts, ret);
    check_trials(facts, ret);
}

static const char *name_of(unsigned right)
{
    switch (right) {
    case ACCESS_STOP:
        return "ptrace";
    case ACCESS_PERF:
        return "perf_event_open";
    default:
        return "process_vm_readv";
    }
}

static unpeg_status explain_refusal(const access_facts *facts, int os_errno, unsigned right,
                                    unpeg_error *error)
{
    access_checks checks;
    access_judge(facts, &checks);
    for (size_t i = 0; i < checks.count; i++) {
        const access_check *check = &checks.items[i];
        if (check->blocks & right)
            return unpeg_error_set(error, UNPEG_PERMISSION, "%s; %s", check->text, check->remedy);
    }
    return unpeg_error_set(error, UNPEG_PERMISSION,
                           "%s is refused (%s); look for a security module or a seccomp filter",
                           name_of(right), strerror(os_errno));
}

unpeg_status access_explain_facts(const access_facts *facts, int os_errno, unsigned right,
                                  unpeg_error *error)
{
    unpeg_status status = proc_status_of_errno(os_errno);
    if (status == UNPEG_PERMISSION)
        status = explain_refusal(facts, os_errno, right, error);
    else if (status == UNPEG_NOT_FOUND && has_ended(facts))
        unpeg_error_set(error, status,
                        "process %d has ended, and its parent has not asked for its exit code yet",
                        (int)facts->pid);
    else if (status == UNPEG_NOT_FOUND)
        unpeg_error_set(error, status, "there is no process %d", (int)facts->pid);
    else if (os_errno == ENOSYS || os_errno == EOPNOTSUPP)
        status = unpeg_error_set(error, UNPEG_UNSUPPORTED, "this kernel has no %s", name_of(right));
    else
        unpeg_error_set(error, status, "%s: %s", name_of(right), strerror(os_errno));
    if (error)
        error->os_errno = os_errno;
    return status;
}

unpeg_status access_explain(int32_t pid, int os_errno, unsigned right, unpeg_error *error)
{
    access_facts facts;
    if (!error && proc_status_of_errno(os_errno) == UNPEG_PERMISSION)
        return UNPEG_PERMISSION;
    access_facts_read(pid, &facts);
    return access_explain_facts(&facts, os_errno, right, error);
}
