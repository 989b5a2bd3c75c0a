/* SPDX-License-Identifier: MIT */
#include <zlib.h>

#include "symbol_fixture.h"

/* A file that is there, but of no use, and a word of what is said about it. */
static void check_bad_file(fixture *f, const void *bytes, size_t len, const char *word)
{
    symbol_set_destroy(f->set);
    f->set = new_set(f, false);
    temp_folder_put(&f->folder, "bad.so", bytes, len);
    add_row(f, "/bad.so", 0x7f0000000000, 0x7f0000002000);
    assert_reason(f, 0x7f0000001010, UNPEG_UNKNOWN_FILE_MISSING);
    assert_problem(f, UNPEG_UNKNOWN_FILE_MISSING);
    assert_non_null(strstr(library(f, 0)->detail, word));
    assert_int_equal(library(f, 0)->symbols_from.len, 0);
}

static void files_that_are_no_libraries(void **state)
{
    fixture *f = *state;
    elf_spec spec = pie_spec();
    elf_image image = elf_write(&spec);
    check_bad_file(f, "", 0, "ELF");
    check_bad_file(f, "#!/bin/sh\n", 10, "ELF");
    image.bytes[EI_CLASS] = ELFCLASS32;
    check_bad_file(f, image.bytes, image.len, "32-bit");
    free(image.bytes);
    symbol_set_destroy(f->set);
    f->set = new_set(f, false);
    temp_folder_put(&f->folder, "folder/file", "", 0);
    add_row(f, "/folder", 0x1000, 0x2000);
    assert_reason(f, 0x1000, UNPEG_UNKNOWN_FILE_MISSING);
}

/* Whatever is left of a file, it is opened, asked and closed; no answer is beyond its row. */
static void ask_everywhere(fixture *f, const unsigned char *bytes, size_t len)
{
    symbol_set_destroy(f->set);
    f->set = new_set(f, false);
    temp_folder_put(&f->folder, "cut.so", bytes, len);
    add_row(f, "/cut.so", 0x10000, 0x12000);
    for (unpeg_addr addr = 0xfff0; addr < 0x12010; addr += 0x48) {
        symbol_range range;
        unpeg_slice name;
        unpeg_status status = symbol_set_find(f->set, addr, &range);
        bool inside = addr >= 0x10000 && addr < 0x12000;
        assert_true(status == UNPEG_NOT_FOUND || (status == UNPEG_OK && inside));
        assert_true(range.start <= addr && addr < range.end);
        assert_true(!inside || (range.start >= 0x10000 && range.end <= 0x12000));
        if (status == UNPEG_OK && range.reason == UNPEG_UNKNOWN_NONE)
            assert_int_equal(symbol_set_name(f->set, &range, &name), UNPEG_OK);
    }
}

static const elf_load small_loads[] = {{0, 0x1000, 0x1100, RX}};
static const unsigned char build_id[] = {0xab, 0xcd, 0xef, 0x01, 0x23};

/* Everything that a file can have, in less than 2 KiB beyond its headers. */
static elf_image small_image(void)
{
    static const elf_symbol symbols[] = {F("alpha", 0x1100, 0x40), F("beta", 0x1140, 0),
                                         F("gamma@@V1", 0x1180, 0x20)};
    const elf_spec spec = {.loads = small_loads,
                           .load_count = COUNT(small_loads),
                           .min_bytes = 1,
                           .symtab = symbols,
                           .symtab_count = COUNT(symbols),
                           .dynsym = symbols,
                           .dynsym_count = 1,
                           .build_id = build_id,
                           .build_id_len = sizeof build_id,
                           .debug_link = "cut.debug",
                           .debug_link_crc = 1};
    return elf_write(&spec);
}

static void a_file_cut_anywhere(void **state)
{
    fixture *f = *state;
    elf_image image = small_image();
    for (size_t len = 0; len < image.len; len++)
        ask_everywhere(f, image.bytes, len);
    free(image.bytes);
}

static void a_file_with_any_byte_wrong(void **state)
{
    static const unsigned char wrong[] = {0x00, 0xff};
    fixture *f = *state;
    elf_image image = small_image();
    for (size_t i = 0; i < image.len; i++) {
        unsigned char right = image.bytes[i];
        for (size_t w = 0; w < COUNT(wrong); w++) {
            image.bytes[i] = wrong[w];
            ask_everywhere(f, image.bytes, image.len);
        }
        image.bytes[i] = right;
    }
    free(image.bytes);
}

/* A stripped library, with what else it has. */
static elf_spec stripped_spec(void)
{
    return (elf_spec){.loads = pie_loads, .load_count = COUNT(pie_loads)};
}

static void put_stripped(fixture *f, const elf_spec *spec)
{
    temp_folder_put_elf(&f->folder, "usr/lib/s.so", spec);
    add_row(f, "/usr/lib/s.so", 0x7f0000000000, 0x7f0000002000);
}

static void a_stripped_file(void **state)
{
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    put_stripped(f, &spec);
    assert_reason(f, 0x7f0000001010, UNPEG_UNKNOWN_STRIPPED);
    assert_range(f, 0x7f0000001010, 0x7f0000001000, 0x7f0000001900);
    assert_problem(f, UNPEG_UNKNOWN_STRIPPED);
    look_up(f, 0x7f0000000010, UNPEG_NOT_FOUND);
}

static void a_file_without_sections(void **state)
{
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    spec.no_sections = true;
    put_stripped(f, &spec);
    assert_reason(f, 0x7f0000001010, UNPEG_UNKNOWN_STRIPPED);
}

/* Between exported functions there is code that nothing names. */
static void exported_functions_only(void **state)
{
    static const elf_symbol exported[] = {{"sized", 0x2000, 0x20, STT_FUNC, STB_GLOBAL, 2},
                                          {"sizeless", 0x2100, 0, STT_FUNC, STB_GLOBAL, 2}};
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    spec.dynsym = exported;
    spec.dynsym_count = COUNT(exported);
    put_stripped(f, &spec);
    assert_symbol(f, 0x7f000000101f, "sized");
    assert_reason(f, 0x7f0000001020, UNPEG_UNKNOWN_STRIPPED);
    assert_reason(f, 0x7f0000001200, UNPEG_UNKNOWN_STRIPPED);
    assert_problem(f, UNPEG_UNKNOWN_STRIPPED);
    assert_int_not_equal(library(f, 0)->symbols_from.len, 0);
}

static void assert_symbols_from(fixture *f, const char *name)
{
    char path[512];
    assert_symbol(f, 0x7f0000001010, "first");
    assert_problem(f, UNPEG_UNKNOWN_NONE);
    temp_folder_path(&f->folder, name, path, sizeof path);
    assert_true(unpeg_slice_equal(library(f, 0)->symbols_from, unpeg_slice_of(path)));
}

static void a_debug_file_by_build_id(void **state)
{
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    elf_spec debug = pie_spec();
    spec.build_id = debug.build_id = build_id;
    spec.build_id_len = debug.build_id_len = sizeof build_id;
    temp_folder_put_elf(&f->folder, "debug/.build-id/ab/cdef0123.debug", &debug);
    put_stripped(f, &spec);
    assert_symbols_from(f, "debug/.build-id/ab/cdef0123.debug");
}

static void a_debug_file_of_a_file_without_sections(void **state)
{
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    elf_spec debug = pie_spec();
    spec.no_sections = true;
    spec.build_id = debug.build_id = build_id;
    spec.build_id_len = debug.build_id_len = sizeof build_id;
    temp_folder_put_elf(&f->folder, "debug/.build-id/ab/cdef0123.debug", &debug);
    put_stripped(f, &spec);
    assert_symbols_from(f, "debug/.build-id/ab/cdef0123.debug");
}

static void a_debug_file_of_another_build_id(void **state)
{
    static const unsigned char other[] = {0xab, 0xcd, 0xef, 0x01, 0x24};
    fixture *f = *state;
    elf_spec spec = stripped_spec();
    elf_spec debug = pie_spec();
    spec.build_id = build_id;
    debug.build_id = other;
    spec.build_id_len = debug.build_id_len = sizeof build_id;
    temp_folder_put_elf(&f->folder, "debug/.build-id/ab/cdef0123.debug", &debug);
    put_stripped(f, &spec);
    assert_reason(f, 0x7f0000001010, UNPEG_UNKNOWN_STRIPPED);
}

/* Puts a debug file at a place and a library whose link has a checksum, right or wrong. */
static void put_linked(fixture *f, const char *place, uint32_t wrong_bits)
{
    elf_spec debug = pie_spec();
    elf_spec spec = stripped_spec();
    elf_image image = elf_write(&debug);
    temp_folder_put(&f->folder, place, image.bytes, image.len);
    spec.debug_link = "s.debug";
    spec.debug_link_crc =
        (uint32_t)crc32(crc32(0, NULL, 0), image.bytes, (uInt)image.len) ^ wrong_bits;
    free(image.bytes);
    put_stripped(f, &spec);
}

static void a_debug_file_beside(void **state)
{
    put_linked(*state, "usr/lib/s.debug", 0);
    assert_symbols_from(*state, "usr/lib/s.debug");
}

static void a_debug_file_in_dot_debug(void **state)
{
    put_linked(*state, "usr/lib/.debug/s.debug", 0);
    assert_symbols_from(*state, "usr/lib/.debug/s.debug");
}

static void a_debug_file_below_the_debug_folder(void **state)
{
    put_linked(*state, "debug/usr/lib/s.debug", 0);
    assert_symbols_from(*state, "debug/usr/lib/s.debug");
}

static void a_debug_file_with_a_wrong_checksum(void **state)
{
    fixture *f = *state;
    put_linked(f, "usr/lib/s.debug", 1);
    assert_reason(f, 0x7f0000001010, UNPEG_UNKNOWN_STRIPPED);
    assert_problem(f, UNPEG_UNKNOWN_STRIPPED);
}

/* Where no folder is named, the usual one is that of the sysroot. */
static void the_usual_debug_folder_is_in_the_sysroot(void **state)
{
    fixture *f = *state;
    const symbol_options options = {f->folder.path, NULL, false};
    symbol_set_destroy(f->set);
    assert_int_equal(symbol_set_create(&options, &f->set), UNPEG_OK);
    put_linked(f, "usr/lib/debug/usr/lib/s.debug", 0);
    assert_symbols_from(f, "usr/lib/debug/usr/lib/s.debug");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYMBOL_TEST(files_that_are_no_libraries),
        SYMBOL_TEST(a_file_cut_anywhere),
        SYMBOL_TEST(a_file_with_any_byte_wrong),
        SYMBOL_TEST(a_stripped_file),
        SYMBOL_TEST(a_file_without_sections),
        SYMBOL_TEST(exported_functions_only),
        SYMBOL_TEST(a_debug_file_by_build_id),
        SYMBOL_TEST(a_debug_file_of_a_file_without_sections),
        SYMBOL_TEST(a_debug_file_of_another_build_id),
        SYMBOL_TEST(a_debug_file_beside),
        SYMBOL_TEST(a_debug_file_in_dot_debug),
        SYMBOL_TEST(a_debug_file_below_the_debug_folder),
        SYMBOL_TEST(a_debug_file_with_a_wrong_checksum),
        SYMBOL_TEST(the_usual_debug_folder_is_in_the_sysroot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
