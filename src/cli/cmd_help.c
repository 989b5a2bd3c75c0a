/* SPDX-License-Identifier: MIT
 *
 * The verbs that are about unpeg itself: help, version, completion.
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "exit_code.h"
#include "help.h"
#include "message.h"

static bool is_help(int argc, char **argv)
{
    return argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

static int run_help(const verb *self, int argc, char **argv)
{
    if (argc < 2) {
        help_print_overview(stdout);
        return EXIT_DONE;
    }
    const verb *asked = is_help(argc, argv) ? self : verb_find(argv[1]);
    if (!asked) {
        message_plain("no such verb: %s; unpeg help lists them", argv[1]);
        return EXIT_USAGE;
    }
    help_print(asked, stdout);
    return EXIT_DONE;
}

static int run_version(const verb *self, int argc, char **argv)
{
    if (is_help(argc, argv))
        help_print(self, stdout);
    else
        printf("unpeg %s\n", UNPEG_VERSION);
    return EXIT_DONE;
}

static int run_completion(const verb *self, int argc, char **argv)
{
    if (is_help(argc, argv)) {
        help_print(self, stdout);
        return EXIT_DONE;
    }
    if (argc == 2 && completion_print(argv[1], stdout))
        return EXIT_DONE;
    message_plain("completion wants one of: bash, zsh, fish");
    return EXIT_USAGE;
}

extern const verb help_verb, version_verb, completion_verb;

const verb help_verb = {.name = "help",
                        .purpose = "what unpeg can do, or what a verb does",
                        .usage = "[VERB]",
                        .operands = VERB_OPERANDS_VERBS,
                        .run = run_help};

const verb version_verb = {
    .name = "version", .purpose = "which version this is", .usage = "", .run = run_version};

const verb completion_verb = {
    .name = "completion",
    .purpose = "a completion script for a shell",
    .usage = "bash|zsh|fish",
    .examples = "  unpeg completion bash > /etc/bash_completion.d/unpeg\n"
                "  unpeg completion fish > ~/.config/fish/completions/unpeg.fish\n",
    .operands = VERB_OPERANDS_SHELLS,
    .run = run_completion,
};
