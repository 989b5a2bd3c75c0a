/* SPDX-License-Identifier: MIT
 *
 * A program whose stacks are of all kinds that compilers make, built without frame pointers:
 *
 *     frames        says "ready", then goes through all of them for ever
 *
 * Recursion with frames of several sizes, alloca, arrays that need more alignment than the stack
 * has, callbacks from the C library, calls through the linker's stubs, signal handlers on the same
 * and on another stack, a jump out of five frames, code of the vdso.
 */
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __clang__ /* makes no clones */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

enum { DEPTH = 12, ITEMS = 24, ALTERNATE_STACK = 65536 };

static volatile uint64_t sink;
static jmp_buf out;

NOINLINE static uint64_t leaf(uint64_t seed)
{
    for (int i = 0; i < 20; i++)
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return seed;
}

NOINLINE static uint64_t with_alloca(size_t size)
{
    char *bytes = alloca(size);
    memset(bytes, (int)size, size);
    return leaf((uint64_t)bytes[size / 2]) + strlen("of the stack");
}

/* The compiler aligns the stack and keeps the way back in memory. */
NOINLINE static uint64_t with_aligned(uint64_t seed)
{
    volatile uint64_t words[16] __attribute__((aligned(64)));
    for (size_t i = 0; i < 16; i++)
        words[i] = leaf(seed + i);
    return words[seed % 16] + with_alloca(seed % 100 + 8);
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return leaf(*x) < leaf(*y) ? -1 : 1;
}

NOINLINE static uint64_t with_callback(uint64_t seed)
{
    uint64_t items[ITEMS];
    char text[64];
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = leaf(seed + i);
    qsort(items, ITEMS, sizeof *items, compare);
    snprintf(text, sizeof text, "%g %llu", (double)items[0], (unsigned long long)items[1]);
    return items[2] + strlen(text);
}

NOINLINE static uint64_t many_registers(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t x = leaf(a), y = leaf(b), z = leaf(c), u = leaf(a ^ b), v = leaf(b ^ c);
    for (int i = 0; i < 3; i++)
        x += leaf(y) + leaf(z), y ^= leaf(u), z -= leaf(v), u += leaf(x), v ^= leaf(x + u);
    return x ^ y ^ z ^ u ^ v;
}

NOINLINE static uint64_t dive(int depth)
{
    if (depth == 0)
        return with_callback(1);
    volatile char frame[200];
    frame[depth] = (char)depth;
    if (depth % 3 == 0)
        return dive(depth - 1) + with_aligned((uint64_t)depth);
    if (depth % 3 == 1)
        return many_registers(dive(depth - 1), (uint64_t)depth, 3) + (uint64_t)frame[depth];
    return with_alloca((size_t)depth * 8) + dive(depth - 1);
}

static void on_signal(int number)
{
    sink += with_aligned((uint64_t)number) + dive(2);
}

NOINLINE static void jump_out(int depth)
{
    if (depth == 0)
        longjmp(out, 1);
    jump_out(depth - 1);
    sink += leaf((uint64_t)depth);
}

NOINLINE static void jump_back(void)
{
    if (setjmp(out) == 0)
        jump_out(5);
}

static void set_handlers(void)
{
    static char alternate[ALTERNATE_STACK];
    const stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
    struct sigaction action = {.sa_handler = on_signal};
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR2, &action, NULL);
}

int main(void)
{
    struct timespec time;
    set_handlers();
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        sink += dive(DEPTH);
        raise(SIGUSR1);
        raise(SIGUSR2);
        jump_back();
        for (int i = 0; i < 20; i++)
            clock_gettime(CLOCK_MONOTONIC, &time);
        sink += (uint64_t)time.tv_nsec;
    }
}
