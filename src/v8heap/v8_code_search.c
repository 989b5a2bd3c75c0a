/* SPDX-License-Identifier: MIT */
#include "v8_code_search.h"

enum {
    FIRST_PIECE = 1024, /* bytes read at first, going back; then twice as much each time */
    PIECE = 16384,
    REACH = 4 << 20, /* the largest code object that is found */
    SIZE_LIMIT = 64 << 20,
    CODE_ALIGNMENT = 64, /* of instructions, in releases whose types are learned */
};

typedef struct code_search {
    v8_codes *codes;
    unpeg_addr pc, lowest;
    bool learn;  /* look up words that were not seen to be such maps */
    bool passed; /* an object ends before the address: nothing further back holds it */
    v8_code_place *ret;
} code_search;

static bool is_known_map(const v8_codes *codes, v8_word map)
{
    for (size_t i = 0; i < codes->map_count; i++)
        if (codes->maps[i] == map)
            return true;
    return false;
}

static void remember_map(v8_codes *codes, v8_word map)
{
    if (!is_known_map(codes, map) && codes->map_count < V8_STREAM_MAPS)
        codes->maps[codes->map_count++] = map;
}

/* Where the object at header has its Code, its start and its size; NOT_FOUND unless they agree
 * and hold the address. */
static unpeg_status check_header(code_search *search, v8_word object)
{
    const v8_heap *heap = search->codes->heap;
    const v8_layout *layout = heap->layout;
    v8_code_place *place = search->ret;
    *place = (v8_code_place){.object = object, .code = object};
    place->start = object - 1 + (uint32_t)layout->stream_header;
    unpeg_status status = UNPEG_OK;
    if (layout->stream_code > 0) {
        uint64_t start = 0;
        uint64_t raw = 0;
        size_t size = (size_t)layout->tagged_size;
        status = v8_heap_read(heap, object, layout->stream_code, &raw, size);
        place->code = size == 8 ? raw : heap->trusted_cage + (uint32_t)raw;
        if (!status)
            status = v8_heap_read(heap, place->code, layout->code_start, &start, sizeof start);
        if (!status && start != place->start)
            status = UNPEG_NOT_FOUND;
    }
    if (!status)
        status =
            v8_heap_read(heap, place->code, layout->code_size, &place->size, sizeof place->size);
    if (status)
        return status;
    search->passed = layout->stream_code > 0;
    bool holds = search->pc >= place->start && search->pc - place->start < place->size;
    return holds && place->size <= SIZE_LIMIT ? UNPEG_OK : UNPEG_NOT_FOUND;
}

/* Whether the word is the map of an object with code; where the number of that type is not known,
 * whether one may be there. */
static unpeg_status check_map(code_search *search, v8_word map, unpeg_addr address)
{
    v8_heap *heap = search->codes->heap;
    const v8_layout *layout = heap->layout;
    int32_t wanted = layout->stream_code > 0 ? layout->type_instruction_stream : layout->type_code;
    if (!search->learn || !v8_is_object(map))
        return UNPEG_NOT_FOUND;
    if (wanted != V8_ABSENT)
        return v8_heap_expect(heap, address + 1, wanted, wanted);
    uint64_t start = address + (uint32_t)layout->stream_header;
    return layout->stream_code > 0 && start % CODE_ALIGNMENT == 0 ? UNPEG_OK : UNPEG_NOT_FOUND;
}

static unpeg_status check_candidate(code_search *search, uint64_t raw, unpeg_addr address)
{
    v8_codes *codes = search->codes;
    v8_word map = v8_heap_decompress(codes->heap, raw);
    if (is_known_map(codes, map))
        return check_header(search, address + 1);
    unpeg_status status = check_map(search, map, address);
    if (!status)
        status = check_header(search, address + 1);
    if (!status)
        remember_map(codes, map);
    return status;
}

static unpeg_status search_piece(code_search *search, unpeg_addr start, const unsigned char *bytes,
                                 size_t size)
{
    size_t word = (size_t)search->codes->heap->layout->tagged_size;
    for (size_t at = size; at >= word; at -= word) {
        uint64_t raw = 0;
        memcpy(&raw, bytes + at - word, word);
        if ((raw & 3) != 1)
            continue;
        unpeg_status status = check_candidate(search, raw, start + at - word);
        if (status != UNPEG_NOT_FOUND || search->passed)
            return status;
    }
    return UNPEG_NOT_FOUND;
}

static unpeg_status search_back(code_search *search)
{
    unsigned char bytes[PIECE];
    v8_codes *codes = search->codes;
    unpeg_addr end = search->pc & ~UINT64_C(7);
    unpeg_addr stop = end > REACH ? end - REACH : 0;
    if (stop < search->lowest)
        stop = search->lowest;
    size_t piece = FIRST_PIECE;
    while (end > stop && !search->passed) {
        size_t size = end - stop < piece ? (size_t)(end - stop) : piece;
        unpeg_status status = memory_read(codes->heap->memory, end - size, bytes, size);
        codes->bytes_searched += size;
        if (!status)
            status = search_piece(search, end - size, bytes, size);
        else if (status == UNPEG_NOT_FOUND)
            return status;
        if (status != UNPEG_NOT_FOUND)
            return status;
        end -= size;
        piece = piece * 2 < PIECE ? piece * 2 : PIECE;
    }
    return UNPEG_NOT_FOUND;
}

unpeg_status v8_code_search(v8_codes *codes, unpeg_addr pc, unpeg_addr lowest, v8_code_place *ret)
{
    code_search search = {codes, pc, lowest, false, false, ret};
    unpeg_status status = UNPEG_NOT_FOUND;
    codes->searches++;
    if (codes->map_count > 0)
        status = search_back(&search);
    if (status != UNPEG_NOT_FOUND || search.passed)
        return status;
    search.learn = true;
    return search_back(&search);
}
