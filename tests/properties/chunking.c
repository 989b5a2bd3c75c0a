/* SPDX-License-Identifier: MIT
 *
 * However a log is cut into pieces, the records, the counts and the places of damage are the same.
 */
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "hash.h"
#include "unpeg/log_parser.h"

/* Everything that can be told apart: a hash over all records, and the parser's own counts. */
typedef struct parse_outcome {
    uint64_t records;
    unpeg_log_counters counters;
    unpeg_damage damage;
} parse_outcome;

static unpeg_status hash_record(void *user, const unpeg_record *record)
{
    parse_outcome *outcome = user;
    uint64_t h = hash_bytes(record->row.data, record->row.len, outcome->records);
    h = hash_mix(h, record->line);
    h = hash_mix(h, record->offset);
    outcome->records = hash_mix(h, (uint64_t)record->kind << 1 | record->cut);
    return UNPEG_OK;
}

static void parse(const char *log, size_t len, size_t chunk, uint64_t wanted,
                  parse_outcome *outcome)
{
    unpeg_log_parser *parser;
    const unpeg_log_parser_options options = {.struct_size = sizeof options, .wanted = wanted};
    memset(outcome, 0, sizeof *outcome);
    assert_int_equal(unpeg_log_parser_create(&options, hash_record, outcome, &parser), UNPEG_OK);
    for (size_t at = 0; at < len; at += chunk)
        assert_int_equal(
            unpeg_log_parser_feed(parser, log + at, len - at < chunk ? len - at : chunk), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_OK);
    outcome->counters = *unpeg_log_parser_counters(parser);
    outcome->damage = *unpeg_log_parser_damage(parser);
    unpeg_log_parser_destroy(parser);
}

/* Small logs at every size, larger ones at fewer: the sum is what a test may take. */
static size_t next_chunk(size_t chunk, size_t len)
{
    size_t step = len < 400000 ? 1 : len < 2000000 ? 9 : 30;
    if (chunk + step <= 31)
        return chunk + step;
    return chunk < 4095 ? 4095 : chunk < 65537 ? 65537 : 0;
}

static void check_chunks(void *user, const char *name, const char *log, size_t len)
{
    static const uint64_t wanted[] = {UNPEG_RECORD_ALL,
                                      UNPEG_RECORD_MASK(UNPEG_RECORD_TICK) |
                                          UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_CREATION)};
    unsigned *logs = user;
    for (size_t w = 0; w < 2; w++) {
        parse_outcome whole;
        parse_outcome part;
        parse(log, len, len ? len : 1, wanted[w], &whole);
        for (size_t chunk = 1; chunk; chunk = next_chunk(chunk, len)) {
            parse(log, len, chunk, wanted[w], &part);
            if (memcmp(&part, &whole, sizeof whole) != 0)
                fail_msg("%s: chunks of %zu bytes differ", name, chunk);
        }
    }
    ++*logs;
}

static void any_chunking_gives_the_same_records(void **state)
{
    (void)state;
    unsigned logs = 0;
    fixture_walk(check_chunks, &logs);
    print_message("%u logs\n", logs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_chunking_gives_the_same_records)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
