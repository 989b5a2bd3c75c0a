/* SPDX-License-Identifier: MIT
 *
 * Whether a process has V8 in it, told without stopping or reading it.
 *
 *     const char *clue = v8_clue_of_process(pid);           "symbols", "mapping", "name" or ""
 *     if (v8_clue_of_name(unpeg_slice_of("/usr/bin/node"))) ...
 */
#ifndef UNPEG_SAMPLER_V8_CLUE_H
#define UNPEG_SAMPLER_V8_CLUE_H

#include "mapping.h"

/* The strongest: its program or a library exports V8's symbols; it has memory or a library that
 * only V8 has; its program has the name of one that has V8. Static. */
const char *v8_clue_of_process(int32_t pid);

bool v8_clue_of_name(unpeg_slice path);
bool v8_clue_of_mappings(const mapping_list *list);

#endif
