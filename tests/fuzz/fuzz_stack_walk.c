/* SPDX-License-Identifier: MIT
 *
 * One byte: the processor; pc, sp and fp, 8 bytes each; 128 bytes of generated code; the rest is
 * the stack. The walk ends, goes upward but for signals, and comes out the same again.
 */
#include <dwarf.h>
#include <stdlib.h>

#include "fake_code.h"
#include "stack_walk.h"

enum { TEXT = 0x401000, TEXT_SIZE = 0x400, JIT = 0x10000000, JIT_SIZE = 128, STACK = 0x7000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char MAPS[] = "00007000-00009000 rw-p 00000000 00:00 0 [stack]\n"
                           "00401000-00402000 r-xp 00001000 08:01 7 /bin/node\n"
                           "10000000-10001000 rwxp 00000000 00:00 0\n";

static const unsigned char PUSHED[] = {DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset, 16,
                                       DW_CFA_offset | 6, 2};
static const unsigned char UNDEFINED[] = {DW_CFA_undefined, 16};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void set_register(target_registers *registers, unsigned number, const uint8_t *bytes)
{
    memcpy(&registers->value[number], bytes, 8);
    registers->known |= UINT64_C(1) << number;
}

static target_registers registers_of(const uint8_t *data)
{
    bool arm = data[0] & 1;
    target_registers registers = {.arch = arm ? TARGET_AARCH64 : TARGET_X86_64};
    set_register(&registers, arm ? REG_ARM_PC : REG_X86_RIP, data + 1);
    set_register(&registers, arm ? REG_ARM_SP : REG_X86_RSP, data + 9);
    set_register(&registers, arm ? REG_ARM_FP : REG_X86_RBP, data + 17);
    return registers;
}

static void check_trace(const stack_trace *trace)
{
    require(trace->count <= STACK_FRAME_LIMIT && trace->end <= STACK_END_LIMIT);
    for (size_t i = 1; i < trace->count; i++) {
        const stack_frame *frame = &trace->frames[i];
        require(frame->interrupted || frame->sp > frame[-1].sp || frame[-1].interrupted);
    }
}

static void walk(fake_process *process, const target_registers *registers)
{
    stack_walker *walker = NULL;
    stack_trace trace = {0}, again = {0};
    if (stack_walker_create(process->space, &walker) != UNPEG_OK)
        return;
    if (stack_walk(walker, registers, &process->memory, &trace) == UNPEG_OK &&
        stack_walk(walker, registers, &process->memory, &again) == UNPEG_OK) {
        check_trace(&trace);
        require(trace.count == again.count && trace.end == again.end);
    }
    stack_trace_deinit(&trace);
    stack_trace_deinit(&again);
    stack_walker_destroy(walker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 1 + 3 * 8 };
    static fake_elf elf;
    static const fake_fde fdes[] = {{TEXT, 0x40, UNDEFINED, sizeof UNDEFINED},
                                    {TEXT + 0x40, 0x80, PUSHED, sizeof PUSHED}};
    if (size < HEAD + JIT_SIZE)
        return 0;
    target_registers registers = registers_of(data);
    fake_process process = {.maps = MAPS, .elf = &elf};
    fake_elf_write(&(fake_elf_spec){.arch = registers.arch,
                                    .vaddr = TEXT,
                                    .code_size = TEXT_SIZE,
                                    .fdes = fdes,
                                    .fde_count = 2},
                   &elf);
    fake_process_put(&process, JIT, data + HEAD, JIT_SIZE);
    fake_process_put(&process, STACK, data + HEAD + JIT_SIZE, size - HEAD - JIT_SIZE);
    fake_process_open(&process);
    walk(&process, &registers);
    fake_process_close(&process);
    return 0;
}
