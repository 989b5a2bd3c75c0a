/* SPDX-License-Identifier: MIT
 *
 * Help texts, made from the tables of the verbs: examples first, then the options.
 *
 *     help_print(&report_verb, stdout);
 *     help_print_overview(stdout);
 */
#ifndef UNPEG_CLI_HELP_H
#define UNPEG_CLI_HELP_H

#include <stdio.h>

#include "verb.h"

void help_print(const verb *self, FILE *out);
void help_print_overview(FILE *out);

/* Calls for every option of a verb, its children's included; --help is none of them. */
typedef void (*help_option_fn)(void *user, const struct argp_option *option);
void help_each_option(const verb *self, help_option_fn each, void *user);

#endif
