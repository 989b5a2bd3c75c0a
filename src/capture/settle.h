/* SPDX-License-Identifier: MIT
 *
 * Bringing one capture of the spool into its store, and away from the disk when it may go.
 *
 *     settle_wish wish = {.logs_dir = "/var/tmp/v8", .spool = &s, .options = &store_options};
 *     settle_result result;
 *     settle(&wish, &entry, &result);         (entry is locked)
 *
 * A log goes only when all of it is proven to be stored and no process writes it: the name in the
 * spool then, and the name among the logs if there was no other candidate. One that grew after it
 * was stored is stored again, under the next number, when its writer is gone.
 */
#ifndef UNPEG_CAPTURE_SETTLE_H
#define UNPEG_CAPTURE_SETTLE_H

#include "spool.h"
#include "unpeg/store.h"

/* In a note, in place of a store: none could be opened when the log was captured. */
#define SETTLE_NO_STORE "none"

typedef struct settle_wish {
    const spool *spool;
    const char *logs_dir; /* where the log's first name is looked for; NULL: nowhere */
    const char *url;      /* for an entry whose note names no store */
    const unpeg_store_options *options;
    uint64_t deadline_us; /* 0: that of options */
} settle_wish;

typedef struct settle_result {
    unpeg_status status; /* OK: it is stored */
    char reason[256];    /* why it is not */
    char url[UNPEG_KEY_MAX + 256];
    char key[UNPEG_KEY_MAX + 1];
    char credentials[128];
    uint64_t file_bytes, stored_bytes;
    unpeg_proof proof;
    bool was_stored;           /* at an earlier time; by what proof is not known any more */
    bool spool_gone, log_gone; /* the names that went */
    char kept[256];            /* why not both */
} settle_result;

void settle(const settle_wish *wish, spool_entry *entry, settle_result *ret);

/* The key a capture is stored under when more of it is stored later: the next number in its last
 * part. False if key is none that unpeg_capture_key made, or that would be too long. */
bool settle_next_key(const char *key, char *ret, size_t size);

#endif
