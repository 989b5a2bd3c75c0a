/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "exit_code.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/replay.h"

static bool on_progress(void *user, uint64_t bytes, uint64_t total)
{
    progress_show(user, bytes, total);
    return !stop_requested();
}

static bool on_interrupt(void *user)
{
    (void)user;
    return stop_requested();
}

void load_heed_signals(unpeg_source *source)
{
    unpeg_source_on_interrupt(source, on_interrupt, NULL);
}

static unpeg_status load_raw(const request *wanted, unpeg_source *source, progress *bar,
                             unpeg_profile **ret, unpeg_error *error)
{
    const unpeg_replay_options options = {.struct_size = sizeof options,
                                          .native_off = wanted->no_symbols,
                                          .budget_us = wanted->budget_us,
                                          .progress = on_progress,
                                          .progress_user = bar};
    return unpeg_replay(source, &options, ret, error);
}

static unpeg_status load_source(const request *wanted, unpeg_source *source, progress *bar,
                                unpeg_profile **ret, unpeg_error *error)
{
    unpeg_log_options options = request_log_options(wanted);
    options.progress = on_progress;
    options.progress_user = bar;
    bool is_raw;
    load_heed_signals(source);
    unpeg_status status = unpeg_replay_can(source, &is_raw, error);
    if (status == UNPEG_OK && is_raw)
        return load_raw(wanted, source, bar, ret, error);
    if (status == UNPEG_OK)
        status = unpeg_log_load(&options, source, ret, error);
    /* A signal that ended a wait for input ended the log as well, and the loader cannot know. */
    if (status == UNPEG_OK && stop_requested())
        unpeg_profile_info_of(*ret)->partial = true;
    return status;
}

unpeg_status load_log(const request *wanted, const char *path, unpeg_profile **ret,
                      unpeg_error *error)
{
    unpeg_source *source;
    progress bar;
    *error = (unpeg_error){.status = UNPEG_OK};
    unpeg_status status = unpeg_source_open(path, &source, error);
    if (status != UNPEG_OK)
        return status;
    progress_begin(&bar, path, wanted->quiet);
    status = load_source(wanted, source, &bar, ret, error);
    progress_end(&bar);
    unpeg_source_close(source);
    return status;
}

int load_exit_code(unpeg_status status)
{
    return status == UNPEG_NO_MEMORY ? EXIT_SYSTEM : EXIT_INPUT;
}

int load_profile_exit_code(const request *wanted, unpeg_profile *profile)
{
    if (unpeg_profile_tick_count(profile) == 0)
        return EXIT_INPUT;
    return wanted->strict && load_is_doubtful(profile) ? EXIT_PARTIAL : EXIT_DONE;
}

bool load_is_doubtful(unpeg_profile *profile)
{
    const unpeg_damage *damage = unpeg_profile_damage(profile);
    for (int kind = 0; kind < UNPEG_DAMAGE_COUNT; kind++)
        if (damage->kinds[kind].count && kind != UNPEG_DAMAGE_LOST_SAMPLES &&
            kind != UNPEG_DAMAGE_TRUNCATED_STACK)
            return true;
    return unpeg_profile_info_of(profile)->partial;
}
