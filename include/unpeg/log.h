/* SPDX-License-Identifier: MIT
 *
 * Reads a whole V8 log into a profile: source, parser, code map, native symbols. A profile that
 * unpeg_profile_save wrote is taken as well.
 *
 *     unpeg_log_options options = {.struct_size = sizeof options};
 *     unpeg_source_open(path, &source, &error);
 *     unpeg_log_load(&options, source, &profile, &error);
 *     unpeg_source_close(source);
 */
#ifndef UNPEG_LOG_H
#define UNPEG_LOG_H

#include "unpeg/profile.h"
#include "unpeg/source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Called now and then with how far the reading is; returning false stops it (UNPEG_STOPPED). */
typedef bool (*unpeg_progress_fn)(void *user, uint64_t bytes, uint64_t bytes_total);

typedef struct unpeg_log_options {
    size_t struct_size;
    uint64_t budget_us;    /* wall time; 0 means none. When it ends first the profile is partial:
                              head of the log for the code, tail for the ticks */
    uint64_t tail_us;      /* read only the ticks of the last so many µs of the log; 0 means all */
    const char *sysroot;   /* prefix for library paths; NULL means none */
    const char *debug_dir; /* root of debug files; NULL means /usr/lib/debug */
    bool no_native_symbols; /* name libraries, not functions in them */
    unpeg_progress_fn progress;
    void *progress_user;
} unpeg_log_options;

/* ret owns nothing of source. Fails with INPUT when the bytes are no V8 log (error says what they
 * look like), with UNSUPPORTED (a profile saved by a newer version), with STOPPED, OS or NO_MEMORY;
 * *ret is changed only on success. A log that ended early for any reason is a success with
 * info.partial set. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_log_load(const unpeg_log_options *options,
                                                       unpeg_source *source, unpeg_profile **ret,
                                                       unpeg_error *error);

#ifdef __cplusplus
}
#endif
#endif
