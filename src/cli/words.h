/* SPDX-License-Identifier: MIT
 *
 * Looks at the words of a verb before argp does, which takes abbreviated options and prints what it
 * was given as it is.
 *
 *     switch (words_check(&report_verb, argc, argv)) {
 *     case WORDS_HELP: ...
 *     case WORDS_WRONG: return EXIT_USAGE;       (a message was printed)
 *     case WORDS_FINE: break;
 *     }
 */
#ifndef UNPEG_CLI_WORDS_H
#define UNPEG_CLI_WORDS_H

#include "verb.h"

typedef enum words_result { WORDS_FINE, WORDS_HELP, WORDS_WRONG } words_result;

/* argv[0] is not looked at. Every option has a name of the verb's tables, and a value if and only
 * if it takes one; -h and --help are options of every verb. */
words_result words_check(const verb *self, int argc, char *const *argv);

#endif
