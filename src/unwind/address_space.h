/* SPDX-License-Identifier: MIT
 *
 * What lies at an address of a process: the mapping, the ELF image it is of, and the address there.
 *
 *     address_space *space;
 *     address_space_create(&files, &memory, &space);
 *     address_space_update(space, &mappings);           (takes the list; again when it changed)
 *     if (address_space_locate(space, pc, &place) && place.image)
 *         symbol = find_symbol(place.path, place.file_offset);
 *     address_space_destroy(space);
 *
 * One file may be mapped at several distances: Node maps its builtins a second time beside the JIT
 * code. So the way is always address, offset in the file, virtual address.
 */
#ifndef UNPEG_UNWIND_ADDRESS_SPACE_H
#define UNPEG_UNWIND_ADDRESS_SPACE_H

#include "code_file.h"
#include "code_image.h"
#include "memory.h"

typedef struct address_space address_space;

typedef struct code_place {
    const mapping *mapping; /* until the next update */
    unpeg_slice path;       /* the mapping's; lives with the space */
    code_image *image;    /* NULL: no ELF file, or none that can be opened; lives with the space */
    uint64_t file_offset; /* 0 without a file */
    uint64_t vaddr;       /* in the image; 0 where no segment of it holds the offset */
} code_place;

/* files.user and memory.user must outlive the space; memory is the process itself, for images that
 * are in no file (vdso) and to see that a file is the one that was mapped (build id). */
UNPEG_MUST_CHECK unpeg_status address_space_create(const code_file_source *files,
                                                   const target_memory *memory,
                                                   address_space **ret);
void address_space_destroy(address_space *space);

/* Takes list in every case. Images that were opened stay open. NO_MEMORY leaves an empty list. */
UNPEG_MUST_CHECK unpeg_status address_space_update(address_space *space, mapping_list *list);

const mapping_list *address_space_mappings(const address_space *space);

/* Grows with each update: what was remembered of an older one may be stale. */
uint64_t address_space_generation(const address_space *space);

/* False where nothing is mapped. Opens the image at its first use. */
bool address_space_locate(address_space *space, unpeg_addr pc, code_place *ret);

#endif
