/* SPDX-License-Identifier: MIT
 *
 * What a call returns, and where it went wrong.
 *
 *     unpeg_error error = {0};
 *     if (unpeg_log_load(&options, source, &profile, &error) != UNPEG_OK)
 *         fprintf(stderr, "%s: %s\n", unpeg_status_text(error.status), error.text);
 *
 * Fallible functions return an unpeg_status. Details go to an unpeg_error that the caller owns
 * (a NULL error is allowed everywhere). Malformed input is not an error: it is counted, see
 * unpeg/damage.h. Statuses are only ever appended to the list.
 */
#ifndef UNPEG_STATUS_H
#define UNPEG_STATUS_H

#include "unpeg/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNPEG_STATUS_LIST(X)                                                                       \
    X(OK, "success")                                                                               \
    X(NO_MEMORY, "out of memory")                                                                  \
    X(SYNTAX, "malformed input")                                                                   \
    X(LIMIT, "a stated limit was reached")                                                         \
    X(STATE, "call not allowed in this state")                                                     \
    X(STOPPED, "stopped by the caller")                                                            \
    X(NOT_FOUND, "not found")                                                                      \
    X(PERMISSION, "permission denied")                                                             \
    X(OS, "the operating system refused")                                                          \
    X(INPUT, "input unusable")                                                                     \
    X(DEADLINE, "the time budget ended first")                                                     \
    X(UNSUPPORTED, "not supported")                                                                \
    X(MISMATCH, "not the file that was meant")                                                     \
    X(ARGUMENT, "invalid argument")                                                                \
    X(REMOTE, "the remote side failed, refused or did not answer")

typedef enum unpeg_status {
#define UNPEG_STATUS_ENUM(name, text) UNPEG_##name,
    UNPEG_STATUS_LIST(UNPEG_STATUS_ENUM)
#undef UNPEG_STATUS_ENUM
        UNPEG_STATUS_COUNT
} unpeg_status;

/* Details of a failure: fixed size, owned by the caller. line and offset are 0 when they do not
 * apply; line counts from 1, offset is in bytes of the decoded input. */
typedef struct unpeg_error {
    unpeg_status status;
    int os_errno;
    uint64_t line;
    uint64_t offset;
    char text[256];
} unpeg_error;

/* The English text of a status; static. */
UNPEG_API const char *unpeg_status_text(unpeg_status status);

/* Fills error (which may be NULL) with a status and a printf-formatted text, and returns the
 * status, so that a function can end with `return unpeg_error_set(...)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
UNPEG_API unpeg_status
unpeg_error_set(unpeg_error *error, unpeg_status status, const char *format, ...);

#ifdef __cplusplus
}
#endif
#endif
