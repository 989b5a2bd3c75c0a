/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

enum { MATCHED_BYTES = 4096 };

/* Bits by frame, then by node: a match here or further out. */
enum { HIT_FOCUS = 1, HIT_IGNORE = 2 };

static size_t put_text(char *buffer, size_t used, const char *text, size_t len)
{
    size_t room = MATCHED_BYTES - used;
    if (len > room)
        len = room;
    if (len)
        memcpy(buffer + used, text, len);
    return used + len;
}

/* What the expressions see of a frame. buffer has room for MATCHED_BYTES + 1. */
static void frame_text(const unpeg_frame *frame, char *buffer)
{
    char position[32] = "";
    if (frame->line)
        snprintf(position, sizeof position, ":%u:%u", frame->line, frame->column);
    size_t used = put_text(buffer, 0, frame->name.data, frame->name.len);
    if (frame->file.len) {
        used = put_text(buffer, used, " ", 1);
        used = put_text(buffer, used, frame->file.data, frame->file.len);
    }
    used = put_text(buffer, used, position, strlen(position));
    for (size_t i = 0; i < used; i++) {
        if (buffer[i] == '\0')
            buffer[i] = ' ';
    }
    buffer[used] = '\0';
}

static unpeg_status mark_frames(const unpeg_profile *profile, const char *pattern, uint8_t bit,
                                uint8_t *hits, unpeg_error *error)
{
    regex_t compiled;
    int failure = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);
    if (failure) {
        char text[160];
        regerror(failure, &compiled, text, sizeof text);
        return unpeg_error_set(error, failure == REG_ESPACE ? UNPEG_NO_MEMORY : UNPEG_ARGUMENT,
                               "regular expression: %s", text);
    }
    char buffer[MATCHED_BYTES + 1];
    size_t count = unpeg_profile_frame_count(profile);
    for (uint32_t f = 0; f < count; f++) {
        frame_text(unpeg_profile_frame(profile, f), buffer);
        if (regexec(&compiled, buffer, 0, NULL, 0) == 0)
            hits[f] |= bit;
    }
    regfree(&compiled);
    return UNPEG_OK;
}

static unpeg_status mark_all(const unpeg_profile *profile, const unpeg_query *query, uint8_t *hits,
                             unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    if (query->focus)
        status = mark_frames(profile, query->focus, HIT_FOCUS, hits, error);
    if (status == UNPEG_OK && query->ignore)
        status = mark_frames(profile, query->ignore, HIT_IGNORE, hits, error);
    /* The root is no function: nothing matches it. */
    hits[unpeg_profile_nodes(profile)[UNPEG_NODE_ROOT].frame] = 0;
    return status;
}

static bool keep_nodes(selection *s, const unpeg_profile *profile, const uint8_t *hits,
                       uint8_t needed)
{
    size_t count = unpeg_profile_node_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    uint8_t *on_path = calloc(count, 1);
    s->keeps = calloc(count, sizeof *s->keeps);
    for (size_t n = 0; on_path && s->keeps && n < count; n++) {
        on_path[n] = on_path[nodes[n].parent] | hits[nodes[n].frame];
        s->keeps[n] = (on_path[n] & (HIT_IGNORE | needed)) == needed;
    }
    bool done = on_path && s->keeps;
    free(on_path);
    return done;
}

unpeg_status selection_init(selection *s, const unpeg_profile *profile, const unpeg_query *query,
                            unpeg_error *error)
{
    *s = (selection){.has_window = query->flags & UNPEG_QUERY_WINDOW,
                     .start_us = query->start_us,
                     .end_us = query->end_us};
    if (!query->focus && !query->ignore)
        return UNPEG_OK;
    uint8_t *hits = calloc(unpeg_profile_frame_count(profile), 1);
    if (!hits)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "selecting ticks");
    unpeg_status status = mark_all(profile, query, hits, error);
    if (status == UNPEG_OK && !keep_nodes(s, profile, hits, query->focus ? HIT_FOCUS : 0))
        status = unpeg_error_set(error, UNPEG_NO_MEMORY, "selecting ticks");
    free(hits);
    if (status != UNPEG_OK)
        selection_deinit(s);
    return status;
}

void selection_deinit(selection *s)
{
    free(s->keeps);
    *s = (selection){0};
}

void unpeg_query_set_range(unpeg_query *query, int64_t start_us, int64_t end_us)
{
    query->flags |= UNPEG_QUERY_WINDOW;
    query->start_us = start_us;
    query->end_us = end_us;
}

void unpeg_query_set_last(unpeg_query *query, const unpeg_profile *profile, uint64_t span_us)
{
    size_t count = unpeg_profile_tick_count(profile);
    int64_t latest = count ? INT64_MIN : 0;
    for (size_t i = 0; i < count; i++) {
        int64_t time_us = unpeg_profile_tick(profile, i).time_us;
        if (time_us > latest)
            latest = time_us;
    }
    uint64_t above_lowest = (uint64_t)latest - (uint64_t)INT64_MIN;
    int64_t start = span_us > above_lowest ? INT64_MIN : (int64_t)((uint64_t)latest - span_us);
    unpeg_query_set_range(query, start, latest);
}
