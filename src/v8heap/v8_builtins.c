/* SPDX-License-Identifier: MIT */
#include "v8_builtins.h"

#include "grow.h"

#include <stdlib.h>

enum { BUILTIN_LIMIT = 1 << 16, BUILTIN_REACH = 1 << 16 };

static bool starts(unpeg_slice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static bool ends(unpeg_slice text, const char *suffix)
{
    size_t len = strlen(suffix);
    return text.len >= len && memcmp(text.data + text.len - len, suffix, len) == 0;
}

v8_builtin_role v8_builtin_role_of(unpeg_slice name)
{
    if (ends(name, "Handler"))
        return V8_ROLE_HANDLER;
    if (starts(name, "InterpreterEntryTrampoline") || starts(name, "InterpreterEnter"))
        return V8_ROLE_INTERPRETER;
    if (starts(name, "BaselineOutOfLinePrologue") || starts(name, "BaselineLeaveFrame"))
        return V8_ROLE_BASELINE;
    if (starts(name, "JSEntry") || starts(name, "JSConstructEntry") ||
        starts(name, "JSRunMicrotasksEntry"))
        return V8_ROLE_ENTRY;
    if (starts(name, "CEntry") || starts(name, "WasmCEntry"))
        return V8_ROLE_EXIT;
    return V8_ROLE_OTHER;
}

unpeg_status v8_builtins_add(v8_builtins *builtins, uint64_t start, uint64_t size, unpeg_slice name)
{
    if (builtins->count >= BUILTIN_LIMIT)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&builtins->items, &builtins->capacity, builtins->count + 1,
                      sizeof *builtins->items))
        return UNPEG_NO_MEMORY;
    char *copy = arena_copy(&builtins->names, name.data, name.len);
    if (!copy)
        return UNPEG_NO_MEMORY;
    builtins->items[builtins->count++] = (v8_builtin){
        .start = start,
        .end = size > UINT64_MAX - start ? UINT64_MAX : start + size,
        .name = {copy, name.len},
        .role = v8_builtin_role_of(name),
    };
    return UNPEG_OK;
}

static int by_start(const void *a, const void *b)
{
    const v8_builtin *x = a;
    const v8_builtin *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

void v8_builtins_sort(v8_builtins *builtins)
{
    v8_builtin *items = builtins->items;
    if (builtins->count == 0)
        return;
    qsort(items, builtins->count, sizeof *items, by_start);
    for (size_t i = 0; i < builtins->count; i++) {
        uint64_t next = i + 1 < builtins->count ? items[i + 1].start : UINT64_MAX;
        if (items[i].end == items[i].start)
            items[i].end =
                next - items[i].start > BUILTIN_REACH ? items[i].start + BUILTIN_REACH : next;
        if (items[i].end > next)
            items[i].end = next;
    }
}

const v8_builtin *v8_builtins_find(const v8_builtins *builtins, uint64_t place)
{
    size_t low = 0;
    size_t high = builtins->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (builtins->items[middle].start <= place)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || place >= builtins->items[low - 1].end)
        return NULL;
    return &builtins->items[low - 1];
}

void v8_builtins_deinit(v8_builtins *builtins)
{
    free(builtins->items);
    arena_deinit(&builtins->names);
    *builtins = (v8_builtins){0};
}
