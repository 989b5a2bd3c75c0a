/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "exit_code.h"
#include "progress.h"
#include "stop.h"

static bool on_progress(void *user, uint64_t bytes, uint64_t total)
{
    progress_show(user, bytes, total);
    return !stop_requested();
}

unpeg_status load_log(const request *wanted, const char *path, unpeg_profile **ret,
                      unpeg_error *error)
{
    unpeg_source *source;
    progress bar;
    unpeg_log_options options = request_log_options(wanted);
    *error = (unpeg_error){.status = UNPEG_OK};
    unpeg_status status = unpeg_source_open(path, &source, error);
    if (status != UNPEG_OK)
        return status;
    progress_begin(&bar, path, wanted->quiet);
    options.progress = on_progress;
    options.progress_user = &bar;
    status = unpeg_log_load(&options, source, ret, error);
    progress_end(&bar);
    unpeg_source_close(source);
    return status;
}

int load_exit_code(unpeg_status status)
{
    return status == UNPEG_INPUT || status == UNPEG_NOT_FOUND ? EXIT_INPUT : EXIT_SYSTEM;
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
