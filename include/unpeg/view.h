/* SPDX-License-Identifier: MIT
 *
 * Views: what is computed from a profile. A query selects ticks and says how frames are folded;
 * a view answers with totals, flat rows and trees.
 *
 *     unpeg_query query = {.struct_size = sizeof query, .focus = "render"};
 *     unpeg_view_create(profile, &query, &view, &error);
 *     const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_SELF, &count);
 *     unpeg_tree_create(view, &(unpeg_tree_options){.struct_size = sizeof(unpeg_tree_options)},
 * &t); unpeg_tree_destroy(t); unpeg_view_destroy(view);
 *
 * A view borrows its profile, which must stay alive and unchanged. Results do not depend on how
 * the profile numbers its frames. All counts are ticks.
 */
#ifndef UNPEG_VIEW_H
#define UNPEG_VIEW_H

#include "unpeg/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of unpeg_query.flags. */
enum {
    UNPEG_QUERY_WINDOW = 1,        /* start_us and end_us are set */
    UNPEG_QUERY_KEEP_HANDLERS = 2, /* do not fold interpreter code into the JS function it runs */
    UNPEG_QUERY_SPLIT_TIERS = 4,   /* one row for each tier of a function */
    UNPEG_QUERY_KEEP_GC_FRAMES = 8 /* show the code inside GC and idle ticks under (gc), (idle) */
};

/* Which ticks, and how they are shown. All zero but struct_size: every tick, folded and merged.
 *
 * Folding: bytecode handlers and the builtins that only enter or leave an interpreted or baseline
 * function are how that function runs, so they count as their caller when that is a JS function;
 * without a JS caller they stay visible. Merging: one function in several tiers is one row. */
typedef struct unpeg_query {
    size_t struct_size;
    uint32_t flags;
    int64_t start_us, end_us; /* both inclusive; only with UNPEG_QUERY_WINDOW */
    /* POSIX extended regular expressions, NULL for none, matched against
     * "name file:line:column" of each frame (first 4096 bytes). */
    const char *focus;  /* keep only ticks with a matching frame on the stack */
    const char *ignore; /* drop ticks with a matching frame on the stack; beats focus */
} unpeg_query;

/* Sets the window of a query; the second form to the last span_us of the profile's ticks. */
UNPEG_API void unpeg_query_set_range(unpeg_query *query, int64_t start_us, int64_t end_us);
UNPEG_API void unpeg_query_set_last(unpeg_query *query, const unpeg_profile *profile,
                                    uint64_t span_us);

/* What a tick was spent in: each tick has exactly one category. GC and IDLE go by the VM state,
 * the rest by the innermost frame after folding. */
#define UNPEG_CATEGORY_LIST(X)                                                                     \
    X(JS, "js") /* JavaScript and the interpreter that runs it */                                  \
    X(WASM, "wasm")                                                                                \
    X(BUILTIN, "builtin")                                                                          \
    X(REGEXP, "regexp")                                                                            \
    X(STUB, "stub")                                                                                \
    X(CPP, "c++")         /* a named native function */                                            \
    X(LIBRARY, "library") /* native code without a name */                                         \
    X(KERNEL, "kernel")                                                                            \
    X(GC, "gc")                                                                                    \
    X(IDLE, "idle")                                                                                \
    X(UNKNOWN, "unknown")

typedef enum unpeg_category {
#define UNPEG_CATEGORY_ENUM(name, text) UNPEG_CATEGORY_##name,
    UNPEG_CATEGORY_LIST(UNPEG_CATEGORY_ENUM)
#undef UNPEG_CATEGORY_ENUM
        UNPEG_CATEGORY_COUNT
} unpeg_category;

/* Sums over the ticks of a view. Each of the three tables adds up to ticks, but by_reason only
 * together with the ticks whose frame is named, which are in by_reason[UNPEG_UNKNOWN_NONE]. */
typedef struct unpeg_totals {
    uint64_t ticks;           /* selected */
    uint64_t excluded;        /* not selected */
    int64_t start_us, end_us; /* earliest and latest selected tick; zeros when there is none */
    uint64_t gap_us;          /* of end - start: time without ticks (the thread waited) */
    uint64_t truncated;       /* stacks without their outermost frames */
    uint64_t no_stack;        /* ticks without a stack */
    uint64_t overflow;        /* ticks before which samples were lost */
    uint64_t by_state[UNPEG_VM_STATE_COUNT];
    uint64_t by_category[UNPEG_CATEGORY_COUNT];
    uint64_t by_reason[UNPEG_UNKNOWN_COUNT]; /* why the innermost frame has no better name */
} unpeg_totals;

/* One function (or library, or region): a row of the flat profile, and the label of tree nodes. */
typedef struct unpeg_row {
    unpeg_frame_id frame; /* the frame to print: of the function's frames the one with most ticks */
    uint32_t tiers;       /* bit 1 << unpeg_tier of each tier seen in the ticks */
    uint32_t frame_flags; /* UNPEG_FRAME_OSR..., of any frame seen */
    uint64_t self;        /* ticks in which it is innermost */
    uint64_t total;       /* ticks in which it is on the stack; a recursive function counts once */
} unpeg_row;

typedef enum unpeg_order { UNPEG_ORDER_SELF, UNPEG_ORDER_TOTAL } unpeg_order;

typedef struct unpeg_view unpeg_view;

/* Fails with ARGUMENT (a regular expression; error has the text), LIMIT (2^32 ticks and more) or
 * NO_MEMORY. Costs one pass over the ticks and a few over the nodes. query may be NULL. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_view_create(const unpeg_profile *profile,
                                                          const unpeg_query *query,
                                                          unpeg_view **ret, unpeg_error *error);
UNPEG_API void unpeg_view_destroy(unpeg_view *view);

UNPEG_API const unpeg_profile *unpeg_view_profile(const unpeg_view *view);
UNPEG_API const unpeg_totals *unpeg_view_totals(const unpeg_view *view);

/* Every function with ticks, descending by self (then total) or by total (then self), equal ones
 * by name, file and position. The root of the tree has no row. Lives as long as the view. */
UNPEG_API const unpeg_row *unpeg_view_rows(const unpeg_view *view, unpeg_order order,
                                           size_t *ret_count);

/* The row of a frame's function; NULL if no selected tick has it, or it is folded away. */
UNPEG_API const unpeg_row *unpeg_view_row_of(const unpeg_view *view, unpeg_frame_id frame);

/* Selected ticks for each node of the profile, unfolded: for exporters that walk the profile's
 * own tree. unpeg_profile_node_count entries; lives as long as the view. */
UNPEG_API const uint32_t *unpeg_view_node_ticks(const unpeg_view *view);

/* True if the view selects the profile's tick of this index. */
UNPEG_API bool unpeg_view_has_tick(const unpeg_view *view, size_t tick);

/* What is shown of a tree. All zero but struct_size: everything, top-down. */
typedef struct unpeg_tree_options {
    size_t struct_size;
    bool bottom_up;     /* callers under callees; the first level are the innermost frames */
    double min_share;   /* of the view's ticks, 0 to 1: lighter nodes are left out */
    uint32_t max_depth; /* levels below the root; 0 means no limit */
    uint32_t max_nodes; /* without the root; the heaviest are kept; 0 means no limit */
} unpeg_tree_options;

/* A function in one place of the tree. Children are contiguous, descending by total, equal ones by
 * name, file and position. */
typedef struct unpeg_tree_node {
    uint32_t parent;      /* index; the root's is 0 */
    uint32_t first_child; /* index; meaningful only with child_count > 0 */
    uint32_t child_count;
    uint32_t depth;       /* 0 for the root */
    unpeg_frame_id frame; /* the frame to print */
    uint32_t tiers;       /* bit 1 << unpeg_tier of each tier seen here */
    uint64_t self;   /* top-down: ticks that end here; bottom-up: ticks whose stack ends here */
    uint64_t total;  /* ticks through here */
    uint64_t hidden; /* of total: ticks of children that were left out */
} unpeg_tree_node;

/* total == self + hidden + sum of the children's total, for every node. Node 0 is the root: all
 * ticks of the view. */
typedef struct unpeg_tree {
    unpeg_tree_node *nodes;
    size_t count;
} unpeg_tree;

UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_tree_create(const unpeg_view *view,
                                                          const unpeg_tree_options *options,
                                                          unpeg_tree **ret);
UNPEG_API void unpeg_tree_destroy(unpeg_tree *tree);

/* The node after this one when the tree is printed (parents first, heaviest child first); 0 at the
 * end. Start with unpeg_tree_next(tree, 0). */
UNPEG_API uint32_t unpeg_tree_next(const unpeg_tree *tree, uint32_t node);

/* The category of a frame on its own; "js" and so on, static. */
UNPEG_API unpeg_category unpeg_category_of(unpeg_frame_kind kind);
UNPEG_API const char *unpeg_category_text(unpeg_category category);

#ifdef __cplusplus
}
#endif
#endif
