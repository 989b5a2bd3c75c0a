/* SPDX-License-Identifier: MIT */
#include "fact_line.h"

#include <string.h>

#include "unpeg/render.h"

enum { VALUE_BYTES = 8192 };

void fact_line_begin(const fact_line *line, const char *name, const char *status)
{
    fprintf(line->file, "%s v=1 status=%s", name, status);
}

/* In safe text a backslash stands for itself or begins what was made visible; between quotes each
 * one is written twice, so that a reader gets the safe text back. */
static void put_quoted(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

void fact_line_text(const fact_line *line, const char *key, const char *text)
{
    char safe[VALUE_BYTES];
    if (text[0] == '\0')
        return;
    unpeg_text_safe(unpeg_slice_of(text), safe, sizeof safe);
    fprintf(line->file, " %s=", key);
    if (safe[strcspn(safe, " =\"\\")] == '\0')
        fputs(safe, line->file);
    else
        put_quoted(line->file, safe);
}

void fact_line_number(const fact_line *line, const char *key, uint64_t number)
{
    fprintf(line->file, " %s=%llu", key, (unsigned long long)number);
}

void fact_line_end(const fact_line *line)
{
    fputc('\n', line->file);
}
