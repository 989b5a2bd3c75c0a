/* SPDX-License-Identifier: MIT */
#include "unpeg/arm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "js_flags.h"
#include "json_writer.h"
#include "log_dir.h"
#include "stamp.h"
#include "take_options.h"

enum { ARGS_MAX = 4 };

static const char no_sandbox_missing[] = "without --no-sandbox a renderer cannot write its log";

static unpeg_status no_memory(unpeg_error *error)
{
    return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for arguments");
}

/* V8 splits its flags at blanks and the browser at commas too; neither knows quotes. */
static bool is_writable_name(const char *text, unpeg_arm_target target)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7f || (target == UNPEG_ARM_CHROMIUM && (c == ' ' || c == ',')))
            return false;
    }
    return true;
}

__attribute__((format(printf, 2, 3))) static bool add_arg(unpeg_arm *arm, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vasprintf(&arm->args[arm->arg_count], format, args);
    va_end(args);
    arm->arg_count += len >= 0;
    return len >= 0;
}

static bool says(const unpeg_arm_options *o, const char *name, bool negated)
{
    for (size_t i = 0; i < o->existing_count; i++) {
        if (js_flags_is(unpeg_slice_of(o->existing[i]), name, negated))
            return true;
    }
    return false;
}

/* Chromium takes the last --js-flags of several, so the new one has what the last one has. */
static bool add_for_chromium(unpeg_arm *arm, const unpeg_arm_options *o, const js_flags_wish *wish)
{
    const char *existing = "";
    bool sandboxed = true;
    for (size_t i = 0; i < o->existing_count; i++) {
        const char *flags = js_flags_argument(o->existing[i], "js-flags");
        existing = flags ? flags : existing;
        sandboxed = sandboxed && strcmp(o->existing[i], "--no-sandbox") != 0;
    }
    char *merged = js_flags_merge(existing, wish);
    if (sandboxed)
        arm->warning = no_sandbox_missing;
    bool fine = merged && add_arg(arm, "--js-flags=%s", merged);
    free(merged);
    return fine;
}

static bool add_for_node(unpeg_arm *arm, const unpeg_arm_options *o, const js_flags_wish *wish)
{
    return add_arg(arm, "--prof") && add_arg(arm, "--logfile=%s", wish->log_path) &&
           (!says(o, "logfile-per-isolate", true) || add_arg(arm, "--logfile-per-isolate")) &&
           (wish->interval_us == 0 ||
            add_arg(arm, "--prof-sampling-interval=%" PRIu32, wish->interval_us));
}

static bool add_args(unpeg_arm *arm, const unpeg_arm_options *o)
{
    char *dir = js_flags_escape(arm->dir);
    char *prefix = js_flags_escape(o->prefix);
    bool fine =
        dir && prefix &&
        asprintf(&arm->pattern, "%s/%s%%p.log", strcmp(dir, "/") == 0 ? "" : dir, prefix) >= 0;
    free(dir);
    free(prefix);
    if (!fine) {
        arm->pattern = NULL;
        return false;
    }
    const js_flags_wish wish = {.log_path = arm->pattern, .interval_us = o->interval_us};
    arm->args = calloc(ARGS_MAX, sizeof *arm->args);
    if (!arm->args)
        return false;
    return o->target == UNPEG_ARM_NODE ? add_for_node(arm, o, &wish)
                                       : add_for_chromium(arm, o, &wish);
}

static unpeg_status find_dir(unpeg_arm *arm, const unpeg_arm_options *o, unpeg_error *error)
{
    if (o->enabled && mkdir(o->dir, 0700) != 0 && errno != EEXIST)
        return log_dir_refuse(o->dir, errno, error);
    arm->dir = realpath(o->dir, NULL);
    if (arm->dir)
        return UNPEG_OK;
    if (errno == ENOENT && !o->enabled)
        return UNPEG_OK;
    return errno == ENOMEM ? no_memory(error) : log_dir_refuse(o->dir, errno, error);
}

static unpeg_status stamp(unpeg_arm *arm, const unpeg_arm_options *o, unpeg_error *error)
{
    int64_t launch_ns;
    int fd = open(arm->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return log_dir_refuse(arm->dir, errno, error);
    unpeg_status status = stamp_write(fd, o->prefix, &launch_ns, error);
    close(fd);
    if (status == UNPEG_OK)
        arm->armed_at_ms = launch_ns / 1000000;
    return status;
}

/* That earlier logs stay is no reason not to launch. */
static void sweep(unpeg_arm *arm, const unpeg_arm_options *o)
{
    const unpeg_sweep_options options = {
        .struct_size = sizeof options, .dir = arm->dir, .prefix = o->prefix};
    if (unpeg_sweep_run(&options, &arm->sweep, NULL) != UNPEG_OK)
        arm->sweep = NULL;
}

static unpeg_status fill(unpeg_arm *arm, const unpeg_arm_options *o, unpeg_error *error)
{
    unpeg_status status = find_dir(arm, o, error);
    if (status != UNPEG_OK || !arm->dir)
        return status;
    if (o->enabled && !is_writable_name(arm->dir, o->target))
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "a log cannot be put into %s: V8's flags hold no blanks, commas or "
                               "control characters",
                               arm->dir);
    status = stamp(arm, o, error);
    if (status != UNPEG_OK)
        return status;
    sweep(arm, o);
    return o->enabled && !add_args(arm, o) ? no_memory(error) : UNPEG_OK;
}

static unpeg_status check(const unpeg_arm_options *o, unpeg_error *error)
{
    if (!o->dir || !*o->dir)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no folder named");
    if (!*o->prefix || strchr(o->prefix, '/') || strlen(o->prefix) > UNPEG_PREFIX_MAX ||
        !is_writable_name(o->prefix, o->target))
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "a prefix is 1 to %d characters, none of them a slash, blank, "
                               "comma or control character",
                               UNPEG_PREFIX_MAX);
    return UNPEG_OK;
}

unpeg_status unpeg_arm_create(const unpeg_arm_options *options, unpeg_arm **ret, unpeg_error *error)
{
    unpeg_arm_options own;
    take_options(&own, sizeof own, options);
    if (!own.prefix)
        own.prefix = UNPEG_DEFAULT_PREFIX;
    unpeg_status status = check(&own, error);
    if (status != UNPEG_OK)
        return status;
    unpeg_arm *arm = calloc(1, sizeof *arm);
    if (!arm)
        return no_memory(error);
    arm->enabled = own.enabled;
    status = fill(arm, &own, error);
    if (status == UNPEG_OK)
        *ret = arm;
    else
        unpeg_arm_destroy(arm);
    return status;
}

void unpeg_arm_destroy(unpeg_arm *arm)
{
    if (!arm)
        return;
    for (size_t i = 0; i < arm->arg_count; i++)
        free(arm->args[i]);
    free(arm->args);
    free(arm->dir);
    free(arm->pattern);
    unpeg_sweep_destroy(arm->sweep);
    free(arm);
}

static void put_optional(json_writer *w, const char *key, const char *text)
{
    if (text)
        json_text(w, key, text);
    else
        json_null(w, key);
}

unpeg_status unpeg_arm_json(const unpeg_arm *arm, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 1};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.arm/1");
    json_bool(&w, "enabled", arm->enabled);
    json_open(&w, "args", '[');
    for (size_t i = 0; i < arm->arg_count; i++)
        json_text(&w, NULL, arm->args[i]);
    json_close(&w, ']');
    put_optional(&w, "dir", arm->dir);
    put_optional(&w, "pattern", arm->pattern);
    json_i64(&w, "armed_at_ms", arm->armed_at_ms);
    put_optional(&w, "warning", arm->warning);
    json_u64(&w, "swept", arm->sweep ? arm->sweep->removed_count : 0);
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}
