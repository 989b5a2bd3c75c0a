/* SPDX-License-Identifier: MIT
 *
 * A raw recording of a live process (unpeg_live_options.raw) made into a profile once more, without
 * the process and on any machine: unwound and named anew.
 *
 *     unpeg_source_open("hang.unpeg-raw", &source, &error);
 *     unpeg_replay(source, NULL, &profile, &error);
 *     unpeg_source_close(source);
 *
 * A raw recording holds registers, stacks and parts of the memory of a process: what the process
 * worked on may be in it.
 */
#ifndef UNPEG_REPLAY_H
#define UNPEG_REPLAY_H

#include "unpeg/log.h"
#include "unpeg/profile.h"
#include "unpeg/source.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_replay_options {
    size_t struct_size;
    bool native_off;            /* native functions get no names */
    bool keep_outer;            /* as in unpeg_live_options */
    uint64_t budget_us;         /* wall time; when it ends first the profile is partial; 0: none */
    unpeg_progress_fn progress; /* bytes read, and in all; false ends the replay: partial too */
    void *progress_user;
} unpeg_replay_options;

/* Whether the source is a raw recording. Takes nothing of it: it can be read afterwards, as that or
 * as a log. Fails as unpeg_source_read. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_replay_can(unpeg_source *source, bool *ret,
                                                         unpeg_error *error);

/* Fails with INPUT (no raw recording, or one without a whole sample), UNSUPPORTED (of a newer
 * version), OS, LIMIT or NO_MEMORY. A recording that is cut or damaged gives what is before that,
 * with info.partial set. options may be NULL. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_replay(unpeg_source *source,
                                                     const unpeg_replay_options *options,
                                                     unpeg_profile **ret, unpeg_error *error);

#ifdef __cplusplus
}
#endif
#endif
