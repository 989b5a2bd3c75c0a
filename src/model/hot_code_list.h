/* SPDX-License-Identifier: MIT
 *
 * The hot code of a profile, copied.
 *
 *     hot_code_list list = {0};
 *     hot_code_list_add(&list, &code);
 *     hot_code_list_deinit(&list);
 */
#ifndef UNPEG_MODEL_HOT_CODE_LIST_H
#define UNPEG_MODEL_HOT_CODE_LIST_H

#include "unpeg/hot_code.h"

typedef struct hot_code {
    unpeg_hot_code code; /* what readers see */
    unpeg_code_hits *hits;
    unpeg_code_place *places;
} hot_code;

typedef struct hot_code_list {
    hot_code *items;
    size_t count, capacity;
} hot_code_list;

/* True if offsets ascend and lie inside, and the machine is one. */
bool hot_code_is_sound(const unpeg_hot_code *code);

/* Copies hits and places; the slices must outlive the list. */
bool hot_code_list_add(hot_code_list *list, const unpeg_hot_code *code);
void hot_code_list_deinit(hot_code_list *list);

#endif
