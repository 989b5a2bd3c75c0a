/* SPDX-License-Identifier: MIT */
#include "unwind_arch.h"

const unwind_arch *unwind_arch_of(target_arch arch)
{
    return arch == TARGET_AARCH64 ? &unwind_aarch64 : &unwind_x86_64;
}
