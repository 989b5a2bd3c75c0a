/* SPDX-License-Identifier: MIT */
#include "strict_run.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "text_sink.h"

enum { MAX_WORDS = 16 };

/* Splits options at spaces and line ends, in place, and appends the name. */
static int split(char *options, const char *log_name, char **words)
{
    int count = 0;
    for (char *rest, *word = strtok_r(options, " \n", &rest); word != NULL;
         word = strtok_r(NULL, " \n", &rest)) {
        assert_true(count < MAX_WORDS - 1);
        words[count++] = word;
    }
    words[count++] = (char *)(uintptr_t)log_name;
    return count;
}

unpeg_status strict_print(const char *log_name, const char *options, unpeg_slice log,
                          const unpeg_writer *out)
{
    char *words[MAX_WORDS];
    unpeg_prof_options parsed;
    unpeg_source *source;
    unpeg_reference *reference = NULL;
    char *copy = strdup(options);
    assert_non_null(copy);
    int count = split(copy, log_name, words);
    assert_int_equal(unpeg_prof_options_parse(count, words, &parsed, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_open_memory(log.data, log.len, &source, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_make_verbatim(source, NULL), UNPEG_OK);
    unpeg_status status = unpeg_reference_run(&parsed, source, &reference, NULL);
    if (status == UNPEG_OK)
        status = unpeg_reference_print(reference, out, NULL);
    unpeg_reference_destroy(reference);
    unpeg_source_close(source);
    free(copy);
    return status;
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text);
    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

unpeg_slice strict_read(const char *path)
{
    unpeg_source *source;
    size_t capacity = 1 << 16;
    size_t len = 0;
    size_t got = 1;
    char *bytes = malloc(capacity);
    assert_int_equal(unpeg_source_open(path, &source, NULL), UNPEG_OK);
    if (ends_in(path, ".zst"))
        assert_int_equal(unpeg_source_make_raw(source, NULL), UNPEG_OK);
    else
        assert_int_equal(unpeg_source_make_verbatim(source, NULL), UNPEG_OK);
    while (got > 0) {
        if (len == capacity)
            bytes = realloc(bytes, capacity *= 2);
        assert_non_null(bytes);
        assert_int_equal(unpeg_source_read(source, bytes + len, capacity - len, &got, NULL),
                         UNPEG_OK);
        len += got;
    }
    unpeg_source_close(source);
    return (unpeg_slice){bytes, len};
}

static void free_slice(unpeg_slice text)
{
    free((void *)(uintptr_t)text.data);
}

/* The options beside an output: prof-process.TAG.args. The plain output has none. */
static unpeg_slice options_of(const char *folder, const char *output)
{
    char path[1024];
    const char *dot = strrchr(output, '.');
    int stem = (int)(dot - output);
    if (strncmp(output, "prof-process", (size_t)stem) == 0 && stem == 12)
        return (unpeg_slice){strdup(""), 0};
    snprintf(path, sizeof path, "%s/%.*s.args", folder, stem, output);
    unpeg_slice read = strict_read(path);
    unpeg_slice copy = {strndup(read.data, read.len), read.len};
    free_slice(read);
    return copy;
}

static void check_output(const char *folder, const char *output, unpeg_slice log)
{
    char path[1024];
    text_sink sink = {0};
    unpeg_writer out = text_sink_writer(&sink);
    snprintf(path, sizeof path, "%s/%s", folder, output);
    unpeg_slice options = options_of(folder, output);
    unpeg_slice want = strict_read(path);
    (void)!strict_print("v8.log", options.data, log, &out); /* it may die as the reference does */
    if (sink.len != want.len || memcmp(sink.text, want.data, want.len) != 0)
        fail_msg("%s: ours is\n%s", path, sink.text != NULL ? sink.text : "");
    text_sink_free(&sink);
    free_slice(options);
    free_slice(want);
}

static int is_output(const struct dirent *entry)
{
    return strncmp(entry->d_name, "prof-process", 12) == 0 &&
           (ends_in(entry->d_name, ".txt") || ends_in(entry->d_name, ".json"));
}

size_t strict_check_folder(const char *folder)
{
    char path[1024];
    struct dirent **entries;
    int count = scandir(folder, &entries, is_output, alphasort);
    assert_true(count >= 0);
    if (count > 0) {
        snprintf(path, sizeof path, "%s/v8.log", folder);
        if (access(path, R_OK) != 0)
            snprintf(path, sizeof path, "%s/v8.log.zst", folder);
        unpeg_slice log = strict_read(path);
        for (int i = 0; i < count; i++)
            check_output(folder, entries[i]->d_name, log);
        free_slice(log);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return (size_t)count;
}
