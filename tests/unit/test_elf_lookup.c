/* SPDX-License-Identifier: MIT */
#include "elf_lookup.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "elf_writer.h"

enum { NAME_MAX_BYTES = 256, WORD = 4, EXPORTS = 3 * 64 };

static elf_file *open_library(const char *path, bool gnu)
{
    elf_file *file;
    elf_hash_place hash;
    assert_int_equal(elf_file_open(path, &file), UNPEG_OK);
    assert_int_equal(elf_file_find_hash(file, &hash), UNPEG_OK);
    assert_int_equal(hash.gnu, gnu);
    return file;
}

static void read_symbol(const elf_file *file, const elf_symbols_place *place, uint64_t index,
                        Elf64_Sym *ret, char name[NAME_MAX_BYTES])
{
    size_t got;
    uint64_t at = place->offset + index * sizeof *ret;
    assert_int_equal(elf_file_read_symbols(file, at, ret, 1), UNPEG_OK);
    at = place->names_offset + ret->st_name;
    memset(name, 0, NAME_MAX_BYTES);
    assert_int_equal(elf_file_read_some(file, at, name, NAME_MAX_BYTES - 1, &got), UNPEG_OK);
}

/* Every defined symbol of the table is found, and is that one. */
static void check_all(const char *path, bool gnu)
{
    elf_lookup lookup;
    elf_symbols_place place;
    Elf64_Sym symbol, found;
    char name[NAME_MAX_BYTES];
    size_t count = 0;
    elf_file *file = open_library(path, gnu);
    assert_int_equal(elf_lookup_open(&lookup, file), UNPEG_OK);
    assert_int_equal(elf_file_find_symbols(file, ELF_DYNSYM, &place), UNPEG_OK);
    for (uint64_t i = 1; i < place.count; i++) {
        read_symbol(file, &place, i, &symbol, name);
        unpeg_status status = elf_lookup_find(&lookup, name, &found);
        if (symbol.st_shndx == SHN_UNDEF) {
            assert_int_equal(status, UNPEG_NOT_FOUND);
            continue;
        }
        assert_int_equal(status, UNPEG_OK);
        assert_memory_equal(&found, &symbol, sizeof symbol);
        name[strlen(name) - 1] ^= 0x40;
        assert_int_equal(elf_lookup_find(&lookup, name, &found), UNPEG_NOT_FOUND);
        count++;
    }
    assert_in_range(count, EXPORTS, EXPORTS + 16);
    assert_int_equal(elf_lookup_find(&lookup, "", &found), UNPEG_NOT_FOUND);
    elf_file_close(file);
}

static void symbols_are_found_by_either_table(void **state)
{
    (void)state;
    check_all(UNPEG_EXPORTS_GNU, true);
    check_all(UNPEG_EXPORTS_SYSV, false);
}

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bytes read_whole(const char *path)
{
    bytes whole = {0};
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    whole.size = (size_t)ftell(file);
    rewind(file);
    whole.data = malloc(whole.size);
    assert_non_null(whole.data);
    assert_int_equal(fread(whole.data, 1, whole.size, file), whole.size);
    assert_int_equal(fclose(file), 0);
    return whole;
}

/* Whatever a word of the table is: an answer, and a right one if it is a symbol. */
static void ask(const char *path)
{
    elf_file *file;
    elf_lookup lookup;
    elf_symbols_place place;
    Elf64_Sym found;
    assert_int_equal(elf_file_open(path, &file), UNPEG_OK);
    assert_int_equal(elf_file_find_symbols(file, ELF_DYNSYM, &place), UNPEG_OK);
    if (elf_lookup_open(&lookup, file) == UNPEG_OK) {
        static const char *const names[] = {"f00", "variable_77", "first_of_many_35", "none"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            char name[NAME_MAX_BYTES] = "";
            size_t got;
            if (elf_lookup_find(&lookup, names[i], &found) != UNPEG_OK)
                continue;
            assert_int_equal(elf_file_read_some(file, place.names_offset + found.st_name, name,
                                                sizeof name - 1, &got),
                             UNPEG_OK);
            assert_string_equal(name, names[i]);
        }
    }
    elf_file_close(file);
}

static void damage_all(const char *path, bool gnu)
{
    static const uint32_t words[] = {0, 1, UINT32_MAX, 0x7fffffff};
    temp_folder folder;
    elf_hash_place hash;
    char copy[512];
    elf_file *file = open_library(path, gnu);
    assert_int_equal(elf_file_find_hash(file, &hash), UNPEG_OK);
    elf_file_close(file);
    bytes whole = read_whole(path);
    temp_folder_create(&folder);
    temp_folder_path(&folder, "damaged", copy, sizeof copy);
    for (uint64_t at = 0; at + WORD <= hash.size; at += WORD) {
        unsigned char *place = whole.data + hash.offset + at;
        unsigned char kept[WORD];
        memcpy(kept, place, WORD);
        memcpy(place, &words[at / WORD % (sizeof words / sizeof *words)], WORD);
        temp_folder_put(&folder, "damaged", whole.data, whole.size);
        memcpy(place, kept, WORD);
        ask(copy);
    }
    free(whole.data);
    temp_folder_remove(&folder);
}

static void damaged_tables_end_somewhere(void **state)
{
    (void)state;
    damage_all(UNPEG_EXPORTS_GNU, true);
    damage_all(UNPEG_EXPORTS_SYSV, false);
}

static void files_without_a_table(void **state)
{
    static const elf_load loads[] = {{0x1000, 0x401000, 0x200, PF_R | PF_X}};
    static const elf_symbol functions[] = {{"one", 0x401000, 0x80, STT_FUNC, STB_GLOBAL, 1}};
    const elf_spec spec = {.loads = loads, .load_count = 1, .dynsym = functions, .dynsym_count = 1};
    const elf_spec empty = {.loads = loads, .load_count = 1};
    temp_folder folder;
    elf_lookup lookup;
    elf_file *file;
    char path[512];
    (void)state;
    temp_folder_create(&folder);
    for (int i = 0; i < 2; i++) {
        temp_folder_put_elf(&folder, "file", i == 0 ? &spec : &empty);
        temp_folder_path(&folder, "file", path, sizeof path);
        assert_int_equal(elf_file_open(path, &file), UNPEG_OK);
        assert_int_equal(elf_lookup_open(&lookup, file), UNPEG_NOT_FOUND);
        elf_file_close(file);
    }
    temp_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_found_by_either_table),
        cmocka_unit_test(damaged_tables_end_somewhere),
        cmocka_unit_test(files_without_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
