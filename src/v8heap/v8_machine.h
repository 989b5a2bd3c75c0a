/* SPDX-License-Identifier: MIT
 *
 * What differs between processors in the code that V8 generates: which registers hold what.
 *
 *     const v8_machine *machine = v8_machine_of(registers->arch);
 *     function = registers->value[machine->function];
 *     offset = registers->value[machine->bytecode_offset];
 *     isolate = registers->value[machine->root] - machine->root_bias;
 *     if (machine->returns(code, size))
 *         the_function_may_end_there();
 *
 * Source: V8's register-x64.h and register-arm64.h, assembler-x64.h, constants-arm64.h.
 */
#ifndef UNPEG_V8HEAP_V8_MACHINE_H
#define UNPEG_V8HEAP_V8_MACHINE_H

#include "registers.h"

/* DWARF numbers. */
typedef struct v8_machine {
    uint8_t function;                        /* that is called, when its code begins */
    uint8_t bytecode_offset, bytecode_array; /* while the handler of a bytecode runs */
    uint8_t root;       /* the isolate's data and root_bias, in all generated code */
    uint16_t root_bias; /* bytes */
    /* Whether an instruction that returns may be among these bytes. */
    bool (*returns)(const unsigned char *code, size_t size);
} v8_machine;

const v8_machine *v8_machine_of(target_arch arch);

#endif
