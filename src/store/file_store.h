/* SPDX-License-Identifier: MIT
 *
 * A folder as a store: each key is a file below it.
 *
 *     store->url = "file:///var/captures";
 *     status = file_store_open(store, error);
 *
 * An object is written beside its place under a hidden name, brought onto the disk, and linked to
 * its name, which fails if that is taken. Names that begin with a dot are no objects.
 */
#ifndef UNPEG_STORE_FILE_STORE_H
#define UNPEG_STORE_FILE_STORE_H

#include "store_backend.h"

/* Fails with ARGUMENT (no absolute path in the URL) or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status file_store_open(unpeg_store *store, unpeg_error *error);

#endif
