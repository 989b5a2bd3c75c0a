/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "js_number.h"
#include "unpeg/prof_process.h"

/* What an option's value becomes. */
typedef enum setting {
    SET_STATE,
    SET_HIDDEN_STATE,
    SET_BOOL, /* true only for "true" and "1", so that the bare option is false */
    SET_FLAG, /* any value but the empty one is true, also "false" */
    SET_TEXT,
    SET_TIMER,
    SET_LEVELS,
    SET_RANGE,
    SET_DISTORTION,
    SET_PLATFORM,
    SET_SOURCE_MAP,
    SET_NOTHING,
} setting;

typedef struct option_rule {
    const char *name, *alias;
    setting set;
    size_t member;       /* offset in the options, of BOOL, FLAG and TEXT */
    const char *missing; /* the value of the option without one */
    const char *help;
} option_rule;

#define MEMBER(name) offsetof(unpeg_prof_options, name)

static const option_rule RULES[] = {
    {"-j", "--js", SET_STATE, 0, "0", "only ticks in JavaScript"},
    {"-g", "--gc", SET_STATE, 0, "1", "only ticks in garbage collection"},
    {"-p", NULL, SET_STATE, 0, "2", "only ticks in the parser"},
    {"-b", NULL, SET_STATE, 0, "3", "only ticks in the bytecode compiler"},
    {"-c", "--compiler", SET_STATE, 0, "4", "only ticks in the compilers"},
    {"-o", "--other", SET_STATE, 0, "5", "only ticks in the rest of V8"},
    {"-e", "--external", SET_STATE, 0, "6", "only ticks in external callbacks"},
    {"-ni", NULL, SET_HIDDEN_STATE, 0, "8", "no ticks that are idle"},
    {"--filter-runtime-timer", NULL, SET_TIMER, 0, NULL, "only ticks under this runtime timer"},
    {"--call-graph-size", NULL, SET_LEVELS, 0, "5", "levels of callers in the bottom-up tree"},
    {"--ignore-unknown", NULL, SET_FLAG, MEMBER(ignore_unknown), "1",
     "leave unaccounted ticks out of the percentages"},
    {"--separate-ic", NULL, SET_BOOL, MEMBER(separate_ic), "", "show inline caches (true)"},
    {"--separate-bytecodes", NULL, SET_BOOL, MEMBER(separate_bytecodes), "",
     "show bytecode handlers (false)"},
    {"--separate-builtins", NULL, SET_BOOL, MEMBER(separate_builtins), "", "show builtins (true)"},
    {"--separate-stubs", NULL, SET_BOOL, MEMBER(separate_stubs), "", "show stubs (true)"},
    {"--separate-sparkplug-handlers", NULL, SET_NOTHING, 0, "", "accepted, without effect"},
    {"--linux", NULL, SET_PLATFORM, 0, "linux", "the log is of Linux"},
    {"--windows", NULL, SET_PLATFORM, 0, "windows", "the log is of Windows"},
    {"--mac", NULL, SET_PLATFORM, 0, "macos", "the log is of macOS"},
    {"--nm", NULL, SET_TEXT, MEMBER(nm), "nm", "program that lists symbols"},
    {"--objdump", NULL, SET_TEXT, MEMBER(objdump), "objdump", "program that lists sections"},
    {"--readelf", NULL, SET_TEXT, MEMBER(readelf), "readelf", "program that prints build ids"},
    {"--target", NULL, SET_TEXT, MEMBER(target), "", "folder of the target's libraries"},
    {"--apk-embedded-library", NULL, SET_TEXT, MEMBER(apk_embedded_library), "",
     "library to take for an .apk"},
    {"--range", NULL, SET_RANGE, 0, "auto,auto", "only ticks from START,END in milliseconds"},
    {"--distortion", NULL, SET_DISTORTION, 0, "0", "cost of a row in picoseconds"},
    {"--source-map", NULL, SET_SOURCE_MAP, 0, NULL, "not supported, in Node 26 neither"},
    {"--timed-range", NULL, SET_FLAG, MEMBER(timed_range), "1",
     "only ticks between the first and the last Date.now()"},
    {"--pairwise-timed-range", "--ptr", SET_FLAG, MEMBER(pairwise_timed_range), "1",
     "only ticks between pairs of Date.now()"},
    {"--only-summary", NULL, SET_FLAG, MEMBER(only_summary), "1", "print the summary alone"},
    {"--serialize-vm-symbols", NULL, SET_FLAG, MEMBER(serialize_vm_symbols), "1",
     "print symbols as JSON"},
    {"--preprocess", NULL, SET_FLAG, MEMBER(preprocess), "1", "print everything as JSON"},
    {"--use-bigint-addresses", "--bigint-addresses", SET_FLAG, MEMBER(use_bigint_addresses), "1",
     "read addresses exactly"},
};

enum { RULE_COUNT = sizeof RULES / sizeof *RULES };

void unpeg_prof_options_init(unpeg_prof_options *ret)
{
    *ret = (unpeg_prof_options){
        .struct_size = sizeof *ret,
        .caller_levels = 5,
        .separate_ic = true,
        .separate_builtins = true,
        .separate_stubs = true,
        .range_start_us = -(double)INFINITY,
        .range_end_us = (double)INFINITY,
        .target = "",
        .nm = "nm",
        .objdump = "objdump",
        .readelf = "readelf",
        .apk_embedded_library = "",
        .log_name = "v8.log",
    };
}

/* ---- Values ---- */

static void set_levels(unpeg_prof_options *options, const char *value)
{
    double levels = ceil(js_to_number(unpeg_slice_of(value)));
    options->caller_levels = 0; /* also for what is no number */
    if (levels >= (double)UINT32_MAX)
        options->caller_levels = UINT32_MAX;
    else if (levels > 0)
        options->caller_levels = (uint32_t)levels;
}

/* START,END in milliseconds; an end that is no number is open. */
static void set_range(unpeg_prof_options *options, const char *value)
{
    const char *comma = strchr(value, ',');
    unpeg_slice first = unpeg_slice_of(value);
    unpeg_slice last = {"", 0};
    if (comma != NULL) {
        first.len = (size_t)(comma - value);
        last = unpeg_slice_of(comma + 1);
    }
    double start = js_parse_int(first, 0);
    double end = js_parse_int(last, 0);
    options->range_start_us = isnan(start) ? -(double)INFINITY : start * 1000;
    options->range_end_us = isnan(end) ? (double)INFINITY : end * 1000;
}

/* Picoseconds become nanoseconds in the reference, which takes them off microseconds. */
static void set_distortion(unpeg_prof_options *options, const char *value)
{
    double picoseconds = js_parse_int(unpeg_slice_of(value), 0);
    options->distortion_us = isnan(picoseconds) ? 0 : picoseconds / 1000;
}

static unpeg_status set_platform(unpeg_prof_options *options, const char *value, unpeg_error *error)
{
    static const char *const NAMES[] = {"linux", "macos", "windows"};
    for (int i = 0; i < 3; i++)
        if (strcmp(value, NAMES[i]) == 0) {
            options->platform = (unpeg_prof_platform)i;
            return UNPEG_OK;
        }
    return unpeg_error_set(error, UNPEG_ARGUMENT, "unknown platform %.40s", value);
}

static void set_state(bool *has, double *state, const char *value)
{
    *has = true;
    *state = js_to_number(unpeg_slice_of(value));
}

static unpeg_status set_value(unpeg_prof_options *options, const option_rule *rule,
                              const char *value, unpeg_error *error)
{
    void *member = (char *)options + rule->member;
    switch (rule->set) {
    case SET_STATE:
        set_state(&options->has_state, &options->state, value);
        break;
    case SET_HIDDEN_STATE:
        set_state(&options->has_hidden_state, &options->hidden_state, value);
        break;
    case SET_BOOL:
        *(bool *)member = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
        break;
    case SET_FLAG:
        *(bool *)member = value[0] != '\0';
        break;
    case SET_TEXT:
        *(const char **)member = value;
        break;
    case SET_TIMER:
        options->runtime_timer = value;
        break;
    case SET_LEVELS:
        set_levels(options, value);
        break;
    case SET_RANGE:
        set_range(options, value);
        break;
    case SET_DISTORTION:
        set_distortion(options, value);
        break;
    case SET_PLATFORM:
        return set_platform(options, value, error);
    case SET_SOURCE_MAP:
        if (value != NULL && value[0] != '\0')
            return unpeg_error_set(error, UNPEG_UNSUPPORTED, "source maps are not supported");
        break;
    case SET_NOTHING:
        break;
    }
    return UNPEG_OK;
}

/* ---- Arguments ---- */

static bool is_named(const char *name, const char *text, size_t len)
{
    return name != NULL && strlen(name) == len && memcmp(name, text, len) == 0;
}

static const option_rule *find_rule(const char *text, size_t len)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (is_named(RULES[i].name, text, len) || is_named(RULES[i].alias, text, len))
            return &RULES[i];
    return NULL;
}

static unpeg_status parse_option(unpeg_prof_options *options, const char *argument,
                                 unpeg_error *error)
{
    const char *equals = strchr(argument, '=');
    size_t len = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    const option_rule *rule = find_rule(argument, len);
    if (rule == NULL)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "unknown option %.100s", argument);
    return set_value(options, rule, equals != NULL ? equals + 1 : rule->missing, error);
}

unpeg_status unpeg_prof_options_parse(int argc, char *const *argv, unpeg_prof_options *ret,
                                      unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    unpeg_prof_options_init(ret);
    if (argc > 0)
        ret->path = argv[argc - 1];
    for (int i = 0; i < argc && status == UNPEG_OK; i++) {
        if (argv[i][0] != '-' || argv[i][1] == '\0')
            ret->log_name = argv[i];
        else
            status = parse_option(ret, argv[i], error);
    }
    return status;
}

unpeg_status unpeg_prof_options_usage(const unpeg_writer *out)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < RULE_COUNT && status == UNPEG_OK; i++) {
        const option_rule *rule = &RULES[i];
        char names[64];
        char line[200];
        snprintf(names, sizeof names, "%s%s%s", rule->name, rule->alias != NULL ? ", " : "",
                 rule->alias != NULL ? rule->alias : "");
        int len = snprintf(line, sizeof line, "  %-42s %s\n", names, rule->help);
        status = out->write(out->user, line, (size_t)len);
    }
    return status;
}
