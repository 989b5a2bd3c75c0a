/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "library_note.h"
#include "live_code.h"
#include "live_recorder.h"
#include "noted_files.h"
#include "raw_file.h"
#include "raw_format.h"
#include "recording.h"
#include "sampler_clock.h"
#include "unpeg/replay.h"
#include "v8_note.h"
#include "written_code.h"

enum { REFRESH_US = 1000000, LOOK_SAMPLES = 64 };

/* One recording on its way into a profile again. */
typedef struct replay {
    unpeg_replay_options options;
    raw_reader *reader;
    process_view *view;
    unpeg_profile *profile;
    unpeg_recording *facts; /* of the profile */
    live_recorder recorder;
    live_stack stack;
    live_codes codes;
    uint64_t programs;  /* that the process had become when the view was opened */
    int64_t started_us; /* the replay itself */
    int64_t begin_us, refresh_us;
} replay;

/* A number that was noted; 0 where it is not there. */
static int64_t number_of(const replay *r, const char *name)
{
    char text[32];
    unpeg_slice note = raw_reader_note(r->reader, name);
    if (note.len >= sizeof text)
        return 0;
    if (note.len != 0)
        memcpy(text, note.data, note.len);
    text[note.len] = '\0';
    return strtoll(text, NULL, 10);
}

static unpeg_status saved_maps(void *user, bool fresh, unpeg_slice *ret)
{
    const replay *r = user;
    (void)fresh;
    *ret = raw_reader_maps_text(r->reader);
    return UNPEG_OK;
}

static unpeg_status saved_v8(void *user, const v8_process *process, v8_namer **ret)
{
    const replay *r = user;
    return v8_note_read(r->reader, process, ret);
}

static bool saved_name(void *user, unpeg_addr pc, native_name *ret)
{
    const replay *r = user;
    raw_name saved;
    if (!raw_reader_name(r->reader, pc, &saved) || saved.reason >= UNPEG_UNKNOWN_COUNT)
        return false;
    *ret = (native_name){.name = saved.name,
                         .reason = (unpeg_unknown_reason)saved.reason,
                         .offset = saved.offset,
                         .size = saved.size};
    return true;
}

static bool saved_code(void *user, unpeg_addr pc, unpeg_frame *ret)
{
    const replay *r = user;
    return written_code_find(r->reader, pc, ret);
}

/* At the first sample: what the view reads at its start is in the recording before that. */
static unpeg_status open_view(replay *r)
{
    const live_source source = {.memory = raw_reader_memory(r->reader),
                                .files = saved_files_source(r->reader),
                                .root = "",
                                .maps = saved_maps,
                                .v8 = saved_v8,
                                .native = saved_name,
                                .written = saved_code,
                                .user = r,
                                .native_off = r->options.native_off};
    r->begin_us = number_of(r, "begin_us");
    r->refresh_us = r->begin_us;
    return process_view_create(&source, &r->view);
}

/* The process became another program: nothing of the one before is true of it. */
static void follow_program(replay *r)
{
    if (raw_reader_programs(r->reader) == r->programs)
        return;
    r->programs = raw_reader_programs(r->reader);
    live_codes_deinit(&r->codes);
    process_view_destroy(r->view);
    r->view = NULL;
}

static void refresh(replay *r, int64_t time_us)
{
    if (time_us < r->refresh_us)
        return;
    r->refresh_us = time_us > INT64_MAX - REFRESH_US ? INT64_MAX : time_us + REFRESH_US;
    process_view_refresh(r->view);
}

/* Times are what the file says: any two of them may be far apart. */
static int64_t since_begin(const replay *r, int64_t time_us)
{
    int64_t since;
    return __builtin_sub_overflow(time_us, r->begin_us, &since) ? 0 : since;
}

static unpeg_status take(replay *r, const target_snapshot *snapshot)
{
    follow_program(r);
    unpeg_status status = r->view ? UNPEG_OK : open_view(r);
    if (status != UNPEG_OK)
        return status;
    refresh(r, snapshot->time_us);
    r->recorder.kept = raw_reader_kept(r->reader);
    status = process_view_stack(r->view, snapshot, &r->stack);
    if (status == UNPEG_ARGUMENT) /* registers are missing: the file's doing */
        return UNPEG_INPUT;
    if (status == UNPEG_OK)
        status = live_codes_add(&r->codes, r->view, snapshot, &r->stack);
    if (status == UNPEG_OK)
        status = live_recorder_add(&r->recorder, &r->stack, since_begin(r, snapshot->time_us));
    if (status != UNPEG_OK)
        return status;
    r->facts->samples++;
    r->facts->incomplete += r->stack.end != STACK_END_COMPLETE;
    r->facts->unnamed += r->stack.unnamed;
    return UNPEG_OK;
}

static bool wants_more(const replay *r, const unpeg_source *source)
{
    const unpeg_replay_options *o = &r->options;
    if (r->facts->samples % LOOK_SAMPLES != 0)
        return true;
    if (o->budget_us && (uint64_t)(sampler_clock_us() - r->started_us) > o->budget_us)
        return false;
    return !o->progress ||
           o->progress(o->progress_user, unpeg_source_position(source), unpeg_source_size(source));
}

static unpeg_status take_all(replay *r, unpeg_source *source, unpeg_error *error)
{
    target_snapshot snapshot;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK) {
        if (!wants_more(r, source) && r->facts->samples != 0) {
            unpeg_profile_info_of(r->profile)->partial = true;
            return UNPEG_OK;
        }
        status = raw_reader_next(r->reader, &snapshot, error);
        if (status == UNPEG_OK) {
            status = take(r, &snapshot);
            if (status != UNPEG_OK)
                unpeg_error_set(error, status, "a sample of the recording cannot be used: %s",
                                unpeg_status_text(status));
        }
    }
    if (status == UNPEG_NOT_FOUND && r->facts->samples == 0)
        return unpeg_error_set(error, UNPEG_INPUT, "a raw recording without samples");
    if (status == UNPEG_INPUT && r->facts->samples != 0) {
        unpeg_profile_info_of(r->profile)->partial = true;
        return UNPEG_OK;
    }
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

static uint64_t count_of(const replay *r, const char *name)
{
    int64_t value = number_of(r, name);
    return value > 0 ? (uint64_t)value : 0;
}

/* The program's name is noted at the end: one that was cut off has that of its file. */
static unpeg_status name_program(replay *r)
{
    if (r->facts->program.len != 0)
        return UNPEG_OK;
    const char *exe = raw_reader_header(r->reader)->exe;
    const char *slash = strrchr(exe, '/');
    return unpeg_profile_intern(r->profile, unpeg_slice_of(slash ? slash + 1 : exe),
                                &r->facts->program);
}

/* What the recording said of itself; what was counted anew stays. */
static unpeg_status take_facts(replay *r)
{
    const unpeg_recording counted = *r->facts;
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < RECORDING_NUMBERS; i++)
        recording_set_number(r->facts, i, count_of(r, recording_number_name(i)));
    r->facts->samples = counted.samples;
    r->facts->incomplete = counted.incomplete;
    r->facts->unnamed = counted.unnamed;
    r->facts->pid = (uint32_t)raw_reader_header(r->reader)->pid;
    r->facts->rate_hz = raw_reader_header(r->reader)->rate_hz;
    for (size_t i = 0; i < RECORDING_TEXTS && status == UNPEG_OK; i++) {
        unpeg_slice text = raw_reader_note(r->reader, recording_text_name(i));
        status = unpeg_profile_intern(r->profile, text, &text);
        if (status == UNPEG_OK)
            recording_set_text(r->facts, i, text);
    }
    return status == UNPEG_OK ? name_program(r) : status;
}

static unpeg_status finish(replay *r)
{
    unpeg_profile_info *info = unpeg_profile_info_of(r->profile);
    unpeg_status status = take_facts(r);
    info->interval_us = r->facts->rate_hz ? 1000000 / r->facts->rate_hz : 0;
    info->partial = info->partial || r->facts->ended.len != 0;
    process_view_v8(r->view, info->v8);
    if (status == UNPEG_OK)
        status = unpeg_profile_intern(r->profile, unpeg_slice_of(process_view_withheld(r->view)),
                                      &r->facts->withheld);
    if (status == UNPEG_OK)
        status = library_note_read(raw_reader_note(r->reader, "libraries"), r->profile);
    return status == UNPEG_OK ? live_codes_keep(&r->codes, r->view, r->profile) : status;
}

static unpeg_status run(replay *r, unpeg_source *source, unpeg_error *error)
{
    unpeg_status status = raw_reader_open(source, &r->reader, error);
    if (status == UNPEG_OK)
        status = unpeg_profile_create(&r->profile);
    if (status != UNPEG_OK)
        return status;
    r->facts = &unpeg_profile_info_of(r->profile)->recording;
    r->recorder = (live_recorder){.profile = r->profile, .keep_outer = r->options.keep_outer};
    status = live_recorder_begin(&r->recorder);
    if (status == UNPEG_OK)
        status = take_all(r, source, error);
    return status == UNPEG_OK ? finish(r) : status;
}

unpeg_status unpeg_replay_can(unpeg_source *source, bool *ret, unpeg_error *error)
{
    char head[RAW_MAGIC_BYTES];
    size_t len;
    unpeg_status status = unpeg_source_peek(source, head, sizeof head, &len, error);
    *ret = status == UNPEG_OK && len == sizeof head && memcmp(head, RAW_MAGIC, sizeof head) == 0;
    return status;
}

unpeg_status unpeg_replay(unpeg_source *source, const unpeg_replay_options *options,
                          unpeg_profile **ret, unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    replay r = {.reader = NULL, .started_us = sampler_clock_us()};
    if (!error)
        error = &own;
    if (options && options->struct_size <= sizeof r.options)
        memcpy(&r.options, options, options->struct_size);
    unpeg_status status = run(&r, source, error);
    if (status != UNPEG_OK && error->status != status)
        unpeg_error_set(error, status, "%s", unpeg_status_text(status));
    if (status == UNPEG_OK) {
        *ret = r.profile;
        r.profile = NULL;
    }
    unpeg_profile_destroy(r.profile);
    process_view_destroy(r.view);
    live_stack_deinit(&r.stack);
    live_codes_deinit(&r.codes);
    raw_reader_close(r.reader);
    return status;
}
