/* SPDX-License-Identifier: MIT
 *
 * A line of facts for programs and people: "unpeg-upload v=1 status=ok key=... keep="why" ms=31".
 *
 *     fact_line line = {.file = stdout};
 *     fact_line_begin(&line, "unpeg-upload", "ok");
 *     fact_line_text(&line, "key", key);
 *     fact_line_number(&line, "ms", 31);
 *     fact_line_end(&line);
 *
 * The grammar is that of unpeg-line(5): values with a blank, a quote, "=" or a backslash are
 * quoted, and control characters never reach a terminal.
 */
#ifndef UNPEG_CLI_FACT_LINE_H
#define UNPEG_CLI_FACT_LINE_H

#include <stdint.h>
#include <stdio.h>

typedef struct fact_line {
    FILE *file;
} fact_line;

void fact_line_begin(const fact_line *line, const char *name, const char *status);

/* An empty text is left out. */
void fact_line_text(const fact_line *line, const char *key, const char *text);
void fact_line_number(const fact_line *line, const char *key, uint64_t number);
void fact_line_end(const fact_line *line);

#endif
