/* SPDX-License-Identifier: MIT
 *
 * An ELF image by virtual address: its segments and, page by page as they are needed, its bytes.
 *
 *     code_image *image;
 *     if (code_image_open(&file, &image) == UNPEG_OK && code_image_vaddr(image, offset, &vaddr))
 *         bytes = code_image_view(image, vaddr, 64);
 *     code_image_close(image);
 *
 * Every number of the file is checked; only little-endian 64-bit files.
 */
#ifndef UNPEG_UNWIND_CODE_IMAGE_H
#define UNPEG_UNWIND_CODE_IMAGE_H

#include "code_file.h"

typedef struct code_image code_image;

enum {
    CODE_IMAGE_VIEW_LIMIT = 65536, /* bytes of one view */
    CODE_IMAGE_ID_LIMIT = 64,
};

typedef struct code_span {
    uint64_t start, end; /* [start, end) */
} code_span;

/* Where a build id is in the file; len 0: none. */
typedef struct code_image_id {
    uint64_t file_offset;
    size_t len;
    unsigned char bytes[CODE_IMAGE_ID_LIMIT];
} code_image_id;

/* Takes file in every case. INPUT: no ELF file for us; NO_MEMORY; or what reading fails with. */
UNPEG_MUST_CHECK unpeg_status code_image_open(const code_file *file, code_image **ret);
void code_image_close(code_image *image);

/* The virtual address of an offset in the file; false where no segment holds it. */
bool code_image_vaddr(const code_image *image, uint64_t file_offset, uint64_t *ret);

/* Of all executable segments. */
uint64_t code_image_code_bytes(const code_image *image);

/* Of .eh_frame_hdr; false: there is none. */
bool code_image_frame_header(const code_image *image, code_span *ret);

/* Exactly size bytes at an address, until the next view; NULL where the file has none. */
const unsigned char *code_image_view(code_image *image, uint64_t vaddr, size_t size);

const code_image_id *code_image_build_id(const code_image *image);

#endif
