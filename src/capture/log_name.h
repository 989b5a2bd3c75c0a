/* SPDX-License-Identifier: MIT
 *
 * The name of a V8 log: isolate-0xADDRESS-PID-PREFIX...log, or PREFIXPID.log.
 *
 *     log_name parsed;
 *     if (log_name_parse("isolate-0x1f00-77-prerender-77.log", "prerender-", &parsed))
 *         printf("written by %lld\n", (long long)parsed.pid);
 *
 * V8 puts the isolate and the pid in front of the base name of --logfile (src/logging/log.cc,
 * --logfile-per-isolate); without that, the pid is only where --logfile said %p.
 */
#ifndef UNPEG_CAPTURE_LOG_NAME_H
#define UNPEG_CAPTURE_LOG_NAME_H

#include "unpeg/base.h"

typedef struct log_name {
    bool has_isolate;
    uint64_t isolate; /* address, 0 without one */
    int pid;          /* as the writer saw itself; 0: not in the name */
} log_name;

/* False if no log of this prefix is called that. An empty prefix stands for any name with an
 * isolate in it. */
bool log_name_parse(const char *name, const char *prefix, log_name *ret);

#endif
