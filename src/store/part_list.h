/* SPDX-License-Identifier: MIT
 *
 * Which parts of an unfinished upload the store has.
 *
 *     part_list parts = {0};
 *     status = part_list_get(&u, upload_id, &parts);
 *     if (parts.count > 2 && strcmp(parts.etags[2], hex) == 0) ...       part 3
 *     part_list_deinit(&parts);
 */
#ifndef UNPEG_STORE_PART_LIST_H
#define UNPEG_STORE_PART_LIST_H

#include "upload.h"
#include "xml_text.h"

typedef struct part_list {
    char (*etags)[ETAG_MAX + 1]; /* part 1 first; "" for one that is not there */
    size_t count, capacity;
} part_list;

/* Fails with NOT_FOUND when there is no such upload, PERMISSION when one may not ask, and as
 * s3_client_send does. */
UNPEG_MUST_CHECK unpeg_status part_list_get(upload *u, const char *upload_id, part_list *ret);

void part_list_deinit(part_list *list);

#endif
