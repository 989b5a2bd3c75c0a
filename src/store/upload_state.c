/* SPDX-License-Identifier: MIT */
#include "upload_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grow.h"
#include "store_backend.h"

/* 10 000 parts and the longest texts. */
enum { STATE_BYTES_MAX = 1 << 20 };
static const char first_line[] = "unpeg-upload 1";

unpeg_status upload_state_add_part(upload_state *state, const upload_part *part)
{
    if (!grow_reserve((void **)&state->parts, &state->part_capacity, state->part_count + 1,
                      sizeof *state->parts))
        return UNPEG_NO_MEMORY;
    state->parts[state->part_count++] = *part;
    state->pending.stored_bytes = state->part_count * state->part_bytes;
    return UNPEG_OK;
}

void upload_state_restart(upload_state *state)
{
    state->upload_id[0] = '\0';
    state->part_count = 0;
    state->part_bytes = 0;
    state->pending.file_bytes = state->pending.stored_bytes = 0;
}

void upload_state_deinit(upload_state *state)
{
    free(state->parts);
    state->parts = NULL;
    state->part_count = state->part_capacity = 0;
}

static void print_part(FILE *out, const upload_part *part)
{
    fputs("part ", out);
    for (size_t i = 0; i < MD5_BYTES; i++)
        fprintf(out, "%02x", part->md5[i]);
    fprintf(out, " %s\n", part->etag);
}

static void print_state(FILE *out, const upload_state *state)
{
    const unpeg_pending *pending = &state->pending;
    fprintf(out, "unpeg-upload 1\nurl %s\nkey %s\nzstd %d\n", pending->url, pending->key,
            pending->zstd);
    if (state->upload_id[0] != '\0')
        fprintf(out, "file-bytes %llu\npart-bytes %llu\nupload-id %s\n",
                (unsigned long long)pending->file_bytes, (unsigned long long)state->part_bytes,
                state->upload_id);
    for (size_t i = 0; i < state->part_count; i++)
        print_part(out, &state->parts[i]);
    fputs("end\n", out);
}

/* The rename counts when the folder is on the disk. */
static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return done;
}

static bool write_and_rename(const upload_state *state, char *temporary, const char *path)
{
    int fd = mkostemp(temporary, O_CLOEXEC);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out == NULL) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    print_state(out, state);
    bool done = fflush(out) == 0 && !ferror(out) && fsync(fd) == 0;
    done = fclose(out) == 0 && done;
    if (done && rename(temporary, path) == 0)
        return sync_folder_of(path);
    int os_errno = errno;
    unlink(temporary);
    errno = os_errno;
    return false;
}

static bool is_one_line(const char *text)
{
    return text[strcspn(text, "\n")] == '\0';
}

unpeg_status upload_state_write(const upload_state *state, const char *path, unpeg_error *error)
{
    char *temporary;
    if (!is_one_line(state->pending.url) || !is_one_line(state->pending.key) ||
        !is_one_line(state->upload_id))
        return unpeg_error_set(error, UNPEG_ARGUMENT, "a key with a line end cannot be noted");
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to note the upload");
    bool done = write_and_rename(state, temporary, path);
    free(temporary);
    return done ? UNPEG_OK : store_os_error(error, errno, "cannot note the upload");
}

static bool take_text(unpeg_slice value, char *ret, size_t size)
{
    if (value.len >= size || value.len == 0 || memchr(value.data, '\0', value.len) != NULL)
        return false;
    memcpy(ret, value.data, value.len);
    ret[value.len] = '\0';
    return true;
}

static bool take_number(unpeg_slice value, uint64_t *ret)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] < '0' || value.data[i] > '9' ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(value.data[i] - '0'), &number))
            return false;
    *ret = number;
    return value.len != 0;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool upload_etag_is_sound(const char *etag)
{
    for (const char *at = etag; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"<>&", *at) != NULL)
            return false;
    return etag[0] != '\0';
}

static bool take_md5(unpeg_slice value, unsigned char *ret)
{
    for (size_t i = 0; i < MD5_BYTES; i++) {
        int high = digit_of(value.data[2 * i]);
        int low = digit_of(value.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static bool take_part(upload_state *state, unpeg_slice value)
{
    const size_t digits = 2 * (size_t)MD5_BYTES;
    upload_part part = {{0}, {0}};
    if (value.len <= digits || value.data[digits] != ' ' || state->part_count == UPLOAD_PARTS_MAX)
        return false;
    const unpeg_slice etag = {value.data + digits + 1, value.len - digits - 1};
    return take_md5(value, part.md5) && take_text(etag, part.etag, sizeof part.etag) &&
           upload_etag_is_sound(part.etag) && upload_state_add_part(state, &part) == UNPEG_OK;
}

static bool take_line(upload_state *state, unpeg_slice name, unpeg_slice value)
{
    unpeg_pending *pending = &state->pending;
    uint64_t number = 0;
    if (unpeg_slice_equal(name, unpeg_slice_of("url")))
        return take_text(value, pending->url, sizeof pending->url);
    if (unpeg_slice_equal(name, unpeg_slice_of("key")))
        return take_text(value, pending->key, sizeof pending->key);
    if (unpeg_slice_equal(name, unpeg_slice_of("upload-id")))
        return take_text(value, state->upload_id, sizeof state->upload_id);
    if (unpeg_slice_equal(name, unpeg_slice_of("file-bytes")))
        return take_number(value, &pending->file_bytes);
    if (unpeg_slice_equal(name, unpeg_slice_of("part-bytes")))
        return take_number(value, &state->part_bytes);
    if (unpeg_slice_equal(name, unpeg_slice_of("part")))
        return take_part(state, value);
    bool is_zstd = unpeg_slice_equal(name, unpeg_slice_of("zstd")) && take_number(value, &number);
    pending->zstd = number == 1;
    return is_zstd && number <= 1;
}

/* The row at *text, which is moved behind its line end; false when there is no whole row. */
static bool next_line(unpeg_slice *text, unpeg_slice *ret)
{
    const char *end = text->len != 0 ? memchr(text->data, '\n', text->len) : NULL;
    if (end == NULL)
        return false;
    *ret = (unpeg_slice){text->data, (size_t)(end - text->data)};
    *text = (unpeg_slice){end + 1, text->len - ret->len - 1};
    return true;
}

static bool is_consistent(const upload_state *state)
{
    return state->pending.url[0] != '\0' && state->pending.key[0] != '\0' &&
           (state->upload_id[0] != '\0') == (state->part_bytes != 0) &&
           (state->part_count == 0 || state->part_bytes != 0);
}

static unpeg_status parse(upload_state *state, unpeg_slice text)
{
    unpeg_slice line;
    if (!next_line(&text, &line) || !unpeg_slice_equal(line, unpeg_slice_of(first_line)))
        return UNPEG_INPUT;
    while (next_line(&text, &line) && !unpeg_slice_equal(line, unpeg_slice_of("end"))) {
        const char *blank = line.len != 0 ? memchr(line.data, ' ', line.len) : NULL;
        size_t name_len = blank != NULL ? (size_t)(blank - line.data) : 0;
        if (blank == NULL || !take_line(state, (unpeg_slice){line.data, name_len},
                                        (unpeg_slice){blank + 1, line.len - name_len - 1}))
            return UNPEG_INPUT;
    }
    bool ended = unpeg_slice_equal(line, unpeg_slice_of("end")) && text.len == 0;
    return ended && is_consistent(state) ? UNPEG_OK : UNPEG_INPUT;
}

unpeg_status upload_state_parse(upload_state *state, const char *text, size_t len)
{
    return parse(state, (unpeg_slice){text, len});
}

/* The whole of a file that is not too large to be a state. */
static unpeg_status read_file(const char *path, char **ret, size_t *ret_len, unpeg_error *error)
{
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return store_os_error(error, errno, "cannot open the note of an upload");
    *ret = malloc(STATE_BYTES_MAX);
    unpeg_status status = UNPEG_OK;
    if (*ret == NULL)
        status = unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to read a note");
    else
        *ret_len = fread(*ret, 1, STATE_BYTES_MAX, in);
    if (status == UNPEG_OK && ferror(in))
        status = store_os_error(error, errno, "cannot read the note of an upload");
    fclose(in);
    return status;
}

unpeg_status upload_state_read(upload_state *state, const char *path, unpeg_error *error)
{
    char *text = NULL;
    size_t len = 0;
    unpeg_status status = read_file(path, &text, &len, error);
    if (status == UNPEG_OK) {
        status = upload_state_parse(state, text, len);
        if (status != UNPEG_OK)
            unpeg_error_set(error, status, "no note of an upload, or a damaged one");
    }
    free(text);
    return status;
}

/* What a dying machine leaves of a note: nothing, zeros, or its begin. */
static bool is_rest_of_note(const char *text, size_t len)
{
    if (len >= sizeof first_line - 1 && memcmp(text, first_line, sizeof first_line - 1) == 0)
        return true;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\0')
            return false;
    return true;
}

static bool is_regular(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

bool upload_state_may_replace(const char *path)
{
    char begin[256];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    ssize_t len = is_regular(fd) ? read(fd, begin, sizeof begin) : -1;
    close(fd);
    return len >= 0 && is_rest_of_note(begin, (size_t)len);
}

unpeg_status unpeg_pending_write(const char *state_path, const unpeg_pending *pending,
                                 unpeg_error *error)
{
    upload_state state = {.pending = *pending};
    return upload_state_write(&state, state_path, error);
}

unpeg_status unpeg_pending_read(const char *state_path, unpeg_pending *ret, unpeg_error *error)
{
    upload_state state = {0};
    unpeg_status status = upload_state_read(&state, state_path, error);
    if (status == UNPEG_OK)
        *ret = state.pending;
    upload_state_deinit(&state);
    return status;
}
