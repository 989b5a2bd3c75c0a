/* SPDX-License-Identifier: MIT
 *
 * Node, started without any flag, pegged in a function that is known: recorded from outside. The
 * node of the PATH, or in a larger run all that UNPEG_NODES names, separated by colons.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "live_target.h"
#include "unpeg/live.h"
#include "unpeg/peg.h"

enum { SAMPLES = 100 };

static const char script[] = "function inner(n) { let s = 0; for (let i = 0; i < n; i++)"
                             " s += Math.sqrt(i) * i % 7; return s; }\n"
                             "function middle(x) { return inner(1000) + x; }\n"
                             "function spin() { let t = 0; for (;;) t += middle(t) % 3; }\n"
                             "console.log('ready');\n"
                             "spin();\n";

static const char *node_path(void)
{
    const char *nodes = getenv("UNPEG_NODES");
    return nodes && *nodes ? nodes : "node";
}

/* The next of a list that colons separate; false at its end. */
static bool next_node(const char **at, char *ret, size_t size)
{
    size_t len = strcspn(*at, ":");
    if (len == 0 || len >= size)
        return false;
    memcpy(ret, *at, len);
    ret[len] = '\0';
    *at += len + ((*at)[len] == ':');
    return true;
}

static bool has_node(const char *node)
{
    char command[1100];
    snprintf(command, sizeof command, "command -v '%s' >/dev/null", node);
    return system(command) == 0; /* NOLINT(cert-env33-c): a test's own words */
}

static bool on_path(const unpeg_profile *profile, const unpeg_peg *peg, const char *name,
                    uint32_t line)
{
    for (size_t i = 0; i < peg->path_count; i++) {
        const unpeg_frame *frame = unpeg_profile_frame(profile, peg->path[i].frame);
        if (unpeg_slice_equal(frame->name, unpeg_slice_of(name)) && frame->line == line)
            return true;
    }
    return false;
}

static void check_profile(const unpeg_profile *profile, const char *what)
{
    unpeg_peg *peg;
    const unpeg_recording *facts = &unpeg_profile_info_const(profile)->recording;
    print_message("%s: %d samples, %d incomplete, %d unnamed\n", what, (int)facts->samples,
                  (int)facts->incomplete, (int)facts->unnamed);
    assert_int_equal(facts->samples, SAMPLES);
    assert_true(facts->incomplete <= SAMPLES / 50);
    assert_true(facts->unnamed <= SAMPLES / 50);
    assert_int_equal(unpeg_peg_find(profile, NULL, &peg, NULL), UNPEG_OK);
    assert_true(on_path(profile, peg, "spin", 3));
    assert_true(on_path(profile, peg, "", 1));
    unpeg_peg_destroy(peg);
}

static void record(const live_target *target, unpeg_backend backend, const char *what)
{
    const unpeg_live_options options = {.struct_size = sizeof options,
                                        .pid = (int32_t)target->pid,
                                        .backend = backend,
                                        .max_samples = SAMPLES,
                                        .stopped_ppm = 1000000,
                                        .native_off = true};
    unpeg_profile *profile = NULL;
    unpeg_error error = {0};
    if (unpeg_live_record(&options, &profile, &error) != UNPEG_OK)
        fail_msg("%s: %s", what, error.text);
    check_profile(profile, what);
    unpeg_profile_destroy(profile);
}

static void each_node_by(unpeg_backend backend)
{
    const char *at = node_path();
    char node[1024];
    while (next_node(&at, node, sizeof node)) {
        live_target target;
        live_start(&target, (const char *[]){node, "-e", script, NULL});
        record(&target, backend, node);
        assert_int_equal(live_state(target.pid), 'R');
        kill(target.pid, SIGKILL);
        live_finish(&target);
    }
}

static void by_ptrace(void **state)
{
    (void)state;
    each_node_by(UNPEG_BACKEND_PTRACE);
}

static void by_perf(void **state)
{
    (void)state;
    each_node_by(UNPEG_BACKEND_PERF);
}

static void no_such_process(void **state)
{
    (void)state;
    const unpeg_live_options options = {.struct_size = sizeof options, .pid = INT32_MAX};
    unpeg_profile *profile = NULL;
    unpeg_error error = {0};
    assert_int_equal(unpeg_live_record(&options, &profile, &error), UNPEG_NOT_FOUND);
    assert_string_equal(error.text, "there is no process 2147483647");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_ptrace),
        cmocka_unit_test(by_perf),
        cmocka_unit_test(no_such_process),
    };
    const char *at = node_path();
    char node[1024];
    live_need(true);
    if (!next_node(&at, node, sizeof node) || !has_node(node)) {
        fprintf(stderr, "skipped: no node here\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
