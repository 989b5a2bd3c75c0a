/* SPDX-License-Identifier: MIT
 *
 * The peg: the stretch of time in which the thread never came back to its event loop, and what it
 * was doing there.
 *
 *     unpeg_peg *peg;
 *     unpeg_peg_find(profile, NULL, &peg, &error);
 *     printf("%s since %lld us\n", unpeg_verdict_text(peg->verdict), (long long)peg->start_us);
 *     unpeg_query_set_range(&query, peg->start_us, peg->end_us);
 *     unpeg_peg_destroy(peg);
 *
 * A stretch ends where the thread was idle, where no tick came for long, where only native code
 * without a JavaScript caller ran (the message loop), or where two stacks have no outermost frame
 * in common. GC ticks and ticks without a stack say nothing and end nothing. The rules and their
 * reasons are in src/view/peg_rules.h.
 */
#ifndef UNPEG_PEG_H
#define UNPEG_PEG_H

#include "unpeg/view.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNPEG_VERDICT_LIST(X)                                                                      \
    X(NOT_PEGGED, "not-pegged", "no call held the thread for long")                                \
    X(IDLE, "idle", "the thread was waiting")                                                      \
    X(JS_LOOP, "js-loop", "JavaScript runs and does not return")                                   \
    X(RECURSION, "recursion", "functions that call each other in a cycle")                         \
    X(REGEXP, "regexp", "a regular expression does not return")                                    \
    X(NATIVE_CALL, "native-call", "a call into native code does not return")                       \
    X(GC, "gc", "garbage collection takes the time")                                               \
    X(COMPILE, "compile", "parsing and compiling take the time")                                   \
    X(MIXED, "mixed", "the thread is held, by no single kind of work")

typedef enum unpeg_verdict {
#define UNPEG_VERDICT_ENUM(name, id, text) UNPEG_VERDICT_##name,
    UNPEG_VERDICT_LIST(UNPEG_VERDICT_ENUM)
#undef UNPEG_VERDICT_ENUM
        UNPEG_VERDICT_COUNT
} unpeg_verdict;

/* Shares (0 to 1) of the peg's ticks that the verdict was made from. js to unknown are disjoint and
 * add up to 1. */
typedef struct unpeg_peg_evidence {
    double js;      /* JavaScript, WebAssembly, adapters, with the interpreter that runs them */
    double builtin; /* V8's builtins */
    double regexp;  /* compiled regular expressions, and builtins and native code that match them */
    double native;  /* C++, libraries, kernel */
    double gc;      /* VM state gc */
    double compile; /* VM states parser, bytecode-compiler, compiler */
    double idle;    /* VM states idle, idle-external */
    double unknown; /* none of these: no frame, or an address that nothing explains */
    double stuck;   /* ticks with the stuck frame on the stack, of stack_ticks */
    double hidden;  /* hidden_ticks, of stack_ticks */
    double cyclic;  /* ticks whose stack repeats a cycle, of the ticks with a stack */
    double callback; /* ticks in VM states external, atomics-wait: in a callback of the embedder */
} unpeg_peg_evidence;

/* One step of the path to the stuck frame: one function, in whatever tiers it ran. */
typedef struct unpeg_peg_step {
    unpeg_frame_id frame; /* the frame to print */
    uint32_t tiers;       /* bit 1 << unpeg_tier */
    uint64_t ticks;       /* of stack_ticks, with this path on the stack */
} unpeg_peg_step;

/* Frames on the stack, folded as in a view, over the ticks with a stack. */
typedef struct unpeg_peg_depth {
    uint32_t min, median, max;
    uint64_t truncated; /* ticks whose outermost frames are missing: at least this deep */
} unpeg_peg_depth;

typedef struct unpeg_peg_options {
    size_t struct_size;
    bool has_window; /* look only at ticks from start_us to end_us, both inclusive */
    int64_t start_us, end_us;
    size_t max_rows; /* of self_rows and stuck_rows; 0 means 20 */
} unpeg_peg_options;

/* What was found. When the log has no stretch at all (no ticks, or only idle ones), ticks is 0 and
 * every array is empty. Arrays belong to the peg; frame ids are the profile's. */
typedef struct unpeg_peg {
    unpeg_verdict verdict;
    double confidence;  /* 0 to 1; see unpeg_confidence_text */
    char sentence[256]; /* the evidence in words: ASCII, numbers only, no names */
    unpeg_peg_evidence evidence;

    int64_t start_us, end_us; /* first and last tick of the peg: of the stretch, or of the part of
                                 it in which the stuck frame is on the stack */
    int64_t stretch_start_us, stretch_end_us; /* the thread was not in its event loop */
    bool trailing;         /* nothing but neutral ticks follows: it lasts to the log's end */
    uint64_t ticks;        /* of the peg, neutral ones included */
    uint64_t stack_ticks;  /* of those, the ones whose stack is known from the outermost frame on;
                              if those are too few, all with a stack */
    uint64_t hidden_ticks; /* of those, the ones in a builtin right under the path, during which V8
                              may have missed the stuck frame */
    double share;          /* ticks, of all ticks of the window that are not idle */
    uint64_t stretches;    /* how many the window has */

    unpeg_peg_step *path; /* outermost first; the last is the stuck frame: the deepest call on the
                             stack in at least 95 % of stack_ticks - hidden_ticks. Empty if there
                             is none */
    size_t path_count;
    unpeg_row *self_rows; /* flat rows of the peg, descending by self */
    size_t self_count;
    unpeg_row *stuck_rows; /* the same for the ticks under the stuck frame; total counts only
                              frames from the stuck frame inwards */
    size_t stuck_count;
    unpeg_frame_id *cycle; /* RECURSION: the most common cycle, callers first; the last calls the
                              first again */
    size_t cycle_count;
    uint32_t cycle_repeats; /* median number of times it repeats on a stack that has it */
    unpeg_peg_depth depth;
} unpeg_peg;

/* options may be NULL. Fails with NO_MEMORY, or LIMIT for 2^32 ticks and more. A profile without
 * ticks is a success with the verdict NOT_PEGGED and confidence 0. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_peg_find(const unpeg_profile *profile,
                                                       const unpeg_peg_options *options,
                                                       unpeg_peg **ret, unpeg_error *error);
UNPEG_API void unpeg_peg_destroy(unpeg_peg *peg);

/* "js-loop" and so on; what it means in words; both static. */
UNPEG_API const char *unpeg_verdict_text(unpeg_verdict verdict);
UNPEG_API const char *unpeg_verdict_meaning(unpeg_verdict verdict);

/* "high" from 0.8, "medium" from 0.5, else "low"; static. */
UNPEG_API const char *unpeg_confidence_text(double confidence);

#ifdef __cplusplus
}
#endif
#endif
