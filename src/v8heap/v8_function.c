/* SPDX-License-Identifier: MIT */
#include "v8_function.h"

#include "grow.h"
#include "v8_check.h"
#include "v8_source_name.h"

#include <stdlib.h>

enum {
    NAME_LIMIT = 1024,    /* bytes of UTF-8 */
    DEBUG_INFO_SLOTS = 6, /* among which a DebugInfo holds the script */
};

static unpeg_status intern_string(v8_functions *functions, v8_word string, unpeg_slice *ret)
{
    v8_text text = {0};
    uint32_t id = 0;
    unpeg_status status = v8_string_text(functions->heap, string, NAME_LIMIT, &text);
    if (!status && !intern_add(functions->names, v8_text_slice(&text), &id))
        status = UNPEG_NO_MEMORY;
    if (!status)
        *ret = intern_text(functions->names, id);
    v8_text_deinit(&text);
    return status;
}

static unpeg_status ignore_missing(unpeg_status status)
{
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* The name as V8 prints it: its own, else what it was assigned to. */
static unpeg_status read_names(v8_functions *functions, v8_function *function)
{
    v8_scope scope;
    unpeg_status status = v8_scope_read(functions->heap, function->name_word, &scope);
    if (status == UNPEG_NOT_FOUND) {
        status = intern_string(functions, function->name_word, &function->name);
        function->exported = status == UNPEG_OK;
        return ignore_missing(status);
    }
    if (status)
        return status;
    function->start = scope.start;
    function->end = scope.end;
    status = ignore_missing(intern_string(functions, scope.name, &function->name));
    if (!status && function->name.len == 0)
        status = ignore_missing(intern_string(functions, scope.inferred, &function->name));
    return status;
}

/* While a function is being debugged its DebugInfo stands in the place of its script. */
static unpeg_status find_script(v8_functions *functions, v8_function *function)
{
    v8_heap *heap = functions->heap;
    v8_word word = function->script_word;
    unpeg_status status = v8_scripts_get(functions->scripts, word, &function->script);
    for (int i = 1; i < DEBUG_INFO_SLOTS && status == UNPEG_NOT_FOUND; i++) {
        v8_word inner = 0;
        status = v8_heap_field(heap, word, i * heap->layout->tagged_size, &inner);
        if (!status)
            status = v8_scripts_get(functions->scripts, inner, &function->script);
    }
    return ignore_missing(status);
}

static unpeg_status name_from_source(v8_functions *functions, v8_function *function)
{
    v8_text text = {0};
    uint32_t id = 0;
    unpeg_status status =
        v8_source_name(functions->heap, function->script->source, (size_t)function->start, &text);
    if (!status && !intern_add(functions->names, v8_text_slice(&text), &id))
        status = UNPEG_NO_MEMORY;
    if (!status)
        function->name = intern_text(functions->names, id);
    v8_text_deinit(&text);
    return ignore_missing(status);
}

/* What begins a script has no name. */
static unpeg_status check_name(v8_functions *functions, v8_function *function)
{
    v8_fit fit;
    unpeg_status status =
        v8_check_name(functions->heap, function->script, function->start, function->name, &fit);
    function->named = fit != V8_FIT_UNKNOWN;
    function->named_right = fit == V8_FIT_GOOD;
    return status;
}

static unpeg_status place_function(v8_functions *functions, v8_function *function)
{
    v8_script *script = function->script;
    if (!script || function->start < 0)
        return UNPEG_OK;
    unpeg_status status =
        v8_script_check(functions->scripts, script, function->start, &function->plausible);
    function->checked = !status;
    if (status == UNPEG_NOT_FOUND)
        return UNPEG_OK;
    if (!status)
        status = check_name(functions, function);
    if (status || !function->plausible)
        return status;
    if (function->name.len == 0 && function->start > 0)
        status = name_from_source(functions, function);
    if (!status)
        status = v8_script_place(functions->scripts, script, function->start, &function->place);
    return status;
}

static unpeg_status read_function(v8_functions *functions, const v8_block *block,
                                  v8_function *function)
{
    v8_heap *heap = functions->heap;
    int32_t builtin;
    function->start = function->end = function->builtin = -1;
    if (heap->layout->shared_data > 0 &&
        v8_heap_small(heap, v8_block_field(heap, block, heap->layout->shared_data), &builtin))
        function->builtin = builtin;
    unpeg_status status = read_names(functions, function);
    if (!status)
        status = find_script(functions, function);
    if (!status)
        status = place_function(functions, function);
    return status;
}

static unpeg_status keep(v8_functions *functions, v8_function *fresh)
{
    if (!grow_reserve((void **)&functions->items, &functions->capacity, functions->count + 1,
                      sizeof *functions->items) ||
        !u64map_put(&functions->by_shared, fresh->shared, (uint32_t)functions->count + 1))
        return UNPEG_NO_MEMORY;
    functions->items[functions->count++] = fresh;
    functions->named += fresh->named;
    functions->named_wrong += fresh->named && !fresh->named_right;
    return UNPEG_OK;
}

static unpeg_status add_function(v8_functions *functions, const v8_block *block,
                                 const v8_function *key, const v8_function **ret)
{
    v8_function *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return UNPEG_NO_MEMORY;
    *fresh = *key;
    unpeg_status status = read_function(functions, block, fresh);
    if (!status)
        status = keep(functions, fresh);
    if (status)
        free(fresh);
    else
        *ret = fresh;
    return status;
}

unpeg_status v8_functions_get(v8_functions *functions, v8_word shared, const v8_function **ret)
{
    v8_heap *heap = functions->heap;
    const v8_layout *layout = heap->layout;
    v8_block block;
    size_t size = (size_t)layout->shared_script + (size_t)layout->tagged_size;
    unpeg_status status = v8_heap_expect(heap, shared, layout->type_shared, layout->type_shared);
    if (!status)
        status = v8_heap_load(heap, shared, size, &block);
    if (status)
        return status;
    v8_function key = {
        .shared = shared,
        .name_word = v8_block_field(heap, &block, layout->shared_name),
        .script_word = v8_block_field(heap, &block, layout->shared_script),
    };
    uint32_t index = u64map_get(&functions->by_shared, shared);
    if (index != 0) {
        const v8_function *known = functions->items[index - 1];
        if (known->name_word == key.name_word && known->script_word == key.script_word) {
            *ret = known;
            return UNPEG_OK;
        }
    }
    return add_function(functions, &block, &key, ret);
}

unpeg_status v8_functions_of(v8_functions *functions, v8_word closure, const v8_function **ret)
{
    v8_heap *heap = functions->heap;
    const v8_layout *layout = heap->layout;
    v8_word shared;
    unpeg_status status =
        v8_heap_expect(heap, closure, layout->type_function_first, layout->type_function_last);
    if (!status)
        status = v8_heap_field(heap, closure, layout->function_shared, &shared);
    return status ? status : v8_functions_get(functions, shared, ret);
}

void v8_functions_deinit(v8_functions *functions)
{
    for (size_t i = 0; i < functions->count; i++)
        free(functions->items[i]);
    free(functions->items);
    u64map_deinit(&functions->by_shared);
    *functions = (v8_functions){0};
}
