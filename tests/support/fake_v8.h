/* SPDX-License-Identifier: MIT
 *
 * A small V8 heap written by hand, as a layout says: functions of one script, and frames of the
 * interpreter that run them.
 *
 *     fake_v8 *v8 = fake_v8_create(&layout);
 *     target_memory memory = fake_v8_memory(v8);
 *     for (int i = 0; i < FAKE_FUNCTIONS; i++)
 *         use(&v8->frames[i]);                 what it must be named, and the line where it is
 *     fake_v8_destroy(v8);
 */
#ifndef UNPEG_TEST_FAKE_V8_H
#define UNPEG_TEST_FAKE_V8_H

#include "v8_namer.h"

enum {
    FAKE_SIZE = 1 << 18,
    FAKE_FUNCTIONS = 12,
    FAKE_MAPS = 16,
    FAKE_CODE = 0x400000, /* where the interpreter's code is mapped */
};

typedef struct fake_frame {
    unpeg_addr pc, fp;
    char name[16];
    unsigned start_line, line; /* of the function; where it is */
} fake_frame;

typedef struct fake_v8 {
    v8_layout layout;
    unpeg_addr base;
    size_t used;
    struct {
        int32_t type;
        uint64_t word;
    } maps[FAKE_MAPS];
    size_t map_count;
    fake_frame frames[FAKE_FUNCTIONS];
    unsigned char bytes[FAKE_SIZE];
} fake_v8;

/* A layout with compressed words gets a heap in a cage of its own. NULL: no memory. */
fake_v8 *fake_v8_create(const v8_layout *layout);
void fake_v8_destroy(fake_v8 *v8);
target_memory fake_v8_memory(fake_v8 *v8);

/* The process' mappings, for mapping_list_parse, and the builtins in its file. */
const char *fake_v8_maps(void);
v8_builtins fake_v8_builtins(void);

/* The pieces of which it is made. */
uint64_t fake_string(fake_v8 *v8, const char *text);
uint64_t fake_object(fake_v8 *v8, int32_t type, size_t size);
void fake_word(fake_v8 *v8, uint64_t object, int32_t offset, uint64_t word);
void fake_small(fake_v8 *v8, uint64_t object, int32_t offset, int32_t value);
void fake_bytes(fake_v8 *v8, uint64_t object, int32_t offset, const void *bytes, size_t size);

#endif
