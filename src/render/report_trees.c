/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "report_text.h"

/* Deeper branches are not indented further: what is to be read is the name. */
enum { INDENT_MAX = 24, NUMBERS_COLUMNS = 26, CHAIN_ROWS = 8 };

/* The functions of the chain that is being printed, and how many levels repeat them. */
typedef struct tree_chain {
    const unpeg_row *rows[CHAIN_ROWS];
    size_t count;
    size_t repeats;
    bool is_nameless; /* the level before, printed or not */
    size_t indent;    /* in columns */
} tree_chain;

typedef struct tree_print {
    text_report *t;
    const unpeg_tree *tree;
    uint16_t *indent; /* by node */
    bool bottom_up;
    tree_chain chain;
} tree_print;

/* A chain: the only child, with all ticks of its parent. It is printed under it, not beside. */
static bool continues_chain(const unpeg_tree *tree, uint32_t node)
{
    uint32_t parent = tree->nodes[node].parent;
    return parent != 0 && tree->nodes[node].total == tree->nodes[parent].total;
}

static void set_indent(const tree_print *p, uint32_t node)
{
    uint32_t parent = p->tree->nodes[node].parent;
    uint16_t indent = 0;
    if (parent != 0)
        indent = (uint16_t)(p->indent[parent] + (continues_chain(p->tree, node) ? 0 : 1));
    p->indent[node] = indent < INDENT_MAX ? indent : INDENT_MAX;
}

static void print_numbers(const tree_print *p, const unpeg_tree_node *node)
{
    text_report *t = p->t;
    uint64_t ticks = t->r->totals->ticks;
    out_u64_right(&t->out, node->total, 8);
    print_percent(t, node->total, ticks);
    if (p->bottom_up)
        print_percent(t, node->total, p->tree->nodes[node->parent].total);
    else
        print_percent(t, node->self, ticks);
}

static bool in_chain(const tree_chain *chain, const unpeg_row *row)
{
    for (size_t i = 0; i < chain->count && i < CHAIN_ROWS; i++) {
        if (chain->rows[i] == row)
            return true;
    }
    return false;
}

/* True if a level of a chain says nothing new: it repeats the chain, as in a recursion, or is one
 * more function without a name. */
static bool repeats_chain(tree_print *p, uint32_t n)
{
    tree_chain *chain = &p->chain;
    unpeg_frame_id frame = p->tree->nodes[n].frame;
    const unpeg_row *row = unpeg_view_row_of(p->t->r->scope.view, frame);
    bool is_nameless = report_frame(p->t->r, frame)->kind == UNPEG_FRAME_UNKNOWN;
    if (!continues_chain(p->tree, n))
        *chain = (tree_chain){.repeats = chain->repeats, .indent = chain->indent};
    bool nothing_new = in_chain(chain, row) || (is_nameless && chain->is_nameless);
    chain->is_nameless = is_nameless;
    if (!nothing_new)
        chain->rows[chain->count++ % CHAIN_ROWS] = row;
    return nothing_new;
}

static void print_repeats(const tree_print *p, const tree_chain *chain)
{
    if (chain->repeats == 0)
        return;
    out_repeat(&p->t->out, ' ', NUMBERS_COLUMNS + chain->indent);
    out_text(&p->t->out, p->bottom_up ? "< " : "> ");
    out_u64(&p->t->out, chain->repeats);
    out_text(&p->t->out, chain->is_nameless ? " more without a name\n" : " more of the same\n");
}

static void print_node(tree_print *p, uint32_t n)
{
    const unpeg_tree_node *node = &p->tree->nodes[n];
    set_indent(p, n);
    tree_chain before = p->chain;
    if (repeats_chain(p, n)) {
        p->chain.repeats++;
        return;
    }
    print_repeats(p, &before);
    p->chain.repeats = 0;
    print_numbers(p, node);
    p->chain.indent = 2 * (size_t)p->indent[n];
    out_repeat(&p->t->out, ' ', p->chain.indent + 2);
    const char *mark = !continues_chain(p->tree, n) ? "" : p->bottom_up ? "< " : "> ";
    out_text(&p->t->out, mark);
    frame_label label =
        print_label(p->t, node->frame, node->tiers, report_frame(p->t->r, node->frame)->flags);
    print_frame(p->t, &label, NUMBERS_COLUMNS + p->chain.indent + strlen(mark));
}

static void print_hidden(text_report *t, const unpeg_tree_node *root)
{
    if (root->hidden == 0)
        return;
    out_u64_right(&t->out, root->hidden, 8);
    print_percent(t, root->hidden, root->total);
    out_text(&t->out, "          in lighter branches that are not shown\n");
}

static void print_nodes(tree_print *p)
{
    out_text(&p->t->out, p->bottom_up ? "   total          of callee  function, < its caller\n"
                                      : "   total              self  function, > what it calls\n");
    for (uint32_t n = unpeg_tree_next(p->tree, 0); n; n = unpeg_tree_next(p->tree, n))
        print_node(p, n);
    print_repeats(p, &p->chain);
    print_hidden(p->t, &p->tree->nodes[0]);
}

void print_tree(text_report *t, bool bottom_up)
{
    unpeg_tree *tree;
    unpeg_status status = report_tree(t->r, bottom_up, &tree);
    if (status != UNPEG_OK) {
        text_out_fail(&t->out, status);
        return;
    }
    tree_print p = {.t = t,
                    .tree = tree,
                    .indent = calloc(tree->count, sizeof *p.indent),
                    .bottom_up = bottom_up};
    print_heading(t, bottom_up ? "BOTTOM UP" : "TOP DOWN",
                  bottom_up ? ": who calls the hot functions\n" : ": where the time goes\n");
    if (p.indent)
        print_nodes(&p);
    else
        text_out_fail(&t->out, UNPEG_NO_MEMORY);
    free(p.indent);
    unpeg_tree_destroy(tree);
}
