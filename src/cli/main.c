/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit_code.h"
#include "help.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "suggest.h"
#include "verb.h"

static int refuse(const char *name)
{
    suggest_search search = {.typed = name};
    for (const verb *const *v = verbs; *v; v++)
        suggest_offer(&search, (*v)->name);
    if (search.best)
        message_plain("no verb %s; did you mean %s?", name, search.best);
    else if (access(name, F_OK) == 0)
        message_plain("%s is a file and no verb; write unpeg report %s", name, name);
    else
        message_plain("no verb %s; unpeg help lists them", name);
    return EXIT_USAGE;
}

/* A file that is opened must not become a standard stream that was closed: messages would go into
 * it. Reading from /dev/null ends at once, and writing to it as standard output fails, as it
 * should. */
static void fill_standard_streams(void)
{
    for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) {
        if (fd > STDERR_FILENO) {
            close(fd);
            return;
        }
    }
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    setlocale(LC_CTYPE, "");
    stop_install();
    if (argc < 2) {
        help_print_overview(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    const verb *found = verb_find(name);
    if (!found)
        return refuse(name);
    int code = found->run(found, argc - 1, argv + 1);
    if (code == EXIT_SYSTEM || output_finish_stdout())
        return code;
    return EXIT_SYSTEM;
}
