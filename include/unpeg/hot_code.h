/* SPDX-License-Identifier: MIT
 *
 * The machine code that most samples of a live recording were in, kept in its profile so that it
 * can be annotated when the process is gone.
 *
 *     for (size_t i = 0; i < unpeg_profile_hot_code_count(profile); i++) {
 *         const unpeg_hot_code *code = unpeg_profile_hot_code(profile, i);
 *         printf("%zu bytes at %#" PRIx64 "\n", code->bytes.len, code->start);
 *     }
 */
#ifndef UNPEG_HOT_CODE_H
#define UNPEG_HOT_CODE_H

#include "unpeg/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNPEG_MACHINE_LIST(X)                                                                      \
    X(X86_64, "x86-64")                                                                            \
    X(AARCH64, "aarch64")

typedef enum unpeg_machine {
#define UNPEG_MACHINE_ENUM(name, text) UNPEG_MACHINE_##name,
    UNPEG_MACHINE_LIST(UNPEG_MACHINE_ENUM)
#undef UNPEG_MACHINE_ENUM
        UNPEG_MACHINE_COUNT
} unpeg_machine;

/* Samples that found the thread at one offset from the start of the code. */
typedef struct unpeg_code_hits {
    uint32_t offset;
    uint32_t samples;
} unpeg_code_hits;

/* From this offset up to that of the next place, the source is this line of this function, which
 * may have been inlined. Line 0: not known. */
typedef struct unpeg_code_place {
    uint32_t offset;
    uint32_t line;
    unpeg_slice function;
} unpeg_code_place;

typedef struct unpeg_hot_code {
    unpeg_frame_id function; /* whose code it is */
    unpeg_machine machine;
    unpeg_slice module; /* of native code: the mapped file */
    unpeg_addr start;
    unpeg_slice bytes;
    const unpeg_code_hits *hits; /* ascending by offset, as are the places */
    size_t hit_count;
    const unpeg_code_place *places;
    size_t place_count;
} unpeg_hot_code;

/* Copies all of it. ARGUMENT: an offset outside of the bytes or out of order, or no such frame or
 * machine. NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_add_hot_code(unpeg_profile *profile,
                                                                   const unpeg_hot_code *code);

/* The hottest first, as they were added. They live until the next add. */
UNPEG_API size_t unpeg_profile_hot_code_count(const unpeg_profile *profile);
UNPEG_API const unpeg_hot_code *unpeg_profile_hot_code(const unpeg_profile *profile, size_t index);

/* A static text. */
UNPEG_API const char *unpeg_machine_text(unpeg_machine machine);

#ifdef __cplusplus
}
#endif
#endif
