/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <stdbool.h>
#include <string.h>

#include "help.h"
#include "message.h"
#include "suggest.h"

typedef struct option_search {
    const char *name; /* of name_len bytes; NULL: by key */
    size_t name_len;
    int key;
    const struct argp_option *found;
} option_search;

static void compare(void *user, const struct argp_option *option)
{
    option_search *s = user;
    bool same = s->name == NULL ? option->key == s->key
                                : strlen(option->name) == s->name_len &&
                                      strncmp(option->name, s->name, s->name_len) == 0;
    if (same)
        s->found = option;
}

/* Every verb has it, so no table does. */
static const struct argp_option help_option = {"help", 'h', NULL, 0, NULL, 0};

static void find_option(const verb *self, option_search *search)
{
    compare(search, &help_option);
    help_each_option(self, compare, search);
}

static void offer_name(void *user, const struct argp_option *option)
{
    suggest_offer(user, option->name);
}

/* The word without what follows its "=". */
static int name_length(const char *word)
{
    return (int)strcspn(word, "=");
}

static words_result refuse_unknown(const verb *self, const char *word)
{
    char typed[64] = "";
    suggest_search search = {.typed = typed};
    size_t len = (size_t)name_length(word);
    if (len < sizeof typed)
        memcpy(typed, word, len);
    offer_name(&search, &help_option);
    help_each_option(self, offer_name, &search);
    if (search.best != NULL)
        message_plain("%s: no option --%.*s; did you mean --%s?", self->name, (int)len, word,
                      search.best);
    else
        message_plain("%s: no option --%.*s; unpeg %s --help lists them", self->name, (int)len,
                      word, self->name);
    return WORDS_WRONG;
}

/* Steps over the value of an option if that is a word of its own. */
static words_result take_value(const verb *self, const char *shown, int argc, int *at)
{
    if (*at + 1 < argc) {
        (*at)++;
        return WORDS_FINE;
    }
    message_plain("%s: %s wants a value; see unpeg %s --help", self->name, shown, self->name);
    return WORDS_WRONG;
}

static words_result check_long(const verb *self, int argc, char *const *argv, int *at)
{
    const char *word = argv[*at];
    int shown_len = name_length(word);
    option_search search = {.name = word + 2, .name_len = (size_t)shown_len - 2};
    bool has_value = word[shown_len] == '=';
    find_option(self, &search);
    if (search.found == NULL)
        return refuse_unknown(self, word + 2);
    if (has_value && search.found->arg == NULL) {
        message_plain("%s: %.*s takes no value", self->name, shown_len, word);
        return WORDS_WRONG;
    }
    if (search.found == &help_option)
        return WORDS_HELP;
    if (has_value || search.found->arg == NULL)
        return WORDS_FINE;
    return take_value(self, word, argc, at);
}

static words_result check_letters(const verb *self, int argc, char *const *argv, int *at)
{
    for (const char *letter = argv[*at] + 1; *letter != '\0'; letter++) {
        const char shown[] = {'-', *letter, '\0'};
        option_search search = {.key = *letter};
        find_option(self, &search);
        if (search.found == &help_option)
            return WORDS_HELP;
        if (search.found == NULL) {
            message_plain("%s: no option -%c; unpeg %s --help lists them", self->name, *letter,
                          self->name);
            return WORDS_WRONG;
        }
        if (search.found->arg != NULL)
            return letter[1] != '\0' ? WORDS_FINE : take_value(self, shown, argc, at);
    }
    return WORDS_FINE;
}

words_result words_check(const verb *self, int argc, char *const *argv)
{
    for (int at = 1; at < argc && strcmp(argv[at], "--") != 0; at++) {
        const char *word = argv[at];
        words_result result = WORDS_FINE;
        if (word[0] == '-' && word[1] == '-')
            result = check_long(self, argc, argv, &at);
        else if (word[0] == '-' && word[1] != '\0')
            result = check_letters(self, argc, argv, &at);
        if (result != WORDS_FINE)
            return result;
    }
    return WORDS_FINE;
}
