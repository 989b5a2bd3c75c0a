/* SPDX-License-Identifier: MIT */
#include "ref_json.h"

#include <math.h>
#include <stdlib.h>

#include "grow.h"
#include "js_number.h"
#include "ref_run.h"

void ref_json_deinit(ref_json *json)
{
    arena_deinit(&json->texts);
    free(json->codes);
    free(json->functions);
    free(json->ticks);
    free(json->frames);
    free(json->scripts);
    free(json->basenames);
    *json = (ref_json){0};
}

/* ---- Code ---- */

static unpeg_status append_code(ref_json *json, const ref_json_code *code)
{
    if (json->code_count >= REF_UNDEFINED - 1 ||
        !grow_reserve((void **)&json->codes, &json->code_capacity, json->code_count + 1,
                      sizeof *json->codes))
        return UNPEG_NO_MEMORY;
    json->codes[json->code_count++] = *code;
    return UNPEG_OK;
}

unpeg_status ref_json_add_library(unpeg_reference *run, uint32_t id)
{
    ref_entry *entry = ref_entry_of(&run->map, id);
    entry->code_id = (uint32_t)run->json.code_count;
    return append_code(&run->json, &(ref_json_code){.kind = REF_LIBRARY, .name = entry->name});
}

unpeg_status ref_json_add_code(unpeg_reference *run, const ref_code *code)
{
    ref_json *json = &run->json;
    ref_json_code made = {.kind = REF_CODE, .tag = REF_UNDEFINED, .time_us = code->time_us};
    uint32_t id;
    double offset;
    if (!intern_add(&run->strings, code->name, &made.name) ||
        (code->has_type && !intern_add(&run->strings, code->type, &made.tag)))
        return UNPEG_NO_MEMORY;
    /* Looks for a symbol at the start, which there never is; but looking changes names. */
    unpeg_status status = ref_code_map_find(&run->map, code->start, &id, &offset);
    if (status != UNPEG_OK)
        return status;
    ref_entry entry = {.kind = REF_CODE, .size = code->size, .name = made.name};
    entry.code_id = (uint32_t)json->code_count;
    entry.func_id = REF_UNDEFINED;
    status = ref_entry_new(&run->map, &entry, &id);
    if (status == UNPEG_OK)
        status = ref_code_map_add(&run->map, code->start, id);
    return status == UNPEG_OK ? append_code(json, &made) : status;
}

/* ---- Functions ---- */

static unpeg_status append_function(unpeg_reference *run, ref_entry *sfi, uint32_t name)
{
    ref_json *json = &run->json;
    sfi->name = name;
    sfi->func_id = (uint32_t)json->function_count;
    if (json->function_count >= REF_UNDEFINED - 1 ||
        !grow_reserve((void **)&json->functions, &json->function_capacity, json->function_count + 1,
                      sizeof *json->functions))
        return UNPEG_NO_MEMORY;
    json->functions[json->function_count++] =
        (ref_json_function){name, REF_UNDEFINED, REF_UNDEFINED};
    return UNPEG_OK;
}

/* What is at the row's function address becomes the function, even if it is stale code; another
 * name makes another function of it. */
static unpeg_status function_of(unpeg_reference *run, const ref_code *code, uint32_t name,
                                uint32_t *ret)
{
    *ret = ref_code_map_at(&run->map, code->sfi);
    if (*ret == REF_NO_ENTRY) {
        if (run->options.use_bigint_addresses) /* adds its 0 to a BigInt, which throws */
            return UNPEG_UNSUPPORTED;
        ref_entry made = {.kind = REF_SFI, .name = name, .code_id = REF_UNDEFINED};
        unpeg_status status = ref_entry_new(&run->map, &made, ret);
        if (status == UNPEG_OK)
            status = ref_code_map_add(&run->map, code->sfi, *ret);
        if (status != UNPEG_OK)
            return status;
    } else if (ref_entry_of(&run->map, *ret)->name == name) {
        return UNPEG_OK;
    }
    return append_function(run, ref_entry_of(&run->map, *ret), name);
}

static void link_code(ref_json *json, uint32_t function, uint32_t code)
{
    ref_json_function *to = &json->functions[function];
    if (to->first == REF_UNDEFINED)
        to->first = code;
    else
        json->codes[to->last].next_of_function = code;
    to->last = code;
}

/* Every row makes a new code, also one that only tells a new tier: the comparison that would find
 * the old one compares a member that is never set. */
unpeg_status ref_json_add_function(unpeg_reference *run, const ref_code *code)
{
    ref_json *json = &run->json;
    ref_json_code made = {.kind = REF_FUNCTION,
                          .state = code->state,
                          .next_of_function = REF_UNDEFINED,
                          .time_us = code->time_us};
    uint32_t sfi;
    uint32_t id;
    if (!intern_add(&run->strings, code->name, &made.name))
        return UNPEG_NO_MEMORY;
    unpeg_status status = function_of(run, code, made.name, &sfi);
    if (status == UNPEG_OK && ref_code_map_at(&run->map, code->start) != REF_NO_ENTRY)
        status = ref_code_map_remove(&run->map, code->start);
    if (status != UNPEG_OK)
        return status;
    ref_entry entry = {.kind = REF_FUNCTION, .size = code->size, .name = made.name};
    entry.code_id = (uint32_t)json->code_count;
    entry.func_id = REF_UNDEFINED;
    status = ref_entry_new(&run->map, &entry, &id);
    if (status == UNPEG_OK)
        status = ref_code_map_add(&run->map, code->start, id);
    if (status != UNPEG_OK)
        return status;
    made.function = ref_entry_of(&run->map, sfi)->func_id;
    if (made.function == REF_UNDEFINED) /* stale code of the same name is no function: it throws */
        return UNPEG_NOT_FOUND;
    status = append_code(json, &made);
    if (status == UNPEG_OK)
        link_code(json, made.function, entry.code_id);
    return status;
}

/* ---- What is known of code ---- */

/* The code of an entry; NULL for functions, and for code whose row failed half-way. */
static ref_json_code *code_of(unpeg_reference *run, uint32_t entry)
{
    uint32_t id = ref_entry_of(&run->map, entry)->code_id;
    return id < run->json.code_count ? &run->json.codes[id] : NULL;
}

/* A copy of text that lives as long as the JSON; undefined stays undefined. */
static bool keep(ref_json *json, unpeg_slice *text)
{
    if (text->data == NULL)
        return true;
    text->data = arena_copy(&json->texts, text->data, text->len);
    return text->data != NULL;
}

unpeg_status ref_json_add_source(unpeg_reference *run, uint32_t entry,
                                 const ref_json_source *source)
{
    ref_json *json = &run->json;
    ref_json_code *code = code_of(run, entry);
    if (code == NULL)
        return UNPEG_NOT_FOUND;
    ref_json_source *kept = arena_alloc(&json->texts, sizeof *kept);
    size_t size = source->function_count * sizeof *kept->functions;
    if (kept == NULL)
        return UNPEG_NO_MEMORY;
    *kept = *source;
    kept->functions = arena_alloc(&json->texts, size);
    if (kept->functions == NULL || !keep(json, &kept->positions) || !keep(json, &kept->inlined))
        return UNPEG_NO_MEMORY;
    if (size != 0)
        memcpy(kept->functions, source->functions, size);
    if (code->source == NULL)
        code->deopt_is_first = code->deopt != NULL;
    code->source = kept;
    return UNPEG_OK;
}

static unpeg_slice text_of(const ref_fields *fields, size_t index)
{
    return index < fields->count ? fields->text[index] : (unpeg_slice){NULL, 0};
}

unpeg_status ref_json_add_deopt(unpeg_reference *run, double address, const ref_fields *fields)
{
    enum { TIME, SIZE, CODE, INLINING, OFFSET, KIND, POSITION, REASON };
    ref_json *json = &run->json;
    uint32_t entry = ref_code_map_at(&run->map, address);
    if (entry == REF_NO_ENTRY)
        return UNPEG_OK;
    ref_json_code *code = code_of(run, entry);
    if (code == NULL)
        return UNPEG_NOT_FOUND;
    if (code->deopt != NULL)
        return UNPEG_OK;
    ref_json_deopt *deopt = arena_alloc(&json->texts, sizeof *deopt);
    if (deopt == NULL)
        return UNPEG_NO_MEMORY;
    *deopt = (ref_json_deopt){
        .time_us = ref_field_number(fields, TIME),
        .inlining_id = ref_field_number(fields, INLINING),
        .script_offset = ref_field_number(fields, OFFSET),
        .position = text_of(fields, POSITION),
        .reason = text_of(fields, REASON),
        .bailout_type = text_of(fields, KIND),
    };
    if (!keep(json, &deopt->position) || !keep(json, &deopt->reason) ||
        !keep(json, &deopt->bailout_type))
        return UNPEG_NO_MEMORY;
    code->deopt = deopt;
    return UNPEG_OK;
}

/* ---- Scripts ---- */

/* Adds the script to those whose URL ends in the same name. */
static unpeg_status add_basename(unpeg_reference *run, ref_json_script *script)
{
    ref_json *json = &run->json;
    unpeg_slice name = script->url;
    for (size_t at = script->url.len; at > 0; at--)
        if (script->url.data[at - 1] == '/') {
            name = (unpeg_slice){script->url.data + at, script->url.len - at};
            break;
        }
    if (!intern_add(&run->strings, name, &script->basename))
        return UNPEG_NO_MEMORY;
    size_t wanted = (size_t)script->basename + 1;
    if (!grow_reserve((void **)&json->basenames, &json->basename_capacity, wanted,
                      sizeof *json->basenames))
        return UNPEG_NO_MEMORY;
    while (json->basename_count < wanted)
        json->basenames[json->basename_count++] = (ref_json_basename){{NULL, 0}, 0};
    json->basenames[script->basename].last_url = script->url;
    json->basenames[script->basename].script_count++;
    return UNPEG_OK;
}

/* Only these are indexes of an array; a script with another id is not printed. */
static bool is_index(double id)
{
    return id >= 0 && id < 4294967295.0;
}

unpeg_status ref_json_add_script(unpeg_reference *run, const ref_fields *fields)
{
    enum { ID, URL, SOURCE };
    ref_json *json = &run->json;
    ref_json_script script = {.url = text_of(fields, URL), .source = text_of(fields, SOURCE)};
    double id = ref_field_number(fields, ID);
    if (script.url.data == NULL)
        return UNPEG_SYNTAX;
    if (!keep(json, &script.url) || (is_index(id) && !keep(json, &script.source)))
        return UNPEG_NO_MEMORY;
    unpeg_status status = add_basename(run, &script);
    if (status != UNPEG_OK || !is_index(id))
        return status;
    script.id = (uint32_t)id;
    if (!grow_reserve((void **)&json->scripts, &json->script_capacity, json->script_count + 1,
                      sizeof *json->scripts))
        return UNPEG_NO_MEMORY;
    json->scripts[json->script_count++] = script;
    return UNPEG_OK;
}

/* ---- Ticks ---- */

static unpeg_status add_frame(unpeg_reference *run, double address)
{
    ref_json *json = &run->json;
    ref_json_frame frame = {address, REF_UNDEFINED};
    uint32_t entry;
    double offset;
    unpeg_status status = ref_code_map_find(&run->map, address, &entry, &offset);
    if (status != UNPEG_OK)
        return status;
    if (entry != REF_NO_ENTRY)
        frame = (ref_json_frame){offset, ref_entry_of(&run->map, entry)->code_id};
    if (!grow_reserve((void **)&json->frames, &json->frame_capacity, json->frame_count + 1,
                      sizeof *json->frames))
        return UNPEG_NO_MEMORY;
    json->frames[json->frame_count++] = frame;
    return UNPEG_OK;
}

unpeg_status ref_json_add_tick(unpeg_reference *run, double time_us, double state)
{
    ref_json *json = &run->json;
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < run->stack.count && status == UNPEG_OK; i++)
        status = add_frame(run, run->stack.addresses[i]);
    if (status != UNPEG_OK || !grow_reserve((void **)&json->ticks, &json->tick_capacity,
                                            json->tick_count + 1, sizeof *json->ticks))
        return UNPEG_NO_MEMORY;
    json->ticks[json->tick_count++] = (ref_json_tick){time_us, state, run->stack.count};
    json->has_bigints = run->options.use_bigint_addresses;
    return UNPEG_OK;
}
