/* SPDX-License-Identifier: MIT */
#include "unpeg/hot_code.h"
#include "unpeg/profile.h"

#define TEXT_2(name, text) text,
#define TIER_TEXT(name, text, mark) text,
#define TIER_MARK(name, text, mark) mark,
#define UNKNOWN_ID(name, id, text) id,
#define UNKNOWN_TEXT(name, id, text) text,

static const char *pick(const char *const *texts, size_t count, size_t index)
{
    return index < count ? texts[index] : "?";
}

const char *unpeg_frame_kind_text(unpeg_frame_kind kind)
{
    static const char *const texts[] = {UNPEG_FRAME_KIND_LIST(TEXT_2)};
    return pick(texts, UNPEG_FRAME_KIND_COUNT, kind);
}

const char *unpeg_tier_text(unpeg_tier tier)
{
    static const char *const texts[] = {UNPEG_TIER_LIST(TIER_TEXT)};
    return pick(texts, UNPEG_TIER_COUNT, tier);
}

const char *unpeg_tier_mark(unpeg_tier tier)
{
    static const char *const marks[] = {UNPEG_TIER_LIST(TIER_MARK)};
    return pick(marks, UNPEG_TIER_COUNT, tier);
}

const char *unpeg_unknown_id(unpeg_unknown_reason reason)
{
    static const char *const ids[] = {UNPEG_UNKNOWN_LIST(UNKNOWN_ID)};
    return pick(ids, UNPEG_UNKNOWN_COUNT, reason);
}

const char *unpeg_unknown_text(unpeg_unknown_reason reason)
{
    static const char *const texts[] = {UNPEG_UNKNOWN_LIST(UNKNOWN_TEXT)};
    return pick(texts, UNPEG_UNKNOWN_COUNT, reason);
}

const char *unpeg_vm_state_text(unpeg_vm_state state)
{
    static const char *const texts[] = {UNPEG_VM_STATE_LIST(TEXT_2)};
    return pick(texts, UNPEG_VM_STATE_COUNT, state);
}

const char *unpeg_machine_text(unpeg_machine machine)
{
    static const char *const texts[] = {UNPEG_MACHINE_LIST(TEXT_2)};
    return pick(texts, UNPEG_MACHINE_COUNT, machine);
}
