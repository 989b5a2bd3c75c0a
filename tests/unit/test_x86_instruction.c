/* SPDX-License-Identifier: MIT
 *
 * Lengths against capstone, over all the code of this process's C library and of the test itself.
 */
#include <capstone/capstone.h>
#include <link.h>

#include "check.h"
#include "x86_instruction.h"

static x86_instruction decoded(const char *bytes, size_t size)
{
    x86_instruction insn;
    assert_true(x86_instruction_decode((const unsigned char *)bytes, size, &insn));
    assert_int_equal(insn.length, size);
    return insn;
}

#define DECODED(text) decoded(text, sizeof(text) - 1)

static void test_fields(void **state)
{
    (void)state;
    x86_instruction insn = DECODED("\x48\x8d\x64\xd4\x10"); /* lea rsp, [rsp + rdx * 8 + 0x10] */
    assert_true(insn.wide && insn.modrm && insn.memory);
    assert_int_equal(insn.opcode, 0x8d);
    assert_int_equal(insn.reg, 4);
    assert_int_equal(insn.base, 4);
    assert_int_equal(insn.index, 2);
    assert_int_equal(insn.scale, 8);
    assert_int_equal(insn.displacement, 0x10);
    insn = DECODED("\x48\x83\xc4\xf8"); /* add rsp, -8 */
    assert_int_equal(insn.rm, 4);
    assert_int_equal(insn.immediate, -8);
    assert_false(insn.memory);
    insn = DECODED("\x41\x5a"); /* pop r10 */
    assert_int_equal(insn.rm, 10);
    insn = DECODED("\x4c\x8b\x55\xe8"); /* mov r10, [rbp - 0x18] */
    assert_int_equal(insn.base, 5);
    assert_int_equal(insn.reg, 10);
    assert_int_equal(insn.displacement, -0x18);
    insn = DECODED("\x4d\x8b\x45\x00"); /* mov r8, [r13]: not rbp */
    assert_int_equal(insn.base, 13);
    insn = DECODED("\x48\x8b\x05\x10\x00\x00\x00"); /* mov rax, [rip + 16] */
    assert_int_equal(insn.base, X86_NO_REGISTER);
    insn = DECODED("\x0f\x85\x00\x01\x00\x00"); /* jne +0x100 */
    assert_int_equal(insn.map, X86_0F);
    assert_int_equal(insn.immediate, 0x100);
    insn = DECODED("\xc2\x18\x00"); /* ret 24 */
    assert_int_equal(insn.immediate, 24);
    insn = DECODED("\xc4\xc1\x7b\x10\x45\x10"); /* vmovsd xmm0, [r13 + 0x10] */
    assert_int_equal(insn.map, X86_VECTOR);
    assert_int_equal(insn.base, 13);
}

static void test_cut_and_impossible(void **state)
{
    (void)state;
    static const unsigned char mov[] = {0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8};
    static const unsigned char push_es[] = {0x06, 0, 0, 0};
    static const unsigned char prefixes[16] = {0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                               0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90};
    x86_instruction insn;
    assert_true(x86_instruction_decode(mov, sizeof mov, &insn));
    for (size_t size = 0; size < sizeof mov; size++)
        assert_false(x86_instruction_decode(mov, size, &insn));
    assert_false(x86_instruction_decode(push_es, sizeof push_es, &insn));
    assert_false(x86_instruction_decode(prefixes, sizeof prefixes, &insn));
}

/* Two walks over the same code; stops where capstone knows no instruction (data between code). */
static size_t compare_run(csh engine, const unsigned char *code, size_t size, size_t *wrong)
{
    size_t count = 0;
    const uint8_t *at = code;
    uint64_t address = (uint64_t)(uintptr_t)code;
    cs_insn *theirs = cs_malloc(engine);
    assert_non_null(theirs);
    while (size > 0) {
        x86_instruction ours;
        if (!cs_disasm_iter(engine, &at, &size, &address, theirs)) {
            at++;
            address++;
            size--;
            continue;
        }
        count++;
        if (!x86_instruction_decode(theirs->bytes, X86_INSTRUCTION_LIMIT, &ours) ||
            ours.length != theirs->size) {
            print_message("%s %s: %d, not %d\n", theirs->mnemonic, theirs->op_str, ours.length,
                          theirs->size);
            ++*wrong;
        }
    }
    cs_free(theirs, 1);
    return count;
}

typedef struct totals {
    csh engine;
    size_t count, wrong;
} totals;

static int compare_object(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    totals *sum = user;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X))
            sum->count += compare_run(
                sum->engine, (const unsigned char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr),
                header->p_memsz, &sum->wrong);
    }
    return 0;
}

static void test_lengths_against_capstone(void **state)
{
    (void)state;
    totals sum = {0};
    assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &sum.engine), CS_ERR_OK);
    dl_iterate_phdr(compare_object, &sum);
    cs_close(&sum.engine);
    print_message("%zu instructions, %zu differ\n", sum.count, sum.wrong);
    assert_true(sum.count > 100000);
    assert_true(sum.wrong * 10000 <= sum.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_cut_and_impossible),
        cmocka_unit_test(test_lengths_against_capstone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
