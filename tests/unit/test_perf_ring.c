/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "check.h"
#include "perf_ring.h"
#include "stop_histogram.h"

enum { RING_BYTES = 4096 };

static unsigned char ring_bytes[RING_BYTES];
static unsigned char record_bytes[PERF_RECORD_BYTES_MAX];

static void put(uint64_t at, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ring_bytes[(at + i) % RING_BYTES] = ((const unsigned char *)bytes)[i];
}

/* A record of a header and words that count up. */
static uint64_t put_record(uint64_t at, uint32_t type, uint16_t size)
{
    struct {
        uint32_t type;
        uint16_t misc, size;
    } header = {type, 0, size};
    put(at, &header, sizeof header);
    for (uint64_t i = sizeof header; i + 8 <= size; i += 8)
        put(at + i, &i, 8);
    return at + size;
}

static void test_records_wrap_around(void **state)
{
    (void)state;
    size_t size;
    uint64_t begin = RING_BYTES - 20;
    perf_ring ring = {ring_bytes, RING_BYTES, begin};
    uint64_t head = put_record(put_record(begin, 77, 64), 78, 8);
    assert_true(perf_ring_next(&ring, head, record_bytes, &size));
    assert_int_equal(size, 64);
    uint64_t word;
    memcpy(&word, record_bytes + 56, 8);
    assert_int_equal(word, 56);
    assert_true(perf_ring_next(&ring, head, record_bytes, &size));
    assert_int_equal(size, 8);
    assert_int_equal(ring.tail, head);
    assert_false(perf_ring_next(&ring, head, record_bytes, &size));
}

/* Sizes that cannot be end the reading of what is there, and nothing else. */
static void test_impossible_sizes(void **state)
{
    (void)state;
    size_t size;
    static const uint16_t sizes[] = {0, 4, 7, 65535};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        perf_ring ring = {ring_bytes, RING_BYTES, 0};
        put_record(0, 9, 8);
        put(6, &sizes[i], 2);
        assert_false(perf_ring_next(&ring, 100, record_bytes, &size));
        assert_int_equal(ring.tail, 100);
    }
    perf_ring ring = {ring_bytes, RING_BYTES, 10};
    assert_false(perf_ring_next(&ring, RING_BYTES + 11, record_bytes, &size));
    assert_false(perf_ring_next(&ring, 5, record_bytes, &size));
}

/* A sample as the kernel writes it, in words. */
static size_t make_sample(unsigned char *bytes, uint64_t stack, uint64_t used)
{
    const sampler_arch *arch = &sampler_arch_x86_64;
    uint64_t words[64] = {0};
    size_t n = 0;
    words[n++] = 9;
    words[n++] = UINT64_C(4343) << 32 | 4242;
    words[n++] = 123456789;
    words[n++] = 2; /* PERF_SAMPLE_REGS_ABI_64 */
    for (size_t i = 0; i < arch->perf_count; i++)
        words[n++] = 1000 + i;
    words[n++] = stack;
    memcpy(bytes, words, n * 8);
    memset(bytes + n * 8, 0x5a, (size_t)stack);
    memcpy(bytes + n * 8 + stack, &used, 8);
    return n * 8 + (size_t)stack + 8;
}

static void test_sample(void **state)
{
    (void)state;
    perf_record record;
    size_t size = make_sample(record_bytes, 256, 200);
    assert_true(perf_record_parse(record_bytes, size, &sampler_arch_x86_64, &record));
    assert_int_equal(record.kind, PERF_KIND_SAMPLE);
    assert_int_equal(record.tid, 4343);
    assert_int_equal(record.time_ns, 123456789);
    assert_int_equal(record.registers.value[REG_X86_RAX], 1000);
    assert_int_equal(record.registers.value[REG_X86_RBP], 1006);
    assert_int_equal(record.registers.value[REG_X86_RSP], 1007);
    assert_int_equal(record.registers.value[REG_X86_RIP], 1008);
    assert_int_equal(record.registers.value[15], 1016);
    assert_int_equal(record.registers.known, 0x1ffff);
    assert_int_equal(record.stack_size, 200);
    assert_int_equal(record.stack[199], 0x5a);
}

/* More used than there is room for is cut to the room. */
static void test_hostile_samples(void **state)
{
    (void)state;
    perf_record record;
    size_t size = make_sample(record_bytes, 256, UINT64_MAX);
    assert_true(perf_record_parse(record_bytes, size, &sampler_arch_x86_64, &record));
    assert_int_equal(record.stack_size, 256);
    for (size_t len = 0; len < size; len++)
        assert_false(perf_record_parse(record_bytes, len, &sampler_arch_x86_64, &record));
    uint64_t huge = UINT64_MAX - 8;
    memcpy(record_bytes + 21 * 8, &huge, 8);
    assert_false(perf_record_parse(record_bytes, size, &sampler_arch_x86_64, &record));
}

static void test_other_records(void **state)
{
    (void)state;
    perf_record record;
    uint64_t lost[] = {2, 5, 17};
    assert_true(
        perf_record_parse((unsigned char *)lost, sizeof lost, &sampler_arch_x86_64, &record));
    assert_int_equal(record.kind, PERF_KIND_LOST);
    assert_int_equal(record.lost, 17);
    assert_false(perf_record_parse((unsigned char *)lost, 16, &sampler_arch_x86_64, &record));
    uint32_t ended[] = {4, 0, 1, 2, 3, 4, 0, 0};
    assert_true(
        perf_record_parse((unsigned char *)ended, sizeof ended, &sampler_arch_x86_64, &record));
    assert_int_equal(record.kind, PERF_KIND_EXIT);
    assert_int_equal(record.tid, 3);
}

/* Each DWARF number once, the stack pointer and the program counter among them. */
static void check_arch(const sampler_arch *arch)
{
    uint64_t words[SAMPLER_REGSET_MAX], all = (UINT64_C(1) << 17) - 1;
    target_registers a, b;
    for (size_t i = 0; i < SAMPLER_REGSET_MAX; i++)
        words[i] = i + 1;
    sampler_arch_from_regset(arch, words, SAMPLER_REGSET_MAX, &a);
    sampler_arch_from_perf(arch, words, &b);
    if (arch->arch == TARGET_AARCH64)
        all = (UINT64_C(1) << 33) - 1;
    assert_int_equal(a.known, all);
    assert_int_equal(b.known, all);
    assert_int_equal(a.arch, arch->arch);
    assert_int_equal(__builtin_popcountll(arch->perf_mask), arch->perf_count);
    sampler_arch_from_regset(arch, words, 1, &a);
    assert_int_equal(__builtin_popcountll(a.known), 1);
}

static void test_register_tables(void **state)
{
    (void)state;
    check_arch(&sampler_arch_x86_64);
    check_arch(&sampler_arch_aarch64);
    uint64_t words[SAMPLER_REGSET_MAX] = {0};
    target_registers r;
    words[4] = 0xb;
    words[14] = 0xd;
    words[16] = 0x1;
    words[19] = 0x5;
    words[2] = 0xd13;
    sampler_arch_from_regset(&sampler_arch_x86_64, words, 27, &r);
    assert_int_equal(r.value[REG_X86_RBP], 0xb);
    assert_int_equal(r.value[REG_X86_RDI], 0xd);
    assert_int_equal(r.value[REG_X86_RIP], 0x1);
    assert_int_equal(r.value[REG_X86_RSP], 0x5);
    assert_int_equal(r.value[REG_X86_R13], 0xd13);
    words[29] = 0xf;
    words[30] = 0x1e;
    words[31] = 0x5;
    words[32] = 0xc;
    sampler_arch_from_regset(&sampler_arch_aarch64, words, 34, &r);
    assert_int_equal(r.value[REG_ARM_FP], 0xf);
    assert_int_equal(r.value[REG_ARM_LR], 0x1e);
    assert_int_equal(r.value[REG_ARM_SP], 0x5);
    assert_int_equal(r.value[REG_ARM_PC], 0xc);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* A quantile is at least the true one, and at most an eighth above it. */
static void test_histogram(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    uint64_t values[COUNT], seed = 1;
    stop_histogram stops = {0};
    assert_int_equal(stop_histogram_quantile(&stops, 500), 0);
    for (size_t i = 0; i < COUNT; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        values[i] = seed >> (20 + i % 44);
        stop_histogram_add(&stops, values[i]);
    }
    qsort(values, COUNT, sizeof *values, by_value);
    for (unsigned permille = 1; permille <= 1000; permille++) {
        uint64_t truth = values[permille - 1];
        uint64_t answer = stop_histogram_quantile(&stops, permille);
        assert_true(answer >= truth && answer - truth <= truth / 8);
    }
    assert_int_equal(stop_histogram_quantile(&stops, 1000), values[COUNT - 1]);
    stop_histogram_add(&stops, UINT64_MAX);
    assert_int_equal(stop_histogram_quantile(&stops, 1000), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_wrap_around),
        cmocka_unit_test(test_impossible_sizes),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_hostile_samples),
        cmocka_unit_test(test_other_records),
        cmocka_unit_test(test_register_tables),
        cmocka_unit_test(test_histogram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
