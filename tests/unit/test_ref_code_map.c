/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "check.h"
#include "ref_code_map.h"

typedef struct fixture {
    intern strings;
    ref_code_map map;
} fixture;

static int set_up(void **state)
{
    fixture *f = test_calloc(1, sizeof *f);
    assert_int_equal(ref_code_map_init(&f->map, &f->strings), UNPEG_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ref_code_map_deinit(&f->map);
    intern_deinit(&f->strings);
    test_free(f);
    return 0;
}

static uint32_t new_entry(fixture *f, ref_kind kind, double size, const char *name)
{
    ref_entry entry = {.kind = kind, .size = size};
    uint32_t id;
    assert_true(intern_add(&f->strings, unpeg_slice_of(name), &entry.name));
    assert_int_equal(ref_entry_new(&f->map, &entry, &id), UNPEG_OK);
    return id;
}

static void add_code(fixture *f, double start, double size, const char *name)
{
    assert_int_equal(ref_code_map_add(&f->map, start, new_entry(f, REF_CODE, size, name)),
                     UNPEG_OK);
}

static void add_sfi(fixture *f, double start)
{
    assert_int_equal(ref_code_map_add(&f->map, start, new_entry(f, REF_SFI, 0, "sfi")), UNPEG_OK);
}

/* "name+offset", or "-". */
static void assert_found(fixture *f, double address, const char *want)
{
    char text[64] = "-";
    uint32_t entry;
    double offset;
    assert_int_equal(ref_code_map_find(&f->map, address, &entry, &offset), UNPEG_OK);
    if (entry != REF_NO_ENTRY) {
        unpeg_slice name = intern_text(&f->strings, ref_entry_of(&f->map, entry)->name);
        snprintf(text, sizeof text, "%.*s+%g", (int)name.len, name.data, offset);
    }
    assert_string_equal(text, want);
}

static void code_contains_its_addresses(void **state)
{
    fixture *f = *state;
    assert_found(f, 0x2000, "-");
    add_code(f, 0x2000, 256, "a");
    add_code(f, 0x3000, 16, "b");
    assert_found(f, 0x1fff, "-");
    assert_found(f, 0x2000, "a+0");
    assert_found(f, 0x20ff, "a+255");
    assert_found(f, 0x2100, "-");
    assert_found(f, 0x300f, "b+15");
    assert_found(f, 0x3010, "-");
    assert_found(f, (double)NAN, "-");
}

static void new_code_removes_what_it_overlaps(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 40; i++)
        add_code(f, 0x2000 + i * 16, 16, "small");
    add_code(f, 0x2008, 16 * 38, "wide");
    assert_found(f, 0x2000, "-");
    assert_found(f, 0x2007, "-");
    assert_found(f, 0x2008, "wide+0");
    assert_found(f, 0x2008 + 16 * 38 - 1, "wide+607");
    assert_found(f, 0x2000 + 39 * 16, "small+0");
}

/* A function has no size: it hides the rest of code that it lies in, and is removed by code that
 * comes over it, but not by code that starts at the same address, which is then not added. */
static void functions_lie_among_code(void **state)
{
    fixture *f = *state;
    add_code(f, 0x2000, 256, "around");
    add_sfi(f, 0x2080);
    assert_found(f, 0x207f, "around+127");
    assert_found(f, 0x2080, "-");
    assert_found(f, 0x2090, "-");
    add_code(f, 0x2080, 16, "lost");
    assert_found(f, 0x2081, "-");
    add_code(f, 0x2070, 32, "over");
    assert_found(f, 0x2081, "over+17");
    assert_int_equal(ref_code_map_at(&f->map, 0x2080), REF_NO_ENTRY);
}

static void moves_remove_what_is_at_the_target(void **state)
{
    fixture *f = *state;
    add_code(f, 0x2000, 256, "a");
    add_code(f, 0x3000, 256, "b");
    assert_int_equal(ref_code_map_move(&f->map, 0x2000, 0x3080), UNPEG_OK);
    assert_found(f, 0x2000, "-");
    assert_found(f, 0x3000, "-");
    assert_found(f, 0x3090, "a+16");
    assert_int_equal(ref_code_map_move(&f->map, 0x2000, 0x4000), UNPEG_NOT_FOUND);
    assert_int_equal(ref_code_map_move(&f->map, 0x3080, 0x30c0), UNPEG_OK);
    assert_found(f, 0x3080, "-");
    assert_found(f, 0x30c0, "a+0");
    assert_int_equal(ref_code_map_remove(&f->map, 0x30c0), UNPEG_OK);
    assert_int_equal(ref_code_map_remove(&f->map, 0x30c0), UNPEG_NOT_FOUND);
}

static void equal_names_are_numbered_when_looked_up(void **state)
{
    fixture *f = *state;
    add_code(f, 0x1000, 16, "x");
    add_code(f, 0x2000, 16, "x");
    add_code(f, 0x3000, 16, "x");
    add_code(f, 0x4000, 16, "x {1}");
    assert_found(f, 0x3000, "x+0");
    assert_found(f, 0x1000, "x {1}+0");
    assert_found(f, 0x3000, "x+0");
    assert_found(f, 0x2000, "x {2}+0");
    assert_found(f, 0x4000, "x {1}+0");
}

static void add_library(fixture *f, double start, double end, const char *name)
{
    uint32_t entry = new_entry(f, REF_LIBRARY, end - start, name);
    assert_int_equal(ref_code_map_add_library(&f->map, start, entry), UNPEG_OK);
}

static void pages_of_libraries_hide_code(void **state)
{
    fixture *f = *state;
    add_library(f, 0x10000, 0x12000, "lib");
    add_library(f, 0x10000, 0x20000, "same start");
    add_code(f, 0x12000, 16, "behind the end");
    add_code(f, 0x100000011000, 16, "44 bits later");
    add_code(f, 0x21000, 16, "free");
    assert_found(f, 0x11fff, "lib+8191");
    assert_found(f, 0x12000, "-");
    assert_found(f, 0x100000011000, "-");
    assert_found(f, 0x21000, "free+0");
    add_library(f, -0x3000, -0x1000, "negative");
    assert_found(f, -0x2000, "negative+4096");
    add_library(f, 0x30000, 0x2f000, "reversed");
    assert_found(f, 0x30000, "-");
}

static void whole_pages_do_not_alias(void **state)
{
    fixture *f = *state;
    f->map.whole_pages = true;
    add_library(f, 0x10000, 0x12000, "lib");
    add_code(f, 0x100000011000, 16, "44 bits later");
    assert_found(f, 0x11000, "lib+4096");
    assert_found(f, 0x100000011000, "44 bits later+0");
}

static void too_many_pages_lose_the_library(void **state)
{
    fixture *f = *state;
    uint32_t entry = new_entry(f, REF_LIBRARY, 0x2000000000, "huge");
    assert_int_equal(ref_code_map_add_library(&f->map, 0, entry), UNPEG_LIMIT);
    add_code(f, 0x5000, 16, "hidden");
    add_code(f, 0x1f00000000, 16, "free");
    assert_found(f, 0x5000, "-");
    assert_found(f, 0x1f00000000, "free+0");
}

/* Both keep the reference busy for ever or for hours; here they only have to end. */
static void walks_end(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 10000; i++)
        add_code(f, 0x2000 + i, -1e9, "negative");
    for (int i = 0; i < 10000; i++)
        (void)!ref_code_map_add(&f->map, 0x1000, new_entry(f, REF_CODE, 0x10000, "wide"));
    for (int i = 0; i < 10; i++)
        (void)!ref_code_map_add(&f->map, 0x1p60, new_entry(f, REF_CODE, 256, "far"));
    assert_found(f, 0, "-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(code_contains_its_addresses),
        TEST(new_code_removes_what_it_overlaps),
        TEST(functions_lie_among_code),
        TEST(moves_remove_what_is_at_the_target),
        TEST(equal_names_are_numbered_when_looked_up),
        TEST(pages_of_libraries_hide_code),
        TEST(whole_pages_do_not_alias),
        TEST(too_many_pages_lose_the_library),
        TEST(walks_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
