/* SPDX-License-Identifier: MIT
 *
 * Reads a profile that unpeg_profile_save wrote. unpeg_log_load knows one by its first bytes.
 *
 *     saved_profile *saved;
 *     saved_profile_create(profile, tail_us, &saved);
 *     saved_profile_feed(saved, bytes, len);           any number of times
 *     saved_profile_finish(saved);
 *     saved_profile_destroy(saved);
 *
 * Text, one row a line, fields separated by commas; in texts a comma, a backslash and control
 * characters are \xHH. Ids are the order of the rows: frame 0 and node 0 are the root.
 *
 *     unpeg-profile,1
 *     v8,MAJOR,MINOR,BUILD,PATCH,EMBEDDER
 *     info,KEY,VALUE                          members of unpeg_profile_info; others are left out
 *     recording,KEY,VALUE                     members of unpeg_recording
 *     last,TIME                               of the last tick
 *     damage,KIND,COUNT[,LINE,OFFSET]...
 *     library,PATH,SYMBOLS_FROM,PROBLEM,DETAIL
 *     frame,KIND,TIER,REASON,FLAGS,NAME,FILE,TAG,LINE,COLUMN,ADDRESS
 *     node,PARENT,FRAME
 *     code,FRAME,MACHINE,START,SIZE,MODULE    hot code, and of it, in rows behind it:
 *     bytes,HEX                               a part of its bytes
 *     hit,OFFSET,SAMPLES
 *     place,OFFSET,LINE,FUNCTION
 *     tick,TIME,NODE,VM_STATE,FLAGS
 *     end,TICKS
 *
 * A row that cannot be read is counted as damage. In place of a frame or a node it stands for one
 * that is not known, so that the ids behind it stay right. Without an end row the profile is
 * partial.
 */
#ifndef UNPEG_LOG_SAVED_PROFILE_H
#define UNPEG_LOG_SAVED_PROFILE_H

#include "unpeg/profile.h"

#define SAVED_PROFILE_MAGIC "unpeg-profile,"

typedef struct saved_profile saved_profile;

/* profile must be empty and outlive the reader. tail_us: only the ticks of the last so many µs; 0:
 * all. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status saved_profile_create(unpeg_profile *profile, uint64_t tail_us,
                                                   saved_profile **ret);

/* NO_MEMORY, LIMIT (more frames or nodes than a profile holds), UNSUPPORTED (a newer format). */
UNPEG_MUST_CHECK unpeg_status saved_profile_feed(saved_profile *saved, const char *bytes,
                                                 size_t len);

/* The end of the input. */
UNPEG_MUST_CHECK unpeg_status saved_profile_finish(saved_profile *saved);

uint64_t saved_profile_lines(const saved_profile *saved);

/* NULL is allowed. */
void saved_profile_destroy(saved_profile *saved);

#endif
