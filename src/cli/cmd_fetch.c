/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "exit_code.h"
#include "message.h"
#include "newest.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "terminal.h"
#include "unpeg/log.h"
#include "unpeg/render.h"

enum { KEY_REALM = 0x200, KEY_KEY, KEY_ENV, KEY_AS_STORED, KEY_REPORT, KEY_LINE };

enum { COPY_BYTES = 128 << 10 };

static const struct argp_option options[] = {
    {"realm", KEY_REALM, "TEXT", 0, "The newest capture whose realm contains TEXT, no pattern", 0},
    {"key", KEY_KEY, "KEY", 0, "The capture of this key, as list shows it", 0},
    {"env", KEY_ENV, "NAME", 0, "With --realm: of this environment ($PRERENDER_ARTIFACTS_ENV)", 0},
    {"output", 'o', "FILE", 0, "Write to FILE, whole or not at all", 0},
    {"as-stored", KEY_AS_STORED, NULL, 0, "Leave it compressed if it is", 0},
    {"report", KEY_REPORT, NULL, 0, "Not the log but what unpeg report says of it", 0},
    {"line", KEY_LINE, NULL, 0, "Not the log but what unpeg line says of it", 0},
    {0}};

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse(int key, char *value, struct argp_state *state)
{
    store_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        store_request_init_children(state);
        return 0;
    case KEY_REALM:
        r->realm = value;
        return 0;
    case KEY_KEY:
        r->key = value;
        return 0;
    case KEY_ENV:
        r->env = value;
        return 0;
    case 'o':
        r->output = value;
        return 0;
    case KEY_AS_STORED:
        r->as_stored = true;
        return 0;
    case KEY_REPORT:
        r->report = true;
        return 0;
    case KEY_LINE:
        r->line = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options, .parser = parse, .children = store_request_children};

/* One object on its way out. */
typedef struct fetching {
    const store_request *wanted;
    unpeg_store *store;
    const char *key;
    output out;
    progress bar;
    uint64_t bytes; /* as stored */
    uint64_t bytes_total;
} fetching;

static unpeg_status write_counted(void *user, const void *bytes, size_t len)
{
    fetching *f = user;
    f->bytes += len;
    progress_show(&f->bar, f->bytes, f->bytes_total);
    return f->out.writer.write(f->out.writer.user, bytes, len);
}

static unpeg_status copy_source(fetching *f, unpeg_source *source, unpeg_error *error)
{
    char buffer[COPY_BYTES];
    size_t len = 1;
    unpeg_status status = unpeg_source_make_raw(source, error);
    while (status == UNPEG_OK && len != 0) {
        status = unpeg_source_read(source, buffer, sizeof buffer, &len, error);
        if (status == UNPEG_OK && len != 0)
            status = f->out.writer.write(f->out.writer.user, buffer, len);
        progress_show(&f->bar, unpeg_source_position(source), f->bytes_total);
    }
    /* All of it came, as it was stored; what is missing was missing there. */
    if (status == UNPEG_OK &&
        unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count != 0)
        message_plain("%s: stored incomplete: the compressed text ends early", f->key);
    return status;
}

static bool on_progress(void *user, uint64_t bytes, uint64_t bytes_total)
{
    fetching *f = user;
    (void)bytes_total;
    progress_show(&f->bar, bytes, f->bytes_total);
    return !stop_requested();
}

static unpeg_status load(fetching *f, unpeg_source *source, unpeg_profile **ret, unpeg_error *error)
{
    const unpeg_log_options log_options = {
        .struct_size = sizeof log_options, .progress = on_progress, .progress_user = f};
    return unpeg_log_load(&log_options, source, ret, error);
}

static unpeg_status show_report(fetching *f, const unpeg_profile *profile, unpeg_error *error)
{
    int fd = fileno(f->out.file);
    const unpeg_report_options report = {
        .struct_size = sizeof report,
        .log = f->key,
        .width = terminal_width(fd),
        .color = terminal_wants_color(TERMINAL_COLOR_AUTO, fd),
        .ascii = isatty(fd) && !terminal_is_utf8(),
    };
    return unpeg_report_text(profile, &report, &f->out.writer, error);
}

static unpeg_status show_line(fetching *f, const unpeg_profile *profile)
{
    unpeg_line line;
    const unpeg_line_options line_options = {.struct_size = sizeof line_options,
                                             .log = f->key,
                                             .profile = profile,
                                             .elapsed_us =
                                                 progress_clock_us() - f->wanted->begin_us};
    unpeg_line_make(&line_options, &line);
    line.text[line.len] = '\n';
    return f->out.writer.write(f->out.writer.user, line.text, line.len + 1);
}

static unpeg_status show_profile(fetching *f, unpeg_source *source, unpeg_error *error)
{
    unpeg_profile *profile;
    unpeg_status status = load(f, source, &profile, error);
    if (status != UNPEG_OK)
        return status;
    progress_end(&f->bar);
    status = f->wanted->line ? show_line(f, profile) : show_report(f, profile, error);
    unpeg_profile_destroy(profile);
    return status;
}

static unpeg_status transfer(fetching *f, unpeg_error *error)
{
    unpeg_source *source;
    const unpeg_writer counted = {write_counted, f};
    if (f->wanted->as_stored)
        return unpeg_store_get(f->store, f->key, &counted, error);
    unpeg_status status = unpeg_store_open_source(f->store, f->key, &source, error);
    if (status != UNPEG_OK)
        return status;
    status = f->wanted->report || f->wanted->line ? show_profile(f, source, error)
                                                  : copy_source(f, source, error);
    unpeg_source_close(source);
    return status;
}

static int fetch_key(fetching *f)
{
    unpeg_error error = {.status = UNPEG_OK};
    if (!output_open(&f->out, f->wanted->output))
        return EXIT_SYSTEM;
    progress_begin(&f->bar, f->key, f->wanted->quiet);
    unpeg_status status = transfer(f, &error);
    progress_end(&f->bar);
    if (status == UNPEG_OK || output_failed(&f->out))
        return output_commit(&f->out) ? EXIT_DONE : EXIT_SYSTEM;
    fflush(f->out.file);
    output_discard(&f->out);
    message_about(f->key, &error, NULL);
    return store_exit_code(status);
}

static void note_credentials(const store_request *wanted, unpeg_store *store)
{
    const char *source = unpeg_store_credentials(store);
    if (wanted->verbose && source[0] != '\0')
        message_plain("credentials: %s", source);
}

static int fetch_newest(fetching *f)
{
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_listing listing;
    unpeg_status status = newest_list(f->wanted, f->store, &listing, &error);
    if (status != UNPEG_OK) {
        message_about(unpeg_store_url(f->store), &error, NULL);
        return store_exit_code(status);
    }
    int code = EXIT_ANSWER_NO;
    if (listing.count == 0) {
        message_plain("%s: no capture of realm %s; unpeg list shows what is there",
                      unpeg_store_url(f->store), f->wanted->realm);
    } else {
        f->key = listing.objects[0].key;
        f->bytes_total = listing.objects[0].bytes;
        if (!f->wanted->quiet)
            message_plain("%s (the newest of %zu)", f->key, listing.count);
        code = fetch_key(f);
    }
    unpeg_listing_deinit(&listing);
    return code;
}

static int check_words(const store_request *wanted)
{
    if (wanted->operand_count != 0) {
        message_plain("fetch: %s is one word too many; name the capture with --realm or --key",
                      wanted->operands[0]);
        return EXIT_USAGE;
    }
    if ((wanted->realm == NULL) == (wanted->key == NULL)) {
        message_plain("fetch: one of --realm and --key is wanted; unpeg list shows what there is");
        return EXIT_USAGE;
    }
    if (wanted->as_stored + wanted->report + wanted->line > 1) {
        message_plain("fetch: --as-stored, --report and --line exclude each other; give one");
        return EXIT_USAGE;
    }
    return -1;
}

static int run(const verb *self, int argc, char **argv)
{
    store_request wanted;
    fetching f = {.wanted = &wanted};
    int code = store_request_parse(self, argc, argv, &wanted);
    if (code < 0)
        code = check_words(&wanted);
    if (code < 0)
        code = store_request_open(&wanted, &f.store);
    if (code >= 0)
        return code;
    f.key = wanted.key;
    code = wanted.key != NULL ? fetch_key(&f) : fetch_newest(&f);
    note_credentials(&wanted, f.store);
    unpeg_store_close(f.store);
    return stop_exit_code(code);
}

const verb fetch_verb = {
    .name = "fetch",
    .purpose = "a log out of a store, or what it says",
    .usage = "[OPTIONS] --realm TEXT | --key KEY",
    .examples = "  unpeg fetch --store s3://artifacts --realm user/x | unpeg report -\n"
                "      the newest capture of a realm, read while it comes\n"
                "  unpeg fetch --store s3://artifacts --realm user/x --line\n"
                "      in one line\n"
                "  unpeg fetch --store s3://artifacts --key KEY -o v8.log\n"
                "      into a file, whole or not at all\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
