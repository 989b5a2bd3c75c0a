/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a perf map, in pieces of any length: names keep their limit, and the pieces make no
 * difference to what is found.
 */
#include <stdlib.h>

#include "perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static jit_table *read_in_pieces(const uint8_t *data, size_t size, size_t piece)
{
    jit_table *table;
    perf_map *reader;
    require(jit_table_create(&table) == UNPEG_OK);
    require(perf_map_create(table, &reader) == UNPEG_OK);
    for (size_t at = 0; at < size; at += piece) {
        size_t rest = size - at;
        require(perf_map_feed(reader, (const char *)data + at, rest < piece ? rest : piece) ==
                UNPEG_OK);
    }
    perf_map_destroy(reader);
    return table;
}

static void compare(jit_table *a, jit_table *b, unpeg_addr pc)
{
    unpeg_frame x, y;
    unpeg_status status = jit_table_find(a, pc, true, &x);
    require(status == UNPEG_OK || status == UNPEG_NOT_FOUND);
    require(jit_table_find(b, pc, true, &y) == status);
    if (status != UNPEG_OK)
        return;
    require(x.kind == y.kind && x.line == y.line && unpeg_slice_equal(x.name, y.name));
    require(x.name.len <= JIT_NAME_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size ? data[0] % 61 + 1 : 1;
    jit_table *whole = read_in_pieces(data, size, size ? size : 1);
    jit_table *parts = read_in_pieces(data, size, piece);
    for (unpeg_addr pc = 0; pc < 0x10000; pc += 0x40)
        compare(whole, parts, pc);
    jit_table_destroy(whole);
    jit_table_destroy(parts);
    return 0;
}
