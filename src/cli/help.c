/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <string.h>

enum { TEXT_COLUMN = 26, LINE_COLUMNS = 80 };

static void each_of_table(const struct argp_option *table, help_option_fn each, void *user)
{
    for (const struct argp_option *o = table; o && o->name; o++)
        each(user, o);
}

void help_each_option(const verb *self, help_option_fn each, void *user)
{
    if (!self->argp)
        return;
    each_of_table(self->argp->options, each, user);
    for (const struct argp_child *c = self->argp->children; c && c->argp; c++)
        each_of_table(c->argp->options, each, user);
}

/* Words from column on, wrapped. */
static void print_wrapped(FILE *out, const char *text, int column)
{
    int at = column;
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (at > column && at + len >= LINE_COLUMNS)
            at = fprintf(out, "\n%*s", column, "") - 1;
        at += fprintf(out, "%s%.*s", at > column ? " " : "", len, text);
        text += len;
        text += *text == ' ';
    }
    fputc('\n', out);
}

static void print_option(void *user, const struct argp_option *option)
{
    FILE *out = user;
    char left[64];
    char letter[8] = "      ";
    if (option->key > ' ' && option->key < 0x7f)
        snprintf(letter, sizeof letter, "  -%c, ", option->key);
    int len = snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name,
                       option->arg ? "=" : "", option->arg ? option->arg : "");
    fputs(left, out);
    if (len >= TEXT_COLUMN - 1) {
        fputc('\n', out);
        len = 0;
    }
    fprintf(out, "%*s", TEXT_COLUMN - len, "");
    print_wrapped(out, option->doc, TEXT_COLUMN);
}

static void print_group(const char *header, const struct argp *group, FILE *out)
{
    if (!group->options)
        return;
    fprintf(out, "\n%s:\n", header);
    each_of_table(group->options, print_option, out);
}

void help_print(const verb *self, FILE *out)
{
    static const struct argp_option help = {"help", 'h', NULL, 0, "This text", 0};
    fprintf(out, "unpeg %s: %s\n\nUsage: unpeg %s%s%s\n", self->name, self->purpose, self->name,
            *self->usage ? " " : "", self->usage);
    if (self->examples)
        fprintf(out, "\nExamples:\n%s", self->examples);
    if (self->argp)
        print_group("Options", self->argp, out);
    for (const struct argp_child *c = self->argp ? self->argp->children : NULL; c && c->argp; c++)
        print_group(c->header, c->argp, out);
    fputs(self->argp ? "" : "\nOptions:\n", out);
    print_option(out, &help);
    if (self->notes)
        fprintf(out, "\n%s", self->notes);
}

void help_print_overview(FILE *out)
{
    fputs("unpeg: which function is a hung V8 spinning in?\n\n"
          "Usage: unpeg VERB [OPTIONS] [LOG...]\n\n"
          "Examples:\n"
          "  unpeg report isolate-0x5ac004cc000-30217-v8.log\n"
          "      verdict and stuck function first, then the whole profile\n"
          "  unpeg line --budget 2s v8.log\n"
          "      one line for a log, in time, whatever the file is\n"
          "  unpeg prof-process v8.log\n"
          "      what node --prof-process prints, with right attribution\n\n"
          "Verbs:\n",
          out);
    for (const verb *const *v = verbs; *v; v++)
        fprintf(out, "  %-14s%s\n", (*v)->name, (*v)->purpose);
    fputs("\nExit codes: 0 done, 1 the answer is no, 2 usage, 3 input unusable, 4 partial\n"
          "with --strict, 5 the system refused, 130 and 143 after a signal.\n"
          "unpeg help VERB tells more; so do the man pages.\n",
          out);
}
