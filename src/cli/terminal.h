/* SPDX-License-Identifier: MIT
 *
 * What the other end of an output is.
 *
 *     bool color = terminal_wants_color(TERMINAL_COLOR_AUTO, STDOUT_FILENO);
 *     unsigned width = terminal_width(STDOUT_FILENO);
 */
#ifndef UNPEG_CLI_TERMINAL_H
#define UNPEG_CLI_TERMINAL_H

#include <stdbool.h>

typedef enum terminal_color {
    TERMINAL_COLOR_AUTO,
    TERMINAL_COLOR_ALWAYS,
    TERMINAL_COLOR_NEVER
} terminal_color;

/* "auto", "always" or "never"; false for anything else. */
bool terminal_parse_color(const char *text, terminal_color *ret);

/* The option beats NO_COLOR, that beats CLICOLOR_FORCE, and that beats what fd is: a terminal that
 * is not TERM=dumb. Variables count when they are not empty, CLICOLOR_FORCE when it is not 0. */
bool terminal_wants_color(terminal_color wanted, int fd);

/* A terminal on which a line can be erased. */
bool terminal_is_live(int fd);

/* Columns of the terminal; 0 if fd is none. */
unsigned terminal_width(int fd);

/* Whether the locale's encoding is UTF-8 (LC_ALL, LC_CTYPE, LANG, in this order). */
bool terminal_is_utf8(void);

#endif
