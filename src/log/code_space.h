/* SPDX-License-Identifier: MIT
 *
 * From addresses of the log to frames of the profile: the code map with its names, the libraries
 * with their symbols, and what is to be said of an address that nothing explains.
 *
 *     code_space *space;
 *     code_space_create(profile, symbols, &space);
 *     code_space_add(space, &record->u.code_creation);
 *     code_space_frame(space, address, ADDRESS_RETURN, &frame);
 *     code_space_destroy(space);
 *
 * Code objects go before libraries: builtins lie inside the executable and name what its symbol
 * table cannot (v8-log "embedded builtins").
 */
#ifndef UNPEG_LOG_CODE_SPACE_H
#define UNPEG_LOG_CODE_SPACE_H

#include "code_map.h"
#include "symbol_set.h"
#include "unpeg/profile.h"
#include "unpeg/record.h"

typedef struct code_space code_space;

typedef enum address_role {
    ADDRESS_PC,     /* a program counter, or the entry of a callback */
    ADDRESS_ENTRY,  /* the first of a stack: a return address, or the entry of a C++ function */
    ADDRESS_RETURN, /* a return address, or the place of a bytecode */
} address_role;

/* Both must outlive the space. */
UNPEG_MUST_CHECK unpeg_status code_space_create(unpeg_profile *profile, symbol_set *symbols,
                                                code_space **ret);
void code_space_destroy(code_space *space); /* NULL is allowed */

void code_space_set_version(code_space *space, uint32_t v8_major);

/* new,CodeRange,ADDRESS: where V8 puts generated code. */
void code_space_set_code_range(code_space *space, unpeg_addr start);

/* Damage found in the row is added to damage with the row's place. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status code_space_add(code_space *space, const unpeg_record *record,
                                             unpeg_damage *damage);
UNPEG_MUST_CHECK unpeg_status code_space_move(code_space *space, const unpeg_record *record,
                                              unpeg_damage *damage);
void code_space_delete(code_space *space, unpeg_addr start);

/* The frame of an address; every address has one. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status code_space_frame(code_space *space, unpeg_addr addr,
                                               address_role role, unpeg_frame_id *ret);

/* The map behind the space, to tell by serials whether an answer still holds. */
const code_map *code_space_map(const code_space *space);

/* Changes whenever the frame of an address that was asked for may have changed. */
uint64_t code_space_generation(const code_space *space);

#endif
