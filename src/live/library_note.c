/* SPDX-License-Identifier: MIT */
#include "library_note.h"

enum { PARTS = 4 };

static bool is_plain(unpeg_slice text)
{
    return text.len == 0 ||
           (!memchr(text.data, '\t', text.len) && !memchr(text.data, '\n', text.len));
}

void library_note_put(raw_bytes *text, const unpeg_library *library)
{
    char problem[2] = {(char)('0' + library->problem), '\0'};
    const unpeg_slice parts[PARTS] = {unpeg_slice_of(problem), unpeg_slice_of(library->detail),
                                      library->symbols_from, library->path};
    for (int i = 0; i < PARTS; i++)
        if (!is_plain(parts[i]))
            return;
    for (int i = 0; i < PARTS; i++) {
        if (parts[i].len)
            raw_put(text, parts[i].data, parts[i].len);
        raw_put(text, i + 1 < PARTS ? "\t" : "\n", 1);
    }
}

/* What is before the next end mark, which is taken too. */
static bool take_until(unpeg_slice *text, char end, unpeg_slice *ret)
{
    const char *at = text->len ? memchr(text->data, end, text->len) : NULL;
    if (!at)
        return false;
    *ret = (unpeg_slice){text->data, (size_t)(at - text->data)};
    *text = (unpeg_slice){at + 1, text->len - ret->len - 1};
    return true;
}

static bool read_line(unpeg_slice line, unpeg_library *ret)
{
    unpeg_slice problem, detail;
    *ret = (unpeg_library){.problem = UNPEG_UNKNOWN_NONE};
    if (!take_until(&line, '\t', &problem) || !take_until(&line, '\t', &detail) ||
        !take_until(&line, '\t', &ret->symbols_from) || problem.len != 1 ||
        detail.len >= sizeof ret->detail)
        return false;
    unsigned number = (unsigned)(unsigned char)problem.data[0] - '0';
    if (number >= UNPEG_UNKNOWN_COUNT)
        return false;
    ret->problem = (unpeg_unknown_reason)number;
    memcpy(ret->detail, detail.data, detail.len);
    ret->path = line;
    return true;
}

unpeg_status library_note_read(unpeg_slice text, unpeg_profile *profile)
{
    unpeg_slice line;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && take_until(&text, '\n', &line)) {
        unpeg_library library;
        if (read_line(line, &library))
            status = unpeg_profile_add_library(profile, &library);
    }
    return status;
}
