/* SPDX-License-Identifier: MIT
 *
 * Raw samples of processes that are long gone, on any machine: the profile that is made of them is,
 * byte by byte, the one that was saved while they were recorded. With UNPEG_UPDATE_GOLDEN=1 the
 * saved ones are rewritten, for an unwinder or a namer that knows more than it did.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "text_sink.h"
#include "unpeg/render.h"
#include "unpeg/replay.h"

static const char folder[] = UNPEG_FIXTURES "/raw";

static unpeg_profile *replay(const char *path)
{
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error = {.status = UNPEG_OK};
    bool is_raw = false;
    assert_int_equal(unpeg_source_open(path, &source, &error), UNPEG_OK);
    assert_int_equal(unpeg_replay_can(source, &is_raw, &error), UNPEG_OK);
    assert_true(is_raw);
    if (unpeg_replay(source, NULL, &profile, &error) != UNPEG_OK)
        fail_msg("%s: %s", path, error.text);
    unpeg_source_close(source);
    return profile;
}

static void rewrite(const char *path, const text_sink *sink)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(sink->text, 1, sink->len, file), sink->len);
    assert_int_equal(fclose(file), 0);
}

static size_t line_length(const char *text, size_t start, size_t len)
{
    size_t end = start;
    while (end < len && text[end] != '\n')
        end++;
    return end - start;
}

/* Tells of the first line in which they differ. */
static void compare(const char *path, const text_sink *found, const char *expected, size_t len)
{
    size_t start = 0, i = 0;
    for (; i < len && i < found->len && found->text[i] == expected[i]; i++)
        if (expected[i] == '\n')
            start = i + 1;
    if (i < len || i < found->len)
        fail_msg("%s\n  is     %.*s\n  wanted %.*s", path,
                 (int)line_length(found->text, start, found->len), found->text + start,
                 (int)line_length(expected, start, len), expected + start);
}

static void check_replay(const char *name)
{
    char path[1024];
    size_t len;
    text_sink sink = {.text = NULL};
    const unpeg_writer out = text_sink_writer(&sink);
    const char *update = getenv("UNPEG_UPDATE_GOLDEN");
    snprintf(path, sizeof path, "%s/%s/samples.raw", folder, name);
    unpeg_profile *profile = replay(path);
    assert_int_equal(unpeg_profile_save(profile, &out, NULL), UNPEG_OK);
    unpeg_profile_destroy(profile);
    snprintf(path, sizeof path, "%s/%s/live.unpeg", folder, name);
    if (update && *update == '1')
        rewrite(path, &sink);
    char *expected = fixture_read(path, &len);
    compare(path, &sink, expected, len);
    free(expected);
    text_sink_free(&sink);
}

static void test_replays(void **state)
{
    (void)state;
    unsigned count = 0;
    DIR *all = opendir(folder);
    assert_non_null(all);
    for (struct dirent *entry = readdir(all); entry; entry = readdir(all)) {
        if (entry->d_name[0] == '.')
            continue;
        check_replay(entry->d_name);
        count++;
    }
    closedir(all);
    assert_true(count >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
