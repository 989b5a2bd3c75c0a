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

/* Nearly all rows are of six kinds. Comparing with a literal takes a few instructions. */
#define ROW_HAS(event)                                                                             \
    (len >= sizeof(event ",") - 1 && memcmp(row, event ",", sizeof(event ",") - 1) == 0)

unpeg_record_kind event_of_row(const char *row, size_t len)
{
    if (ROW_HAS("tick"))
        return UNPEG_RECORD_TICK;
    if (ROW_HAS("code-creation"))
        return UNPEG_RECORD_CODE_CREATION;
    if (ROW_HAS("code-source-info"))
        return UNPEG_RECORD_CODE_SOURCE_INFO;
    if (ROW_HAS("code-move"))
        return UNPEG_RECORD_CODE_MOVE;
    if (ROW_HAS("sfi-move"))
        return UNPEG_RECORD_SFI_MOVE;
    if (ROW_HAS("script-source"))
        return UNPEG_RECORD_SCRIPT_SOURCE;
    for (unsigned kind = 0; len > 0 && kind < UNPEG_RECORD_KIND_COUNT; kind++)
        if (row_starts_with(row, len, event_names[kind]))
            return (unpeg_record_kind)kind;
    return UNPEG_RECORD_KIND_COUNT;
}
