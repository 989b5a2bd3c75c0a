/* SPDX-License-Identifier: MIT
 *
 * What each stage makes of every fixture, held against fixtures/.../stages.txt: the records, and
 * the profile with its stacks. UNPEG_UPDATE_GOLDEN=1 rewrites the files.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "hash.h"
#include "log_text.h"
#include "unpeg/log_parser.h"

enum { TEXT_BYTES = 1 << 18, TOP_FRAMES = 15 };

typedef struct text {
    char bytes[TEXT_BYTES];
    size_t len;
} text;

__attribute__((format(printf, 2, 3))) static void put(text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(t->bytes + t->len, TEXT_BYTES - t->len, format, args);
    va_end(args);
    assert_true(len >= 0 && t->len + (size_t)len < TEXT_BYTES);
    t->len += (size_t)len;
}

/* All records go into the hash, the first ones of each kind are shown. */
typedef struct record_sum {
    text *out;
    uint64_t hash;
    unsigned shown[UNPEG_RECORD_KIND_COUNT];
} record_sum;

static unpeg_status take_record(void *user, const unpeg_record *record)
{
    record_sum *sum = user;
    char line[2000];
    size_t len = unpeg_record_print(record, line, sizeof line);
    sum->hash = hash_bytes(line, len < sizeof line ? len : sizeof line - 1, sum->hash);
    if (sum->shown[record->kind]++ < 2)
        put(sum->out, "  %" PRIu64 ": %.300s\n", record->line, line);
    return UNPEG_OK;
}

static void put_damage(text *out, const unpeg_damage *damage)
{
    for (int k = 0; k < UNPEG_DAMAGE_COUNT; k++) {
        const unpeg_damage_entry *entry = &damage->kinds[k];
        if (entry->count == 0)
            continue;
        put(out, "  %s %" PRIu64 ":", unpeg_damage_name((unpeg_damage_kind)k), entry->count);
        for (uint64_t i = 0; i < entry->count && i < UNPEG_DAMAGE_PLACES; i++)
            put(out, " line %" PRIu64 " byte %" PRIu64, entry->places[i].line,
                entry->places[i].offset);
        put(out, "\n");
    }
}

static void put_records(text *out, const char *log, size_t len)
{
    unpeg_log_parser *parser;
    record_sum sum = {.out = out};
    put(out, "records (two of each kind)\n");
    assert_int_equal(unpeg_log_parser_create(NULL, take_record, &sum, &parser), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_feed(parser, log, len), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_OK);
    const unpeg_log_counters *counters = unpeg_log_parser_counters(parser);
    put(out, "  all: %016" PRIx64 " in %" PRIu64 " lines\n", sum.hash, counters->lines);
    put(out, "counts\n");
    for (int k = 0; k < UNPEG_RECORD_KIND_COUNT; k++)
        if (counters->records[k])
            put(out, "  %s %" PRIu64 "\n", unpeg_record_name((unpeg_record_kind)k),
                counters->records[k]);
    put(out, "damage of the rows\n");
    put_damage(out, unpeg_log_parser_damage(parser));
    unpeg_log_parser_destroy(parser);
}

static void put_top_frames(text *out, const unpeg_profile *profile)
{
    size_t count = unpeg_profile_frame_count(profile);
    unsigned *self = calloc(count + 1, sizeof *self);
    for (size_t t = 0; t < unpeg_profile_tick_count(profile); t++)
        self[unpeg_profile_nodes(profile)[unpeg_profile_tick(profile, t).node].frame]++;
    put(out, "frames by self ticks\n");
    for (int row = 0; row < TOP_FRAMES; row++) {
        size_t best = 0;
        for (size_t f = 1; f < count; f++)
            if (self[f] > self[best])
                best = f;
        if (self[best] == 0)
            break;
        char label[600];
        frame_text(unpeg_profile_frame(profile, (unpeg_frame_id)best), label, sizeof label);
        put(out, "  %u %.300s\n", self[best], label);
        self[best] = 0;
    }
    free(self);
}

static void put_stacks(text *out, const unpeg_profile *profile)
{
    size_t count = unpeg_profile_tick_count(profile);
    uint64_t hash = 0;
    char *stack = malloc(1 << 20);
    put(out, "stacks (of %zu ticks)\n", count);
    for (size_t t = 0; t < count; t++) {
        unpeg_tick tick = unpeg_profile_tick(profile, t);
        stack_text(profile, t, stack, 1 << 20);
        hash = hash_bytes(stack, strlen(stack), hash);
        hash = hash_mix(hash, (uint64_t)tick.time_us);
        hash = hash_mix(hash, (uint64_t)tick.vm_state << 8 | tick.flags);
        if (t % (count / 6 + 1) == count / 12)
            put(out, "  %zu: %" PRId64 " us %s%s %.400s\n", t, tick.time_us,
                unpeg_vm_state_text((unpeg_vm_state)tick.vm_state),
                tick.flags & UNPEG_TICK_TRUNCATED ? " truncated" : "", stack);
    }
    put(out, "  all: %016" PRIx64 "\n", hash);
    free(stack);
}

static void put_profile(text *out, const char *log, size_t len)
{
    const unpeg_log_options options = {.struct_size = sizeof options, .no_native_symbols = true};
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error;
    assert_int_equal(unpeg_source_open_memory(log, len, &source, &error), UNPEG_OK);
    unpeg_status status = unpeg_log_load(&options, source, &profile, &error);
    unpeg_source_close(source);
    if (status != UNPEG_OK) {
        put(out, "profile: %s\n", error.text);
        return;
    }
    const unpeg_profile_info *info = unpeg_profile_info_of(profile);
    put(out, "profile: %zu ticks, %zu nodes, %zu frames, %" PRIu64 " isolates%s\n",
        unpeg_profile_tick_count(profile), unpeg_profile_node_count(profile),
        unpeg_profile_frame_count(profile), info->isolates, info->ended ? ", ended" : "");
    put_top_frames(out, profile);
    put_stacks(out, profile);
    put(out, "damage of the profile\n");
    put_damage(out, unpeg_profile_damage(profile));
    unpeg_profile_destroy(profile);
}

/* Bytes that are no printable ASCII are for no golden file. */
static void make_printable(text *out)
{
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->bytes[i];
        if (c != '\n' && (c < 0x20 || c >= 0x7f))
            out->bytes[i] = '?';
    }
}

static void write_golden(const char *path, const text *out)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(out->bytes, 1, out->len, file), out->len);
    assert_int_equal(fclose(file), 0);
}

static void compare_golden(const char *name, const char *path, const text *out)
{
    text *want = calloc(1, sizeof *want);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s: no stages.txt; tools/update-golden makes it", name);
    want->len = fread(want->bytes, 1, TEXT_BYTES - 1, file);
    fclose(file);
    size_t at = 0;
    while (at < out->len && at < want->len && out->bytes[at] == want->bytes[at])
        at++;
    if (out->len != want->len || at < out->len)
        fail_msg("%s: stages.txt differs at byte %zu: \"%.80s\" is now \"%.80s\"", name, at,
                 want->bytes + at, out->bytes + at);
    free(want);
}

static void check_fixture(void *user, const char *name, const char *log, size_t len)
{
    char path[1024];
    text *out = calloc(1, sizeof *out);
    put_records(out, log, len);
    put_profile(out, log, len);
    make_printable(out);
    snprintf(path, sizeof path, "%s/%s/stages.txt", UNPEG_FIXTURES, name);
    if (*(const bool *)user)
        write_golden(path, out);
    else
        compare_golden(name, path, out);
    free(out);
}

static void every_stage_gives_what_it_gave(void **state)
{
    (void)state;
    const char *update = getenv("UNPEG_UPDATE_GOLDEN");
    bool rewrite = update && *update == '1';
    fixture_walk(check_fixture, &rewrite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_stage_gives_what_it_gave)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
