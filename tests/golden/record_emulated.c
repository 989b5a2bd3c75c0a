/* SPDX-License-Identifier: MIT
 *
 * Not a test: makes raw samples of a process that an emulator ran, from what
 * tools/record-emulated-fixture took of it.
 *
 *     record_emulated FOLDER EXE OUT
 *
 * FOLDER/maps are its mappings; FOLDER/N/registers, from N = 0 on, x0 to x30, sp and pc; and
 * FOLDER/N/memory what changed since the one before: u64 address, u64 size, bytes, ...
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "noted_files.h"
#include "process_view.h"
#include "raw_file.h"
#include "sampler_arch.h"
#include "v8_note.h"

enum { BLOCK = 4096, STACK_BYTES = 16384, REGISTERS = 33, BETWEEN_US = 100000 };

typedef struct memory_block {
    uint64_t address, size;
    unsigned char *bytes;
} memory_block;

typedef struct emulated {
    memory_block *blocks;
    size_t block_count;
    char *maps;
    size_t maps_size;
    mapping_list mappings;
    raw_writer *writer;
    noted_files files;
} emulated;

static emulated all;

static unsigned char *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    *ret_size = size;
    return bytes;
}

static memory_block *block_of(uint64_t address)
{
    for (size_t i = 0; i < all.block_count; i++)
        if (address - all.blocks[i].address < all.blocks[i].size)
            return &all.blocks[i];
    return NULL;
}

/* Later parts lie within earlier ones. */
static void take_part(uint64_t address, uint64_t size, unsigned char *bytes)
{
    memory_block *old = block_of(address);
    if (old) {
        assert_true(size <= old->size - (address - old->address));
        memcpy(old->bytes + (address - old->address), bytes, size);
        return;
    }
    all.blocks = realloc(all.blocks, (all.block_count + 1) * sizeof *all.blocks);
    assert_non_null(all.blocks);
    all.blocks[all.block_count++] = (memory_block){address, size, bytes};
}

/* Not freed: blocks point into it. */
static bool take_memory(const char *path)
{
    size_t size;
    uint64_t head[2];
    unsigned char *bytes = read_whole(path, &size);
    if (!bytes)
        return false;
    for (size_t at = 0; at < size; at += sizeof head + head[1]) {
        memcpy(head, bytes + at, sizeof head);
        take_part(head[0], head[1], bytes + at + sizeof head);
    }
    return true;
}

static void path_of(const mapping *at, char *ret, size_t size)
{
    snprintf(ret, size, "%.*s", (int)at->path.len, at->path.data);
}

/* What was not kept is as its file has it. */
static size_t read_mapped(unpeg_addr address, void *bytes, size_t size)
{
    char path[BLOCK];
    const mapping *at = mapping_find(&all.mappings, address);
    if (!at || at->path.len == 0 || at->path.data[0] != '/' || (at->prot & MAPPING_WRITE))
        return 0;
    path_of(at, path, sizeof path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t left = at->end - address;
    ssize_t got = pread(fd, bytes, left < size ? (size_t)left : size,
                        (off_t)(at->offset + (address - at->start)));
    close(fd);
    return got > 0 ? (size_t)got : 0;
}

static unpeg_status read_memory(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    for (size_t done = 0, some; done < size; done += some) {
        const memory_block *block = block_of(address + done);
        if (block) {
            uint64_t skip = address + done - block->address;
            some = block->size - skip < size - done ? (size_t)(block->size - skip) : size - done;
            memcpy((char *)bytes + done, block->bytes + skip, some);
        } else {
            some = read_mapped(address + done, (char *)bytes + done, size - done);
        }
        if (some == 0)
            return UNPEG_NOT_FOUND;
    }
    return UNPEG_OK;
}

static unpeg_status read_file(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret)
{
    ssize_t got = pread(*(int *)user, bytes, size, (off_t)offset);
    *ret = got > 0 ? (size_t)got : 0;
    return got < 0 ? UNPEG_OS : UNPEG_OK;
}

static void close_file(void *user)
{
    close(*(int *)user);
    free(user);
}

static unpeg_status open_file(void *user, const mapping *at, code_file *ret)
{
    char path[BLOCK];
    (void)user;
    path_of(at, path, sizeof path);
    int *fd = malloc(sizeof *fd);
    assert_non_null(fd);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    *ret = (code_file){.read = read_file, .close = close_file, .user = fd};
    return *fd < 0 ? UNPEG_NOT_FOUND : UNPEG_OK;
}

static unpeg_status give_maps(void *user, bool fresh, unpeg_slice *ret)
{
    (void)user;
    (void)fresh;
    *ret = (unpeg_slice){all.maps, all.maps_size};
    return UNPEG_OK;
}

static void note_native(void *user, unpeg_addr pc, const native_name *name)
{
    (void)user;
    const raw_name noted = {name->offset, name->size, (uint32_t)name->reason, name->name};
    raw_writer_name(all.writer, pc, &noted);
}

static unpeg_status write_out(void *user, const void *bytes, size_t size)
{
    return fwrite(bytes, 1, size, user) == size ? UNPEG_OK : UNPEG_OS;
}

static process_view *open_view(const unpeg_writer *out, const char *exe,
                               const target_memory *memory)
{
    process_view *view;
    raw_header header = {.arch = TARGET_AARCH64, .pid = 1, .rate_hz = 1000000 / BETWEEN_US};
    live_source source = {.root = "", .maps = give_maps, .note_native = note_native};
    snprintf(header.exe, sizeof header.exe, "%s", exe);
    assert_int_equal(raw_writer_create(out, &header, &all.writer), UNPEG_OK);
    raw_writer_note(all.writer, "begin_us", unpeg_slice_of("0"));
    all.files = (noted_files){.files = {.open = open_file}, .writer = all.writer};
    source.memory = raw_writer_memory(all.writer, memory);
    source.files = noted_files_source(&all.files);
    assert_int_equal(process_view_create(&source, &view), UNPEG_OK);
    return view;
}

static bool take_sample(const char *folder, unsigned number, target_snapshot *ret)
{
    char path[BLOCK];
    size_t size;
    static unsigned char stack[STACK_BYTES];
    snprintf(path, sizeof path, "%s/%u/memory", folder, number);
    if (!take_memory(path))
        return false;
    snprintf(path, sizeof path, "%s/%u/registers", folder, number);
    unsigned char *registers = read_whole(path, &size);
    assert_non_null(registers);
    assert_int_equal(size, REGISTERS * sizeof(uint64_t));
    *ret = (target_snapshot){.time_us = (int64_t)number * BETWEEN_US, .tid = 1, .stack = stack};
    memcpy(ret->registers.value, registers, size);
    free(registers);
    ret->registers.arch = TARGET_AARCH64;
    ret->registers.known = (UINT64_C(1) << REGISTERS) - 1;
    ret->stack_start = target_stack_pointer(&ret->registers);
    ret->stack_size = STACK_BYTES;
    while (read_memory(NULL, ret->stack_start, stack, ret->stack_size) != UNPEG_OK)
        ret->stack_size /= 2;
    return true;
}

static void write_sample(process_view *view, const target_snapshot *snapshot, live_stack *stack)
{
    raw_writer_begin(all.writer, snapshot, false);
    assert_int_equal(process_view_stack(view, snapshot, stack), UNPEG_OK);
    assert_int_equal(stack->end, STACK_END_COMPLETE);
    raw_writer_maps(all.writer, (unpeg_slice){all.maps, all.maps_size});
    if (snapshot->time_us == 0)
        assert_int_equal(v8_note_write(process_view_namer(view), all.writer), UNPEG_OK);
    assert_int_equal(raw_writer_commit(all.writer), UNPEG_OK);
}

int main(int argc, char **argv)
{
    char path[BLOCK];
    const target_memory memory = {.read = read_memory};
    target_snapshot snapshot;
    live_stack stack = {0};
    raw_totals totals = {.elapsed_us = 0};
    assert_int_equal(argc, 4);
    snprintf(path, sizeof path, "%s/maps", argv[1]);
    all.maps = (char *)read_whole(path, &all.maps_size);
    assert_int_equal(mapping_list_parse(&all.mappings, all.maps, all.maps_size), UNPEG_OK);
    const unpeg_writer out = {.write = write_out, .user = fopen(argv[3], "wb")};
    assert_true(take_sample(argv[1], 0, &snapshot));
    process_view *view = open_view(&out, argv[2], &memory);
    for (unsigned i = 0; take_sample(argv[1], i, &snapshot); i++) {
        write_sample(view, &snapshot, &stack);
        totals.samples++;
    }
    totals.elapsed_us = totals.run_us = totals.samples * BETWEEN_US;
    raw_writer_note(all.writer, "program", unpeg_slice_of("node"));
    assert_int_equal(raw_writer_finish(all.writer, &totals), UNPEG_OK);
    process_view_destroy(view);
    live_stack_deinit(&stack);
    raw_writer_destroy(all.writer);
    return fclose(out.user);
}
