/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include <stdlib.h>

static bool starts_with(unpeg_slice text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* V8's naming: InterpreterEntryTrampoline, InterpreterPushArgsThenCall...,
 * InterpreterEnterAtBytecode..., BaselineOutOfLinePrologue, BaselineOnStackReplacement... */
bool fold_is_glue(const unpeg_frame *frame)
{
    if (frame->kind == UNPEG_FRAME_BYTECODE_HANDLER)
        return true;
    return frame->kind == UNPEG_FRAME_BUILTIN &&
           (starts_with(frame->name, "Interpreter") || starts_with(frame->name, "Baseline"));
}

enum { ROLE_PLAIN, ROLE_CALLER, ROLE_GLUE, ROLE_HOLDER };

static uint8_t role_of(const unpeg_frame *frame, uint32_t flags)
{
    if (frame->kind == UNPEG_FRAME_JS)
        return ROLE_CALLER;
    if (!(flags & UNPEG_QUERY_KEEP_HANDLERS) && fold_is_glue(frame))
        return ROLE_GLUE;
    if (!(flags & UNPEG_QUERY_KEEP_GC_FRAMES) &&
        (frame->kind == UNPEG_FRAME_GC || frame->kind == UNPEG_FRAME_IDLE))
        return ROLE_HOLDER;
    return ROLE_PLAIN;
}

unpeg_status fold_nodes(const unpeg_profile *profile, uint32_t flags, uint32_t **ret)
{
    size_t frame_count = unpeg_profile_frame_count(profile);
    size_t node_count = unpeg_profile_node_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    uint8_t *roles = malloc(frame_count);
    uint32_t *effective = calloc(node_count, sizeof *effective);
    if (!roles || !effective) {
        free(roles);
        free(effective);
        return UNPEG_NO_MEMORY;
    }
    for (uint32_t f = 0; f < frame_count; f++)
        roles[f] = role_of(unpeg_profile_frame(profile, f), flags);
    effective[UNPEG_NODE_ROOT] = UNPEG_NODE_ROOT;
    for (uint32_t n = 1; n < node_count; n++) {
        uint32_t caller = effective[nodes[n].parent];
        uint8_t caller_role = roles[nodes[caller].frame];
        bool folds = caller_role == ROLE_HOLDER ||
                     (caller_role == ROLE_CALLER && roles[nodes[n].frame] == ROLE_GLUE);
        effective[n] = folds ? caller : n;
    }
    free(roles);
    *ret = effective;
    return UNPEG_OK;
}
