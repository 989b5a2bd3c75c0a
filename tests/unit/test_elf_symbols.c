/* SPDX-License-Identifier: MIT */
#include "elf_symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "elf_writer.h"

enum { LINE_MAX_BYTES = 4096, FUNCTION_MAX = 16384 };

static const elf_load loads[] = {{0, 0x400000, 0x100, PF_R},
                                 {0x1000, 0x401000, 0x200, PF_R | PF_X}};
static const elf_symbol functions[] = {
    {"one", 0x401000, 0x80, STT_FUNC, STB_GLOBAL, 2},
    {"two@V", 0x401100, 0x80, STT_FUNC, STB_GLOBAL, 2},
};
static const unsigned char id[] = {1, 2, 3, 4, 5, 6, 7};

static elf_spec full_spec(void)
{
    return (elf_spec){.fixed = true,
                      .loads = loads,
                      .load_count = 2,
                      .symtab = functions,
                      .symtab_count = 2,
                      .build_id = id,
                      .build_id_len = sizeof id,
                      .debug_link = "full.debug",
                      .debug_link_crc = 0x12345678};
}

static elf_file *open_spec(const temp_folder *folder, const elf_spec *spec)
{
    elf_file *file;
    char path[512];
    temp_folder_put_elf(folder, "file", spec);
    assert_int_equal(elf_file_open(temp_folder_path(folder, "file", path, sizeof path), &file),
                     UNPEG_OK);
    assert_string_equal(elf_file_path(file), path);
    return file;
}

static void assert_name(const elf_symbols *symbols, uint64_t vaddr, const char *want)
{
    elf_symbol_text text;
    elf_symbols_range range = elf_symbols_find(symbols, vaddr);
    assert_int_not_equal(range.index, UINT32_MAX);
    assert_int_equal(elf_symbols_name(symbols, range.index, &text), UNPEG_OK);
    assert_string_equal(text.bytes, want);
    assert_int_equal(text.len, strlen(want));
    assert_false(text.cut);
}

static void check_file(bool big_endian)
{
    temp_folder folder;
    elf_build_id build_id;
    elf_debug_link link;
    elf_symbols symbols = {0};
    elf_spec spec = full_spec();
    spec.big_endian = big_endian;
    temp_folder_create(&folder);
    elf_file *file = open_spec(&folder, &spec);
    const elf_layout *layout = elf_file_layout(file);
    assert_true(layout->fixed);
    assert_int_equal(layout->count, 1);
    assert_int_equal(layout->segments[0].offset, 0x1000);
    assert_int_equal(layout->segments[0].vaddr, 0x401000);
    assert_int_equal(layout->segments[0].size, 0x200);
    assert_true(layout->segments[0].read_execute);
    assert_int_equal(elf_file_code_section(file, 2).end, 0x401200);
    assert_int_equal(elf_file_code_section(file, 1).end, 0);
    assert_int_equal(elf_file_code_section(file, 99).end, 0);
    assert_int_equal(elf_file_build_id(file, &build_id), UNPEG_OK);
    assert_int_equal(build_id.len, sizeof id);
    assert_memory_equal(build_id.bytes, id, sizeof id);
    assert_int_equal(elf_file_debug_link(file, &link), UNPEG_OK);
    assert_string_equal(link.name, "full.debug");
    assert_int_equal(link.crc, 0x12345678);
    assert_int_equal(elf_symbols_load(&symbols, file, ELF_SYMTAB, layout), UNPEG_OK);
    assert_name(&symbols, 0x401000, "one");
    assert_name(&symbols, 0x40117f, "two");
    elf_symbols_deinit(&symbols);
    assert_int_equal(elf_symbols_load(&symbols, file, ELF_DYNSYM, layout), UNPEG_NOT_FOUND);
    elf_file_close(file);
    temp_folder_remove(&folder);
}

static void a_little_endian_file(void **state)
{
    (void)state;
    check_file(false);
}

static void a_big_endian_file(void **state)
{
    (void)state;
    check_file(true);
}

static void addresses_outside_the_table(void **state)
{
    static const uint64_t outside[] = {0, 0x400fff, 0x401080, 0x401200, UINT32_MAX, UINT64_MAX - 1};
    temp_folder folder;
    elf_symbols symbols = {0};
    elf_spec spec = full_spec();
    (void)state;
    temp_folder_create(&folder);
    elf_file *file = open_spec(&folder, &spec);
    assert_int_equal(elf_symbols_load(&symbols, file, ELF_SYMTAB, elf_file_layout(file)), UNPEG_OK);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        elf_symbols_range range = elf_symbols_find(&symbols, outside[i]);
        assert_true(range.start <= outside[i] && outside[i] < range.end);
        assert_int_equal(range.index, UINT32_MAX);
    }
    elf_symbols_deinit(&symbols);
    elf_file_close(file);
    temp_folder_remove(&folder);
}

static void links_that_are_none(void **state)
{
    static const char *const names[] = {"../evil.debug", "/etc/passwd", ""};
    temp_folder folder;
    elf_debug_link link;
    (void)state;
    temp_folder_create(&folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        elf_spec spec = full_spec();
        spec.debug_link = names[i];
        elf_file *file = open_spec(&folder, &spec);
        assert_int_equal(elf_file_debug_link(file, &link), UNPEG_NOT_FOUND);
        elf_file_close(file);
    }
    temp_folder_remove(&folder);
}

static void files_that_do_not_open(void **state)
{
    temp_folder folder;
    elf_file *file;
    char path[512];
    (void)state;
    temp_folder_create(&folder);
    temp_folder_path(&folder, "pipe", path, sizeof path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(elf_file_open(path, &file), UNPEG_INPUT);
    assert_int_equal(elf_file_open(folder.path, &file), UNPEG_INPUT);
    assert_int_equal(elf_file_open("/nonexistent/file", &file), UNPEG_NOT_FOUND);
    temp_folder_put(&folder, "text", "text", 4);
    temp_folder_path(&folder, "text", path, sizeof path);
    assert_int_equal(elf_file_open(path, &file), UNPEG_INPUT);
    temp_folder_path(&folder, "text/below", path, sizeof path);
    assert_int_equal(elf_file_open(path, &file), UNPEG_NOT_FOUND);
    temp_folder_remove(&folder);
}

/* One line of nm -S: a function with a size. */
typedef struct nm_function {
    uint64_t value;
    char name[256];
} nm_function;

static bool parse_nm(const char *line, nm_function *ret)
{
    uint64_t size;
    char kind;
    return sscanf(line, "%" SCNx64 " %" SCNx64 " %c %255s", &ret->value, &size, &kind, ret->name) ==
               4 &&
           strchr("tTwWi", kind) && size != 0;
}

static size_t run_nm(nm_function *ret)
{
    size_t count = 0;
    char line[LINE_MAX_BYTES];
    FILE *nm = popen("nm -S --defined-only /proc/$PPID/exe 2>/dev/null", "r");
    assert_non_null(nm);
    while (fgets(line, sizeof line, nm)) {
        assert_true(count < FUNCTION_MAX);
        count += parse_nm(line, &ret[count]);
    }
    pclose(nm);
    return count;
}

static bool is_named(const nm_function *list, size_t count, uint64_t value, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(list[i].name, "@");
        if (list[i].value == value && strlen(name) == len && memcmp(list[i].name, name, len) == 0)
            return true;
    }
    return false;
}

/* Every function of this executable, as another reader of ELF files sees it. */
static void the_same_functions_as_nm(void **state)
{
    nm_function *list = calloc(FUNCTION_MAX, sizeof *list);
    elf_symbols symbols = {0};
    elf_symbol_text text;
    elf_file *file;
    (void)state;
    assert_non_null(list);
    size_t count = run_nm(list);
    if (count == 0) {
        print_message("nm is not installed\n");
        free(list);
        skip();
    }
    assert_true(count > 50);
    assert_int_equal(elf_file_open("/proc/self/exe", &file), UNPEG_OK);
    assert_int_equal(elf_symbols_load(&symbols, file, ELF_SYMTAB, elf_file_layout(file)), UNPEG_OK);
    for (size_t i = 0; i < count; i++) {
        elf_symbols_range range = elf_symbols_find(&symbols, list[i].value);
        assert_int_equal(range.start, list[i].value);
        assert_int_not_equal(range.index, UINT32_MAX);
        assert_int_equal(elf_symbols_name(&symbols, range.index, &text), UNPEG_OK);
        assert_true(is_named(list, count, list[i].value, text.bytes));
    }
    elf_symbols_deinit(&symbols);
    elf_file_close(file);
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_little_endian_file),        cmocka_unit_test(a_big_endian_file),
        cmocka_unit_test(addresses_outside_the_table), cmocka_unit_test(links_that_are_none),
        cmocka_unit_test(files_that_do_not_open),      cmocka_unit_test(the_same_functions_as_nm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
