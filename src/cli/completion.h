/* SPDX-License-Identifier: MIT
 *
 * Completion scripts for shells, made from the tables of the verbs.
 *
 *     if (!completion_print("bash", stdout)) ... no such shell
 */
#ifndef UNPEG_CLI_COMPLETION_H
#define UNPEG_CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

/* bash, zsh or fish; false for any other. */
bool completion_print(const char *shell, FILE *out);

#endif
