// SPDX-License-Identifier: MIT
// The floor of tools/bench: what reading a V8 log costs on this machine when nothing is checked,
// named, counted or shown. Each step does what the one before it does, and more:
//
//     bench-floor rows LOG     finds each row, splits its head and reads its numbers
//     bench-floor words LOG    and turns each word of a stack that the row before did not end with
//                              into a number, by a table of the words seen
//     bench-floor tree LOG     and these numbers into a tree of calls: that is whole stacks
//
// It trusts its input and must be given logs that V8 wrote.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER = 256 << 10,
    BEFORE = 64 << 10,
    WORDS_LOG2 = 16,
    DEPTH = 512,
    TEXT = 32 << 10,
    HEAD_FIELDS = 6
};
enum { STEP_ROWS, STEP_WORDS, STEP_TREE };

typedef struct word {
    uint64_t tail, head; // the last 16 bytes, the part before the comma is zero
    uint32_t id;
} word;

typedef struct node {
    uint32_t parent, word, first, next;
} node;

static struct {
    int step;
    uint64_t rows, sum;
    char text[TEXT]; // the last stack, right-aligned
    size_t text_len, depth;
    uint32_t distance[DEPTH], node_of[DEPTH];
    word words[1 << WORDS_LOG2];
    uint32_t word_count;
    node *nodes;
    size_t node_count, node_capacity;
} f;

static uint64_t load(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t mixed(uint64_t value)
{
    value *= UINT64_C(0x9E3779B97F4A7C15);
    return value ^ value >> 32;
}

static uint32_t word_id(uint64_t tail, uint64_t head)
{
    size_t at = mixed(tail ^ head >> 12) & ((1 << WORDS_LOG2) - 1);
    while (f.words[at].id && (f.words[at].tail != tail || f.words[at].head != head))
        at = (at + 1) & ((1 << WORDS_LOG2) - 1);
    if (!f.words[at].id) {
        if (f.word_count == 3 << (WORDS_LOG2 - 2))
            return 1;
        f.words[at] = (word){tail, head, ++f.word_count};
    }
    return f.words[at].id;
}

static void grow_tree(void)
{
    if (f.node_count < f.node_capacity)
        return;
    f.node_capacity = f.node_capacity ? f.node_capacity * 2 : 1 << 14;
    f.nodes = realloc(f.nodes, f.node_capacity * sizeof *f.nodes);
    if (!f.nodes)
        exit(2);
}

// Children are a list, the last used first.
static uint32_t child(uint32_t parent, uint32_t id)
{
    uint32_t before = 0;
    for (uint32_t n = f.nodes[parent].first; n; before = n, n = f.nodes[n].next) {
        if (f.nodes[n].word != id)
            continue;
        if (before) {
            f.nodes[before].next = f.nodes[n].next;
            f.nodes[n].next = f.nodes[parent].first;
            f.nodes[parent].first = n;
        }
        return n;
    }
    uint32_t made = (uint32_t)f.node_count++;
    f.nodes[made] = (node){parent, id, 0, f.nodes[parent].first};
    f.nodes[parent].first = made;
    grow_tree();
    return made;
}

static size_t common_end(const char *a, const char *b, size_t max)
{
    size_t same = 0;
    while (same + 64 <= max && memcmp(a - same - 64, b - same - 64, 64) == 0)
        same += 64;
    for (; same + 8 <= max; same += 8) {
        uint64_t difference = load(a - same - 8) ^ load(b - same - 8);
        if (difference)
            return same + (size_t)__builtin_clzll(difference) / 8;
    }
    return same;
}

// The stack of a row, from its end; 16 bytes before it can be read.
static void take_stack(const char *begin, const char *end)
{
    size_t len = (size_t)(end - begin);
    size_t same = common_end(f.text + TEXT, end, len < f.text_len ? len : f.text_len);
    size_t depth = f.depth;
    while (depth > 0 && f.distance[depth - 1] > same)
        depth--;
    same = depth ? f.distance[depth - 1] : 0;
    uint32_t at = depth ? f.node_of[depth - 1] : 0;
    for (const char *stop = end - same; stop - begin > 1 && depth < DEPTH; depth++) {
        uint64_t head = load(stop - 16);
        uint64_t low = ~((head | UINT64_C(0x8080808080808080)) - UINT64_C(0x3030303030303030)) &
                       UINT64_C(0x8080808080808080);
        unsigned comma = 63 - (unsigned)__builtin_clzll(low | 1);
        uint32_t id = word_id(load(stop - 8), head & -(UINT64_C(2) << comma));
        at = f.step == STEP_TREE ? child(at, id) : 0;
        f.sum += id;
        stop -= 16 - comma / 8;
        f.node_of[depth] = at;
        f.distance[depth] = (uint32_t)(end - stop);
    }
    f.depth = depth;
    f.text_len = len < TEXT ? len : TEXT;
    if (len < TEXT)
        memcpy(f.text + TEXT - len, begin, len - same);
}

// A number that ends at a comma, decimal or hexadecimal.
static const char *take_number(const char *at, const char *end, uint64_t *ret)
{
    uint64_t value = 0;
    if (end - at > 2 && at[1] == 'x') {
        for (at += 2; at < end && *at != ','; at++)
            value = value << 4 | (uint64_t)((*at & 15) + (*at >> 6) * 9);
    } else {
        for (; at < end && *at != ','; at++)
            value = value * 10 + (uint64_t)(*at & 15);
    }
    *ret = value;
    return at < end ? at + 1 : end;
}

static const char *take_numbers(const char *at, const char *end, int count)
{
    while (count-- > 0) {
        uint64_t value;
        at = take_number(at, end, &value);
        f.sum += value;
    }
    return at;
}

static void take_row(const char *at, const char *end)
{
    f.rows++;
    if (end - at > 24 && memcmp(at, "tick,", 5) == 0) {
        at = take_numbers(at + 5, end, HEAD_FIELDS);
        if (f.step > STEP_ROWS && at < end)
            take_stack(at - 1, end);
    } else if (end - at > 24 && memcmp(at, "code-creation,", 14) == 0) {
        at = memchr(at + 14, ',', (size_t)(end - at - 14));
        if (at)
            take_numbers(at + 1, end, 4);
    }
}

int main(int argc, char **argv)
{
    static const char *const steps[] = {"rows", "words", "tree"};
    static char memory[BEFORE + BUFFER];
    char *const buffer = memory + BEFORE; // a row that was cut is moved in front of the next block
    char *begin = buffer;
    ssize_t got;
    int file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return 2;
    while (f.step < STEP_TREE && strcmp(argv[1], steps[f.step]) != 0)
        f.step++;
    grow_tree();
    f.nodes[f.node_count++] = (node){0};
    while ((got = read(file, buffer, BUFFER)) > 0) {
        char *end = buffer + got;
        for (char *newline; (newline = memchr(begin, '\n', (size_t)(end - begin))) != NULL;
             begin = newline + 1)
            take_row(begin, newline);
        size_t rest = (size_t)(end - begin) < BEFORE - 16 ? (size_t)(end - begin)
                                                          : 0; // a longer row is no tick
        memmove(buffer - rest, end - rest, rest);
        begin = buffer - rest;
    }
    printf("%zu rows, %u words, %zu nodes, sum %zx\n", (size_t)f.rows, f.word_count, f.node_count,
           (size_t)f.sum);
    return got < 0 || close(file) != 0;
}
