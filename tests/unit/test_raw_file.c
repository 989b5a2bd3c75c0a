/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "page_store.h"
#include "raw_bytes.h"
#include "raw_file.h"
#include "raw_format.h"

enum { MEMORY_BYTES = 16384, MEMORY_START = 0x10000, SAMPLES = 20 };

static unsigned char memory_bytes[MEMORY_BYTES];

static unpeg_status read_live(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    if (address < MEMORY_START || address + size > MEMORY_START + MEMORY_BYTES)
        return UNPEG_NOT_FOUND;
    memcpy(bytes, memory_bytes + (address - MEMORY_START), size);
    return UNPEG_OK;
}

static unpeg_status keep(void *user, const void *bytes, size_t len)
{
    raw_put(user, bytes, len);
    return UNPEG_OK;
}

static const char maps_text[] = "10000-14000 r-xp 00001000 08:01 77 /usr/bin/node\n";

static target_snapshot snapshot_number(unsigned i, unsigned char *stack)
{
    target_snapshot snapshot = {.time_us = 1000 + i,
                                .tid = 42,
                                .registers = {.arch = TARGET_X86_64, .known = 0x100c0},
                                .stack_start = 0x7ffc0000,
                                .stack = stack,
                                .stack_size = 100 + i};
    snapshot.registers.value[REG_X86_RBP] = i;
    snapshot.registers.value[REG_X86_RSP] = 0x7ffc0000;
    snapshot.registers.value[REG_X86_RIP] = 0x10000 + i;
    memset(stack, (int)i, snapshot.stack_size);
    return snapshot;
}

static const raw_code written = {.kind = 1,
                                 .tier = 2,
                                 .flags = 1,
                                 .line = 3,
                                 .column = 15,
                                 .name = {"pegged", 6},
                                 .file = {"/srv/a.js", 9},
                                 .tag = {"JS", 2}};

/* SAMPLES samples, each of which reads a word that changes and one that does not. */
static void record(raw_bytes *file, bool whole)
{
    const unpeg_writer out = {keep, file};
    const target_memory live = {.read = read_live};
    const raw_header header = {.pid = 42, .rate_hz = 499, .wall_us = -5, .exe = "/usr/bin/node"};
    raw_writer *w;
    unsigned char stack[256];
    assert_int_equal(raw_writer_create(&out, &header, &w), UNPEG_OK);
    raw_writer_note(w, "v8", unpeg_slice_of("old"));
    raw_writer_note(w, "v8", unpeg_slice_of("12.4"));
    raw_writer_file(w, unpeg_slice_of("/usr/bin/node"), 5000, unpeg_slice_of("hello"));
    raw_writer_name(w, 0x10007, &(raw_name){7, 40, 0, unpeg_slice_of("main")});
    raw_writer_code(w, 0x20004, &written);
    raw_writer_code(w, 0x20005, &written);
    raw_writer_code(w, 0x20005, &(raw_code){.kind = 0});
    raw_writer_code(w, 0x20006, &(raw_code){.kind = 0});
    target_memory noted = raw_writer_memory(w, &live);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        uint32_t word;
        target_snapshot snapshot = snapshot_number(i, stack);
        memcpy(memory_bytes + 100, &i, sizeof i);
        raw_writer_maps(w, (unpeg_slice){maps_text, sizeof maps_text - 1});
        raw_writer_begin(w, &snapshot, i % 3 == 1);
        assert_int_equal(memory_read_u32(&noted, MEMORY_START + 100, &word), UNPEG_OK);
        assert_int_equal(word, i);
        assert_int_equal(memory_read_u32(&noted, MEMORY_START + 8190, &word), UNPEG_OK);
        assert_int_equal(memory_read_u32(&noted, 5, &word), UNPEG_NOT_FOUND);
        assert_int_equal(raw_writer_commit(w), UNPEG_OK);
    }
    if (whole) {
        const raw_totals totals = {.samples = SAMPLES, .lost = 1, .idle = 2, .run_us = 4};
        assert_int_equal(raw_writer_finish(w, &totals), UNPEG_OK);
    }
    raw_writer_destroy(w);
}

static unpeg_source *source;

static raw_reader *open_bytes(const void *bytes, size_t size, unpeg_status expected)
{
    raw_reader *reader = NULL;
    unpeg_error error = {0};
    assert_int_equal(unpeg_source_open_memory(bytes, size, &source, &error), UNPEG_OK);
    assert_int_equal(raw_reader_open(source, &reader, &error), expected);
    if (expected != UNPEG_OK)
        unpeg_source_close(source);
    return reader;
}

static void close_reader(raw_reader *reader)
{
    raw_reader_close(reader);
    unpeg_source_close(source);
}

static void check_sample(raw_reader *r, uint32_t i)
{
    target_snapshot snapshot;
    unpeg_error error = {0};
    uint32_t word = 0;
    assert_int_equal(raw_reader_next(r, &snapshot, &error), UNPEG_OK);
    assert_int_equal(snapshot.time_us, 1000 + i);
    assert_int_equal(snapshot.tid, 42);
    assert_int_equal(raw_reader_kept(r), i % 3 == 1);
    assert_int_equal(snapshot.registers.known, 0x100c0);
    assert_int_equal(snapshot.registers.value[REG_X86_RBP], i);
    assert_int_equal(snapshot.registers.value[REG_X86_RIP], 0x10000 + i);
    assert_int_equal(snapshot.stack_start, 0x7ffc0000);
    assert_int_equal(snapshot.stack_size, 100 + i);
    assert_int_equal(snapshot.stack[99], i);
    target_memory memory = raw_reader_memory(r);
    assert_int_equal(memory_read_u32(&memory, MEMORY_START + 100, &word), UNPEG_OK);
    assert_int_equal(word, i);
    assert_int_equal(memory_read_u32(&memory, MEMORY_START + 8190, &word), UNPEG_OK);
    assert_int_equal(memory_read_u32(&memory, MEMORY_START + 12000, &word), UNPEG_NOT_FOUND);
}

static void check_codes(const raw_reader *r)
{
    raw_code code;
    assert_true(raw_reader_code(r, 0x20004, &code));
    assert_int_equal(code.kind, 1);
    assert_int_equal(code.tier, 2);
    assert_int_equal(code.flags, 1);
    assert_int_equal(code.line, 3);
    assert_int_equal(code.column, 15);
    assert_true(unpeg_slice_equal(code.name, written.name));
    assert_true(unpeg_slice_equal(code.file, written.file));
    assert_true(unpeg_slice_equal(code.tag, written.tag));
    assert_true(raw_reader_code(r, 0x20005, &code)); /* it had one, and has none any more */
    assert_int_equal(code.kind, 0);
    assert_int_equal(code.name.len, 0);
    assert_false(raw_reader_code(r, 0x20006, &code));
}

static void test_round_trip(void **state)
{
    (void)state;
    raw_bytes file = {0};
    uint64_t serial;
    uint32_t id;
    char text[16];
    target_snapshot snapshot;
    unpeg_error error = {0};
    record(&file, true);
    raw_reader *r = open_bytes(file.data, file.used, UNPEG_OK);
    assert_int_equal(raw_reader_header(r)->pid, 42);
    assert_int_equal(raw_reader_header(r)->rate_hz, 499);
    assert_int_equal(raw_reader_header(r)->wall_us, -5);
    assert_string_equal(raw_reader_header(r)->exe, "/usr/bin/node");
    for (uint32_t i = 0; i < SAMPLES; i++)
        check_sample(r, i);
    assert_true(unpeg_slice_equal(raw_reader_note(r, "v8"), unpeg_slice_of("12.4")));
    assert_int_equal(raw_reader_note(r, "v9").len, 0);
    const mapping_list *maps = raw_reader_maps(r, &serial);
    assert_int_equal(serial, 1);
    assert_int_equal(maps->count, 1);
    assert_int_equal(mapping_find(maps, 0x10005)->offset, 0x1000);
    assert_true(raw_reader_file(r, unpeg_slice_of("/usr/bin/node"), &id));
    assert_false(raw_reader_file(r, unpeg_slice_of("/usr/bin/nod"), &id));
    assert_int_equal(raw_reader_file_read(r, id, 5001, text, sizeof text), 4);
    assert_memory_equal(text, "ello", 4);
    raw_name name;
    assert_true(raw_reader_name(r, 0x10007, &name));
    assert_int_equal(name.offset, 7);
    assert_int_equal(name.size, 40);
    assert_int_equal(name.reason, 0);
    assert_true(unpeg_slice_equal(name.name, unpeg_slice_of("main")));
    assert_false(raw_reader_name(r, 0x10008, &name));
    check_codes(r);
    assert_int_equal(raw_reader_maps_text(r).len, sizeof maps_text - 1);
    assert_int_equal(raw_reader_next(r, &snapshot, &error), UNPEG_NOT_FOUND);
    assert_int_equal(raw_reader_next(r, &snapshot, &error), UNPEG_NOT_FOUND);
    assert_int_equal(raw_reader_totals(r).samples, SAMPLES);
    assert_int_equal(raw_reader_totals(r).run_us, 4);
    close_reader(r);
    raw_bytes_deinit(&file);
}

/* What is there before the cut is good, and the cut is said. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    raw_bytes file = {0};
    record(&file, true);
    for (size_t len = 0; len < file.used; len += 7) {
        raw_reader *r;
        target_snapshot snapshot;
        unpeg_error error = {0};
        assert_int_equal(unpeg_source_open_memory(file.data, len, &source, &error), UNPEG_OK);
        unpeg_status status = raw_reader_open(source, &r, &error);
        if (status != UNPEG_OK) {
            assert_int_equal(status, UNPEG_INPUT);
            unpeg_source_close(source);
            continue;
        }
        do
            status = raw_reader_next(r, &snapshot, &error);
        while (status == UNPEG_OK);
        /* The last bytes of a zstd frame carry nothing. */
        assert_true(status == UNPEG_INPUT || (status == UNPEG_NOT_FOUND && len + 16 > file.used));
        close_reader(r);
    }
    raw_bytes_deinit(&file);
}

static void put_start(raw_bytes *file, uint32_t version)
{
    file->used = 0;
    raw_put(file, RAW_MAGIC, RAW_MAGIC_BYTES);
    raw_put_u32(file, version);
    raw_put_u32(file, 0);
    raw_put_u32(file, RAW_HEADER);
    raw_put_u32(file, 28);
    raw_put_u64(file, 0);
    raw_put_u64(file, 0);
    raw_put_u64(file, 0);
    raw_put_u32(file, 0);
}

static unpeg_status status_behind(raw_bytes *file)
{
    target_snapshot snapshot;
    unpeg_error error = {0};
    raw_reader *r = open_bytes(file->data, file->used, UNPEG_OK);
    unpeg_status status = raw_reader_next(r, &snapshot, &error);
    close_reader(r);
    return status;
}

static void test_hostile_records(void **state)
{
    (void)state;
    raw_bytes file = {0};
    put_start(&file, 1);
    raw_put_u32(&file, RAW_SAMPLE);
    raw_put_u32(&file, 0xffffffff);
    assert_int_equal(status_behind(&file), UNPEG_INPUT);
    put_start(&file, 1); /* registers that are none */
    raw_put_u32(&file, RAW_SAMPLE);
    raw_put_u32(&file, 32);
    raw_put_u64(&file, 0);
    raw_put_u64(&file, 0);
    raw_put_u64(&file, UINT64_C(1) << 40);
    raw_put_u64(&file, 0);
    assert_int_equal(status_behind(&file), UNPEG_INPUT);
    put_start(&file, 1); /* memory that runs over the end of all addresses */
    raw_put_u32(&file, RAW_MEMORY);
    raw_put_u32(&file, 16);
    raw_put_u64(&file, UINT64_MAX - 1);
    raw_put_u32(&file, 4);
    raw_put_u32(&file, 4);
    assert_int_equal(status_behind(&file), UNPEG_INPUT);
    put_start(&file, 1); /* a record from the future, then the end */
    raw_put_u32(&file, 99);
    raw_put_u32(&file, 0);
    raw_put_u32(&file, RAW_END);
    raw_put_u32(&file, 40);
    for (int i = 0; i < 5; i++)
        raw_put_u64(&file, 0);
    assert_int_equal(status_behind(&file), UNPEG_NOT_FOUND);
    put_start(&file, 2);
    open_bytes(file.data, file.used, UNPEG_UNSUPPORTED);
    open_bytes("v8-version,12", 13, UNPEG_INPUT);
    raw_bytes_deinit(&file);
}

static unpeg_status refuse(void *user, const void *bytes, size_t len)
{
    (void)user;
    (void)bytes;
    (void)len;
    return UNPEG_OS;
}

static void test_writer_failure_is_told(void **state)
{
    (void)state;
    const unpeg_writer out = {refuse, NULL};
    const raw_header header = {.pid = 1};
    const raw_totals totals = {.samples = 0};
    raw_writer *w;
    assert_int_equal(raw_writer_create(&out, &header, &w), UNPEG_OK);
    assert_int_equal(raw_writer_finish(w, &totals), UNPEG_OS);
    assert_int_equal(raw_writer_commit(w), UNPEG_OS);
    raw_writer_destroy(w);
}

/* Against an array with a flag for each byte. */
static void test_page_store(void **state)
{
    (void)state;
    enum { SIZE = 3 * PAGE_STORE_PAGE, BASE = 0x7000 };
    static unsigned char truth[SIZE], known[SIZE], bytes[SIZE];
    page_store store = {0};
    uint64_t seed = 7;
    for (unsigned round = 0; round < 200; round++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        size_t from = (size_t)(seed >> 33) % SIZE, len = (size_t)(seed >> 20) % 300;
        if (from + len > SIZE)
            len = SIZE - from;
        memset(truth + from, (int)round, len);
        memset(known + from, 1, len);
        const unpeg_slice part = {(const char *)truth + from, len};
        assert_int_equal(page_store_put(&store, 3, BASE + from, part), UNPEG_OK);
    }
    for (size_t from = 0; from < SIZE; from += 13) {
        size_t expected = 0;
        while (from + expected < SIZE && known[from + expected])
            expected++;
        size_t got = page_store_get(&store, 3, BASE + from, bytes, SIZE - from);
        assert_int_equal(got, expected);
        assert_memory_equal(bytes, truth + from, got);
        assert_int_equal(page_store_get(&store, 2, BASE + from, bytes, 1), 0);
    }
    assert_int_equal(page_store_get(&store, 3, UINT64_MAX - 2, bytes, 100), 0);
    page_store_deinit(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_hostile_records), cmocka_unit_test(test_writer_failure_is_told),
        cmocka_unit_test(test_page_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
