/* SPDX-License-Identifier: MIT */
#include "unpeg/log.h"

#include <stdlib.h>
#include <time.h>

#include "log_builder.h"
#include "read_plan.h"
#include "saved_profile.h"
#include "symbol_set.h"
#include "unpeg/log_parser.h"

enum {
    READ_BYTES = 64 << 10,    /* stays in the caches beside what is made of it */
    PROGRESS_BYTES = 1 << 20, /* between two looks at the clock */
};

/* One log being read. */
typedef struct log_reader {
    const unpeg_log_options *options;
    unpeg_source *source;
    unpeg_error *error;
    unpeg_profile *profile;
    symbol_set *symbols;
    log_builder *builder;
    unpeg_log_parser *parser;
    saved_profile *saved; /* the input is a profile, not a log; else NULL */
    char *buffer;
    uint64_t begin_us;      /* of the reading, on the monotonic clock */
    uint64_t bytes;         /* read so far */
    uint64_t file_offset;   /* of the next byte: more than bytes when some were skipped */
    uint64_t next_look;     /* bytes at which the clock and the caller are asked */
    uint64_t taking_offset; /* ticks are taken from here on; 0 when they always were */
    uint64_t head_lines;
    unpeg_damage head_damage; /* of the parser of the head, when the middle was skipped */
    double bytes_per_us;      /* with ticks, when last measured */
    uint64_t phase_bytes;     /* where the reading with ticks began, and when */
    uint64_t phase_us;
    bool in_tail, stop;
} log_reader;

static uint64_t now_us(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void close_reader(log_reader *r)
{
    unpeg_log_parser_destroy(r->parser);
    saved_profile_destroy(r->saved);
    log_builder_destroy(r->builder);
    symbol_set_destroy(r->symbols);
    unpeg_profile_destroy(r->profile);
    free(r->buffer);
}

static unpeg_status open_parser(log_reader *r, uint64_t offset, uint64_t line)
{
    const unpeg_log_parser_options options = {.struct_size = sizeof options,
                                              .wanted = log_builder_wanted,
                                              .first_offset = offset,
                                              .first_line = line,
                                              .starts_inside_a_row = offset != 0};
    return unpeg_log_parser_create(&options, log_builder_record, r->builder, &r->parser);
}

static unpeg_status open_reader(log_reader *r)
{
    const symbol_options symbols = {
        .sysroot = r->options->sysroot,
        .debug_dir = r->options->debug_dir,
        .names_off = r->options->no_native_symbols,
    };
    r->begin_us = now_us();
    r->next_look = PROGRESS_BYTES;
    r->buffer = malloc(READ_BYTES);
    unpeg_status status = r->buffer ? unpeg_profile_create(&r->profile) : UNPEG_NO_MEMORY;
    if (status == UNPEG_OK)
        status = symbol_set_create(&symbols, &r->symbols);
    if (status == UNPEG_OK)
        status = log_builder_create(r->profile, r->symbols, &r->builder);
    if (status == UNPEG_OK)
        status = open_parser(r, 0, 1);
    return status;
}

/* Leaves out the bytes up to offset. The row that was begun is lost with them. */
static unpeg_status skip_to(log_reader *r, uint64_t offset)
{
    unpeg_damage *damage = unpeg_profile_damage(r->profile);
    uint64_t line = unpeg_log_parser_counters(r->parser)->lines;
    unpeg_status status = unpeg_source_seek(r->source, offset, r->error);
    if (status != UNPEG_OK)
        return status;
    r->head_lines += line;
    unpeg_damage_sum(&r->head_damage, unpeg_log_parser_damage(r->parser));
    unpeg_damage_entry *skipped = &damage->kinds[UNPEG_DAMAGE_SKIPPED_BYTES];
    uint64_t before = skipped->count;
    unpeg_damage_add(damage, UNPEG_DAMAGE_SKIPPED_BYTES, r->head_lines, r->file_offset);
    skipped->count = before + offset - r->file_offset;
    r->file_offset = offset;
    unpeg_log_parser_destroy(r->parser);
    r->parser = NULL;
    return open_parser(r, offset, r->head_lines + 1);
}

static void begin_tail(log_reader *r)
{
    r->in_tail = true;
    r->taking_offset = 0;
    r->phase_bytes = r->bytes;
    r->phase_us = now_us() - r->begin_us;
    log_builder_set_start(r->builder, INT64_MIN);
}

static unpeg_status skip_to_tail(log_reader *r, uint64_t offset)
{
    begin_tail(r);
    return offset > r->file_offset ? skip_to(r, offset) : UNPEG_OK;
}

static unpeg_status follow_plan(log_reader *r, const read_plan *plan)
{
    if (plan->mode == READ_ALL)
        return UNPEG_OK;
    unpeg_profile_info *info = unpeg_profile_info_of(r->profile);
    info->partial = info->tail_only = true;
    log_builder_drop_ticks(r->builder);
    if (plan->mode == READ_TAIL)
        return skip_to_tail(r, plan->tail_offset);
    log_builder_set_start(r->builder, INT64_MAX);
    r->in_tail = false;
    r->taking_offset = plan->tail_offset;
    return UNPEG_OK;
}

/* The rate of this phase, once enough of it was read to be believed. */
static bool measure(log_reader *r, const read_progress *now)
{
    uint64_t bytes = r->bytes - r->phase_bytes;
    uint64_t us = now->elapsed_us > r->phase_us ? now->elapsed_us - r->phase_us : 1;
    if (bytes < READ_MIN_HEAD_BYTES || (bytes < READ_PLAN_BYTES && us < now->budget_us / 8))
        return false;
    r->bytes_per_us = (double)bytes / (double)us;
    return true;
}

/* Compares what is left with the budget. */
static unpeg_status mind_budget(log_reader *r, read_progress *now)
{
    uint64_t tail;
    if (!unpeg_source_can_seek(r->source))
        return UNPEG_OK;
    if (!r->taking_offset && !measure(r, now))
        return UNPEG_OK;
    now->bytes_per_us = r->bytes_per_us;
    if (r->taking_offset)
        return read_plan_is_late(now, &tail) ? skip_to_tail(r, tail) : UNPEG_OK;
    read_plan plan = read_plan_make(now);
    return follow_plan(r, &plan);
}

static unpeg_status look_at_clock(log_reader *r)
{
    const unpeg_log_options *o = r->options;
    uint64_t total = unpeg_source_size(r->source);
    read_progress now = {.bytes_done = r->file_offset,
                         .bytes_total = total,
                         .elapsed_us = now_us() - r->begin_us,
                         .budget_us = o->budget_us,
                         .in_tail = r->in_tail};
    r->next_look = r->bytes + PROGRESS_BYTES;
    bool stopped =
        o->progress && !o->progress(o->progress_user, unpeg_source_position(r->source), total);
    bool may_end = r->in_tail || r->saved || !unpeg_source_can_seek(r->source);
    if (stopped || (o->budget_us && may_end && now.elapsed_us > o->budget_us)) {
        unpeg_profile_info_of(r->profile)->partial = true;
        r->stop = true;
        return UNPEG_OK;
    }
    return o->budget_us && !r->saved ? mind_budget(r, &now) : UNPEG_OK;
}

static unpeg_status feed(log_reader *r, size_t len)
{
    r->bytes += len;
    r->file_offset += len;
    if (!r->saved)
        return unpeg_log_parser_feed(r->parser, r->buffer, len);
    unpeg_status status = saved_profile_feed(r->saved, r->buffer, len);
    if (status == UNPEG_UNSUPPORTED)
        return unpeg_error_set(r->error, status, "a profile saved by a newer unpeg");
    return status;
}

static unpeg_status read_chunk(log_reader *r, size_t *ret)
{
    unpeg_status status = unpeg_source_read(r->source, r->buffer, READ_BYTES, ret, r->error);
    return status != UNPEG_OK || *ret == 0 ? status : feed(r, *ret);
}

/* The first bytes tell a saved profile from a log. A pipe may hand them out one by one. */
static unpeg_status read_first(log_reader *r, size_t *ret)
{
    const size_t magic_len = strlen(SAVED_PROFILE_MAGIC);
    unpeg_status status = UNPEG_OK;
    size_t len = 1;
    *ret = 0;
    while (status == UNPEG_OK && *ret < magic_len && len != 0) {
        status = unpeg_source_read(r->source, r->buffer + *ret, READ_BYTES - *ret, &len, r->error);
        if (status == UNPEG_OK)
            *ret += len;
    }
    if (status == UNPEG_OK && *ret >= magic_len &&
        memcmp(r->buffer, SAVED_PROFILE_MAGIC, magic_len) == 0)
        status = saved_profile_create(r->profile, r->options->tail_us, &r->saved);
    return status == UNPEG_OK ? feed(r, *ret) : status;
}

static unpeg_status read_all(log_reader *r)
{
    size_t len;
    unpeg_status status = read_first(r, &len);
    while (status == UNPEG_OK && len != 0 && !r->stop) {
        status = read_chunk(r, &len);
        if (status == UNPEG_OK && r->bytes >= r->next_look && len != 0)
            status = look_at_clock(r);
        if (r->taking_offset && r->file_offset >= r->taking_offset)
            begin_tail(r);
    }
    return status;
}

/* The time of the last tick in the last bytes of a file, to know where a window of time begins. */
static unpeg_status find_last_time(log_reader *r, int64_t *ret)
{
    uint64_t size = unpeg_source_size(r->source);
    uint64_t offset = size > READ_MIN_TAIL_BYTES ? size - READ_MIN_TAIL_BYTES : 0;
    unpeg_status status = unpeg_source_seek(r->source, offset, r->error);
    unpeg_log_parser_destroy(r->parser);
    r->parser = NULL;
    if (status == UNPEG_OK)
        status = open_parser(r, offset, 1);
    for (size_t len = 1; status == UNPEG_OK && len != 0;)
        status = read_chunk(r, &len);
    *ret = log_builder_last_time(r->builder);
    return status;
}

/* Window by time: one look at the file's end, then a fresh start. */
static unpeg_status set_window(log_reader *r)
{
    int64_t last;
    if (r->options->tail_us == 0 || !unpeg_source_can_seek(r->source))
        return UNPEG_OK;
    unpeg_status status = find_last_time(r, &last);
    if (status == UNPEG_OK)
        status = unpeg_source_seek(r->source, 0, r->error);
    uint64_t begin_us = r->begin_us;
    close_reader(r);
    *r = (log_reader){.options = r->options, .source = r->source, .error = r->error};
    if (status == UNPEG_OK)
        status = open_reader(r);
    r->begin_us = begin_us;
    int64_t start;
    if (status == UNPEG_OK && last != INT64_MIN && r->options->tail_us <= INT64_MAX &&
        !__builtin_sub_overflow(last, (int64_t)r->options->tail_us, &start))
        log_builder_set_start(r->builder, start);
    return status;
}

static bool nothing_known(const log_reader *r)
{
    const unpeg_log_counters *counters = unpeg_log_parser_counters(r->parser);
    for (int kind = 0; kind < UNPEG_RECORD_KIND_COUNT; kind++)
        if (counters->records[kind])
            return false;
    return true;
}

static unpeg_status refuse(log_reader *r)
{
    if (r->bytes == 0)
        return unpeg_error_set(r->error, UNPEG_INPUT, "empty: V8 has not written anything yet");
    return unpeg_error_set(r->error, UNPEG_INPUT,
                           "not a V8 log: none of its %llu lines begins with an event name of V8",
                           (unsigned long long)unpeg_log_parser_counters(r->parser)->lines);
}

/* What a saved profile says of itself stays as it is. */
static unpeg_status finish_saved(log_reader *r)
{
    unpeg_status status = saved_profile_finish(r->saved);
    unpeg_damage_sum(unpeg_profile_damage(r->profile), unpeg_source_damage(r->source));
    if (r->stop)
        unpeg_profile_info_of(r->profile)->partial = true;
    return status;
}

static unpeg_status finish_reader(log_reader *r)
{
    if (r->saved)
        return finish_saved(r);
    unpeg_status status = unpeg_log_parser_finish(r->parser);
    if (status == UNPEG_OK && nothing_known(r))
        return refuse(r);
    if (status == UNPEG_OK)
        status = log_builder_finish(r->builder);
    unpeg_profile_info *info = unpeg_profile_info_of(r->profile);
    unpeg_damage *damage = unpeg_profile_damage(r->profile);
    unpeg_damage_sum(damage, &r->head_damage);
    unpeg_damage_sum(damage, unpeg_log_parser_damage(r->parser));
    unpeg_damage_sum(damage, unpeg_source_damage(r->source));
    info->bytes_read = r->bytes;
    info->bytes_total = unpeg_source_can_seek(r->source) ? unpeg_source_size(r->source) : 0;
    if (info->bytes_total < r->bytes)
        info->bytes_total = r->bytes;
    info->lines = r->head_lines + unpeg_log_parser_counters(r->parser)->lines;
    if (damage->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count)
        info->partial = true;
    return status;
}

unpeg_status unpeg_log_load(const unpeg_log_options *options, unpeg_source *source,
                            unpeg_profile **ret, unpeg_error *error)
{
    const unpeg_log_options defaults = {.struct_size = sizeof defaults};
    unpeg_error own = {.status = UNPEG_OK};
    log_reader reader = {
        .options = options ? options : &defaults, .source = source, .error = error ? error : &own};
    unpeg_status status = open_reader(&reader);
    if (status == UNPEG_OK)
        status = set_window(&reader);
    if (status == UNPEG_OK)
        status = read_all(&reader);
    if (status == UNPEG_OK)
        status = finish_reader(&reader);
    if (status == UNPEG_OK) {
        *ret = reader.profile;
        reader.profile = NULL;
    } else if (reader.error->status != status) {
        status = unpeg_error_set(reader.error, status, "%s", unpeg_status_text(status));
    }
    close_reader(&reader);
    return status;
}
