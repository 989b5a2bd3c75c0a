/* SPDX-License-Identifier: MIT */
#include "v8_scope.h"

enum {
    SLOT_FLAGS = 0,
    SLOT_LOCALS = 2,
    SLOT_START = 3, /* of the newer form, where the variables begin at slot 5 */
    SLOT_END = 4,
    NEWER_FIRST = 5,
    LOCALS_LIMIT = 1 << 20,
    INLINE_LOCALS = 75, /* as many names and more are in a table of their own */
    HEAD_SLOTS = 5,
    TAIL_SLOTS = 8,
    RECEIVER_BITS = 7,
    RECEIVER_STACK = 1,
    RECEIVER_CONTEXT = 2,
    CLASS_VARIABLE_BIT = 10,
    FUNCTION_BITS = 12,
    INFERRED_BIT = 14,
};

typedef struct scope_slots {
    const v8_heap *heap;
    size_t next, count;
    v8_word words[TAIL_SLOTS];
} scope_slots;

static unpeg_status read_slots(const v8_heap *heap, v8_word scope, size_t first, size_t count,
                               v8_word *ret)
{
    unsigned char raw[TAIL_SLOTS * sizeof(uint64_t)];
    size_t size = (size_t)heap->layout->tagged_size;
    int32_t offset = heap->layout->scope_slots + (int32_t)(first * size);
    unpeg_status status = v8_heap_read(heap, scope, offset, raw, count * size);
    for (size_t i = 0; i < count && !status; i++) {
        uint64_t bits = 0;
        memcpy(&bits, raw + i * size, size);
        ret[i] = v8_heap_decompress(heap, bits);
    }
    return status;
}

/* As many of the last slots as can be read: the object may end at the end of a page. */
static unpeg_status read_tail(scope_slots *slots, v8_word scope, size_t first)
{
    unpeg_status status = UNPEG_NOT_FOUND;
    for (slots->count = TAIL_SLOTS; slots->count > 0; slots->count--) {
        status = read_slots(slots->heap, scope, first, slots->count, slots->words);
        if (status != UNPEG_NOT_FOUND)
            break;
    }
    return status;
}

static v8_word take(scope_slots *slots)
{
    return slots->next < slots->count ? slots->words[slots->next++] : 0;
}

static v8_word take_string(scope_slots *slots)
{
    v8_word word = take(slots);
    return v8_is_object(word) ? word : 0;
}

static int32_t take_small(scope_slots *slots)
{
    int32_t value;
    return v8_heap_small(slots->heap, take(slots), &value) && value >= 0 ? value : -1;
}

/* Flags are a small integer up to V8 12, later a raw 32-bit number. */
static uint32_t flags_of(const v8_heap *heap, v8_word word)
{
    int32_t value;
    if (heap->layout->tagged_size == 8 && (uint32_t)word == 0 && v8_heap_small(heap, word, &value))
        return (uint32_t)value;
    return (uint32_t)word;
}

/* Where names and positions begin in the slots: old releases before 9 say first where the receiver
 * is, in a small integer; later ones begin like that where a function has no name of its own. */
static bool may_begin_with_receiver(const scope_slots *slots, uint32_t flags)
{
    uint32_t receiver = (flags >> RECEIVER_BITS) & 3;
    return slots->heap->layout->scope_first_vars < NEWER_FIRST &&
           (receiver == RECEIVER_STACK || receiver == RECEIVER_CONTEXT) &&
           slots->next < slots->count && !(slots->words[slots->next] & 1);
}

static void take_names(scope_slots *slots, uint32_t flags, v8_scope *ret)
{
    const v8_layout *layout = slots->heap->layout;
    unsigned shift = (unsigned)layout->scope_flag_shift;
    if (shift == 0 && (flags >> CLASS_VARIABLE_BIT) & 1)
        slots->next++;
    if ((flags >> (FUNCTION_BITS - shift)) & 3) {
        ret->name = take_string(slots);
        slots->next++;
    }
    if ((flags >> (INFERRED_BIT - shift)) & 1)
        ret->inferred = take_string(slots);
    if (layout->scope_first_vars < NEWER_FIRST) {
        ret->start = take_small(slots);
        ret->end = take_small(slots);
    }
}

/* With the receiver's slot first: it is seen to be wrong where no position is behind it. */
static void take_tail(scope_slots *slots, uint32_t flags, v8_scope *ret)
{
    const v8_scope none = *ret;
    if (may_begin_with_receiver(slots, flags)) {
        slots->next = 1;
        take_names(slots, flags, ret);
        if (ret->start >= 0 && ret->start <= ret->end)
            return;
        *ret = none;
        slots->next = 0;
    }
    take_names(slots, flags, ret);
}

unpeg_status v8_scope_read(v8_heap *heap, v8_word word, v8_scope *ret)
{
    const v8_layout *layout = heap->layout;
    v8_word head[HEAD_SLOTS] = {0};
    int32_t locals;
    *ret = (v8_scope){.start = -1, .end = -1};
    unpeg_status status = v8_heap_expect(heap, word, layout->type_scope, layout->type_scope);
    size_t first = (size_t)layout->scope_first_vars;
    if (!status)
        status = read_slots(heap, word, 0, first < HEAD_SLOTS ? first : HEAD_SLOTS, head);
    if (status)
        return status;
    if (!v8_heap_small(heap, head[SLOT_LOCALS], &locals) || locals < 0 || locals > LOCALS_LIMIT)
        return UNPEG_NOT_FOUND;
    scope_slots slots = {.heap = heap};
    size_t names = locals < INLINE_LOCALS ? (size_t)locals : 1;
    status = read_tail(&slots, word, first + names + (size_t)locals);
    if (status)
        return status;
    take_tail(&slots, flags_of(heap, head[SLOT_FLAGS]), ret);
    if (first >= NEWER_FIRST) {
        (void)v8_heap_small(heap, head[SLOT_START], &ret->start);
        (void)v8_heap_small(heap, head[SLOT_END], &ret->end);
    }
    return ret->start <= ret->end ? UNPEG_OK : UNPEG_NOT_FOUND;
}
