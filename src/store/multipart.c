/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "part_list.h"
#include "upload.h"

enum {
    RESTARTS_MAX = 2,           /* of an upload that the store forgot */
    ABORT_MS = 400,             /* beyond the deadline */
    COMPLETE_STALL_MS = 120000, /* a store may put large objects together for that long */
};

typedef struct multipart {
    upload *u;
    upload_state *state;
    size_t part_bytes;
    bool has_first;      /* the first piece is at hand */
    upload_part *before; /* of an earlier put */
    size_t before_count;
    part_list listed; /* what the store says it has */
    bool is_listed;   /* and that it says so */
    unsigned restarts;
} multipart;

static void forget_before(multipart *m)
{
    free(m->before);
    m->before = NULL;
    m->before_count = 0;
    part_list_deinit(&m->listed);
    m->is_listed = false;
}

static unpeg_status no_memory(const multipart *m)
{
    return unpeg_error_set(m->u->error, UNPEG_NO_MEMORY, "no memory to upload");
}

/* The piece of that number, from 1 on, with its hash; 0 bytes behind the end. */
static unpeg_status next_piece(multipart *m)
{
    if (m->has_first) {
        m->has_first = false;
        return UNPEG_OK;
    }
    return upload_fill(m->u, m->part_bytes);
}

/* The hash of an object in parts is that of the hashes of its parts. */
static unpeg_status expect(multipart *m)
{
    upload *u = m->u;
    crypto_digest digest;
    unsigned char md5[MD5_BYTES];
    u->sent.expected[0] = '\0';
    if (!u->has_md5)
        return UNPEG_OK;
    unpeg_status status = crypto_md5_begin(&u->s3->crypto, &digest);
    for (size_t i = 0; status == UNPEG_OK && i < m->state->part_count; i++) {
        status = crypto_digest_add(&digest, m->state->parts[i].md5, MD5_BYTES);
        if (status != UNPEG_OK)
            crypto_digest_drop(&digest);
    }
    if (status == UNPEG_OK)
        status = crypto_digest_end(&digest, md5);
    if (status != UNPEG_OK)
        return no_memory(m);
    for (size_t i = 0; i < MD5_BYTES; i++)
        snprintf(u->sent.expected + 2 * i, 3, "%02x", md5[i]);
    snprintf(u->sent.expected + 2 * sizeof md5, sizeof u->sent.expected - 2 * sizeof md5, "-%zu",
             m->state->part_count);
    return UNPEG_OK;
}

static unpeg_status keep_part(multipart *m, const char *etag)
{
    upload_part part = {{0}, {0}};
    memcpy(part.md5, m->u->md5, sizeof part.md5);
    snprintf(part.etag, sizeof part.etag, "%s", etag);
    m->u->sent.bytes += m->u->len;
    return upload_state_add_part(m->state, &part) == UNPEG_OK ? UNPEG_OK : no_memory(m);
}

/* Every step of an upload but the sending: what its object would be called. */
static unpeg_status hash_all(multipart *m)
{
    unpeg_status status = UNPEG_OK;
    m->u->sent.bytes = 0;
    m->state->part_count = 0;
    for (;;) {
        status = next_piece(m);
        if (status != UNPEG_OK || (m->u->len == 0 && m->state->part_count != 0))
            break;
        status = keep_part(m, m->u->md5_hex);
        if (status != UNPEG_OK)
            break;
    }
    if (status == UNPEG_OK)
        status = expect(m);
    m->state->part_count = 0;
    return status;
}

/* A key that is taken is found out before megabytes are sent for it; *ret_done when the object is
 * the very one, which an earlier put completed before it could say so. */
static unpeg_status look_first(multipart *m, bool *ret_done)
{
    upload *u = m->u;
    proof_outcome outcome;
    *ret_done = false;
    unpeg_status status = upload_look(u, &outcome);
    if (status != UNPEG_OK || outcome != PROOF_OTHER)
        return status;
    status = hash_all(m);
    if (status == UNPEG_OK)
        status = upload_look(u, &outcome);
    if (status == UNPEG_OK && outcome == PROOF_SAME) {
        *ret_done = u->put->stored->was_there = true;
        u->put->stored->proof = UNPEG_PROOF_HEAD;
        u->put->stored->stored_bytes = u->sent.bytes;
    }
    if (status == UNPEG_OK && outcome == PROOF_OTHER)
        status =
            unpeg_error_set(u->error, UNPEG_STATE, "the store has another object under this key");
    u->sent = (proof_sent){0};
    m->has_first = false;
    return status == UNPEG_OK && !*ret_done ? upload_rewind(u) : status;
}

static unpeg_status take_upload_id(void *user, const char *path, unpeg_slice text)
{
    upload_state *state = user;
    if (strcmp(path, "InitiateMultipartUploadResult/UploadId") != 0)
        return UNPEG_OK;
    if (text.len == 0 || text.len > UPLOAD_ID_MAX || memchr(text.data, '\n', text.len) ||
        memchr(text.data, '\0', text.len))
        return UNPEG_INPUT;
    memcpy(state->upload_id, text.data, text.len);
    state->upload_id[text.len] = '\0';
    return UNPEG_OK;
}

static unpeg_status create(multipart *m)
{
    upload *u = m->u;
    static const http_pair query[] = {{"uploads", ""}};
    upload_headers headers;
    upload_object_headers(u, &headers);
    s3_request request = {.method = "POST",
                          .query = query,
                          .query_count = 1,
                          .headers = headers.pairs,
                          .header_count = headers.count};
    unpeg_status status = upload_call(u, &request);
    if (status != UNPEG_OK)
        return status;
    upload_state_restart(m->state);
    status = xml_text_parse(text_buffer_slice(&u->response.http.body), take_upload_id, m->state,
                            u->error);
    if (status == UNPEG_NO_MEMORY || status == UNPEG_UNSUPPORTED)
        return status;
    if (m->state->upload_id[0] == '\0')
        return unpeg_error_set(u->error, UNPEG_REMOTE,
                               "the store gave no upload id: no S3 answers there");
    m->state->part_bytes = m->part_bytes;
    m->state->pending.file_bytes = u->put->file->bytes;
    store_put_note(u->put);
    return UNPEG_OK;
}

/* What is left of an earlier upload, by the notes and by the store; one that the store knows no
 * more is begun anew. */
static unpeg_status resume(multipart *m)
{
    upload *u = m->u;
    if (m->state->upload_id[0] == '\0' || m->state->part_bytes != m->part_bytes)
        return create(m);
    unpeg_status status = part_list_get(u, m->state->upload_id, &m->listed);
    if (status == UNPEG_NOT_FOUND)
        return create(m);
    m->is_listed = status == UNPEG_OK;
    if (status != UNPEG_OK && status != UNPEG_PERMISSION)
        return status;
    m->before = m->state->parts;
    m->before_count = m->state->part_count;
    m->state->parts = NULL;
    m->state->part_count = m->state->part_capacity = 0;
    return UNPEG_OK;
}

/* The ETag of the piece at hand where the store has it already; else NULL. */
static const char *known_etag(const multipart *m)
{
    const upload *u = m->u;
    size_t at = m->state->part_count;
    const char *etag = m->is_listed ? u->md5_hex : NULL;
    if (!u->has_md5)
        return NULL;
    if (at < m->before_count && memcmp(m->before[at].md5, u->md5, MD5_BYTES) == 0)
        etag = m->before[at].etag;
    if (m->is_listed && (at >= m->listed.count || strcmp(m->listed.etags[at], etag) != 0))
        etag = NULL;
    return etag;
}

static unpeg_status send_part(multipart *m)
{
    upload *u = m->u;
    char number[16];
    char etag[ETAG_MAX + 1];
    snprintf(number, sizeof number, "%zu", m->state->part_count + 1);
    const http_pair query[] = {{"partNumber", number}, {"uploadId", m->state->upload_id}};
    const http_pair headers[] = {{"content-md5", u->md5_base64}};
    s3_request request = {.method = "PUT",
                          .query = query,
                          .query_count = 2,
                          .headers = headers,
                          .header_count = u->has_md5 ? 1 : 0,
                          .body = {.bytes = u->bytes, .size = u->len}};
    unpeg_status status = upload_call(u, &request);
    if (status != UNPEG_OK)
        return status;
    bool fits = upload_take_etag(u, etag) &&
                (u->sent.opaque || !u->has_md5 || strcmp(etag, u->md5_hex) == 0);
    if (!fits)
        return unpeg_error_set(u->error, UNPEG_MISMATCH,
                               "the store returned another hash for part %s", number);
    status = keep_part(m, etag);
    if (status == UNPEG_OK)
        store_put_note(u->put);
    return status;
}

static unpeg_status put_piece(multipart *m)
{
    unpeg_stored *stored = m->u->put->stored;
    const unpeg_put *wanted = m->u->put->wanted;
    if (m->state->part_count == UPLOAD_PARTS_MAX)
        return unpeg_error_set(m->u->error, UNPEG_LIMIT, "more than %d parts", UPLOAD_PARTS_MAX);
    const char *etag = known_etag(m);
    stored->parts_resumed += etag != NULL;
    unpeg_status status = etag ? keep_part(m, etag) : send_part(m);
    stored->parts = (uint32_t)m->state->part_count;
    stored->stored_bytes = m->u->sent.bytes;
    if (status == UNPEG_OK && wanted->progress)
        wanted->progress(wanted->progress_user, body_position(m->u->from), m->u->put->file->bytes);
    return status;
}

static unpeg_status put_pieces(multipart *m)
{
    unpeg_status status = next_piece(m);
    while (status == UNPEG_OK && (m->u->len != 0 || m->state->part_count == 0)) {
        status = put_piece(m);
        if (status == UNPEG_OK)
            status = next_piece(m);
    }
    return status;
}

static unpeg_status write_list(const multipart *m, text_buffer *ret)
{
    text_buffer_add_text(ret, "<CompleteMultipartUpload>");
    for (size_t i = 0; i < m->state->part_count; i++)
        text_buffer_format(ret, "<Part><PartNumber>%zu</PartNumber><ETag>\"%s\"</ETag></Part>",
                           i + 1, m->state->parts[i].etag);
    text_buffer_add_text(ret, "</CompleteMultipartUpload>");
    return ret->failed ? no_memory(m) : UNPEG_OK;
}

typedef struct complete_result {
    bool is_result;
    char etag[ETAG_MAX + 3]; /* with quotes */
} complete_result;

static unpeg_status take_result(void *user, const char *path, unpeg_slice text)
{
    complete_result *result = user;
    result->is_result =
        result->is_result || strncmp(path, "CompleteMultipartUploadResult", 29) == 0;
    if (strcmp(path, "CompleteMultipartUploadResult/ETag") == 0 && text.len < sizeof result->etag) {
        if (text.len)
            memcpy(result->etag, text.data, text.len);
        result->etag[text.len] = '\0';
    }
    return UNPEG_OK;
}

/* Without its quotes; Ceph gives an empty one. */
static void take_told(upload *u, const char *quoted)
{
    size_t len = strlen(quoted);
    bool has_quotes = len >= 2 && quoted[0] == '"' && quoted[len - 1] == '"';
    snprintf(u->sent.told, sizeof u->sent.told, "%.*s", (int)(has_quotes ? len - 2 : len),
             quoted + has_quotes);
    if (!upload_etag_is_sound(u->sent.told))
        u->sent.told[0] = '\0';
}

/* A good answer is a result document, without an ETag or with the right one. */
static void judge_result(multipart *m)
{
    upload *u = m->u;
    complete_result result = {0};
    unpeg_status status =
        xml_text_parse(text_buffer_slice(&u->response.http.body), take_result, &result, NULL);
    char ignored[ETAG_MAX + 1];
    (void)upload_take_etag(u, ignored);
    take_told(u, result.etag);
    u->sent.answers_fit =
        status == UNPEG_OK && result.is_result &&
        (u->sent.told[0] == '\0' || u->sent.opaque || strcmp(u->sent.told, u->sent.expected) == 0);
}

static unpeg_status complete(multipart *m)
{
    upload *u = m->u;
    text_buffer list = {0};
    const http_pair query[] = {{"uploadId", m->state->upload_id}};
    static const http_pair headers[] = {{"content-type", "application/xml"},
                                        {"if-none-match", "*"}};
    unpeg_status status = write_list(m, &list);
    s3_request request = {.method = "POST",
                          .query = query,
                          .query_count = 1,
                          .headers = headers,
                          .header_count = u->s3->no_conditions ? 1 : 2,
                          .stall_ms = COMPLETE_STALL_MS,
                          .body = {.bytes = list.bytes, .size = list.len}};
    if (status == UNPEG_OK)
        status = upload_call(u, &request);
    if (status == UNPEG_REMOTE && u->response.http.status == 501 && !u->s3->no_conditions) {
        u->s3->no_conditions = true;
        request.header_count = 1;
        status = upload_call(u, &request);
    }
    text_buffer_deinit(&list);
    if (status == UNPEG_OK)
        judge_result(m);
    return status;
}

static unpeg_status put_once(multipart *m)
{
    unpeg_status status = put_pieces(m);
    if (status == UNPEG_OK)
        status = expect(m);
    if (status == UNPEG_OK)
        status = complete(m);
    else
        return status;
    return upload_prove(m->u, status);
}

/* The store has lost the upload, or a part of it. */
static bool is_forgotten(const upload *u, unpeg_status status)
{
    const char *code = u->response.code;
    return (status == UNPEG_NOT_FOUND && strcmp(code, "NoSuchUpload") == 0) ||
           (status == UNPEG_REMOTE &&
            (strcmp(code, "InvalidPart") == 0 || strcmp(code, "InvalidPartOrder") == 0));
}

static unpeg_status begin_anew(multipart *m)
{
    m->restarts++;
    forget_before(m);
    m->u->sent = (proof_sent){0};
    m->u->put->stored->parts_resumed = 0;
    unpeg_status status = upload_rewind(m->u);
    return status == UNPEG_OK ? create(m) : status;
}

/* Within a budget of its own: who stops an upload has no time left, and wants no rest of it. */
static void abort_upload(multipart *m)
{
    upload *u = m->u;
    store_budget budget = {.deadline_ms = store_now_ms(&u->s3->host) + ABORT_MS};
    const http_pair query[] = {{"uploadId", m->state->upload_id}};
    const s3_request request = {
        .method = "DELETE", .key = u->key, .query = query, .query_count = 1, .budget = &budget};
    unpeg_status status = s3_client_send(u->s3->client, &request, &u->response, NULL);
    (void)status;
    upload_state_restart(m->state);
    store_put_note(u->put);
}

/* With notes it is left for a later put, unless none could go on with it. */
static void clean_up(multipart *m, unpeg_status status)
{
    bool is_final = status == UNPEG_STATE || status == UNPEG_MISMATCH;
    if (status != UNPEG_OK && m->state->upload_id[0] != '\0' &&
        (m->u->put->wanted->state_path == NULL || is_final))
        abort_upload(m);
    forget_before(m);
}

unpeg_status upload_multipart(upload *u, size_t part_bytes, bool has_first)
{
    multipart m = {
        .u = u, .state = u->put->state, .part_bytes = part_bytes, .has_first = has_first};
    bool done;
    unpeg_status status = look_first(&m, &done);
    if (status == UNPEG_OK && !done) {
        status = resume(&m);
        if (status == UNPEG_OK)
            status = put_once(&m);
        while (is_forgotten(u, status) && m.restarts < RESTARTS_MAX) {
            status = begin_anew(&m);
            if (status == UNPEG_OK)
                status = put_once(&m);
        }
    }
    clean_up(&m, status);
    return status;
}
