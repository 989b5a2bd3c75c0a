/* SPDX-License-Identifier: MIT */
#include "symbol_fixture.h"

/* Symbols of one file, as its .symtab. */
static void add_symbols(fixture *f, const elf_symbol *symbols, size_t count, uint16_t machine)
{
    static const elf_load loads[] = {{0x1000, 0x1000, 0x1000, RX}};
    const elf_spec spec = {.machine = machine,
                           .loads = loads,
                           .load_count = COUNT(loads),
                           .symtab = symbols,
                           .symtab_count = count};
    temp_folder_put_elf(&f->folder, "lib.so", &spec);
    add_row(f, "/lib.so", 0, 0x2000);
}

static void aliases(void **state)
{
    static const elf_symbol symbols[] = {
        {"local_sized", 0x1000, 0x10, STT_FUNC, STB_LOCAL, 1},
        {"global_sizeless", 0x1000, 0, STT_FUNC, STB_GLOBAL, 1},
        {"weak", 0x1020, 0x10, STT_FUNC, STB_WEAK, 1},
        {"zz_global", 0x1020, 0x10, STT_FUNC, STB_GLOBAL, 1},
        {"a_local", 0x1020, 0x10, STT_FUNC, STB_LOCAL, 1},
        F("__libc_malloc", 0x1040, 0x10),
        F("malloc@@GLIBC_2.2.5", 0x1040, 0x10),
        F("bbb", 0x1060, 0x10),
        F("aaa", 0x1060, 0x10),
        F("zz", 0x1060, 0x10),
        F("wide", 0x1080, 0x20),
        F("tight", 0x1080, 0x10),
    };
    fixture *f = *state;
    add_symbols(f, symbols, COUNT(symbols), 0);
    assert_symbol(f, 0x1008, "local_sized");
    assert_symbol(f, 0x1028, "zz_global");
    assert_symbol(f, 0x1048, "malloc");
    assert_symbol(f, 0x1068, "zz");
    assert_symbol(f, 0x1088, "wide");
    assert_symbol(f, 0x1098, "wide");
}

static void symbols_without_size(void **state)
{
    static const elf_symbol symbols[] = {
        F("start", 0x1000, 0),         F("sized", 0x1100, 0x20), F("after", 0x1140, 0),
        F("enclosing", 0x1200, 0x100), F("label", 0x1280, 0),    F("last", 0x1f00, 0),
    };
    fixture *f = *state;
    add_symbols(f, symbols, COUNT(symbols), 0);
    assert_range(f, 0x10ff, 0x1000, 0x1100);
    assert_symbol(f, 0x10ff, "start");
    assert_reason(f, 0x1130, UNPEG_UNKNOWN_NO_SYMBOL);
    assert_symbol(f, 0x11ff, "after");
    assert_symbol(f, 0x12ff, "enclosing");
    assert_symbol(f, 0x1fff, "last");
    assert_range(f, 0x1fff, 0x1f00, 0x2000);
}

static void kinds_of_symbols(void **state)
{
    static const elf_symbol symbols[] = {
        {"indirect", 0x1000, 0x10, STT_GNU_IFUNC, STB_GLOBAL, 1},
        {"label", 0x1020, 0x10, STT_NOTYPE, STB_LOCAL, 1},
        {"unique", 0x1040, 0x10, STT_FUNC, STB_GNU_UNIQUE, 1},
        {"object", 0x1060, 0x10, STT_OBJECT, STB_GLOBAL, 1},
        {"undefined", 0x1070, 0x10, STT_FUNC, STB_GLOBAL, SHN_UNDEF},
        {"absolute", 0x1080, 0x10, STT_FUNC, STB_GLOBAL, SHN_ABS},
        {"outside", 0x3000, 0x10, STT_FUNC, STB_GLOBAL, 1},
        {"too_long", 0x1f00, 0x10000, STT_FUNC, STB_GLOBAL, 1},
    };
    fixture *f = *state;
    add_symbols(f, symbols, COUNT(symbols), 0);
    assert_symbol(f, 0x1008, "indirect");
    assert_symbol(f, 0x1028, "label");
    assert_symbol(f, 0x1048, "unique");
    assert_reason(f, 0x1068, UNPEG_UNKNOWN_NO_SYMBOL);
    assert_range(f, 0x1078, 0x1050, 0x1f00);
    assert_range(f, 0x1f08, 0x1f00, 0x2000);
}

static void mapping_symbols_name_nothing(void **state)
{
    static const elf_symbol symbols[] = {F("function", 0x1000, 0),
                                         {"$x", 0x1000, 0, STT_NOTYPE, STB_LOCAL, 1},
                                         {"$d", 0x1080, 0, STT_NOTYPE, STB_LOCAL, 1}};
    fixture *f = *state;
    add_symbols(f, symbols, COUNT(symbols), EM_AARCH64);
    assert_symbol(f, 0x1090, "function");
}

static void a_name_is_given_once(void **state)
{
    fixture *f = *state;
    unpeg_slice first;
    unpeg_slice second;
    add_pie(f);
    symbol_range range = look_up(f, 0x7f0000001100, UNPEG_OK);
    assert_int_equal(symbol_set_name(f->set, &range, &first), UNPEG_OK);
    range = look_up(f, 0x7f000000117f, UNPEG_OK);
    assert_int_equal(symbol_set_name(f->set, &range, &second), UNPEG_OK);
    assert_ptr_equal(first.data, second.data);
}

/* What a name that stands for gigabytes of text, or is not readable, costs: its nice form. */
static void hostile_names(void **state)
{
    static char bomb[512] = "_Z1fSt4pairIiiE";
    static char plain[6000];
    fixture *f = *state;
    for (const char *digit = "0123456789ABCDEFGHIJKLMNOP"; digit[1] != '\0'; digit++) {
        char level[] = "S_IS0_S0_E";
        level[4] = level[7] = *digit;
        strcat(bomb, level);
    }
    memset(plain, 'x', sizeof plain - 1);
    const elf_symbol symbols[] = {F(bomb, 0x1000, 0x10), F(plain, 0x1010, 0x10), F("", 0x1020, 8)};
    add_symbols(f, symbols, COUNT(symbols), 0);
    for (unpeg_addr addr = 0x1000; addr < 0x1020; addr += 16) {
        unpeg_slice name;
        symbol_range range = look_up(f, addr, UNPEG_OK);
        assert_int_equal(symbol_set_name(f->set, &range, &name), UNPEG_OK);
        assert_true(name.len > 0 && name.len <= 8192);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYMBOL_TEST(aliases),
        SYMBOL_TEST(symbols_without_size),
        SYMBOL_TEST(kinds_of_symbols),
        SYMBOL_TEST(mapping_symbols_name_nothing),
        SYMBOL_TEST(a_name_is_given_once),
        SYMBOL_TEST(hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
