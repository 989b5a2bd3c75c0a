/* SPDX-License-Identifier: MIT */
#include "saved_code.h"

#include <stdlib.h>

#include "grow.h"

enum { SIZE_LIMIT = 16 << 20 }; /* bytes of one code object */

unpeg_status saved_code_begin(saved_code *code, const unpeg_hot_code *head, uint64_t size)
{
    if (size > SIZE_LIMIT)
        return UNPEG_ARGUMENT;
    if (!grow_reserve((void **)&code->module, &code->module_capacity, head->module.len + 1, 1))
        return UNPEG_NO_MEMORY;
    if (head->module.len)
        memcpy(code->module, head->module.data, head->module.len);
    code->head = *head;
    code->head.module = (unpeg_slice){code->module, head->module.len};
    code->size = (size_t)size;
    code->bytes_len = code->texts_len = code->hit_count = code->place_count = 0;
    code->open = true;
    return UNPEG_OK;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

unpeg_status saved_code_bytes(saved_code *code, unpeg_slice hex)
{
    size_t count = hex.len / 2;
    if (!code->open || hex.len % 2 || count > code->size - code->bytes_len)
        return UNPEG_ARGUMENT;
    if (!grow_reserve((void **)&code->bytes, &code->bytes_capacity, code->bytes_len + count + 1, 1))
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int high = nibble(hex.data[2 * i]);
        int low = nibble(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return UNPEG_ARGUMENT;
        code->bytes[code->bytes_len + i] = (char)(high << 4 | low);
    }
    code->bytes_len += count;
    return UNPEG_OK;
}

unpeg_status saved_code_hit(saved_code *code, const unpeg_code_hits *hit)
{
    if (!code->open)
        return UNPEG_ARGUMENT;
    if (!grow_reserve((void **)&code->hits, &code->hit_capacity, code->hit_count + 1, sizeof *hit))
        return UNPEG_NO_MEMORY;
    code->hits[code->hit_count++] = *hit;
    return UNPEG_OK;
}

unpeg_status saved_code_place(saved_code *code, const unpeg_code_place *place)
{
    size_t len = place->function.len;
    if (!code->open)
        return UNPEG_ARGUMENT;
    if (!grow_reserve((void **)&code->places, &code->place_capacity, code->place_count + 1,
                      sizeof *place) ||
        !grow_reserve((void **)&code->texts, &code->texts_capacity, code->texts_len + len + 1, 1))
        return UNPEG_NO_MEMORY;
    if (len)
        memcpy(code->texts + code->texts_len, place->function.data, len);
    code->places[code->place_count] = *place;
    code->places[code->place_count++].function.data = NULL;
    code->texts_len += len;
    return UNPEG_OK;
}

unpeg_status saved_code_end(saved_code *code, unpeg_profile *profile)
{
    size_t text = 0;
    if (!code->open)
        return UNPEG_OK;
    code->open = false;
    if (code->bytes_len != code->size)
        return UNPEG_ARGUMENT;
    for (size_t i = 0; i < code->place_count; i++) {
        code->places[i].function.data = code->texts + text;
        text += code->places[i].function.len;
    }
    code->head.bytes = (unpeg_slice){code->bytes, code->bytes_len};
    code->head.hits = code->hits;
    code->head.hit_count = code->hit_count;
    code->head.places = code->places;
    code->head.place_count = code->place_count;
    return unpeg_profile_add_hot_code(profile, &code->head);
}

void saved_code_deinit(saved_code *code)
{
    free(code->bytes);
    free(code->module);
    free(code->texts);
    free(code->hits);
    free(code->places);
    *code = (saved_code){0};
}
