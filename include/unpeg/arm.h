/* SPDX-License-Identifier: MIT
 *
 * Making a browser or Node.js write the log that says later where it hung.
 *
 *     unpeg_arm *arm;
 *     unpeg_arm_options options = {.struct_size = sizeof options, .dir = "/var/tmp/v8",
 *                                  .prefix = "prerender-", .enabled = true};
 *     unpeg_arm_create(&options, &arm, &error);
 *     for (size_t i = 0; i < arm->arg_count; i++) puts(arm->args[i]);
 *     unpeg_arm_destroy(arm);
 */
#ifndef UNPEG_ARM_H
#define UNPEG_ARM_H

#include "unpeg/sweep.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNPEG_DEFAULT_PREFIX "unpeg-"
enum { UNPEG_PREFIX_MAX = 120 }; /* bytes: V8 adds some forty, and a file name has 255 */

typedef enum unpeg_arm_target {
    UNPEG_ARM_CHROMIUM, /* arguments of the browser */
    UNPEG_ARM_NODE      /* arguments of node, in front of the script (execArgv) */
} unpeg_arm_target;

typedef struct unpeg_arm_options {
    size_t struct_size;
    unpeg_arm_target target;
    const char *dir;             /* for the logs; made, for this user only, if it is not there */
    const char *prefix;          /* NULL: UNPEG_DEFAULT_PREFIX */
    bool enabled;                /* false: no arguments, but earlier logs are swept all the same */
    uint32_t interval_us;        /* between samples; 0: V8's own, 1 ms */
    const char *const *existing; /* what it is launched with already */
    size_t existing_count;
} unpeg_arm_options;

typedef struct unpeg_arm {
    bool enabled;
    char **args; /* to put behind the existing ones: of --js-flags, Chromium takes the last */
    size_t arg_count;
    char *dir;           /* absolute; NULL if it is not there */
    char *pattern;       /* what --logfile is given; V8 puts isolate-ADDRESS-PID- before the name */
    int64_t armed_at_ms; /* since 1970: what the logs are compared with */
    const char *warning; /* why there may be no logs; NULL: nothing known. Static */
    unpeg_sweep *sweep;  /* what was done with logs of earlier runs; NULL: it could not be */
} unpeg_arm;

/* Stamps the time of the launch, then sweeps. Fails with ARGUMENT (a name that V8's flags cannot
 * hold), PERMISSION or OS (the folder), or NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_arm_create(const unpeg_arm_options *options,
                                                         unpeg_arm **ret, unpeg_error *error);
UNPEG_API void unpeg_arm_destroy(unpeg_arm *arm);

/* One document with a newline at its end ("schema":"unpeg.arm/1"). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_arm_json(const unpeg_arm *arm,
                                                       const unpeg_writer *out);

#ifdef __cplusplus
}
#endif
#endif
