/* SPDX-License-Identifier: MIT
 *
 * Every operation of a CIE's or FDE's program, with the rule that it leads to; then tables that
 * are cut, or say what cannot be.
 */
#include <dwarf.h>
#include <stdio.h>

#include "cfi.h"
#include "check.h"
#include "fake_code.h"

enum {
    BASE = 0x401000,
    SIZE = 0x100,
    RBX = 3,
    RBP = 6,
    RSP = 7,
    R10 = 10,
    RIP = 16,
    FP_SAME = CFI_SAME,
    FP_AT_CFA = CFI_AT_CFA,
    FP_AT_FP = CFI_AT_REGISTER,
    FP_LOST = CFI_UNDEFINED,
};

typedef struct program_row {
    const char *name;
    uint64_t offset; /* of the address that is asked for */
    unsigned char program[32];
    size_t len;
    cfi_rule expected;
} program_row;

#define PROGRAM(...) {__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__})
/* The return address is at CFA - 8. */
#define RULE(cfa, off, place, fp)                                                                  \
    {                                                                                              \
        .kind = CFI_REGISTER, .cfa_register = (cfa), .cfa_offset = (off), .fp_offset = (fp),       \
        .ra_offset = -8, .places = (unsigned char)((place) | CFI_AT_CFA << 4)                      \
    }
#define UNSUPPORTED                                                                                \
    {                                                                                              \
        .kind = CFI_UNSUPPORTED                                                                    \
    }

static const program_row PROGRAMS[] = {
    {"nothing", 0, PROGRAM(DW_CFA_nop), RULE(RSP, 8, FP_SAME, 0)},
    {"def_cfa_offset later", 0, PROGRAM(DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16),
     RULE(RSP, 8, FP_SAME, 0)},
    {"def_cfa_offset", 1, PROGRAM(DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16),
     RULE(RSP, 16, FP_SAME, 0)},
    {"def_cfa_offset, two bytes", 1, PROGRAM(DW_CFA_def_cfa_offset, 0x80, 0x02),
     RULE(RSP, 256, FP_SAME, 0)},
    {"offset of rbp", 1, PROGRAM(DW_CFA_def_cfa_offset, 16, DW_CFA_offset | RBP, 2),
     RULE(RSP, 16, FP_AT_CFA, -16)},
    {"offset of another", 1, PROGRAM(DW_CFA_offset | RBX, 2), RULE(RSP, 8, FP_SAME, 0)},
    {"def_cfa_register", 1, PROGRAM(DW_CFA_def_cfa_register, RBP), RULE(RBP, 8, FP_SAME, 0)},
    {"def_cfa", 1, PROGRAM(DW_CFA_def_cfa, RBP, 16), RULE(RBP, 16, FP_SAME, 0)},
    {"def_cfa_sf", 1, PROGRAM(DW_CFA_def_cfa_sf, RBP, 0x7e), RULE(RBP, 16, FP_SAME, 0)},
    {"def_cfa_offset_sf", 1, PROGRAM(DW_CFA_def_cfa_offset_sf, 0x7d), RULE(RSP, 24, FP_SAME, 0)},
    {"advance_loc1 not there", 0x3f, PROGRAM(DW_CFA_advance_loc1, 0x40, DW_CFA_def_cfa_offset, 32),
     RULE(RSP, 8, FP_SAME, 0)},
    {"advance_loc1", 0x40, PROGRAM(DW_CFA_advance_loc1, 0x40, DW_CFA_def_cfa_offset, 32),
     RULE(RSP, 32, FP_SAME, 0)},
    {"advance_loc2", 0x41, PROGRAM(DW_CFA_advance_loc2, 0x41, 0, DW_CFA_def_cfa_offset, 32),
     RULE(RSP, 32, FP_SAME, 0)},
    {"advance_loc4 not there", 0x41,
     PROGRAM(DW_CFA_advance_loc4, 0x42, 0, 0, 0, DW_CFA_def_cfa_offset, 32),
     RULE(RSP, 8, FP_SAME, 0)},
    {"offset_extended", 1, PROGRAM(DW_CFA_offset_extended, RBP, 3), RULE(RSP, 8, FP_AT_CFA, -24)},
    {"offset_extended_sf", 1, PROGRAM(DW_CFA_offset_extended_sf, RBP, 0x7f),
     RULE(RSP, 8, FP_AT_CFA, 8)},
    {"negative_offset_extended", 1, PROGRAM(0x2f, RBP, 2), RULE(RSP, 8, FP_AT_CFA, 16)},
    {"restore", 1, PROGRAM(DW_CFA_offset | RBP, 2, DW_CFA_restore | RBP), RULE(RSP, 8, FP_SAME, 0)},
    {"restore of the return address", 1, PROGRAM(DW_CFA_offset | RIP, 2, DW_CFA_restore | RIP),
     RULE(RSP, 8, FP_SAME, 0)},
    {"restore_extended", 1, PROGRAM(DW_CFA_offset | RBP, 2, DW_CFA_restore_extended, RBP),
     RULE(RSP, 8, FP_SAME, 0)},
    {"same_value", 1, PROGRAM(DW_CFA_offset | RBP, 2, DW_CFA_same_value, RBP),
     RULE(RSP, 8, FP_SAME, 0)},
    {"undefined rbp", 1, PROGRAM(DW_CFA_undefined, RBP), RULE(RSP, 8, FP_LOST, 0)},
    {"undefined return address", 1, PROGRAM(DW_CFA_undefined, RIP), {.kind = CFI_END}},
    {"remember and restore state", 4,
     PROGRAM(DW_CFA_def_cfa_offset, 48, DW_CFA_offset | RBP, 2, DW_CFA_remember_state,
             DW_CFA_def_cfa_offset, 8, DW_CFA_restore | RBP, DW_CFA_advance_loc | 4,
             DW_CFA_restore_state),
     RULE(RSP, 48, FP_AT_CFA, -16)},
    {"before the state is restored", 3,
     PROGRAM(DW_CFA_def_cfa_offset, 48, DW_CFA_remember_state, DW_CFA_def_cfa_offset, 8,
             DW_CFA_advance_loc | 4, DW_CFA_restore_state),
     RULE(RSP, 8, FP_SAME, 0)},
    {"args_size", 1, PROGRAM(DW_CFA_GNU_args_size, 16), RULE(RSP, 8, FP_SAME, 0)},
    {"window_save", 1, PROGRAM(DW_CFA_GNU_window_save), RULE(RSP, 8, FP_SAME, 0)},
    {"stub of the linker",
     1,
     PROGRAM(DW_CFA_def_cfa_expression, 11, DW_OP_breg7, 8, DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and,
             DW_OP_lit11, DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus),
     {.kind = CFI_PLT,
      .cfa_register = RSP,
      .cfa_offset = 11,
      .ra_offset = -8,
      .places = CFI_AT_CFA << 4}},
    {"CFA in memory",
     1,
     PROGRAM(DW_CFA_def_cfa_expression, 3, DW_OP_breg6, 0x70, DW_OP_deref),
     {.kind = CFI_DEREFERENCE,
      .cfa_register = RBP,
      .cfa_offset = -16,
      .ra_offset = -8,
      .places = CFI_AT_CFA << 4}},
    {"CFA in memory, and more",
     1,
     PROGRAM(DW_CFA_def_cfa_expression, 5, DW_OP_breg7, 32, DW_OP_deref, DW_OP_plus_uconst, 8),
     {.kind = CFI_DEREFERENCE,
      .cfa_register = RSP,
      .cfa_offset = 32,
      .cfa_add = 8,
      .ra_offset = -8,
      .places = CFI_AT_CFA << 4}},
    {"CFA of another register in memory",
     1,
     PROGRAM(DW_CFA_def_cfa_expression, 3, DW_OP_breg10, 0, DW_OP_deref),
     {.kind = CFI_DEREFERENCE, .cfa_register = R10, .ra_offset = -8, .places = CFI_AT_CFA << 4}},
    {"rbp at rbp", 1, PROGRAM(DW_CFA_expression, RBP, 2, DW_OP_breg6, 0),
     RULE(RSP, 8, FP_AT_FP, 0)},
    {"another register at rbp", 1, PROGRAM(DW_CFA_expression, R10, 2, DW_OP_breg6, 0x78),
     RULE(RSP, 8, FP_SAME, 0)},
    {"another register by value", 1, PROGRAM(DW_CFA_val_expression, RBX, 1, DW_OP_lit0),
     RULE(RSP, 8, FP_SAME, 0)},
    {"another register in a register", 1, PROGRAM(DW_CFA_register, RBX, R10),
     RULE(RSP, 8, FP_SAME, 0)},
    {"another register as an offset", 1, PROGRAM(DW_CFA_val_offset, RBX, 1),
     RULE(RSP, 8, FP_SAME, 0)},
    {"after the address nothing matters", 1,
     PROGRAM(DW_CFA_advance_loc | 2, DW_CFA_restore_state, 0x3f, 0xff), RULE(RSP, 8, FP_SAME, 0)},
};

/* What no rule says. */
static const program_row REFUSED[] = {
    {"unknown operation", 1, PROGRAM(0x3e), UNSUPPORTED},
    {"set_loc", 1, PROGRAM(DW_CFA_set_loc, 0, 0, 0, 0), UNSUPPORTED},
    {"restore_state without", 1, PROGRAM(DW_CFA_restore_state), UNSUPPORTED},
    {"states without end", 1,
     PROGRAM(DW_CFA_remember_state, DW_CFA_remember_state, DW_CFA_remember_state,
             DW_CFA_remember_state, DW_CFA_remember_state, DW_CFA_remember_state,
             DW_CFA_remember_state, DW_CFA_remember_state, DW_CFA_remember_state),
     UNSUPPORTED},
    {"number without end", 1,
     PROGRAM(DW_CFA_def_cfa_offset, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
     UNSUPPORTED},
    {"number that ends the program", 1, PROGRAM(DW_CFA_nop, DW_CFA_offset | RBP, 0x80),
     UNSUPPORTED},
    {"offset beyond 32 bits", 1, PROGRAM(DW_CFA_def_cfa_offset, 0x80, 0x80, 0x80, 0x80, 0x10),
     UNSUPPORTED},
    {"factored offset beyond 32 bits", 1,
     PROGRAM(DW_CFA_offset | RBP, 0x80, 0x80, 0x80, 0x80, 0x04), UNSUPPORTED},
    {"factored offset that overflows", 1,
     PROGRAM(DW_CFA_offset_extended_sf, RBP, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
             0x7f),
     UNSUPPORTED},
    {"register beyond a byte", 1, PROGRAM(DW_CFA_def_cfa_register, 0x80, 0x02), UNSUPPORTED},
    {"expression longer than the program", 1,
     PROGRAM(DW_CFA_def_cfa_expression, 0x40, DW_OP_breg7, 8), UNSUPPORTED},
    {"CFA by another expression", 1, PROGRAM(DW_CFA_def_cfa_expression, 2, DW_OP_breg7, 8),
     UNSUPPORTED},
    {"CFA by an empty expression", 1, PROGRAM(DW_CFA_def_cfa_expression, 0), UNSUPPORTED},
    {"CFA in memory and too much more", 1,
     PROGRAM(DW_CFA_def_cfa_expression, 6, DW_OP_breg7, 32, DW_OP_deref, DW_OP_plus_uconst, 0x80,
             1),
     UNSUPPORTED},
    {"offset of a CFA in memory", 1,
     PROGRAM(DW_CFA_def_cfa_expression, 3, DW_OP_breg6, 0x70, DW_OP_deref, DW_CFA_def_cfa_offset,
             8),
     UNSUPPORTED},
    {"rbp in a register", 1, PROGRAM(DW_CFA_register, RBP, R10), UNSUPPORTED},
    {"rbp by value", 1, PROGRAM(DW_CFA_val_expression, RBP, 1, DW_OP_lit0), UNSUPPORTED},
    {"rbp as an offset", 1, PROGRAM(DW_CFA_val_offset, RBP, 1), UNSUPPORTED},
    {"rbp as a signed offset", 1, PROGRAM(DW_CFA_val_offset_sf, RBP, 1), UNSUPPORTED},
    {"rbp at another register", 1, PROGRAM(DW_CFA_expression, RBP, 2, DW_OP_breg7, 0), UNSUPPORTED},
    {"return address in a register", 1, PROGRAM(DW_CFA_register, RIP, R10), UNSUPPORTED},
};

static fake_elf elf;

static cfi_rule find_in(fake_elf *file, uint64_t vaddr, const cfi_registers *registers)
{
    code_image *image = NULL;
    cfi_table table;
    const code_file opened = fake_elf_file(file);
    assert_int_equal(code_image_open(&opened, &image), UNPEG_OK);
    cfi_table_init(&table, image);
    cfi_rule rule = cfi_table_find(&table, vaddr, registers);
    cfi_rule again = cfi_table_find(&table, vaddr, registers);
    assert_memory_equal(&rule, &again, sizeof rule);
    code_image_close(image);
    return rule;
}

static void write_one(const program_row *row, fake_elf_spec spec)
{
    const fake_fde fde = {BASE, SIZE, row->program, row->len};
    spec.vaddr = BASE;
    spec.code_size = SIZE;
    spec.fdes = &fde;
    spec.fde_count = 1;
    fake_elf_write(&spec, &elf);
}

static cfi_rule run(const program_row *row, fake_elf_spec spec)
{
    write_one(row, spec);
    return find_in(&elf, BASE + row->offset, &cfi_x86_64);
}

static void test_programs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
        cfi_rule rule = run(&PROGRAMS[i], (fake_elf_spec){0});
        if (memcmp(&rule, &PROGRAMS[i].expected, sizeof rule) != 0)
            fail_msg("%s: kind %d, CFA %d %+d %+d, places %#x, fp %d, ra %d", PROGRAMS[i].name,
                     rule.kind, rule.cfa_register, rule.cfa_offset, rule.cfa_add, rule.places,
                     rule.fp_offset, rule.ra_offset);
    }
}

static void test_refused_programs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        if (run(&REFUSED[i], (fake_elf_spec){0}).kind != CFI_UNSUPPORTED)
            fail_msg("%s is not refused", REFUSED[i].name);
}

/* What is remembered comes back in the reverse order. */
static void test_remembered_states_nest(void **state)
{
    (void)state;
    const program_row row = {"nested", 2,
                             PROGRAM(DW_CFA_remember_state, DW_CFA_def_cfa_offset, 16,
                                     DW_CFA_remember_state, DW_CFA_def_cfa_offset, 24,
                                     DW_CFA_restore_state, DW_CFA_advance_loc | 2,
                                     DW_CFA_restore_state, DW_CFA_offset | RBP, 2),
                             RULE(RSP, 8, FP_AT_CFA, -16)};
    cfi_rule rule = run(&row, (fake_elf_spec){0});
    assert_memory_equal(&rule, &row.expected, sizeof rule);
}

static const program_row PUSHED = {
    "push rbp", 1,
    PROGRAM(DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16, DW_CFA_offset | RBP, 2),
    RULE(RSP, 16, FP_AT_CFA, -16)};

static void test_augmentations(void **state)
{
    (void)state;
    static const struct {
        const char *letters;
        unsigned char version;
        cfi_kind kind;
    } rows[] = {
        {"zR", 1, CFI_REGISTER},     {"zR", 3, CFI_REGISTER},
        {"zLR", 1, CFI_REGISTER},    {"zPLR", 1, CFI_REGISTER},
        {"zRB", 1, CFI_REGISTER},    {"zRS", 1, CFI_SIGNAL},
        {"zRQ", 1, CFI_UNSUPPORTED}, {"eh", 1, CFI_UNSUPPORTED},
        {"zR", 4, CFI_UNSUPPORTED},  {"zRRRRRRRRRRRRRRR", 1, CFI_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cfi_rule rule = run(
            &PUSHED, (fake_elf_spec){.augmentation = rows[i].letters, .version = rows[i].version});
        if (rule.kind != rows[i].kind)
            fail_msg("%s, version %d: kind %d", rows[i].letters, rows[i].version, rule.kind);
        if (rule.kind == CFI_REGISTER)
            assert_memory_equal(&rule, &PUSHED.expected, sizeof rule);
    }
}

static void test_initial_programs(void **state)
{
    (void)state;
    static const unsigned char other[] = {DW_CFA_def_cfa, RBP, 32, DW_CFA_offset + RIP, 3};
    static const unsigned char restores[] = {DW_CFA_def_cfa, RSP, 8, DW_CFA_restore + RBP};
    static const unsigned char nothing[] = {DW_CFA_nop};
    const program_row row = {"restore", 0, PROGRAM(DW_CFA_offset | RIP, 1, DW_CFA_restore | RIP),
                             UNSUPPORTED};
    cfi_rule rule = run(&row, (fake_elf_spec){.initial = other, .initial_len = sizeof other});
    assert_int_equal(rule.kind, CFI_REGISTER);
    assert_int_equal(rule.cfa_register, RBP);
    assert_int_equal(rule.cfa_offset, 32);
    assert_int_equal(rule.ra_offset, -24);
    rule = run(&row, (fake_elf_spec){.initial = restores, .initial_len = sizeof restores});
    assert_int_equal(rule.kind, CFI_UNSUPPORTED);
    rule = run(&row, (fake_elf_spec){.initial = nothing, .initial_len = sizeof nothing});
    assert_int_equal(rule.kind, CFI_UNSUPPORTED);
}

static const unsigned char OFFSET_16[] = {DW_CFA_def_cfa_offset, 16};
static const unsigned char OFFSET_24[] = {DW_CFA_def_cfa_offset, 24};
static const unsigned char OFFSET_32[] = {DW_CFA_def_cfa_offset, 32};

/* A gap between the second and the third. */
static void write_three(void)
{
    static const fake_fde fdes[] = {
        {BASE, 0x10, OFFSET_16, 2},
        {BASE + 0x10, 0x20, OFFSET_24, 2},
        {BASE + 0x40, 0x10, OFFSET_32, 2},
    };
    fake_elf_write(&(fake_elf_spec){.vaddr = BASE, .code_size = SIZE, .fdes = fdes, .fde_count = 3},
                   &elf);
}

static void test_search(void **state)
{
    (void)state;
    static const struct {
        int64_t offset;
        int32_t cfa_offset; /* 0: CFI_NONE */
    } rows[] = {{-1, 0},   {0, 16},   {0x0f, 16}, {0x10, 24}, {0x2f, 24},
                {0x30, 0}, {0x3f, 0}, {0x40, 32}, {0x4f, 32}, {0x50, 0}};
    write_three();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cfi_rule rule = find_in(&elf, (uint64_t)(BASE + rows[i].offset), &cfi_x86_64);
        assert_int_equal(rule.kind, rows[i].cfa_offset ? CFI_REGISTER : CFI_NONE);
        assert_int_equal(rule.cfa_offset, rows[i].cfa_offset);
    }
    assert_int_equal(find_in(&elf, UINT64_MAX, &cfi_x86_64).kind, CFI_NONE);
    assert_int_equal(find_in(&elf, 0, &cfi_x86_64).kind, CFI_NONE);
}

static void test_no_image_and_no_table(void **state)
{
    (void)state;
    cfi_table table;
    cfi_table_init(&table, NULL);
    assert_int_equal(cfi_table_find(&table, BASE, &cfi_x86_64).kind, CFI_NONE);
    fake_elf_write(&(fake_elf_spec){.vaddr = BASE, .code_size = SIZE}, &elf);
    assert_int_equal(find_in(&elf, BASE, &cfi_x86_64).kind, CFI_NONE);
}

static void test_other_return_address_column(void **state)
{
    (void)state;
    write_one(&PUSHED, (fake_elf_spec){0});
    assert_int_equal(find_in(&elf, BASE + 1, &cfi_aarch64).kind, CFI_UNSUPPORTED);
}

static void test_aarch64(void **state)
{
    (void)state;
    /* stp x29, x30, [sp, -32]!; mov x29, sp; ... ; return addresses signed */
    const program_row row = {"aarch64", 4,
                             PROGRAM(DW_CFA_GNU_window_save, DW_CFA_advance_loc | 1,
                                     DW_CFA_def_cfa_offset, 32, DW_CFA_offset | 29, 4,
                                     DW_CFA_offset | 30, 3, DW_CFA_advance_loc | 1,
                                     DW_CFA_def_cfa_register, 29),
                             UNSUPPORTED};
    write_one(&row, (fake_elf_spec){.arch = TARGET_AARCH64, .augmentation = "zRB"});
    cfi_rule rule = find_in(&elf, BASE, &cfi_aarch64);
    assert_int_equal(rule.kind, CFI_REGISTER);
    assert_int_equal(rule.cfa_register, 31);
    assert_int_equal(rule.cfa_offset, 0);
    assert_int_equal(cfi_ra_place(&rule), CFI_SAME);
    rule = find_in(&elf, BASE + 4, &cfi_aarch64);
    assert_int_equal(rule.cfa_register, 31);
    assert_int_equal(rule.cfa_offset, 32);
    assert_int_equal(rule.fp_offset, -32);
    assert_int_equal(rule.ra_offset, -24);
    rule = find_in(&elf, BASE + 8, &cfi_aarch64);
    assert_int_equal(rule.cfa_register, 29);
}

static void set_u32(size_t at, uint32_t value)
{
    memcpy(elf.bytes + at, &value, sizeof value);
}

static cfi_kind kind_at_start(void)
{
    return (cfi_kind)find_in(&elf, BASE + 1, &cfi_x86_64).kind;
}

static void test_headers_that_are_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        write_three();
        elf.bytes[elf.header_at + i] ^= 0x40;
        assert_int_equal(kind_at_start(), CFI_NONE);
    }
    write_three();
    set_u32(elf.header_at + 8, 0);
    assert_int_equal(kind_at_start(), CFI_NONE);
    write_three(); /* more entries than the header has room for: those that fit count */
    set_u32(elf.header_at + 8, UINT32_MAX);
    assert_int_equal(kind_at_start(), CFI_REGISTER);
}

static void test_entries_that_are_none(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 3, 0x10000, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        write_three();
        set_u32(elf.fde_at[0], lengths[i]);
        assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
        write_three();
        set_u32(elf.cie_at, lengths[i]);
        assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    }
    static const uint32_t backs[] = {0, 1, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
        write_three(); /* the CIE is elsewhere, or nowhere, or the FDE itself */
        set_u32(elf.fde_at[0] + 4, backs[i]);
        assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    }
    write_three(); /* a CIE that says it is an FDE */
    set_u32(elf.cie_at + 4, 8);
    assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    write_three(); /* the sorted table leads out of the file */
    set_u32(elf.header_at + 16, 0x70000000);
    assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    write_three(); /* an FDE of size 0, and one that begins elsewhere */
    set_u32(elf.fde_at[0] + 12, 0);
    assert_int_equal(kind_at_start(), CFI_NONE);
}

static void test_encodings(void **state)
{
    (void)state;
    write_three(); /* LEB128, which no linker writes in an FDE */
    unsigned char *encoding = elf.bytes + elf.cie_at + 16;
    assert_int_equal(*encoding, DW_EH_PE_pcrel | DW_EH_PE_sdata4);
    *encoding = DW_EH_PE_pcrel | DW_EH_PE_uleb128;
    assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    *encoding = DW_EH_PE_datarel | DW_EH_PE_sdata4;
    assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
    *encoding = DW_EH_PE_udata4; /* the address itself */
    set_u32(elf.fde_at[0] + 8, BASE);
    assert_int_equal(kind_at_start(), CFI_REGISTER);
    *encoding = DW_EH_PE_omit;
    assert_int_equal(kind_at_start(), CFI_UNSUPPORTED);
}

/* Whatever is cut or overwritten, there is an answer: sanitizers watch. */
static void test_any_damage_has_an_answer(void **state)
{
    (void)state;
    unsigned answers = 0;
    write_three();
    size_t end = elf.len;
    for (size_t at = elf.header_at; at < end; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            write_three();
            elf.bytes[at] ^= (unsigned char)(1U << bit);
            answers += kind_at_start() <= CFI_UNSUPPORTED;
        }
        write_three();
        elf.len = at;
        answers += kind_at_start() <= CFI_UNSUPPORTED;
    }
    assert_int_equal(answers, (end - elf.header_at) * 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_refused_programs),
        cmocka_unit_test(test_remembered_states_nest),
        cmocka_unit_test(test_augmentations),
        cmocka_unit_test(test_initial_programs),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_no_image_and_no_table),
        cmocka_unit_test(test_other_return_address_column),
        cmocka_unit_test(test_aarch64),
        cmocka_unit_test(test_headers_that_are_none),
        cmocka_unit_test(test_entries_that_are_none),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_any_damage_has_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
