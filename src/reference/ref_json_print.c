/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "ref_json.h"
#include "ref_pretty.h"

/* What one JSON.stringify can return, in UTF-16 units (V8's longest string on 64 bits), and what
 * an array spends on each element that is not there. */
enum { LONGEST_STRING = (1 << 29) - 24, HOLE_LENGTH = sizeof "\n  null," - 1 };

static void put_text(ref_pretty *out, const char *key, unpeg_slice text)
{
    if (text.data == NULL)
        return;
    ref_pretty_key(out, key);
    ref_pretty_string(out, text);
}

static void put_number(ref_pretty *out, const char *key, double value)
{
    ref_pretty_key(out, key);
    ref_pretty_number(out, value);
}

static void put_word(ref_pretty *out, const char *key, const char *word)
{
    put_text(out, key, unpeg_slice_of(word));
}

static void put_interned(ref_pretty *out, const char *key, const intern *strings, uint32_t id)
{
    unpeg_slice text = intern_text(strings, id);
    put_text(out, key, text.len != 0 ? text : unpeg_slice_of(""));
}

/* ---- Code and functions ---- */

static void put_source(ref_pretty *out, const ref_json_source *source)
{
    ref_pretty_key(out, "source");
    ref_pretty_open(out, '{');
    put_number(out, "script", source->script);
    put_number(out, "start", source->start);
    put_number(out, "end", source->end);
    put_text(out, "positions", source->positions);
    put_text(out, "inlined", source->inlined);
    ref_pretty_key(out, "fns");
    ref_pretty_open(out, '[');
    for (size_t i = 0; i < source->function_count; i++) {
        ref_pretty_item(out);
        if (source->functions[i] == REF_UNDEFINED)
            ref_pretty_raw(out, "null");
        else
            ref_pretty_number(out, source->functions[i]);
    }
    ref_pretty_close(out, ']');
    ref_pretty_close(out, '}');
}

static void put_deopt(ref_pretty *out, const ref_json_deopt *deopt)
{
    ref_pretty_key(out, "deopt");
    ref_pretty_open(out, '{');
    put_number(out, "tm", deopt->time_us);
    put_number(out, "inliningId", deopt->inlining_id);
    put_number(out, "scriptOffset", deopt->script_offset);
    put_text(out, "posText", deopt->position);
    put_text(out, "reason", deopt->reason);
    put_text(out, "bailoutType", deopt->bailout_type);
    ref_pretty_close(out, '}');
}

static void put_code(ref_pretty *out, const ref_json_code *code, const intern *strings)
{
    static const char *const KINDS[] = {"Builtin", "Unopt", "Sparkplug", "Maglev", "Opt"};
    ref_pretty_item(out);
    ref_pretty_open(out, '{');
    put_interned(out, "name", strings, code->name);
    if (code->kind == REF_FUNCTION) {
        put_word(out, "type", "JS");
        put_word(out, "kind", KINDS[code->state]);
        put_number(out, "func", code->function);
        put_number(out, "tm", code->time_us);
    } else if (code->kind == REF_CODE) {
        put_number(out, "timestamp", code->time_us);
        put_word(out, "type", "CODE");
        if (code->tag != REF_UNDEFINED)
            put_interned(out, "kind", strings, code->tag);
    } else {
        put_word(out, "type", "SHARED_LIB");
    }
    if (code->deopt != NULL && code->deopt_is_first)
        put_deopt(out, code->deopt);
    if (code->source != NULL)
        put_source(out, code->source);
    if (code->deopt != NULL && !code->deopt_is_first)
        put_deopt(out, code->deopt);
    ref_pretty_close(out, '}');
}

static void put_codes(ref_pretty *out, const ref_json *json, const intern *strings)
{
    ref_pretty_raw(out, "  \"code\": ");
    ref_pretty_open(out, '[');
    for (size_t i = 0; i < json->code_count; i++)
        put_code(out, &json->codes[i], strings);
    ref_pretty_close(out, ']');
    ref_pretty_raw(out, ",\n");
}

static void put_functions(ref_pretty *out, const ref_json *json, const intern *strings)
{
    ref_pretty_raw(out, "  \"functions\": ");
    ref_pretty_open(out, '[');
    for (size_t i = 0; i < json->function_count; i++) {
        ref_pretty_item(out);
        ref_pretty_open(out, '{');
        put_interned(out, "name", strings, json->functions[i].name);
        ref_pretty_key(out, "codes");
        ref_pretty_open(out, '[');
        for (uint32_t code = json->functions[i].first; code != REF_UNDEFINED;
             code = json->codes[code].next_of_function) {
            ref_pretty_item(out);
            ref_pretty_number(out, code);
        }
        ref_pretty_close(out, ']');
        ref_pretty_close(out, '}');
    }
    ref_pretty_close(out, ']');
    ref_pretty_raw(out, ",\n");
}

/* ---- Ticks ---- */

static void put_tick(ref_pretty *out, const ref_json_tick *tick, const ref_json_frame *frames)
{
    ref_pretty_raw(out, "    ");
    ref_pretty_open(out, '{');
    put_number(out, "tm", tick->time_us);
    put_number(out, "vm", tick->state);
    ref_pretty_key(out, "s");
    ref_pretty_open(out, '[');
    for (size_t i = 0; i < tick->frame_count; i++) {
        ref_pretty_item(out);
        ref_pretty_number(out, frames[i].code != REF_UNDEFINED ? (double)frames[i].code : -1.0);
        ref_pretty_item(out);
        ref_pretty_number(out, frames[i].value);
    }
    ref_pretty_close(out, ']');
    ref_pretty_close(out, '}');
}

static void put_ticks(ref_pretty *out, const ref_json *json)
{
    const ref_json_frame *frames = json->frames;
    for (size_t i = 0; i < json->tick_count; i++) {
        put_tick(out, &json->ticks[i], frames);
        frames += json->ticks[i].frame_count;
        ref_pretty_raw(out, i + 1 < json->tick_count ? ",\n" : "\n");
    }
    ref_pretty_raw(out, "  ],\n");
}

/* ---- Scripts ---- */

/* The last part of the URL; but when several scripts share it, all of them are called by the whole
 * URL of the last one: the reference means each script's own. */
static void put_script_name(ref_pretty *out, const ref_json *json, const intern *strings,
                            const ref_json_script *script)
{
    const ref_json_basename *shared = &json->basenames[script->basename];
    if (shared->script_count > 1)
        put_text(out, "name", shared->last_url);
    else
        put_interned(out, "name", strings, script->basename);
}

static void put_script(ref_pretty *out, const ref_json *json, const intern *strings,
                       const ref_json_script *script)
{
    ref_pretty_item(out);
    ref_pretty_open(out, '{');
    put_text(out, "url", script->url);
    put_text(out, "source", script->source);
    put_script_name(out, json, strings, script);
    ref_pretty_raw(out, ",\n    \"lineToColumn\": {},\n    \"_entries\": [],\n"
                        "    \"_sourceMapState\": \"unknown\"");
    put_number(out, "id", script->id);
    ref_pretty_key(out, "sourcePositions");
    ref_pretty_open(out, '[');
    ref_pretty_close(out, ']');
    ref_pretty_close(out, '}');
}

typedef struct script_place {
    uint32_t id;
    size_t row; /* index in the scripts */
} script_place;

/* By id; of equal ids the last row comes last. */
static int by_id(const void *a, const void *b)
{
    const script_place *x = a;
    const script_place *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* The scripts' places, sorted; NULL if there is no memory. */
static script_place *sort_scripts(const ref_json *json)
{
    script_place *places = malloc((json->script_count + 1) * sizeof *places);
    if (places == NULL)
        return NULL;
    for (size_t i = 0; i < json->script_count; i++)
        places[i] = (script_place){json->scripts[i].id, i};
    qsort(places, json->script_count, sizeof *places, by_id);
    return places;
}

static void put_holes(ref_pretty *out, uint64_t count)
{
    for (uint64_t i = 0; i < count && out->status == UNPEG_OK; i++) {
        ref_pretty_item(out);
        ref_pretty_raw(out, "null");
    }
}

/* The array's index is the script's id; what is not there is null. */
static unpeg_status put_scripts(ref_pretty *out, const ref_json *json, const intern *strings)
{
    size_t count = json->script_count;
    uint64_t next = 0; /* index of the array */
    script_place *places = sort_scripts(json);
    if (places == NULL)
        return UNPEG_NO_MEMORY;
    ref_pretty_raw(out, "  \"scripts\": ");
    if (count != 0 && (uint64_t)places[count - 1].id * HOLE_LENGTH > LONGEST_STRING) {
        free(places);
        return UNPEG_UNSUPPORTED;
    }
    ref_pretty_open(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && places[i + 1].id == places[i].id)
            continue;
        put_holes(out, places[i].id - next);
        put_script(out, json, strings, &json->scripts[places[i].row]);
        next = (uint64_t)places[i].id + 1;
    }
    ref_pretty_close(out, ']');
    ref_pretty_raw(out, "}\n");
    free(places);
    return UNPEG_OK;
}

unpeg_status ref_json_print(const ref_json *json, const intern *strings, const unpeg_writer *out,
                            unpeg_error *error)
{
    ref_pretty pretty;
    ref_pretty_init(&pretty, out);
    ref_pretty_raw(&pretty, "{\n");
    put_codes(&pretty, json, strings);
    put_functions(&pretty, json, strings);
    ref_pretty_raw(&pretty, "  \"ticks\": [\n");
    unpeg_status status = UNPEG_UNSUPPORTED;
    if (json->has_bigints) {
        ref_pretty_raw(&pretty, "    ");
        unpeg_error_set(error, status, "the reference cannot print BigInt addresses");
    } else {
        put_ticks(&pretty, json);
        status = put_scripts(&pretty, json, strings);
        if (status != UNPEG_OK)
            unpeg_error_set(error, status, "%s",
                            status == UNPEG_NO_MEMORY ? "no memory to sort the scripts"
                                                      : "a script id makes the text too long");
    }
    unpeg_status written = ref_pretty_finish(&pretty);
    if (written != UNPEG_OK)
        return unpeg_error_set(error, written, "cannot write the JSON");
    return status;
}
