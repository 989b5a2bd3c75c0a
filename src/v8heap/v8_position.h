/* SPDX-License-Identifier: MIT
 *
 * V8's tables from code offset to source position, and from baseline code to bytecode.
 *
 *     v8_positions table = {bytes, size, V8_POSITIONS_SIGNED};
 *     uint64_t raw;
 *     if (v8_positions_find(&table, offset, &raw))
 *         offset_in_script = v8_position_offset(raw);      inlined where v8_position_inlining(raw)
 *
 * Pairs of variable-length numbers, 7 bits a byte, low bits first. The first is the delta of the
 * code offset, which starts at -1 (before V8 8.1 at 0). V8 up to 13: zigzag, and a negative one (-1
 * - delta) is an expression. From 14: delta << 2, bit 0 statement, bit 1 breakable. The second is
 * the zigzag delta of the raw position: bit 0 external, bits 1 to 30 offset in the script + 1, bits
 * 31 to 46 number of the inlining + 1, or 0.
 */
#ifndef UNPEG_V8HEAP_V8_POSITION_H
#define UNPEG_V8HEAP_V8_POSITION_H

#include "v8_layout.h"

typedef struct v8_positions {
    const unsigned char *bytes;
    size_t size;
    v8_position_coding coding;
} v8_positions;

/* What a whole table says, for checking it. */
typedef struct v8_positions_extent {
    size_t entries;
    int64_t last_offset;                  /* code offsets rise up to this one */
    int32_t lowest, highest;              /* offsets in the script, of entries not inlined */
    int32_t lowest_inlined, most_inlined; /* inlining numbers seen, from 0; -1: none */
} v8_positions_extent;

/* The raw position of the last entry at or before offset; false when there is none. */
bool v8_positions_find(const v8_positions *table, int64_t offset, uint64_t *ret);

/* False: damaged, or of another coding. */
bool v8_positions_measure(const v8_positions *table, v8_positions_extent *ret);

/* Entry by entry, until one is refused or the table ends. */
typedef bool (*v8_position_fn)(void *user, int64_t offset, uint64_t raw);
void v8_positions_each(const v8_positions *table, v8_position_fn each, void *user);

/* -1: the position is none. */
static inline int32_t v8_position_offset(uint64_t raw)
{
    return (int32_t)((raw >> 1) & 0x3FFFFFFF) - 1;
}

static inline bool v8_position_external(uint64_t raw)
{
    return raw & 1;
}

/* -1: not inlined. */
static inline int32_t v8_position_inlining(uint64_t raw)
{
    return (int32_t)((raw >> 31) & 0xFFFF) - 1;
}

/* A bytecode array's bytes, and how long each of its instructions is. */
typedef struct v8_bytecodes {
    const unsigned char *bytes;
    size_t size;
    const v8_layout *layout; /* for the sizes; without them nothing is found */
} v8_bytecodes;

/* Where the instruction after the one at offset begins; false behind the end, or when the bytes
 * are no bytecode. */
bool v8_bytecodes_next(const v8_bytecodes *code, size_t offset, size_t *ret);

/* Whether an instruction begins at offset; true also when the sizes are not known. */
bool v8_bytecodes_begins(const v8_bytecodes *code, size_t offset);

/* The bytecode that baseline code at pc_offset (a return address, or the next instruction of a
 * running one minus 1) was made from. table: for the prologue and for each bytecode the size of
 * its machine code. False when it is none, as in the prologue. */
bool v8_baseline_find(const v8_bytecodes *code, unpeg_slice table, uint64_t pc_offset, size_t *ret);

/* Whether it is before the first bytecode's code. */
bool v8_baseline_in_prologue(unpeg_slice table, uint64_t pc_offset);

#endif
