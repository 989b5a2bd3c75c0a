/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "v8_position.h"
#include "v8_source_name.h"

/* The pairs (-1 + 1, statement at 9), (+3, expression at 13), in both codings. */
static const unsigned char signed_table[] = {0x02, 0x28, 0x05, 0x10};
static const unsigned char breakable_table[] = {0x05, 0x28, 0x0A, 0x10};

static void check_table(const unsigned char *bytes, size_t size, v8_position_coding coding,
                        int64_t second)
{
    v8_positions table = {bytes, size, coding};
    uint64_t raw = 0;
    assert_false(v8_positions_find(&table, -1, &raw));
    assert_true(v8_positions_find(&table, 0, &raw));
    assert_int_equal(v8_position_offset(raw), 9);
    assert_true(v8_positions_find(&table, second - 1, &raw));
    assert_int_equal(v8_position_offset(raw), 9);
    assert_true(v8_positions_find(&table, second, &raw));
    assert_int_equal(v8_position_offset(raw), 13);
    assert_int_equal(v8_position_inlining(raw), -1);
    assert_true(v8_positions_find(&table, 1000, &raw));
    assert_int_equal(v8_position_offset(raw), 13);
}

static void both_codings(void **state)
{
    (void)state;
    check_table(signed_table, sizeof signed_table, V8_POSITIONS_SIGNED, 2);
    check_table(breakable_table, sizeof breakable_table, V8_POSITIONS_BREAKABLE, 2);
}

static void measures_a_table(void **state)
{
    (void)state;
    v8_positions table = {signed_table, sizeof signed_table, V8_POSITIONS_SIGNED};
    v8_positions_extent extent;
    assert_true(v8_positions_measure(&table, &extent));
    assert_int_equal(extent.entries, 2);
    assert_int_equal(extent.last_offset, 2);
    assert_int_equal(extent.lowest, 9);
    assert_int_equal(extent.highest, 13);
    assert_int_equal(extent.most_inlined, -1);
}

static void damaged_tables(void **state)
{
    (void)state;
    static const unsigned char odd[] = {0x02, 0x28, 0x05};
    static const unsigned char endless[] = {0x82, 0x80, 0x80, 0x80, 0x80, 0x80,
                                            0x80, 0x80, 0x80, 0x80, 0x80, 0x01};
    static const unsigned char below_zero[] = {0x02, 0x03};
    v8_positions_extent extent;
    v8_positions table = {odd, sizeof odd, V8_POSITIONS_SIGNED};
    assert_false(v8_positions_measure(&table, &extent));
    table = (v8_positions){endless, sizeof endless, V8_POSITIONS_SIGNED};
    assert_false(v8_positions_measure(&table, &extent));
    table = (v8_positions){below_zero, sizeof below_zero, V8_POSITIONS_SIGNED};
    assert_false(v8_positions_measure(&table, &extent));
}

/* Three bytecodes: 1 byte, 3 bytes, and one with the prefix Wide of 1 + 5. */
static v8_layout bytecode_layout(void)
{
    v8_layout layout;
    v8_layout_for_version(&layout, 11, 3);
    layout.bytecode_count = 12;
    layout.bytecode_sizes[0][10] = 1;
    layout.bytecode_sizes[0][11] = 3;
    layout.bytecode_sizes[1][11] = 5;
    return layout;
}

static const unsigned char bytecode[] = {10, 11, 0, 0, 0, 11, 0, 0, 0, 0, 10};

static void bytecode_boundaries(void **state)
{
    (void)state;
    v8_layout layout = bytecode_layout();
    v8_bytecodes code = {bytecode, sizeof bytecode, &layout};
    static const bool begins[] = {true,  true,  false, false, true, false,
                                  false, false, false, false, true};
    for (size_t i = 0; i < sizeof begins; i++)
        assert_int_equal(v8_bytecodes_begins(&code, i), begins[i]);
    assert_false(v8_bytecodes_begins(&code, sizeof bytecode));
    layout.bytecode_count = 0;
    assert_true(v8_bytecodes_begins(&code, 5));
}

static void baseline_offsets(void **state)
{
    (void)state;
    v8_layout layout = bytecode_layout();
    v8_bytecodes code = {bytecode, sizeof bytecode, &layout};
    /* A prologue of 20 bytes, then 8, 130 and 4 bytes of machine code, and 2. */
    static const char sizes[] = {20, 8, (char)0x82, 1, 4, 2};
    unpeg_slice table = {sizes, sizeof sizes};
    static const struct {
        uint64_t pc;
        bool found;
        size_t offset;
    } cases[] = {{0, false, 0},  {20, false, 0}, {21, true, 0},  {28, true, 0},   {29, true, 1},
                 {158, true, 1}, {159, true, 4}, {162, true, 4}, {164, true, 10}, {165, false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t offset = 0;
        assert_int_equal(v8_baseline_find(&code, table, cases[i].pc, &offset), cases[i].found);
        assert_int_equal(offset, cases[i].offset);
        assert_int_equal(v8_baseline_in_prologue(table, cases[i].pc), cases[i].pc <= 20);
    }
    assert_false(v8_baseline_in_prologue((unpeg_slice){sizes, 0}, 0));
}

static void check_name(const char *before, const char *wanted)
{
    uint16_t units[256];
    char name[256] = "";
    size_t start = 0;
    size_t count = strlen(before);
    for (size_t i = 0; i < count; i++)
        units[i] = (unsigned char)before[i];
    size_t len = v8_source_name_find(units, count, &start);
    memcpy(name, before + start, len);
    name[len] = 0;
    assert_string_equal(name, wanted);
}

static void names_from_source(void **state)
{
    (void)state;
    check_name(";\nModule.prototype._compile = function", "Module.prototype._compile");
    check_name("; const add = ", "add");
    check_name("; let run = async ", "run");
    check_name("{ visit: async function* ", "visit");
    check_name("}\nfunction walk", "walk");
    check_name("; async function * each", "each");
    check_name("{ a: 1,\n  $b_2: function ", "$b_2");
    check_name("; Module._extensions['.js'] = function", "Module._extensions['.js']");
    check_name("; list[i] = function", "");
    check_name("; ['a'] = function", "");
    check_name("x ? y : function", "");
    check_name("case x: function", "");
    check_name("list().each = function", "");
    check_name("a == function", "");
    check_name("a => ", "");
    check_name("call(function", "");
    check_name("return function", "");
    check_name("x.functional", "");
    check_name("name = function", "");
    check_name("; .5 = ", "");
    check_name("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_codings),     cmocka_unit_test(measures_a_table),
        cmocka_unit_test(damaged_tables),   cmocka_unit_test(bytecode_boundaries),
        cmocka_unit_test(baseline_offsets), cmocka_unit_test(names_from_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
