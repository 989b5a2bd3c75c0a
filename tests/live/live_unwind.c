/* SPDX-License-Identifier: MIT
 *
 * Our stacks against two others, one instruction at a time: libunwind's over the same registers
 * and memory; and the stack of the instruction before, from which a call, a return or neither lead
 * to this one.
 */
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "libunwind_cursor.h"
#include "live_target.h"
#include "process_files.h"
#include "process_maps.h"
#include "remote_memory.h"
#include "sampler_arch.h"
#include "stack_walk.h"

enum { INSTRUCTION_LIMIT = 15, REPORTED = 5, BURSTS = 40, BURST_STEPS = 150, TOLD_LIMIT = 4096 };

typedef struct session {
    pid_t pid;
    process_files files;
    process_maps maps;
    remote_memory *remote;
    target_memory memory;
    address_space *space;
    stack_walker *walker;
    libunwind_cursor *oracle; /* NULL: no libunwind here */
    target_registers registers;
    stack_trace trace, before; /* of this instruction and of the last */
    libunwind_frame *told;     /* what libunwind says, without the innermost */
    size_t told_count;
} session;

typedef struct counts {
    unsigned steps, complete;
    unsigned same, fixed, other; /* than libunwind; fixed: but for a caller that it misses */
    unsigned kept, jumped;       /* a possible successor of the stack before; an impossible one */
    unsigned jumping;            /* in the midst of a longjmp */
} counts;

static void read_maps(session *s)
{
    mapping_list list = {0};
    assert_int_equal(process_maps_refresh(&s->maps), UNPEG_OK);
    assert_int_equal(mapping_list_parse(&list, s->maps.text, s->maps.text_size), UNPEG_OK);
    assert_int_equal(address_space_update(s->space, &list), UNPEG_OK);
}

static void begin(session *s, pid_t pid)
{
    *s = (session){.pid = pid, .files = {(int32_t)pid}, .maps = {.pid = (int32_t)pid}};
    const code_file_source source = process_files_source(&s->files);
    assert_int_equal(remote_memory_create((int32_t)pid, &s->remote), UNPEG_OK);
    s->memory = remote_memory_access(s->remote);
    assert_int_equal(address_space_create(&source, &s->memory, &s->space), UNPEG_OK);
    assert_int_equal(stack_walker_create(s->space, &s->walker), UNPEG_OK);
    unpeg_status status = libunwind_cursor_create(s->space, &s->oracle);
    assert_true(status == UNPEG_OK || status == UNPEG_UNSUPPORTED);
    s->told = calloc(TOLD_LIMIT, sizeof *s->told);
    assert_non_null(s->told);
    read_maps(s);
}

static void end(session *s)
{
    free(s->told);
    stack_trace_deinit(&s->trace);
    stack_trace_deinit(&s->before);
    libunwind_cursor_destroy(s->oracle);
    stack_walker_destroy(s->walker);
    address_space_destroy(s->space);
    process_maps_deinit(&s->maps);
    remote_memory_destroy(s->remote);
}

static int wait_for_stop(const session *s)
{
    int status;
    assert_int_equal(waitpid(s->pid, &status, __WALL), s->pid);
    assert_true(WIFSTOPPED(status));
    return status;
}

static void read_registers(session *s)
{
    uint64_t words[SAMPLER_REGSET_MAX];
    struct iovec into = {words, sizeof words};
    assert_int_equal(ptrace(PTRACE_GETREGSET, s->pid, (void *)NT_PRSTATUS, &into), 0);
    sampler_arch_from_regset(sampler_arch_here(), words, into.iov_len / sizeof *words,
                             &s->registers);
}

static void walk(session *s)
{
    stack_trace last = s->before;
    s->before = s->trace;
    s->trace = last;
    remote_memory_forget(s->remote);
    for (int tries = 0; tries < 2; tries++) {
        assert_int_equal(stack_walk(s->walker, &s->registers, &s->memory, &s->trace), UNPEG_OK);
        if (s->trace.end != STACK_END_UNMAPPED)
            return;
        read_maps(s);
    }
}

static void ask_oracle(session *s)
{
    s->told_count = 0;
    assert_int_equal(libunwind_cursor_begin(s->oracle, &s->registers, &s->memory), UNPEG_OK);
    while (s->told_count < TOLD_LIMIT &&
           libunwind_cursor_next(s->oracle, &s->told[s->told_count]) == UNPEG_OK &&
           s->told[s->told_count].pc != 0)
        s->told_count++;
}

static bool told_is(const session *s, size_t told, size_t ours)
{
    return s->told[told].pc == s->trace.frames[ours].pc;
}

/* All frames but the innermost, of which nothing has to be told. */
static bool is_same(const session *s)
{
    if (s->told_count + 1 != s->trace.count)
        return false;
    for (size_t i = 0; i < s->told_count; i++)
        if (!told_is(s, i, i + 1) || s->told[i].sp != s->trace.frames[i + 1].sp)
            return false;
    return true;
}

/* Without CFI libunwind goes by the frame pointer, and misses the caller of what has no frame. */
static bool is_same_but_for_fixes(const session *s)
{
    size_t told = 0;
    for (size_t i = 1; i < s->trace.count; i++) {
        if (told < s->told_count && told_is(s, told, i))
            told++;
        else if (!s->trace.frames[i - 1].not_built)
            return false;
    }
    return told == s->told_count;
}

static void print_both(const session *s, const char *what)
{
    printf("%s, %s\n", what, stack_end_text(s->trace.end));
    for (size_t i = 0; i < s->trace.count && i < 12; i++) {
        code_place place = {0};
        const stack_frame *f = &s->trace.frames[i];
        bool known = address_space_locate(s->space, f->pc, &place);
        printf("  ours %12lx sp %lx fp %lx kind %d rule %d%s", (unsigned long)f->pc,
               (unsigned long)f->sp, (unsigned long)f->fp, f->kind, f->rule,
               f->not_built ? " not built" : "");
        if (known && place.mapping->path.len)
            printf("  %.*s vaddr %lx", (int)place.mapping->path.len, place.mapping->path.data,
                   (unsigned long)place.vaddr);
        if (i > 0 && i - 1 < s->told_count)
            printf("  told %lx sp %lx", (unsigned long)s->told[i - 1].pc,
                   (unsigned long)s->told[i - 1].sp);
        printf("\n");
    }
}

static void compare_with_oracle(session *s, counts *c)
{
    if (!s->oracle)
        return;
    ask_oracle(s);
    if (is_same(s))
        c->same++;
    else if (is_same_but_for_fixes(s))
        c->fixed++;
    else if (c->other++ < REPORTED)
        print_both(s, "another stack than libunwind's");
}

/* The callers from number a of the stack before and b of this one on are the same. */
static bool callers_agree(const session *s, size_t a, size_t b)
{
    const stack_trace *x = &s->before, *y = &s->trace;
    if (x->count < a || y->count < b || x->count - a != y->count - b)
        return false;
    for (; a < x->count; a++, b++)
        if (x->frames[a].pc != y->frames[b].pc || x->frames[a].sp != y->frames[b].sp)
            return false;
    return true;
}

/* Neither called nor returned, or called, or returned. */
static bool is_successor(const session *s)
{
    if (callers_agree(s, 1, 1))
        return true;
    if (s->trace.count > 1 && s->trace.frames[1].pc - s->before.frames[0].pc <= INSTRUCTION_LIMIT)
        return callers_agree(s, 1, 2);
    return s->before.count > 1 && s->before.frames[1].pc == s->trace.frames[0].pc &&
           callers_agree(s, 2, 1);
}

static void compare_with_last(session *s, counts *c)
{
    if (is_successor(s)) {
        c->kept++;
    } else if (c->jumped++ < REPORTED) {
        stack_trace this = s->trace;
        s->told_count = 0;
        s->trace = s->before;
        print_both(s, "a stack");
        s->trace = this;
        print_both(s, "and one instruction later");
    }
}

/* To the next instruction, or into the handler of a signal that arrived; then there is no way from
 * the stack before to this one. */
static bool step(session *s, int *signal_number)
{
    assert_int_equal(ptrace(PTRACE_SINGLESTEP, s->pid, NULL, (long)*signal_number), 0);
    bool followed = *signal_number == 0;
    int status = wait_for_stop(s);
    *signal_number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    return followed;
}

/* The last instructions of longjmp have loaded the stack that they go to into other registers:
 * there is no caller on this one. */
static bool is_jumping(const stack_trace *trace)
{
    return trace->count == 1 && trace->end == STACK_END_NOT_UPWARD;
}

static void look(session *s, counts *c, bool followed)
{
    read_registers(s);
    walk(s);
    c->steps++;
    c->complete += s->trace.end == STACK_END_COMPLETE;
    if (is_jumping(&s->trace)) {
        c->jumping++;
        return;
    }
    compare_with_oracle(s, c);
    if (followed && s->trace.count > 0 && s->before.count > 0 && !is_jumping(&s->before))
        compare_with_last(s, c);
}

static void burst(session *s, counts *c)
{
    int signal_number = 0;
    assert_int_equal(ptrace(PTRACE_INTERRUPT, s->pid, NULL, NULL), 0);
    int status = wait_for_stop(s);
    if (status >> 16 == 0)
        signal_number = WSTOPSIG(status);
    look(s, c, false);
    for (unsigned i = 0; i < BURST_STEPS; i++) {
        bool followed = step(s, &signal_number);
        look(s, c, followed);
    }
    /* An interruption that came late would end the next burst's wait early: there is none left. */
    assert_int_equal(ptrace(PTRACE_CONT, s->pid, NULL, (long)signal_number), 0);
}

static counts compare_all(const char *const *words)
{
    session s;
    counts c = {0};
    live_target target;
    live_start(&target, words);
    usleep(200000);
    assert_int_equal(ptrace(PTRACE_SEIZE, target.pid, NULL, NULL), 0);
    begin(&s, target.pid);
    for (useconds_t i = 0; i < BURSTS; i++) {
        burst(&s, &c);
        usleep(300 + i * 37);
    }
    end(&s);
    kill(target.pid, SIGKILL);
    live_finish(&target);
    printf("%s: %u instructions, %u stacks complete; libunwind's: %u the same, %u but for callers "
           "that it misses, %u other; after the one before: %u possible, %u not\n",
           words[1], c.steps, c.complete, c.same, c.fixed, c.other, c.kept, c.jumped);
    return c;
}

static void test_compiled_code(void **state)
{
    (void)state;
    counts c = compare_all((const char *[]){UNPEG_FRAMES, "frames", NULL});
    assert_int_equal(c.steps, BURSTS * (BURST_STEPS + 1));
    assert_int_equal(c.complete + c.jumping, c.steps);
    assert_in_range(c.jumping, 0, c.steps / 100);
    assert_int_equal(c.fixed + c.other, 0);
}

static const char script[] =
    "console.log('ready');\n"
    "class Point { constructor(x, y) { this.x = x; this.y = y; } get sum() { return this.x + "
    "this.y; } }\n"
    "const fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2);\n"
    "const deep = n => n === 0 ? fib(8) : deep(n - 1) + 1;\n"
    "function round(i) {\n"
    "  const list = Array.from({ length: 40 }, (_, k) => new Point(k * 7 % 11, i));\n"
    "  list.sort((a, b) => a.sum - b.sum);\n"
    "  const text = JSON.stringify(list.map(p => p.sum).filter(n => n % 2));\n"
    "  const map = new Map(text.split(',').map((s, k) => [s, k]));\n"
    "  try { if (i % 5 === 0) throw new Error(text); } catch (e) { deep(20); }\n"
    "  return map.size + JSON.parse(text).length + /(a+)+b/.exec('aaaaaaaaab').length + fib(10);\n"
    "}\n"
    "for (let i = 0, t = 0; ; i++) t += round(i);\n";

/* Generated code and builtins have no CFI: what the code says must lead to the same callers at each
 * instruction of a function. */
static void test_node(void **state)
{
    (void)state;
    const char *node = getenv("UNPEG_NODE");
    counts c = compare_all((const char *[]){node ? node : "node", "-e", script, NULL});
    assert_true(c.complete * 1000 >= c.steps * 998);
    assert_true(c.jumped * 100 <= c.kept);
}

int main(void)
{
    live_need(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compiled_code),
        cmocka_unit_test(test_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
