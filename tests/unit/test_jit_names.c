/* SPDX-License-Identifier: MIT
 *
 * What programs write down about their code: perf maps, jitdumps, rows of V8's log.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "jit_table.h"
#include "jitdump.h"
#include "perf_map.h"

typedef struct expected {
    const char *text; /* as it is written */
    unpeg_frame_kind kind;
    unpeg_tier tier;
    const char *name, *file;
    uint32_t line, column;
} expected;

static void assert_text(unpeg_slice text, const char *want)
{
    assert_int_equal(text.len, strlen(want));
    assert_memory_equal(text.data, want, text.len);
}

static void assert_found(jit_table *table, unpeg_addr pc, const char *want)
{
    unpeg_frame frame;
    unpeg_status status = jit_table_find(table, pc, true, &frame);
    assert_int_equal(status, want ? UNPEG_OK : UNPEG_NOT_FOUND);
    if (want)
        assert_text(frame.name, want);
}

static void test_texts(void **state)
{
    (void)state;
    static const expected cases[] = {
        {"JS:*inner /srv/a.js:3:15", UNPEG_FRAME_JS, UNPEG_TIER_TURBOFAN, "inner", "/srv/a.js", 3,
         15},
        {"JS:~ /srv/a b.js:3:15", UNPEG_FRAME_JS, UNPEG_TIER_IGNITION, "", "/srv/a b.js", 3, 15},
        {"JS:+'twice /srv/a.js:15:2", UNPEG_FRAME_JS, UNPEG_TIER_MAGLEV, "twice", "/srv/a.js", 15,
         2},
        {"JS:o+spin /srv/a.js:9:4", UNPEG_FRAME_JS, UNPEG_TIER_MAGLEV, "spin", "/srv/a.js", 9, 4},
        {"JS:other node:fs:9:4", UNPEG_FRAME_JS, UNPEG_TIER_NONE, "other", "node:fs", 9, 4},
        {"LazyCompile:*countTo /srv/a.js:21", UNPEG_FRAME_JS, UNPEG_TIER_TURBOFAN, "countTo",
         "/srv/a.js", 21, 0},
        {"LazyCompile:~get area /srv/a.js:8", UNPEG_FRAME_JS, UNPEG_TIER_IGNITION, "get area",
         "/srv/a.js", 8, 0},
        {"Builtin:ArrayMap", UNPEG_FRAME_BUILTIN, UNPEG_TIER_NONE, "ArrayMap", "", 0, 0},
        {"BytecodeHandler:Add.Wide", UNPEG_FRAME_BYTECODE_HANDLER, UNPEG_TIER_NONE, "Add.Wide", "",
         0, 0},
        {"RegExp:^(a+)+$", UNPEG_FRAME_REGEXP, UNPEG_TIER_NONE, "^(a+)+$", "", 0, 0},
        {"void Main::run(int)", UNPEG_FRAME_STUB, UNPEG_TIER_NONE, "void Main::run(int)", "", 0, 0},
        {"o", UNPEG_FRAME_STUB, UNPEG_TIER_NONE, "o", "", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const expected *want = &cases[i];
        jit_table *table;
        unpeg_frame frame;
        assert_int_equal(jit_table_create(&table), UNPEG_OK);
        assert_int_equal(jit_table_add(table, 0x2000, 64, unpeg_slice_of(want->text)), UNPEG_OK);
        assert_int_equal(jit_table_find(table, 0x2010, true, &frame), UNPEG_OK);
        print_message("%s\n", want->text);
        assert_int_equal(frame.kind, want->kind);
        assert_int_equal(frame.tier, want->tier);
        assert_text(frame.name, want->name);
        assert_text(frame.file, want->file);
        assert_int_equal(frame.line, want->line);
        assert_int_equal(frame.column, want->column);
        jit_table_destroy(table);
    }
}

static void test_places(void **state)
{
    (void)state;
    jit_table *table;
    unpeg_frame frame;
    assert_int_equal(jit_table_create(&table), UNPEG_OK);
    assert_found(table, 0x2000, NULL);
    assert_int_equal(jit_table_add(table, 0x2000, 64, unpeg_slice_of("first")), UNPEG_OK);
    assert_int_equal(jit_table_add(table, 0x2040, 64, unpeg_slice_of("second")), UNPEG_OK);
    assert_found(table, 0x1fff, NULL);
    assert_found(table, 0x2000, "first");
    assert_found(table, 0x2040, "second");
    assert_found(table, 0x2080, NULL);
    assert_int_equal(jit_table_find(table, 0x2040, false, &frame), UNPEG_OK);
    assert_text(frame.name, "first"); /* a return address is behind its call */
    assert_int_equal(jit_table_add(table, 0x2010, 16, unpeg_slice_of("later")), UNPEG_OK);
    assert_found(table, 0x2018, "later");
    assert_found(table, 0x2000, NULL);
    assert_int_equal(jit_table_move(table, 0x2010, 0x9000), UNPEG_OK);
    assert_found(table, 0x9008, "later");
    assert_int_equal(jit_table_move(table, 0x7777, 0x9000), UNPEG_OK);
    assert_int_equal(jit_table_add(table, UINT64_MAX, UINT64_MAX, unpeg_slice_of("x")), UNPEG_OK);
    assert_int_equal(jit_table_add(table, 0x3000, 0, unpeg_slice_of("empty")), UNPEG_OK);
    assert_found(table, 0x3000, NULL);
    jit_table_destroy(table);
}

/* Lines that are none, numbers that do not fit, an end in the middle of a line. */
static const char MAP[] = "2000 40 JS:*inner /srv/a.js:3:15\n"
                          "\n"
                          "2040\n"
                          "2040 40\n"
                          "zz 40 nothing\n"
                          "11112222333344445 40 nothing\n"
                          "0x2040 0x40 two words\n"
                          "2080 40 \xff\xfe\n"
                          "20c0 40 unfinished";

static void read_map(size_t piece)
{
    jit_table *table;
    perf_map *map;
    assert_int_equal(jit_table_create(&table), UNPEG_OK);
    assert_int_equal(perf_map_create(table, &map), UNPEG_OK);
    for (size_t at = 0; at < sizeof MAP - 1; at += piece) {
        size_t rest = sizeof MAP - 1 - at;
        assert_int_equal(perf_map_feed(map, MAP + at, rest < piece ? rest : piece), UNPEG_OK);
    }
    assert_found(table, 0x2000, "inner");
    assert_found(table, 0x2040, "two words");
    assert_found(table, 0x2080, "\xff\xfe");
    assert_found(table, 0x20c0, NULL);
    assert_int_equal(perf_map_feed(map, " no more\n", 9), UNPEG_OK);
    assert_found(table, 0x20c0, "unfinished no more");
    perf_map_destroy(map);
    jit_table_destroy(table);
}

static void test_map(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= sizeof MAP; piece++)
        read_map(piece);
}

static void test_long_line(void **state)
{
    (void)state;
    static char text[3 * JIT_NAME_BYTES];
    jit_table *table;
    perf_map *map;
    unpeg_frame frame;
    memset(text, 'n', sizeof text);
    memcpy(text, "2000 40 ", 8);
    text[sizeof text - 1] = '\n';
    assert_int_equal(jit_table_create(&table), UNPEG_OK);
    assert_int_equal(perf_map_create(table, &map), UNPEG_OK);
    assert_int_equal(perf_map_feed(map, text, sizeof text), UNPEG_OK);
    assert_int_equal(perf_map_feed(map, "3000 40 next\n", 13), UNPEG_OK);
    assert_int_equal(jit_table_find(table, 0x2000, true, &frame), UNPEG_OK);
    assert_int_equal(frame.name.len, JIT_NAME_BYTES);
    assert_found(table, 0x3000, "next");
    perf_map_destroy(map);
    jit_table_destroy(table);
}

typedef struct writer {
    char bytes[4096];
    size_t size;
} writer;

static void put(writer *w, const void *bytes, size_t len)
{
    memcpy(w->bytes + w->size, bytes, len);
    w->size += len;
}

static void put32(writer *w, uint32_t value)
{
    put(w, &value, sizeof value);
}

static void put64(writer *w, uint64_t value)
{
    put(w, &value, sizeof value);
}

static void put_header(writer *w, uint32_t magic, uint32_t size)
{
    put32(w, magic);
    put32(w, 1);
    put32(w, size);
    for (size_t i = 0; i < 3; i++)
        put32(w, 62);
    put64(w, 0);
    put64(w, 0);
}

static void put_load(writer *w, uint64_t address, const char *name)
{
    static const char code[16] = {0x55};
    put32(w, 0);
    put32(w, (uint32_t)(56 + strlen(name) + 1 + sizeof code));
    put64(w, 7);
    put64(w, 0);
    put64(w, address);
    put64(w, address);
    put64(w, sizeof code);
    put64(w, 1);
    put(w, name, strlen(name) + 1);
    put(w, code, sizeof code);
}

static void put_other(writer *w, uint32_t kind, uint32_t size)
{
    static const char nothing[256];
    put32(w, kind);
    put32(w, size);
    put64(w, 7);
    put(w, nothing, size - 16);
}

static void put_move(writer *w, uint64_t from, uint64_t to)
{
    put32(w, 1);
    put32(w, 64);
    put64(w, 7);
    put64(w, 0);
    put64(w, to);
    put64(w, from);
    put64(w, to);
    put64(w, 16);
    put64(w, 1);
}

static void feed_dump(jit_table *table, const writer *w, size_t piece)
{
    jitdump *dump;
    assert_int_equal(jitdump_create(table, &dump), UNPEG_OK);
    for (size_t at = 0; at < w->size; at += piece) {
        size_t rest = w->size - at;
        assert_int_equal(jitdump_feed(dump, w->bytes + at, rest < piece ? rest : piece), UNPEG_OK);
    }
    jitdump_destroy(dump);
}

static void test_dump(void **state)
{
    (void)state;
    writer w = {.size = 0};
    put_header(&w, 0x4A695444, 40);
    put_load(&w, 0x2000, "JS:*inner /srv/a.js:3:15");
    put_other(&w, 2, 100);
    put_other(&w, 77, 16);
    put_load(&w, 0x3000, "moved");
    put_move(&w, 0x3000, 0x4000);
    put_other(&w, 0, 40); /* a load without room for a name */
    put_load(&w, 0x5000, "last");
    for (size_t piece = 1; piece <= w.size; piece++) {
        jit_table *table;
        assert_int_equal(jit_table_create(&table), UNPEG_OK);
        feed_dump(table, &w, piece);
        assert_found(table, 0x2008, "inner");
        assert_found(table, 0x3000, NULL);
        assert_found(table, 0x4000, "moved");
        assert_found(table, 0x500f, "last");
        assert_found(table, 0x5010, NULL);
        jit_table_destroy(table);
    }
}

/* Nothing is read behind what cannot be. */
static void test_broken_dump(void **state)
{
    (void)state;
    static const struct {
        uint32_t magic, header, record;
        bool read;
    } cases[] = {
        {0x4A695444, 40, 16, true},          {0x4454694A, 40, 16, false}, /* the other byte order */
        {0x4A695444, 39, 16, false},         {0x4A695444, 40, 15, false},
        {0x4A695444, 40, UINT32_MAX, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        writer w = {.size = 0};
        jit_table *table;
        assert_int_equal(jit_table_create(&table), UNPEG_OK);
        put_header(&w, cases[i].magic, cases[i].header);
        put32(&w, 3);
        put32(&w, cases[i].record);
        put64(&w, 7);
        put_load(&w, 0x2000, "behind");
        feed_dump(table, &w, 7);
        assert_found(table, 0x2000, cases[i].read ? "behind" : NULL);
        jit_table_destroy(table);
    }
}

static void test_log(void **state)
{
    (void)state;
    jit_table *table;
    unpeg_record record = {.kind = UNPEG_RECORD_CODE_CREATION};
    assert_int_equal(jit_table_create(&table), UNPEG_OK);
    record.u.code_creation = (unpeg_code_creation){.tag = unpeg_slice_of("JS"),
                                                   .address = 0x2000,
                                                   .size_bytes = 64,
                                                   .name = unpeg_slice_of("inner /srv/a.js:3:15"),
                                                   .has_function = true,
                                                   .marker = unpeg_slice_of("*")};
    assert_int_equal(jit_table_log(table, &record), UNPEG_OK);
    assert_found(table, 0x2000, "inner");
    record = (unpeg_record){.kind = UNPEG_RECORD_CODE_MOVE, .u.move = {0x2000, 0x6000}};
    assert_int_equal(jit_table_log(table, &record), UNPEG_OK);
    assert_found(table, 0x6000, "inner");
    record = (unpeg_record){.kind = UNPEG_RECORD_CODE_DELETE, .u.move = {.from = 0x6000}};
    assert_int_equal(jit_table_log(table, &record), UNPEG_OK);
    assert_found(table, 0x6000, NULL);
    jit_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts), cmocka_unit_test(test_places),
        cmocka_unit_test(test_map),   cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_dump),  cmocka_unit_test(test_broken_dump),
        cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
