/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "request.h"
#include "unpeg/arm.h"
#include "unpeg/render.h"

enum { KEY_PREFIX = 0x200, KEY_MAX_TOTAL, KEY_DRY_RUN, KEY_JSON, NAME_BYTES = 1024 };

typedef struct sweep_request {
    request base; /* the first member: what the parser is given */
    unpeg_sweep_options options;
} sweep_request;

static const struct argp_option options[] = {
    {"prefix", KEY_PREFIX, "PREFIX", 0, "What the logs' names begin with (unpeg-); '' is any", 0},
    {"max-total", KEY_MAX_TOTAL, "SIZE", 0,
     "Also remove closed logs of this run, the oldest first, above SIZE together", 0},
    {"dry-run", 'n', NULL, 0, "Only say what would be done", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    sweep_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->options =
            (unpeg_sweep_options){.struct_size = sizeof r->options, .prefix = UNPEG_DEFAULT_PREFIX};
        return 0;
    case KEY_PREFIX:
        r->options.prefix = value;
        return 0;
    case KEY_MAX_TOTAL:
        if (!units_size(value, &r->options.max_total_bytes))
            return request_refuse(state, "--max-total: %s is no size; write 500M or 2G", value);
        return 0;
    case 'n':
        r->options.dry_run = true;
        return 0;
    case KEY_JSON:
        r->base.json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse};

static unpeg_status print_file(const sweep_request *r, const unpeg_sweep_file *file,
                               const unpeg_writer *out)
{
    char name[NAME_BYTES];
    char line[NAME_BYTES + 256];
    char who[32] = "";
    const char *what = unpeg_sweep_is_removal(file->reason) ? "removed" : "kept";
    unpeg_text_safe(unpeg_slice_of(file->name), name, sizeof name);
    if (r->options.dry_run && unpeg_sweep_is_removal(file->reason))
        what = "would remove";
    if (file->pid)
        snprintf(who, sizeof who, " (pid %d)", file->pid);
    else if (file->os_errno)
        snprintf(who, sizeof who, " (%s)", strerror(file->os_errno));
    int len = snprintf(line, sizeof line, "%s %s, %" PRIu64 " bytes: %s%s\n", what, name,
                       file->size_bytes, unpeg_sweep_reason_meaning(file->reason), who);
    return out->write(out->user, line, (size_t)len);
}

static unpeg_status print_files(const sweep_request *r, const unpeg_sweep *sweep,
                                const unpeg_writer *out)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < sweep->count && status == UNPEG_OK; i++)
        status = print_file(r, &sweep->files[i], out);
    return status;
}

static int print_sweep(const sweep_request *r, const unpeg_sweep *sweep)
{
    output out;
    bool failed = false;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    unpeg_status status =
        r->base.json ? unpeg_sweep_json(sweep, &out.writer) : print_files(r, sweep, &out.writer);
    failed = status != UNPEG_OK && !output_failed(&out);
    for (size_t i = 0; i < sweep->count; i++)
        failed = failed || sweep->files[i].reason == UNPEG_SWEEP_FAILED;
    return output_commit(&out) && !failed ? EXIT_DONE : EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    sweep_request r;
    unpeg_sweep *sweep;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.base);
    if (code >= 0)
        return code;
    if (r.base.operand_count != 1) {
        message_plain("sweep: one folder is swept; unpeg sweep DIR");
        return EXIT_USAGE;
    }
    r.options.dir = r.base.operands[0];
    if (unpeg_sweep_run(&r.options, &sweep, &error) != UNPEG_OK) {
        message_plain("sweep: %s", error.text);
        return error.status == UNPEG_NOT_FOUND ? EXIT_INPUT : EXIT_SYSTEM;
    }
    code = print_sweep(&r, sweep);
    unpeg_sweep_destroy(sweep);
    return code;
}

const verb sweep_verb = {
    .name = "sweep",
    .purpose = "remove logs of earlier runs, and nothing else",
    .usage = "[OPTIONS] DIR",
    .examples = "  unpeg sweep /var/tmp/v8\n"
                "      what went, what stayed, and why\n"
                "  unpeg sweep --dry-run --max-total 2G /var/tmp/v8\n"
                "      what would go, if logs of this run may fill two gigabytes\n",
    .notes = "Earlier is what was last written to before the launch that unpeg arm stamped.\n"
             "A log that a living process writes stays.\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
