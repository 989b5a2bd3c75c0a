/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* NULL if it is not set or empty. */
static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

bool terminal_parse_color(const char *text, terminal_color *ret)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret = (terminal_color)i;
            return true;
        }
    }
    return false;
}

bool terminal_wants_color(terminal_color wanted, int fd)
{
    const char *force = setting("CLICOLOR_FORCE");
    if (wanted != TERMINAL_COLOR_AUTO)
        return wanted == TERMINAL_COLOR_ALWAYS;
    if (setting("NO_COLOR") != NULL)
        return false;
    if (force != NULL && strcmp(force, "0") != 0)
        return true;
    return terminal_is_live(fd);
}

bool terminal_is_live(int fd)
{
    const char *term = setting("TERM");
    return term != NULL && strcmp(term, "dumb") != 0 && isatty(fd) == 1;
}

unsigned terminal_width(int fd)
{
    struct winsize size;
    if (isatty(fd) != 1)
        return 0;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80;
}

bool terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = setting(names[i]);
        if (value != NULL)
            return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
    }
    return false;
}
