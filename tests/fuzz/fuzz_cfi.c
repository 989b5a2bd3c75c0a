/* SPDX-License-Identifier: MIT
 *
 * First byte 0: an ELF file, asked for rules; 1 or 2: the program of an FDE of x86-64 or AArch64.
 * Each rule is one that the walker can follow, and it is the same when it is asked for again.
 */
#include <stdlib.h>

#include "cfi.h"
#include "fake_code.h"

enum { BASE = 0x401000, CODE_BYTES = 64, PROGRAM_LIMIT = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static fake_elf elf;

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_rule(const cfi_rule *rule)
{
    require(rule->kind <= CFI_UNSUPPORTED);
    if (rule->kind == CFI_REGISTER || rule->kind == CFI_DEREFERENCE || rule->kind == CFI_PLT) {
        require(cfi_fp_place(rule) <= CFI_UNDEFINED);
        require(cfi_ra_place(rule) <= CFI_AT_CFA);
    }
}

static void ask(const cfi_registers *registers)
{
    code_image *image = NULL;
    cfi_table table;
    const code_file file = fake_elf_file(&elf);
    if (code_image_open(&file, &image) != UNPEG_OK)
        return;
    cfi_table_init(&table, image);
    for (uint64_t i = 0; i <= CODE_BYTES; i += 8) {
        cfi_rule rule = cfi_table_find(&table, BASE + i, registers);
        cfi_rule again = cfi_table_find(&table, BASE + i, registers);
        check_rule(&rule);
        require(memcmp(&rule, &again, sizeof rule) == 0);
    }
    code_image_close(image);
}

static void ask_program(const uint8_t *program, size_t size, target_arch arch)
{
    const fake_fde fde = {BASE, CODE_BYTES, program, size < PROGRAM_LIMIT ? size : PROGRAM_LIMIT};
    fake_elf_write(
        &(fake_elf_spec){
            .arch = arch, .vaddr = BASE, .code_size = CODE_BYTES, .fdes = &fde, .fde_count = 1},
        &elf);
    ask(arch == TARGET_AARCH64 ? &cfi_aarch64 : &cfi_x86_64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] != 0) {
        ask_program(data + 1, size - 1, data[0] == 2 ? TARGET_AARCH64 : TARGET_X86_64);
    } else if (size - 1 <= FAKE_ELF_LIMIT) {
        memcpy(elf.bytes, data + 1, size - 1);
        elf.len = size - 1;
        ask(&cfi_x86_64);
    }
    return 0;
}
