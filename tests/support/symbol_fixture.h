/* SPDX-License-Identifier: MIT
 *
 * A set of libraries whose files are made by the test.
 *
 *     static void a_test(void **state)
 *     {
 *         add_pie(*state);
 *         assert_symbol(*state, 0x7f0000001000, "first");
 *     }
 *     SYMBOL_TEST(a_test)                         (in the list of tests)
 */
#ifndef UNPEG_TESTS_SYMBOL_FIXTURE_H
#define UNPEG_TESTS_SYMBOL_FIXTURE_H

#include <stdlib.h>

#include "check.h"
#include "elf_writer.h"
#include "symbol_set.h"

#define RX (PF_R | PF_X)
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SYMBOL_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* A global function of the first load. */
#define F(name, value, size)                                                                       \
    {                                                                                              \
        name, value, size, STT_FUNC, STB_GLOBAL, 1                                                 \
    }

/* A folder as sysroot, and a set that looks there. */
typedef struct fixture {
    temp_folder folder;
    char debug_dir[512];
    symbol_set *set;
} fixture;

static inline symbol_set *new_set(const fixture *f, bool names_off)
{
    symbol_set *set;
    const symbol_options options = {f->folder.path, f->debug_dir, names_off};
    assert_int_equal(symbol_set_create(&options, &set), UNPEG_OK);
    return set;
}

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    temp_folder_create(&f->folder);
    temp_folder_path(&f->folder, "debug", f->debug_dir, sizeof f->debug_dir);
    f->set = new_set(f, false);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture *f = *state;
    symbol_set_destroy(f->set);
    temp_folder_remove(&f->folder);
    free(f);
    return 0;
}

static inline unpeg_status add(fixture *f, const char *path, unpeg_addr start, unpeg_addr end)
{
    const unpeg_shared_library row = {unpeg_slice_of(path), start, end, 0};
    return symbol_set_add_library(f->set, &row);
}

static inline void add_row(fixture *f, const char *path, unpeg_addr start, unpeg_addr end)
{
    assert_int_equal(add(f, path, start, end), UNPEG_OK);
}

/* Every answer holds the address that was asked for. */
static inline symbol_range look_up(fixture *f, unpeg_addr addr, unpeg_status want)
{
    symbol_range range;
    assert_int_equal(symbol_set_find(f->set, addr, &range), want);
    assert_true(range.start <= addr && addr < range.end);
    return range;
}

static inline void assert_name(fixture *f, const symbol_range *range, const char *want)
{
    unpeg_slice name;
    char text[512] = "";
    assert_int_equal(range->reason, UNPEG_UNKNOWN_NONE);
    assert_int_equal(symbol_set_name(f->set, range, &name), UNPEG_OK);
    assert_true(name.len < sizeof text);
    memcpy(text, name.data, name.len);
    assert_string_equal(text, want);
}

static inline void assert_symbol(fixture *f, unpeg_addr addr, const char *want)
{
    symbol_range range = look_up(f, addr, UNPEG_OK);
    assert_name(f, &range, want);
}

static inline void assert_reason(fixture *f, unpeg_addr addr, unpeg_unknown_reason want)
{
    symbol_range range = look_up(f, addr, UNPEG_OK);
    assert_int_not_equal(range.library, SYMBOL_NO_LIBRARY);
    assert_int_equal(range.reason, want);
}

static inline void assert_range(fixture *f, unpeg_addr addr, unpeg_addr start, unpeg_addr end)
{
    symbol_range range = look_up(f, addr, UNPEG_OK);
    assert_int_equal(range.start, start);
    assert_int_equal(range.end, end);
}

static inline const unpeg_library *library(const fixture *f, size_t index)
{
    assert_true(index < symbol_set_library_count(f->set));
    return symbol_set_library(f->set, index);
}

static inline void assert_problem(const fixture *f, unpeg_unknown_reason problem)
{
    assert_int_equal(library(f, 0)->problem, problem);
    assert_int_equal(library(f, 0)->detail[0] == '\0', problem == UNPEG_UNKNOWN_NONE);
}

/* A position-independent library: code at offset 0x1000, address 0x2000. */
static const elf_load pie_loads[] = {{0, 0, 0x800, PF_R}, {0x1000, 0x2000, 0x900, RX}};
static const elf_symbol pie_symbols[] = {
    {"first", 0x2000, 0x20, STT_FUNC, STB_GLOBAL, 2},
    {"second", 0x2040, 0x20, STT_FUNC, STB_LOCAL, 2},
    {"_ZN2v88internal4Heap3FooEv", 0x2100, 0x80, STT_FUNC, STB_WEAK, 2},
    {"data", 0x2080, 8, STT_OBJECT, STB_GLOBAL, 2},
    {"outside", 0x100, 8, STT_FUNC, STB_GLOBAL, 1},
};

static inline elf_spec pie_spec(void)
{
    return (elf_spec){.loads = pie_loads,
                      .load_count = COUNT(pie_loads),
                      .symtab = pie_symbols,
                      .symtab_count = COUNT(pie_symbols)};
}

static inline void add_pie(fixture *f)
{
    elf_spec spec = pie_spec();
    temp_folder_put_elf(&f->folder, "lib/pie.so", &spec);
    add_row(f, "/lib/pie.so", 0x7f0000000000, 0x7f0000002000);
}

#endif
