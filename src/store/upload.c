/* SPDX-License-Identifier: MIT */
#include "upload.h"

#include <stdio.h>
#include <stdlib.h>

void upload_add_header(upload_headers *headers, const char *name, const char *value)
{
    headers->pairs[headers->count++] = (http_pair){name, value};
}

void upload_object_headers(const upload *u, upload_headers *ret)
{
    const unpeg_put *wanted = u->put->wanted;
    const char *type = wanted->content_type;
    if (!type)
        type = wanted->zstd ? "application/zstd" : "text/plain";
    ret->count = 0;
    upload_add_header(ret, "content-type", type);
    if (u->s3->sse)
        upload_add_header(ret, "x-amz-server-side-encryption", u->s3->sse);
    if (u->s3->sse_kms_key)
        upload_add_header(ret, "x-amz-server-side-encryption-aws-kms-key-id", u->s3->sse_kms_key);
    if (!local_file_is_growing(u->put->file))
        return;
    snprintf(ret->truncated_at, sizeof ret->truncated_at, "%llu",
             (unsigned long long)u->put->file->bytes);
    upload_add_header(ret, "x-amz-meta-truncated-at", ret->truncated_at);
}

unpeg_status upload_rewind(upload *u)
{
    body_close(u->from);
    u->from = NULL;
    return body_open(u->put->file, u->put->wanted->zstd, &u->from, u->error);
}

static void put_base64(const unsigned char bytes[MD5_BYTES], char ret[MD5_TEXT])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = ret;
    for (size_t i = 0; i < MD5_BYTES; i += 3) {
        bool has_more = i + 2 < MD5_BYTES;
        unsigned triple = (unsigned)bytes[i] << 16;
        triple |= has_more ? (unsigned)bytes[i + 1] << 8 | bytes[i + 2] : 0;
        *out++ = digits[triple >> 18];
        *out++ = digits[triple >> 12 & 63];
        *out++ = (char)(has_more ? digits[triple >> 6 & 63] : '=');
        *out++ = (char)(has_more ? digits[triple & 63] : '=');
    }
    *out = '\0';
}

/* A libcrypto without MD5 (FIPS) leaves the texts empty. */
static void hash_piece(upload *u)
{
    u->md5_base64[0] = u->md5_hex[0] = '\0';
    u->has_md5 = crypto_md5(&u->s3->crypto, u->bytes, u->len, u->md5) == UNPEG_OK;
    if (!u->has_md5)
        return;
    put_base64(u->md5, u->md5_base64);
    for (size_t i = 0; i < MD5_BYTES; i++)
        snprintf(u->md5_hex + 2 * i, 3, "%02x", u->md5[i]);
}

unpeg_status upload_fill(upload *u, size_t size)
{
    unpeg_status status = store_ended(u->store, u->error);
    if (status == UNPEG_OK)
        status = body_read(u->from, u->bytes, size, &u->len, u->error);
    if (status == UNPEG_OK)
        hash_piece(u);
    return status;
}

unpeg_status upload_call(upload *u, s3_request *request)
{
    const store_budget budget = s3_store_budget(u->store);
    request->key = u->key;
    request->budget = &budget;
    return s3_client_send(u->s3->client, request, &u->response, u->error);
}

/* AES256 leaves the hash an MD5; a key service and a customer's key do not. */
static bool is_opaque(const s3_response *response)
{
    const char *sse = s3_response_header(response, "x-amz-server-side-encryption");
    const char *own =
        s3_response_header(response, "x-amz-server-side-encryption-customer-algorithm");
    return own || (sse && strcmp(sse, "AES256") != 0);
}

bool upload_take_etag(upload *u, char ret[ETAG_MAX + 1])
{
    u->sent.opaque = u->sent.opaque || is_opaque(&u->response);
    if (!s3_response_etag(&u->response, ret, ETAG_MAX + 1) || !upload_etag_is_sound(ret))
        ret[0] = '\0';
    return ret[0] != '\0';
}

bool upload_is_doubtful(const upload *u, unpeg_status status)
{
    const http_response *http = &u->response.http;
    if (status == UNPEG_OK || status == UNPEG_MISMATCH)
        return true;
    if (status == UNPEG_NOT_FOUND)
        return strcmp(u->response.code, "NoSuchUpload") == 0;
    return status == UNPEG_REMOTE &&
           (http->status == 0
                ? http->sent
                : http->status >= 500 || http->status / 100 == 2 || http->status == 409);
}

unpeg_status upload_look(upload *u, proof_outcome *ret)
{
    s3_request request = {.method = "HEAD"};
    proof_seen seen = {0};
    unpeg_status status = upload_call(u, &request);
    if (status == UNPEG_DEADLINE || status == UNPEG_STOPPED || status == UNPEG_NO_MEMORY)
        return status;
    seen.http_status = u->response.http.status;
    seen.has_length = http_response_number(&u->response.http, "content-length", &seen.length);
    seen.opaque = is_opaque(&u->response);
    if (!s3_response_etag(&u->response, seen.etag, sizeof seen.etag))
        seen.etag[0] = '\0';
    *ret = proof_compare(&u->sent, &seen);
    if (*ret == PROOF_SAME)
        snprintf(u->put->stored->etag, sizeof u->put->stored->etag, "%s", seen.etag);
    return UNPEG_OK;
}

static unpeg_status accept(upload *u, unpeg_proof proof)
{
    u->put->stored->proof = proof;
    if (proof == UNPEG_PROOF_PARTS)
        snprintf(u->put->stored->etag, sizeof u->put->stored->etag, "%s",
                 u->sent.expected[0] ? u->sent.expected : u->sent.told);
    return UNPEG_OK;
}

static unpeg_status refuse(upload *u, const char *why)
{
    return unpeg_error_set(u->error, UNPEG_MISMATCH, "not proven to be stored: %s", why);
}

static unpeg_status prove_by_answers(upload *u)
{
    return u->sent.answers_fit ? accept(u, UNPEG_PROOF_PARTS)
                               : refuse(u, "the answers have other hashes than what was sent");
}

/* Every request was answered well. */
static unpeg_status prove_done(upload *u)
{
    unpeg_verify verify = u->put->wanted->verify;
    proof_outcome outcome;
    if (verify == UNPEG_VERIFY_PARTS)
        return prove_by_answers(u);
    unpeg_status status = upload_look(u, &outcome);
    if (status != UNPEG_OK)
        return status;
    switch (outcome) {
    case PROOF_SAME:
        return accept(u, UNPEG_PROOF_HEAD);
    case PROOF_OTHER:
        return refuse(u, "the store has another length or hash");
    case PROOF_NOTHING:
        return refuse(u, "the store says that there is no such object");
    case PROOF_HIDDEN:
        /* The error says who may not ask. */
        return verify == UNPEG_VERIFY_AUTO ? prove_by_answers(u) : UNPEG_PERMISSION;
    case PROOF_UNKNOWN:
        break;
    }
    return UNPEG_REMOTE;
}

/* The last answer failed, or there was none. */
static unpeg_status prove_doubtful(upload *u, unpeg_status failed)
{
    const unpeg_error before = *u->error;
    unsigned attempts = u->response.attempts;
    proof_outcome outcome;
    unpeg_status status = upload_look(u, &outcome);
    if (status == UNPEG_OK && outcome == PROOF_SAME) {
        u->put->stored->was_there = failed == UNPEG_MISMATCH && attempts == 1;
        return accept(u, UNPEG_PROOF_HEAD);
    }
    if (failed == UNPEG_MISMATCH && (status != UNPEG_OK || outcome != PROOF_NOTHING))
        return unpeg_error_set(u->error, UNPEG_STATE,
                               "the store has another object under this key");
    *u->error = before;
    return status == UNPEG_OK ? failed : status;
}

unpeg_status upload_prove(upload *u, unpeg_status status)
{
    if (status == UNPEG_OK)
        return prove_done(u);
    return upload_is_doubtful(u, status) ? prove_doubtful(u, status) : status;
}

static unpeg_status send_body(upload *u)
{
    upload_headers headers;
    upload_object_headers(u, &headers);
    if (u->has_md5)
        upload_add_header(&headers, "content-md5", u->md5_base64);
    if (!u->s3->no_conditions)
        upload_add_header(&headers, "if-none-match", "*");
    s3_request request = {.method = "PUT",
                          .headers = headers.pairs,
                          .header_count = headers.count,
                          .body = {.bytes = u->bytes, .size = u->len}};
    return upload_call(u, &request);
}

/* For a store that knows no conditions: as if it did. Who may not ask sends all the same. */
static unpeg_status look_for_free_key(upload *u)
{
    proof_outcome outcome;
    unpeg_status status = upload_look(u, &outcome);
    if (status != UNPEG_OK || outcome == PROOF_NOTHING || outcome == PROOF_HIDDEN)
        return status;
    return outcome == PROOF_UNKNOWN ? UNPEG_REMOTE
                                    : unpeg_error_set(u->error, UNPEG_MISMATCH, "the key is taken");
}

static unpeg_status send_single(upload *u)
{
    unpeg_status status = UNPEG_OK;
    if (!u->s3->no_conditions) {
        status = send_body(u);
        if (status != UNPEG_REMOTE || u->response.http.status != 501)
            return status;
        u->s3->no_conditions = true;
    }
    status = look_for_free_key(u);
    return status == UNPEG_OK ? send_body(u) : status;
}

static unpeg_status put_single(upload *u)
{
    unpeg_stored *stored = u->put->stored;
    u->sent.bytes = stored->stored_bytes = u->len;
    memcpy(u->sent.expected, u->md5_hex, sizeof u->md5_hex);
    unpeg_status status = send_single(u);
    if (status == UNPEG_OK && upload_take_etag(u, u->sent.told))
        u->sent.answers_fit =
            strcmp(u->sent.told, u->sent.expected) == 0 || (u->sent.opaque && u->sent.told[0]);
    return upload_prove(u, status);
}

static unpeg_status reserve(upload *u, uint64_t bytes)
{
    u->capacity = bytes != 0 ? (size_t)bytes : 1;
    u->bytes = bytes <= SIZE_MAX ? malloc(u->capacity) : NULL;
    return u->bytes
               ? UNPEG_OK
               : unpeg_error_set(u->error, UNPEG_NO_MEMORY, "no memory for a piece of %llu bytes",
                                 (unsigned long long)bytes);
}

/* In how many pieces. How small it gets when it is compressed is known behind the first piece, so
 * that pieces are then as large as a single one may be. */
static unpeg_status put_body(upload *u)
{
    uint64_t max = body_bytes_max(u->from);
    uint64_t part = proof_part_bytes(max);
    uint64_t noted = u->put->state->part_bytes;
    bool zstd = u->put->wanted->zstd;
    if (zstd && part < PROOF_SINGLE_BYTES)
        part = PROOF_SINGLE_BYTES;
    if (noted >= PROOF_PART_BYTES && noted <= 8 * part && max / noted < UPLOAD_PARTS_MAX)
        part = noted;
    bool is_single = max <= PROOF_SINGLE_BYTES;
    unpeg_status status = reserve(u, is_single ? max : part);
    if (status != UNPEG_OK || (!is_single && !zstd))
        return status == UNPEG_OK ? upload_multipart(u, (size_t)part, false) : status;
    status = upload_fill(u, u->capacity);
    if (status != UNPEG_OK)
        return status;
    return is_single || u->len < u->capacity ? put_single(u)
                                             : upload_multipart(u, (size_t)part, true);
}

unpeg_status s3_put(unpeg_store *store, const store_put *put, unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    upload u = {.store = store, .s3 = store->backend, .put = put, .error = error ? error : &own};
    s3_store_key(u.s3, put->wanted->key, u.key);
    unpeg_status status = upload_rewind(&u);
    if (status == UNPEG_OK)
        status = put_body(&u);
    s3_response_deinit(&u.response);
    body_close(u.from);
    free(u.bytes);
    return status;
}
