/* SPDX-License-Identifier: MIT
 *
 * Format: proc(5), /proc/PID/maps; the kernel writes a newline in a path as "\012".
 */
#include "mapping.h"

#include <stdlib.h>

enum { ROW_LIMIT = 1000000 };

/* One row, which is read from its beginning. */
typedef struct row_cursor {
    char *at, *end;
} row_cursor;

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* At least one digit, and no more than fit. */
static bool take_number(row_cursor *row, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;
    const char *first = row->at;
    for (; row->at < row->end; row->at++) {
        int digit = digit_value(*row->at);
        if (digit < 0 || (unsigned)digit >= base)
            break;
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *ret = value;
    return row->at != first;
}

static bool take_small_number(row_cursor *row, uint32_t *ret)
{
    uint64_t value;
    if (!take_number(row, 16, &value) || value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

static bool take_char(row_cursor *row, char c)
{
    if (row->at == row->end || *row->at != c)
        return false;
    row->at++;
    return true;
}

static bool take_permission(row_cursor *row, char letter, uint32_t bit, uint32_t *prot)
{
    if (take_char(row, letter)) {
        *prot |= bit;
        return true;
    }
    return take_char(row, '-');
}

static bool take_permissions(row_cursor *row, uint32_t *prot)
{
    return take_permission(row, 'r', MAPPING_READ, prot) &&
           take_permission(row, 'w', MAPPING_WRITE, prot) &&
           take_permission(row, 'x', MAPPING_EXEC, prot) &&
           (take_char(row, 'p') || take_char(row, 's'));
}

static bool take_numbers(row_cursor *row, mapping *item)
{
    return take_number(row, 16, &item->start) && take_char(row, '-') &&
           take_number(row, 16, &item->end) && take_char(row, ' ') &&
           take_permissions(row, &item->prot) && take_char(row, ' ') &&
           take_number(row, 16, &item->offset) && take_char(row, ' ') &&
           take_small_number(row, &item->device_major) && take_char(row, ':') &&
           take_small_number(row, &item->device_minor) && take_char(row, ' ') &&
           take_number(row, 10, &item->inode);
}

/* In place; returns how many bytes are left. */
static size_t unescape_newlines(char *path, size_t len)
{
    size_t out = 0;
    for (size_t in = 0; in < len; out++) {
        bool newline = len - in >= 4 && memcmp(path + in, "\\012", 4) == 0;
        path[out] = (char)(newline ? '\n' : path[in]);
        in += newline ? 4 : 1;
    }
    return out;
}

static void take_path(row_cursor *row, mapping *item)
{
    static const char mark[] = " (deleted)";
    const size_t mark_len = sizeof mark - 1;
    while (take_char(row, ' '))
        continue;
    size_t len = (size_t)(row->end - row->at);
    if (len > mark_len && memcmp(row->end - mark_len, mark, mark_len) == 0) {
        item->deleted = true;
        len -= mark_len;
    }
    item->path = (unpeg_slice){row->at, unescape_newlines(row->at, len)};
}

static bool parse_row(row_cursor row, mapping *ret)
{
    mapping item = {0};
    if (!take_numbers(&row, &item) || item.start >= item.end)
        return false;
    if (row.at < row.end && *row.at != ' ')
        return false;
    take_path(&row, &item);
    *ret = item;
    return true;
}

static void add_row(mapping_list *list, row_cursor row)
{
    mapping *item = &list->items[list->count];
    bool good = parse_row(row, item);
    if (good && (list->count == 0 || item[-1].end <= item->start))
        list->count++;
    else
        list->damaged++;
}

/* At least as many as there are. */
static size_t count_rows(const char *text, size_t size)
{
    size_t rows = 1;
    for (size_t i = 0; i < size; i++)
        rows += text[i] == '\n';
    return rows;
}

static void add_rows(mapping_list *list, char *text, size_t size)
{
    for (char *end = text + size; text < end;) {
        char *newline = memchr(text, '\n', (size_t)(end - text));
        char *row_end = newline ? newline : end;
        add_row(list, (row_cursor){text, row_end});
        text = newline ? newline + 1 : end;
    }
}

unpeg_status mapping_list_parse(mapping_list *list, const char *text, size_t size)
{
    *list = (mapping_list){0};
    if (size == 0)
        return UNPEG_OK;
    size_t rows = count_rows(text, size);
    if (rows > ROW_LIMIT)
        return UNPEG_LIMIT;
    list->text = malloc(size);
    list->items = calloc(rows, sizeof *list->items);
    if (!list->text || !list->items) {
        mapping_list_deinit(list);
        return UNPEG_NO_MEMORY;
    }
    memcpy(list->text, text, size);
    add_rows(list, list->text, size);
    return UNPEG_OK;
}

void mapping_list_deinit(mapping_list *list)
{
    free(list->items);
    free(list->text);
    *list = (mapping_list){0};
}

const mapping *mapping_find(const mapping_list *list, unpeg_addr address)
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == list->count || list->items[low].start > address)
        return NULL;
    return &list->items[low];
}
