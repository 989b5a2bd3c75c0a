/* SPDX-License-Identifier: MIT */
#include "code_name.h"

/* Takes ":<digits>" off the end of text. V8 writes line -1 for code without a script's line: that
 * is 0, not known. */
static bool take_number(unpeg_slice *text, uint32_t *ret)
{
    size_t at = text->len;
    while (at > 0 && text->data[at - 1] >= '0' && text->data[at - 1] <= '9')
        at--;
    size_t colon = at > 0 && text->data[at - 1] == '-' ? at - 1 : at;
    if (at == text->len || colon == 0 || text->data[colon - 1] != ':' || text->len - at > 9)
        return false;
    uint32_t value = 0;
    for (size_t i = at; i < text->len; i++)
        value = value * 10 + (uint32_t)(text->data[i] - '0');
    *ret = colon == at ? value : 0;
    text->len = colon - 1;
    return true;
}

static bool starts_with(unpeg_slice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static bool looks_like_script(unpeg_slice text)
{
    static const char *const prefixes[] = {
        "/",     "file:", "node:",   "http:",       "https:",   "internal/",
        "blob:", "data:", "chrome:", "extensions:", "webpack:", "evalmachine."};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (starts_with(text, prefixes[i]))
            return true;
    return false;
}

static unpeg_slice after(unpeg_slice text, size_t skip)
{
    return (unpeg_slice){text.data + skip, text.len - skip};
}

/* Index of the space before the script's name, or SIZE_MAX. */
static size_t find_split(unpeg_slice text, code_name_script_fn is_script, void *user)
{
    size_t likely = SIZE_MAX;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != ' ')
            continue;
        unpeg_slice rest = after(text, i + 1);
        if (is_script && is_script(user, rest))
            return i;
        if (likely == SIZE_MAX && looks_like_script(rest))
            likely = i;
        last = i;
    }
    return likely != SIZE_MAX ? likely : last;
}

code_name code_name_split(unpeg_slice raw, code_name_script_fn is_script, void *user)
{
    code_name name = {.function = raw, .script = {"", 0}};
    unpeg_slice text = raw;
    if (!take_number(&text, &name.column) || !take_number(&text, &name.line))
        return name;
    size_t space = text.len > 0 && text.data[0] == ' ' ? 0 : find_split(text, is_script, user);
    if (space == SIZE_MAX)
        return name;
    name.function = (unpeg_slice){text.data, space};
    name.script = after(text, space + 1);
    name.has_position = true;
    return name;
}
