/* SPDX-License-Identifier: MIT
 *
 * Format: Intel SDM volume 2, chapter 2 and appendix A.
 */
#include "x86_instruction.h"

#include "byte_cursor.h"

/* What follows an opcode:
 *   .  nothing             m  ModRM               x  no instruction, or a prefix
 *   1  imm8                b  ModRM, imm8         2  imm16
 *   z  imm16 or imm32      Z  ModRM, imm16/32     v  imm16, 32 or 64
 *   a  address             e  imm16, imm8         t  ModRM, imm8 if reg is 0 or 1
 *   T  ModRM, imm16/32 if reg is 0 or 1           4  imm32
 */
static const char ONE_BYTE[] = "mmmm1zxxmmmm1zxx" /* 00 */
                               "mmmm1zxxmmmm1zxx"
                               "mmmm1zxxmmmm1zxx"
                               "mmmm1zxxmmmm1zxx"
                               "xxxxxxxxxxxxxxxx" /* 40 */
                               "................"
                               "xxxmxxxxzZ1b...."
                               "1111111111111111"
                               "bZxbmmmmmmmmmmmm" /* 80 */
                               "..........x....."
                               "aaaa....1z......"
                               "11111111vvvvvvvv"
                               "bb2.xxbZe.2..1x." /* C0 */
                               "mmmmxxx.mmmmmmmm"
                               "1111111144x1...."
                               "x.xx..tT......mm";

static const char TWO_BYTE[] = "mmmmx.....x.xm.b" /* 00 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmxxxxmmmmmmmm"
                               "......x.xxxxxxxx"
                               "mmmmmmmmmmmmmmmm" /* 40 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm"
                               "bbbbmmm.mmmmmmmm"
                               "4444444444444444" /* 80 */
                               "mmmmmmmmmmmmmmmm"
                               "...mbmmm...mbmmm"
                               "mmmmmmmmmmbmmmmm"
                               "mmbmbbbm........" /* C0 */
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm"
                               "mmmmmmmmmmmmmmmm";

typedef struct decoder {
    byte_cursor at;
    bool narrow;     /* prefix 66 */
    bool short_form; /* prefix 67 */
    uint8_t r, x, b; /* 8 where the prefix extends a register */
    char form;
    x86_instruction *insn;
} decoder;

static bool take_prefix(decoder *d, uint8_t byte)
{
    switch (byte) {
    case 0x66:
        d->narrow = true;
        return true;
    case 0x67:
        d->short_form = true;
        return true;
    case 0x26:
    case 0x2e:
    case 0x36:
    case 0x3e:
    case 0x64:
    case 0x65:
    case 0xf0:
    case 0xf2:
    case 0xf3:
        return true;
    default:
        return false;
    }
}

/* REX: 0100WRXB, the last prefix. */
static uint8_t take_rex(decoder *d, uint8_t byte)
{
    d->insn->wide = byte & 8;
    d->r = (uint8_t)((byte & 4) << 1);
    d->x = (uint8_t)((byte & 2) << 2);
    d->b = (uint8_t)((byte & 1) << 3);
    return cursor_u8(&d->at);
}

/* R, X and B are inverted in the top bits of the first payload byte. */
static void take_vector_registers(decoder *d, uint8_t byte)
{
    d->r = (uint8_t)((~byte & 0x80) >> 4);
    d->x = (uint8_t)((~byte & 0x40) >> 3);
    d->b = (uint8_t)((~byte & 0x20) >> 2);
}

static char vector_form(uint8_t map, uint8_t opcode)
{
    if (map == 1)
        return (char)(TWO_BYTE[opcode] == '4' ? 'm' : TWO_BYTE[opcode]);
    return map == 3 ? 'b' : 'm';
}

/* VEX (C4, C5) and EVEX (62): payload, then the opcode. */
static void take_vector(decoder *d, uint8_t escape)
{
    uint8_t map = 1;
    uint8_t first = cursor_u8(&d->at);
    if (escape == 0xc5) {
        d->r = (uint8_t)((~first & 0x80) >> 4);
    } else {
        take_vector_registers(d, first);
        map = first & (escape == 0x62 ? 7 : 31);
        (void)cursor_u8(&d->at);
        if (escape == 0x62)
            (void)cursor_u8(&d->at);
    }
    d->insn->map = X86_VECTOR;
    d->insn->opcode = cursor_u8(&d->at);
    d->form = vector_form(map, d->insn->opcode);
}

static void take_escaped(decoder *d)
{
    uint8_t byte = cursor_u8(&d->at);
    d->insn->map = byte == 0x38 ? X86_0F38 : byte == 0x3a ? X86_0F3A : X86_0F;
    d->insn->opcode = d->insn->map == X86_0F ? byte : cursor_u8(&d->at);
    d->form = (char)(d->insn->map == X86_0F     ? TWO_BYTE[byte]
                     : d->insn->map == X86_0F38 ? 'm'
                                                : 'b');
}

static void take_opcode(decoder *d)
{
    uint8_t byte = cursor_u8(&d->at);
    while (!d->at.failed && take_prefix(d, byte))
        byte = cursor_u8(&d->at);
    if ((byte & 0xf0) == 0x40)
        byte = take_rex(d, byte);
    if (byte == 0x0f) {
        take_escaped(d);
    } else if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) {
        take_vector(d, byte);
    } else {
        d->insn->map = X86_ONE_BYTE;
        d->insn->opcode = byte;
        d->form = ONE_BYTE[byte];
    }
}

/* The byte after ModRM: scale, index, base; returns the field of the base. */
static uint8_t take_scaled(decoder *d)
{
    uint8_t sib = cursor_u8(&d->at);
    uint8_t index = (uint8_t)((sib >> 3 & 7) | d->x);
    d->insn->scale = (uint8_t)(1U << (sib >> 6));
    d->insn->index = index == 4 ? X86_NO_REGISTER : index;
    return sib & 7;
}

static void take_memory(decoder *d, uint8_t mod, uint8_t rm)
{
    uint8_t base = rm;
    d->insn->memory = true;
    if (rm == 4)
        base = take_scaled(d);
    d->insn->base = (uint8_t)(base | d->b);
    if (mod == 0 && base == 5) { /* rip, or none beside an index */
        d->insn->base = X86_NO_REGISTER;
        mod = 2;
    }
    if (mod == 1)
        d->insn->displacement = (int32_t)(int8_t)cursor_u8(&d->at);
    else if (mod == 2)
        d->insn->displacement = (int32_t)cursor_u32(&d->at);
}

static void take_modrm(decoder *d)
{
    uint8_t byte = cursor_u8(&d->at);
    uint8_t mod = byte >> 6;
    d->insn->modrm = true;
    d->insn->reg = (uint8_t)((byte >> 3 & 7) | d->r);
    if (mod == 3)
        d->insn->rm = (uint8_t)((byte & 7) | d->b);
    else
        take_memory(d, mod, byte & 7);
}

static int64_t take_signed(byte_cursor *at, size_t size)
{
    uint64_t value = cursor_unsigned(at, size);
    unsigned unused = (unsigned)(64 - 8 * size);
    return (int64_t)(value << unused) >> unused;
}

static size_t immediate_bytes(const decoder *d)
{
    const size_t operand = d->narrow && !d->insn->wide ? 2 : 4;
    bool test = (d->insn->reg & 7) < 2;
    switch (d->form) {
    case '1':
    case 'b':
        return 1;
    case '2':
        return 2;
    case '4':
        return 4;
    case 'z':
    case 'Z':
        return operand;
    case 'v':
        return d->insn->wide ? 8 : operand;
    case 'a':
        return d->short_form ? 4 : 8;
    case 't':
        return test ? 1 : 0;
    case 'T':
        return test ? operand : 0;
    default:
        return 0;
    }
}

static void take_immediate(decoder *d)
{
    size_t size = immediate_bytes(d);
    if (size > 0)
        d->insn->immediate = take_signed(&d->at, size);
    if (d->form == 'e') /* enter: two of them */
        (void)cursor_take(&d->at, 3);
}

bool x86_instruction_decode(const unsigned char *bytes, size_t size, x86_instruction *ret)
{
    if (size > X86_INSTRUCTION_LIMIT)
        size = X86_INSTRUCTION_LIMIT;
    *ret = (x86_instruction){
        .rm = X86_NO_REGISTER, .base = X86_NO_REGISTER, .index = X86_NO_REGISTER, .scale = 1};
    decoder d = {.at = {bytes, bytes + size, false}, .insn = ret};
    take_opcode(&d);
    if (d.at.failed || d.form == 'x')
        return false;
    if (strchr("mbZtT", d.form))
        take_modrm(&d);
    else
        ret->rm = (uint8_t)((ret->opcode & 7) | d.b);
    take_immediate(&d);
    ret->length = (uint8_t)(d.at.at - bytes);
    return !d.at.failed;
}
