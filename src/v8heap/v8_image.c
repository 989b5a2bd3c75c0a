/* SPDX-License-Identifier: MIT */
#include "v8_image.h"

#include "elf_file.h"

#include <elf.h>
#include <stdlib.h>

enum {
    SEGMENT_LIMIT = 64,
    DYNAMIC_LIMIT = 1024,
};

struct v8_image {
    elf_file *file;
    size_t segment_count;
    Elf64_Phdr segments[SEGMENT_LIMIT];
};

static unpeg_status read_segments(v8_image *image)
{
    Elf64_Ehdr header;
    unpeg_status status = elf_file_read(image->file, 0, &header, sizeof header);
    if (status)
        return status;
    if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_phentsize != sizeof(Elf64_Phdr))
        return UNPEG_UNSUPPORTED;
    image->segment_count = header.e_phnum < SEGMENT_LIMIT ? header.e_phnum : SEGMENT_LIMIT;
    return elf_file_read(image->file, header.e_phoff, image->segments,
                         image->segment_count * sizeof(Elf64_Phdr));
}

unpeg_status v8_image_open(const char *path, v8_image **ret)
{
    v8_image *image = calloc(1, sizeof *image);
    if (!image)
        return UNPEG_NO_MEMORY;
    unpeg_status status = elf_file_open(path, &image->file);
    if (!status)
        status = read_segments(image);
    if (status)
        v8_image_close(image);
    else
        *ret = image;
    return status;
}

void v8_image_close(v8_image *image)
{
    if (!image)
        return;
    if (image->file)
        elf_file_close(image->file);
    free(image);
}

/* The segment that has size file bytes at vaddr, or NULL. */
static const Elf64_Phdr *segment_of(const v8_image *image, uint64_t vaddr, uint64_t size)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        uint64_t inside = vaddr - segment->p_vaddr;
        if (segment->p_type == PT_LOAD && vaddr >= segment->p_vaddr &&
            inside <= segment->p_filesz && size <= segment->p_filesz - inside)
            return segment;
    }
    return NULL;
}

const elf_file *v8_image_file(const v8_image *image)
{
    return image->file;
}

bool v8_image_code_offset(const v8_image *image, uint64_t vaddr, uint64_t *ret)
{
    const Elf64_Phdr *segment = segment_of(image, vaddr, 1);
    if (!segment || !(segment->p_flags & PF_X))
        return false;
    *ret = vaddr - segment->p_vaddr + segment->p_offset;
    return true;
}

unpeg_status v8_image_read(const v8_image *image, uint64_t vaddr, void *bytes, size_t size)
{
    const Elf64_Phdr *segment = segment_of(image, vaddr, size);
    uint64_t inside = segment ? vaddr - segment->p_vaddr : 0;
    if (!segment || inside > UINT64_MAX - segment->p_offset)
        return UNPEG_NOT_FOUND;
    return elf_file_read(image->file, segment->p_offset + inside, bytes, size);
}

static bool is_loaded(const Elf64_Phdr *segment)
{
    return segment->p_type == PT_LOAD && segment->p_filesz > 0;
}

size_t v8_image_part_count(const v8_image *image)
{
    size_t count = 0;
    for (size_t i = 0; i < image->segment_count; i++)
        count += is_loaded(&image->segments[i]);
    return count;
}

v8_image_part v8_image_part_at(const v8_image *image, size_t index)
{
    v8_image_part part = {0};
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (!is_loaded(segment) || index-- > 0)
            continue;
        part = (v8_image_part){segment->p_vaddr, segment->p_filesz, segment->p_flags & PF_X,
                               segment->p_flags & PF_W};
        break;
    }
    return part;
}

unpeg_status v8_image_dynamic(const v8_image *image, int64_t tag, uint64_t *ret)
{
    const Elf64_Phdr *dynamic = NULL;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].p_type == PT_DYNAMIC)
            dynamic = &image->segments[i];
    size_t count = dynamic ? (size_t)(dynamic->p_filesz / sizeof(Elf64_Dyn)) : 0;
    for (size_t i = 0; i < count && i < DYNAMIC_LIMIT; i++) {
        Elf64_Dyn entry;
        unpeg_status status =
            elf_file_read(image->file, dynamic->p_offset + i * sizeof entry, &entry, sizeof entry);
        if (status)
            return status;
        if (entry.d_tag == tag) {
            *ret = entry.d_un.d_val;
            return UNPEG_OK;
        }
    }
    return UNPEG_NOT_FOUND;
}
