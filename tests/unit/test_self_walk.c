/* SPDX-License-Identifier: MIT
 *
 * This program's own stack, walked on the processor that it runs on, beside what the compiler's own
 * unwinder makes of it: frames with and without frame pointer, of variable size, below a signal
 * handler, and with signed return addresses where the processor has them.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "check.h"
#include "stack_walk.h"
#include "unwind_arch.h"

#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#define NO_FRAME_POINTER
#else
#define NOINLINE __attribute__((noinline, noclone))
#define NO_FRAME_POINTER __attribute__((optimize("omit-frame-pointer")))
#endif

#define STACK_TOP (UINT64_C(1) << 48)

enum { DEPTH = 40, FRAME_LIMIT = 128, MAPS_LIMIT = 1 << 17 };

/* What was found by both in the same function. */
typedef struct both_ways {
    uint64_t oracle[FRAME_LIMIT];
    size_t oracle_count;
    ucontext_t context;
    stack_trace ours;
} both_ways;

typedef struct own_process {
    address_space *space;
    stack_walker *walker;
    target_memory memory;
} own_process;

static own_process self;
static both_ways found;

static unpeg_status read_own(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const own_process *own = user;
    for (size_t got = 0; got < size;) {
        const mapping *at = mapping_find(address_space_mappings(own->space), address + got);
        if (!at || !(at->prot & MAPPING_READ))
            return UNPEG_NOT_FOUND;
        uint64_t some = at->end - (address + got);
        some = some < size - got ? some : size - got;
        memcpy((char *)bytes + got, (const void *)(uintptr_t)(address + got), (size_t)some);
        got += (size_t)some;
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
    char path[4096];
    (void)user;
    snprintf(path, sizeof path, "%.*s", (int)at->path.len, at->path.data);
    int *fd = malloc(sizeof *fd);
    if (!fd)
        return UNPEG_NO_MEMORY;
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        free(fd);
        return UNPEG_NOT_FOUND;
    }
    *ret = (code_file){.read = read_file, .close = close_file, .user = fd};
    return UNPEG_OK;
}

static void read_mappings(void)
{
    static char text[MAPS_LIMIT];
    mapping_list list = {0};
    size_t size = 0;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    for (ssize_t got = 1; got > 0; size += (size_t)got) {
        got = read(fd, text + size, sizeof text - size);
        assert_true(got >= 0);
    }
    close(fd);
    assert_int_equal(mapping_list_parse(&list, text, size), UNPEG_OK);
    assert_int_equal(address_space_update(self.space, &list), UNPEG_OK);
}

static target_registers registers_of(const ucontext_t *context)
{
#if defined(__x86_64__)
    target_registers r = {.arch = TARGET_X86_64};
    r.value[REG_X86_RIP] = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    r.value[REG_X86_RSP] = (uint64_t)context->uc_mcontext.gregs[REG_RSP];
    r.value[REG_X86_RBP] = (uint64_t)context->uc_mcontext.gregs[REG_RBP];
    r.known = UINT64_C(1) << REG_X86_RIP | UINT64_C(1) << REG_X86_RSP | UINT64_C(1) << REG_X86_RBP;
#else
    target_registers r = {.arch = TARGET_AARCH64};
    r.value[REG_ARM_PC] = context->uc_mcontext.pc;
    r.value[REG_ARM_SP] = context->uc_mcontext.sp;
    r.value[REG_ARM_FP] = context->uc_mcontext.regs[REG_ARM_FP];
    r.value[REG_ARM_LR] = context->uc_mcontext.regs[REG_ARM_LR];
    r.known = UINT64_C(1) << REG_ARM_PC | UINT64_C(1) << REG_ARM_SP | UINT64_C(1) << REG_ARM_FP |
              UINT64_C(1) << REG_ARM_LR;
#endif
    return r;
}

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *user)
{
    both_ways *both = user;
    /* Some show what _start would return to, which is nothing. */
    if (both->oracle_count == FRAME_LIMIT || _Unwind_GetIP(context) == 0)
        return _URC_NORMAL_STOP;
    both->oracle[both->oracle_count++] = (uint64_t)_Unwind_GetIP(context);
    return _URC_NO_REASON;
}

static NOINLINE void walk_both_ways(void)
{
    found.oracle_count = 0;
    _Unwind_Backtrace(note_frame, &found);
    assert_int_equal(getcontext(&found.context), 0);
    target_registers registers = registers_of(&found.context);
    assert_int_equal(stack_walk(self.walker, &registers, &self.memory, &found.ours), UNPEG_OK);
}

/* Of the innermost frame the two know different instructions. */
static void check_alike(void)
{
    assert_int_equal(found.ours.end, STACK_END_COMPLETE);
    assert_int_equal(found.ours.count, found.oracle_count);
    for (size_t i = 1; i < found.oracle_count; i++)
        assert_int_equal(found.ours.frames[i].pc, found.oracle[i]);
}

static NOINLINE unsigned descend(unsigned depth, void (*at_the_end)(void));

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Walloca"
/* A stack pointer that only the frame pointer knows the way back from. */
static NOINLINE unsigned with_room(unsigned depth, void (*at_the_end)(void))
{
    volatile char *room = __builtin_alloca(depth * 24U + 1);
    room[depth] = (char)depth;
    return descend(depth - 1, at_the_end) + (unsigned char)room[depth];
}
#pragma GCC diagnostic pop

static NOINLINE unsigned with_aligned_stack(unsigned depth, void (*at_the_end)(void))
{
    volatile char __attribute__((aligned(64))) block[100];
    block[depth] = (char)depth;
    return descend(depth - 1, at_the_end) + (unsigned char)block[depth];
}

NO_FRAME_POINTER static NOINLINE unsigned without_frame_pointer(unsigned depth,
                                                                void (*at_the_end)(void))
{
    volatile unsigned kept = depth;
    return descend(depth - 1, at_the_end) + kept;
}

static NOINLINE unsigned descend(unsigned depth, void (*at_the_end)(void))
{
    static unsigned (*const ways[])(unsigned, void (*)(void)) = {with_room, with_aligned_stack,
                                                                 without_frame_pointer};
    if (depth > 0)
        return ways[depth % 3](depth, at_the_end) + 1;
    at_the_end();
    return 1;
}

static void test_deep_and_varied(void **state)
{
    (void)state;
    assert_int_equal(descend(DEPTH, walk_both_ways), DEPTH * (DEPTH + 1) / 2 + DEPTH + 1);
    check_alike();
    assert_true(found.ours.count > DEPTH * 2);
}

static void handle(int number)
{
    (void)number;
    walk_both_ways();
}

static void raise_signal(void)
{
    raise(SIGUSR1);
}

static void test_below_a_signal_handler(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = handle};
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    (void)descend(DEPTH, raise_signal);
    check_alike();
    size_t signals = 0;
    for (size_t i = 0; i < found.ours.count; i++)
        signals += found.ours.frames[i].rule == STACK_RULE_SIGNAL;
    assert_int_equal(signals, 1);
}

#ifdef __ARM_FEATURE_PAC_DEFAULT
/* What lies on the stack is not the address: else the tests above would show nothing about it. */
static void test_return_addresses_are_signed(void **state)
{
    (void)state;
    size_t signed_count = 0;
    assert_true(getauxval(AT_HWCAP) & HWCAP_PACA);
    (void)descend(DEPTH, walk_both_ways);
    for (size_t i = 0; i + 1 < found.ours.count; i++) {
        uint64_t kept = 0;
        if (memory_read_u64(&self.memory, found.ours.frames[i].fp + 8, &kept) == UNPEG_OK)
            signed_count += kept != found.ours.frames[i + 1].pc &&
                            unwind_aarch64.strip(kept, STACK_TOP) == found.ours.frames[i + 1].pc;
    }
    assert_true(signed_count > DEPTH);
    check_alike();
}
#endif

static void open_self(void)
{
    const code_file_source files = {.open = open_file};
    self.memory = (target_memory){.read = read_own, .user = &self};
    assert_int_equal(address_space_create(&files, &self.memory, &self.space), UNPEG_OK);
    assert_int_equal(stack_walker_create(self.space, &self.walker), UNPEG_OK);
    read_mappings();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deep_and_varied),
        cmocka_unit_test(test_below_a_signal_handler),
#ifdef __ARM_FEATURE_PAC_DEFAULT
        cmocka_unit_test(test_return_addresses_are_signed),
#endif
    };
    open_self();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stack_trace_deinit(&found.ours);
    stack_walker_destroy(self.walker);
    address_space_destroy(self.space);
    return failed;
}
