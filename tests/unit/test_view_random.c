/* SPDX-License-Identifier: MIT
 *
 * Views of random profiles against the plainest computation from the stacks, and against the same
 * profile with its frames and nodes numbered otherwise.
 */
#include <stdio.h>

#include "check.h"
#include "stacks.h"
#include "unpeg/peg.h"

enum { TICKS = 400, MAX_DEPTH = 12, NAMES = 9, ROUNDS = 25, TEXT = 1 << 20 };

/* One tick as made: indexes into frames below, outermost first. */
typedef struct made {
    int depth;
    int frames[MAX_DEPTH];
    int64_t time_us;
    unpeg_vm_state state;
} made;

typedef struct recipe {
    made ticks[TICKS];
    uint64_t seed;
} recipe;

/* Two tiers of the same functions, glue, and native code. */
static const char *const frames[] = {"a~",     "a*",     "b~",    "b^",  "c*",
                                     "h:Star", "b:Sort", "l:lib", "u:7f"};

/* What a view shows of a frame: its function. */
static const char *const functions[] = {"a", "a", "b", "b", "c", "Star", "Sort", "lib", "?"};

static uint32_t next(recipe *r, uint32_t below)
{
    r->seed = r->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(r->seed >> 33) % below;
}

static void make(recipe *r, uint64_t seed)
{
    r->seed = seed;
    for (int i = 0; i < TICKS; i++) {
        made *t = &r->ticks[i];
        *t = (made){.time_us = i * 1000 + (int)next(r, 500)};
        bool again = i > 0 && next(r, 4) > 0;
        t->depth = again ? r->ticks[i - 1].depth : 0;
        if (again)
            memcpy(t->frames, r->ticks[i - 1].frames, sizeof t->frames);
        int keep = (int)next(r, (uint32_t)t->depth + 1);
        t->depth = keep + (int)next(r, (uint32_t)(MAX_DEPTH - keep));
        for (int k = keep; k < t->depth; k++)
            t->frames[k] = (int)next(r, NAMES);
        t->state = (unpeg_vm_state)next(r, UNPEG_VM_STATE_COUNT);
    }
}

static stacks build(const recipe *r, bool other_numbers)
{
    stacks s = stacks_open();
    for (int f = 0; other_numbers && f < NAMES; f++)
        stacks_frame(&s, frames[NAMES - 1 - f], strlen(frames[NAMES - 1 - f]));
    for (int pass = other_numbers ? 0 : 1; pass < 2; pass++) {
        for (int i = 0; i < TICKS; i++) {
            const made *t = &r->ticks[pass ? i : TICKS - 1 - i];
            char text[256] = "";
            for (int k = 0; k < t->depth; k++)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", k ? ";" : "",
                         frames[t->frames[k]]);
            if (pass)
                stacks_tick(&s, t->time_us, t->state, text);
            else
                stacks_node(&s, text);
        }
    }
    return s;
}

/* The functions of a stack after folding, as indexes of the first frame of a function. */
static int folded(const made *t, int *out)
{
    int depth = 0;
    for (int k = 0; k < t->depth; k++) {
        int f = t->frames[k];
        bool caller_is_js = depth > 0 && out[depth - 1] <= 4;
        if (f == 5 && caller_is_js)
            continue;
        out[depth++] = f == 1 ? 0 : f == 3 ? 2 : f;
    }
    return depth;
}

static void check_flat(const recipe *r, const unpeg_view *view, stacks *s)
{
    uint64_t self[NAMES] = {0};
    uint64_t total[NAMES] = {0};
    for (int i = 0; i < TICKS; i++) {
        int stack[MAX_DEPTH];
        int depth = folded(&r->ticks[i], stack);
        bool seen[NAMES] = {false};
        for (int k = 0; k < depth; k++)
            seen[stack[k]] = true;
        for (int f = 0; f < NAMES; f++)
            total[f] += seen[f];
        if (depth)
            self[stack[depth - 1]]++;
    }
    for (int f = 0; f < NAMES; f++) {
        if (f == 1 || f == 3)
            continue;
        const unpeg_row *row =
            unpeg_view_row_of(view, stacks_frame(s, frames[f], strlen(frames[f])));
        assert_int_equal(row ? row->self : 0, self[f]);
        assert_int_equal(row ? row->total : 0, total[f]);
    }
}

static void check_sums(const unpeg_view *view)
{
    const unpeg_totals *t = unpeg_view_totals(view);
    uint64_t states = 0;
    uint64_t categories = 0;
    uint64_t reasons = 0;
    uint64_t selfs = 0;
    for (int i = 0; i < UNPEG_VM_STATE_COUNT; i++)
        states += t->by_state[i];
    for (int i = 0; i < UNPEG_CATEGORY_COUNT; i++)
        categories += t->by_category[i];
    for (int i = 0; i < UNPEG_UNKNOWN_COUNT; i++)
        reasons += t->by_reason[i];
    assert_int_equal(states, t->ticks);
    assert_int_equal(categories, t->ticks);
    assert_int_equal(reasons, t->ticks);
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_SELF, &count);
    for (size_t i = 0; i < count; i++)
        selfs += rows[i].self;
    selfs += unpeg_view_node_ticks(view)[UNPEG_NODE_ROOT];
    assert_int_equal(selfs, t->ticks);
}

static const char *function_of(const unpeg_profile *profile, unpeg_frame_id id)
{
    static _Thread_local char text[64];
    const unpeg_frame *f = unpeg_profile_frame(profile, id);
    snprintf(text, sizeof text, "%.*s", f->name.len ? (int)f->name.len : 1,
             f->name.len ? f->name.data : "?");
    return text;
}

/* Ticks whose folded stack begins (bottom-up: ends, read from the inside) with the node's path. */
static uint64_t count_path(const recipe *r, const unpeg_profile *profile, const unpeg_tree *tree,
                           uint32_t node, bool bottom_up)
{
    char path[MAX_DEPTH][64];
    int length = (int)tree->nodes[node].depth;
    for (int k = length - 1; k >= 0; k--, node = tree->nodes[node].parent)
        strcpy(path[k], function_of(profile, tree->nodes[node].frame));
    uint64_t count = 0;
    for (int i = 0; i < TICKS; i++) {
        int stack[MAX_DEPTH];
        int depth = folded(&r->ticks[i], stack);
        bool same = depth >= length;
        for (int k = 0; k < length && same; k++)
            same = strcmp(functions[stack[bottom_up ? depth - 1 - k : k]], path[k]) == 0;
        count += same;
    }
    return count;
}

static void check_tree(const recipe *r, const unpeg_view *view, const unpeg_tree_options *options)
{
    unpeg_tree *tree;
    assert_int_equal(unpeg_tree_create(view, options, &tree), UNPEG_OK);
    assert_int_equal(tree->nodes[0].total, unpeg_view_totals(view)->ticks);
    size_t visited = 1;
    for (uint32_t n = unpeg_tree_next(tree, 0); n; n = unpeg_tree_next(tree, n))
        visited++;
    assert_int_equal(visited, tree->count);
    for (uint32_t n = 0; n < tree->count; n++) {
        const unpeg_tree_node *node = &tree->nodes[n];
        uint64_t sum = node->self + node->hidden;
        for (uint32_t c = 0; c < node->child_count; c++) {
            assert_int_equal(tree->nodes[node->first_child + c].parent, n);
            sum += tree->nodes[node->first_child + c].total;
        }
        assert_int_equal(sum, node->total);
        assert_int_equal(node->total,
                         count_path(r, unpeg_view_profile(view), tree, n, options->bottom_up));
        if (options->min_share == 0 && !options->max_depth && !options->max_nodes)
            assert_int_equal(node->hidden, 0);
        assert_true(n == 0 || (double)node->total >= options->min_share * TICKS);
    }
    unpeg_tree_destroy(tree);
}

static void check_trees(const recipe *r, const unpeg_view *view)
{
    static const unpeg_tree_options variants[] = {
        {.struct_size = sizeof *variants},
        {.struct_size = sizeof *variants, .min_share = 0.02},
        {.struct_size = sizeof *variants, .max_depth = 3, .max_nodes = 40}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        unpeg_tree_options options = variants[i];
        check_tree(r, view, &options);
        options.bottom_up = true;
        check_tree(r, view, &options);
    }
}

static unpeg_view *view_of(const stacks *s)
{
    unpeg_query query = {.struct_size = sizeof query, .flags = UNPEG_QUERY_KEEP_GC_FRAMES};
    unpeg_view *view;
    assert_int_equal(unpeg_view_create(s->profile, &query, &view, NULL), UNPEG_OK);
    return view;
}

static void test_against_stacks(void **state)
{
    (void)state;
    recipe *r = malloc(sizeof *r);
    assert_non_null(r);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        make(r, round);
        stacks s = build(r, false);
        unpeg_view *view = view_of(&s);
        check_sums(view);
        check_flat(r, view, &s);
        check_trees(r, view);
        unpeg_view_destroy(view);
        stacks_close(&s);
    }
    free(r);
}

static void put(char *text, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
    size_t used = strlen(text);
    snprintf(text + used, TEXT - used, "%s %llu %llu %llu\n", name, (unsigned long long)a,
             (unsigned long long)b, (unsigned long long)c);
}

static void put_rows(char *text, const unpeg_profile *profile, const unpeg_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(text, function_of(profile, rows[i].frame), rows[i].self, rows[i].total, rows[i].tiers);
}

static void put_tree(char *text, const unpeg_view *view, bool bottom_up)
{
    unpeg_tree_options options = {
        .struct_size = sizeof options, .bottom_up = bottom_up, .max_nodes = 200};
    unpeg_tree *tree;
    assert_int_equal(unpeg_tree_create(view, &options, &tree), UNPEG_OK);
    for (uint32_t n = unpeg_tree_next(tree, 0); n; n = unpeg_tree_next(tree, n))
        put(text, function_of(unpeg_view_profile(view), tree->nodes[n].frame), tree->nodes[n].depth,
            tree->nodes[n].self, tree->nodes[n].total);
    unpeg_tree_destroy(tree);
}

static void put_peg(char *text, const unpeg_profile *profile)
{
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(profile, NULL, &peg, NULL), UNPEG_OK);
    put(text, peg->sentence, (uint64_t)peg->start_us, (uint64_t)peg->end_us, peg->stack_ticks);
    for (size_t i = 0; i < peg->path_count; i++)
        put(text, function_of(profile, peg->path[i].frame), peg->path[i].ticks, peg->path[i].tiers,
            0);
    put_rows(text, profile, peg->self_rows, peg->self_count);
    put_rows(text, profile, peg->stuck_rows, peg->stuck_count);
    unpeg_peg_destroy(peg);
}

static char *everything(const stacks *s)
{
    char *text = calloc(1, TEXT);
    assert_non_null(text);
    unpeg_view *view = view_of(s);
    for (int order = 0; order < 2; order++) {
        size_t count;
        const unpeg_row *rows = unpeg_view_rows(view, (unpeg_order)order, &count);
        put_rows(text, s->profile, rows, count);
    }
    put_tree(text, view, false);
    put_tree(text, view, true);
    put_peg(text, s->profile);
    unpeg_view_destroy(view);
    return text;
}

static void test_numbering_does_not_matter(void **state)
{
    (void)state;
    recipe *r = malloc(sizeof *r);
    assert_non_null(r);
    for (uint64_t round = 100; round < 100 + ROUNDS; round++) {
        make(r, round);
        stacks one = build(r, false);
        stacks other = build(r, true);
        char *text = everything(&one);
        char *other_text = everything(&other);
        assert_string_equal(text, other_text);
        free(text);
        free(other_text);
        stacks_close(&one);
        stacks_close(&other);
    }
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_stacks),
        cmocka_unit_test(test_numbering_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
