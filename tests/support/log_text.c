/* SPDX-License-Identifier: MIT */
#include "log_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "check.h"

unpeg_profile *load_text(const char *log, const unpeg_log_options *options)
{
    unpeg_source *source = NULL;
    unpeg_profile *profile = NULL;
    unpeg_error error = {.status = UNPEG_OK};
    assert_int_equal(unpeg_source_open_memory(log, strlen(log), &source, &error), UNPEG_OK);
    assert_int_equal(unpeg_log_load(options, source, &profile, &error), UNPEG_OK);
    unpeg_source_close(source);
    return profile;
}

__attribute__((format(printf, 4, 5))) static size_t append(char *text, size_t size, size_t used,
                                                           const char *format, ...)
{
    va_list args;
    if (used + 1 >= size)
        return used;
    va_start(args, format);
    int len = vsnprintf(text + used, size - used, format, args);
    va_end(args);
    assert_true(len >= 0);
    return used + (size_t)len < size ? used + (size_t)len : size - 1;
}

size_t frame_text(const unpeg_frame *frame, char *text, size_t size)
{
    if (frame->kind == UNPEG_FRAME_UNKNOWN)
        return append(text, size, 0, "unknown %s 0x%" PRIx64, unpeg_unknown_id(frame->reason),
                      frame->address);
    size_t len = append(text, size, 0, "%s%s%s%s", unpeg_frame_kind_text(frame->kind),
                        frame->flags & UNPEG_FRAME_OSR ? "o" : "", unpeg_tier_mark(frame->tier),
                        frame->flags & UNPEG_FRAME_SPECIALIZED ? "'" : "");
    if (frame->name.len)
        len = append(text, size, len, " %.*s", (int)frame->name.len, frame->name.data);
    if (frame->line)
        len = append(text, size, len, " %.*s:%u:%u", (int)frame->file.len, frame->file.data,
                     frame->line, frame->column);
    return len;
}

void stack_text(const unpeg_profile *profile, size_t tick, char *text, size_t size)
{
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    size_t used = 0;
    text[0] = '\0';
    for (unpeg_node_id n = unpeg_profile_tick(profile, tick).node; n; n = nodes[n].parent) {
        if (used)
            used = append(text, size, used, " < ");
        used += frame_text(unpeg_profile_frame(profile, nodes[n].frame), text + used, size - used);
    }
}

void assert_stack(const unpeg_profile *profile, size_t tick, const char *want)
{
    char text[8192];
    stack_text(profile, tick, text, sizeof text);
    assert_string_equal(text, want);
}
