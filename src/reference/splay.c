/* SPDX-License-Identifier: MIT */
#include "splay.h"

#include <stdlib.h>

#include "grow.h"

void splay_deinit(splay *tree)
{
    free(tree->nodes);
    *tree = (splay){0};
}

/* Top-down splaying by Sleator and Tarjan ("Self-adjusting binary search trees", 1985): the node of
 * the key, or the last one on the way to it, becomes the root. Node 0 stands for the empty ends of
 * the two trees that are built on the way. Every test is written so that NaN fails it. */
static void splay_to(splay *tree, double key)
{
    splay_node *n = tree->nodes;
    uint32_t at = tree->root;
    uint32_t lesser = SPLAY_NONE;
    uint32_t greater = SPLAY_NONE;
    if (at == SPLAY_NONE)
        return;
    n[SPLAY_NONE].left = n[SPLAY_NONE].right = SPLAY_NONE;
    for (;;) {
        if (key < n[at].key) {
            uint32_t child = n[at].left;
            if (child != SPLAY_NONE && key < n[child].key) {
                n[at].left = n[child].right;
                n[child].right = at;
                at = child;
                child = n[at].left;
            }
            if (child == SPLAY_NONE)
                break;
            n[greater].left = at;
            greater = at;
            at = child;
        } else if (key > n[at].key) {
            uint32_t child = n[at].right;
            if (child != SPLAY_NONE && key > n[child].key) {
                n[at].right = n[child].left;
                n[child].left = at;
                at = child;
                child = n[at].right;
            }
            if (child == SPLAY_NONE)
                break;
            n[lesser].right = at;
            lesser = at;
            at = child;
        } else {
            break;
        }
    }
    n[lesser].right = n[at].left;
    n[greater].left = n[at].right;
    n[at].left = n[SPLAY_NONE].right;
    n[at].right = n[SPLAY_NONE].left;
    tree->root = at;
}

static unpeg_status new_node(splay *tree, double key, uint32_t value, uint32_t *ret)
{
    if (tree->unused != SPLAY_NONE) {
        *ret = tree->unused;
        tree->unused = tree->nodes[*ret].next;
    } else {
        size_t wanted = tree->count == 0 ? 2 : tree->count + 1;
        if (wanted > UINT32_MAX)
            return UNPEG_LIMIT;
        if (!grow_reserve((void **)&tree->nodes, &tree->capacity, wanted, sizeof *tree->nodes))
            return UNPEG_NO_MEMORY;
        *ret = (uint32_t)(wanted - 1);
        tree->count = wanted;
    }
    tree->nodes[*ret] = (splay_node){.key = key, .value = value};
    return UNPEG_OK;
}

static void link_after(splay *tree, uint32_t before, uint32_t after)
{
    if (before != SPLAY_NONE)
        tree->nodes[before].next = after;
    else
        tree->first = after;
    if (after != SPLAY_NONE)
        tree->nodes[after].prev = before;
    else
        tree->last = before;
}

/* Makes the new node the root: the old one becomes its left or right child. */
static void put_on_top(splay *tree, uint32_t node)
{
    splay_node *n = tree->nodes;
    uint32_t root = tree->root;
    if (n[node].key > n[root].key) {
        n[node].left = root;
        n[node].right = n[root].right;
        n[root].right = SPLAY_NONE;
        link_after(tree, node, n[root].next);
        link_after(tree, root, node);
    } else {
        n[node].right = root;
        n[node].left = n[root].left;
        n[root].left = SPLAY_NONE;
        link_after(tree, n[root].prev, node);
        link_after(tree, node, root);
    }
}

unpeg_status splay_insert(splay *tree, double key, uint32_t value)
{
    uint32_t node;
    splay_to(tree, key);
    if (tree->root != SPLAY_NONE && tree->nodes[tree->root].key == key)
        return UNPEG_OK;
    unpeg_status status = new_node(tree, key, value, &node);
    if (status != UNPEG_OK)
        return status;
    if (tree->root != SPLAY_NONE)
        put_on_top(tree, node);
    else
        tree->first = tree->last = node;
    tree->root = node;
    return UNPEG_OK;
}

uint32_t splay_find(splay *tree, double key)
{
    splay_to(tree, key);
    bool found = tree->root != SPLAY_NONE && tree->nodes[tree->root].key == key;
    return found ? tree->root : SPLAY_NONE;
}

uint32_t splay_floor(splay *tree, double key)
{
    splay_to(tree, key);
    if (tree->root == SPLAY_NONE || tree->nodes[tree->root].key <= key)
        return tree->root;
    return tree->nodes[tree->root].prev;
}

bool splay_remove(splay *tree, double key, uint32_t *ret_value)
{
    uint32_t node = splay_find(tree, key);
    if (node == SPLAY_NONE)
        return false;
    splay_node *n = tree->nodes;
    uint32_t right = n[node].right;
    uint32_t next = n[node].next;
    *ret_value = n[node].value;
    if (n[node].left == SPLAY_NONE) {
        tree->root = right;
        link_after(tree, SPLAY_NONE, next);
    } else {
        /* The greatest key comes to the top of the left part and gets the right part; where a NaN
         * stops that, what was to the right of it is lost, as in the reference. */
        tree->root = n[node].left;
        splay_to(tree, key);
        n[tree->root].right = right;
        link_after(tree, tree->root, next);
    }
    n[node].next = tree->unused;
    tree->unused = node;
    return true;
}
