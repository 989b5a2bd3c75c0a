/* SPDX-License-Identifier: MIT
 *
 * Build ids and debug links.
 */
#include "debug_file.h"

#include <limits.h>
#include <stdio.h>
#include <zlib.h>

typedef struct search {
    const debug_places *places;
    bool has_id;
    elf_build_id id;
    elf_debug_link link; /* name is empty when there is none */
    char path[PATH_MAX];
} search;

static bool is_same_id(const elf_build_id *a, const elf_build_id *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool has_crc(const elf_file *file, uint32_t want)
{
    unsigned char bytes[16384];
    uLong crc = crc32(0, NULL, 0);
    size_t got = sizeof bytes;
    for (uint64_t at = 0; got == sizeof bytes; at += got) {
        if (elf_file_read_some(file, at, bytes, sizeof bytes, &got) != UNPEG_OK)
            return false;
        crc = crc32(crc, bytes, (uInt)got);
    }
    return crc == want;
}

/* The build id is as good as the checksum, and does not need the whole file to be read. */
static bool belongs(const search *s, const elf_file *candidate)
{
    elf_build_id id;
    elf_symbols_place place;
    if (elf_file_find_symbols(candidate, ELF_SYMTAB, &place) != UNPEG_OK)
        return false;
    if (s->has_id && elf_file_build_id(candidate, &id) == UNPEG_OK)
        return is_same_id(&s->id, &id);
    return s->link.name[0] != '\0' && has_crc(candidate, s->link.crc);
}

/* Tries s->path; len is what snprintf said about it. */
static unpeg_status try_path(const search *s, int len, elf_file **ret)
{
    elf_file *candidate;
    if (len < 0 || (size_t)len >= sizeof s->path)
        return UNPEG_NOT_FOUND;
    unpeg_status status = elf_file_open(s->path, &candidate);
    if (status != UNPEG_OK)
        return status == UNPEG_NO_MEMORY ? status : UNPEG_NOT_FOUND;
    if (belongs(s, candidate)) {
        *ret = candidate;
        return UNPEG_OK;
    }
    elf_file_close(candidate);
    return UNPEG_NOT_FOUND;
}

static unpeg_status try_build_id(search *s, elf_file **ret)
{
    char hex[2 * ELF_BUILD_ID_LIMIT + 1] = "";
    if (!s->has_id || s->id.len < 2)
        return UNPEG_NOT_FOUND;
    for (size_t i = 0; i < s->id.len; i++)
        snprintf(hex + 2 * i, 3, "%02x", s->id.bytes[i]);
    int len = snprintf(s->path, sizeof s->path, "%s/.build-id/%.2s/%s.debug", s->places->debug_dir,
                       hex, hex + 2);
    return try_path(s, len, ret);
}

static unpeg_status try_links(search *s, elf_file **ret)
{
    const debug_places *places = s->places;
    const char *slash = strrchr(places->path, '/');
    int folder = slash ? (int)(slash - places->path) : 0;
    const char *here = slash ? places->path : ".";
    if (s->link.name[0] == '\0' || !slash)
        return UNPEG_NOT_FOUND;
    int len = snprintf(s->path, sizeof s->path, "%.*s/%s", folder, here, s->link.name);
    unpeg_status status = try_path(s, len, ret);
    if (status != UNPEG_NOT_FOUND)
        return status;
    len = snprintf(s->path, sizeof s->path, "%.*s/.debug/%s", folder, here, s->link.name);
    status = try_path(s, len, ret);
    if (status != UNPEG_NOT_FOUND)
        return status;
    len = snprintf(s->path, sizeof s->path, "%s%s/%s", places->debug_dir, places->folder,
                   s->link.name);
    return try_path(s, len, ret);
}

unpeg_status debug_file_find(const elf_file *file, const debug_places *places, elf_file **ret)
{
    search s = {.places = places};
    s.has_id = elf_file_build_id(file, &s.id) == UNPEG_OK;
    if (elf_file_debug_link(file, &s.link) != UNPEG_OK)
        s.link.name[0] = '\0';
    unpeg_status status = try_build_id(&s, ret);
    return status == UNPEG_NOT_FOUND ? try_links(&s, ret) : status;
}
