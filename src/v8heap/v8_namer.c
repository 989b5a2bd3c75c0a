/* SPDX-License-Identifier: MIT */
#include "v8_namer.h"

#include "v8_image.h"
#include "v8_namer_state.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    IMAGE_MINIMUM = 4 << 20, /* bytes of code: V8 alone has more */
    PATH_SIZE = 4096,
};

static void connect(v8_namer *namer)
{
    namer->heap.layout = &namer->layout;
    namer->heap.memory = namer->process.memory;
    namer->scripts.heap = namer->functions.heap = &namer->heap;
    namer->bytecode.heap = namer->codes.heap = &namer->heap;
    namer->scripts.names = namer->functions.names = &namer->names;
    namer->functions.scripts = &namer->scripts;
}

/* "" where the text does not fit; opening that fails. */
static void full_path(const v8_process *process, unpeg_slice path, char *ret)
{
    int len = snprintf(ret, PATH_SIZE, "%s%.*s", process->root ? process->root : "", (int)path.len,
                       path.data);
    if (len < 0 || len >= PATH_SIZE)
        ret[0] = 0;
}

bool v8_namer_set_file(v8_namer *namer, unpeg_slice path)
{
    namer->file = malloc(path.len + 1);
    if (!namer->file)
        return false;
    memcpy(namer->file, path.data, path.len);
    namer->file[path.len] = 0;
    return true;
}

static unpeg_status load_image(v8_namer *namer, unpeg_slice path, v8_image *image)
{
    unpeg_status status = v8_image_load_layout(image, &namer->layout);
    if (status)
        return status;
    namer->health.layout_source = "v8dbg";
    status = v8_image_load_builtins(image, &namer->builtins, &namer->layout);
    if (status == UNPEG_NO_MEMORY || !v8_namer_set_file(namer, path))
        return UNPEG_NO_MEMORY;
    return UNPEG_OK;
}

unpeg_status v8_namer_open_image(const v8_namer *namer, unpeg_slice path, v8_image **ret)
{
    char *full = malloc(PATH_SIZE);
    if (!full)
        return UNPEG_NO_MEMORY;
    full_path(&namer->process, path, full);
    unpeg_status status = v8_image_open(full, ret);
    free(full);
    return status;
}

/* NOT_FOUND: the file is not V8's, or cannot be read. */
static unpeg_status try_file(v8_namer *namer, unpeg_slice path)
{
    v8_image *image = NULL;
    unpeg_status status = v8_namer_open_image(namer, path, &image);
    if (!status)
        status = load_image(namer, path, image);
    v8_image_close(image);
    return status && status != UNPEG_NO_MEMORY ? UNPEG_NOT_FOUND : status;
}

static bool may_be_image(const mapping *item)
{
    return (item->prot & MAPPING_EXEC) && mapping_has_file(item) &&
           item->end - item->start >= IMAGE_MINIMUM;
}

static unpeg_status find_image(v8_namer *namer)
{
    const mapping_list *list = namer->process.mappings;
    unpeg_slice last = {0};
    for (size_t i = 0; i < list->count; i++) {
        const mapping *item = &list->items[i];
        if (!may_be_image(item) || unpeg_slice_equal(item->path, last))
            continue;
        last = item->path;
        unpeg_status status = try_file(namer, item->path);
        if (status != UNPEG_NOT_FOUND)
            return status;
    }
    return UNPEG_NOT_FOUND;
}

unpeg_status v8_namer_create(const v8_process *process, v8_namer **ret)
{
    v8_namer *namer = calloc(1, sizeof *namer);
    if (!namer)
        return UNPEG_NO_MEMORY;
    namer->process = *process;
    connect(namer);
    unpeg_status status = find_image(namer);
    if (!status && v8_layout_problem(&namer->layout))
        status = UNPEG_NOT_FOUND;
    if (status == UNPEG_NOT_FOUND)
        status = v8_learning_begin(namer);
    if (status)
        v8_namer_destroy(namer);
    else
        *ret = namer;
    return status;
}

unpeg_status v8_namer_create_saved(const v8_process *process, const v8_layout *layout,
                                   v8_builtins *builtins, unpeg_slice file, v8_namer **ret)
{
    if (v8_layout_problem(layout)) {
        v8_builtins_deinit(builtins);
        return UNPEG_UNSUPPORTED;
    }
    v8_namer *namer = calloc(1, sizeof *namer);
    if (!namer || !v8_namer_set_file(namer, file)) {
        free(namer);
        v8_builtins_deinit(builtins);
        return UNPEG_NO_MEMORY;
    }
    namer->process = *process;
    namer->layout = *layout;
    namer->builtins = *builtins;
    *builtins = (v8_builtins){0};
    namer->health.layout_source = "saved";
    connect(namer);
    *ret = namer;
    return UNPEG_OK;
}

void v8_namer_destroy(v8_namer *namer)
{
    if (!namer)
        return;
    v8_codes_deinit(&namer->codes);
    v8_bytecode_deinit(&namer->bytecode);
    v8_functions_deinit(&namer->functions);
    v8_scripts_deinit(&namer->scripts);
    v8_heap_deinit(&namer->heap);
    v8_builtins_deinit(&namer->builtins);
    intern_deinit(&namer->names);
    free(namer->file);
    free(namer);
}

void v8_namer_refresh(v8_namer *namer, const mapping_list *mappings)
{
    namer->process.mappings = mappings;
    v8_heap_refresh(&namer->heap);
    v8_codes_refresh(&namer->codes);
}

static void locate_builtin(const v8_namer *namer, const mapping *item, unpeg_addr pc,
                           v8_code_at *ret)
{
    bool by_address = namer->builtins_by_address;
    if (!by_address && !unpeg_slice_equal(item->path, unpeg_slice_of(namer->file)))
        return;
    uint64_t place = by_address ? pc : pc - item->start + item->offset;
    ret->builtin = v8_builtins_find(&namer->builtins, place);
    if (ret->builtin)
        ret->builtin_start = pc - (place - ret->builtin->start);
}

unpeg_status v8_namer_locate(v8_namer *namer, unpeg_addr pc, v8_code_at *ret)
{
    *ret = (v8_code_at){0};
    const mapping *item = mapping_find(namer->process.mappings, pc);
    if (!item || !(item->prot & MAPPING_EXEC))
        return UNPEG_OK;
    ret->in_file = mapping_has_file(item);
    locate_builtin(namer, item, pc, ret);
    if (ret->builtin || ret->in_file)
        return UNPEG_OK;
    unpeg_status status = v8_codes_find(&namer->codes, pc, item->start, &ret->code);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

unpeg_status v8_namer_code(v8_namer *namer, unpeg_addr pc, v8_code_range *ret)
{
    v8_code_at at;
    unpeg_status status = v8_namer_locate(namer, pc, &at);
    if (status)
        return status;
    if (at.builtin) {
        *ret = (v8_code_range){at.builtin_start, at.builtin->end - at.builtin->start, true,
                               at.builtin->role == V8_ROLE_HANDLER};
        return UNPEG_OK;
    }
    if (!at.code)
        return UNPEG_NOT_FOUND;
    *ret = (v8_code_range){at.code->start, at.code->size, at.code->builtin, at.code->handler};
    return UNPEG_OK;
}

const v8_layout *v8_namer_layout(const v8_namer *namer)
{
    return &namer->layout;
}

const v8_builtins *v8_namer_builtins(const v8_namer *namer)
{
    return &namer->builtins;
}

unpeg_slice v8_namer_file(const v8_namer *namer)
{
    return unpeg_slice_of(namer->file);
}

static const char *health_problem(const v8_namer *namer)
{
    const v8_health *health = &namer->health;
    if (namer->learns && !namer->structure.types)
        return "this V8 has no symbols, and its heap was not found: JavaScript frames have no "
               "names";
    if (health->names_withheld)
        return "the heap of this V8 is laid out in another way than expected: names and lines are "
               "withheld";
    if (health->lines_withheld)
        return "positions of this V8 do not fit the source text: lines are withheld";
    if (namer->layout.beyond_table)
        return "this V8 is newer than those the layout was seen to be right for";
    return NULL;
}

v8_health v8_namer_health(const v8_namer *namer)
{
    v8_health health = namer->health;
    health.problem = health_problem(namer);
    return health;
}

const char *v8_line_state_text(v8_line_state state)
{
    static const char *const texts[] = {
        [V8_LINE_KNOWN] = "",
        [V8_LINE_NONE] = "no source text",
        [V8_LINE_LAZY] = "V8 has not collected source positions for it",
        [V8_LINE_UNCERTAIN] = "the position is in a register at this moment",
        [V8_LINE_NO_SOURCE] = "the source text cannot be read",
        [V8_LINE_WITHHELD] = "the position does not fit the source text",
        [V8_LINE_APART] = "in slow-path code, which V8 gives no line",
        [V8_LINE_LOOP] = "in the loop that begins there",
    };
    return texts[state];
}
