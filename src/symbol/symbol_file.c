/* SPDX-License-Identifier: MIT */
#include "symbol_file.h"

#include <stdio.h>

#include "debug_file.h"

static void tell(unpeg_library *library, unpeg_unknown_reason problem, const char *detail)
{
    library->problem = problem;
    snprintf(library->detail, sizeof library->detail, "%s", detail);
}

static void tell_not_opened(unpeg_library *library, unpeg_status status, const unpeg_error *error)
{
    bool missing = status == UNPEG_NOT_FOUND;
    tell(library, UNPEG_UNKNOWN_FILE_MISSING,
         missing                 ? "no such file here"
         : status == UNPEG_INPUT ? error->text
                                 : unpeg_status_text(status));
}

static bool has_no_file(unpeg_slice path)
{
    return path.len > 0 && path.data[0] == '[';
}

/* Full symbols first: of the file, else of its debug file; else what it exports. */
static unpeg_status load_symbols(symbol_file *file, const char *debug_dir, unpeg_library *library,
                                 char *path)
{
    char debug_path[DEBUG_FILE_PATH];
    unpeg_status status = elf_symbols_load(file->elf, false, &file->symbols);
    if (status == UNPEG_NO_MEMORY || file->symbols)
        return status;
    status = debug_file_open(file->elf, path, debug_dir, debug_path, &file->debug);
    if (status == UNPEG_OK)
        status = elf_symbols_load(file->debug, false, &file->symbols);
    if (status == UNPEG_NO_MEMORY || file->symbols) {
        memcpy(path, debug_path, DEBUG_FILE_PATH);
        return status;
    }
    tell(library, UNPEG_UNKNOWN_STRIPPED, "no symbol table; only exported functions have names");
    status = elf_symbols_load(file->elf, true, &file->symbols);
    if (!file->symbols) {
        tell(library, UNPEG_UNKNOWN_STRIPPED, "no symbol table, and nothing exported");
        path[0] = '\0';
    }
    return status == UNPEG_NO_MEMORY ? status : UNPEG_OK;
}

unpeg_status symbol_file_open(symbol_file *file, const symbol_options *options,
                              unpeg_library *library, char *found)
{
    const char *sysroot = options->sysroot ? options->sysroot : "";
    unpeg_error error = {.status = UNPEG_OK};
    file->opened = true;
    found[0] = '\0';
    if (has_no_file(library->path)) {
        tell(library, UNPEG_UNKNOWN_NO_FILE, "mapped by the kernel, not from a file");
        return UNPEG_OK;
    }
    if (options->names_off)
        return UNPEG_OK;
    int len = snprintf(found, DEBUG_FILE_PATH, "%s%.*s", sysroot, (int)library->path.len,
                       library->path.data);
    unpeg_status status = UNPEG_NOT_FOUND;
    if (library->path.len < DEBUG_FILE_PATH && len > 0 && len < DEBUG_FILE_PATH &&
        !memchr(library->path.data, '\0', library->path.len))
        status = elf_file_open(found, &file->elf, &error);
    if (status == UNPEG_NO_MEMORY)
        return status;
    if (status != UNPEG_OK) {
        tell_not_opened(library, status, &error);
        found[0] = '\0';
        return UNPEG_OK;
    }
    return load_symbols(file, options->debug_dir, library, found);
}

void symbol_file_close(symbol_file *file)
{
    elf_symbols_destroy(file->symbols);
    elf_file_close(file->debug);
    elf_file_close(file->elf);
    *file = (symbol_file){0};
}
