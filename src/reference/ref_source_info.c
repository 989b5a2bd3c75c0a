/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "grow.h"
#include "js_number.h"
#include "js_text.h"
#include "ref_run.h"

enum {
    SOURCE_START,
    SOURCE_SCRIPT,
    SOURCE_FIRST,
    SOURCE_LAST,
    SOURCE_POSITIONS,
    SOURCE_INLINED,
    SOURCE_FUNCTIONS,
    SOURCE_FIELDS
};

/* Takes the text up to the next S off *rest; false when the list is empty. */
static bool next_address(unpeg_slice *rest, bool *ended, unpeg_slice *ret)
{
    if (*ended)
        return false;
    const char *stop = rest->len != 0 ? memchr(rest->data, 'S', rest->len) : NULL;
    *ended = stop == NULL;
    *ret = (unpeg_slice){rest->data, stop != NULL ? (size_t)(stop - rest->data) : rest->len};
    if (stop != NULL)
        *rest = (unpeg_slice){stop + 1, rest->len - ret->len - 1};
    return true;
}

/* The index in the JSON's functions of what starts at an address; REF_UNDEFINED if there is none.
 * Never parsed as a BigInt. */
static uint32_t function_at(unpeg_reference *run, unpeg_slice address)
{
    uint32_t entry = ref_code_map_at(&run->map, js_parse_int(address, 0));
    return entry != REF_NO_ENTRY ? ref_entry_of(&run->map, entry)->func_id : REF_UNDEFINED;
}

/* S0xADDRESSS0xADDRESS...: the first character is dropped whatever it is. */
static unpeg_status resolve_functions(unpeg_reference *run, unpeg_slice list,
                                      ref_json_source *source)
{
    size_t capacity = 0;
    size_t at = 0;
    unpeg_slice address;
    bool ended = list.len == 0;
    if (!ended)
        js_text_next(list, &at);
    unpeg_slice rest = {list.data + at, list.len - at};
    while (next_address(&rest, &ended, &address)) {
        if (!grow_reserve((void **)&source->functions, &capacity, source->function_count + 1,
                          sizeof *source->functions))
            return UNPEG_NO_MEMORY;
        source->functions[source->function_count++] = function_at(run, address);
    }
    return UNPEG_OK;
}

unpeg_status ref_add_source(unpeg_reference *run, double start, const ref_fields *fields)
{
    uint32_t entry = ref_code_map_at(&run->map, start);
    if (entry == REF_NO_ENTRY)
        return UNPEG_OK;
    if (fields->count < SOURCE_FIELDS)
        return UNPEG_SYNTAX;
    ref_json_source source = {
        .script = ref_field_number(fields, SOURCE_SCRIPT),
        .start = ref_field_number(fields, SOURCE_FIRST),
        .end = ref_field_number(fields, SOURCE_LAST),
        .positions = fields->text[SOURCE_POSITIONS],
        .inlined = fields->text[SOURCE_INLINED],
    };
    unpeg_status status = resolve_functions(run, fields->text[SOURCE_FUNCTIONS], &source);
    if (status == UNPEG_OK && run->options.preprocess)
        status = ref_json_add_source(run, entry, &source);
    free(source.functions);
    return status;
}
