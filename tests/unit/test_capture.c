/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture_world.h"
#include "line_grammar.h"
#include "unpeg/capture.h"

static const char log_name[] = "isolate-0x1-999999991-unpeg-999999991.log";
static const char rows[] =
    "v8-version,11,3,244,8,-node.1,0\n"
    "code-creation,LazyCompile,12,1000,0x7f0000001000,512,spin app.js:3:14,0x100,~\n"
    "tick,0x7f0000001010,2000,0,0x0,0,0x7f0000001010\n"
    "tick,0x7f0000001010,3000,0,0x0,0,0x7f0000001010\n";

/* One folder of logs, and what came of a capture in it. */
typedef struct capture_scene {
    capture_world world;
    unpeg_capture_options options;
    unpeg_capture capture;
    line_fields fields;
} capture_scene;

static capture_scene *scene_create(const char *text)
{
    capture_scene *s = calloc(1, sizeof *s);
    char path[256];
    assert_non_null(s);
    world_open(&s->world);
    s->options = (unpeg_capture_options){.struct_size = sizeof s->options,
                                         .dir = s->world.logs,
                                         .observe_us = 1,
                                         .budget_us = 60000000};
    if (!text)
        return s;
    snprintf(path, sizeof path, "%s/%s", s->world.logs, log_name);
    FILE *log = fopen(path, "w");
    assert_true(log && fputs(text, log) >= 0 && fclose(log) == 0);
    return s;
}

static void scene_destroy(capture_scene *s)
{
    world_close(&s->world);
    free(s);
}

static void run(capture_scene *s)
{
    assert_int_equal(unpeg_capture_run(&s->options, &s->capture, NULL), UNPEG_OK);
    line_fields_read(s->capture.line.text, s->capture.line.len, &s->fields);
}

static void assert_field(const capture_scene *s, const char *name, const char *want)
{
    const char *got = line_field(&s->fields, name);
    if (!got || strcmp(got, want) != 0)
        fail_msg("%s=%s, not %s: %s", name, got ? got : "(nothing)", want, s->capture.line.text);
}

typedef struct end_case {
    const char *rows; /* NULL: no log */
    unpeg_capture_upload upload;
    bool has_store;
    const char *path, *status, *word; /* word NULL: no upload= */
    bool has_key, stays;              /* of the log */
} end_case;

static const end_case ends[] = {
    {rows, UNPEG_CAPTURE_ON_FAILURE, true, "summarized", "ok", "not-needed", false, true},
    {rows, UNPEG_CAPTURE_NEVER, true, "summarized", "ok", "off", false, true},
    {rows, UNPEG_CAPTURE_ALWAYS, true, "summarized", "ok", "stored", true, false},
    {rows, UNPEG_CAPTURE_ALWAYS, false, "pending", "ok", "pending", true, true},
    {"v8-version,11,3\n", UNPEG_CAPTURE_ON_FAILURE, true, "stored", "no-ticks", "stored", true,
     false},
    {"nothing\n", UNPEG_CAPTURE_ON_FAILURE, true, "stored", "not-a-log", "stored", true, false},
    {"nothing\n", UNPEG_CAPTURE_ON_FAILURE, false, "kept", "not-a-log", "pending", true, true},
    {"nothing\n", UNPEG_CAPTURE_NEVER, true, "kept", "not-a-log", "off", false, true},
    {"", UNPEG_CAPTURE_ALWAYS, true, "stored", "not-a-log", "stored", true, false},
    {NULL, UNPEG_CAPTURE_ALWAYS, true, "no-log", "no-log", NULL, false, false},
};

static void each_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const end_case *c = &ends[i];
        capture_scene *s = scene_create(c->rows);
        char store[128];
        snprintf(store, sizeof store, "file://%s/store", s->world.root);
        s->options.upload = c->upload;
        s->options.store = c->has_store ? store : NULL;
        run(s);
        if (strcmp(unpeg_capture_path_text(s->capture.path), c->path) != 0)
            fail_msg("%zu: %s: %s", i, unpeg_capture_path_text(s->capture.path),
                     s->capture.line.text);
        assert_field(s, "status", c->status);
        if (c->word)
            assert_field(s, "upload", c->word);
        else
            assert_null(line_field(&s->fields, "upload"));
        if (c->has_key)
            assert_field(s, "key", s->capture.key);
        else
            assert_string_equal(s->capture.key, "");
        assert_int_equal(world_has(&s->world, log_name), c->stays);
        assert_int_equal(s->capture.is_stored, c->word && strcmp(c->word, "stored") == 0);
        scene_destroy(s);
    }
}

static bool at_once(void *user)
{
    ++*(int *)user;
    return true;
}

static void stopped(void **state)
{
    (void)state;
    int asked = 0;
    capture_scene *s = scene_create(rows);
    s->options.stop = at_once;
    s->options.stop_user = &asked;
    s->options.observe_us = 10000000;
    world_log(&s->world, "isolate-0x2-999999992-unpeg-999999992.log", 10, 0);
    run(s);
    assert_int_equal(s->capture.path, UNPEG_CAPTURE_STOPPED);
    assert_field(s, "status", "stopped");
    assert_true(asked > 0);
    scene_destroy(s);
}

/* Takes connections and says nothing. */
static int open_silent_server(char *url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(url, size, "http://127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

static void a_store_that_hangs(void **state)
{
    (void)state;
    enum { BUDGET_MS = 3000, SLACK_MS = 10000 };
    char url[64];
    int server = open_silent_server(url, sizeof url);
    const unpeg_store_options store_options = {
        .struct_size = sizeof store_options, .endpoint = url, .access_key = "a", .secret_key = "s"};
    capture_scene *s = scene_create(rows);
    s->options.budget_us = BUDGET_MS * 1000;
    s->options.upload = UNPEG_CAPTURE_ALWAYS;
    s->options.store = "s3://bucket";
    s->options.store_options = &store_options;
    run(s);
    assert_int_equal(s->capture.path, UNPEG_CAPTURE_PENDING);
    assert_field(s, "status", "ok");
    assert_field(s, "upload", "pending");
    assert_field(s, "store", "s3://bucket");
    assert_memory_equal(line_field(&s->fields, "failed"), "upload: ", 8);
    assert_true(strtol(line_field(&s->fields, "total_ms"), NULL, 10) < BUDGET_MS + SLACK_MS);
    assert_true(world_has(&s->world, log_name));
    close(server);
    scene_destroy(s);
}

static void what_is_no_capture(void **state)
{
    (void)state;
    unpeg_error error = {0};
    static unpeg_capture capture;
    char dir[3000];
    memset(dir, 'd', sizeof dir - 1);
    dir[sizeof dir - 1] = '\0';
    const unpeg_capture_options wrong[] = {
        {.struct_size = sizeof wrong[0]},
        {.struct_size = sizeof wrong[0], .dir = ""},
        {.struct_size = sizeof wrong[0], .dir = dir},
        {.struct_size = sizeof wrong[0], .pid = 999999991, .no_live = true},
        {.struct_size = sizeof wrong[0], .dir = "/tmp", .pid = -1},
        {.struct_size = sizeof wrong[0], .dir = "/tmp", .browser_pid = -1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error.text[0] = '\0';
        assert_int_equal(unpeg_capture_run(&wrong[i], &capture, &error), UNPEG_ARGUMENT);
        assert_true(error.text[0] != '\0');
    }
    assert_string_equal(unpeg_capture_path_text((unpeg_capture_path)99), "");
}

/* There is nothing to pick, and so nothing that failed but the look at the process. */
static void nothing_armed(void **state)
{
    (void)state;
    capture_scene *s = scene_create(NULL);
    s->options.dir = NULL;
    s->options.pid = 999999991;
    run(s);
    assert_int_equal(s->capture.path, UNPEG_CAPTURE_NO_LOG);
    assert_field(s, "status", "no-log");
    assert_field(s, "reason", "nothing-armed");
    assert_null(line_field(&s->fields, "dir"));
    assert_null(line_field(&s->fields, "prefix"));
    assert_null(line_field(&s->fields, "seen"));
    assert_memory_equal(line_field(&s->fields, "failed"), "live: there is no process ", 26);
    scene_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end),           cmocka_unit_test(stopped),
        cmocka_unit_test(a_store_that_hangs), cmocka_unit_test(nothing_armed),
        cmocka_unit_test(what_is_no_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
