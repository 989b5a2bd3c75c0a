/* SPDX-License-Identifier: MIT
 *
 * Prologues, epilogues and signal frames of AArch64. The return address of a frame that is not
 * built is in the link register.
 *
 * Format: Arm Architecture Reference Manual, C4.1 and C6.2; AAPCS64 for the frame record.
 */
#include "unwind_arch.h"

#include "byte_cursor.h"

enum {
    STEP_LIMIT = 48,
    BRANCH_LIMIT = 4,
    PATH_LIMIT = 16,
    WORD_BYTES = 4,
    FP = 29,
    LR = 30,
    SP = 31,
    TOP_BIT = 55, /* tells user space from the kernel's; above it is a tag */
};

/* An instruction is of the kind whose bits it has under the mask. */
typedef enum kind {
    OTHER,
    RETURN,       /* by the link register */
    RETURN_OTHER, /* by another register */
    JUMP_INDIRECT,
    CALL,
    JUMP,        /* 26-bit distance */
    CONDITIONAL, /* 19-bit distance */
    TEST_BIT,    /* 14-bit distance */
    STORE_PAIR,
    LOAD_PAIR,
    SET_FRAME, /* add fp, sp, n */
    TAKE_DOWN, /* mov sp, fp */
    LOAD_OR_STORE,
} kind;

typedef struct pattern {
    uint32_t mask, bits;
    kind kind;
} pattern;

/* The first that fits. */
static const pattern PATTERNS[] = {
    {0xffffffff, 0xd65f03c0, RETURN},       /* ret */
    {0xfffffbff, 0xd65f0bff, RETURN},       /* retaa, retab */
    {0xfffffc1f, 0xd65f0000, RETURN_OTHER}, /* ret xN */
    {0xfffffc1f, 0xd61f0000, JUMP_INDIRECT},
    {0xfefff800, 0xd61f0800, JUMP_INDIRECT}, /* braa, brab and their forms without modifier */
    {0xfffffc1f, 0xd63f0000, CALL},
    {0xfefff800, 0xd63f0800, CALL},
    {0xfc000000, 0x94000000, CALL},
    {0xfc000000, 0x14000000, JUMP},
    {0xff000010, 0x54000000, CONDITIONAL},
    {0x7e000000, 0x34000000, CONDITIONAL}, /* cbz, cbnz */
    {0x7e000000, 0x36000000, TEST_BIT},    /* tbz, tbnz */
    {0xfe400000, 0xa8000000, STORE_PAIR},  /* of 64-bit registers */
    {0xfe400000, 0xa8400000, LOAD_PAIR},
    {0xffc003ff, 0x910003fd, SET_FRAME},
    {0xffffffff, 0x910003bf, TAKE_DOWN},
    {0x0a000000, 0x08000000, LOAD_OR_STORE},
};

typedef struct walk {
    const leaf_site *site;
    size_t at;
    size_t branches[BRANCH_LIMIT];
    size_t branch_count;
} walk;

typedef enum step_result {
    STEP_ON,
    STEP_DEAD_END,
    STEP_BUILT,
    STEP_UNBUILT,
    STEP_HALF,
    STEP_JUMPS
} step_result;

static kind kind_of(uint32_t word)
{
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++)
        if ((word & PATTERNS[i].mask) == PATTERNS[i].bits)
            return PATTERNS[i].kind;
    return OTHER;
}

static uint32_t word_at(const unsigned char *bytes)
{
    byte_cursor at = {bytes, bytes + WORD_BYTES, false};
    return cursor_u32(&at);
}

static uint32_t field(uint32_t word, unsigned low, unsigned bits)
{
    return word >> low & ((UINT32_C(1) << bits) - 1);
}

static bool is_frame_record(uint32_t word)
{
    return field(word, 0, 5) == FP && field(word, 10, 5) == LR && field(word, 5, 5) == SP;
}

/* In bytes, from the instruction itself. */
static int64_t distance(uint32_t word, unsigned low, unsigned bits)
{
    uint64_t value = (uint64_t)field(word, low, bits) << (64 - bits);
    return ((int64_t)value >> (64 - bits)) * WORD_BYTES;
}

static bool target_of(const walk *w, int64_t bytes, size_t *ret)
{
    int64_t target = (int64_t)w->at + bytes;
    *ret = (size_t)target;
    return target >= 0 && target < (int64_t)w->site->code_size;
}

static step_result branch(walk *w, int64_t bytes)
{
    size_t target;
    if (w->branch_count < BRANCH_LIMIT && target_of(w, bytes, &target))
        w->branches[w->branch_count++] = target;
    return STEP_ON;
}

static step_result jump(walk *w, int64_t bytes)
{
    size_t target;
    if (!target_of(w, bytes, &target))
        return STEP_DEAD_END;
    w->at = target - WORD_BYTES; /* where the step ends */
    return STEP_ON;
}

/* Storing fp and lr begins a frame. */
static step_result store_pair(uint32_t word)
{
    if (is_frame_record(word))
        return STEP_UNBUILT;
    return field(word, 5, 5) == FP ? STEP_BUILT : STEP_ON;
}

/* A frame that is built is used through fp, and gives lr back from memory. */
static step_result load_pair(uint32_t word)
{
    bool link = field(word, 0, 5) == LR || field(word, 10, 5) == LR;
    return link || field(word, 5, 5) == FP ? STEP_BUILT : STEP_ON;
}

static step_result load_or_store(uint32_t word)
{
    return field(word, 5, 5) == FP || field(word, 0, 5) == LR ? STEP_BUILT : STEP_ON;
}

static step_result set_frame(const walk *w)
{
    uint32_t before = word_at(w->site->before + CALL_BYTES - WORD_BYTES);
    bool stored = kind_of(before) == STORE_PAIR && is_frame_record(before);
    return w->at == 0 && stored ? STEP_HALF : STEP_DEAD_END;
}

static step_result act(walk *w, uint32_t word)
{
    switch (kind_of(word)) {
    case RETURN:
        return STEP_UNBUILT;
    case JUMP_INDIRECT:
        return STEP_JUMPS;
    case RETURN_OTHER:
    case CALL:
        return STEP_DEAD_END;
    case JUMP:
        return jump(w, distance(word, 0, 26));
    case CONDITIONAL:
        return branch(w, distance(word, 5, 19));
    case TEST_BIT:
        return branch(w, distance(word, 5, 14));
    case STORE_PAIR:
        return store_pair(word);
    case LOAD_PAIR:
        return load_pair(word);
    case SET_FRAME:
        return set_frame(w);
    case TAKE_DOWN:
        return STEP_BUILT;
    case LOAD_OR_STORE:
        return load_or_store(word);
    case OTHER:
        return word == 0 ? STEP_DEAD_END : STEP_ON;
    }
    return STEP_DEAD_END;
}

static step_result follow(walk *w, size_t from)
{
    step_result result = STEP_ON;
    w->at = from;
    for (size_t i = 0; i < STEP_LIMIT && result == STEP_ON; i++) {
        if (w->site->code_size < WORD_BYTES || w->at > w->site->code_size - WORD_BYTES)
            return STEP_DEAD_END;
        result = act(w, word_at(w->site->code + w->at));
        w->at += WORD_BYTES;
    }
    return result == STEP_ON ? STEP_DEAD_END : result;
}

/* add fp, sp, n: the frame record lies n above the stack pointer. */
static leaf_answer half_built(const leaf_site *site, leaf_caller *ret)
{
    uint64_t record = site->sp + field(word_at(site->code), 10, 12);
    ret->half = true;
    ret->sp = record + 16;
    if (memory_read_u64(site->memory, record, &ret->fp) != UNPEG_OK ||
        memory_read_u64(site->memory, record + 8, &ret->pc) != UNPEG_OK)
        return LEAF_UNKNOWN;
    return LEAF_UNBUILT;
}

static leaf_answer in_link(const leaf_site *site, leaf_caller *ret, leaf_answer answer)
{
    if (!(site->registers->known >> LR & 1))
        return LEAF_UNKNOWN;
    *ret = (leaf_caller){.pc = site->registers->value[LR], .sp = site->sp, .fp = site->fp};
    return answer;
}

static leaf_answer find_unbuilt(const leaf_site *site, leaf_caller *ret)
{
    walk w = {.site = site};
    step_result result = follow(&w, 0);
    /* A loop in the code would come by its own branch for ever. */
    for (size_t i = 1; i < PATH_LIMIT && result == STEP_DEAD_END && w.branch_count > 0; i++)
        result = follow(&w, w.branches[--w.branch_count]);
    switch (result) {
    case STEP_BUILT:
        return LEAF_BUILT;
    case STEP_UNBUILT:
        return in_link(site, ret, LEAF_UNBUILT);
    case STEP_JUMPS:
        return in_link(site, ret, LEAF_JUMPS);
    case STEP_HALF:
        return half_built(site, ret);
    default:
        return LEAF_UNKNOWN;
    }
}

/* The link register may be left over from a call that this function made. */
static unpeg_status guess_caller(const leaf_site *site, leaf_caller *ret)
{
    (void)site;
    (void)ret;
    return UNPEG_NOT_FOUND;
}

/* struct rt_sigframe: siginfo (128), then ucontext, whose registers are at 184: x0 to x30, sp,
 * pc. */
static unpeg_status signal_caller(const target_memory *memory, unpeg_addr sp, leaf_caller *ret)
{
    enum { AT_REGISTERS = 128 + 184, WORD = 8, AT_FP = AT_REGISTERS + FP * WORD };
    uint64_t words[4] = {0}; /* x29, x30, sp, pc */
    unpeg_status status = memory_read(memory, sp + AT_FP, words, sizeof words);
    *ret = (leaf_caller){.fp = words[0], .link = words[1], .sp = words[2], .pc = words[3]};
    return status;
}

static bool ends_in_call(const unsigned char *before)
{
    return kind_of(word_at(before + CALL_BYTES - WORD_BYTES)) == CALL;
}

/* mov x8, 139; svc 0. */
static bool is_signal_return(const unsigned char *code, size_t size)
{
    return size >= sizeof(uint32_t[2]) && word_at(code) == 0xd2801168 &&
           word_at(code + WORD_BYTES) == 0xd4000001;
}

/* A signature begins above the bits that addresses of user space have: 39, 48 or 52, which is the
 * kernel's choice. The stack is near the end of that space. */
static unpeg_addr strip(unpeg_addr address, unpeg_addr top)
{
    uint64_t mask = UINT64_MAX >> (63 - TOP_BIT) >> 1;
    while (top != 0 && mask >> 1 >= top - 1)
        mask >>= 1;
    return address & mask;
}

const unwind_arch unwind_aarch64 = {
    .registers = &cfi_aarch64,
    .strip = strip,
    .find_unbuilt = find_unbuilt,
    .guess_caller = guess_caller,
    .signal_caller = signal_caller,
    .ends_in_call = ends_in_call,
    .is_signal_return = is_signal_return,
};
