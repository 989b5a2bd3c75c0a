/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "text_sink.h"
#include "unpeg/prof_process.h"

static char words_buffer[400];

/* Parses words with single spaces between; the status is as given. */
static unpeg_prof_options parse(const char *text, unpeg_status want)
{
    char *words[16];
    int count = 0;
    unpeg_prof_options options;
    unpeg_error error = {.status = UNPEG_OK};
    snprintf(words_buffer, sizeof words_buffer, "%s", text);
    for (char *rest, *word = strtok_r(words_buffer, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    unpeg_status status = unpeg_prof_options_parse(count, words, &options, &error);
    assert_int_equal(status, want);
    assert_int_equal(error.status, want);
    return options;
}

static bool is(double a, double b)
{
    return a <= b && a >= b;
}

static void defaults_are_those_of_the_reference(void **state)
{
    unpeg_prof_options options = parse("x.log", UNPEG_OK);
    (void)state;
    assert_int_equal(options.struct_size, sizeof options);
    assert_string_equal(options.path, "x.log");
    assert_string_equal(options.log_name, "x.log");
    assert_false(options.has_state || options.has_hidden_state || options.ignore_unknown);
    assert_true(options.separate_ic && options.separate_builtins && options.separate_stubs);
    assert_false(options.separate_bytecodes || options.timed_range || options.preprocess);
    assert_int_equal(options.caller_levels, 5);
    assert_true(isinf(options.range_start_us) && options.range_start_us < 0);
    assert_true(isinf(options.range_end_us) && options.range_end_us > 0);
    assert_string_equal(options.nm, "nm");
    options = parse("", UNPEG_OK);
    assert_null(options.path);
    assert_string_equal(options.log_name, "v8.log");
}

static void the_last_argument_is_the_path(void **state)
{
    unpeg_prof_options options = parse("a.log -j", UNPEG_OK);
    (void)state;
    assert_string_equal(options.path, "-j");
    assert_string_equal(options.log_name, "a.log");
    options = parse("a.log b.log -", UNPEG_OK);
    assert_string_equal(options.path, "-");
    assert_string_equal(options.log_name, "-");
}

static void states_take_any_number(void **state)
{
    (void)state;
    assert_true(is(parse("-j x", UNPEG_OK).state, 0));
    assert_true(is(parse("--gc x", UNPEG_OK).state, 1));
    assert_true(is(parse("-p -b x", UNPEG_OK).state, 3));
    assert_true(is(parse("--compiler x", UNPEG_OK).state, 4));
    assert_true(is(parse("-o --external x", UNPEG_OK).state, 6));
    assert_true(is(parse("-j=0x6 x", UNPEG_OK).state, 6));
    assert_true(is(parse("-e= x", UNPEG_OK).state, 0));
    assert_true(isnan(parse("-e=abc x", UNPEG_OK).state));
    assert_true(is(parse("-ni x", UNPEG_OK).hidden_state, 8));
    assert_true(is(parse("-ni=5 x", UNPEG_OK).hidden_state, 5));
    assert_false(parse("-ni x", UNPEG_OK).has_state);
}

static void only_true_and_1_are_true(void **state)
{
    (void)state;
    assert_false(parse("--separate-ic x", UNPEG_OK).separate_ic);
    assert_false(parse("--separate-builtins=yes x", UNPEG_OK).separate_builtins);
    assert_true(parse("--separate-stubs=0 --separate-stubs=1 x", UNPEG_OK).separate_stubs);
    assert_true(parse("--separate-bytecodes=true x", UNPEG_OK).separate_bytecodes);
    assert_true(parse("--separate-sparkplug-handlers x", UNPEG_OK).separate_ic);
}

static void flags_are_true_unless_empty(void **state)
{
    (void)state;
    assert_true(parse("--ignore-unknown x", UNPEG_OK).ignore_unknown);
    assert_true(parse("--ignore-unknown=false x", UNPEG_OK).ignore_unknown);
    assert_false(parse("--ignore-unknown --ignore-unknown= x", UNPEG_OK).ignore_unknown);
    assert_true(parse("--ptr x", UNPEG_OK).pairwise_timed_range);
    assert_true(parse("--timed-range x", UNPEG_OK).timed_range);
    assert_true(parse("--only-summary x", UNPEG_OK).only_summary);
    assert_true(parse("--serialize-vm-symbols x", UNPEG_OK).serialize_vm_symbols);
    assert_true(parse("--preprocess x", UNPEG_OK).preprocess);
    assert_true(parse("--bigint-addresses x", UNPEG_OK).use_bigint_addresses);
}

static void values_are_read_as_javascript_does(void **state)
{
    (void)state;
    assert_int_equal(parse("--call-graph-size=10 x", UNPEG_OK).caller_levels, 10);
    assert_int_equal(parse("--call-graph-size=1.5 x", UNPEG_OK).caller_levels, 2);
    assert_int_equal(parse("--call-graph-size=-3 x", UNPEG_OK).caller_levels, 0);
    assert_int_equal(parse("--call-graph-size=x x", UNPEG_OK).caller_levels, 0);
    assert_int_equal(parse("--call-graph-size=1e99 x", UNPEG_OK).caller_levels, UINT32_MAX);
    assert_int_equal(parse("--call-graph-size=2 --call-graph-size x", UNPEG_OK).caller_levels, 5);
    assert_true(is(parse("--distortion=500 x", UNPEG_OK).distortion_us, 0.5));
    assert_true(is(parse("--distortion=x x", UNPEG_OK).distortion_us, 0));
    assert_string_equal(parse("--filter-runtime-timer=A=B x", UNPEG_OK).runtime_timer, "A=B");
    assert_null(parse("--filter-runtime-timer=A --filter-runtime-timer x", UNPEG_OK).runtime_timer);
    assert_string_equal(parse("--nm=/bin/true --target=/t x", UNPEG_OK).target, "/t");
    assert_int_equal(parse("--mac x", UNPEG_OK).platform, UNPEG_PROF_MAC);
    assert_int_equal(parse("--mac --linux=windows x", UNPEG_OK).platform, UNPEG_PROF_WINDOWS);
}

static void ranges_may_be_open(void **state)
{
    unpeg_prof_options options = parse("--range=5,1000x x", UNPEG_OK);
    (void)state;
    assert_true(is(options.range_start_us, 5000) && is(options.range_end_us, 1000000));
    options = parse("--range=7 x", UNPEG_OK);
    assert_true(is(options.range_start_us, 7000) && isinf(options.range_end_us));
    options = parse("--range=auto,7,8 x", UNPEG_OK);
    assert_true(isinf(options.range_start_us) && is(options.range_end_us, 7000));
    options = parse("--range=7,8 --range= x", UNPEG_OK);
    assert_true(isinf(options.range_start_us) && isinf(options.range_end_us));
}

static void what_is_not_known_fails(void **state)
{
    (void)state;
    parse("--nonsense x", UNPEG_ARGUMENT);
    parse("-jj x", UNPEG_ARGUMENT);
    parse("--separate-i x", UNPEG_ARGUMENT);
    parse("--linux=amiga x", UNPEG_ARGUMENT);
    parse("--source-map=m.json x", UNPEG_UNSUPPORTED);
    parse("--source-map= --source-map x", UNPEG_OK);
}

static void usage_has_every_option(void **state)
{
    static const char *const NAMES[] = {"-j, --js", "-ni", "--pairwise-timed-range, --ptr",
                                        "--use-bigint-addresses, --bigint-addresses",
                                        "--apk-embedded-library"};
    text_sink sink = {0};
    unpeg_writer out = text_sink_writer(&sink);
    (void)state;
    assert_int_equal(unpeg_prof_options_usage(&out), UNPEG_OK);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_non_null(strstr(sink.text, NAMES[i]));
    text_sink_free(&sink);
    sink.fails_at = 100;
    assert_int_equal(unpeg_prof_options_usage(&out), UNPEG_OS);
    text_sink_free(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_reference),
        cmocka_unit_test(the_last_argument_is_the_path),
        cmocka_unit_test(states_take_any_number),
        cmocka_unit_test(only_true_and_1_are_true),
        cmocka_unit_test(flags_are_true_unless_empty),
        cmocka_unit_test(values_are_read_as_javascript_does),
        cmocka_unit_test(ranges_may_be_open),
        cmocka_unit_test(what_is_not_known_fails),
        cmocka_unit_test(usage_has_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
