/* SPDX-License-Identifier: MIT */
#include "tick_stack.h"

#include <stdlib.h>

#include "field.h"
#include "hex.h"

enum {
    TEXT_CAPACITY = 96 << 10, /* TICK_MAX_FRAMES of the longest spelling; longer is not kept */
    KNOWN_WORDS_LOG2 = 12,    /* 128 KiB: nearly all return addresses of a log, in the L2 cache */
};

/* The frame of one spelling of an address. It holds while the code object behind it has the same
 * serial, so code that comes, goes or moves costs the words of that code only. */
typedef struct known_word {
    uint64_t low, high; /* up to 16 bytes of text, padded with zeros */
    code_id id;
    uint32_t serial;
    unpeg_frame_id frame;
} known_word;

/* The remembered frames, outermost first. */
typedef struct stack_memory {
    uint32_t distance[TICK_MAX_FRAMES]; /* from the comma before it to the end of the text */
    unpeg_frame_id frame[TICK_MAX_FRAMES];
    unpeg_node_id node[TICK_MAX_FRAMES];
    size_t count;
} stack_memory;

/* The frames of one row that are not remembered, innermost first. */
typedef struct stack_reader {
    uint32_t distance[TICK_MAX_FRAMES];
    unpeg_frame_id frame[TICK_MAX_FRAMES];
    size_t count, room;
    const char *end;      /* of the part that is not remembered */
    const char *text_end; /* of the whole list */
    const char *first;    /* its first comma */
    unpeg_addr relative;  /* base of "+0x..." frames: the last relative one, at first the pc */
    uint32_t bad_frames;
    bool is_relative; /* text alone does not tell what these frames are */
    bool overfull;
} stack_reader;

struct tick_stack {
    unpeg_profile *profile;
    code_space *space;
    const code_map *map;
    uint64_t generation;
    unpeg_node_id base; /* parent of the outermost frame */
    size_t text_len;
    stack_memory kept;
    stack_reader fresh;
    known_word known[1 << KNOWN_WORDS_LOG2];
    char text[TEXT_CAPACITY]; /* the last row's frames, right-aligned */
};

static void forget(tick_stack *stack)
{
    stack->kept.count = stack->text_len = 0;
}

unpeg_status tick_stack_create(unpeg_profile *profile, code_space *space, tick_stack **ret)
{
    tick_stack *stack = malloc(sizeof *stack);
    if (!stack)
        return UNPEG_NO_MEMORY;
    stack->profile = profile;
    stack->space = space;
    stack->map = code_space_map(space);
    stack->generation = 0;
    stack->base = UNPEG_NODE_ROOT;
    memset(stack->known, 0, sizeof stack->known);
    forget(stack);
    *ret = stack;
    return UNPEG_OK;
}

void tick_stack_destroy(tick_stack *stack)
{
    free(stack);
}

static uint64_t load_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

static uint64_t differ(const char *a, const char *b, size_t back)
{
    return load_word(a - back) ^ load_word(b - back);
}

/* Length of the common end of two texts that end at a and b, at most max. */
static size_t common_end(const char *a, const char *b, size_t max)
{
    size_t same = 0;
    while (same + 32 <= max && !(differ(a, b, same + 8) | differ(a, b, same + 16) |
                                 differ(a, b, same + 24) | differ(a, b, same + 32)))
        same += 32;
    while (same + 8 <= max && !differ(a, b, same + 8))
        same += 8;
    while (same < max && a[-1 - (ptrdiff_t)same] == b[-1 - (ptrdiff_t)same])
        same++;
    return same;
}

/* How many of the remembered frames, from the outermost, the row has too. */
static size_t frames_in_common(const tick_stack *stack, unpeg_slice frames)
{
    if (stack->kept.count == 0)
        return 0;
    size_t max = stack->text_len < frames.len ? stack->text_len : frames.len;
    size_t same = common_end(stack->text + TEXT_CAPACITY, frames.data + frames.len, max);
    size_t low = 0;
    size_t high = stack->kept.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stack->kept.distance[middle] <= same)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_frame(stack_reader *r, unpeg_frame_id frame, const char *comma)
{
    r->frame[r->count] = frame;
    r->distance[r->count] = (uint32_t)(r->text_end - comma);
    r->count++;
}

/* High bit of each byte below '0': of those that end a number, a comma is the only usual one. */
static uint64_t low_bytes(uint64_t word)
{
    return ~((word | HEX_EACH(0x80)) - HEX_EACH('0')) & HEX_EACH(0x80);
}

static uint64_t first_bytes(uint64_t word, unsigned count)
{
    return count >= 8 ? word : word & ((UINT64_C(1) << (8 * count)) - 1);
}

/* Splits off the word at text, 17 readable bytes: its bytes into key and its length; 0 when it is
 * longer than 15 bytes. */
static size_t read_word(const char *text, known_word *key)
{
    uint64_t low = hex_load(text);
    uint64_t high = hex_load(text + 8);
    uint64_t stop = low_bytes(low);
    if (stop) {
        unsigned len = (unsigned)__builtin_ctzll(stop) / 8;
        key->low = first_bytes(low, len);
        key->high = 0;
        return len;
    }
    stop = low_bytes(high);
    if (!stop)
        return 0;
    unsigned len = (unsigned)__builtin_ctzll(stop) / 8;
    key->low = low;
    key->high = first_bytes(high, len);
    return 8 + len;
}

static known_word *slot_of(tick_stack *stack, const known_word *key)
{
    uint64_t hash =
        (key->low ^ key->high * UINT64_C(0x9FB21C651E98DF25)) * UINT64_C(0x9E3779B97F4A7C15);
    return &stack->known[hash >> (64 - KNOWN_WORDS_LOG2)];
}

/* A return address at the very start of code belongs to the code before it: not remembered, since
 * it stands for a frame by its place in a stack, not by its spelling alone. */
static void remember_word(tick_stack *stack, const char *text, unpeg_addr addr,
                          unpeg_frame_id frame)
{
    known_word key;
    code_id id = code_map_find(stack->map, addr);
    const code_hot *hot = &stack->map->hot[id];
    if (stack->fresh.text_end - text < 17 || !read_word(text, &key))
        return;
    if (!id || hot->label != frame + 1 || hot->low == (uint32_t)addr)
        return;
    key.id = id;
    key.serial = stack->map->serials[id];
    key.frame = frame;
    *slot_of(stack, &key) = key;
}

static unpeg_status add_address(tick_stack *stack, unpeg_addr addr, const char *comma)
{
    stack_reader *r = &stack->fresh;
    if (r->count == r->room) {
        r->overfull = true;
        return UNPEG_OK;
    }
    address_role role = comma == r->first ? ADDRESS_ENTRY : ADDRESS_RETURN;
    unpeg_frame_id frame;
    unpeg_status status = code_space_frame(stack->space, addr, role, &frame);
    if (status == UNPEG_OK)
        add_frame(r, frame, comma);
    if (status == UNPEG_OK && !r->is_relative)
        remember_word(stack, comma + 1, addr, frame);
    return status;
}

/* A frame in a spelling that V8 does not use today: relative ("+0x10"), decimal, or no address. */
static unpeg_status read_odd_frame(tick_stack *stack, const char *comma, const char *stop)
{
    stack_reader *r = &stack->fresh;
    const char *word = comma + 1;
    unpeg_addr value;
    bool forward = stop - word > 1 && *word == '+';
    bool relative = forward || (stop - word > 1 && *word == '-');
    if (relative)
        word++;
    if (!number_u64((unpeg_slice){word, (size_t)(stop - word)}, &value)) {
        r->bad_frames++;
        return UNPEG_OK;
    }
    if (relative) {
        r->is_relative = true;
        r->relative = forward ? r->relative + value : r->relative - value;
        value = r->relative;
    }
    return add_address(stack, value, comma);
}

static unpeg_status read_new_word(tick_stack *stack, const char *comma, const char **stop)
{
    stack_reader *r = &stack->fresh;
    const char *word = comma + 1;
    unpeg_addr addr = 0;
    if (r->end - word > 2 && word[0] == '0' && word[1] == 'x') {
        *stop = word + 2 + hex_digits(word + 2, r->end, &addr);
        if (*stop > word + 2 && (*stop == r->end || **stop == ','))
            return add_address(stack, addr, comma);
    }
    *stop = word < r->end ? memchr(word, ',', (size_t)(r->end - word)) : NULL;
    *stop = *stop ? *stop : r->end;
    return read_odd_frame(stack, comma, *stop);
}

/* Reads ",0x<hex>,0x<hex>..." up to r->end: the short way for words that were seen before. */
static unpeg_status read_frames(tick_stack *stack)
{
    stack_reader *r = &stack->fresh;
    const char *comma = r->first;
    unpeg_status status = UNPEG_OK;
    while (comma < r->end && status == UNPEG_OK) {
        known_word key = {0};
        size_t len = r->text_end - comma > 17 ? read_word(comma + 1, &key) : 0;
        const char *stop = comma + 1 + len;
        const known_word *known = slot_of(stack, &key);
        if (len && known->low == key.low && known->high == key.high &&
            known->serial == stack->map->serials[known->id] && r->count < r->room &&
            (stop == r->end || *stop == ','))
            add_frame(r, known->frame, comma);
        else
            status = read_new_word(stack, comma, &stop);
        comma = stop;
    }
    return status;
}

static void append_fresh(tick_stack *stack, size_t kept)
{
    const stack_reader *r = &stack->fresh;
    for (size_t i = 0; i < r->count; i++) {
        stack->kept.distance[kept + i] = r->distance[r->count - 1 - i];
        stack->kept.frame[kept + i] = r->frame[r->count - 1 - i];
    }
    stack->kept.count = kept + r->count;
}

static unpeg_status give_nodes(tick_stack *stack, size_t from, unpeg_node_id base)
{
    stack_memory *kept = &stack->kept;
    unpeg_node_id node = from ? kept->node[from - 1] : base;
    unpeg_status status = UNPEG_OK;
    for (size_t i = from; i < kept->count && status == UNPEG_OK; i++) {
        status = unpeg_profile_add_node(stack->profile, node, kept->frame[i], &node);
        kept->node[i] = node;
    }
    stack->base = base;
    return status;
}

/* Remembers the row's text; its last same bytes are there already. */
static void keep_text(tick_stack *stack, unpeg_slice frames, size_t same)
{
    size_t head = frames.len - same;
    memcpy(stack->text + TEXT_CAPACITY - frames.len, frames.data, head);
    stack->text_len = frames.len;
}

static void begin_row(tick_stack *stack, const unpeg_tick_row *row, size_t kept, size_t same)
{
    stack_reader *r = &stack->fresh;
    r->count = 0;
    r->room = TICK_MAX_FRAMES - kept;
    r->first = row->frames.data;
    r->text_end = row->frames.data + row->frames.len;
    r->end = r->text_end - same;
    r->relative = row->pc;
    r->bad_frames = 0;
    r->is_relative = r->overfull = false;
}

unpeg_status tick_stack_node(tick_stack *stack, const unpeg_tick_row *row, const tick_bases *bases,
                             tick_stack_result *ret)
{
    const stack_reader *r = &stack->fresh;
    unpeg_slice frames = row->frames;
    if (stack->generation != code_space_generation(stack->space))
        forget(stack);
    stack->generation = code_space_generation(stack->space);
    size_t kept = frames_in_common(stack, frames);
    size_t same = kept ? stack->kept.distance[kept - 1] : 0;
    begin_row(stack, row, kept, same);
    unpeg_status status = read_frames(stack);
    append_fresh(stack, kept);
    size_t count = stack->kept.count;
    bool truncated = count >= TICK_V8_MAX_FRAMES || r->overfull;
    unpeg_node_id base = truncated ? bases->truncated : bases->normal;
    if (status == UNPEG_OK)
        status = give_nodes(stack, base == stack->base ? kept : 0, base);
    *ret = (tick_stack_result){
        .node = count ? stack->kept.node[count - 1] : base,
        .bad_frames = r->bad_frames,
        .truncated = truncated,
        .has_frame = count > 0,
    };
    if (status != UNPEG_OK || r->is_relative || r->overfull || frames.len > TEXT_CAPACITY)
        forget(stack);
    else
        keep_text(stack, frames, same);
    return status;
}

static unpeg_slice last_word(unpeg_slice frames)
{
    size_t at = frames.len;
    while (at > 0 && frames.data[at - 1] != ',')
        at--;
    return (unpeg_slice){frames.data + at, frames.len - at};
}

bool tick_stack_same_root(const tick_stack *stack, const unpeg_tick_row *row)
{
    unpeg_slice before = {stack->text + TEXT_CAPACITY - stack->text_len, stack->text_len};
    return unpeg_slice_equal(last_word(before), last_word(row->frames));
}
