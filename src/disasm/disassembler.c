/* SPDX-License-Identifier: MIT */
#include "disassembler.h"

#include <stdio.h>
#include <stdlib.h>

#include "capstone_api.h"

struct disassembler {
    capstone_api api;
    target_arch arch;
    csh handle;
    cs_insn *instruction;
};

static cs_err open_handle(disassembler *m)
{
    cs_err failure = m->arch == TARGET_X86_64
                         ? m->api.open(CS_ARCH_X86, CS_MODE_64, &m->handle)
                         : m->api.open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &m->handle);
    if (failure == CS_ERR_OK)
        failure = m->api.option(m->handle, CS_OPT_DETAIL, CS_OPT_ON);
    return failure;
}

unpeg_status disassembler_create(target_arch arch, disassembler **ret, unpeg_error *error)
{
    disassembler *m = calloc(1, sizeof *m);
    if (!m)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "out of memory");
    m->arch = arch;
    unpeg_status status = capstone_api_load(&m->api, error);
    if (status == UNPEG_OK && open_handle(m) != CS_ERR_OK)
        status = unpeg_error_set(error, UNPEG_UNSUPPORTED, "libcapstone lacks the architecture");
    if (status == UNPEG_OK && !(m->instruction = m->api.new_instruction(m->handle)))
        status = unpeg_error_set(error, UNPEG_NO_MEMORY, "out of memory");
    if (status != UNPEG_OK) {
        disassembler_destroy(m);
        return status;
    }
    *ret = m;
    return UNPEG_OK;
}

/* A direct jump has one operand that is a number, or (aarch64's test and branch) ends with one. */
static bool jump_target(const disassembler *m, unpeg_addr *ret)
{
    const cs_detail *detail = m->instruction->detail;
    if (m->arch == TARGET_X86_64) {
        const cs_x86 *x86 = &detail->x86;
        if (x86->op_count != 1 || x86->operands[0].type != X86_OP_IMM)
            return false;
        *ret = (unpeg_addr)x86->operands[0].imm;
        return true;
    }
    const cs_arm64 *arm = &detail->arm64;
    if (arm->op_count == 0 || arm->operands[arm->op_count - 1].type != ARM64_OP_IMM)
        return false;
    *ret = (unpeg_addr)arm->operands[arm->op_count - 1].imm;
    return true;
}

static bool in_group(const disassembler *m, unsigned group)
{
    return m->api.in_group(m->handle, m->instruction, group);
}

static void describe(const disassembler *m, disasm_instruction *ret)
{
    const cs_insn *in = m->instruction;
    const char *space = in->op_str[0] ? " " : "";
    *ret = (disasm_instruction){.address = in->address, .size = in->size};
    snprintf(ret->text, sizeof ret->text, "%s%s%s", in->mnemonic, space, in->op_str);
    ret->is_return = in_group(m, CS_GRP_RET);
    ret->is_jump = in_group(m, CS_GRP_JUMP) && !in_group(m, CS_GRP_CALL) && !ret->is_return;
    ret->has_target = ret->is_jump && jump_target(m, &ret->target);
}

static void describe_byte(code_view *code, disasm_instruction *ret)
{
    *ret = (disasm_instruction){.address = code->address, .size = 1};
    snprintf(ret->text, sizeof ret->text, ".byte 0x%02x", code->bytes[0]);
    code->bytes++;
    code->size--;
    code->address++;
}

bool disassembler_next(disassembler *m, code_view *code, disasm_instruction *ret)
{
    if (code->size == 0)
        return false;
    if (m->api.next(m->handle, &code->bytes, &code->size, &code->address, m->instruction))
        describe(m, ret);
    else
        describe_byte(code, ret);
    return true;
}

void disassembler_destroy(disassembler *m)
{
    if (!m)
        return;
    if (m->instruction)
        m->api.free_instruction(m->instruction, 1);
    if (m->handle)
        m->api.close(&m->handle);
    capstone_api_unload(&m->api);
    free(m);
}
