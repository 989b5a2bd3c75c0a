/* SPDX-License-Identifier: MIT */
#include "event.h"

#define EVENT_SLICE(name, event) {(event), sizeof(event) - 1},

static const unpeg_slice event_names[] = {UNPEG_RECORD_LIST(EVENT_SLICE)};

const char *unpeg_record_name(unpeg_record_kind kind)
{
    return (unsigned)kind < UNPEG_RECORD_KIND_COUNT ? event_names[kind].data : "unknown";
}

size_t event_name_length(unpeg_record_kind kind)
{
    return event_names[kind].len;
}

static bool row_starts_with(const char *row, size_t len, unpeg_slice name)
{
    return len >= name.len && row[0] == name.data[0] && memcmp(row, name.data, name.len) == 0 &&
           (len == name.len || row[name.len] == ',');
}

static uint64_t first_word(const char *row)
{
    uint64_t word;
    memcpy(&word, row, 8);
    return word;
}

/* Nearly all rows are of five kinds, told apart by their first eight bytes; these words are
 * compared as memory is, so byte order does not matter. */
static unpeg_record_kind likely_kind(const char *row)
{
    uint64_t word = first_word(row);
    if (word == first_word("code-creation"))
        return UNPEG_RECORD_CODE_CREATION;
    if (word == first_word("code-source-info"))
        return UNPEG_RECORD_CODE_SOURCE_INFO;
    if (word == first_word("code-move"))
        return UNPEG_RECORD_CODE_MOVE;
    if (word == first_word("sfi-move"))
        return UNPEG_RECORD_SFI_MOVE;
    return UNPEG_RECORD_SCRIPT_SOURCE;
}

unpeg_record_kind event_of_row(const char *row, size_t len)
{
    if (len >= 5 && memcmp(row, "tick,", 5) == 0)
        return UNPEG_RECORD_TICK;
    if (len >= 8) {
        unpeg_record_kind likely = likely_kind(row);
        if (row_starts_with(row, len, event_names[likely]))
            return likely;
    }
    for (unsigned kind = 0; len > 0 && kind < UNPEG_RECORD_KIND_COUNT; kind++)
        if (row_starts_with(row, len, event_names[kind]))
            return (unpeg_record_kind)kind;
    return UNPEG_RECORD_KIND_COUNT;
}
