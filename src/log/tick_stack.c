/* SPDX-License-Identifier: MIT */
#include "tick_stack.h"

#include <stdlib.h>

#include "field.h"
#include "hex.h"
#include "profile_edit.h"

enum {
    TEXT_CAPACITY = 96 << 10, /* TICK_MAX_FRAMES of the longest spelling; longer is not kept */
    KNOWN_WORDS_LOG2 = 13,    /* 256 KiB: nearly all return addresses of a log */
};

/* The frame of one spelling of an address. It holds while the code object behind it has the same
 * serial, so code that comes, goes or moves costs the words of that code only. */
typedef struct known_word {
    uint64_t tail, head; /* of the text, at least 9 bytes: the last 8, and up to 7 before them */
    code_id id;
    uint32_t serial;
    unpeg_frame_id frame;
} known_word;

/* A word of a row that is not known yet; at: its place in the stack. */
typedef struct new_word {
    known_word key;
    unpeg_addr addr;
    size_t at;
    bool is_first;
} new_word;

/* The remembered frames, outermost first. */
typedef struct stack_memory {
    uint32_t distance[TICK_MAX_FRAMES]; /* from the comma before it to the end of the text */
    unpeg_frame_id frame[TICK_MAX_FRAMES];
    unpeg_node_id node[TICK_MAX_FRAMES];
    size_t count;
} stack_memory;

/* The part of one row that is not remembered. */
typedef struct stack_reader {
    const char *first;    /* its first comma */
    const char *end;      /* its end */
    const char *text_end; /* of the whole list */
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
    new_word fresh_words[TICK_MAX_FRAMES];
    size_t fresh_count;
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
    memset(stack->known, 0xff, sizeof stack->known); /* no word has such a head */
    forget(stack);
    *ret = stack;
    return UNPEG_OK;
}

void tick_stack_destroy(tick_stack *stack)
{
    free(stack);
}

typedef uint64_t two_words __attribute__((vector_size(16)));

static two_words differ_16(const char *a, const char *b)
{
    two_words x;
    two_words y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x ^ y;
}

static bool differ_64(const char *a, const char *b)
{
    two_words difference = differ_16(a, b) | differ_16(a + 16, b + 16) | differ_16(a + 32, b + 32) |
                           differ_16(a + 48, b + 48);
    return (difference[0] | difference[1]) != 0;
}

/* Length of the common end of two texts that end at a and b, at most max. */
static size_t common_end(const char *a, const char *b, size_t max)
{
    size_t same = 0;
    while (same + 64 <= max && !differ_64(a - same - 64, b - same - 64))
        same += 64;
    for (; same + 8 <= max; same += 8) {
        uint64_t difference = hex_load(a - same - 8) ^ hex_load(b - same - 8);
        if (difference)
            return same + (size_t)__builtin_clzll(difference) / 8;
    }
    while (same < max && a[-1 - (ptrdiff_t)same] == b[-1 - (ptrdiff_t)same])
        same++;
    return same;
}

/* How many of the remembered frames, from the outermost, the row has too. */
static size_t frames_in_common(const tick_stack *stack, unpeg_slice frames)
{
    size_t count = stack->kept.count;
    if (count == 0)
        return 0;
    size_t max = stack->text_len < frames.len ? stack->text_len : frames.len;
    size_t same = common_end(stack->text + TEXT_CAPACITY, frames.data + frames.len, max);
    while (count > 0 && stack->kept.distance[count - 1] > same)
        count--;
    return count;
}

/* High bit of each byte below '0': of those that part words, a comma is the only usual one. */
static uint64_t low_bytes(uint64_t word)
{
    return ~((word | HEX_EACH(0x80)) - HEX_EACH('0')) & HEX_EACH(0x80);
}

/* How long a word is: which bytes of the 8 before its last 8 are the word's. */
typedef struct word_shape {
    uint64_t head;   /* their mask */
    size_t distance; /* from the byte before the word to its end */
} word_shape;

/* Of the last word of a text that ends at end, with 16 readable bytes before that. The byte before
 * the word is somewhere inside a word longer than 15 bytes. */
static word_shape shape_of_last_word(const char *end)
{
    unsigned last = 63 - (unsigned)__builtin_clzll(low_bytes(hex_load(end - 16)) | 1);
    return (word_shape){-(UINT64_C(2) << last), 16 - last / 8};
}

/* The text of the word of that shape that ends at end, aligned to its end. */
static inline known_word word_key(const char *end, const word_shape *shape)
{
    return (known_word){.tail = hex_load(end - 8), .head = hex_load(end - 16) & shape->head};
}

static size_t slot_of(const known_word *key)
{
    uint64_t hash = (key->tail ^ key->head >> 12) * UINT64_C(0x9E3779B97F4A7C15);
    return hash >> (64 - KNOWN_WORDS_LOG2);
}

/* A return address at the very start of code belongs to the code before it: not remembered, since
 * it stands for a frame by its place in a stack, not by its spelling alone. */
static void remember_word(tick_stack *stack, known_word *key, unpeg_addr addr, unpeg_frame_id frame)
{
    code_id id = code_map_find(stack->map, addr);
    const code_hot *hot = &stack->map->hot[id];
    if (!id || hot->label != frame + 1 || hot->low == (uint32_t)addr)
        return;
    key->id = id;
    key->serial = stack->map->serials[id];
    key->frame = frame;
    stack->known[slot_of(key)] = *key;
}

/* Takes the word in V8's usual spelling behind comma for later; false for another spelling. */
static bool put_off(tick_stack *stack, const known_word *key, const char *comma, const char *end)
{
    new_word *word = &stack->fresh_words[stack->fresh_count++];
    const char *digits = comma + 3;
    word->key = *key;
    word->is_first = comma == stack->fresh.first;
    return end > digits && comma[0] == ',' && comma[1] == '0' && comma[2] == 'x' &&
           hex_digits(digits, end, &word->addr) == (size_t)(end - digits);
}

/* Finds the frames of the words that were put off, innermost first, so that frames have the order
 * of the text. */
static unpeg_status find_new_words(tick_stack *stack)
{
    unpeg_status status = UNPEG_OK;
    while (stack->fresh_count > 0 && status == UNPEG_OK) {
        new_word *word = &stack->fresh_words[--stack->fresh_count];
        address_role role = word->is_first ? ADDRESS_ENTRY : ADDRESS_RETURN;
        unpeg_frame_id *frame = &stack->kept.frame[word->at];
        status = code_space_frame(stack->space, word->addr, role, frame);
        if (status == UNPEG_OK)
            remember_word(stack, &word->key, word->addr, *frame);
    }
    return status;
}

/* Whether known, which is in the key's slot, is the word behind comma. No known word has a comma in
 * it, so this is never so for a key of another shape than the word's. */
static inline bool is_known(const tick_stack *stack, const known_word *known, const known_word *key,
                            const char *comma)
{
    return known->tail == key->tail && known->head == key->head && *comma == ',' &&
           known->serial == stack->map->serials[known->id];
}

/* The length of the word that ends at end differs from that of the word before it, or it is not
 * known: then it is put off. False for another spelling. */
static bool read_other_word(tick_stack *stack, const char *end, size_t at, word_shape *shape)
{
    *shape = shape_of_last_word(end);
    const char *comma = end - shape->distance;
    known_word key = word_key(end, shape);
    const known_word *known = &stack->known[slot_of(&key)];
    stack->kept.frame[at] = known->frame;
    if (is_known(stack, known, &key, comma))
        return true;
    stack->fresh_words[stack->fresh_count].at = at;
    return put_off(stack, &key, comma, end);
}

/* Reads ",0x<hex>,0x<hex>..." from its end: the short way for words that were seen before, most of
 * which are as long as the one after them. NOT_FOUND when a word is not spelled so (or shorter than
 * 8 bytes), or there are too many. */
static unpeg_status read_usual_frames(tick_stack *stack)
{
    stack_memory *kept = &stack->kept;
    const stack_reader r = stack->fresh;
    const char *end = r.end;
    size_t count = kept->count;
    word_shape shape = {0, 8};
    stack->fresh_count = 0;
    for (; end - r.first > 1 && count < TICK_MAX_FRAMES; count++) {
        known_word key = word_key(end, &shape);
        const known_word *known = &stack->known[slot_of(&key)];
        kept->frame[count] = known->frame;
        if (!is_known(stack, known, &key, end - shape.distance) &&
            !read_other_word(stack, end, count, &shape))
            return UNPEG_NOT_FOUND;
        end -= shape.distance;
        kept->distance[count] = (uint32_t)(r.text_end - end);
    }
    if (end > r.first)
        return UNPEG_NOT_FOUND;
    kept->count = count;
    return find_new_words(stack);
}

/* The frame of a word in any spelling: relative ("+0x10") and decimal ones, which V8 does not use
 * today. NOT_FOUND when it is no address. */
static unpeg_status read_odd_word(tick_stack *stack, const char *comma, const char *stop,
                                  unpeg_frame_id *ret)
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
        return UNPEG_NOT_FOUND;
    }
    if (relative) {
        r->is_relative = true;
        r->relative = forward ? r->relative + value : r->relative - value;
        value = r->relative;
    }
    address_role role = comma == r->first ? ADDRESS_ENTRY : ADDRESS_RETURN;
    return code_space_frame(stack->space, value, role, ret);
}

static void turn_around(uint32_t *items, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t other = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = other;
    }
}

/* Reads words of any spelling, from the innermost one on, to which relative ones refer. */
static unpeg_status read_odd_frames(tick_stack *stack)
{
    stack_reader *r = &stack->fresh;
    stack_memory *kept = &stack->kept;
    size_t before = kept->count;
    unpeg_status status = UNPEG_OK;
    const char *stop;
    for (const char *comma = r->first; comma < r->end && status == UNPEG_OK; comma = stop) {
        unpeg_frame_id frame;
        stop = memchr(comma + 1, ',', (size_t)(r->end - comma - 1));
        stop = stop ? stop : r->end;
        status = read_odd_word(stack, comma, stop, &frame);
        r->overfull |= status == UNPEG_OK && kept->count == TICK_MAX_FRAMES;
        if (status == UNPEG_OK && !r->overfull) {
            kept->frame[kept->count] = frame;
            kept->distance[kept->count++] = (uint32_t)(r->text_end - comma);
        }
        status = status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
    }
    turn_around(kept->frame + before, kept->count - before);
    turn_around(kept->distance + before, kept->count - before);
    return status;
}

static unpeg_status read_frames(tick_stack *stack)
{
    unpeg_status status = read_usual_frames(stack);
    return status == UNPEG_NOT_FOUND ? read_odd_frames(stack) : status;
}

static unpeg_status give_nodes(tick_stack *stack, size_t from, unpeg_node_id base)
{
    stack_memory *kept = &stack->kept;
    unpeg_node_id parent = from ? kept->node[from - 1] : base;
    stack->base = base;
    return profile_add_path(stack->profile, parent, kept->frame + from, kept->count - from,
                            kept->node + from);
}

/* Remembers the row's text; its last same bytes are there already. */
static void keep_text(tick_stack *stack, unpeg_slice frames, size_t same)
{
    size_t head = frames.len - same;
    memcpy(stack->text + TEXT_CAPACITY - frames.len, frames.data, head);
    stack->text_len = frames.len;
}

static void begin_row(tick_stack *stack, const unpeg_tick_row *row, size_t same)
{
    const char *text_end = row->frames.data + row->frames.len;
    stack->fresh = (stack_reader){.first = row->frames.data,
                                  .end = text_end - same,
                                  .text_end = text_end,
                                  .relative = row->pc};
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
    stack->kept.count = kept;
    begin_row(stack, row, same);
    unpeg_status status = read_frames(stack);
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
