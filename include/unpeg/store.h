/* SPDX-License-Identifier: MIT
 *
 * Where captures are kept: a folder (file:///dir) or S3 (s3://bucket/prefix).
 *
 *     unpeg_store_options options = {.struct_size = sizeof options,
 *                                    .environment = (const char *const *)environ};
 *     unpeg_store_open("s3://artifacts/team", &options, &store, &error);
 *     unpeg_put put = {.struct_size = sizeof put, .path = log, .key = key.text};
 *     if (unpeg_store_put(store, &put, &stored, &error) == UNPEG_OK && stored.may_delete)
 *         unlink(log);
 *     unpeg_store_close(store);
 *
 * Keys are relative to the store's URL. An object appears whole or not at all and is never
 * replaced. What is stored is never logged, and secrets are in no text of this library. Every call
 * ends by the deadline of the store, or soon after the stop callback says so.
 */
#ifndef UNPEG_STORE_H
#define UNPEG_STORE_H

#include "unpeg/capture_key.h"
#include "unpeg/source.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_store unpeg_store;

/* True ends the call that is under way with STOPPED. Asked at least once a second, and possibly
 * from another thread while a source of unpeg_store_open_source is open. */
typedef bool (*unpeg_stop_fn)(void *user);

/* All zero but struct_size: the defaults. Texts are copied. Only S3 looks at those from endpoint
 * on; NULL ones come from the environment and the files it names. */
typedef struct unpeg_store_options {
    size_t struct_size;
    const char *const *environment; /* "NAME=value", ends with NULL, and outlives the store; NULL:
                                       an empty one */
    uint64_t deadline_us;           /* on CLOCK_MONOTONIC; 0: none */
    unpeg_stop_fn stop;             /* NULL: never */
    void *stop_user;
    const char *endpoint; /* https://host[:port]; http is refused but for loopback or allow_http */
    const char *region;
    const char *profile;
    const char *access_key, *secret_key, *session_token;
    const char *ca_file;
    const char *sse;         /* AES256 or aws:kms */
    const char *sse_kms_key; /* id or ARN */
    bool allow_http;
    bool path_style; /* bucket in the path also where it could be in the host name */
} unpeg_store_options;

/* url NULL: $UNPEG_STORE, else s3://$PRERENDER_ARTIFACTS_BUCKET. The folder of a file store is
 * made by the first put. Nothing is asked of a server yet. Fails with ARGUMENT (what is wrong with
 * the URL or an option), UNSUPPORTED (a library that S3 needs is not there) or NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_store_open(const char *url,
                                                         const unpeg_store_options *options,
                                                         unpeg_store **ret, unpeg_error *error);

/* NULL is allowed. */
UNPEG_API void unpeg_store_close(unpeg_store *store);

/* 0: none. */
UNPEG_API void unpeg_store_set_deadline(unpeg_store *store, uint64_t deadline_us);

/* As it was opened, without a slash at its end; lives as long as the store. */
UNPEG_API const char *unpeg_store_url(const unpeg_store *store);

/* How long a key may be beside the prefix of the URL. */
UNPEG_API size_t unpeg_store_key_max(const unpeg_store *store);

/* Where the credentials came from, without any secret: "environment", "profile ci", ...; "" before
 * the first request and for a folder. Lives until the next call. */
UNPEG_API const char *unpeg_store_credentials(unpeg_store *store);

/* What showed that the object is stored as it was sent. */
#define UNPEG_PROOF_LIST(X)                                                                        \
    X(NONE, "none")                                                                                \
    X(PARTS, "parts") /* the store returned the hash of all that it was sent */                    \
    X(HEAD, "head")   /* and says the same when asked for the object */                            \
    X(FILE, "file")   /* a folder: file and folder are on the disk */

typedef enum unpeg_proof {
#define UNPEG_PROOF_ENUM(name, text) UNPEG_PROOF_##name,
    UNPEG_PROOF_LIST(UNPEG_PROOF_ENUM)
#undef UNPEG_PROOF_ENUM
} unpeg_proof;

/* Static. */
UNPEG_API const char *unpeg_proof_text(unpeg_proof proof);

typedef enum unpeg_verify {
    UNPEG_VERIFY_AUTO, /* HEAD, or PARTS for a role that may only write */
    UNPEG_VERIFY_HEAD, /* without HEAD it is a failure */
    UNPEG_VERIFY_PARTS /* the object is not asked for */
} unpeg_verify;

/* One local file to store. */
typedef struct unpeg_put {
    size_t struct_size;
    const char *path; /* a regular file */
    const char *key;
    bool zstd; /* compress; the key should end in .zst */
    unpeg_verify verify;
    const char *content_type; /* NULL: text/plain, with zstd application/zstd */
    const char *state_path;   /* NULL: what is unfinished is aborted. Else it is left, and this file
                                 says how to go on: a put with the same state_path does so */
    void (*progress)(void *user, uint64_t bytes,
                     uint64_t bytes_total); /* of the file; NULL: none */
    void *progress_user;
} unpeg_put;

/* What became of a put; filled as far as known also when it fails. */
typedef struct unpeg_stored {
    bool was_read; /* false: it failed before the file was open */
    unpeg_proof proof;
    uint64_t file_bytes;    /* how much of the file it is */
    uint64_t stored_bytes;  /* of the object */
    char etag[80];          /* without quotes; "" for a folder */
    uint32_t parts;         /* 0: in one piece */
    uint32_t parts_resumed; /* of them, those that an earlier put had sent */
    bool was_there;         /* the same object was there already */
    bool may_delete;        /* proven, whole, not growing, and no writer has it open */
    char keep_reason[160];  /* why not, when may_delete is false */
} unpeg_stored;

/* Stores the file as it is at this time: [0, size), and of a file that some process has open for
 * writing up to its last line end. Fails with NOT_FOUND, PERMISSION or OS (of the file, or said by
 * the store), STATE (another object has this key), MISMATCH (the store has something else than was
 * sent), DEADLINE, STOPPED, LIMIT (key or file too long), UNSUPPORTED or NO_MEMORY. After any of
 * them the file is untouched and must be kept. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_store_put(unpeg_store *store, const unpeg_put *put,
                                                        unpeg_stored *ret, unpeg_error *error);

/* What a state file says. */
typedef struct unpeg_pending {
    char url[UNPEG_KEY_MAX + 256]; /* of the store */
    char key[UNPEG_KEY_MAX + 1];
    bool zstd;
    uint64_t file_bytes;   /* 0: nothing was sent yet */
    uint64_t stored_bytes; /* so many of the object are in the store */
} unpeg_pending;

/* Notes at state_path what is to be stored under which key, before any put: whole or not at all,
 * and on the disk. file_bytes and stored_bytes are not looked at. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_pending_write(const char *state_path,
                                                            const unpeg_pending *pending,
                                                            unpeg_error *error);

/* Fails with NOT_FOUND, PERMISSION, OS, NO_MEMORY, or INPUT (no state file of ours). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_pending_read(const char *state_path,
                                                           unpeg_pending *ret, unpeg_error *error);

typedef struct unpeg_object {
    char *key; /* the listing's own */
    uint64_t bytes;
    int64_t modified_us; /* Unix time; S3 has whole seconds, of the begin of a long upload */
} unpeg_object;

/* Newest first: by modified_us, then by the time in the key, then by the key backwards. */
typedef struct unpeg_listing {
    unpeg_object *objects;
    size_t count;
} unpeg_listing;

typedef struct unpeg_list_query {
    size_t struct_size;
    const char *prefix; /* of the keys; NULL: all */
    const char *realm;  /* as unpeg_key_has_realm; NULL: any */
    bool logs_only;     /* .v8log and .v8log.zst */
} unpeg_list_query;

enum { UNPEG_LISTING_MAX = 1000000 };

/* query may be NULL. Nothing found is a listing of 0 objects. Fails with LIMIT (more than
 * UNPEG_LISTING_MAX objects match), PERMISSION, OS, DEADLINE, STOPPED or NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_store_list(unpeg_store *store,
                                                         const unpeg_list_query *query,
                                                         unpeg_listing *ret, unpeg_error *error);

/* Frees what a list filled in. */
UNPEG_API void unpeg_listing_deinit(unpeg_listing *listing);

/* Writes an object's bytes as they are stored, each once and in order, over any number of cut
 * connections. OK means all of them, and that they are those of one object. Fails with NOT_FOUND,
 * PERMISSION, MISMATCH (the object was replaced meanwhile, or its hash is another), OS, DEADLINE,
 * STOPPED, NO_MEMORY, or with what the writer returned. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_store_get(unpeg_store *store, const char *key,
                                                        const unpeg_writer *out,
                                                        unpeg_error *error);

/* An object as the source of a reader, decoded like a file and read while it comes. A transfer
 * that fails is a failure of the source, never its end. A thread of its own uses the store: until
 * the source is closed, only unpeg_source_... may be called. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_store_open_source(unpeg_store *store, const char *key,
                                                                unpeg_source **ret,
                                                                unpeg_error *error);

#ifdef __cplusplus
}
#endif
#endif
