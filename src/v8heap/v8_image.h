/* SPDX-License-Identifier: MIT
 *
 * The file that V8 is in (node, libnode.so, chromium ...): symbols by name, bytes by address.
 *
 *     v8_image *image;
 *     v8_image_open("/usr/bin/node", &image);
 *     v8_image_load_layout(image, &layout);       v8dbg_* symbols over the table of releases
 *     v8_image_load_builtins(image, &builtins, &layout);   Builtins_* symbols
 *     v8_image_close(image);
 *
 * The exported symbols are looked up; the others are gone through once, without sorting them.
 */
#ifndef UNPEG_V8HEAP_V8_IMAGE_H
#define UNPEG_V8HEAP_V8_IMAGE_H

#include "elf_file.h"
#include "v8_builtins.h"
#include "v8_layout.h"

typedef struct v8_image v8_image;

/* As elf_file_open; NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status v8_image_open(const char *path, v8_image **ret);
void v8_image_close(v8_image *image);

/* NOT_FOUND: the file exports no v8dbg symbols (then layout is what the table has for the version
 * that was found, if one was). NO_MEMORY, OS, INPUT. */
UNPEG_MUST_CHECK unpeg_status v8_image_load_layout(const v8_image *image, v8_layout *layout);

/* NOT_FOUND: no such symbols. Places in the table are file offsets. The sizes of bytecodes, which
 * newer binaries name only here, go to layout if it has none. */
UNPEG_MUST_CHECK unpeg_status v8_image_load_builtins(const v8_image *image, v8_builtins *builtins,
                                                     v8_layout *layout);

/* What is loaded of the file, piece by piece. */
typedef struct v8_image_part {
    uint64_t vaddr, size; /* size in the file */
    bool code, writable;
} v8_image_part;
size_t v8_image_part_count(const v8_image *image);
v8_image_part v8_image_part_at(const v8_image *image, size_t index);

/* A value of the dynamic section, DT_*; NOT_FOUND. */
UNPEG_MUST_CHECK unpeg_status v8_image_dynamic(const v8_image *image, int64_t tag, uint64_t *ret);

/* Lives as long as the image. */
const elf_file *v8_image_file(const v8_image *image);

/* Where in the file the code at a virtual address is; false when none is there. */
bool v8_image_code_offset(const v8_image *image, uint64_t vaddr, uint64_t *ret);

/* Size bytes of the file that are mapped at a virtual address; NOT_FOUND when none are. */
UNPEG_MUST_CHECK unpeg_status v8_image_read(const v8_image *image, uint64_t vaddr, void *bytes,
                                            size_t size);

#endif
