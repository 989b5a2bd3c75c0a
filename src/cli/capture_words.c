/* SPDX-License-Identifier: MIT */
#include "capture_words.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The place of the value that a name with its "=" is for; NULL if at begins with none. */
static const char **place_of(capture_words *words, const char *at, size_t *ret_len)
{
    const struct {
        const char *name;
        const char **place;
    } names[] = {{"env=", &words->env},
                 {"realm=", &words->realm},
                 {"job=", &words->job},
                 {"card=", &words->card},
                 {"step=", &words->step}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *ret_len = strlen(names[i].name);
        if (strncmp(at, names[i].name, *ret_len) == 0)
            return names[i].place;
    }
    return NULL;
}

bool capture_words_parse(const char *text, capture_words *ret)
{
    size_t len;
    *ret = (capture_words){.copy = strdup(text)};
    const char **place = ret->copy != NULL ? place_of(ret, ret->copy, &len) : NULL;
    if (place == NULL) {
        capture_words_deinit(ret);
        return false;
    }
    char *at = ret->copy;
    while (at != NULL) {
        *place = at + len;
        const char **next = NULL;
        for (at = strchr(at, ','); at != NULL; at = strchr(at + 1, ',')) {
            next = place_of(ret, at + 1, &len);
            if (next != NULL)
                break;
        }
        place = next;
        if (at != NULL)
            *at++ = '\0';
    }
    return true;
}

void capture_words_deinit(capture_words *words)
{
    free(words->copy);
    *words = (capture_words){.copy = NULL};
}
