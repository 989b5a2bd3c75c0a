/* SPDX-License-Identifier: MIT */
#include "js_flags.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char separators[] = ", \t\n\r\f\v";

static bool take(unpeg_slice *from, const char *text)
{
    size_t len = strlen(text);
    if (from->len < len || memcmp(from->data, text, len) != 0)
        return false;
    from->data += len;
    from->len -= len;
    return true;
}

/* V8 takes dashes and underscores for the same (src/flags/flags.cc). */
static bool same_name(unpeg_slice flag, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < flag.len && i < len; i++) {
        if (flag.data[i] != name[i] && (flag.data[i] != '_' || name[i] != '-'))
            return false;
    }
    return flag.len == len;
}

bool js_flags_is(unpeg_slice flag, const char *name, bool negated)
{
    if (!take(&flag, "--") && !take(&flag, "-"))
        return false;
    const char *value = memchr(flag.data, '=', flag.len);
    if (value)
        flag.len = (size_t)(value - flag.data);
    if (!negated)
        return same_name(flag, name);
    if (!take(&flag, "no"))
        return false;
    if (!take(&flag, "-"))
        take(&flag, "_");
    return same_name(flag, name);
}

static bool is_either(unpeg_slice flag, const char *name)
{
    return js_flags_is(flag, name, false) || js_flags_is(flag, name, true);
}

static bool undoes(unpeg_slice flag, const js_flags_wish *wish)
{
    return is_either(flag, "prof") || is_either(flag, "logfile-per-isolate") ||
           js_flags_is(flag, "logfile", false) ||
           (wish->interval_us != 0 && js_flags_is(flag, "prof-sampling-interval", false));
}

/* --logfile NAME, --prof-sampling-interval N: the value is a word of its own. */
static bool takes_next_word(unpeg_slice flag)
{
    return !memchr(flag.data, '=', flag.len) &&
           (js_flags_is(flag, "logfile", false) ||
            js_flags_is(flag, "prof-sampling-interval", false));
}

static unpeg_slice next_word(const char **at)
{
    *at += strspn(*at, separators);
    unpeg_slice word = {*at, strcspn(*at, separators)};
    *at += word.len;
    return word;
}

static void put_existing(FILE *out, const char *existing, const js_flags_wish *wish)
{
    for (unpeg_slice word = next_word(&existing); word.len; word = next_word(&existing)) {
        if (!undoes(word, wish)) {
            fprintf(out, "%.*s ", (int)word.len, word.data);
            continue;
        }
        const char *after = existing;
        unpeg_slice value = next_word(&after);
        if (takes_next_word(word) && value.len && value.data[0] != '-')
            existing = after;
    }
}

char *js_flags_merge(const char *existing, const js_flags_wish *wish)
{
    char *merged = NULL;
    size_t size;
    FILE *out = open_memstream(&merged, &size);
    if (!out)
        return NULL;
    put_existing(out, existing, wish);
    fprintf(out, "--prof --logfile=%s", wish->log_path);
    if (wish->interval_us)
        fprintf(out, " --prof-sampling-interval=%" PRIu32, wish->interval_us);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return merged;
    free(merged);
    return NULL;
}

const char *js_flags_argument(const char *argument, const char *name)
{
    unpeg_slice rest = unpeg_slice_of(argument);
    if (!take(&rest, "--") && !take(&rest, "-"))
        return NULL;
    return take(&rest, name) && take(&rest, "=") ? rest.data : NULL;
}

char *js_flags_escape(const char *path)
{
    size_t size = 1;
    for (const char *c = path; *c; c++)
        size += *c == '%' ? 2 : 1;
    char *escaped = malloc(size);
    char *to = escaped;
    for (const char *c = path; escaped && *c; c++) {
        *to++ = *c;
        if (*c == '%')
            *to++ = '%';
    }
    if (escaped)
        *to = '\0';
    return escaped;
}
