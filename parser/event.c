/* SPDX-License-Identifier: MIT */
#include "event.h"

#define EVENT_SLICE(name, event) {event, sizeof event - 1},

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
    return len >= name.len && memcmp(row, name.data, name.len) == 0 &&
           (len == name.len || row[name.len] == ',');
}

/* The list is in order of how often the kinds turn up, so a scan of it is short. */
unpeg_record_kind event_of_row(const char *row, size_t len)
{
    for (unsigned kind = 0; kind < UNPEG_RECORD_KIND_COUNT; kind++)
        if (row_starts_with(row, len, event_names[kind]))
            return (unpeg_record_kind)kind;
    return UNPEG_RECORD_KIND_COUNT;
}
