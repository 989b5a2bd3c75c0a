/* SPDX-License-Identifier: MIT */
#include "rule_cache.h"

#include <dwarf.h>

#include "check.h"
#include "fake_code.h"

enum { BASE = 0x401000, SIZE = 0x400 };

static const unsigned char PUSHED[] = {DW_CFA_def_cfa_offset, 16};
/* mov rax, 15; syscall */
static const unsigned char SIGNAL_RETURN[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};

static const char MAPS[] = "00401000-00402000 r-xp 00001000 08:01 7 /bin/a\n"
                           "00403000-00404000 rw-p 00003000 08:01 7 /bin/a\n"
                           "10000000-10001000 rwxp 00000000 00:00 0\n"
                           "10001000-10002000 rw-p 00000000 00:00 0\n"
                           "20401000-20402000 r-xp 00001000 08:01 7 /bin/a\n";

static fake_elf elf;
static fake_process process;
static rule_cache *cache;

static void open_process(const char *maps)
{
    static unsigned char code[SIZE];
    static const fake_fde fdes[] = {{BASE, 0x100, PUSHED, sizeof PUSHED}};
    memcpy(code + 0x210, SIGNAL_RETURN, sizeof SIGNAL_RETURN);
    fake_elf_write(&(fake_elf_spec){.vaddr = BASE,
                                    .code = code,
                                    .code_size = SIZE,
                                    .fdes = fdes,
                                    .fde_count = 1,
                                    .build_id = "BUILD-ID"},
                   &elf);
    process = (fake_process){.maps = maps, .elf = &elf};
    fake_process_open(&process);
    assert_int_equal(rule_cache_create(process.space, &cache), UNPEG_OK);
}

static void close_process(void)
{
    rule_cache_destroy(cache);
    fake_process_close(&process);
}

static code_rule rule_at(unpeg_addr address)
{
    const code_lookup lookup = {&unwind_x86_64, &process.memory, address};
    return *rule_cache_find(cache, &lookup);
}

static void test_kinds(void **state)
{
    (void)state;
    open_process(MAPS);
    assert_int_equal(rule_at(BASE).kind, CODE_NATIVE);
    assert_int_equal(rule_at(BASE).rule.cfa_offset, 16);
    assert_int_equal(rule_at(BASE + 0xff).kind, CODE_NATIVE);
    assert_int_equal(rule_at(BASE + 0x100).kind, CODE_TEXT);
    assert_int_equal(rule_at(BASE + 0x100).rule.kind, CFI_NONE);
    assert_int_equal(rule_at(0x10000010).kind, CODE_GENERATED);
    assert_int_equal(rule_at(0x10001010).kind, CODE_NOWHERE); /* not executable */
    assert_int_equal(rule_at(0x403010).kind, CODE_NOWHERE);
    assert_int_equal(rule_at(0x500000).kind, CODE_NOWHERE);
    assert_int_equal(rule_at(0).kind, CODE_NOWHERE);
    assert_int_equal(rule_at(UINT64_MAX).kind, CODE_NOWHERE);
    close_process();
}

/* One file at two distances, as Node maps its builtins: opened once, the same rules. */
static void test_second_mapping(void **state)
{
    (void)state;
    open_process(MAPS);
    assert_int_equal(rule_at(BASE + 4).rule.cfa_offset, 16);
    assert_int_equal(rule_at(0x20401004).rule.cfa_offset, 16);
    assert_int_equal(rule_at(0x20401004).kind, CODE_NATIVE);
    assert_int_equal(process.opened, 1);
    close_process();
}

/* What a handler returns to is asked for as one less than that. */
static void test_return_from_signal_without_cfi(void **state)
{
    (void)state;
    open_process(MAPS);
    assert_int_equal(rule_at(BASE + 0x20f).rule.kind, CFI_SIGNAL);
    assert_int_equal(rule_at(BASE + 0x210).rule.kind, CFI_NONE);
    close_process();
}

/* An address that was nowhere may be code a moment later; what was code may be gone. */
static void test_mappings_change(void **state)
{
    (void)state;
    open_process(MAPS);
    assert_int_equal(rule_at(0x30000000).kind, CODE_NOWHERE);
    assert_int_equal(rule_at(0x10000010).kind, CODE_GENERATED);
    assert_int_equal(rule_at(BASE).kind, CODE_NATIVE);
    fake_process_map(&process, "00401000-00402000 r-xp 00001000 08:01 7 /bin/a\n"
                               "30000000-30001000 r-xp 00000000 00:00 0\n");
    assert_int_equal(rule_at(0x30000000).kind, CODE_GENERATED);
    assert_int_equal(rule_at(0x10000010).kind, CODE_NOWHERE);
    assert_int_equal(rule_at(BASE).kind, CODE_NATIVE);
    assert_int_equal(process.opened, 1);
    close_process();
}

/* A file of which nothing can be read is text without rules, and it is tried once. */
static void test_file_cannot_be_opened(void **state)
{
    (void)state;
    open_process(MAPS);
    process.elf = NULL;
    assert_int_equal(rule_at(BASE).kind, CODE_TEXT);
    assert_int_equal(rule_at(BASE).rule.kind, CFI_NONE);
    assert_int_equal(rule_at(BASE + 1).kind, CODE_TEXT);
    assert_int_equal(process.opened, 1);
    close_process();
}

/* The file on disk has another build id than the one in memory: its rules would be wrong. */
static void test_file_was_replaced(void **state)
{
    (void)state;
    static const char other[] = "OTHER-ID";
    open_process("00400000-00401000 r--p 00000000 08:01 7 /bin/a\n"
                 "00401000-00402000 r-xp 00001000 08:01 7 /bin/a\n");
    fake_process_put(&process, 0x400000 + FAKE_ID_AT + 16, other, 8);
    assert_int_equal(rule_at(BASE).kind, CODE_TEXT);
    assert_int_equal(rule_at(BASE).rule.kind, CFI_NONE);
    close_process();
    open_process("00400000-00401000 r--p 00000000 08:01 7 /bin/a\n"
                 "00401000-00402000 r-xp 00001000 08:01 7 /bin/a\n");
    assert_int_equal(rule_at(BASE).kind, CODE_NATIVE);
    close_process();
}

/* More addresses than slots: each is right when it is asked for again. */
static void test_many_addresses(void **state)
{
    (void)state;
    open_process(MAPS);
    for (int round = 0; round < 2; round++)
        for (unpeg_addr i = 0; i < 0x1000; i++) {
            assert_int_equal(rule_at(0x10000000 + i).kind, CODE_GENERATED);
            assert_int_equal(rule_at(BASE + i % 0x200).kind,
                             i % 0x200 < 0x100 ? CODE_NATIVE : CODE_TEXT);
        }
    close_process();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_second_mapping),
        cmocka_unit_test(test_return_from_signal_without_cfi),
        cmocka_unit_test(test_mappings_change),
        cmocka_unit_test(test_file_cannot_be_opened),
        cmocka_unit_test(test_file_was_replaced),
        cmocka_unit_test(test_many_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
