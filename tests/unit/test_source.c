/* SPDX-License-Identifier: MIT
 *
 * Sources: files, pipes, memory, and the encodings. test_decompress.c has gzip and zstd.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "source_support.h"

#define LOG "v8-version,11,3,244,8\ntick,0x1,2\n"

static char folder[] = "/tmp/unpeg-source-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *write_file(const char *name, const char *mode, const void *bytes, size_t len)
{
    FILE *file = fopen(path_of(name), mode);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    return path_of(name);
}

static unpeg_source *open_file(const char *name, const void *bytes, size_t len)
{
    unpeg_source *source;
    unpeg_error error = {0};
    const char *path = write_file(name, "wb", bytes, len);
    assert_int_equal(unpeg_source_open(path, &source, &error), UNPEG_OK);
    return source;
}

/* A child that writes the log to fd byte by byte and disturbs this process with signals. */
static pid_t slow_writer(int fd, const char *text)
{
    pid_t reader = getpid();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    for (size_t i = 0; text[i] != '\0'; i++) {
        kill(reader, SIGUSR1);
        if (write(fd, text + i, 1) != 1)
            _exit(1);
        kill(reader, SIGUSR1);
    }
    _exit(0);
}

static void on_signal(int number)
{
    (void)number;
}

static void disturb_reads(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
}

static void check_child(pid_t pid)
{
    int result;
    while (waitpid(pid, &result, 0) < 0)
        assert_int_equal(errno, EINTR);
    assert_int_equal(result, 0);
}

static void memory_is_read_in_any_chunks(void **state)
{
    (void)state;
    for (size_t chunk = 1; chunk < 40; chunk++)
        check_memory(LOG, sizeof LOG - 1, chunk, LOG, NO_DAMAGE);
    check_memory(NULL, 0, 16, "", NO_DAMAGE);
    check_memory("v", 1, 16, "v", NO_DAMAGE);
}

static void a_plain_file_seeks(void **state)
{
    (void)state;
    unpeg_source *source = open_file("plain", LOG, sizeof LOG - 1);
    assert_true(unpeg_source_can_seek(source));
    assert_int_equal(unpeg_source_size(source), sizeof LOG - 1);
    assert_int_equal(unpeg_source_position(source), 0);
    check_text(source, 5, LOG);
    assert_int_equal(unpeg_source_position(source), sizeof LOG - 1);
    assert_int_equal(unpeg_source_seek(source, 22, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_position(source), 22);
    check_text(source, 64, "tick,0x1,2\n");
    assert_int_equal(unpeg_source_seek(source, 1000, NULL), UNPEG_OK);
    check_text(source, 64, "");
    assert_int_equal(unpeg_source_seek(source, UINT64_MAX, NULL), UNPEG_ARGUMENT);
    unpeg_source_close(source);
}

static void a_growing_file_is_read_on(void **state)
{
    (void)state;
    unpeg_source *source = open_file("growing", "abcde", 5);
    check_text(source, 3, "abcde");
    write_file("growing", "ab", "fg", 2);
    assert_int_equal(unpeg_source_size(source), 7);
    check_text(source, 3, "fg");
    unpeg_source_close(source);
}

static void a_utf8_mark_is_dropped(void **state)
{
    (void)state;
    unpeg_source *source = open_file("mark", "\xef\xbb\xbf" LOG, sizeof LOG + 2);
    assert_int_equal(unpeg_source_size(source), sizeof LOG - 1);
    check_text(source, 7, LOG);
    assert_int_equal(unpeg_source_position(source), sizeof LOG - 1);
    assert_int_equal(unpeg_source_seek(source, 3, NULL), UNPEG_OK);
    check_text(source, 64, &LOG[3]);
    unpeg_source_close(source);
    check_memory("\xef\xbb\xbf", 3, 1, "", NO_DAMAGE);
    check_memory("\xef\xbb", 2, 1, "\xef\xbb", NO_DAMAGE);
}

static void what_cannot_be_opened_says_why(void **state)
{
    (void)state;
    unpeg_source *source = NULL;
    unpeg_error error = {0};
    assert_int_equal(unpeg_source_open(path_of("absent"), &source, &error), UNPEG_NOT_FOUND);
    assert_int_equal(error.os_errno, ENOENT);
    assert_string_equal(error.text, "cannot open: No such file or directory");
    assert_int_equal(unpeg_source_open("/dev/null/x", &source, &error), UNPEG_NOT_FOUND);
    assert_int_equal(unpeg_source_open(folder, &source, &error), UNPEG_INPUT);
    assert_string_equal(error.text, "is a directory");
    assert_null(source);
    unpeg_source_close(NULL);
}

static void files_of_proc_are_read_to_their_end(void **state)
{
    (void)state;
    unpeg_source *source;
    char text[4096] = {0};
    size_t got;
    assert_int_equal(unpeg_source_open("/proc/self/status", &source, NULL), UNPEG_OK);
    assert_false(unpeg_source_can_seek(source));
    assert_int_equal(unpeg_source_seek(source, 0, NULL), UNPEG_UNSUPPORTED);
    assert_int_equal(unpeg_source_read(source, text, 6, &got, NULL), UNPEG_OK);
    assert_memory_equal(text, "Name:\t", got);
    while (got != 0)
        assert_int_equal(unpeg_source_read(source, text, sizeof text, &got, NULL), UNPEG_OK);
    assert_true(unpeg_source_position(source) > 100);
    assert_int_equal(unpeg_source_size(source), 0);
    unpeg_source_close(source);
}

static void an_unreadable_file_fails_again_and_again(void **state)
{
    (void)state;
    unpeg_source *source;
    unpeg_error error = {0};
    char text[8];
    size_t got;
    /* Page 0 of a process is never mapped. */
    assert_int_equal(unpeg_source_open("/proc/self/mem", &source, NULL), UNPEG_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(unpeg_source_read(source, text, sizeof text, &got, &error), UNPEG_OS);
        assert_int_equal(error.os_errno, EIO);
    }
    unpeg_source_close(source);
}

static void a_fifo_is_read_through_interruptions(void **state)
{
    (void)state;
    unpeg_source *source;
    char path[128];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    assert_int_equal(mkfifo(path, 0600), 0);
    disturb_reads();
    pid_t opener = fork();
    if (opener == 0) {
        int fd = open(path, O_WRONLY);
        check_child(slow_writer(fd, LOG));
        _exit(0);
    }
    assert_int_equal(unpeg_source_open(path, &source, NULL), UNPEG_OK);
    assert_false(unpeg_source_can_seek(source));
    check_text(source, 64, LOG);
    unpeg_source_close(source);
    check_child(opener);
}

/* Runs with fd as standard input. */
static void check_stdin(int fd, const char *want, bool can_seek, uint64_t size)
{
    unpeg_source *source;
    int saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    assert_int_equal(unpeg_source_open("-", &source, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_can_seek(source), can_seek);
    assert_int_equal(unpeg_source_size(source), size);
    check_text(source, 9, want);
    unpeg_source_close(source);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
}

static void standard_input_is_read_from_where_it_stands(void **state)
{
    (void)state;
    int fd = open(write_file("stdin", "wb", LOG, sizeof LOG - 1), O_RDONLY);
    assert_int_equal(lseek(fd, 22, SEEK_SET), 22);
    check_stdin(fd, "tick,0x1,2\n", true, 11);
}

static void standard_input_may_be_a_nonblocking_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    disturb_reads();
    pid_t writer = slow_writer(ends[1], LOG);
    close(ends[1]);
    check_stdin(ends[0], LOG, false, 0);
    check_child(writer);
}

typedef struct utf16_case {
    const char *bytes;
    size_t len;
    const char *want;
    uint64_t bad;
} utf16_case;

#define BYTES(text) text, sizeof(text) - 1

static const utf16_case utf16_cases[] = {
    {BYTES("v\0008\0-\0\n\0"), "v8-\n", 0},
    {BYTES("\0v\0008\0-\0\n"), "v8-\n", 0},
    {BYTES("\xff\xfev\0008\0"), "v8", 0},
    {BYTES("\xfe\xff\0v\0008"), "v8", 0},
    {BYTES("\xff\xfe"), "", 0},
    {BYTES("\xff\xfe\xe9\0\xac\x20"), "\xc3\xa9\xe2\x82\xac", 0},
    {BYTES("\xff\xfe\x3d\xd8\0\xde"), "\xf0\x9f\x98\x80", 0},
    {BYTES("\xfe\xff\xd8\x3d\xde\0"), "\xf0\x9f\x98\x80", 0},
    {BYTES("\xff\xfe\x3d\xd8x\0"), "\xef\xbf\xbdx", 1},
    {BYTES("\xff\xfe\x3d\xd8\x3d\xd8\0\xde"), "\xef\xbf\xbd\xf0\x9f\x98\x80", 1},
    {BYTES("\xff\xfe\0\xdex\0"), "\xef\xbf\xbdx", 1},
    {BYTES("\xff\xfex\0\x3d\xd8"), "x\xef\xbf\xbd", 1},
    {BYTES("\xff\xfex\0y"), "x", 1},
    {BYTES("\xff\xfex\0\x3d\xd8y"), "x\xef\xbf\xbd", 2},
    /* Not UTF-16: one character only, or NULs that form no pattern. */
    {BYTES("v\0"), "v", 0},
    {BYTES("v8\0\0"), "v8", 0},
};

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof utf16_cases / sizeof utf16_cases[0]; i++) {
        const utf16_case *c = &utf16_cases[i];
        for (size_t chunk = 1; chunk < 8; chunk++)
            check_memory(c->bytes, c->len, chunk, c->want, (source_damage){0, c->bad});
    }
}

static void utf16_damage_has_its_place(void **state)
{
    (void)state;
    unpeg_source *source;
    assert_int_equal(unpeg_source_open_memory("\xff\xfe\xe9\0\n\0x\0\0\xde\n\0", 12, &source, NULL),
                     UNPEG_OK);
    assert_false(unpeg_source_can_seek(source));
    check_text(source, 64, "\xc3\xa9\nx\xef\xbf\xbd\n");
    const unpeg_damage_entry *bad = &unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_BAD_ENCODING];
    assert_int_equal(bad->places[0].line, 2);
    assert_int_equal(bad->places[0].offset, 3);
    unpeg_source_close(source);
}

/* Longer than every buffer inside, in an odd number of bytes per read. */
static void long_utf16_streams(void **state)
{
    (void)state;
    enum { UNITS = 100000 };
    unsigned char *bytes = malloc(2 * UNITS);
    char *want = malloc(UNITS + 1);
    for (size_t i = 0; i < UNITS; i++) {
        want[i] = (char)('a' + i % 26);
        bytes[2 * i] = 0;
        bytes[2 * i + 1] = (unsigned char)want[i];
    }
    want[UNITS] = '\0';
    check_memory(bytes, 2 * UNITS, 4097, want, NO_DAMAGE);
    free(bytes);
    free(want);
}

typedef unpeg_status (*raw_maker)(unpeg_source *source, unpeg_error *error);

/* The same bytes come out of memory, of a file and of a pipe. */
static void check_kept(raw_maker make, const char *bytes, size_t len)
{
    unpeg_source *source;
    int ends[2];
    size_t got;
    for (int kind = 0; kind < 3; kind++) {
        if (kind == 0) {
            assert_int_equal(unpeg_source_open_memory(bytes, len, &source, NULL), UNPEG_OK);
        } else if (kind == 1) {
            source = open_file("plain", bytes, len);
        } else {
            char path[64];
            assert_int_equal(pipe(ends), 0);
            assert_int_equal(write(ends[1], bytes, len), len);
            close(ends[1]);
            snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
            assert_int_equal(unpeg_source_open(path, &source, NULL), UNPEG_OK);
            close(ends[0]);
        }
        assert_int_equal(make(source, NULL), UNPEG_OK);
        char *text = read_text(source, 3, &got);
        assert_int_equal(got, len);
        assert_memory_equal(text, bytes, len);
        assert_int_equal(unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_BAD_ENCODING].count, 0);
        free(text);
        unpeg_source_close(source);
    }
}

static void check_raw(const char *bytes, size_t len)
{
    check_kept(unpeg_source_make_raw, bytes, len);
}

static void a_raw_source_keeps_the_encoding(void **state)
{
    (void)state;
    check_raw(BYTES("\xef\xbb\xbfv8-version\n"));
    check_raw(BYTES("\xff\xfev\0008\0\n"));
    check_raw(BYTES("v\0008\0\n\0"));
    check_raw(BYTES("v8\n"));
}

static void a_verbatim_source_keeps_the_compression(void **state)
{
    (void)state;
    check_kept(unpeg_source_make_verbatim, BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03 not really\n"));
    check_kept(unpeg_source_make_verbatim, BYTES("\x28\xb5\x2f\xfd\x04\0 not really\n"));
    check_kept(unpeg_source_make_verbatim, BYTES("\xff\xfev\0008\0\n"));
}

static void check_peek(unpeg_source *source, const char *text)
{
    char head[UNPEG_PEEK_MAX];
    size_t len, expected = strlen(text) < sizeof head ? strlen(text) : sizeof head;
    unpeg_error error = {0};
    assert_int_equal(unpeg_source_peek(source, head, 3, &len, &error), UNPEG_OK);
    assert_int_equal(len, expected < 3 ? expected : 3);
    assert_int_equal(unpeg_source_peek(source, head, sizeof head, &len, &error), UNPEG_OK);
    assert_int_equal(len, expected);
    assert_memory_equal(head, text, len);
    check_text(source, 7, text);
    unpeg_source_close(source);
}

static void a_look_takes_nothing(void **state)
{
    (void)state;
    int ends[2];
    char path[64];
    unpeg_source *source;
    check_peek(open_file("plain", LOG, sizeof LOG - 1), LOG);
    check_peek(open_file("short", "v8", 2), "v8");
    check_peek(open_file("marked", BYTES("\xef\xbb\xbfv8-version,1,2,3\n")), "v8-version,1,2,3\n");
    check_peek(open_file("wide", BYTES("v\0008\0,\0x\0\n\0")), "v8,x\n");
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    disturb_reads();
    pid_t writer = slow_writer(ends[1], LOG);
    close(ends[1]);
    assert_int_equal(unpeg_source_open(path, &source, NULL), UNPEG_OK);
    check_peek(source, LOG);
    close(ends[0]);
    while (waitpid(writer, NULL, 0) < 0)
        assert_int_equal(errno, EINTR);
}

static bool count_question(void *user)
{
    int *questions = user;
    return ++*questions == 2;
}

/* The child interrupts until this process has ended its read of a pipe that stays empty. */
static void an_interruption_may_end_the_input(void **state)
{
    (void)state;
    int ends[2];
    int questions = 0;
    char path[64];
    unpeg_source *source;
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    disturb_reads();
    pid_t reader = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        while (kill(reader, SIGUSR1) == 0)
            usleep(1000);
        _exit(0);
    }
    assert_int_equal(unpeg_source_open(path, &source, NULL), UNPEG_OK);
    unpeg_source_on_interrupt(source, count_question, &questions);
    check_text(source, 16, "");
    assert_int_equal(questions, 2);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0)
        assert_int_equal(errno, EINTR);
    unpeg_source_close(source);
    close(ends[0]);
    close(ends[1]);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"plain", "growing", "mark", "fifo", "stdin"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_read_in_any_chunks),
        cmocka_unit_test(a_plain_file_seeks),
        cmocka_unit_test(a_growing_file_is_read_on),
        cmocka_unit_test(a_utf8_mark_is_dropped),
        cmocka_unit_test(what_cannot_be_opened_says_why),
        cmocka_unit_test(files_of_proc_are_read_to_their_end),
        cmocka_unit_test(an_unreadable_file_fails_again_and_again),
        cmocka_unit_test(a_fifo_is_read_through_interruptions),
        cmocka_unit_test(standard_input_is_read_from_where_it_stands),
        cmocka_unit_test(standard_input_may_be_a_nonblocking_pipe),
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(utf16_damage_has_its_place),
        cmocka_unit_test(long_utf16_streams),
        cmocka_unit_test(a_raw_source_keeps_the_encoding),
        cmocka_unit_test(a_verbatim_source_keeps_the_compression),
        cmocka_unit_test(a_look_takes_nothing),
        cmocka_unit_test(an_interruption_may_end_the_input),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
