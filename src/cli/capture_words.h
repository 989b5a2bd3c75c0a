/* SPDX-License-Identifier: MIT
 *
 * The key of a capture as an option writes it: "realm=https://r/x,card=c,job=7", or a whole key.
 *
 *     capture_words words;
 *     if (capture_words_parse("realm=a,b,card=c", &words)) ...     realm is "a,b"
 *     capture_words_deinit(&words);
 *
 * A comma ends a value only where a known name and "=" follow, so that a realm may be any text.
 */
#ifndef UNPEG_CLI_CAPTURE_WORDS_H
#define UNPEG_CLI_CAPTURE_WORDS_H

#include <stdbool.h>

typedef struct capture_words {
    char *copy;      /* of the option, cut into the values below */
    const char *env; /* each NULL: not said */
    const char *realm, *job, *card, *step;
} capture_words;

/* False, with copy NULL, when the text does not begin with a known name and "=", and for want of
 * memory. */
bool capture_words_parse(const char *text, capture_words *ret);

void capture_words_deinit(capture_words *words);

#endif
