/* SPDX-License-Identifier: MIT */
#include "cfi_program.h"

#include <dwarf.h>

enum {
    STATE_DEPTH = 8,
    OP_NEGATIVE_OFFSET = 0x2f, /* DW_CFA_GNU_negative_offset_extended */
};

/* While a program runs. */
typedef struct machine {
    cfi_program *program;
    byte_cursor code; /* failed: what it says cannot be followed */
    cfi_row *row;
    cfi_row states[STATE_DEPTH];
    size_t depth;
    bool done; /* the next row begins after the target */
} machine;

static void refuse(machine *m)
{
    m->code.failed = true;
}

static int32_t narrow(machine *m, int64_t value)
{
    if (value < INT32_MIN || value > INT32_MAX) {
        refuse(m);
        return 0;
    }
    return (int32_t)value;
}

static int64_t take_uleb(machine *m)
{
    uint64_t value = cursor_uleb(&m->code);
    if (value > INT64_MAX)
        refuse(m);
    return (int64_t)value;
}

static int32_t factored(machine *m, int64_t value)
{
    int64_t product;
    if (__builtin_mul_overflow(value, m->program->data_factor, &product)) {
        refuse(m);
        return 0;
    }
    return narrow(m, product);
}

/* NULL for a register that is not kept. */
static cfi_value *value_of(const machine *m, uint64_t number)
{
    if (number == m->program->registers->frame)
        return &m->row->fp;
    return number == m->program->registers->return_address ? &m->row->ra : NULL;
}

static void set_value(machine *m, uint64_t number, cfi_place place, int32_t offset)
{
    cfi_value *value = value_of(m, number);
    if (value)
        *value = (cfi_value){place, offset};
}

static void advance(machine *m, uint64_t delta)
{
    uint64_t bytes;
    uint64_t next;
    if (__builtin_mul_overflow(delta, m->program->code_factor, &bytes) ||
        __builtin_add_overflow(m->program->location, bytes, &next)) {
        refuse(m);
        return;
    }
    m->done = next > m->program->target;
    m->program->location = next;
}

static void restore(machine *m, uint64_t number)
{
    const cfi_row *initial = m->program->initial;
    cfi_value *value = value_of(m, number);
    if (!initial)
        refuse(m);
    else if (value)
        *value = number == m->program->registers->frame ? initial->fp : initial->ra;
}

static void define_cfa(machine *m, uint64_t number, int32_t offset)
{
    if (number >= UINT8_MAX)
        refuse(m);
    m->row->kind = CFI_REGISTER;
    m->row->cfa_register = (uint8_t)number;
    m->row->cfa_offset = offset;
}

static void move_cfa(machine *m, int32_t offset)
{
    if (m->row->kind != CFI_REGISTER)
        refuse(m);
    m->row->cfa_offset = offset;
}

static void op_nop(machine *m)
{
    (void)m;
}

static void op_advance1(machine *m)
{
    advance(m, cursor_unsigned(&m->code, 1));
}

static void op_advance2(machine *m)
{
    advance(m, cursor_unsigned(&m->code, 2));
}

static void op_advance4(machine *m)
{
    advance(m, cursor_unsigned(&m->code, 4));
}

static void op_offset_extended(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    set_value(m, number, CFI_AT_CFA, factored(m, take_uleb(m)));
}

static void op_offset_extended_signed(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    set_value(m, number, CFI_AT_CFA, factored(m, cursor_sleb(&m->code)));
}

static void op_negative_offset(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    set_value(m, number, CFI_AT_CFA, factored(m, -take_uleb(m)));
}

static void op_restore_extended(machine *m)
{
    restore(m, cursor_uleb(&m->code));
}

static void op_undefined(machine *m)
{
    set_value(m, cursor_uleb(&m->code), CFI_UNDEFINED, 0);
}

static void op_same_value(machine *m)
{
    set_value(m, cursor_uleb(&m->code), CFI_SAME, 0);
}

/* A register in another register, or a value that is computed: none of ours in any code seen. */
static void op_two_numbers(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    (void)cursor_uleb(&m->code);
    set_value(m, number, CFI_ELSEWHERE, 0);
}

static void op_value_expression(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    (void)cursor_take(&m->code, cursor_uleb(&m->code));
    set_value(m, number, CFI_ELSEWHERE, 0);
}

static void op_remember(machine *m)
{
    if (m->depth == STATE_DEPTH)
        refuse(m);
    else
        m->states[m->depth++] = *m->row;
}

static void op_restore_state(machine *m)
{
    if (m->depth == 0)
        refuse(m);
    else
        *m->row = m->states[--m->depth];
}

static void op_define_cfa(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    define_cfa(m, number, narrow(m, take_uleb(m)));
}

static void op_define_cfa_signed(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    define_cfa(m, number, factored(m, cursor_sleb(&m->code)));
}

static void op_cfa_register(machine *m)
{
    if (m->row->kind != CFI_REGISTER)
        refuse(m);
    define_cfa(m, cursor_uleb(&m->code), m->row->cfa_offset);
}

static void op_cfa_offset(machine *m)
{
    move_cfa(m, narrow(m, take_uleb(m)));
}

static void op_cfa_offset_signed(machine *m)
{
    move_cfa(m, factored(m, cursor_sleb(&m->code)));
}

static void op_args_size(machine *m)
{
    (void)cursor_uleb(&m->code);
}

/* breg N, offset. */
static bool take_base(byte_cursor *expression, uint8_t *number, int64_t *offset)
{
    uint8_t op = cursor_u8(expression);
    *number = (uint8_t)(op - DW_OP_breg0);
    *offset = cursor_sleb(expression);
    return !expression->failed && op >= DW_OP_breg0 && op <= DW_OP_breg31;
}

/* The lazy binding stubs of all x86-64 linkers; n is 10 or 11:
 * breg7 8; breg16 0; lit15; and; lit<n>; ge; lit3; shl; plus. */
static bool is_plt(const byte_cursor *expression, int32_t *n)
{
    static const unsigned char head[] = {0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a};
    static const unsigned char tail[] = {0x2a, 0x33, 0x24, 0x22};
    const unsigned char *at = expression->at;
    if (cursor_left(expression) != sizeof head + 1 + sizeof tail ||
        memcmp(at, head, sizeof head) != 0 || memcmp(at + sizeof head + 1, tail, sizeof tail) != 0)
        return false;
    *n = at[sizeof head] - DW_OP_lit0;
    return *n >= 0 && *n <= 15;
}

/* breg N, offset; deref; plus_uconst: stacks that were aligned, or switched, keep the way back in
 * memory. */
static bool is_dereference(byte_cursor expression, cfi_row *row)
{
    int64_t offset;
    uint8_t number;
    uint64_t add = 0;
    if (!take_base(&expression, &number, &offset) || cursor_u8(&expression) != DW_OP_deref)
        return false;
    if (cursor_left(&expression) > 0) {
        if (cursor_u8(&expression) != DW_OP_plus_uconst)
            return false;
        add = cursor_uleb(&expression);
    }
    if (expression.failed || cursor_left(&expression) > 0 || add > INT8_MAX || offset < INT32_MIN ||
        offset > INT32_MAX)
        return false;
    row->kind = CFI_DEREFERENCE;
    row->cfa_register = number;
    row->cfa_offset = (int32_t)offset;
    row->cfa_add = (int8_t)add;
    return true;
}

static void op_cfa_expression(machine *m)
{
    uint64_t size = cursor_uleb(&m->code);
    const unsigned char *bytes = cursor_take(&m->code, size);
    if (!bytes)
        return;
    byte_cursor expression = {bytes, bytes + size, false};
    if (is_plt(&expression, &m->row->cfa_offset))
        m->row->kind = CFI_PLT;
    else if (!is_dereference(expression, m->row))
        m->row->kind = CFI_UNSUPPORTED;
}

/* Only "at the frame pointer plus", which is how GCC says it where it aligned the stack. */
static void op_expression(machine *m)
{
    uint64_t number = cursor_uleb(&m->code);
    uint64_t size = cursor_uleb(&m->code);
    const unsigned char *bytes = cursor_take(&m->code, size);
    if (!bytes)
        return;
    byte_cursor expression = {bytes, bytes + size, false};
    uint8_t base;
    int64_t offset;
    if (take_base(&expression, &base, &offset) && cursor_left(&expression) == 0 &&
        base == m->program->registers->frame && offset >= INT32_MIN && offset <= INT32_MAX)
        set_value(m, number, CFI_AT_REGISTER, (int32_t)offset);
    else
        set_value(m, number, CFI_ELSEWHERE, 0);
}

/* Window save is what AArch64 calls "negate RA state": a signed return address is cleared of its
 * signature wherever one is read. */
static void (*const OPERATIONS[0x40])(machine *) = {
    [DW_CFA_nop] = op_nop,
    [DW_CFA_advance_loc1] = op_advance1,
    [DW_CFA_advance_loc2] = op_advance2,
    [DW_CFA_advance_loc4] = op_advance4,
    [DW_CFA_offset_extended] = op_offset_extended,
    [DW_CFA_restore_extended] = op_restore_extended,
    [DW_CFA_undefined] = op_undefined,
    [DW_CFA_same_value] = op_same_value,
    [DW_CFA_register] = op_two_numbers,
    [DW_CFA_remember_state] = op_remember,
    [DW_CFA_restore_state] = op_restore_state,
    [DW_CFA_def_cfa] = op_define_cfa,
    [DW_CFA_def_cfa_register] = op_cfa_register,
    [DW_CFA_def_cfa_offset] = op_cfa_offset,
    [DW_CFA_def_cfa_expression] = op_cfa_expression,
    [DW_CFA_expression] = op_expression,
    [DW_CFA_offset_extended_sf] = op_offset_extended_signed,
    [DW_CFA_def_cfa_sf] = op_define_cfa_signed,
    [DW_CFA_def_cfa_offset_sf] = op_cfa_offset_signed,
    [DW_CFA_val_offset] = op_two_numbers,
    [DW_CFA_val_offset_sf] = op_two_numbers,
    [DW_CFA_val_expression] = op_value_expression,
    [DW_CFA_GNU_window_save] = op_nop,
    [DW_CFA_GNU_args_size] = op_args_size,
    [OP_NEGATIVE_OFFSET] = op_negative_offset,
};

static void step(machine *m)
{
    uint8_t op = cursor_u8(&m->code);
    uint8_t low = op & 0x3f;
    switch (op & 0xc0) {
    case DW_CFA_advance_loc:
        advance(m, low);
        break;
    case DW_CFA_offset:
        set_value(m, low, CFI_AT_CFA, factored(m, take_uleb(m)));
        break;
    case DW_CFA_restore:
        restore(m, low);
        break;
    default:
        if (OPERATIONS[low])
            OPERATIONS[low](m);
        else
            refuse(m);
    }
}

void cfi_program_run(cfi_program *program, byte_cursor code, cfi_row *row)
{
    machine m;
    m.program = program;
    m.code = code;
    m.row = row;
    m.depth = 0;
    m.done = false;
    while (!m.done && !m.code.failed && cursor_left(&m.code) > 0)
        step(&m);
    if (m.code.failed)
        row->kind = CFI_UNSUPPORTED;
}
