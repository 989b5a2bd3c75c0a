/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "request.h"
#include "units.h"
#include "unpeg/process.h"

enum { KEY_JSON = 0x200 };

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0}, {0}};

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    (void)value;
    if (key != KEY_JSON)
        return ARGP_ERR_UNKNOWN;
    r->json = true;
    return 0;
}

static const struct argp argp = {.options = options, .parser = parse};

static int print(const request *r, const unpeg_doctor *doctor)
{
    output out;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    unpeg_status status =
        r->json ? unpeg_doctor_json(doctor, &out.writer) : unpeg_doctor_text(doctor, &out.writer);
    bool whole = status == UNPEG_OK || output_failed(&out);
    if (!output_commit(&out) || !whole)
        return EXIT_SYSTEM;
    bool able = doctor->pid == 0 || (doctor->can_read && (doctor->can_stop || doctor->can_perf));
    return able ? EXIT_DONE : EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    request r;
    unpeg_doctor doctor;
    unpeg_error error = {0};
    uint64_t pid = 0;
    int code = request_read(self, argc, argv, &r);
    if (code >= 0)
        return code;
    if (r.operand_count > 1 || (r.operand_count == 1 && (!units_count(r.operands[0], &pid) ||
                                                         pid == 0 || pid > INT32_MAX))) {
        message_plain("doctor: %s is no process; unpeg doctor [PID]",
                      r.operands[r.operand_count - 1]);
        return EXIT_USAGE;
    }
    if (unpeg_doctor_look((int32_t)pid, &doctor, &error) != UNPEG_OK) {
        message_plain("doctor: %s", error.text);
        return EXIT_SYSTEM;
    }
    return print(&r, &doctor);
}

const verb doctor_verb = {
    .name = "doctor",
    .purpose = "what can be seen of a process from here, and what forbids it",
    .usage = "[OPTIONS] [PID]",
    .examples = "  unpeg doctor 4711\n"
                "      rights, symbols and V8 of a process\n"
                "  unpeg doctor\n"
                "      this machine alone\n",
    .notes = "Each thing that is in the way comes with its cause and a remedy.\n"
             "The exit code is 5 when the process cannot be looked at.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
