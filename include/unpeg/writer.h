/* SPDX-License-Identifier: MIT
 *
 * Where output goes: a callback.
 *
 *     static unpeg_status to_file(void *user, const void *bytes, size_t len)
 *     {
 *         return fwrite(bytes, 1, len, user) == len ? UNPEG_OK : UNPEG_OS;
 *     }
 *     unpeg_writer out = {to_file, stdout};
 */
#ifndef UNPEG_WRITER_H
#define UNPEG_WRITER_H

#include "unpeg/status.h"

/* Takes all len bytes or fails; a failure ends the rendering and is what it returns. */
typedef unpeg_status (*unpeg_write_fn)(void *user, const void *bytes, size_t len);

typedef struct unpeg_writer {
    unpeg_write_fn write;
    void *user;
} unpeg_writer;

#endif
