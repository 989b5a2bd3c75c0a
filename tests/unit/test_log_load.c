/* SPDX-License-Identifier: MIT
 *
 * Logs whose true profile is known by construction.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "log_text.h"

#define HEAD(version) "v8-version," version ",-node.1,0\n"
#define N20 HEAD("11,3,244,8")
#define CODE                                                                                       \
    "code-creation,JS,10,1,0x2000,256,f /a.js:1:2,0x9000,~\n"                                      \
    "code-creation,JS,13,1,0x3000,256,g /a.js:3:4,0x9100,*\n"                                      \
    "code-creation,Script,10,1,0x4000,256, /a.js:1:1,0x9200,~\n"

static uint64_t damage_of(unpeg_profile *profile, unpeg_damage_kind kind)
{
    return unpeg_profile_damage(profile)->kinds[kind].count;
}

typedef struct stack_case {
    const char *name, *log, *stack; /* stack: of the last tick */
} stack_case;

static const stack_case stack_cases[] = {
    {"a stack", N20 CODE "tick,0x2010,5,0,0x0,0,0x3010,0x4010\n",
     "js~ f /a.js:1:2 < js* g /a.js:3:4 < js~ /a.js:1:1"},
    {"relative frames", N20 CODE "tick,0x2010,5,0,0x0,0,+0x1000,+0x1000\n",
     "js~ f /a.js:1:2 < js* g /a.js:3:4 < js~ /a.js:1:1"},
    {"a pc that is external to JavaScript",
     N20 CODE "code-creation,Builtin,3,1,0x5000,16,ArrayMap\ntick,0x5004,5,0,0x0,0,0x3010\n",
     "builtin ArrayMap < js* g /a.js:3:4"},
    {"a return address behind the last instruction belongs to the code before it",
     N20 CODE "code-creation,JS,13,1,0x3100,16,h /a.js:9:9,0x9300,*\n"
              "tick,0x2010,5,0,0x0,0,0x2010,0x3100,0x4010\n",
     "js~ f /a.js:1:2 < js~ f /a.js:1:2 < js* g /a.js:3:4 < js~ /a.js:1:1"},
    {"the first bytecode's place is the function itself",
     N20 CODE "tick,0x3010,5,0,0x0,0,0x3010,0x2000,0x4010\n",
     "js* g /a.js:3:4 < js* g /a.js:3:4 < js~ f /a.js:1:2 < js~ /a.js:1:1"},
    {"the callback and the pc below it",
     N20 CODE "shared-library,/lib/x.so,0x700000,0x710000,0\n"
              "code-creation,Builtin,3,1,0x5000,16,Entry\n"
              "tick,0x700010,5,1,0x5000,6,0x3010\n",
     "library /lib/x.so < builtin Entry < js* g /a.js:3:4"},
    {"the pc inside the callback counts once",
     N20 CODE "shared-library,/lib/x.so,0x700000,0x710000,0\n"
              "tick,0x700010,5,1,0x700000,6,0x3010\n",
     "library /lib/x.so < js* g /a.js:3:4"},
    {"builtins inside a library keep their names",
     N20 "shared-library,/bin/node,0x400000,0x800000,0\n"
         "code-creation,Builtin,3,1,0x500000,64,LoadIC\n"
         "tick,0x500010,5,0,0x0,0\n",
     "builtin LoadIC"},
    {"the copy of the builtins that Node 20 runs",
     N20 "new,CodeRange,0x7f0000000000,0\n"
         "code-creation,Builtin,3,1,0x500000,64,LoadIC\n"
         "code-creation,Builtin,3,1,0x500040,64,StoreIC\n"
         "tick,0x7f001ffc0050,5,0,0x0,0\n",
     "builtin StoreIC"},
    {"garbage collection has its own place", N20 CODE "tick,0x2010,5,0,0x0,1\n",
     "js~ f /a.js:1:2 < gc"},
    {"idle", N20 CODE "tick,0x2010,5,0,0x0,8\n", "js~ f /a.js:1:2 < idle"},
    {"idle in V8 7", HEAD("7,8,279,23") CODE "tick,0x2010,5,0,0x0,7\n", "js~ f /a.js:1:2 < idle"},
    {"no pc", N20 CODE "tick,0x0,5,0,0x0,5\n", "unknown null-pc 0x0"},
    {"an unknown frame keeps its place", N20 CODE "tick,0x2010,5,0,0x0,0,0x77770055,0x4010\n",
     "js~ f /a.js:1:2 < unknown no-code-row 0x77770000 < js~ /a.js:1:1"},
    {"an unknown pc", N20 CODE "tick,0x77770055,5,0,0x0,0\n", "unknown no-mapping 0x77770000"},
    {"moved code", N20 CODE "code-move,0x2000,0x8000\ntick,0x8010,5,0,0x0,0\n", "js~ f /a.js:1:2"},
    {"a late tick of moved code", N20 CODE "code-move,0x2000,0x8000\ntick,0x2010,5,0,0x0,0\n",
     "js~ f /a.js:1:2"},
    {"V8 7.8 logs moves by the object's start",
     HEAD("7,8,279,23") CODE "code-move,0x1fca,0x7fca\ntick,0x8010,5,0,0x0,0\n", "js~ f /a.js:1:2"},
    {"a tick before the row of its code", N20 "tick,0x2010,5,0,0x0,0,0x3010\n" CODE,
     "js~ f /a.js:1:2 < js* g /a.js:3:4"},
    {"new code in the place of old",
     N20 CODE "tick,0x2010,4,0,0x0,0,0x2010\n"
              "code-creation,JS,13,1,0x2000,128,h /b.js:9:9,0x9300,*\n"
              "tick,0x2010,5,0,0x0,0,0x2010\n",
     "js* h /b.js:9:9 < js* h /b.js:9:9"},
    {"deleted code", N20 CODE "code-delete,0x2000\ntick,0x2010,5,0,0x0,0\n",
     "unknown no-mapping 0x2000"},
    {"every tier",
     N20 "code-creation,JS,10,1,0x2000,16,a /a.js:1:1,0x9000,o*'\n"
         "code-creation,JS,10,1,0x2010,16,b /a.js:2:1,0x9010,+'\n"
         "code-creation,JS,10,1,0x2020,16,c /a.js:3:1,0x9020,^\n"
         "code-creation,JS,10,1,0x2030,16,d /a.js:4:1,0x9030,\n"
         "tick,0x2004,5,0,0x0,0,0x2014,0x2024,0x2034\n",
     "jso*' a /a.js:1:1 < js+' b /a.js:2:1 < js^ c /a.js:3:1 < js d /a.js:4:1"},
    {"names are unescaped as their release wrote them",
     HEAD("8,4,371,23") "code-creation,LazyCompile,11,1,0x2000,16,a\\x2Cb /x\\x2C.js:1:1,0x9,~\n"
                        "tick,0x2004,5,0,0x0,0\n",
     "js~ a,b /x,.js:1:1"},
    {"a raw backslash stays",
     N20 "code-creation,JS,11,1,0x2000,16,a\\x2Cb /x\\x2C.js:1:1,0x9,~\ntick,0x2004,5,0,0x0,0\n",
     "js~ a\\x2Cb /x,.js:1:1"},
    {"regexp and wasm",
     N20 "code-creation,RegExp,3,1,0x2000,16,(a+)\\x2C+$\n"
         "code-creation,JS,4,1,0x2010,16,wasm-function[3],0x9,*\n"
         "tick,0x2004,5,0,0x0,0,0x2014\n",
     "regexp (a+),+$ < wasm* wasm-function[3]"},
};

static void ticks_become_stacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stack_cases / sizeof stack_cases[0]; i++) {
        print_message("%s\n", stack_cases[i].name);
        unpeg_profile *profile = load_text(stack_cases[i].log, NULL);
        size_t count = unpeg_profile_tick_count(profile);
        assert_true(count > 0);
        assert_stack(profile, count - 1, stack_cases[i].stack);
        unpeg_profile_destroy(profile);
    }
}

/* The second stack shares the end of the first; moved and replaced code in it is seen. */
static void remembered_stack_ends_follow_the_code(void **state)
{
    (void)state;
    unpeg_profile *profile =
        load_text(N20 CODE "tick,0x2010,1,0,0x0,0,0x3010,0x3020,0x4010\n"
                           "tick,0x2011,2,0,0x0,0,0x2020,0x3020,0x4010\n"
                           "code-creation,JS,13,1,0x3000,64,h /b.js:9:9,0x9300,*\n"
                           "tick,0x2011,3,0,0x0,0,0x2020,0x3020,0x4010\n"
                           "code-move,0x3000,0x6000\n"
                           "code-creation,JS,13,1,0x3000,64,i /c.js:8:8,0x9400,^\n"
                           "tick,0x2011,4,0,0x0,0,0x6020,0x3020,0x4010\n",
                  NULL);
    assert_stack(profile, 0, "js~ f /a.js:1:2 < js* g /a.js:3:4 < js* g /a.js:3:4 < js~ /a.js:1:1");
    assert_stack(profile, 1, "js~ f /a.js:1:2 < js~ f /a.js:1:2 < js* g /a.js:3:4 < js~ /a.js:1:1");
    assert_stack(profile, 2, "js~ f /a.js:1:2 < js~ f /a.js:1:2 < js* h /b.js:9:9 < js~ /a.js:1:1");
    assert_stack(profile, 3, "js~ f /a.js:1:2 < js* h /b.js:9:9 < js^ i /c.js:8:8 < js~ /a.js:1:1");
    unpeg_profile_destroy(profile);
}

static void deep_stacks_are_marked_as_cut(void **state)
{
    (void)state;
    char *log = malloc(64 << 10);
    size_t len = (size_t)sprintf(log, N20 CODE);
    for (int tick = 0; tick < 3; tick++) {
        len += (size_t)sprintf(log + len, "tick,0x2010,%d,0,0x0,0", tick);
        for (int frame = 0; frame < (tick == 1 ? 254 : 255); frame++)
            len += (size_t)sprintf(log + len, ",0x3010");
        len += (size_t)sprintf(log + len, "\n");
    }
    unpeg_profile *profile = load_text(log, NULL);
    assert_int_equal(unpeg_profile_tick(profile, 0).flags, UNPEG_TICK_TRUNCATED);
    assert_int_equal(unpeg_profile_tick(profile, 1).flags, 0);
    assert_int_equal(unpeg_profile_tick(profile, 2).flags, UNPEG_TICK_TRUNCATED);
    assert_int_equal(unpeg_profile_tick(profile, 0).node, unpeg_profile_tick(profile, 2).node);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_TRUNCATED_STACK), 2);
    unpeg_profile_destroy(profile);
    free(log);
}

static void damage_is_counted_with_its_place(void **state)
{
    (void)state;
    unpeg_profile *profile = load_text(N20 CODE "shared-library,/x,0x9,0x8,0\n"
                                                "code-creation,Builtin,3,1,0x0,16,X\n"
                                                "code-creation,JS,3,1,0x80,16,u /u.js:1:1,0x1,?\n"
                                                "code-move,0x1234,0x5678\n"
                                                "tick,0x2010,9,0,0x0,99,overflow,junk,0x3010\n"
                                                "tick,0x2010,8,0,0x0,0\n",
                                       NULL);
    static const unpeg_damage_kind kinds[] = {
        UNPEG_DAMAGE_BAD_LIBRARY,  UNPEG_DAMAGE_BAD_CODE_RANGE, UNPEG_DAMAGE_UNKNOWN_MARKER,
        UNPEG_DAMAGE_UNKNOWN_MOVE, UNPEG_DAMAGE_UNKNOWN_STATE,  UNPEG_DAMAGE_TIME_BACKWARDS};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const unpeg_damage_entry *entry = &unpeg_profile_damage(profile)->kinds[kinds[i]];
        assert_int_equal(entry->count, 1);
        assert_int_equal(entry->places[0].line, 5 + i);
    }
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_BAD_FRAME), 1);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_LOST_SAMPLES), 1);
    assert_stack(profile, 0, "js~ f /a.js:1:2 < js* g /a.js:3:4");
    unpeg_profile_destroy(profile);
}

static void a_last_row_counts_if_it_ends_like_the_one_before(void **state)
{
    (void)state;
    unpeg_profile *profile = load_text(N20 CODE "tick,0x2010,1,0,0x0,0,0x3010,0x4010\n"
                                                "tick,0x2010,2,0,0x0,0,0x3020,0x4010",
                                       NULL);
    assert_int_equal(unpeg_profile_tick_count(profile), 2);
    unpeg_profile_destroy(profile);
    profile = load_text(N20 CODE "tick,0x2010,1,0,0x0,0,0x3010,0x4010\n"
                                 "tick,0x2010,2,0,0x0,0,0x3020,0x401",
                        NULL);
    assert_int_equal(unpeg_profile_tick_count(profile), 1);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_CUT_LAST_ROW), 1);
    unpeg_profile_destroy(profile);
}

static void several_isolates_are_noticed(void **state)
{
    (void)state;
    unpeg_profile *profile = load_text(N20 "profiler,begin,1000\n" CODE
                                           "tick,0x2010,1,0,0x0,0\n" N20 "profiler,begin,1000\n",
                                       NULL);
    assert_int_equal(unpeg_profile_info_of(profile)->isolates, 2);
    unpeg_profile_destroy(profile);
}

static void deoptimizations_are_counted(void **state)
{
    (void)state;
    unpeg_profile *profile =
        load_text(N20 CODE "code-deopt,9,460,0x3000,-1,-1,deopt-eager,</a.js:4:5>,wrong map\n"
                           "code-deopt,10,460,0x3000,-1,-1,deopt-lazy,</a.js:4:5>,wrong map\n"
                           "tick,0x2010,11,0,0x0,0\n",
                  NULL);
    assert_int_equal(unpeg_profile_info_of(profile)->deopts, 2);
    unpeg_profile_destroy(profile);
}

static void what_is_no_log_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "hello\nworld\n", "\n\n"};
    for (size_t i = 0; i < 3; i++) {
        unpeg_source *source;
        unpeg_profile *profile = NULL;
        unpeg_error error;
        assert_int_equal(unpeg_source_open_memory(texts[i], strlen(texts[i]), &source, &error),
                         UNPEG_OK);
        assert_int_equal(unpeg_log_load(NULL, source, &profile, &error), UNPEG_INPUT);
        assert_int_equal(error.status, UNPEG_INPUT);
        assert_non_null(strstr(error.text, i == 0 ? "empty" : "not a V8 log"));
        assert_null(profile);
        unpeg_source_close(source);
    }
}

static bool stop_at_once(void *user, uint64_t bytes, uint64_t total)
{
    (void)user;
    (void)bytes;
    (void)total;
    return false;
}

static unpeg_profile *load_file(const char *path, const unpeg_log_options *options)
{
    unpeg_source *source = NULL;
    unpeg_profile *profile = NULL;
    unpeg_error error;
    assert_int_equal(unpeg_source_open(path, &source, &error), UNPEG_OK);
    assert_int_equal(unpeg_log_load(options, source, &profile, &error), UNPEG_OK);
    unpeg_source_close(source);
    return profile;
}

/* 6 MB: two functions take turns, one second each; the last three seconds are h alone. */
static const char *write_large_log(void)
{
    static char path[] = "/tmp/unpeg-large-log-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    fputs(N20 CODE "code-creation,JS,13,1,0x6000,64,h /b.js:9:9,0x9300,*\n", file);
    for (int i = 0; i < 60000; i++) {
        const char *pc = i >= 57000 ? "0x6010" : i / 1000 % 2 ? "0x2010" : "0x3010";
        fprintf(file, "tick,%s,%d,0,0x0,0", pc, i * 1000);
        for (int frame = 0; frame < 10; frame++)
            fputs(",0x4010", file);
        fputs("\n", file);
    }
    fclose(file);
    return path;
}

static void a_budget_keeps_the_end_and_says_so(void **state)
{
    (void)state;
    const char *path = write_large_log();
    unpeg_log_options options = {.struct_size = sizeof options, .budget_us = 1};
    unpeg_profile *profile = load_file(path, &options);
    unpeg_profile_info info = *unpeg_profile_info_of(profile);
    assert_true(info.partial && info.tail_only);
    assert_true(info.bytes_read < info.bytes_total);
    size_t count = unpeg_profile_tick_count(profile);
    assert_true(count > 3000 && count < 60000);
    assert_int_equal(unpeg_profile_tick(profile, count - 1).time_us, 59999000);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_SKIPPED_BYTES),
                     info.bytes_total - info.bytes_read);
    char text[1024];
    stack_text(profile, count - 1, text, sizeof text);
    assert_non_null(strstr(text, "js* h /b.js:9:9 < js~"));
    unpeg_profile_destroy(profile);
    unpeg_log_options tail = {.struct_size = sizeof tail, .tail_us = 2000000};
    profile = load_file(path, &tail);
    assert_int_equal(unpeg_profile_tick_count(profile), 2001);
    unpeg_profile_destroy(profile);
    unpeg_log_options stopping = {.struct_size = sizeof stopping, .progress = stop_at_once};
    profile = load_file(path, &stopping);
    assert_true(unpeg_profile_info_of(profile)->partial);
    assert_true(unpeg_profile_tick_count(profile) < 60000);
    unpeg_profile_destroy(profile);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_become_stacks),
        cmocka_unit_test(remembered_stack_ends_follow_the_code),
        cmocka_unit_test(deep_stacks_are_marked_as_cut),
        cmocka_unit_test(damage_is_counted_with_its_place),
        cmocka_unit_test(a_last_row_counts_if_it_ends_like_the_one_before),
        cmocka_unit_test(several_isolates_are_noticed),
        cmocka_unit_test(deoptimizations_are_counted),
        cmocka_unit_test(what_is_no_log_is_refused),
        cmocka_unit_test(a_budget_keeps_the_end_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
