/* SPDX-License-Identifier: MIT
 *
 * Sizes of parts, and what counts as proof.
 */
#include "proof.h"

#include "check.h"

#define MIB ((uint64_t)1 << 20)
#define A "0123456789abcdef0123456789abcdef"
#define B "00000000000000000000000000000000"

static void test_part_sizes(void **state)
{
    (void)state;
    static const struct {
        uint64_t object, part;
    } rows[] = {{0, 8 * MIB},
                {1, 8 * MIB},
                {PROOF_SINGLE_BYTES + 1, 8 * MIB},
                {9000 * 8 * MIB, 8 * MIB},
                {9000 * 8 * MIB + 1, 9 * MIB},
                {9000 * 100 * MIB, 100 * MIB},
                {5497558138880, 583 * MIB}}; /* 5 TiB, the largest object there is */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(proof_part_bytes(rows[i].object), rows[i].part);
        assert_true(rows[i].object / rows[i].part < UPLOAD_PARTS_MAX);
    }
}

static void test_outcomes(void **state)
{
    (void)state;
    static const struct {
        proof_sent sent;
        proof_seen seen;
        proof_outcome wanted;
    } rows[] = {{{.bytes = 5, .expected = A}, {200, true, 5, A, false}, PROOF_SAME},
                {{.bytes = 5, .expected = A}, {200, true, 5, A, true}, PROOF_SAME},
                {{.bytes = 5, .expected = A}, {200, true, 4, A, false}, PROOF_OTHER},
                {{.bytes = 5, .expected = A}, {200, false, 5, A, false}, PROOF_OTHER},
                {{.bytes = 5, .expected = A}, {200, true, 5, B, false}, PROOF_OTHER},
                {{.bytes = 5, .expected = A}, {200, true, 5, "", false}, PROOF_OTHER},
                /* What was told is no proof where the hash is known. */
                {{.bytes = 5, .expected = A, .told = B}, {200, true, 5, B, false}, PROOF_OTHER},
                {{.bytes = 5, .expected = A, .told = B, .opaque = true},
                 {200, true, 5, B, false},
                 PROOF_SAME},
                {{.bytes = 5, .expected = A, .told = B}, {200, true, 5, B, true}, PROOF_SAME},
                {{.bytes = 5, .expected = "", .told = B}, {200, true, 5, B, false}, PROOF_SAME},
                {{.bytes = 5, .expected = "", .told = ""}, {200, true, 5, "", false}, PROOF_OTHER},
                {{.bytes = 5, .expected = A, .told = "", .opaque = true},
                 {200, true, 5, "", true},
                 PROOF_OTHER},
                {{.bytes = 0, .expected = A}, {200, true, 0, A, false}, PROOF_SAME},
                {{.expected = A}, {404, true, 0, "", false}, PROOF_NOTHING},
                {{.expected = A}, {403, true, 0, A, false}, PROOF_HIDDEN},
                {{.expected = A}, {401, true, 0, A, false}, PROOF_HIDDEN},
                {{.expected = A}, {500, true, 0, A, false}, PROOF_UNKNOWN},
                {{.expected = A}, {206, true, 0, A, false}, PROOF_UNKNOWN},
                {{.expected = A}, {0, false, 0, "", false}, PROOF_UNKNOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (proof_compare(&rows[i].sent, &rows[i].seen) != rows[i].wanted)
            fail_msg("row %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_part_sizes),
                                       cmocka_unit_test(test_outcomes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
