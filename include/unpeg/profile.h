/* SPDX-License-Identifier: MIT
 *
 * The profile: interned strings, frames, a calling-context tree, and ticks in columns. Every
 * producer (V8 log, live sampler) fills one, every view reads one.
 *
 *     unpeg_profile *profile;
 *     unpeg_profile_create(&profile);
 *     unpeg_profile_add_frame(profile, &(unpeg_frame){.kind = UNPEG_FRAME_JS, .name = name}, &f);
 *     unpeg_profile_add_node(profile, UNPEG_NODE_ROOT, f, &node);
 *     unpeg_profile_add_tick(profile, &(unpeg_tick){.time_us = t, .node = node});
 *     unpeg_profile_destroy(profile);
 *
 * Everything reached from a profile (slices, frames, arrays) is owned by it. Slices live until
 * destroy; array pointers until the next add.
 */
#ifndef UNPEG_PROFILE_H
#define UNPEG_PROFILE_H

#include "unpeg/damage.h"
#include "unpeg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_profile unpeg_profile;
typedef uint32_t unpeg_frame_id;
typedef uint32_t unpeg_node_id;

/* The tree's root: node 0, frame UNPEG_FRAME_ROOT, its own parent. */
#define UNPEG_NODE_ROOT ((unpeg_node_id)0)

#define UNPEG_FRAME_KIND_LIST(X)                                                                   \
    X(ROOT, "root") /* the root of the tree */                                                     \
    X(JS, "js")     /* function, script or eval, in any tier */                                    \
    X(WASM, "wasm")                                                                                \
    X(BUILTIN, "builtin")                   /* embedded builtin */                                 \
    X(BYTECODE_HANDLER, "bytecode-handler") /* interpreter handler */                              \
    X(REGEXP, "regexp")                     /* compiled regular expression */                      \
    X(STUB, "stub")                         /* adapters and other generated code */                \
    X(CPP, "c++")                           /* symbol of a library or the executable */            \
    X(LIBRARY, "library")                   /* a library whose symbol is not known */              \
    X(KERNEL, "kernel")                                                                            \
    X(GC, "gc")               /* child of the root that holds the ticks in garbage collection */   \
    X(IDLE, "idle")           /* child of the root that holds idle ticks */                        \
    X(TRUNCATED, "truncated") /* child of the root that holds stacks cut at 255 frames */          \
    X(UNKNOWN, "unknown")     /* an address that nothing explains; see reason */

typedef enum unpeg_frame_kind {
#define UNPEG_FRAME_KIND_ENUM(name, text) UNPEG_FRAME_##name,
    UNPEG_FRAME_KIND_LIST(UNPEG_FRAME_KIND_ENUM)
#undef UNPEG_FRAME_KIND_ENUM
        UNPEG_FRAME_KIND_COUNT
} unpeg_frame_kind;

#define UNPEG_TIER_LIST(X)                                                                         \
    X(NONE, "", "")                                                                                \
    X(IGNITION, "ignition", "~")                                                                   \
    X(SPARKPLUG, "sparkplug", "^")                                                                 \
    X(MAGLEV, "maglev", "+") /* Turboprop in V8 9.x */                                             \
    X(TURBOFAN, "turbofan", "*")

typedef enum unpeg_tier {
#define UNPEG_TIER_ENUM(name, text, mark) UNPEG_TIER_##name,
    UNPEG_TIER_LIST(UNPEG_TIER_ENUM)
#undef UNPEG_TIER_ENUM
        UNPEG_TIER_COUNT
} unpeg_tier;

/* Bits of unpeg_frame.flags. */
enum {
    UNPEG_FRAME_OSR = 1,         /* compiled for on-stack replacement */
    UNPEG_FRAME_SPECIALIZED = 2, /* specialized to one function context */
};

/* Why a frame has no better name. */
#define UNPEG_UNKNOWN_LIST(X)                                                                      \
    X(NONE, "", "")                                                                                \
    X(NULL_PC, "null-pc", "V8 could not read the program counter")                                 \
    X(NO_CODE_ROW, "no-code-row", "no code-creation row covers the address")                       \
    X(NO_MAPPING, "no-mapping", "outside every known code range and library")                      \
    X(FILE_MISSING, "file-missing", "the library's file is not here")                              \
    X(STRIPPED, "stripped", "the library's file has no symbol table")                              \
    X(OTHER_BUILD, "other-build", "the file here is another build than the one logged")            \
    X(NO_SYMBOL, "no-symbol", "no symbol of the library covers the address")                       \
    X(NO_FILE, "no-file", "the mapping has no file")

typedef enum unpeg_unknown_reason {
#define UNPEG_UNKNOWN_ENUM(name, id, text) UNPEG_UNKNOWN_##name,
    UNPEG_UNKNOWN_LIST(UNPEG_UNKNOWN_ENUM)
#undef UNPEG_UNKNOWN_ENUM
        UNPEG_UNKNOWN_COUNT
} unpeg_unknown_reason;

/* One frame: a function in one tier. Two frames with equal members are the same frame. */
typedef struct unpeg_frame {
    unpeg_frame_kind kind;
    unpeg_tier tier;
    unpeg_unknown_reason reason;
    uint32_t flags;
    unpeg_slice name; /* function name, regexp source, demangled symbol, library path; UTF-8,
                         user-controlled; empty for an anonymous function */
    unpeg_slice file; /* script name or URL; the library's path for C++; else empty */
    unpeg_slice tag;  /* V8's tag of the code object ("LazyCompile", "JS", "Builtin"); else empty */
    uint32_t line, column; /* of the function's start, from 1; 0 when not known */
    unpeg_addr address;    /* UNKNOWN only: the address, or start of the region, that is unknown */
} unpeg_frame;

typedef struct unpeg_node {
    unpeg_node_id parent; /* always smaller than the node's own id, but for the root */
    unpeg_frame_id frame;
    uint32_t links[2]; /* the profile's own; here, because a walk then costs one cache line */
} unpeg_node;

/* V8's VM states, renumbered so that one number means one thing whatever release wrote it. */
#define UNPEG_VM_STATE_LIST(X)                                                                     \
    X(JS, "js")                                                                                    \
    X(GC, "gc")                                                                                    \
    X(PARSER, "parser")                                                                            \
    X(BYTECODE_COMPILER, "bytecode-compiler")                                                      \
    X(COMPILER, "compiler")                                                                        \
    X(OTHER, "other")                                                                              \
    X(EXTERNAL, "external")                                                                        \
    X(ATOMICS_WAIT, "atomics-wait")                                                                \
    X(IDLE, "idle")                                                                                \
    X(LOGGING, "logging")                                                                          \
    X(IDLE_EXTERNAL, "idle-external")                                                              \
    X(UNKNOWN, "unknown")

typedef enum unpeg_vm_state {
#define UNPEG_VM_STATE_ENUM(name, text) UNPEG_VM_STATE_##name,
    UNPEG_VM_STATE_LIST(UNPEG_VM_STATE_ENUM)
#undef UNPEG_VM_STATE_ENUM
        UNPEG_VM_STATE_COUNT
} unpeg_vm_state;

/* Bits of unpeg_tick.flags. */
enum {
    UNPEG_TICK_OVERFLOW = 1,  /* samples were lost before this one */
    UNPEG_TICK_TRUNCATED = 2, /* the outermost frames are missing */
    UNPEG_TICK_NO_STACK = 4,  /* the row had no frame but the program counter */
};

typedef struct unpeg_tick {
    int64_t time_us;    /* since the isolate's logger was set up */
    unpeg_node_id node; /* the innermost frame; its path to the root is the stack */
    uint8_t vm_state;   /* unpeg_vm_state */
    uint8_t flags;
} unpeg_tick;

/* One file that code was mapped from, and what became of its symbols. */
typedef struct unpeg_library {
    unpeg_slice path;             /* as logged */
    unpeg_slice symbols_from;     /* the file that gave the symbols; empty if none did */
    unpeg_unknown_reason problem; /* NONE, FILE_MISSING, STRIPPED, OTHER_BUILD or NO_FILE */
    char detail[96];              /* one sentence on the problem; "" if there is none */
} unpeg_library;

/* How a live process was sampled; all zeros for a log. */
typedef struct unpeg_recording {
    uint32_t pid, tid;         /* of the process and the sampled thread; pid 0: it was a log */
    uint32_t rate_hz;          /* asked for; lowered where the stops would cost too much */
    unpeg_slice program;       /* name of the process */
    unpeg_slice backend;       /* "perf" or "ptrace" */
    unpeg_slice withheld;      /* one sentence: what is not told, and why; empty: nothing */
    uint64_t samples;          /* taken */
    uint64_t lost, incomplete; /* missed or refused; taken without their outermost frames */
    uint64_t unnamed;          /* JavaScript frames without a name */
    uint64_t duration_us;      /* of the recording */
    uint64_t stopped_us;       /* how long the thread was held in all */
    uint64_t stop_p50_us, stop_p99_us, stop_max_us; /* at a time */
    uint64_t asked_us; /* how long it was to be; 0: until the process ends */
    uint64_t run_us;   /* how long the thread was on a processor; 0: not known */
    uint64_t skipped;  /* samples left out so that the thread is not held too long */
    unpeg_slice ended; /* why it ended before its time; empty: it did not */
} unpeg_recording;

/* What is known of the run that was profiled and of how it was read. */
typedef struct unpeg_profile_info {
    uint32_t v8[4];       /* major, minor, build, patch; zeros if not known */
    unpeg_slice embedder; /* "-node.38" */
    uint64_t interval_us; /* nominal; 0 if not known */
    uint64_t bytes_read;  /* of bytes_total */
    uint64_t bytes_total; /* 0 if not known */
    uint64_t lines;
    uint64_t deopts;
    uint64_t isolates; /* 1, or more when several wrote one file */
    bool partial;      /* the budget ended first, or the input was cut */
    bool tail_only;    /* ticks are those of the end of the log only */
    bool ended;        /* profiler,end was seen */
    unpeg_recording recording;
} unpeg_profile_info;

UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_create(unpeg_profile **ret);
UNPEG_API void unpeg_profile_destroy(unpeg_profile *profile);

/* Adding. Slices are copied. Each returns the id of an equal entry if there is one. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_add_frame(unpeg_profile *profile,
                                                                const unpeg_frame *frame,
                                                                unpeg_frame_id *ret);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_add_node(unpeg_profile *profile,
                                                               unpeg_node_id parent,
                                                               unpeg_frame_id frame,
                                                               unpeg_node_id *ret);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_add_tick(unpeg_profile *profile,
                                                               const unpeg_tick *tick);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_add_library(unpeg_profile *profile,
                                                                  const unpeg_library *library);

/* Adds all of other behind profile's ticks: the isolates of one process in one profile. Their
 * clocks have nothing in common, so the times of other's ticks are shifted to begin a second after
 * the last one of profile; info and damage are summed up. Fails with NO_MEMORY or LIMIT; then
 * profile may hold a part of other. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_append(unpeg_profile *profile,
                                                             const unpeg_profile *other);

/* Copies text into the profile and returns the interned slice: equal texts, equal pointers. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_intern(unpeg_profile *profile,
                                                             unpeg_slice text, unpeg_slice *ret);

/* Reading. Ids are dense: frames 0..count-1, nodes 0..count-1, ticks 0..count-1 in log order. */
UNPEG_API size_t unpeg_profile_frame_count(const unpeg_profile *profile);
UNPEG_API const unpeg_frame *unpeg_profile_frame(const unpeg_profile *profile, unpeg_frame_id id);
UNPEG_API size_t unpeg_profile_node_count(const unpeg_profile *profile);
UNPEG_API const unpeg_node *unpeg_profile_nodes(const unpeg_profile *profile);
UNPEG_API size_t unpeg_profile_tick_count(const unpeg_profile *profile);
UNPEG_API unpeg_tick unpeg_profile_tick(const unpeg_profile *profile, size_t index);
UNPEG_API size_t unpeg_profile_library_count(const unpeg_profile *profile);
UNPEG_API const unpeg_library *unpeg_profile_library(const unpeg_profile *profile, size_t index);

/* Both may be changed by the producer; they live until destroy. */
UNPEG_API unpeg_profile_info *unpeg_profile_info_of(unpeg_profile *profile);
UNPEG_API unpeg_damage *unpeg_profile_damage(unpeg_profile *profile);

/* The same for readers. */
UNPEG_API const unpeg_profile_info *unpeg_profile_info_const(const unpeg_profile *profile);
UNPEG_API const unpeg_damage *unpeg_profile_damage_const(const unpeg_profile *profile);

/* Static texts. */
UNPEG_API const char *unpeg_frame_kind_text(unpeg_frame_kind kind);
UNPEG_API const char *unpeg_tier_text(unpeg_tier tier);
UNPEG_API const char *unpeg_tier_mark(unpeg_tier tier);
UNPEG_API const char *unpeg_unknown_id(unpeg_unknown_reason reason);
UNPEG_API const char *unpeg_unknown_text(unpeg_unknown_reason reason);
UNPEG_API const char *unpeg_vm_state_text(unpeg_vm_state state);

#ifdef __cplusplus
}
#endif
#endif
