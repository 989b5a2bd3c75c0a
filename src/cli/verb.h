/* SPDX-License-Identifier: MIT
 *
 * A verb of the command line: its name, its words, its options, and what it does.
 *
 *     const verb report_verb = {.name = "report", .purpose = "...", .argp = &report_argp, ...};
 *     const verb *found = verb_find("report");
 *     return found->run(found, argc, argv);
 *
 * Help, completions and the check of the man pages all read these tables.
 */
#ifndef UNPEG_CLI_VERB_H
#define UNPEG_CLI_VERB_H

#include <argp.h>

/* What a verb's operands are, for the completions. */
typedef enum verb_operands {
    VERB_OPERANDS_NONE,
    VERB_OPERANDS_LOGS,
    VERB_OPERANDS_VERBS,
    VERB_OPERANDS_SHELLS
} verb_operands;

typedef struct verb verb;

struct verb {
    const char *name;
    const char *purpose; /* one line, without a full stop */
    const char *usage;   /* behind "unpeg NAME " */
    /* lines of a command, each followed by an indented line of what it does */
    const char *examples;
    const char *notes; /* behind the options; NULL: none */
    verb_operands operands;
    /* options and children; parser is the verb's own */
    const struct argp *argp;
    /* argv[0] is the verb's name; returns the exit code */
    int (*run)(const verb *self, int argc, char **argv);
};

extern const verb annotate_verb;
extern const verb arm_verb;
extern const verb capture_verb;
extern const verb completion_verb;
extern const verb doctor_verb;
extern const verb drain_verb;
extern const verb dump_verb;
extern const verb fetch_verb;
extern const verb find_verb;
extern const verb help_verb;
extern const verb line_verb;
extern const verb list_verb;
extern const verb pick_verb;
extern const verb prof_process_verb;
extern const verb record_verb;
extern const verb report_verb;
extern const verb sweep_verb;
extern const verb top_verb;
extern const verb upload_verb;
extern const verb version_verb;

/* In the order in which help shows them; ends with NULL. */
extern const verb *const verbs[];

/* NULL if there is none of this name. */
const verb *verb_find(const char *name);

#endif
