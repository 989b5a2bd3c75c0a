/* SPDX-License-Identifier: MIT
 *
 * The objects of a folder that is a store: regular files at any depth.
 *
 *     status = folder_walk(store, "/var/captures", &list, error);
 *
 * Links are not followed. Hidden files are those of puts that are under way, or were killed.
 */
#ifndef UNPEG_STORE_FOLDER_WALK_H
#define UNPEG_STORE_FOLDER_WALK_H

#include "store_backend.h"

#define FOLDER_HIDDEN ".unpeg-"

enum { FOLDER_DEPTH_MAX = 64 };

/* A folder that is not there has no objects. Fails with what list->each returned, PERMISSION, OS,
 * STOPPED, DEADLINE, or LIMIT (more than FOLDER_DEPTH_MAX levels). */
UNPEG_MUST_CHECK unpeg_status folder_walk(unpeg_store *store, const char *folder,
                                          const store_list *list, unpeg_error *error);

#endif
