/* SPDX-License-Identifier: MIT
 *
 * A heap that does what it likes: a layout of any release with wrong numbers, and words of a small
 * heap replaced by any others, also while it is read. Names are asked for until nothing new comes.
 *
 * Input: release, how many numbers of the layout are changed (number, by how much), then where
 * words are written: kind, place (3 bytes), value (4 bytes).
 */
#include "fake_v8.h"
#include "v8_regexp.h"

#include <stdlib.h>
#include <string.h>

enum {
    READS_LIMIT = 4 << 20, /* a name costs some hundred; more is a loop */
    CHANGES = 4,
    WORDS_LIMIT = 4096,
    PATCH_SIZE = 8,
    SEARCHES = 8,
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint32_t take(input *in, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes && in->size > 0; i++, in->data++, in->size--)
        value |= (uint32_t)*in->data << (8 * i);
    return value;
}

typedef struct hostile {
    target_memory memory;
    fake_v8 *v8;
    input later; /* words that change while the heap is read */
    unsigned reads;
} hostile;

/* A pointer into the heap, a small integer, a number, or a piece of text. */
static void patch(fake_v8 *v8, input *in)
{
    uint32_t kind = take(in, 1);
    uint32_t place = take(in, 3) % (FAKE_SIZE - sizeof(uint64_t));
    uint64_t value = take(in, 4);
    switch (kind % 4) {
    case 0:
        value = v8->base + value % FAKE_SIZE + (kind & 0x10 ? 3 : 1);
        break;
    case 1:
        value <<= 32;
        break;
    case 2:
        value |= value << 32;
        break;
    default:
        break;
    }
    memcpy(v8->bytes + place, &value, sizeof value);
}

static unpeg_status read_hostile(void *user, unpeg_addr address, void *bytes, size_t size)
{
    hostile *h = user;
    require(++h->reads < READS_LIMIT);
    if (h->reads % 64 == 0 && h->later.size >= PATCH_SIZE)
        patch(h->v8, &h->later);
    return memory_read(&h->memory, address, bytes, size);
}

static const char *const fields[] = {
#define FIELD_NAME(name) #name,
    V8_FIELD_LIST(FIELD_NAME)
#undef FIELD_NAME
};

static v8_layout any_layout(input *in)
{
    static const int32_t releases[][2] = {{7, 8},  {8, 4},  {9, 4},  {10, 2}, {11, 3},
                                          {12, 4}, {13, 6}, {14, 1}, {14, 6}};
    v8_layout layout;
    size_t count = sizeof releases / sizeof releases[0];
    size_t which = take(in, 1) % (count + 1);
    if (which == count)
        v8_layout_compressed(&layout);
    else
        v8_layout_for_version(&layout, releases[which][0], releases[which][1]);
    return layout;
}

static void change_layout(v8_layout *layout, input *in)
{
    unsigned count = take(in, 1) % CHANGES;
    for (unsigned i = 0; i < count; i++) {
        size_t field = take(in, 1) % (sizeof fields / sizeof fields[0]);
        int32_t *value = v8_layout_field(layout, unpeg_slice_of(fields[field]));
        require(value != NULL);
        *value += (int8_t)take(in, 1);
    }
    if (layout->tagged_size != 8)
        layout->tagged_size = 4;
}

static void name_frame(v8_namer *namer, const v8_stack *stack, const v8_frame *frame)
{
    v8_named names[V8_NAMED_LIMIT];
    size_t count = 0;
    volatile unsigned char last = 0;
    unpeg_status status = v8_namer_name(namer, stack, frame, names, &count);
    require(status == UNPEG_OK && count >= 1 && count <= V8_NAMED_LIMIT);
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < names[i].name.len; at++)
            last = (unsigned char)names[i].name.data[at];
    (void)last;
}

static void name_all(v8_namer *namer, fake_v8 *v8, const v8_stack *stack)
{
    v8_regexp regexp;
    v8_frame frames[FAKE_FUNCTIONS];
    for (size_t i = 0; i < FAKE_FUNCTIONS; i++) {
        frames[i] = (v8_frame){.pc = v8->frames[i].pc, .fp = v8->frames[i].fp};
        frames[i].sp = frames[i].fp - 64;
        frames[i].interrupted = i == 0;
        /* Some run code that may be anywhere in the heap. */
        if (i % 3 == 2)
            frames[i].pc = v8->base + FAKE_SIZE / 2 + i * 4096 + 2048;
        name_frame(namer, stack, &frames[i]);
    }
    unpeg_status status = v8_namer_learn(namer, stack, frames, FAKE_FUNCTIONS);
    require(status == UNPEG_OK);
    status = v8_namer_regexp(namer, stack, frames, FAKE_FUNCTIONS, &regexp);
    require(status == UNPEG_OK || status == UNPEG_NOT_FOUND);
}

static void use(hostile *h, const v8_layout *layout)
{
    mapping_list mappings = {0};
    const target_memory memory = {.read = read_hostile, .user = h};
    v8_builtins builtins = fake_v8_builtins();
    v8_namer *namer = NULL;
    const char *maps = fake_v8_maps();
    target_registers registers = {.arch = TARGET_X86_64};
    registers.known = UINT64_MAX;
    for (size_t i = 0; i < TARGET_REGISTER_COUNT; i++)
        registers.value[i] = h->v8->base + i * 512 + 1;
    const v8_stack stack = {.memory = &memory, .registers = &registers};
    require(mapping_list_parse(&mappings, maps, strlen(maps)) == UNPEG_OK);
    const v8_process process = {.memory = &memory, .mappings = &mappings};
    if (v8_namer_create_saved(&process, layout, &builtins, unpeg_slice_of("/bin/fake"), &namer) ==
        UNPEG_OK) {
        for (int i = 0; i < SEARCHES; i++)
            name_all(namer, h->v8, &stack);
        v8_namer_refresh(namer, &mappings);
        v8_namer_destroy(namer);
    }
    mapping_list_deinit(&mappings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    v8_layout layout = any_layout(&in);
    fake_v8 *v8 = fake_v8_create(&layout);
    if (!v8)
        return 0;
    hostile h = {.memory = fake_v8_memory(v8), .v8 = v8};
    layout = v8->layout;
    change_layout(&layout, &in);
    size_t words = in.size / PATCH_SIZE / 2;
    for (size_t i = 0; i < words && i < WORDS_LIMIT; i++)
        patch(v8, &in);
    h.later = in;
    use(&h, &layout);
    fake_v8_destroy(v8);
    return 0;
}
