/* SPDX-License-Identifier: MIT */
#include "native_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "demangle.h"
#include "grow.h"
#include "intern.h"
#include "library_file.h"
#include "u64map.h"

typedef struct native_file {
    library_file file;
    u64map names; /* symbol to its number in names->texts + 1 */
} native_file;

struct native_names {
    char *root;
    intern paths, texts;
    native_file **files; /* of path number i + 1 */
    size_t file_count, file_capacity;
};

unpeg_status native_names_create(const char *root, native_names **ret)
{
    native_names *names = calloc(1, sizeof *names);
    if (names)
        names->root = strdup(root);
    if (!names || !names->root) {
        free(names);
        return UNPEG_NO_MEMORY;
    }
    *ret = names;
    return UNPEG_OK;
}

static void close_file(native_file *file)
{
    library_file_close(&file->file);
    u64map_deinit(&file->names);
    free(file);
}

void native_names_destroy(native_names *names)
{
    if (!names)
        return;
    for (size_t i = 0; i < names->file_count; i++)
        close_file(names->files[i]);
    free(names->files);
    intern_deinit(&names->paths);
    intern_deinit(&names->texts);
    free(names->root);
    free(names);
}

static unpeg_status add_file(native_names *names, unpeg_slice path)
{
    const library_places places = {.sysroot = names->root};
    if (!grow_reserve((void **)&names->files, &names->file_capacity, names->file_count + 1,
                      sizeof *names->files))
        return UNPEG_NO_MEMORY;
    native_file *file = calloc(1, sizeof *file);
    if (!file)
        return UNPEG_NO_MEMORY;
    names->files[names->file_count++] = file;
    return library_file_open(&file->file, path, &places);
}

static unpeg_status file_of(native_names *names, unpeg_slice path, native_file **ret)
{
    uint32_t id;
    unpeg_status status = UNPEG_OK;
    if (!intern_add(&names->paths, path, &id))
        return UNPEG_NO_MEMORY;
    while (status == UNPEG_OK && names->file_count < id)
        status = add_file(names, intern_text(&names->paths, (uint32_t)names->file_count + 1));
    if (status == UNPEG_OK)
        *ret = names->files[id - 1];
    return status;
}

/* The readable name of a symbol as a text of ours. */
static unpeg_status add_text(native_names *names, native_file *file, uint32_t symbol, uint32_t *ret)
{
    elf_symbol_text raw;
    demangled readable;
    unpeg_slice text = {"", 0};
    if (elf_symbols_name(&file->file.symbols, symbol, &raw) == UNPEG_OK)
        text = demangle(raw.bytes, &readable) ? (unpeg_slice){readable.bytes, readable.len}
                                              : (unpeg_slice){raw.bytes, raw.len};
    if (!intern_add(&names->texts, text, ret) || !u64map_put(&file->names, symbol, *ret + 1))
        return UNPEG_NO_MEMORY;
    return UNPEG_OK;
}

static unpeg_status name_symbol(native_names *names, native_file *file, uint32_t symbol,
                                native_name *ret)
{
    uint32_t known = u64map_get(&file->names, symbol);
    uint32_t text = known ? known - 1 : 0;
    unpeg_status status = known ? UNPEG_OK : add_text(names, file, symbol, &text);
    if (status != UNPEG_OK)
        return status;
    ret->name = intern_text(&names->texts, text);
    ret->reason = ret->name.len ? UNPEG_UNKNOWN_NONE : UNPEG_UNKNOWN_NO_SYMBOL;
    return UNPEG_OK;
}

unpeg_status native_names_find(native_names *names, unpeg_slice path, uint64_t file_offset,
                               native_name *ret)
{
    native_file *file;
    *ret = (native_name){.name = {"", 0}, .reason = UNPEG_UNKNOWN_NO_FILE};
    if (path.len == 0)
        return UNPEG_OK;
    unpeg_status status = file_of(names, path, &file);
    if (status != UNPEG_OK)
        return status;
    if (!file->file.elf) {
        ret->reason = file->file.problem ? file->file.problem : UNPEG_UNKNOWN_NO_FILE;
        return UNPEG_OK;
    }
    library_answer answer = library_file_find(&file->file, file_offset);
    if (answer.symbol != UINT32_MAX) {
        ret->offset = file_offset - answer.start;
        ret->size = answer.end - answer.start;
        return name_symbol(names, file, answer.symbol, ret);
    }
    ret->reason = file->file.problem ? file->file.problem : UNPEG_UNKNOWN_NO_SYMBOL;
    return UNPEG_OK;
}

size_t native_names_file_count(const native_names *names)
{
    return names->file_count;
}

unpeg_library native_names_file(const native_names *names, size_t index)
{
    const library_file *file = &names->files[index]->file;
    unpeg_library library = {.path = intern_text(&names->paths, (uint32_t)index + 1),
                             .symbols_from = unpeg_slice_of(library_file_symbols_from(file)),
                             .problem = file->problem};
    snprintf(library.detail, sizeof library.detail, "%s", file->detail);
    return library;
}
