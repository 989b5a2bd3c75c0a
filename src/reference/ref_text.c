/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "grow.h"
#include "ref_run.h"

/* ---- Code ---- */

unpeg_status ref_text_add_library(unpeg_reference *run, unpeg_slice name)
{
    uint32_t label;
    unpeg_status status = prof_builder_label(&run->builder, name, UNPEG_PROF_LIBRARY, &label);
    if (status != UNPEG_OK)
        return status;
    /* The reference keeps categories as members of a plain object, and this name sets none. */
    bool is_lost = unpeg_slice_equal(name, unpeg_slice_of("__proto__"));
    prof_builder_set_category(&run->builder, label,
                              is_lost ? UNPEG_PROF_UNLISTED : UNPEG_PROF_LIBRARY);
    return UNPEG_OK;
}

unpeg_status ref_text_add_code(unpeg_reference *run, const ref_code *code)
{
    ref_entry entry = {.kind = REF_CODE, .size = code->size};
    uint32_t id;
    if (!intern_add(&run->strings, code->name, &entry.name) ||
        !intern_add(&run->strings, code->type, &entry.type))
        return UNPEG_NO_MEMORY;
    unpeg_status status = ref_entry_new(&run->map, &entry, &id);
    return status == UNPEG_OK ? ref_code_map_add(&run->map, code->start, id) : status;
}

/* The function at the row's address, named as the row names it. What is there may be stale code:
 * then a new function is made that never gets into the map, because the key is taken. */
static unpeg_status function_of(unpeg_reference *run, const ref_code *code, uint32_t *ret)
{
    uint32_t name;
    if (!intern_add(&run->strings, code->name, &name))
        return UNPEG_NO_MEMORY;
    *ret = ref_code_map_at(&run->map, code->sfi);
    if (*ret != REF_NO_ENTRY && ref_entry_of(&run->map, *ret)->kind == REF_SFI) {
        ref_entry_of(&run->map, *ret)->name = name;
        return UNPEG_OK;
    }
    unpeg_status status =
        ref_entry_new(&run->map, &(ref_entry){.kind = REF_SFI, .name = name}, ret);
    return status == UNPEG_OK ? ref_code_map_add(&run->map, code->sfi, *ret) : status;
}

unpeg_status ref_text_add_function(unpeg_reference *run, const ref_code *code)
{
    ref_entry entry = {.kind = REF_FUNCTION, .size = code->size, .state = code->state};
    uint32_t id;
    unpeg_status status = function_of(run, code, &entry.sfi);
    if (status != UNPEG_OK)
        return status;
    id = ref_code_map_at(&run->map, code->start);
    if (id != REF_NO_ENTRY) {
        ref_entry *old = ref_entry_of(&run->map, id);
        if (old->kind == REF_FUNCTION && old->sfi == entry.sfi && old->size == code->size) {
            old->state = code->state;
            return UNPEG_OK;
        }
        status = ref_code_map_remove(&run->map, code->start);
    }
    if (status == UNPEG_OK && !intern_add(&run->strings, code->type, &entry.type))
        status = UNPEG_NO_MEMORY;
    if (status == UNPEG_OK)
        status = ref_entry_new(&run->map, &entry, &id);
    return status == UNPEG_OK ? ref_code_map_add(&run->map, code->start, id) : status;
}

/* ---- Labels ---- */

static bool contains(unpeg_slice text, const char *part)
{
    size_t len = strlen(part);
    for (size_t at = 0; at + len <= text.len; at++)
        if (memcmp(text.data + at, part, len) == 0)
            return true;
    return false;
}

/* Only the first alternative of the reference's pattern is tied to the start, so that every
 * function with one of these words in its name is taken for an IC. */
static bool looks_like_ic(unpeg_slice label)
{
    static const char *const WORDS[] = {"Handler: ",
                                        "CallIC",
                                        "LoadIC",
                                        "StoreIC",
                                        "Builtin: LoadIC_",
                                        "Builtin: StoreIC_",
                                        "Builtin: KeyedLoadIC_",
                                        "Builtin: KeyedStoreIC_"};
    if (ref_line_starts_with(label, "LoadGlobalIC: "))
        return true;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (contains(label, WORDS[i]))
            return true;
    return false;
}

/* Whether the options take the label out of every stack. */
static bool is_hidden(const unpeg_prof_options *options, unpeg_slice label)
{
    return (!options->separate_ic && looks_like_ic(label)) ||
           (!options->separate_bytecodes && ref_line_starts_with(label, "BytecodeHandler: ")) ||
           (!options->separate_builtins && ref_line_starts_with(label, "Builtin: ")) ||
           (!options->separate_stubs && ref_line_starts_with(label, "Stub: "));
}

/* A new text of four parts; NULL if there is no memory. */
static char *join(const unpeg_slice parts[4], size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < 4; i++)
        len += parts[i].len;
    char *text = malloc(len + 1);
    *ret_len = 0;
    for (size_t i = 0; i < 4 && text != NULL; i++) {
        if (parts[i].len != 0)
            memcpy(text + *ret_len, parts[i].data, parts[i].len);
        *ret_len += parts[i].len;
    }
    return text;
}

/* TYPE: MARK NAME, where a name that is empty or starts with a space (top level of a script) gets
 * <anonymous> in front. Code without a function has no mark and shows its name as it is. */
static unpeg_status make_label(unpeg_reference *run, ref_entry *entry, uint32_t name)
{
    static const char *const MARKS[] = {": ", ": ~", ": ^", ": +", ": *"};
    unpeg_slice text = intern_text(&run->strings, name);
    bool is_function = entry->kind == REF_FUNCTION;
    bool is_anonymous = is_function && (text.len == 0 || text.data[0] == ' ');
    bool is_library = entry->kind == REF_LIBRARY;
    unpeg_slice parts[] = {
        is_library ? unpeg_slice_of("") : intern_text(&run->strings, entry->type),
        unpeg_slice_of(is_library ? "" : MARKS[is_function ? entry->state : REF_COMPILED]),
        unpeg_slice_of(is_anonymous ? "<anonymous>" : ""),
        text,
    };
    size_t len;
    char *joined = join(parts, &len);
    if (joined == NULL)
        return UNPEG_NO_MEMORY;
    unpeg_slice label = {joined, len};
    unpeg_status status =
        prof_builder_label(&run->builder, label, UNPEG_PROF_JAVASCRIPT, &entry->label);
    entry->label_name = name;
    entry->label_state = entry->state;
    entry->label_is_hidden = is_hidden(&run->options, label);
    entry->has_label = status == UNPEG_OK;
    free(joined);
    return status;
}

/* Labels are made when ticks need them: a function may be renamed and change its tier later. */
static unpeg_status update_label(unpeg_reference *run, ref_entry *entry)
{
    uint32_t name =
        entry->kind == REF_FUNCTION ? ref_entry_of(&run->map, entry->sfi)->name : entry->name;
    if (entry->has_label && entry->label_name == name && entry->label_state == entry->state)
        return UNPEG_OK;
    return make_label(run, entry, name);
}

/* ---- Ticks ---- */

static unpeg_status unaccounted(unpeg_reference *run, size_t *count)
{
    run->report.unaccounted++;
    return prof_builder_label(&run->builder, unpeg_slice_of("UNKNOWN"), UNPEG_PROF_UNLISTED,
                              &run->labels[(*count)++]);
}

/* Appends the label of an address, unless it is hidden or not known. Only a first address that is
 * not known shows; the others are dropped as if the frame was not there. */
static unpeg_status add_label(unpeg_reference *run, size_t index, size_t *count)
{
    uint32_t id;
    double offset;
    unpeg_status status = ref_code_map_find(&run->map, run->stack.addresses[index], &id, &offset);
    if (status != UNPEG_OK)
        return status;
    if (id == REF_NO_ENTRY)
        return index == 0 ? unaccounted(run, count) : UNPEG_OK;
    ref_entry *entry = ref_entry_of(&run->map, id);
    status = update_label(run, entry);
    if (status == UNPEG_OK && !entry->label_is_hidden)
        run->labels[(*count)++] = entry->label;
    return status;
}

unpeg_status ref_text_add_tick(unpeg_reference *run)
{
    size_t count = 0;
    unpeg_status status = UNPEG_OK;
    if (!grow_reserve((void **)&run->labels, &run->label_capacity, run->stack.count,
                      sizeof *run->labels))
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < run->stack.count && status == UNPEG_OK; i++)
        status = add_label(run, i, &count);
    if (count > UNPEG_PROF_MAX_STACK)
        run->report.header_only = true;
    return status == UNPEG_OK ? prof_builder_add(&run->builder, run->labels, count, 1)
                              : UNPEG_NO_MEMORY;
}
