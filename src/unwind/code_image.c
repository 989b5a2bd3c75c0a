/* SPDX-License-Identifier: MIT
 *
 * Format: System V ABI, chapters 4 and 5; notes as gABI and glibc write them (4-byte fields).
 */
#include "code_image.h"

#include <elf.h>
#include <stdlib.h>

#include "grow.h"
#include "u64map.h"

enum {
    PAGE_BYTES = 4096,
    PAGE_LIMIT = 65536, /* 256 MiB of tables; the largest known (Node 26) has 10 */
    SEGMENT_LIMIT = 64,
    NOTE_LIMIT_BYTES = 65536,
};

/* A PT_LOAD; offset + size and vaddr + size do not overflow. */
typedef struct segment {
    uint64_t offset, vaddr, size;
    bool code;
} segment;

typedef struct page {
    size_t size;
    unsigned char bytes[PAGE_BYTES];
} page;

struct code_image {
    code_file file;
    segment segments[SEGMENT_LIMIT];
    size_t segment_count;
    code_span frame_header; /* empty: none */
    code_image_id build_id;
    u64map page_numbers; /* page of the file + 1 -> index in pages + 1 */
    page **pages;
    size_t page_count, page_capacity;
    unsigned char *joined; /* a view over more than one page */
};

static unpeg_status read_page(code_image *image, uint64_t number)
{
    if (image->page_count == PAGE_LIMIT)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&image->pages, &image->page_capacity, image->page_count + 1,
                      sizeof *image->pages))
        return UNPEG_NO_MEMORY;
    page *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return UNPEG_NO_MEMORY;
    unpeg_status status = image->file.read(image->file.user, number * PAGE_BYTES, fresh->bytes,
                                           PAGE_BYTES, &fresh->size);
    if (status == UNPEG_OK && fresh->size == 0)
        status = UNPEG_NOT_FOUND;
    if (status == UNPEG_OK &&
        !u64map_put(&image->page_numbers, number + 1, (uint32_t)image->page_count + 1))
        status = UNPEG_NO_MEMORY;
    if (status != UNPEG_OK) {
        free(fresh);
        return status;
    }
    image->pages[image->page_count++] = fresh;
    return UNPEG_OK;
}

/* Until the end of its page; *ret is how many bytes. */
static unpeg_status page_bytes(code_image *image, uint64_t offset, const unsigned char **bytes,
                               size_t *ret)
{
    uint64_t number = offset / PAGE_BYTES;
    size_t within = (size_t)(offset % PAGE_BYTES);
    uint32_t index = u64map_get(&image->page_numbers, number + 1);
    if (index == 0) {
        unpeg_status status = read_page(image, number);
        if (status != UNPEG_OK)
            return status;
        index = (uint32_t)image->page_count;
    }
    const page *at = image->pages[index - 1];
    if (within >= at->size)
        return UNPEG_NOT_FOUND;
    *bytes = at->bytes + within;
    *ret = at->size - within;
    return UNPEG_OK;
}

static unpeg_status join_pages(code_image *image, uint64_t offset, size_t size)
{
    size_t got = 0;
    if (!image->joined)
        image->joined = malloc(CODE_IMAGE_VIEW_LIMIT);
    if (!image->joined)
        return UNPEG_NO_MEMORY;
    while (got < size) {
        size_t some = 0;
        const unsigned char *bytes = NULL;
        unpeg_status status = page_bytes(image, offset + got, &bytes, &some);
        if (status != UNPEG_OK)
            return status;
        some = some < size - got ? some : size - got;
        memcpy(image->joined + got, bytes, some);
        got += some;
    }
    return UNPEG_OK;
}

static unpeg_status file_view(code_image *image, uint64_t offset, size_t size,
                              const unsigned char **ret)
{
    size_t some = 0;
    if (size > CODE_IMAGE_VIEW_LIMIT || size > UINT64_MAX - offset)
        return UNPEG_LIMIT;
    unpeg_status status = page_bytes(image, offset, ret, &some);
    if (status == UNPEG_OK && some < size) {
        status = join_pages(image, offset, size);
        *ret = image->joined;
    }
    return status;
}

static void add_segment(code_image *image, const Elf64_Phdr *header)
{
    if (image->segment_count == SEGMENT_LIMIT || header->p_filesz == 0 ||
        header->p_filesz > UINT64_MAX - header->p_offset ||
        header->p_filesz > UINT64_MAX - header->p_vaddr)
        return;
    image->segments[image->segment_count++] = (segment){
        header->p_offset, header->p_vaddr, header->p_filesz, (header->p_flags & PF_X) != 0};
}

static bool is_build_id(const Elf64_Nhdr *note, const unsigned char *name)
{
    return note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof ELF_NOTE_GNU &&
           memcmp(name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0 && note->n_descsz > 0 &&
           note->n_descsz <= CODE_IMAGE_ID_LIMIT;
}

/* Sizes in a note are 32 bits: their sums do not overflow. */
static void find_build_id(code_image *image, const unsigned char *notes, size_t size,
                          uint64_t file_offset)
{
    Elf64_Nhdr note;
    for (uint64_t at = 0; at + sizeof note <= size;) {
        memcpy(&note, notes + at, sizeof note);
        uint64_t name = at + sizeof note;
        uint64_t text = name + ((uint64_t)note.n_namesz + 3) / 4 * 4;
        uint64_t end = text + ((uint64_t)note.n_descsz + 3) / 4 * 4;
        if (end > size)
            return;
        if (is_build_id(&note, notes + name)) {
            image->build_id.file_offset = file_offset + text;
            image->build_id.len = note.n_descsz;
            memcpy(image->build_id.bytes, notes + text, note.n_descsz);
            return;
        }
        at = end;
    }
}

static unpeg_status add_notes(code_image *image, const Elf64_Phdr *header)
{
    const unsigned char *notes = NULL;
    if (image->build_id.len != 0 || header->p_filesz > NOTE_LIMIT_BYTES)
        return UNPEG_OK;
    unpeg_status status = file_view(image, header->p_offset, (size_t)header->p_filesz, &notes);
    if (status == UNPEG_OK)
        find_build_id(image, notes, (size_t)header->p_filesz, header->p_offset);
    return status == UNPEG_NO_MEMORY ? status : UNPEG_OK;
}

static unpeg_status add_header(code_image *image, const Elf64_Phdr *header)
{
    if (header->p_type == PT_LOAD)
        add_segment(image, header);
    if (header->p_type == PT_GNU_EH_FRAME && header->p_filesz <= UINT64_MAX - header->p_vaddr)
        image->frame_header = (code_span){header->p_vaddr, header->p_vaddr + header->p_filesz};
    return header->p_type == PT_NOTE ? add_notes(image, header) : UNPEG_OK;
}

static unpeg_status read_headers(code_image *image)
{
    Elf64_Ehdr elf;
    const unsigned char *bytes = NULL;
    unpeg_status status = file_view(image, 0, sizeof elf, &bytes);
    if (status != UNPEG_OK)
        return status;
    memcpy(&elf, bytes, sizeof elf);
    if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
        elf.e_ident[EI_DATA] != ELFDATA2LSB || elf.e_phentsize != sizeof(Elf64_Phdr))
        return UNPEG_INPUT;
    for (uint64_t i = 0; i < elf.e_phnum && status == UNPEG_OK; i++) {
        Elf64_Phdr header;
        uint64_t offset;
        if (__builtin_add_overflow(elf.e_phoff, i * sizeof header, &offset))
            return UNPEG_INPUT;
        status = file_view(image, offset, sizeof header, &bytes);
        if (status != UNPEG_OK)
            return status;
        memcpy(&header, bytes, sizeof header);
        status = add_header(image, &header);
    }
    return status;
}

unpeg_status code_image_open(const code_file *file, code_image **ret)
{
    code_image *image = calloc(1, sizeof *image);
    if (!image) {
        file->close(file->user);
        return UNPEG_NO_MEMORY;
    }
    image->file = *file;
    unpeg_status status = read_headers(image);
    if (status == UNPEG_OK && image->segment_count == 0)
        status = UNPEG_INPUT;
    if (status == UNPEG_OK)
        *ret = image;
    else
        code_image_close(image);
    return status;
}

void code_image_close(code_image *image)
{
    if (!image)
        return;
    image->file.close(image->file.user);
    for (size_t i = 0; i < image->page_count; i++)
        free(image->pages[i]);
    free(image->pages);
    u64map_deinit(&image->page_numbers);
    free(image->joined);
    free(image);
}

/* A mapping begins at a page: what lies before a segment on its first page comes with it. Code
 * before data, as two segments may share a page of the file. */
static const segment *segment_of_offset(const code_image *image, uint64_t offset, bool code)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const segment *at = &image->segments[i];
        uint64_t lead = at->offset % PAGE_BYTES;
        if (at->code == code && lead <= at->vaddr && offset >= at->offset - lead &&
            offset < at->offset + at->size)
            return at;
    }
    return NULL;
}

bool code_image_vaddr(const code_image *image, uint64_t file_offset, uint64_t *ret)
{
    const segment *at = segment_of_offset(image, file_offset, true);
    if (!at)
        at = segment_of_offset(image, file_offset, false);
    if (!at)
        return false;
    *ret = at->vaddr + (file_offset - at->offset);
    return true;
}

uint64_t code_image_code_bytes(const code_image *image)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].code && __builtin_add_overflow(sum, image->segments[i].size, &sum))
            return UINT64_MAX;
    return sum;
}

bool code_image_frame_header(const code_image *image, code_span *ret)
{
    *ret = image->frame_header;
    return ret->start != ret->end;
}

const unsigned char *code_image_view(code_image *image, uint64_t vaddr, size_t size)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const segment *at = &image->segments[i];
        uint64_t within = vaddr - at->vaddr;
        if (vaddr < at->vaddr || within >= at->size || size > at->size - within)
            continue;
        const unsigned char *bytes = NULL;
        return file_view(image, at->offset + within, size, &bytes) == UNPEG_OK ? bytes : NULL;
    }
    return NULL;
}

const code_image_id *code_image_build_id(const code_image *image)
{
    return &image->build_id;
}
