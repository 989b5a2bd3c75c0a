/* SPDX-License-Identifier: MIT */
#include "log_name.h"

#include <limits.h>

enum { ADDRESS_DIGITS = 16 };

static bool take_text(unpeg_slice *from, const char *text)
{
    size_t len = strlen(text);
    if (from->len < len || memcmp(from->data, text, len) != 0)
        return false;
    from->data += len;
    from->len -= len;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void step(unpeg_slice *from)
{
    from->data++;
    from->len--;
}

static bool take_address(unpeg_slice *from, uint64_t *ret)
{
    size_t digits = 0;
    *ret = 0;
    for (; from->len && hex_digit(from->data[0]) >= 0; digits++) {
        *ret = *ret << 4 | (unsigned)hex_digit(from->data[0]);
        step(from);
    }
    return digits > 0 && digits <= ADDRESS_DIGITS;
}

static bool take_pid(unpeg_slice *from, int *ret)
{
    uint64_t pid = 0;
    size_t before = from->len;
    while (from->len && from->data[0] >= '0' && from->data[0] <= '9' && pid <= INT_MAX) {
        pid = pid * 10 + (unsigned)(from->data[0] - '0');
        step(from);
    }
    *ret = (int)pid;
    return before != from->len && pid > 0 && pid <= INT_MAX;
}

static bool take_isolate(unpeg_slice *from, log_name *ret)
{
    unpeg_slice rest = *from;
    if (!take_text(&rest, "isolate-0x") || !take_address(&rest, &ret->isolate) ||
        !take_text(&rest, "-") || !take_pid(&rest, &ret->pid) || !take_text(&rest, "-"))
        return false;
    ret->has_isolate = true;
    *from = rest;
    return true;
}

bool log_name_parse(const char *name, const char *prefix, log_name *ret)
{
    static const char ending[] = ".log";
    log_name parsed = {.pid = 0};
    unpeg_slice rest = unpeg_slice_of(name);
    size_t ending_len = sizeof ending - 1;
    if (rest.len < ending_len || strcmp(name + rest.len - ending_len, ending) != 0)
        return false;
    rest.len -= ending_len;
    if (!take_isolate(&rest, &parsed))
        parsed = (log_name){.pid = 0};
    if (!take_text(&rest, prefix) || (*prefix == '\0' && !parsed.has_isolate))
        return false;
    /* Without an isolate the name is the prefix, and the pid if one was asked for: other files of
     * the folder may well begin as the logs do. */
    if (!parsed.has_isolate && rest.len != 0 && (!take_pid(&rest, &parsed.pid) || rest.len != 0))
        return false;
    *ret = parsed;
    return true;
}
