/* SPDX-License-Identifier: MIT */
#include "debug_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static const char default_debug_dir[] = "/usr/lib/debug";

static bool fits(int written)
{
    return written > 0 && written < DEBUG_FILE_PATH;
}

static unpeg_status open_by_build_id(const elf_file *file, const char *debug_dir, char *found,
                                     elf_file **ret)
{
    unpeg_slice id = elf_file_build_id(file);
    if (id.len < 2)
        return UNPEG_NOT_FOUND;
    char hex[2 * ELF_MAX_BUILD_ID + 1];
    for (size_t i = 0; i < id.len; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)id.data[i]);
    if (!fits(snprintf(found, DEBUG_FILE_PATH, "%s/.build-id/%.2s/%s.debug", debug_dir, hex,
                       hex + 2)))
        return UNPEG_NOT_FOUND;
    return elf_file_open(found, ret, NULL);
}

static bool checksum_is(const elf_file *file, uint32_t want)
{
    enum { BLOCK = 1 << 16 };
    unsigned char *block = malloc(BLOCK);
    uint64_t offset = 0;
    uLong crc = crc32(0, NULL, 0);
    if (!block)
        return false;
    size_t size = BLOCK;
    while (size > 0) {
        if (elf_file_read(file, offset, block, size)) {
            crc = crc32(crc, block, (uInt)size);
            offset += size;
        } else {
            size /= 2; /* the last, shorter block is found by halving */
        }
    }
    free(block);
    return (uint32_t)crc == want;
}

static unpeg_status open_checked(const char *path, uint32_t crc, elf_file **ret)
{
    elf_file *debug;
    unpeg_status status = elf_file_open(path, &debug, NULL);
    if (status != UNPEG_OK)
        return status;
    if (!checksum_is(debug, crc)) {
        elf_file_close(debug);
        return UNPEG_NOT_FOUND;
    }
    *ret = debug;
    return UNPEG_OK;
}

static unpeg_status open_by_link(const elf_file *file, const char *path, const char *debug_dir,
                                 char *found, elf_file **ret)
{
    char name[ELF_MAX_NAME + 1];
    uint32_t crc;
    const char *slash = strrchr(path, '/');
    if (!slash || !elf_file_debug_link(file, name, &crc))
        return UNPEG_NOT_FOUND;
    int dir = (int)(slash - path);
    unpeg_status status = UNPEG_NOT_FOUND;
    if (fits(snprintf(found, DEBUG_FILE_PATH, "%.*s/%s", dir, path, name)) &&
        strcmp(found, path) != 0)
        status = open_checked(found, crc, ret);
    if (status != UNPEG_OK && status != UNPEG_NO_MEMORY &&
        fits(snprintf(found, DEBUG_FILE_PATH, "%.*s/.debug/%s", dir, path, name)))
        status = open_checked(found, crc, ret);
    if (status != UNPEG_OK && status != UNPEG_NO_MEMORY &&
        fits(snprintf(found, DEBUG_FILE_PATH, "%s%.*s/%s", debug_dir, dir, path, name)))
        status = open_checked(found, crc, ret);
    return status;
}

unpeg_status debug_file_open(const elf_file *file, const char *path, const char *debug_dir,
                             char *found, elf_file **ret)
{
    const char *dir = debug_dir ? debug_dir : default_debug_dir;
    unpeg_status status = open_by_build_id(file, dir, found, ret);
    if (status != UNPEG_OK && status != UNPEG_NO_MEMORY)
        status = open_by_link(file, path, dir, found, ret);
    if (status == UNPEG_OK || status == UNPEG_NO_MEMORY)
        return status;
    found[0] = '\0';
    return UNPEG_NOT_FOUND;
}
