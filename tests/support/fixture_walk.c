/* SPDX-License-Identifier: MIT */
#include "fixture_walk.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "unpeg/source.h"

static const char *const log_names[] = {"v8.log", "v8.log.zst", "v8.log.gz"};

int fixture_log_path(const char *name, char *path, size_t size)
{
    for (size_t i = 0; i < sizeof log_names / sizeof log_names[0]; i++) {
        snprintf(path, size, "%s/%s/%s", UNPEG_FIXTURES, name, log_names[i]);
        if (access(path, R_OK) == 0)
            return 1;
    }
    return 0;
}

char *fixture_read(const char *path, size_t *ret_len)
{
    unpeg_source *source;
    unpeg_error error;
    size_t capacity = 1 << 16;
    size_t len = 0;
    size_t got = 1;
    char *text = malloc(capacity);
    assert_int_equal(unpeg_source_open(path, &source, &error), UNPEG_OK);
    while (got > 0) {
        if (len == capacity)
            text = realloc(text, capacity *= 2);
        assert_non_null(text);
        assert_int_equal(unpeg_source_read(source, text + len, capacity - len, &got, &error),
                         UNPEG_OK);
        len += got;
    }
    unpeg_source_close(source);
    *ret_len = len;
    return text;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int walk_folder(const char *folder, fixture_fn each, void *user)
{
    char path[1024];
    struct dirent **entries;
    int seen = 0;
    snprintf(path, sizeof path, "%s/%s", UNPEG_FIXTURES, folder);
    int count = scandir(path, &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char name[512];
        size_t len;
        snprintf(name, sizeof name, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (!fixture_log_path(name, path, sizeof path))
            continue;
        char *text = fixture_read(path, &len);
        each(user, name, text, len);
        free(text);
        seen++;
    }
    free(count >= 0 ? entries : NULL);
    return seen;
}

void fixture_walk(fixture_fn each, void *user)
{
    assert_true(walk_folder("logs", each, user) > 0);
    assert_true(walk_folder("bad", each, user) > 0);
}
