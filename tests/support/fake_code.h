/* SPDX-License-Identifier: MIT
 *
 * An ELF file with call frame information, and a process that has such files mapped: what the
 * unwinder sees, byte by byte.
 *
 *     fake_elf elf;
 *     fake_elf_write(&(fake_elf_spec){.vaddr = 0x401000, .code_size = 64, .fdes = fdes,
 *                                     .fde_count = 1}, &elf);
 *     fake_process process = {.maps = "401000-402000 r-xp 1000 08:01 7 /bin/a\n", .elf = &elf};
 *     fake_process_put(&process, 0x7f00, stack, sizeof stack);
 *     fake_process_open(&process);
 *     ... process.space, process.memory ...
 *     fake_process_close(&process);
 */
#ifndef UNPEG_TESTS_FAKE_CODE_H
#define UNPEG_TESTS_FAKE_CODE_H

#include "address_space.h"
#include "registers.h"

enum { FAKE_CODE_AT = 0x1000, FAKE_ID_AT = 0x300, FAKE_ELF_LIMIT = 32768, FAKE_FDE_LIMIT = 8 };

typedef struct fake_fde {
    uint64_t start, size;         /* addresses in the image */
    const unsigned char *program; /* DW_CFA_ */
    size_t program_len;
} fake_fde;

typedef struct fake_elf_spec {
    target_arch arch;
    uint64_t vaddr;            /* of the code, which is at FAKE_CODE_AT in the file */
    const unsigned char *code; /* NULL: zeros */
    size_t code_size;
    const fake_fde *fdes; /* ascending */
    size_t fde_count;
    const char *augmentation;     /* NULL: "zR" */
    const unsigned char *initial; /* of the CIE; NULL: as compilers write it */
    size_t initial_len;
    unsigned char version; /* 0: 1 */
    const char *build_id;  /* 8 bytes; NULL: none */
    bool tables_first;     /* in the list of segments */
} fake_elf_spec;

/* Where things are in the file, for tests that break them. */
typedef struct fake_elf {
    unsigned char bytes[FAKE_ELF_LIMIT];
    size_t len;
    uint64_t vaddr;                /* of the code */
    size_t header_at;              /* .eh_frame_hdr */
    size_t cie_at;                 /* its length field */
    size_t fde_at[FAKE_FDE_LIMIT]; /* the same */
} fake_elf;

void fake_elf_write(const fake_elf_spec *spec, fake_elf *ret);

/* The whole file; reads are exact. */
code_file fake_elf_file(fake_elf *elf);

enum { FAKE_REGION_LIMIT = 8 };

typedef struct fake_region {
    unpeg_addr start;
    const void *bytes;
    size_t size;
} fake_region;

typedef struct fake_process {
    const char *maps;
    fake_elf *elf; /* what every path that begins with '/' is; NULL: files cannot be opened */
    fake_region regions[FAKE_REGION_LIMIT];
    size_t region_count;
    unsigned opened; /* files */
    /* Made by open. */
    target_memory memory; /* the regions, then what is mapped of the file */
    address_space *space;
} fake_process;

/* bytes stay the caller's. */
void fake_process_put(fake_process *process, unpeg_addr start, const void *bytes, size_t size);
void fake_process_open(fake_process *process);
/* Takes other mappings, as after a change. */
void fake_process_map(fake_process *process, const char *maps);
void fake_process_close(fake_process *process);

#endif
