/* SPDX-License-Identifier: MIT
 *
 * What an upload needs to go on in another process, in a small text file.
 *
 *     upload_state state = {0};
 *     status = upload_state_read(&state, path, error);
 *     upload_state_add_part(&state, &part);
 *     status = upload_state_write(&state, path, error);
 *     upload_state_deinit(&state);
 *
 *     unpeg-upload 1
 *     url s3://artifacts/team
 *     key unknown/...v8log
 *     zstd 0
 *     file-bytes 58400000          from here on only when something was sent
 *     part-bytes 8388608
 *     upload-id 2~abc
 *     part 0123456789abcdef0123456789abcdef 0123456789abcdef0123456789abcdef
 *     end
 */
#ifndef UNPEG_STORE_UPLOAD_STATE_H
#define UNPEG_STORE_UPLOAD_STATE_H

#include "unpeg/store.h"

enum { UPLOAD_ID_MAX = 1024, UPLOAD_PARTS_MAX = 10000, ETAG_MAX = 79, MD5_BYTES = 16 };

typedef struct upload_part {
    unsigned char md5[MD5_BYTES]; /* of what was sent */
    char etag[ETAG_MAX + 1];      /* what the store calls it: the same in hexadecimal, but where it
                                     encrypts */
} upload_part;

typedef struct upload_state {
    unpeg_pending pending;
    uint64_t part_bytes;
    char upload_id[UPLOAD_ID_MAX + 1]; /* "": there is no upload to go on with */
    upload_part *parts;                /* part 1 first */
    size_t part_count, part_capacity;
} upload_state;

/* Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status upload_state_add_part(upload_state *state, const upload_part *part);

/* Whether a text can be an ETag: no blank, no quote, nothing that XML would have to escape. */
bool upload_etag_is_sound(const char *etag);

/* Forgets the upload, not what is to be uploaded. */
void upload_state_restart(upload_state *state);

/* As unpeg_pending_write. */
UNPEG_MUST_CHECK unpeg_status upload_state_write(const upload_state *state, const char *path,
                                                 unpeg_error *error);

/* state is a zeroed one. As unpeg_pending_read. */
UNPEG_MUST_CHECK unpeg_status upload_state_read(upload_state *state, const char *path,
                                                unpeg_error *error);

/* Whether nothing is there, or what is left of a note: anything else is not ours. */
bool upload_state_may_replace(const char *path);

/* The same from memory. Fails with INPUT or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status upload_state_parse(upload_state *state, const char *text, size_t len);

void upload_state_deinit(upload_state *state);

#endif
