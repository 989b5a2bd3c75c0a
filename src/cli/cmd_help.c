/* SPDX-License-Identifier: MIT
 *
 * The verbs that are about unpeg itself: help, version, completion.
 */
#include <stdio.h>

#include "completion.h"
#include "exit_code.h"
#include "help.h"
#include "message.h"
#include "unpeg/unpeg.h"
#include "words.h"

/* How many operands there are, in argv[1]...; -1, with *ret_code, when the verb is done. */
static int take_operands(const verb *self, int argc, char **argv, int *ret_code)
{
    words_result words = words_check(self, argc, argv);
    *ret_code = words == WORDS_WRONG ? EXIT_USAGE : EXIT_DONE;
    if (words == WORDS_HELP)
        help_print(self, stdout);
    return words == WORDS_FINE ? argc - 1 : -1;
}

static int refuse(const verb *self)
{
    message_plain("%s: usage is unpeg %s%s%s", self->name, self->name, *self->usage ? " " : "",
                  self->usage);
    return EXIT_USAGE;
}

static int run_help(const verb *self, int argc, char **argv)
{
    int code;
    int count = take_operands(self, argc, argv, &code);
    if (count == 0)
        help_print_overview(stdout);
    if (count <= 0)
        return code;
    const verb *asked = verb_find(argv[1]);
    if (!asked) {
        message_plain("help: no verb %s; unpeg help lists them", argv[1]);
        return EXIT_USAGE;
    }
    if (count > 1)
        return refuse(self);
    help_print(asked, stdout);
    return EXIT_DONE;
}

static int run_version(const verb *self, int argc, char **argv)
{
    int code;
    int count = take_operands(self, argc, argv, &code);
    if (count > 0)
        return refuse(self);
    if (count == 0)
        printf("unpeg %s\n", UNPEG_VERSION);
    return code;
}

static int run_completion(const verb *self, int argc, char **argv)
{
    int code;
    int count = take_operands(self, argc, argv, &code);
    if (count < 0)
        return code;
    return count == 1 && completion_print(argv[1], stdout) ? EXIT_DONE : refuse(self);
}

const verb help_verb, version_verb, completion_verb;

const verb help_verb = {.name = "help",
                        .purpose = "what unpeg can do, or what a verb does",
                        .usage = "[VERB]",
                        .examples = "  unpeg help report\n      the same as unpeg report --help\n",
                        .operands = VERB_OPERANDS_VERBS,
                        .run = run_help};

const verb version_verb = {.name = "version",
                           .purpose = "which version this is",
                           .usage = "",
                           .examples = "  unpeg version\n      the same as unpeg --version\n",
                           .run = run_version};

const verb completion_verb = {
    .name = "completion",
    .purpose = "a completion script for a shell",
    .usage = "bash|zsh|fish",
    .examples = "  unpeg completion bash > /etc/bash_completion.d/unpeg\n"
                "      for everybody on this machine\n"
                "  unpeg completion zsh > \"${fpath[1]}/_unpeg\"\n"
                "      then start a new shell\n"
                "  unpeg completion fish > ~/.config/fish/completions/unpeg.fish\n"
                "      for yourself\n",
    .operands = VERB_OPERANDS_SHELLS,
    .run = run_completion,
};
