/* SPDX-License-Identifier: MIT
 *
 * Which logs may go.
 *
 *     unpeg_sweep_reason reason = sweep_decide(file, writer, launch_ns);
 *     bool goes = unpeg_sweep_is_removal(reason);
 */
#ifndef UNPEG_CAPTURE_SWEEP_RULES_H
#define UNPEG_CAPTURE_SWEEP_RULES_H

#include "log_writers.h"
#include "unpeg/sweep.h"

/* launch_ns may be STAMP_NONE. */
unpeg_sweep_reason sweep_decide(const log_file *file, log_writer writer, int64_t launch_ns);

/* unpeg_sweep_run with another place for /proc. */
unpeg_status sweep_run_at(const char *proc_root, const unpeg_sweep_options *options,
                          unpeg_sweep **ret, unpeg_error *error);

#endif
