/* SPDX-License-Identifier: MIT
 *
 * V8's state at a sample, told from the names on the stack: nothing else is known from outside.
 *
 *     uint8_t state = vm_state_of(&stack);
 */
#ifndef UNPEG_LIVE_VM_STATE_H
#define UNPEG_LIVE_VM_STATE_H

#include "process_view.h"

unpeg_vm_state vm_state_of(const live_stack *stack);

#endif
