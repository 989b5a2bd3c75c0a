/* SPDX-License-Identifier: MIT */
#include "v8_regexp.h"

#include "v8_namer_state.h"

enum {
    WORD = 8,
    AREA_LIMIT = 64 << 10, /* bytes of stack that are looked through */
    PIECE = 512,           /* words read at once */
    DATA_WORDS = 16,       /* of an expression's data, among which its code is */
    SOURCE_LIMIT = 1024,   /* bytes of UTF-8 */
    ARGUMENTS = 16,        /* of a builtin that JavaScript called, from fp */
    ARGUMENT_WORDS = 3,    /* receiver and at most two */
    PUSHED_BYTES = 96,     /* arguments of a call to C++, from the stack pointer */
    INPUT_WORDS = 5, /* what machine code keeps of its call: marker, subject, index, start, end */
};

/* Bit n of the flags is the n-th letter. */
static const char flag_letters[] = "gimyusldv";
/* The order in which JavaScript prints them. */
static const char flag_order[] = "dgilmsuvy";

/* The frames between the function that called and the innermost one. */
typedef struct regexp_place {
    unpeg_addr code_fp;      /* of the frame of an expression's machine code; 0: none runs */
    v8_word code, object;    /* it, as in v8_code; 0: not known */
    bool inside;             /* a builtin that matches is on the stack */
    bool leaves;             /* the innermost frame is that of a call to C++ */
    unpeg_addr builtin_fp;   /* of the builtin that JavaScript called; 0: none */
    unpeg_addr start, end;   /* of the words between */
    unpeg_addr callee_start; /* of the calling function's own */
} regexp_place;

typedef struct field_place {
    v8_word object;
    int32_t offset;
} field_place;

typedef struct regexp_search {
    v8_namer *namer;
    const v8_stack *stack;
    regexp_place place;
    unpeg_addr found_at; /* on the stack */
    v8_word regexp;      /* JSRegExp, or where that has no source its data */
    v8_word source;
    field_place flags;
    v8_word subject; /* 0: not known */
} regexp_search;

static bool begins(unpeg_slice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

static bool contains(unpeg_slice text, const char *part)
{
    for (; text.len > 0; text.data++, text.len--)
        if (begins(text, part))
            return true;
    return false;
}

/* Others make expressions, or tell of their flags. */
static bool is_match(unpeg_slice name)
{
    static const char *const words[] = {"Exec",   "Test",  "Match",   "Replace",
                                        "Search", "Split", "Iterator"};
    if (!contains(name, "RegExp"))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (contains(name, words[i]))
            return true;
    return false;
}

static unpeg_status read_word(const regexp_search *s, unpeg_addr address, uint64_t *ret)
{
    return memory_read_u64(s->stack->memory, address, ret);
}

/* What a frame of V8's says it is: its function, or NULL and its marker. */
typedef struct frame_owner {
    const v8_function *function;
    v8_marker marker;
} frame_owner;

static unpeg_status read_owner(regexp_search *s, const v8_frame *frame, frame_owner *ret)
{
    const v8_layout *layout = &s->namer->layout;
    uint64_t context = 0;
    uint64_t function = 0;
    unpeg_status status = read_word(s, frame->fp + (uint64_t)(int64_t)layout->fp_context, &context);
    if (!status)
        status = read_word(s, frame->fp + (uint64_t)(int64_t)layout->fp_function, &function);
    if (!status && (context & 1))
        status = v8_functions_of(&s->namer->functions, function, &ret->function);
    else if (!status)
        ret->marker = v8_layout_marker(layout, (int64_t)(context >> 1));
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

static void take_code(regexp_place *place, const v8_frame *frame, const v8_code *code)
{
    place->code = code ? code->code : 0;
    place->object = code ? code->object : 0;
    place->code_fp = frame->fp;
    place->start = frame->sp;
}

/* True: the frame is that of the function that called. */
static bool take_frame(regexp_place *place, const v8_frame *frame, const v8_code_at *at,
                       const frame_owner *owner)
{
    const v8_function *function = owner->function;
    bool first = place->start == 0;
    if (first)
        place->start = frame->sp;
    if (at->code ? at->code->regexp : owner->marker == V8_MARKER_IRREGEXP) {
        take_code(place, frame, at->code);
        return false;
    }
    if (function && function->script) {
        place->callee_start = frame->sp;
        place->end = frame->fp;
        return true;
    }
    if (!at->builtin)
        return false;
    place->leaves = place->leaves || (first && at->builtin->role == V8_ROLE_EXIT);
    place->inside = place->inside || is_match(at->builtin->name);
    if (function && place->builtin_fp == 0)
        place->builtin_fp = frame->fp;
    return false;
}

static unpeg_status find_place(regexp_search *s, const v8_frame *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const v8_frame *frame = &frames[i];
        frame_owner owner = {NULL, V8_MARKER_NONE};
        v8_code_at at;
        uint64_t pc = frame->interrupted ? frame->pc : frame->pc - 1;
        unpeg_status status = v8_namer_locate(s->namer, pc, &at);
        bool own = !at.in_file || at.builtin;
        if (!status && !frame->not_built && own)
            status = read_owner(s, frame, &owner);
        if (status)
            return status;
        if (own && take_frame(&s->place, frame, &at, &owner))
            break;
    }
    const regexp_place *place = &s->place;
    bool any = place->code_fp != 0 || place->inside;
    bool ordered = place->start != 0 && place->start < place->callee_start &&
                   place->callee_start <= place->end;
    return any && ordered ? UNPEG_OK : UNPEG_NOT_FOUND;
}

/* A JSRegExp has its source, or its data has it. */
static bool is_behind_data(const regexp_search *s)
{
    return s->namer->layout.regexp_data_source != V8_ABSENT;
}

/* The code that runs, or a wrapper of it: the data of V8 12 is outside of the trusted space. */
static bool is_code(const regexp_search *s, uint64_t word)
{
    const v8_heap *heap = &s->namer->heap;
    v8_word wrapped = 0;
    if (word == s->place.code || word == s->place.object)
        return true;
    return v8_is_object(word) &&
           !v8_heap_field(heap, word, heap->layout->wrapped_value, &wrapped) &&
           wrapped == s->place.code;
}

/* Whether the expression's data has the code that runs. */
static unpeg_status check_code(const regexp_search *s, v8_word regexp)
{
    const v8_heap *heap = &s->namer->heap;
    uint64_t words[DATA_WORDS];
    v8_word data;
    if (s->place.code_fp == 0)
        return UNPEG_OK;
    unpeg_status status = v8_heap_field(heap, regexp, heap->layout->regexp_data, &data);
    if (!status)
        status = v8_heap_read(heap, data, 0, words, sizeof words);
    for (size_t i = 0; i < DATA_WORDS && !status && s->place.code != 0; i++)
        if (is_code(s, words[i]))
            return UNPEG_OK;
    return status ? status : UNPEG_NOT_FOUND;
}

static bool may_be_object(const regexp_search *s, uint64_t word)
{
    const v8_heap *heap = &s->namer->heap;
    uint64_t cage = word >> 32 << 32;
    return v8_is_object(word) &&
           (heap->cage == 0 || cage == heap->cage || cage == heap->trusted_cage);
}

static unpeg_status take_object(regexp_search *s, v8_word word)
{
    v8_heap *heap = &s->namer->heap;
    const v8_layout *layout = heap->layout;
    unpeg_status status = v8_heap_expect(heap, word, layout->type_regexp, layout->type_regexp);
    if (!status)
        status = v8_heap_field(heap, word, layout->regexp_source, &s->source);
    if (!status)
        status = check_code(s, word);
    s->flags = (field_place){word, layout->regexp_source + layout->tagged_size};
    return status;
}

static unpeg_status read_handle(const v8_heap *heap, v8_word object, int32_t offset, uint32_t *ret)
{
    return v8_heap_read(heap, object, offset, ret, sizeof *ret);
}

/* Data names its handle, and its wrapper, outside of the trusted space, names the same. */
static unpeg_status take_data(regexp_search *s, v8_word word)
{
    v8_heap *heap = &s->namer->heap;
    const v8_layout *layout = heap->layout;
    uint32_t own = 0;
    uint32_t wrapped = 0;
    v8_word wrapper = 0;
    int32_t type;
    size_t length;
    if (heap->trusted_cage == 0 || word >> 32 << 32 != heap->trusted_cage)
        return UNPEG_NOT_FOUND;
    unpeg_status status = v8_heap_field(heap, word, layout->regexp_data_wrapper, &wrapper);
    if (!status)
        status = v8_heap_type(heap, wrapper, &type);
    if (!status)
        status = read_handle(heap, word, layout->trusted_handle, &own);
    if (!status)
        status = read_handle(heap, wrapper, layout->wrapped_value, &wrapped);
    if (!status && (own == 0 || own != wrapped))
        status = UNPEG_NOT_FOUND;
    if (!status)
        status = v8_heap_field(heap, word, layout->regexp_data_source, &s->source);
    if (!status)
        status = v8_string_length(heap, s->source, &length);
    s->flags = (field_place){word, layout->regexp_data_source + layout->tagged_size};
    return status;
}

static unpeg_status take_regexp(regexp_search *s, v8_word word)
{
    if (!may_be_object(s, word))
        return UNPEG_NOT_FOUND;
    unpeg_status status = is_behind_data(s) ? take_data(s, word) : take_object(s, word);
    if (!status)
        s->regexp = word;
    return status;
}

/* The first expression of the words from start to end. */
static unpeg_status look_through(regexp_search *s, unpeg_addr end)
{
    uint64_t words[PIECE];
    unpeg_addr at = (s->place.start + WORD - 1) & ~UINT64_C(7);
    if (end > at && end - at > AREA_LIMIT)
        end = at + AREA_LIMIT;
    while (at < end && end - at >= WORD) {
        size_t count = end - at < sizeof words ? (size_t)(end - at) / WORD : PIECE;
        unpeg_status status = memory_read(s->stack->memory, at, words, count * WORD);
        if (status)
            return status;
        for (size_t i = 0; i < count; i++) {
            status = take_regexp(s, words[i]);
            s->found_at = at + i * WORD;
            if (status != UNPEG_NOT_FOUND)
                return status;
        }
        at += count * WORD;
    }
    return UNPEG_NOT_FOUND;
}

/* Without machine code to prove which, what the calling function keeps is not looked at. */
static unpeg_status find_regexp(regexp_search *s)
{
    const regexp_place *place = &s->place;
    bool proven = place->code_fp != 0 && !is_behind_data(s);
    return look_through(s, proven ? place->end
                                  : place->callee_start + (unpeg_addr)ARGUMENT_WORDS * WORD);
}

static unpeg_status read_flags(const regexp_search *s, v8_regexp *ret)
{
    v8_heap *heap = &s->namer->heap;
    v8_word flags = 0;
    int32_t bits = 0;
    size_t count = 0;
    unpeg_status status = v8_heap_field(heap, s->flags.object, s->flags.offset, &flags);
    if (!status && (!v8_heap_small(heap, flags, &bits) || bits < 0 || bits >> V8_REGEXP_FLAGS))
        status = UNPEG_NOT_FOUND;
    for (size_t i = 0; i < V8_REGEXP_FLAGS && !status; i++)
        if ((bits >> (strchr(flag_letters, flag_order[i]) - flag_letters)) & 1)
            ret->flags[count++] = flag_order[i];
    return status;
}

static unpeg_status read_source(regexp_search *s, v8_regexp *ret)
{
    intern *names = &s->namer->names;
    v8_text text = {0};
    uint32_t id = 0;
    unpeg_status status = v8_string_text(&s->namer->heap, s->source, SOURCE_LIMIT, &text);
    if (!status && !intern_add(names, v8_text_slice(&text), &id))
        status = UNPEG_NO_MEMORY;
    if (!status)
        ret->source = intern_text(names, id);
    ret->source_cut = text.cut;
    v8_text_deinit(&text);
    return status ? status : read_flags(s, ret);
}

static bool is_string(regexp_search *s, uint64_t word)
{
    size_t length;
    return may_be_object(s, word) && !v8_string_length(&s->namer->heap, word, &length);
}

/* Whether a word is the expression's JSRegExp. */
static bool is_expression(const regexp_search *s, uint64_t word)
{
    const v8_heap *heap = &s->namer->heap;
    uint32_t own = 0;
    uint32_t handle = 0;
    if (!is_behind_data(s))
        return word == s->regexp;
    return may_be_object(s, word) &&
           !read_handle(heap, s->regexp, heap->layout->trusted_handle, &own) &&
           !read_handle(heap, word, heap->layout->regexp_data, &handle) && own == handle;
}

/* Machine code keeps its arguments below its frame pointer: the subject, the index where it began,
 * start and end of the subject's units. The last two must fit the first. */
static unpeg_status subject_of_code(regexp_search *s)
{
    uint64_t words[INPUT_WORDS];
    size_t length;
    bool marked = s->namer->layout.markers[V8_MARKER_IRREGEXP] != V8_ABSENT;
    size_t top = marked ? INPUT_WORDS - 2 : INPUT_WORDS - 1;
    unpeg_status status =
        memory_read(s->stack->memory, s->place.code_fp - sizeof words, words, sizeof words);
    if (!status && !may_be_object(s, words[top]))
        status = UNPEG_NOT_FOUND;
    if (!status)
        status = v8_string_length(&s->namer->heap, words[top], &length);
    if (status)
        return status;
    uint64_t bytes = words[top - 3] - words[top - 2];
    if (bytes <= (uint64_t)length * 2)
        s->subject = words[top];
    return UNPEG_OK;
}

/* One is a method of the other and has it as its first argument. */
static bool take_pair(regexp_search *s, uint64_t receiver, uint64_t argument)
{
    if (is_expression(s, receiver) && is_string(s, argument))
        s->subject = argument;
    else if (is_expression(s, argument) && is_string(s, receiver))
        s->subject = receiver;
    return s->subject != 0;
}

/* Of the builtin that JavaScript called: the receiver is first or last of the arguments. */
static unpeg_status subject_of_call(regexp_search *s)
{
    uint64_t words[ARGUMENT_WORDS];
    if (s->place.builtin_fp == 0)
        return UNPEG_OK;
    unpeg_status status =
        memory_read(s->stack->memory, s->place.builtin_fp + ARGUMENTS, words, sizeof words);
    if (status)
        return status;
    if (s->namer->layout.receiver_first)
        (void)take_pair(s, words[0], words[1]);
    else if (!take_pair(s, words[1], words[0]))
        (void)take_pair(s, words[2], words[1]);
    return UNPEG_OK;
}

/* Of a call to C++ that matches: expression and subject are the first two, the first on top. */
static unpeg_status subject_of_exit(regexp_search *s)
{
    uint64_t word = 0;
    const regexp_place *place = &s->place;
    if (!place->leaves || s->found_at <= place->start || s->found_at - place->start > PUSHED_BYTES)
        return UNPEG_OK;
    unpeg_status status = read_word(s, s->found_at - WORD, &word);
    if (!status && is_string(s, word))
        s->subject = word;
    return status;
}

static unpeg_status find_subject(regexp_search *s, v8_regexp *ret)
{
    unpeg_status status = s->place.code_fp != 0 ? subject_of_code(s) : subject_of_call(s);
    if (!status && s->subject == 0 && s->place.code_fp == 0)
        status = subject_of_exit(s);
    if (!status && s->subject != 0) {
        status = v8_string_length(&s->namer->heap, s->subject, &ret->subject_length);
        ret->has_subject = !status;
    }
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

unpeg_status v8_namer_regexp(v8_namer *namer, const v8_stack *stack, const v8_frame *frames,
                             size_t count, v8_regexp *ret)
{
    regexp_search search = {.namer = namer, .stack = stack};
    *ret = (v8_regexp){0};
    if (namer->health.names_withheld || !v8_namer_knows(namer))
        return UNPEG_NOT_FOUND;
    unpeg_status status = find_place(&search, frames, count);
    if (!status)
        status = find_regexp(&search);
    if (!status)
        status = read_source(&search, ret);
    return status ? status : find_subject(&search, ret);
}
