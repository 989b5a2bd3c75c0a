/* SPDX-License-Identifier: MIT */
#include "symbol_fixture.h"

static void a_position_independent_file(void **state)
{
    fixture *f = *state;
    add_pie(f);
    assert_symbol(f, 0x7f0000001000, "first");
    assert_range(f, 0x7f0000001010, 0x7f0000001000, 0x7f0000001020);
    assert_symbol(f, 0x7f000000105f, "second");
    assert_symbol(f, 0x7f0000001100, "v8::internal::Heap::Foo()");
    assert_reason(f, 0x7f0000001082, UNPEG_UNKNOWN_NO_SYMBOL);
    assert_range(f, 0x7f0000001082, 0x7f0000001060, 0x7f0000001100);
    assert_range(f, 0x7f0000001180, 0x7f0000001180, 0x7f0000001900);
    assert_problem(f, UNPEG_UNKNOWN_NONE);
    const unpeg_library *entry = library(f, 0);
    char path[512];
    temp_folder_path(&f->folder, "lib/pie.so", path, sizeof path);
    assert_true(unpeg_slice_equal(entry->path, unpeg_slice_of("/lib/pie.so")));
    assert_true(unpeg_slice_equal(entry->symbols_from, unpeg_slice_of(path)));
}

/* What the row covers below and behind the executable segment is not the library's code. */
static void only_executable_segments_are_believed(void **state)
{
    fixture *f = *state;
    add_pie(f);
    symbol_range below = look_up(f, 0x7f0000000fff, UNPEG_NOT_FOUND);
    assert_int_equal(below.start, 0x7f0000000000);
    assert_int_equal(below.end, 0x7f0000001000);
    symbol_range behind = look_up(f, 0x7f0000001900, UNPEG_NOT_FOUND);
    assert_int_equal(behind.start, 0x7f0000001900);
    assert_int_equal(behind.end, 0x7f0000002000);
}

/* Node's shape: the text lies beyond 4 MiB, and the addresses are the file's own. */
static const elf_load node_loads[] = {
    {0, 0x400000, 0x1000, PF_R},
    {0x1000, 0x401000, 0xe90, RX},
    {0x480000, 0x880000, 0x1ca0, RX},
    {0x490000, 0x890000, 0x1f1, RX},
};
static const elf_symbol node_symbols[] = {
    {"plt_thing", 0x401010, 0x10, STT_FUNC, STB_GLOBAL, 2},
    {"low", 0x880000, 0x100, STT_FUNC, STB_GLOBAL, 3},
    {"high", 0x881000, 0x100, STT_FUNC, STB_GLOBAL, 3},
    {"stub", 0x890000, 0x40, STT_FUNC, STB_GLOBAL, 4},
};

static void put_node(fixture *f)
{
    const elf_spec spec = {.fixed = true,
                           .loads = node_loads,
                           .load_count = COUNT(node_loads),
                           .symtab = node_symbols,
                           .symtab_count = COUNT(node_symbols)};
    temp_folder_put_elf(&f->folder, "node", &spec);
}

static void add_node(fixture *f)
{
    put_node(f);
    add_row(f, "/node", 0x400000, 0x402000);
    add_row(f, "/node", 0x400000, 0x882000);
    add_row(f, "/node", 0x400000, 0x891000);
}

static void a_fixed_file_of_several_rows(void **state)
{
    fixture *f = *state;
    add_node(f);
    assert_symbol(f, 0x401018, "plt_thing");
    assert_symbol(f, 0x880080, "low");
    assert_symbol(f, 0x8810ff, "high");
    assert_symbol(f, 0x890000, "stub");
    assert_reason(f, 0x881100, UNPEG_UNKNOWN_NO_SYMBOL);
    look_up(f, 0x885000, UNPEG_NOT_FOUND);
    assert_int_equal(symbol_set_library_count(f->set), 1);
    assert_problem(f, UNPEG_UNKNOWN_NONE);
}

/* A worker's row of the copied builtins begins far below its mapping and covers other libraries. */
static void rows_of_workers(void **state)
{
    fixture *f = *state;
    add_node(f);
    add_row(f, "/node", 0x7f0000000000, 0x7f0000482000);
    elf_spec pie = pie_spec();
    temp_folder_put_elf(&f->folder, "lib/pie.so", &pie);
    add_row(f, "/lib/pie.so", 0x7f0000300000, 0x7f0000302000);
    assert_symbol(f, 0x7f0000481010, "high");
    assert_symbol(f, 0x7f0000301010, "first");
    assert_symbol(f, 0x7f0000001010, "plt_thing");
    symbol_range gap = look_up(f, 0x7f0000200000, UNPEG_NOT_FOUND);
    assert_int_equal(gap.start, 0x7f0000001e90);
    assert_int_equal(gap.end, 0x7f0000300000);
    assert_symbol(f, 0x401018, "plt_thing");
}

/* Both rows may hold the address: the tighter one does; and no range runs into the other's part. */
static void the_tightest_row_of_several(void **state)
{
    fixture *f = *state;
    add_node(f);
    add_row(f, "/node", 0x7f0000000000, 0x7f0000482000);
    elf_spec pie = pie_spec();
    temp_folder_put_elf(&f->folder, "lib/pie.so", &pie);
    add_row(f, "/lib/pie.so", 0x7f0000480000, 0x7f0000482000);
    assert_symbol(f, 0x7f0000481010, "first");
    assert_symbol(f, 0x7f0000480010, "low");
    assert_reason(f, 0x7f0000481950, UNPEG_UNKNOWN_NO_SYMBOL);
    assert_range(f, 0x7f0000481950, 0x7f0000481900, 0x7f0000481ca0);
    assert_int_equal(look_up(f, 0x7f0000481950, UNPEG_OK).library, 0);
}

static void rows_of_files_that_are_not_here(void **state)
{
    fixture *f = *state;
    add_row(f, "/gone/wide", 0x10000, 0x90000);
    add_row(f, "/gone/tight", 0x20000, 0x30000);
    symbol_range inner = look_up(f, 0x2ffff, UNPEG_OK);
    symbol_range outer = look_up(f, 0x30000, UNPEG_OK);
    assert_int_equal(inner.library, 1);
    assert_int_equal(inner.start, 0x20000);
    assert_int_equal(inner.end, 0x30000);
    assert_int_equal(outer.library, 0);
    assert_int_equal(outer.start, 0x30000);
    assert_int_equal(outer.end, 0x90000);
    assert_int_equal(outer.reason, UNPEG_UNKNOWN_FILE_MISSING);
    assert_problem(f, UNPEG_UNKNOWN_FILE_MISSING);
}

/* A row that is proved by its file goes before a tighter one without a file. */
static void a_proved_row_goes_first(void **state)
{
    fixture *f = *state;
    add_pie(f);
    add_row(f, "/gone", 0x7f0000001000, 0x7f0000001800);
    assert_symbol(f, 0x7f0000001010, "first");
    assert_range(f, 0x7f0000001010, 0x7f0000001000, 0x7f0000001020);
}

static void rows_that_are_no_libraries(void **state)
{
    fixture *f = *state;
    add_row(f, "/gone", 0x1000, 0x2000);
    add_row(f, "", 0x3000, 0x4000);
    add_row(f, "05243000-05272000", 0x5243000, 0x5272000);
    add_row(f, "/gone", 0x9000000, 0x9001000);
    symbol_range nameless = look_up(f, 0x3800, UNPEG_NOT_FOUND);
    assert_int_equal(nameless.start, 0x2000);
    assert_int_equal(nameless.end, 0x9000000);
    look_up(f, 0x5243000, UNPEG_NOT_FOUND);
    assert_int_equal(look_up(f, 0, UNPEG_NOT_FOUND).end, 0x1000);
    assert_int_equal(look_up(f, 0x9001000, UNPEG_NOT_FOUND).start, 0x9001000);
    assert_int_equal(symbol_set_library_count(f->set), 1);
}

static void impossible_rows_are_refused(void **state)
{
    fixture *f = *state;
    assert_int_equal(add(f, "/gone", 0x2000, 0x2000), UNPEG_ARGUMENT);
    assert_int_equal(add(f, "/gone", 0x2000, 0x1000), UNPEG_ARGUMENT);
    assert_int_equal(symbol_set_library_count(f->set), 0);
}

static void memory_of_the_kernel_has_no_file(void **state)
{
    fixture *f = *state;
    add_row(f, "[vdso]", 0x7ff000, 0x801000);
    assert_reason(f, 0x7ff010, UNPEG_UNKNOWN_NO_FILE);
    assert_range(f, 0x7ff010, 0x7ff000, 0x801000);
    assert_problem(f, UNPEG_UNKNOWN_NO_FILE);
}

static void names_that_no_file_has(void **state)
{
    static const char *const paths[] = {"relative/lib.so", "/lib/x.so (deleted)"};
    fixture *f = *state;
    elf_spec spec = pie_spec();
    temp_folder_put_elf(&f->folder, "lib/x.so", &spec);
    for (size_t i = 0; i < COUNT(paths); i++) {
        add_row(f, paths[i], 0x10000 * (i + 1), 0x10000 * (i + 1) + 0x2000);
        assert_reason(f, 0x10000 * (i + 1) + 0x1000, UNPEG_UNKNOWN_FILE_MISSING);
    }
    const unpeg_shared_library row = {{"/lib/x.so\0y", 11}, 0x50000, 0x52000, 0};
    assert_int_equal(symbol_set_add_library(f->set, &row), UNPEG_OK);
    assert_reason(f, 0x51000, UNPEG_UNKNOWN_FILE_MISSING);
}

static void names_can_be_off(void **state)
{
    fixture *f = *state;
    symbol_set_destroy(f->set);
    f->set = new_set(f, true);
    add_pie(f);
    assert_reason(f, 0x7f0000001000, UNPEG_UNKNOWN_NO_SYMBOL);
    assert_range(f, 0x7f0000001000, 0x7f0000000000, 0x7f0000002000);
    assert_problem(f, UNPEG_UNKNOWN_NONE);
    add_row(f, "[vdso]", 0x7f0000003000, 0x7f0000004000);
    assert_reason(f, 0x7f0000003000, UNPEG_UNKNOWN_NO_FILE);
}

static void a_file_is_opened_only_when_needed(void **state)
{
    fixture *f = *state;
    add_row(f, "/lib/pie.so", 0x7f0000000000, 0x7f0000002000);
    look_up(f, 0x1000, UNPEG_NOT_FOUND);
    assert_problem(f, UNPEG_UNKNOWN_NONE);
    elf_spec spec = pie_spec();
    temp_folder_put_elf(&f->folder, "lib/pie.so", &spec);
    assert_symbol(f, 0x7f0000001000, "first");
}

/* Segments of a file, and rows that cannot or can be its mappings. */
static void check_build(fixture *f, const unpeg_addr (*rows)[2], size_t count, bool same)
{
    symbol_set_destroy(f->set);
    f->set = new_set(f, false);
    for (size_t i = 0; i < count; i++)
        add_row(f, "/node", rows[i][0], rows[i][1]);
    symbol_range range = look_up(f, rows[0][0] + 0x1010, UNPEG_OK);
    assert_int_equal(range.reason, same ? UNPEG_UNKNOWN_NONE : UNPEG_UNKNOWN_OTHER_BUILD);
    assert_problem(f, same ? UNPEG_UNKNOWN_NONE : UNPEG_UNKNOWN_OTHER_BUILD);
    assert_int_equal(library(f, 0)->symbols_from.len != 0, same);
}

static void another_build(void **state)
{
    static const unpeg_addr same[][2] = {
        {0x400000, 0x402000}, {0x400000, 0x882000}, {0x400000, 0x891000}};
    static const unpeg_addr large_pages[][2] = {
        {0x400000, 0x402000}, {0x400000, 0x881000}, {0x400000, 0x882000}, {0x400000, 0x891000}};
    static const unpeg_addr longer_text[][2] = {
        {0x400000, 0x402000}, {0x400000, 0x883000}, {0x400000, 0x891000}};
    static const unpeg_addr shorter_text[][2] = {
        {0x400000, 0x402000}, {0x400000, 0x881000}, {0x400000, 0x891000}};
    static const unpeg_addr fewer[][2] = {{0x400000, 0x402000}, {0x400000, 0x882000}};
    static const unpeg_addr moved[][2] = {
        {0x500000, 0x502000}, {0x500000, 0x982000}, {0x500000, 0x991000}};
    static const unpeg_addr one[][2] = {{0x400000, 0x3401000}};
    fixture *f = *state;
    put_node(f);
    check_build(f, same, COUNT(same), true);
    check_build(f, large_pages, COUNT(large_pages), true);
    check_build(f, longer_text, COUNT(longer_text), false);
    check_build(f, shorter_text, COUNT(shorter_text), false);
    check_build(f, fewer, COUNT(fewer), false);
    check_build(f, moved, COUNT(moved), false);
    check_build(f, one, COUNT(one), false);
}

/* Segments that touch become one mapping, so one row; and pages may be larger than 4 KiB. */
static void joined_segments_and_large_pages(void **state)
{
    static const elf_load loads[] = {{0x10000, 0x10000, 0x10000, RX}, {0x20000, 0x20000, 0x10, RX}};
    static const elf_symbol symbols[] = {F("a", 0x10000, 0x10), F("b", 0x20000, 0x10)};
    static const uint64_t ends[] = {0x21000, 0x24000, 0x30000};
    fixture *f = *state;
    const elf_spec spec = {
        .loads = loads, .load_count = 2, .symtab = symbols, .symtab_count = COUNT(symbols)};
    temp_folder_put_elf(&f->folder, "lib.so", &spec);
    for (size_t i = 0; i < COUNT(ends); i++) {
        symbol_set_destroy(f->set);
        f->set = new_set(f, false);
        add_row(f, "/lib.so", 0x7f0000000000, 0x7f0000000000 + ends[i]);
        assert_symbol(f, 0x7f0000010008, "a");
    }
}

/* A log cannot make the tables grow without end; rows that are there already cost nothing. */
static void many_rows(void **state)
{
    enum { MANY = 1 << 17 };
    fixture *f = *state;
    unpeg_status status = UNPEG_OK;
    uint64_t rows = 0;
    for (; rows < MANY && status == UNPEG_OK; rows++)
        status = add(f, "/gone", 0x1000 * (rows + 1), 0x1000 * (rows + 2));
    assert_int_equal(status, UNPEG_LIMIT);
    assert_true(rows > 512);
    assert_int_equal(add(f, "/another", 0x10, 0x20), UNPEG_LIMIT);
    assert_int_equal(symbol_set_library_count(f->set), 1);
    assert_int_equal(add(f, "/gone", 0x1000, 0x2000), UNPEG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYMBOL_TEST(a_position_independent_file),
        SYMBOL_TEST(only_executable_segments_are_believed),
        SYMBOL_TEST(a_fixed_file_of_several_rows),
        SYMBOL_TEST(rows_of_workers),
        SYMBOL_TEST(the_tightest_row_of_several),
        SYMBOL_TEST(rows_of_files_that_are_not_here),
        SYMBOL_TEST(a_proved_row_goes_first),
        SYMBOL_TEST(rows_that_are_no_libraries),
        SYMBOL_TEST(impossible_rows_are_refused),
        SYMBOL_TEST(memory_of_the_kernel_has_no_file),
        SYMBOL_TEST(names_that_no_file_has),
        SYMBOL_TEST(names_can_be_off),
        SYMBOL_TEST(a_file_is_opened_only_when_needed),
        SYMBOL_TEST(another_build),
        SYMBOL_TEST(joined_segments_and_large_pages),
        SYMBOL_TEST(many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
