/* SPDX-License-Identifier: MIT
 *
 * A namer for a V8 whose binary has no symbols: what it knows grows with the stacks it sees.
 */
#include "v8_image.h"
#include "v8_name_table.h"
#include "v8_namer_state.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    CODE_RANGE_MINIMUM = 32 << 20, /* bytes of memory for generated code, mapped at once */
    IMAGE_MINIMUM = 4 << 20,
};

static bool is_code_range(const mapping *item)
{
    return (item->prot & MAPPING_EXEC) && !mapping_has_file(item) &&
           item->end - item->start >= CODE_RANGE_MINIMUM;
}

static bool is_larger_image(const mapping *item, const mapping *than)
{
    uint64_t least = than ? than->end - than->start : IMAGE_MINIMUM;
    return (item->prot & MAPPING_EXEC) && mapping_has_file(item) && item->end - item->start > least;
}

unpeg_status v8_learning_begin(v8_namer *namer)
{
    const mapping_list *list = namer->process.mappings;
    const mapping *image = NULL;
    bool generates = false;
    for (size_t i = 0; i < list->count; i++) {
        const mapping *item = &list->items[i];
        generates = generates || is_code_range(item);
        if (is_larger_image(item, image))
            image = item;
    }
    if (!generates || !image)
        return UNPEG_NOT_FOUND;
    v8_layout_compressed(&namer->layout);
    namer->learns = true;
    namer->builtins_by_address = true;
    namer->health.layout_source = "structure";
    namer->structure = (v8_structure){
        .heap = &namer->heap, .layout = &namer->layout, .mappings = namer->process.mappings};
    return v8_namer_set_file(namer, image->path) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

static unpeg_status add_builtins(v8_namer *namer, const v8_entries *entries,
                                 const v8_name_table *table)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < entries->count && !status; i++)
        status = v8_builtins_add(&namer->builtins, entries->words[entries->first + i], 0,
                                 table->names[i]);
    v8_builtins_sort(&namer->builtins);
    return status;
}

static unpeg_status load_names(v8_namer *namer, v8_name_table *ret)
{
    v8_image *image = NULL;
    unpeg_status status = v8_namer_open_image(namer, unpeg_slice_of(namer->file), &image);
    if (!status)
        status = v8_name_table_load(image, ret);
    v8_image_close(image);
    return status;
}

/* Where generated code is entered from C++ must be a builtin for that. */
static bool is_entry_right(const v8_namer *namer, const v8_stack *stack, const v8_frame *frame)
{
    uint64_t marker = 0;
    const v8_layout *layout = &namer->layout;
    if (memory_read_u64(stack->memory, frame->fp + (uint64_t)(int64_t)layout->fp_context, &marker))
        return true;
    const v8_builtin *builtin = v8_builtins_find(&namer->builtins, frame->pc - 1);
    if (marker != (uint64_t)layout->markers[V8_MARKER_ENTRY] << 1 || !builtin)
        return true;
    return builtin->role == V8_ROLE_ENTRY;
}

static void check_builtins(v8_namer *namer, const v8_stack *stack, const v8_frame *frames,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_entry_right(namer, stack, &frames[i]))
            continue;
        v8_builtins_deinit(&namer->builtins);
        return;
    }
}

/* Once: the file is large. */
static unpeg_status load_builtins(v8_namer *namer)
{
    v8_entries entries = {0};
    v8_name_table table = {0};
    namer->builtins_tried = true;
    unpeg_status status = v8_structure_entries(&namer->structure, &entries);
    if (status)
        return status;
    status = load_names(namer, &table);
    if (!status && table.count < entries.count)
        status = UNPEG_NOT_FOUND;
    if (!status)
        status = add_builtins(namer, &entries, &table);
    v8_name_table_deinit(&table);
    free(entries.words);
    return status;
}

bool v8_namer_learns(const v8_namer *namer)
{
    return namer->learns;
}

bool v8_namer_knows(const v8_namer *namer)
{
    return !namer->learns || namer->structure.types;
}

unpeg_status v8_namer_learn(v8_namer *namer, const v8_stack *stack, const v8_frame *frames,
                            size_t count)
{
    if (!namer->learns)
        return UNPEG_OK;
    namer->structure.mappings = namer->process.mappings;
    unpeg_status status = v8_structure_learn(&namer->structure, stack, frames, count);
    if (namer->structure.isolate != 0 && !namer->builtins_tried &&
        (!status || status == UNPEG_NOT_FOUND)) {
        status = load_builtins(namer);
        check_builtins(namer, stack, frames, count);
    }
    /* What cannot be found, or opened, only leaves names out. */
    bool ends = status == UNPEG_NO_MEMORY || status == UNPEG_STOPPED || status == UNPEG_DEADLINE;
    return ends ? status : UNPEG_OK;
}
