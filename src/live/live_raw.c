/* SPDX-License-Identifier: MIT */
#include "live_raw.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "library_note.h"
#include "recording.h"
#include "sampler_arch.h"
#include "v8_note.h"

static int64_t wall_us(void)
{
    struct timespec time = {0};
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

unpeg_status live_raw_open(live_raw *raw, const unpeg_writer *out, int32_t pid, uint32_t rate_hz)
{
    char link[64];
    const sampler_arch *arch = sampler_arch_here();
    raw_header header = {.pid = pid, .rate_hz = rate_hz, .wall_us = wall_us()};
    *raw = (live_raw){.writer = NULL};
    if (!out)
        return UNPEG_OK;
    if (arch)
        header.arch = arch->arch;
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t len = readlink(link, header.exe, sizeof header.exe - 1);
    header.exe[len > 0 ? len : 0] = '\0';
    return raw_writer_create(out, &header, &raw->writer);
}

static void note_number(const live_raw *raw, const char *name, int64_t value)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%" PRId64, value);
    raw_writer_note(raw->writer, name, (unpeg_slice){text, (size_t)len});
}

void live_raw_note_begin(live_raw *raw, int64_t begin_us)
{
    if (raw->writer)
        note_number(raw, "begin_us", begin_us);
}

void live_raw_begin(live_raw *raw, const target_snapshot *snapshot, bool kept)
{
    if (raw->writer)
        raw_writer_begin(raw->writer, snapshot, kept);
}

unpeg_status live_raw_commit(live_raw *raw, live_process *process)
{
    if (!raw->writer)
        return UNPEG_OK;
    const v8_namer *namer = process_view_namer(live_process_target(process));
    raw_writer_maps(raw->writer, live_process_maps(process));
    if (namer && !raw->v8_noted) {
        unpeg_status status = v8_note_write(namer, raw->writer);
        if (status != UNPEG_OK)
            return status;
        raw->v8_noted = true;
    }
    return raw_writer_commit(raw->writer);
}

void live_raw_program(live_raw *raw)
{
    if (!raw->writer)
        return;
    raw_writer_program(raw->writer);
    v8_note_clear(raw->writer);
    raw->v8_noted = false;
}

static unpeg_status note_libraries(const live_raw *raw, const unpeg_profile *profile)
{
    raw_bytes text = {0};
    for (size_t i = 0; i < unpeg_profile_library_count(profile); i++)
        library_note_put(&text, unpeg_profile_library(profile, i));
    bool failed = text.failed;
    if (!failed)
        raw_writer_note(raw->writer, "libraries", (unpeg_slice){text.data, text.used});
    raw_bytes_deinit(&text);
    return failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

unpeg_status live_raw_finish(live_raw *raw, const unpeg_profile *profile)
{
    const unpeg_recording *facts = &unpeg_profile_info_const(profile)->recording;
    if (!raw->writer)
        return UNPEG_OK;
    for (size_t i = 0; i < RECORDING_TEXTS; i++)
        raw_writer_note(raw->writer, recording_text_name(i), recording_text(facts, i));
    for (size_t i = 0; i < RECORDING_NUMBERS; i++)
        note_number(raw, recording_number_name(i), (int64_t)recording_number(facts, i));
    unpeg_status status = note_libraries(raw, profile);
    const raw_totals totals = {.samples = facts->samples,
                               .lost = facts->lost,
                               .elapsed_us = facts->duration_us,
                               .run_us = facts->run_us};
    return status == UNPEG_OK ? raw_writer_finish(raw->writer, &totals) : status;
}

void live_raw_close(live_raw *raw)
{
    raw_writer_destroy(raw->writer);
    raw->writer = NULL;
}
