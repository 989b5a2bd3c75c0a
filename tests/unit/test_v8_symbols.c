/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "elf_writer.h"
#include "v8_image.h"

enum { BUILTINS = 700, OTHERS = 400, CODE = 0x401000, STEP = 64 };

static const elf_load loads[] = {{0x1000, CODE, 0x100000, PF_R | PF_X}};

/* Functions of a file before, the builtins of one, and functions of a file behind. */
typedef struct table {
    elf_symbol symbols[BUILTINS + 2 * OTHERS + 3];
    char names[BUILTINS + 2 * OTHERS][32];
    size_t count, named;
    uint64_t address;
} table;

static void add(table *t, const char *prefix, unsigned char type, unsigned char bind)
{
    char *name = t->names[t->named++];
    snprintf(name, sizeof t->names[0], "%s%zu", prefix, t->named);
    t->symbols[t->count++] = (elf_symbol){name, t->address, STEP, type, bind, 1};
    t->address += STEP;
}

static void begin_file(table *t, const char *name)
{
    t->symbols[t->count++] = (elf_symbol){name, 0, 0, STT_FILE, STB_LOCAL, SHN_ABS};
}

static table *make_table(unsigned char bind, bool with_files)
{
    table *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->address = CODE;
    for (int part = 0; part < 3; part++) {
        static const char *const files[] = {"api.cc", "embedded.S", "zone.cc"};
        static const char *const prefixes[] = {"before", "Builtins_B", "Builtin_after"};
        if (with_files)
            begin_file(t, files[part]);
        for (int i = 0; i < (part == 1 ? BUILTINS : OTHERS); i++)
            add(t, prefixes[part], STT_FUNC, part == 1 ? bind : STB_LOCAL);
    }
    return t;
}

static void check(unsigned char bind, bool with_files)
{
    table *t = make_table(bind, with_files);
    const elf_spec spec = {.fixed = true,
                           .loads = loads,
                           .load_count = 1,
                           .symtab = t->symbols,
                           .symtab_count = t->count};
    temp_folder folder;
    char path[512];
    v8_image *image;
    v8_layout layout = {0};
    v8_builtins builtins = {0};
    temp_folder_create(&folder);
    temp_folder_put_elf(&folder, "node", &spec);
    temp_folder_path(&folder, "node", path, sizeof path);
    assert_int_equal(v8_image_open(path, &image), UNPEG_OK);
    assert_int_equal(v8_image_load_builtins(image, &builtins, &layout), UNPEG_OK);
    assert_int_equal(builtins.count, BUILTINS);
    for (size_t i = 0; i < BUILTINS; i++) {
        const v8_builtin *item = &builtins.items[i];
        assert_int_equal(item->start, 0x1000 + (OTHERS + i) * STEP);
        char name[32];
        snprintf(name, sizeof name, "B%zu", OTHERS + 1 + i);
        assert_true(unpeg_slice_equal(item->name, unpeg_slice_of(name)));
    }
    v8_builtins_deinit(&builtins);
    v8_image_close(image);
    temp_folder_remove(&folder);
    free(t);
}

static void builtins_of_one_file(void **state)
{
    (void)state;
    check(STB_LOCAL, true);
}

static void builtins_without_names_of_files(void **state)
{
    (void)state;
    check(STB_LOCAL, false);
}

static void builtins_that_other_files_see(void **state)
{
    (void)state;
    check(STB_GLOBAL, true);
    check(STB_GLOBAL, false);
}

static void constants_have_names(void **state)
{
    char name[V8_CONSTANT_NAME];
    size_t count = 0;
    (void)state;
    while (v8_layout_constant(count, name)) {
        assert_memory_equal(name, "v8dbg_", 6);
        assert_true(strlen(name) + 1 < sizeof name);
        count++;
    }
    assert_true(count > V8_MARKER_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtins_of_one_file),
        cmocka_unit_test(builtins_without_names_of_files),
        cmocka_unit_test(builtins_that_other_files_see),
        cmocka_unit_test(constants_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
