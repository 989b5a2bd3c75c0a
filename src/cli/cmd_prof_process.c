/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "exit_code.h"
#include "help.h"
#include "load.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "unpeg/prof_process.h"
#include "unpeg/prof_view.h"

/* For the help only: the words are taken apart the way the reference does it. */
static const struct argp_option options[] = {
    {"strict", 0x100, NULL, 0, "Exactly what Node 26 prints, defects included", 0},
    {"sysroot", 0x101, "DIR", 0, "Look for the logged libraries under DIR", 0},
    {"debug-dir", 0x102, "DIR", 0, "Look for debug files under DIR (/usr/lib/debug)", 0},
    {"no-symbols", 0x103, NULL, 0, "Name libraries, not the functions in them", 0},
    {"output", 0x104, "FILE", 0, "Write to FILE, whole or not at all", 0},
    {"js", 'j', NULL, 0, "Only ticks in JavaScript", 1},
    {"gc", 'g', NULL, 0, "Only ticks in garbage collection", 1},
    {"parser", 'p', NULL, 0, "Only ticks in the parser", 1},
    {"bytecode-compiler", 'b', NULL, 0, "Only ticks in the bytecode compiler", 1},
    {"compiler", 'c', NULL, 0, "Only ticks in the compiler", 1},
    {"other", 'o', NULL, 0, "Only ticks in state other", 1},
    {"external", 'e', NULL, 0, "Only ticks in state external", 1},
    {"no-idle", 0x10f, NULL, 0, "No ticks in state idle", 1},
    {"call-graph-size", 0x110, "N", 0, "Levels of callers in the bottom-up profile (5)", 2},
    {"ignore-unknown", 0x111, NULL, 0, "Leave unaccounted ticks out of the percentages", 2},
    {"separate-ic", 0x112, "BOOL", 0, "Keep inline caches apart (true)", 2},
    {"separate-bytecodes", 0x113, "BOOL", 0, "Keep bytecode handlers apart (false)", 2},
    {"separate-builtins", 0x114, "BOOL", 0, "Keep builtins apart (true)", 2},
    {"separate-stubs", 0x115, "BOOL", 0, "Keep stubs apart (true)", 2},
    {"range", 0x116, "A,B", 0, "Only from A to B, in milliseconds", 2},
    {"only-summary", 0x117, NULL, 0, "Only the summary", 2},
    {"timed-range", 0x118, NULL, 0, "Only between the first and the last current-time row", 2},
    {"pairwise-timed-range", 0x119, NULL, 0, "Only between current-time rows 1 and 2, 3 and 4...",
     2},
    {"filter-runtime-timer", 0x11a, "NAME", 0, "Only while this runtime timer is active", 2},
    {"preprocess", 0x11b, NULL, 0, "JSON of code, functions, ticks and scripts", 2},
    {"serialize-vm-symbols", 0x11c, NULL, 0, "JSON of the libraries' symbols", 2},
    {0}};

static const struct argp argp = {.options = options};

/* The words of this program among those of the reference. */
typedef struct own_words {
    request wanted;
    bool strict;
    int rest_count;
    char **rest; /* owned; the words are argv's */
} own_words;

static bool take_value(const char *word, const char *name, const char **ret)
{
    size_t len = strlen(name);
    if (strncmp(word, name, len) != 0 || word[len] != '=')
        return false;
    *ret = word + len + 1;
    return true;
}

/* Names for options of the reference that have only letters. */
static char *spelled_as_reference(char *word)
{
    static char parser[] = "-p";
    static char bytecode_compiler[] = "-b";
    static char no_idle[] = "-ni";
    if (strcmp(word, "--parser") == 0)
        return parser;
    if (strcmp(word, "--bytecode-compiler") == 0)
        return bytecode_compiler;
    return strcmp(word, "--no-idle") == 0 ? no_idle : word;
}

static bool take_own_word(own_words *own, const char *word)
{
    if (strcmp(word, "--strict") == 0)
        own->strict = true;
    else if (strcmp(word, "--no-symbols") == 0)
        own->wanted.no_symbols = true;
    else
        return take_value(word, "--sysroot", &own->wanted.sysroot) ||
               take_value(word, "--debug-dir", &own->wanted.debug_dir) ||
               take_value(word, "--output", &own->wanted.output);
    return true;
}

static void on_warning(void *user, uint64_t line, const char *text)
{
    const unpeg_prof_options *o = user;
    unpeg_error error = {.line = line};
    unpeg_error_set(&error, UNPEG_SYNTAX, "%s", text);
    message_about(o->path, &error, NULL);
}

/* Rows that a profile does not hold, or files that are the reference's own. */
static bool needs_reference(const unpeg_prof_options *o)
{
    return o->preprocess || o->serialize_vm_symbols || o->timed_range || o->pairwise_timed_range ||
           o->runtime_timer;
}

/* The bytes as they are, for those who want what the reference makes of them. */
static unpeg_status keep_bytes(unpeg_source *source, const char *path, unpeg_error *error)
{
    bool is_file = unpeg_source_size(source) != 0;
    if (is_file && !unpeg_source_can_seek(source))
        message_plain(
            "%s: compressed or UTF-16, which node --prof-process cannot read, and neither does "
            "--strict; unpack it first",
            path);
    return unpeg_source_make_verbatim(source, error);
}

static unpeg_status print_by_reference(const own_words *own, const unpeg_prof_options *o,
                                       output *out, unpeg_error *error)
{
    unpeg_source *source;
    unpeg_reference *reference = NULL;
    unpeg_status status = unpeg_source_open(o->path, &source, error);
    if (status != UNPEG_OK)
        return status;
    load_heed_signals(source);
    if (own->strict)
        status = keep_bytes(source, o->path, error);
    if (status == UNPEG_OK)
        status = unpeg_reference_run(o, source, &reference, error);
    if (status == UNPEG_OK)
        status = unpeg_reference_print(reference, &out->writer, error);
    unpeg_reference_destroy(reference);
    unpeg_source_close(source);
    return status;
}

static unpeg_status print_by_profile(const request *wanted, const unpeg_prof_options *o,
                                     output *out, unpeg_error *error)
{
    unpeg_profile *profile;
    unpeg_prof_view *view;
    unpeg_status status = load_log(wanted, o->path, &profile, error);
    if (status != UNPEG_OK)
        return status;
    status = unpeg_prof_view_create(profile, o, &view, error);
    if (status == UNPEG_OK) {
        status = unpeg_prof_report_print(unpeg_prof_view_report(view), &out->writer);
        unpeg_prof_view_destroy(view);
    }
    unpeg_profile_destroy(profile);
    return status;
}

static int print(const own_words *own, const unpeg_prof_options *o)
{
    output out;
    unpeg_error error = {.status = UNPEG_OK};
    if (!output_open(&out, own->wanted.output))
        return EXIT_SYSTEM;
    if (!own->strict && needs_reference(o))
        message_plain(
            "this option is answered by the rules of node --prof-process, as --strict is");
    unpeg_status status = own->strict || needs_reference(o)
                              ? print_by_reference(own, o, &out, &error)
                              : print_by_profile(&own->wanted, o, &out, &error);
    if (status == UNPEG_OK || output_failed(&out))
        return output_commit(&out) ? EXIT_DONE : EXIT_SYSTEM;
    output_discard(&out);
    message_about(o->path, &error, message_advice(status));
    return load_exit_code(status);
}

/* What was wrong with the words: the likeliest slip, or what the parser of the reference says. */
static void explain(const verb *self, const own_words *own, const unpeg_error *error)
{
    for (int i = 0; i < own->rest_count; i++) {
        const char *word = own->rest[i];
        if (strcmp(word, "--sysroot") == 0 || strcmp(word, "--debug-dir") == 0 ||
            strcmp(word, "--output") == 0) {
            message_plain("%s: %s wants a value behind =, as in %s=PATH", self->name, word, word);
            return;
        }
    }
    message_plain("%s: %s; unpeg %s --help lists them", self->name, error->text, self->name);
}

static int parse_and_print(const verb *self, own_words *own)
{
    unpeg_prof_options o;
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_prof_options_init(&o);
    if (unpeg_prof_options_parse(own->rest_count, own->rest, &o, &error) != UNPEG_OK) {
        explain(self, own, &error);
        return EXIT_USAGE;
    }
    if (!o.path) {
        message_plain(
            "prof-process: no log named; unpeg prof-process FILE, or - for standard input");
        return EXIT_USAGE;
    }
    o.on_warning = on_warning;
    o.warning_user = &o;
    return print(own, &o);
}

static int run(const verb *self, int argc, char **argv)
{
    own_words own = {.rest = calloc((size_t)argc + 1, sizeof *own.rest)};
    if (!own.rest)
        return EXIT_SYSTEM;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help_print(self, stdout);
            free(own.rest);
            return EXIT_DONE;
        }
        if (!take_own_word(&own, argv[i]))
            own.rest[own.rest_count++] = spelled_as_reference(argv[i]);
    }
    int code = parse_and_print(self, &own);
    free(own.rest);
    return stop_exit_code(code);
}

const verb prof_process_verb = {
    .name = "prof-process",
    .purpose = "what node --prof-process prints, with right attribution",
    .usage = "[OPTIONS] LOG",
    .examples = "  unpeg prof-process isolate-0x3d35e4c0-14009-v8.log\n"
                "      the report one knows, in a tenth of a second\n"
                "  unpeg prof-process -j --call-graph-size=10 v8.log\n"
                "      only JavaScript, ten levels of callers\n"
                "  unpeg prof-process --strict v8.log\n"
                "      byte for byte what Node 26 prints\n",
    .notes = "Options are taken as node --prof-process takes them: before the log, values\n"
             "behind =, the last one wins. Without a value the separate options mean false.\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
