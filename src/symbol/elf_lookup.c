/* SPDX-License-Identifier: MIT */
#include "elf_lookup.h"

#include <string.h>

enum {
    WORD = sizeof(uint32_t),
    HEAD_WORDS = 4, /* before the GNU table's filter */
    SYSV_HEAD_WORDS = 2,
    BLOOM_BITS = 64,
    RUN = 32, /* words of a chain that are read at once */
    NAME_LIMIT = 256,
};

static unpeg_status read_words(const elf_lookup *lookup, uint64_t at, uint32_t *ret, size_t count)
{
    uint64_t words = lookup->hash.size / WORD;
    if (at > words || count > words - at)
        return UNPEG_INPUT;
    return elf_file_read(lookup->file, lookup->hash.offset + at * WORD, ret, count * WORD);
}

unpeg_status elf_lookup_open(elf_lookup *lookup, const elf_file *file)
{
    uint32_t head[HEAD_WORDS] = {0};
    *lookup = (elf_lookup){.file = file};
    unpeg_status status = elf_file_find_symbols(file, ELF_DYNSYM, &lookup->place);
    if (status == UNPEG_OK)
        status = elf_file_find_hash(file, &lookup->hash);
    if (status == UNPEG_OK)
        status = read_words(lookup, 0, head, lookup->hash.gnu ? HEAD_WORDS : SYSV_HEAD_WORDS);
    if (status != UNPEG_OK)
        return status;
    lookup->bucket_count = head[0];
    lookup->first = head[1];
    lookup->bloom_count = head[2];
    lookup->bloom_shift = head[3] % BLOOM_BITS;
    bool usable = lookup->bucket_count > 0 && (!lookup->hash.gnu || lookup->bloom_count > 0);
    return usable ? UNPEG_OK : UNPEG_INPUT;
}

static unpeg_status check_symbol(const elf_lookup *lookup, uint64_t index, const char *name,
                                 Elf64_Sym *ret)
{
    char text[NAME_LIMIT];
    size_t size = strlen(name) + 1;
    if (index >= lookup->place.count)
        return UNPEG_INPUT;
    unpeg_status status =
        elf_file_read_symbols(lookup->file, lookup->place.offset + index * sizeof *ret, ret, 1);
    if (status != UNPEG_OK)
        return status;
    if (size > sizeof text || ret->st_name >= lookup->place.names_size ||
        size > lookup->place.names_size - ret->st_name || ret->st_shndx == SHN_UNDEF)
        return UNPEG_NOT_FOUND;
    status = elf_file_read(lookup->file, lookup->place.names_offset + ret->st_name, text, size);
    return status == UNPEG_OK && memcmp(text, name, size) != 0 ? UNPEG_NOT_FOUND : status;
}

static uint32_t gnu_hash(const char *name)
{
    uint32_t hash = 5381;
    for (const char *c = name; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    return hash;
}

/* False: no symbol has that hash. */
static unpeg_status pass_filter(const elf_lookup *lookup, uint32_t hash, bool *ret)
{
    uint32_t halves[2];
    uint64_t at = HEAD_WORDS + 2 * (uint64_t)(hash / BLOOM_BITS % lookup->bloom_count);
    unpeg_status status = read_words(lookup, at, halves, 2);
    if (status != UNPEG_OK)
        return status;
    uint64_t word = halves[0] | (uint64_t)halves[1] << 32;
    uint64_t other = (uint64_t)hash >> lookup->bloom_shift;
    *ret = word >> hash % BLOOM_BITS & word >> other % BLOOM_BITS & 1;
    return UNPEG_OK;
}

/* Along a chain, whose words are hashes; the last has its lowest bit set. */
static unpeg_status follow_gnu_chain(const elf_lookup *lookup, uint64_t chains, uint32_t index,
                                     const char *name, Elf64_Sym *ret)
{
    uint32_t run[RUN];
    uint32_t hash = gnu_hash(name);
    while (index < lookup->place.count) {
        uint64_t left = lookup->place.count - index;
        size_t count = left < RUN ? (size_t)left : RUN;
        unpeg_status status = read_words(lookup, chains + index - lookup->first, run, count);
        for (size_t i = 0; i < count && status == UNPEG_OK; i++, index++) {
            if ((run[i] ^ hash) >> 1 == 0) {
                status = check_symbol(lookup, index, name, ret);
                if (status != UNPEG_NOT_FOUND)
                    return status;
            }
            status = run[i] & 1 ? UNPEG_NOT_FOUND : UNPEG_OK;
        }
        if (status != UNPEG_OK)
            return status;
    }
    return UNPEG_INPUT;
}

static unpeg_status find_gnu(const elf_lookup *lookup, const char *name, Elf64_Sym *ret)
{
    bool maybe = false;
    uint32_t index = 0;
    uint32_t hash = gnu_hash(name);
    uint64_t buckets = HEAD_WORDS + 2 * (uint64_t)lookup->bloom_count;
    unpeg_status status = pass_filter(lookup, hash, &maybe);
    if (status != UNPEG_OK || !maybe)
        return status != UNPEG_OK ? status : UNPEG_NOT_FOUND;
    status = read_words(lookup, buckets + hash % lookup->bucket_count, &index, 1);
    if (status != UNPEG_OK)
        return status;
    if (index < lookup->first)
        return UNPEG_NOT_FOUND;
    return follow_gnu_chain(lookup, buckets + lookup->bucket_count, index, name, ret);
}

static uint32_t sysv_hash(const char *name)
{
    uint32_t hash = 0;
    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash ^= hash >> 24 & 0xf0;
        hash &= 0x0fffffff;
    }
    return hash;
}

/* A chain that leads in a circle ends after as many steps as there are symbols. */
static unpeg_status find_sysv(const elf_lookup *lookup, const char *name, Elf64_Sym *ret)
{
    uint32_t index = 0;
    uint64_t buckets = SYSV_HEAD_WORDS;
    uint64_t chains = buckets + lookup->bucket_count;
    unpeg_status status =
        read_words(lookup, buckets + sysv_hash(name) % lookup->bucket_count, &index, 1);
    for (uint64_t steps = 0; status == UNPEG_OK && index != 0; steps++) {
        if (steps > lookup->place.count)
            return UNPEG_INPUT;
        status = check_symbol(lookup, index, name, ret);
        if (status != UNPEG_NOT_FOUND)
            return status;
        status = read_words(lookup, chains + index, &index, 1);
    }
    return status != UNPEG_OK ? status : UNPEG_NOT_FOUND;
}

unpeg_status elf_lookup_find(const elf_lookup *lookup, const char *name, Elf64_Sym *ret)
{
    return lookup->hash.gnu ? find_gnu(lookup, name, ret) : find_sysv(lookup, name, ret);
}
