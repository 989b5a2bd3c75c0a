/* SPDX-License-Identifier: MIT
 *
 * How much of a layout is believed: what was held against the heap and the text, how much of it
 * failed, and what is withheld then.
 */
#include "v8_check.h"
#include "v8_namer_state.h"

enum {
    JUDGED_FROM = 3,    /* failures; fewer are an accident of the moment */
    PROVEN_FROM = 20,   /* names that were checked */
    FUNCTION_SHARE = 2, /* withheld when one in so many fails */
    NAME_SHARE = 3,
    TABLE_SHARE = 5,
    LINE_SHARE = 2,
    FORGET_AT = 4096, /* checks after which older ones count half */
    INLINING_SIZE = 16,
};

static bool too_many(uint64_t checked, uint64_t refused, uint64_t share)
{
    return refused >= JUDGED_FROM && refused > checked / share;
}

static void count(uint64_t *checked, uint64_t *refused, bool sound)
{
    if (*checked >= FORGET_AT) {
        *checked /= 2;
        *refused /= 2;
    }
    *checked += 1;
    *refused += !sound;
}

static void judge(v8_namer *namer)
{
    v8_health *health = &namer->health;
    const v8_functions *functions = &namer->functions;
    health->names_withheld =
        too_many(health->functions, health->functions_refused, FUNCTION_SHARE) ||
        too_many(functions->named, functions->named_wrong, NAME_SHARE);
    health->lines_withheld = too_many(health->tables, health->tables_refused, TABLE_SHARE) ||
                             too_many(health->lines, health->lines_refused, LINE_SHARE);
}

void v8_namer_count_function(v8_namer *namer, bool sound)
{
    count(&namer->health.functions, &namer->health.functions_refused, sound);
    judge(namer);
}

void v8_namer_count_line(v8_namer *namer, bool sound)
{
    count(&namer->health.lines, &namer->health.lines_refused, sound);
    judge(namer);
}

static void count_table(v8_namer *namer, bool sound)
{
    count(&namer->health.tables, &namer->health.tables_refused, sound);
    judge(namer);
}

bool v8_namer_trusts_name(const v8_namer *namer, const v8_function *function)
{
    const v8_functions *functions = &namer->functions;
    bool proven =
        functions->named >= PROVEN_FROM && functions->named_wrong <= functions->named / PROVEN_FROM;
    return !namer->health.names_withheld && (!function->named || function->named_right || proven);
}

unpeg_status v8_namer_trust_bytecode(v8_namer *namer, v8_bytecode *code,
                                     const v8_function *function)
{
    if (code->checked_for == function->shared || code->positions.size == 0)
        return UNPEG_OK;
    const v8_table table = {
        .positions = &code->positions, .bytecode = &code->code, .function = function};
    unpeg_status status = v8_check_table(&namer->scripts, &table, &code->fits);
    if (status)
        return status;
    code->checked_for = function->shared;
    count_table(namer, code->fits);
    return UNPEG_OK;
}

typedef struct inlined_code {
    v8_namer *namer;
    const v8_code *code;
    unpeg_status status;
} inlined_code;

/* NULL: it cannot be read. */
static const v8_function *inlined_function(void *user, int32_t inlining)
{
    inlined_code *in = user;
    const v8_code *code = in->code;
    const v8_function *function = NULL;
    size_t at = (size_t)inlining * INLINING_SIZE;
    int32_t number;
    if (code->inlining.size < INLINING_SIZE || at > code->inlining.size - INLINING_SIZE)
        return NULL;
    memcpy(&number, code->inlining.data + at + sizeof(uint64_t), sizeof number);
    if (number < 0 || (size_t)number >= code->inlined_count || code->inlined[number] == 0)
        return NULL;
    unpeg_status status = v8_functions_get(&in->namer->functions, code->inlined[number], &function);
    if (status && status != UNPEG_NOT_FOUND)
        in->status = status;
    return status ? NULL : function;
}

unpeg_status v8_namer_trust_code(v8_namer *namer, v8_code *code, const v8_function *function)
{
    if (code->checked)
        return UNPEG_OK;
    inlined_code in = {namer, code, UNPEG_OK};
    const v8_positions positions = {code->positions.data, code->positions.size,
                                    (v8_position_coding)namer->layout.positions_coding};
    const v8_table table = {
        .positions = &positions, .function = function, .inlined = inlined_function, .user = &in};
    unpeg_status status = v8_check_table(&namer->scripts, &table, &code->fits);
    if (!status)
        status = in.status;
    if (status)
        return status;
    code->checked = true;
    if (positions.size > 0)
        count_table(namer, code->fits);
    return UNPEG_OK;
}
