/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "capture_steps.h"
#include "unpeg/live.h"
#include "unpeg/process.h"

/* Of a browser the busiest renderer; of anything else the busiest thread with V8 in its process. */
static const unpeg_hot_thread *choose(const unpeg_hot_threads *hot)
{
    const unpeg_hot_thread *other = NULL;
    for (size_t i = 0; i < hot->count; i++) {
        const unpeg_hot_thread *thread = &hot->items[i];
        if (strcmp(thread->type, "renderer") == 0)
            return thread;
        if (!other && thread->type[0] == '\0' && thread->v8[0] != '\0')
            other = thread;
    }
    return other;
}

void step_find(void *wish, void *report)
{
    const capture_wish *w = wish;
    find_report *r = report;
    unpeg_hot_threads hot;
    unpeg_error error = {0};
    const unpeg_find_options options = {.struct_size = sizeof options,
                                        .tree = w->options->browser_pid,
                                        .interval_us = w->observe_us};
    r->status = unpeg_hot_threads_find(&options, &hot, &error);
    if (r->status != UNPEG_OK) {
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
        return;
    }
    const unpeg_hot_thread *hottest = choose(&hot);
    if (hottest) {
        r->pid = hottest->pid;
    } else {
        r->status = UNPEG_NOT_FOUND;
        snprintf(r->reason, sizeof r->reason, "no renderer of %" PRIu64 " processes is busy",
                 hot.processes);
    }
    unpeg_hot_threads_deinit(&hot);
}

void step_live(void *wish, void *report)
{
    const capture_wish *w = wish;
    summary_report *r = report;
    unpeg_profile *profile;
    unpeg_error error = {0};
    const unpeg_live_options options = {.struct_size = sizeof options,
                                        .pid = w->pid,
                                        .duration_us = w->budget_us,
                                        .native_off = w->options->no_native_symbols};
    r->status = unpeg_live_record(&options, &profile, &error);
    if (r->status != UNPEG_OK) {
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
        return;
    }
    r->ticks = unpeg_profile_tick_count(profile);
    if (r->ticks == 0) {
        unpeg_slice ended = unpeg_profile_info_const(profile)->recording.ended;
        snprintf(r->reason, sizeof r->reason, "process %d: %.*s", w->pid, (int)ended.len,
                 ended.len ? ended.data : "");
        if (ended.len == 0)
            snprintf(r->reason, sizeof r->reason, "process %d slept all the time", w->pid);
    }
    step_make_lines(w, profile, NULL, r);
    unpeg_profile_destroy(profile);
}
