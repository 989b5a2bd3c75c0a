/* SPDX-License-Identifier: MIT
 *
 * The exit codes of every verb.
 *
 *     return EXIT_INPUT;
 */
#ifndef UNPEG_CLI_EXIT_CODE_H
#define UNPEG_CLI_EXIT_CODE_H

enum {
    EXIT_DONE = 0, /* also with partial results, unless --strict */
    EXIT_ANSWER_NO = 1,
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,   /* no input that can be used */
    EXIT_PARTIAL = 4, /* only with --strict */
    EXIT_SYSTEM = 5,  /* permissions, memory, or an output that cannot be written */
    EXIT_LIVE = 6,    /* capture: a summary of the process, not of its log */
    EXIT_STORED = 7,  /* capture: no summary, but the log is stored */
    EXIT_PENDING = 8, /* capture: a summary, but the log is not stored yet */
    EXIT_KEPT = 9,    /* capture: neither; the log is on the disk */
    EXIT_SIGNAL = 128 /* plus the signal's number, what there was is written */
};

#endif
