/* SPDX-License-Identifier: MIT
 *
 * The text is cut into zero-terminated pieces where it stands.
 */
#include "ini_file.h"

#include <stdlib.h>

#include "grow.h"

typedef struct reading {
    ini_file *file;
    const char *section; /* NULL: before the first */
    const char *parent;  /* the last setting at the start of a line */
} reading;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static char *trim(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        text[--len] = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

static void make_lower(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
    }
}

static bool add(reading *r, const char *parent, const char *name, const char *value)
{
    ini_file *file = r->file;
    if (!grow_reserve((void **)&file->entries, &file->capacity, file->count + 1,
                      sizeof *file->entries))
        return false;
    file->entries[file->count++] = (ini_entry){r->section, parent, name, value};
    return true;
}

/* [profile   "my name"] is kept as: profile my name. */
static char *plain_section(char *text)
{
    char *out = text;
    bool blank = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\'')
            continue;
        if (is_blank(*at)) {
            blank = out != text;
            continue;
        }
        if (blank)
            *out++ = ' ';
        blank = false;
        *out++ = *at;
    }
    *out = '\0';
    return text;
}

static bool take_section(reading *r, char *line)
{
    char *end = strchr(line, ']');
    r->parent = NULL;
    r->section = NULL;
    if (end == NULL)
        return true;
    *end = '\0';
    r->section = plain_section(trim(line + 1));
    return add(r, NULL, NULL, "");
}

static bool take_setting(reading *r, char *line, bool indented)
{
    char *separator = strpbrk(line, "=:");
    if (separator == NULL || r->section == NULL || (indented && r->parent == NULL))
        return true;
    *separator = '\0';
    char *name = trim(line);
    make_lower(name);
    if (*name == '\0')
        return true;
    if (!indented)
        r->parent = name;
    return add(r, indented ? r->parent : NULL, name, trim(separator + 1));
}

static bool take_line(reading *r, char *line)
{
    bool indented = is_blank(line[0]);
    line = trim(line);
    if (*line == '\0' || *line == '#' || *line == ';')
        return true;
    if (*line == '[' && !indented)
        return take_section(r, line);
    return take_setting(r, line, indented);
}

unpeg_status ini_file_parse(ini_file *file, text_buffer *text)
{
    *file = (ini_file){.text = *text};
    *text = (text_buffer){0};
    reading r = {.file = file};
    char *line = file->text.bytes;
    while (line != NULL) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        if (!take_line(&r, line))
            return UNPEG_NO_MEMORY;
        line = end != NULL ? end + 1 : NULL;
    }
    return UNPEG_OK;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const char *ini_file_get(const ini_file *file, const char *section, const char *parent,
                         const char *name)
{
    for (size_t i = file->count; i > 0; i--) {
        const ini_entry *entry = &file->entries[i - 1];
        if (entry->name != NULL && strcmp(entry->name, name) == 0 &&
            strcmp(entry->section, section) == 0 && same_text(entry->parent, parent))
            return entry->value;
    }
    return NULL;
}

bool ini_file_has(const ini_file *file, const char *section)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->entries[i].section, section) == 0)
            return true;
    }
    return false;
}

void ini_file_deinit(ini_file *file)
{
    text_buffer_deinit(&file->text);
    free(file->entries);
    *file = (ini_file){0};
}
