/* SPDX-License-Identifier: MIT
 *
 * A running process as a process_view: its memory, mappings and files, and which thread is meant.
 *
 *     live_process *process;
 *     live_process_open(pid, native_off, &process, &error);
 *     live_process_hot_thread(pid, &tid);
 *     live_process_fresh(process);                     before each sample
 *     process_view_stack(live_process_target(process), &snapshot, &stack);
 *     live_process_close(process);
 */
#ifndef UNPEG_LIVE_PROCESS_H
#define UNPEG_LIVE_PROCESS_H

#include "process_view.h"
#include "raw_file.h"

typedef struct live_process live_process;

/* NOT_FOUND, PERMISSION (error names cause and remedy), OS, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status live_process_open(int32_t pid, bool native_off, live_process **ret,
                                                unpeg_error *error);
/* The same; what is read of it is written down as well. raw outlives the process; NULL: none. */
UNPEG_MUST_CHECK unpeg_status live_process_open_noted(int32_t pid, bool native_off, raw_writer *raw,
                                                      live_process **ret, unpeg_error *error);
void live_process_close(live_process *process); /* NULL is allowed */

process_view *live_process_target(live_process *process);

/* Memory is read anew from here on. */
void live_process_fresh(live_process *process);

/* The text of the mappings as they were last read. */
unpeg_slice live_process_maps(const live_process *process);

/* The main thread if it runs, else the one that runs most within some ten milliseconds; the main
 * one if none does. NOT_FOUND: no such process. */
UNPEG_MUST_CHECK unpeg_status live_process_hot_thread(int32_t pid, int32_t *ret);

#endif
