/* SPDX-License-Identifier: MIT */
#include "frame_label.h"

#include <stdio.h>

static bool is_separator(char c)
{
    return c == '/' || c == '\\';
}

/* The last so many parts of a path. */
static unpeg_slice last_parts(unpeg_slice path, unsigned parts)
{
    size_t start = path.len;
    while (start > 0 && (!is_separator(path.data[start - 1]) || --parts > 0))
        start--;
    if (start == path.len && start > 0)
        start--;
    return (unpeg_slice){path.data + start, path.len - start};
}

unpeg_slice path_base(unpeg_slice path)
{
    return path.len ? last_parts(path, 1) : path;
}

static size_t find(unpeg_slice text, const char *needle)
{
    size_t len = strlen(needle);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.data + i, needle, len) == 0)
            return i;
    }
    return text.len;
}

static unpeg_slice after(unpeg_slice text, size_t count)
{
    return count < text.len ? (unpeg_slice){text.data + count, text.len - count}
                            : (unpeg_slice){text.data, 0};
}

/* scheme://host/path?query#fragment -> path; everything else is a path as it is. */
static unpeg_slice path_of_url(unpeg_slice url)
{
    size_t scheme = find(url, "://");
    if (scheme == url.len)
        return url;
    unpeg_slice path = after(url, scheme + 3);
    path.len = find(path, "#");
    path.len = find(path, "?");
    path = after(path, find(path, "/"));
    return path.len ? path : unpeg_slice_of("/");
}

unpeg_slice path_short(unpeg_slice path)
{
    if (path.len == 0)
        return path;
    unpeg_slice parts = last_parts(path_of_url(path), 2);
    return parts.len > 1 && is_separator(parts.data[0]) ? after(parts, 1) : parts;
}

static void make_marks(frame_label *label, uint32_t tiers, uint32_t flags)
{
    size_t at = 0;
    for (unsigned tier = UNPEG_TIER_IGNITION; tier < UNPEG_TIER_COUNT; tier++) {
        if (!(tiers >> tier & 1))
            continue;
        if (tiers >> tier == 1 && flags & UNPEG_FRAME_OSR)
            label->marks[at++] = 'o';
        label->marks[at++] = unpeg_tier_mark((unpeg_tier)tier)[0];
    }
    if (at && flags & UNPEG_FRAME_SPECIALIZED)
        label->marks[at++] = '\'';
    label->marks[at] = '\0';
}

static const char *prefix_of(const unpeg_frame *frame)
{
    switch (frame->kind) {
    case UNPEG_FRAME_JS:
        return frame->name.len ? "" : "(anonymous)";
    case UNPEG_FRAME_WASM:
        return "(wasm) ";
    case UNPEG_FRAME_BUILTIN:
        return "(builtin) ";
    case UNPEG_FRAME_BYTECODE_HANDLER:
        return "(bytecode handler) ";
    case UNPEG_FRAME_REGEXP:
        return frame->name.len ? "(regexp) " : "(regexp)";
    case UNPEG_FRAME_STUB:
        return "(stub) ";
    case UNPEG_FRAME_CPP:
        return frame->name.len ? "" : "(no name)";
    case UNPEG_FRAME_LIBRARY:
        return frame->name.len ? "" : "(library)";
    case UNPEG_FRAME_KERNEL:
        return frame->name.len ? "(kernel) " : "(kernel)";
    case UNPEG_FRAME_GC:
        return "(garbage collector)";
    case UNPEG_FRAME_IDLE:
        return "(idle)";
    case UNPEG_FRAME_TRUNCATED:
        return "(stack cut at V8's limit)";
    case UNPEG_FRAME_ROOT:
        return "(root)";
    case UNPEG_FRAME_UNKNOWN:
    case UNPEG_FRAME_KIND_COUNT:
        break;
    }
    return "(unknown)";
}

static bool shows_name(unpeg_frame_kind kind)
{
    return kind != UNPEG_FRAME_GC && kind != UNPEG_FRAME_IDLE && kind != UNPEG_FRAME_TRUNCATED &&
           kind != UNPEG_FRAME_ROOT && kind != UNPEG_FRAME_UNKNOWN;
}

static void make_detail(frame_label *label, const unpeg_frame *frame)
{
    const char *reason = unpeg_unknown_id(frame->reason);
    label->detail[0] = '\0';
    if (frame->kind == UNPEG_FRAME_UNKNOWN && frame->reason != UNPEG_UNKNOWN_NULL_PC)
        snprintf(label->detail, sizeof label->detail, " 0x%llx%s%s%s",
                 (unsigned long long)frame->address, *reason ? " [" : "", reason,
                 *reason ? "]" : "");
    else if (*reason && (frame->kind == UNPEG_FRAME_LIBRARY || frame->kind == UNPEG_FRAME_UNKNOWN))
        snprintf(label->detail, sizeof label->detail, " [%s]", reason);
}

void frame_label_make(const unpeg_frame *frame, uint32_t tiers, uint32_t flags, frame_label *ret)
{
    *ret = (frame_label){.prefix = prefix_of(frame)};
    if (shows_name(frame->kind))
        ret->name = frame->kind == UNPEG_FRAME_LIBRARY ? path_base(frame->name) : frame->name;
    if (frame->kind != UNPEG_FRAME_LIBRARY)
        ret->file = frame->kind == UNPEG_FRAME_CPP ? path_base(frame->file) : frame->file;
    ret->line = frame->line;
    ret->column = frame->column;
    make_detail(ret, frame);
    make_marks(ret, tiers, flags);
}

void label_write_name(text_out *out, const frame_label *label, safe_style style)
{
    out_text(out, label->prefix);
    safe_write(out, label->name, style);
    out_text(out, label->detail);
}

size_t label_name_size(const frame_label *label, unsigned flags)
{
    return strlen(label->prefix) + safe_size(label->name, flags) + strlen(label->detail);
}

/* ":30:17"; "" if the line is not known. */
static void position_text(const frame_label *label, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (label->file.len && label->line && label->column)
        snprintf(buffer, size, ":%u:%u", (unsigned)label->line, (unsigned)label->column);
    else if (label->file.len && label->line)
        snprintf(buffer, size, ":%u", (unsigned)label->line);
}

void label_write_place(text_out *out, const frame_label *label, safe_style style)
{
    char position[32];
    position_text(label, position, sizeof position);
    size_t len = strlen(position);
    if (style.max)
        style.max = style.max > len ? style.max - len : 1;
    safe_write(out, label->file, style);
    out_text(out, position);
}

size_t label_place_size(const frame_label *label, unsigned flags)
{
    char position[32];
    position_text(label, position, sizeof position);
    return safe_size(label->file, flags) + strlen(position);
}

void label_write(text_out *out, const frame_label *label, safe_style style)
{
    label_write_name(out, label, style);
    if (label->file.len)
        out_text(out, " ");
    label_write_place(out, label, style);
    out_text(out, label->marks);
}
