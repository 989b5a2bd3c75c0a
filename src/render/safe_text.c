/* SPDX-License-Identifier: MIT */
#include "safe_text.h"

#include <stdio.h>

#include "code_point.h"
#include "unpeg/render.h"

static void piece_ascii(safe_piece *piece, const char *text)
{
    piece->len = piece->columns = (uint8_t)strlen(text);
    memcpy(piece->bytes, text, piece->len);
}

static void piece_escape(safe_piece *piece, uint32_t cp)
{
    char text[16];
    snprintf(text, sizeof text, cp < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)cp);
    piece_ascii(piece, text);
}

static void piece_unsafe(safe_piece *piece, uint32_t cp)
{
    if (cp == '\n')
        piece_ascii(piece, "\\n");
    else if (cp == '\t')
        piece_ascii(piece, "\\t");
    else if (cp == '\r')
        piece_ascii(piece, "\\r");
    else
        piece_escape(piece, cp);
}

/* Backslashes in front of quotes and backslashes. */
static void piece_quote(safe_piece *piece)
{
    safe_piece plain = *piece;
    piece->len = 0;
    for (size_t i = 0; i < plain.len; i++) {
        if (plain.bytes[i] == '\\' || plain.bytes[i] == '"')
            piece->bytes[piece->len++] = '\\';
        piece->bytes[piece->len++] = plain.bytes[i];
    }
    piece->columns = (uint8_t)(piece->columns + piece->len - plain.len);
}

static bool is_plain(char c, unsigned flags)
{
    return c >= 0x20 && c < 0x7f && !((c == '"' || c == '\\') && flags & SAFE_QUOTED);
}

static void next_special(unpeg_slice *rest, unsigned flags, safe_piece *piece)
{
    uint32_t cp = CODE_POINT_REPLACEMENT;
    size_t len = code_point_read(*rest, &cp);
    rest->data += len ? len : 1;
    rest->len -= len ? len : 1;
    if (code_point_is_unsafe(cp)) {
        piece_unsafe(piece, cp);
    } else if (cp >= 0x80 && flags & SAFE_ASCII) {
        piece_escape(piece, cp);
    } else {
        piece->len = (uint8_t)code_point_write(cp, piece->bytes);
        piece->columns = 1;
    }
    if (flags & SAFE_QUOTED)
        piece_quote(piece);
}

bool safe_next(unpeg_slice *rest, unsigned flags, safe_piece *piece)
{
    if (rest->len == 0)
        return false;
    char first = rest->data[0];
    if (!is_plain(first, flags)) {
        next_special(rest, flags, piece);
        return true;
    }
    piece->bytes[0] = first;
    piece->len = piece->columns = 1;
    rest->data++;
    rest->len--;
    return true;
}

static size_t size_of(const safe_piece *piece, unsigned flags)
{
    return flags & SAFE_BYTES ? piece->len : piece->columns;
}

size_t safe_size(unpeg_slice text, unsigned flags)
{
    size_t size = 0;
    safe_piece piece;
    while (safe_next(&text, flags, &piece))
        size += size_of(&piece, flags);
    return size;
}

/* Writes the pieces from first on that end within last, both counted in the safe text. */
static void write_range(text_out *out, unpeg_slice text, unsigned flags, size_t first, size_t last)
{
    size_t at = 0;
    safe_piece piece;
    while (at < last && safe_next(&text, flags, &piece)) {
        size_t next = at + size_of(&piece, flags);
        if (at >= first && next <= last)
            out_bytes(out, piece.bytes, piece.len);
        at = next;
    }
}

static size_t plain_run(unpeg_slice text, unsigned flags)
{
    size_t len = 0;
    while (len < text.len && is_plain(text.data[len], flags))
        len++;
    return len;
}

static void write_whole(text_out *out, unpeg_slice text, unsigned flags)
{
    safe_piece piece;
    for (;;) {
        size_t run = plain_run(text, flags);
        if (run) {
            out_bytes(out, text.data, run);
            text.data += run;
            text.len -= run;
        }
        if (!safe_next(&text, flags, &piece))
            return;
        out_bytes(out, piece.bytes, piece.len);
    }
}

static bool fits(unpeg_slice text, unsigned flags, size_t max)
{
    size_t size = 0;
    safe_piece piece;
    while (size <= max && safe_next(&text, flags, &piece))
        size += size_of(&piece, flags);
    return size <= max;
}

/* An end of the text that is more than so much when it is safe: a character has at most four bytes
 * and at least one column. Begins with a character. */
static unpeg_slice end_of(unpeg_slice text, size_t size)
{
    size_t bytes = CODE_POINT_BYTES_MAX * (size + 1);
    if (bytes >= text.len)
        return text;
    unpeg_slice end = {text.data + (text.len - bytes), bytes};
    for (int i = 1; i < CODE_POINT_BYTES_MAX && ((unsigned char)end.data[0] & 0xc0) == 0x80; i++) {
        end.data++;
        end.len--;
    }
    return end;
}

/* Costs what is written, not what is left out. */
static void write_cut(text_out *out, unpeg_slice text, safe_style style)
{
    const char *mark = style.flags & SAFE_ASCII ? "..." : "\u2026";
    size_t mark_size = style.flags & (SAFE_ASCII | SAFE_BYTES) ? strlen(mark) : 1;
    size_t room = style.max > mark_size ? style.max - mark_size : 0;
    unpeg_slice end = end_of(text, room / 2);
    size_t end_size = safe_size(end, style.flags);
    write_range(out, text, style.flags, 0, room - room / 2);
    out_text(out, mark);
    write_range(out, end, style.flags, end_size - room / 2, end_size);
}

void safe_write(text_out *out, unpeg_slice text, safe_style style)
{
    if (style.max == 0 || fits(text, style.flags, style.max))
        write_whole(out, text, style.flags);
    else
        write_cut(out, text, style);
}

size_t unpeg_text_safe(unpeg_slice text, char *buffer, size_t size)
{
    size_t total = 0;
    size_t used = 0;
    safe_piece piece;
    while (safe_next(&text, 0, &piece)) {
        total += piece.len;
        if (size && total < size) {
            memcpy(buffer + used, piece.bytes, piece.len);
            used = total;
        }
    }
    if (size)
        buffer[used] = '\0';
    return total;
}
