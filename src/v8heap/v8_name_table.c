/* SPDX-License-Identifier: MIT */
#include "v8_name_table.h"

#include <elf.h>
#include <stdlib.h>

enum {
    PIECE = 1 << 20, /* bytes of the file read at once */
    STRIDE = 3,      /* words of an entry */
    WORD = 8,
    NAMES_BEFORE = 16, /* entries looked at before the one that was found */
    NAMES_AFTER = 4096,
    WINDOW = (NAMES_BEFORE + NAMES_AFTER) * STRIDE, /* words */
    NAME_SIZE = 128,
    RELOCATION_BATCH = 4096,
};

/* One of the first builtins in all releases since V8 9.7; with the zeros around it. */
static const char known_name[] = "\0RecordWriteSaveFP";

/* Pointers of the file around the table, after relocation; 0 where there is none. */
typedef struct pointer_window {
    const v8_image *image;
    uint64_t name;  /* address of the known name */
    uint64_t slot;  /* of the pointer to it; 0: not found yet */
    uint64_t start; /* of words */
    uint64_t words[WINDOW];
} pointer_window;

/* Where the known name begins; NULL. */
static const char *find_known(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    const char *at = bytes;
    while ((at = memchr(at, known_name[1], (size_t)(end - at))) != NULL) {
        bool inside = at > bytes && (size_t)(end - at) >= sizeof known_name - 1;
        if (inside && memcmp(at - 1, known_name, sizeof known_name) == 0)
            return at;
        at++;
    }
    return NULL;
}

static unpeg_status search_part(pointer_window *window, const v8_image_part *part, char *piece)
{
    size_t keep = sizeof known_name - 1;
    for (uint64_t at = 0; at < part->size; at += PIECE - keep) {
        size_t size = part->size - at < PIECE ? (size_t)(part->size - at) : PIECE;
        unpeg_status status = v8_image_read(window->image, part->vaddr + at, piece, size);
        if (status)
            return status;
        const char *found = find_known(piece, size);
        if (found) {
            window->name = part->vaddr + at + (uint64_t)(found - piece);
            return UNPEG_OK;
        }
    }
    return UNPEG_NOT_FOUND;
}

static unpeg_status find_name(pointer_window *window)
{
    char *piece = malloc(PIECE);
    if (!piece)
        return UNPEG_NO_MEMORY;
    unpeg_status status = UNPEG_NOT_FOUND;
    for (size_t i = 0; i < v8_image_part_count(window->image) && status == UNPEG_NOT_FOUND; i++) {
        v8_image_part part = v8_image_part_at(window->image, i);
        if (!part.code && !part.writable)
            status = search_part(window, &part, piece);
    }
    free(piece);
    return status;
}

/* False: the place is not in the window. */
static bool put_pointer(pointer_window *window, uint64_t place, uint64_t value)
{
    uint64_t index = (place - window->start) / WORD;
    if (window->slot == 0 || place < window->start || index >= WINDOW || place % WORD != 0)
        return false;
    window->words[index] = value;
    return true;
}

static void set_slot(pointer_window *window, uint64_t slot)
{
    enum { BEFORE = NAMES_BEFORE * STRIDE * WORD };
    window->slot = slot;
    window->start = slot > BEFORE ? slot - BEFORE : slot;
}

static void take_relocation(pointer_window *window, const Elf64_Rela *entry)
{
    uint64_t value = (uint64_t)entry->r_addend;
    if (window->slot == 0 && value == window->name && entry->r_offset % WORD == 0)
        set_slot(window, entry->r_offset);
    (void)put_pointer(window, entry->r_offset, value);
}

/* Twice: entries before the one with the known name are in the window as well. */
static unpeg_status read_relocations(pointer_window *window, uint64_t vaddr, uint64_t size)
{
    uint64_t count = size / sizeof(Elf64_Rela);
    unpeg_status status = UNPEG_OK;
    Elf64_Rela *batch = malloc(RELOCATION_BATCH * sizeof *batch);
    if (!batch)
        return UNPEG_NO_MEMORY;
    for (uint64_t at = 0; at < count && !status; at += RELOCATION_BATCH) {
        size_t part = count - at < RELOCATION_BATCH ? (size_t)(count - at) : RELOCATION_BATCH;
        status =
            v8_image_read(window->image, vaddr + at * sizeof *batch, batch, part * sizeof *batch);
        for (size_t i = 0; i < part && !status; i++)
            take_relocation(window, &batch[i]);
    }
    free(batch);
    return status;
}

static unpeg_status by_relocations(pointer_window *window)
{
    uint64_t vaddr = 0;
    uint64_t size = 0;
    unpeg_status status = v8_image_dynamic(window->image, DT_RELA, &vaddr);
    if (!status)
        status = v8_image_dynamic(window->image, DT_RELASZ, &size);
    if (!status)
        status = read_relocations(window, vaddr, size);
    if (!status && window->slot != 0)
        status = read_relocations(window, vaddr, size);
    return !status && window->slot == 0 ? UNPEG_NOT_FOUND : status;
}

static bool search_words(pointer_window *window, uint64_t vaddr, const uint64_t *words,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i] == window->name) {
            set_slot(window, vaddr + i * WORD);
            return true;
        }
    }
    return false;
}

static unpeg_status find_word(pointer_window *window, const v8_image_part *part, uint64_t *words)
{
    uint64_t start = (part->vaddr + WORD - 1) & ~(uint64_t)(WORD - 1);
    uint64_t end = part->vaddr + part->size;
    for (uint64_t at = start; at < end && end - at >= WORD; at += PIECE) {
        size_t size = end - at < PIECE ? (size_t)(end - at) / WORD * WORD : PIECE;
        unpeg_status status = v8_image_read(window->image, at, words, size);
        if (status)
            return status;
        if (search_words(window, at, words, size / WORD))
            return UNPEG_OK;
    }
    return UNPEG_NOT_FOUND;
}

/* As many words of the window as the part has. */
static unpeg_status load_words(pointer_window *window, const v8_image_part *part)
{
    if (window->start < part->vaddr)
        window->start = window->slot;
    uint64_t left = part->vaddr + part->size - window->start;
    size_t size = left < sizeof window->words ? (size_t)left / WORD * WORD : sizeof window->words;
    return v8_image_read(window->image, window->start, window->words, size);
}

/* Packed relocations leave the value in its place. */
static unpeg_status by_content(pointer_window *window)
{
    uint64_t *words = malloc(PIECE);
    if (!words)
        return UNPEG_NO_MEMORY;
    unpeg_status status = UNPEG_NOT_FOUND;
    for (size_t i = 0; i < v8_image_part_count(window->image) && status == UNPEG_NOT_FOUND; i++) {
        v8_image_part part = v8_image_part_at(window->image, i);
        if (!part.writable)
            continue;
        status = find_word(window, &part, words);
        if (!status)
            status = load_words(window, &part);
    }
    free(words);
    return status;
}

/* The identifier at an address of the file; empty when there is none. */
static unpeg_slice read_name(const v8_image *image, uint64_t vaddr, char buffer[NAME_SIZE])
{
    unpeg_slice name = {buffer, 0};
    if (vaddr == 0 || v8_image_read(image, vaddr, buffer, NAME_SIZE) || buffer[0] < 'A' ||
        buffer[0] > 'Z')
        return name;
    while (name.len < NAME_SIZE &&
           ((buffer[name.len] >= 'A' && buffer[name.len] <= 'Z') || buffer[name.len] == '_' ||
            (buffer[name.len] >= 'a' && buffer[name.len] <= 'z') ||
            (buffer[name.len] >= '0' && buffer[name.len] <= '9')))
        name.len++;
    if (name.len == NAME_SIZE || buffer[name.len] != 0)
        name.len = 0;
    return name;
}

static bool add_name(v8_name_table *table, unpeg_slice name)
{
    char *copy = arena_copy(&table->texts, name.data, name.len);
    if (copy)
        table->names[table->count++] = (unpeg_slice){copy, name.len};
    return copy != NULL;
}

static unpeg_status collect_names(const pointer_window *window, v8_name_table *table)
{
    char buffer[NAME_SIZE];
    size_t at = (size_t)((window->slot - window->start) / WORD);
    while (at >= STRIDE && read_name(window->image, window->words[at - STRIDE], buffer).len > 0)
        at -= STRIDE;
    table->names = calloc(WINDOW / STRIDE, sizeof *table->names);
    if (!table->names)
        return UNPEG_NO_MEMORY;
    for (; at < WINDOW; at += STRIDE) {
        unpeg_slice name = read_name(window->image, window->words[at], buffer);
        if (name.len == 0)
            break;
        if (!add_name(table, name))
            return UNPEG_NO_MEMORY;
    }
    return UNPEG_OK;
}

unpeg_status v8_name_table_load(const v8_image *image, v8_name_table *ret)
{
    *ret = (v8_name_table){0};
    pointer_window *window = calloc(1, sizeof *window);
    if (!window)
        return UNPEG_NO_MEMORY;
    window->image = image;
    unpeg_status status = find_name(window);
    if (!status) {
        status = by_relocations(window);
        if (status == UNPEG_NOT_FOUND)
            status = by_content(window);
    }
    if (!status)
        status = collect_names(window, ret);
    free(window);
    if (status)
        v8_name_table_deinit(ret);
    return status;
}

void v8_name_table_deinit(v8_name_table *table)
{
    free(table->names);
    arena_deinit(&table->texts);
    *table = (v8_name_table){0};
}
