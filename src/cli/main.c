/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <string.h>

#include "exit_code.h"
#include "help.h"
#include "message.h"
#include "stop.h"
#include "suggest.h"
#include "unpeg/base.h"

extern const verb report_verb, line_verb, help_verb, version_verb, completion_verb;

const verb *const verbs[] = {&report_verb,  &line_verb,       &help_verb,
                             &version_verb, &completion_verb, NULL};

const verb *verb_find(const char *name)
{
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0)
            return *v;
    return NULL;
}

static int refuse(const char *name)
{
    suggest_search search = {.typed = name};
    for (const verb *const *v = verbs; *v; v++)
        suggest_offer(&search, (*v)->name);
    if (search.best)
        message_plain("no such verb: %s; did you mean %s?", name, search.best);
    else
        message_plain("no such verb: %s; unpeg help lists them", name);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    argp_err_exit_status = EXIT_USAGE;
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
    return found ? found->run(found, argc - 1, argv + 1) : refuse(argv[1]);
}
