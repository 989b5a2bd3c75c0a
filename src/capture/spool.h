/* SPDX-License-Identifier: MIT
 *
 * Where captures wait until they are stored: a folder among the logs, with a second name for each.
 *
 *     spool s;
 *     spool_entry entry;
 *     spool_open(&s, "/var/tmp/v8", NULL, true, &error);
 *     spool_add(&s, log_path, 3, &entry, &error);
 *     ... unpeg_pending_write(spool_path(&s, entry.state, path), ...)
 *     spool_close(&s);
 *
 * The second name is a link, so that V8 goes on writing into it and a sweep of the logs takes only
 * the first. Files of an entry, of which the name says all that is known of it beside its note:
 *
 *     ID.of3.v8log             the log, picked from three
 *     ID.of3.stored4096.v8log  the same; its first 4096 bytes are proven to be stored
 *     ID.state                 the store's note: where to, under which key, how far it is
 *     ID.lock                  locked by who works on it
 *
 * The log comes first and goes before the rest: whenever the work on an entry is cut, either there
 * is the log, or nothing is left to do.
 */
#ifndef UNPEG_CAPTURE_SPOOL_H
#define UNPEG_CAPTURE_SPOOL_H

#include "unpeg/status.h"

enum { SPOOL_NAME_BYTES = 160, SPOOL_PATH_BYTES = 4096 };

typedef struct spool {
    int fd;
    char path[SPOOL_PATH_BYTES - SPOOL_NAME_BYTES - 2];
} spool;

typedef struct spool_entry {
    char id[64];
    char log[SPOOL_NAME_BYTES];
    char state[SPOOL_NAME_BYTES];
    uint32_t candidates;
    uint64_t stored_bytes; /* 0: not stored */
    int lock_fd;           /* -1: not locked */
} spool_entry;

typedef struct spool_list {
    spool_entry *entries; /* the oldest first; none is locked */
    size_t count, capacity;
} spool_list;

/* folder NULL: in dir, the folder of the logs. Fails with NOT_FOUND (none, and none wanted),
 * PERMISSION (also: of another user), OS or LIMIT. */
unpeg_status spool_open(spool *s, const char *dir, const char *folder, bool make,
                        unpeg_error *error);
void spool_close(spool *s);

/* Links the log, or copies it where it cannot be linked, and locks the entry. */
unpeg_status spool_add(const spool *s, const char *log_path, uint32_t candidates, spool_entry *ret,
                       unpeg_error *error);

/* Whole path of one of the entry's files; path, of SPOOL_PATH_BYTES. */
const char *spool_path(const spool *s, const char *name, char *path);

/* False if somebody else works on it, or it is gone. */
bool spool_lock(const spool *s, spool_entry *entry);

/* The lock goes with the last of an entry. */
void spool_unlock(const spool *s, spool_entry *entry);

/* Says in its name how much of it is proven to be stored; 0 takes that back. */
unpeg_status spool_mark(const spool *s, spool_entry *entry, uint64_t stored_bytes,
                        unpeg_error *error);

/* Takes a locked entry away. */
unpeg_status spool_remove(const spool *s, spool_entry *entry, unpeg_error *error);

unpeg_status spool_read(const spool *s, spool_list *ret, unpeg_error *error);
void spool_list_free(spool_list *list);

/* Takes away what a killed process left: halves of files, and what belongs to no log. */
void spool_tidy(const spool *s);

/* What a file's name says; false if it is no log of the spool. */
bool spool_parse(const char *name, spool_entry *ret);

#endif
