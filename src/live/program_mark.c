/* SPDX-License-Identifier: MIT */
#include "program_mark.h"

#include "thread_list.h"

static uint64_t stack_start_of(int32_t pid)
{
    proc_stat stat;
    return thread_stat(pid, 0, &stat) == UNPEG_OK ? stat.stack_start : 0;
}

program_mark program_mark_of(int32_t pid)
{
    return (program_mark){.pid = pid, .stack_start = stack_start_of(pid)};
}

bool program_mark_changed(program_mark *mark)
{
    uint64_t now = stack_start_of(mark->pid);
    if (now == 0 || now == mark->stack_start)
        return false;
    bool known = mark->stack_start != 0;
    mark->stack_start = now;
    return known;
}
