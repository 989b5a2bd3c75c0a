/* SPDX-License-Identifier: MIT */
#include "v8_source_name.h"

#include "grow.h"

enum { WINDOW = 200 }; /* units before the parameters that are looked at */

static bool is_word(uint16_t unit)
{
    return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') ||
           (unit >= '0' && unit <= '9') || unit == '_' || unit == '$';
}

static size_t skip_space(const uint16_t *units, size_t end)
{
    while (end > 0 && (units[end - 1] == ' ' || (units[end - 1] >= '\t' && units[end - 1] <= '\r')))
        end--;
    return end;
}

/* Where a keyword that ends at end begins, spaces before it skipped; end when it is not there. */
static size_t skip_keyword(const uint16_t *units, size_t end, const char *keyword)
{
    size_t len = strlen(keyword);
    if (end < len || (end > len && is_word(units[end - len - 1])))
        return end;
    for (size_t i = 0; i < len; i++)
        if (units[end - len + i] != (unsigned char)keyword[i])
            return end;
    return skip_space(units, end - len);
}

/* Behind "NAME =" or "NAME:"; 0 when something else stands there. */
static size_t skip_assignment(const uint16_t *units, size_t end)
{
    if (end < 2)
        return 0;
    uint16_t last = units[end - 1];
    uint16_t before = units[end - 2];
    bool plain =
        is_word(before) || before == ' ' || before == '\t' || before == '\n' || before == ']';
    if ((last != '=' && last != ':') || !plain)
        return 0;
    return skip_space(units, end - 1);
}

/* Where the dotted name that ends at end begins; end when it is none. One that reaches the start
 * of the window may begin before it; digits and dots begin no name. */
static size_t name_start(const uint16_t *units, size_t end)
{
    size_t start = end;
    while (start > 0 && (is_word(units[start - 1]) || units[start - 1] == '.'))
        start--;
    bool digit = start < end && units[start] >= '0' && units[start] <= '9';
    if (start == end || start == 0 || digit || units[start] == '.' || units[end - 1] == '.')
        return end;
    return start;
}

/* Where "['KEY']" that ends at end begins; end when there is none. */
static size_t key_start(const uint16_t *units, size_t end)
{
    if (end < 4 || units[end - 1] != ']' || (units[end - 2] != '\'' && units[end - 2] != '"'))
        return end;
    uint16_t quote = units[end - 2];
    size_t start = end - 2;
    while (start > 1 && units[start - 1] > ' ' && units[start - 1] < 0x7F &&
           units[start - 1] != quote && units[start - 1] != '\\')
        start--;
    bool closed = start > 1 && start < end - 2 && units[start - 1] == quote;
    return closed && units[start - 2] == '[' ? start - 2 : end;
}

/* In "a ? b : function" and "case x: function" it is an expression that stands there, and
 * "f().y =" is not "y =". */
static bool may_precede(uint16_t left, bool property)
{
    if (property)
        return left == '{' || left == ',';
    return left != 0 && left != ')' && left != ']';
}

/* "function NAME": where the name begins; end when it is something else. */
static size_t declared_start(const uint16_t *units, size_t end)
{
    size_t start = end;
    while (start > 0 && is_word(units[start - 1]))
        start--;
    size_t before = skip_space(units, start);
    if (before > 0 && units[before - 1] == '*')
        before = skip_space(units, before - 1);
    bool declared = start < end && before < start && before > 0 &&
                    skip_keyword(units, before, "function") < before;
    return declared ? start : end;
}

size_t v8_source_name_find(const uint16_t *units, size_t count, size_t *ret_start)
{
    size_t end = skip_space(units, count);
    size_t declared = declared_start(units, end);
    if (declared < end) {
        *ret_start = declared;
        return end - declared;
    }
    if (end > 0 && units[end - 1] == '*')
        end = skip_space(units, end - 1);
    end = skip_keyword(units, end, "function");
    end = skip_keyword(units, end, "async");
    bool property = end > 0 && units[end - 1] == ':';
    end = skip_assignment(units, end);
    size_t key = key_start(units, end);
    size_t start = name_start(units, key);
    size_t before = skip_space(units, start);
    if (start == key || !may_precede(before > 0 ? units[before - 1] : 0, property))
        return 0;
    *ret_start = start;
    return end - start;
}

static bool put_name(v8_text *text, const uint16_t *units, size_t count)
{
    static const char middle[] = ".prototype.";
    if (!grow_reserve((void **)&text->data, &text->capacity, count, 1))
        return false;
    text->len = 0;
    text->cut = false;
    for (size_t i = 0; i < count; i++) {
        /* x['key'] is x.key */
        if (units[i] == ']' || units[i] == '\'' || units[i] == '"')
            continue;
        text->data[text->len++] = (char)(units[i] == '[' ? '.' : units[i]);
        size_t len = sizeof middle - 1;
        if (text->len > len && memcmp(text->data + text->len - len, middle, len) == 0)
            text->len -= len - 1;
    }
    return true;
}

unpeg_status v8_source_name(v8_heap *heap, v8_word source, size_t start, v8_text *text)
{
    uint16_t units[WINDOW];
    size_t count;
    size_t from = start > WINDOW ? start - WINDOW : 0;
    unpeg_status status =
        v8_string_copy(heap, source, (v8_span){from, start - from}, units, &count);
    if (status)
        return status;
    size_t at = 0;
    size_t len = count == start - from ? v8_source_name_find(units, count, &at) : 0;
    if (len == 0)
        return UNPEG_NOT_FOUND;
    return put_name(text, units + at, len) ? UNPEG_OK : UNPEG_NO_MEMORY;
}
