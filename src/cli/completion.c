/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <string.h>

#include "help.h"
#include "verb.h"

static void print_verb_names(FILE *out)
{
    for (const verb *const *v = verbs; *v; v++)
        fprintf(out, "%s%s", v == verbs ? "" : " ", (*v)->name);
}

static void print_flag(void *user, const struct argp_option *option)
{
    FILE *out = user;
    fprintf(out, " --%s%s", option->name, option->arg ? "=" : "");
    if (option->key > ' ' && option->key < 0x7f)
        fprintf(out, " -%c", option->key);
}

static const char *words_of(const verb *v)
{
    return v->operands == VERB_OPERANDS_SHELLS ? "bash zsh fish" : "";
}

static void print_bash(FILE *out)
{
    fputs("_unpeg() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} words\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          out);
    print_verb_names(out);
    fputs("\" -- \"$word\"))\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (const verb *const *v = verbs; *v; v++) {
        fprintf(out, "    %s) words=\"--help -h", (*v)->name);
        help_each_option(*v, print_flag, out);
        if ((*v)->operands == VERB_OPERANDS_VERBS) {
            fputc(' ', out);
            print_verb_names(out);
        }
        fprintf(out, " %s\" ;;\n", words_of(*v));
    }
    fputs("    esac\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\") $(compgen -f -- \"$word\"))\n"
          "}\n"
          "complete -o filenames -F _unpeg unpeg\n",
          out);
}

static void print_zsh_flag(void *user, const struct argp_option *option)
{
    FILE *out = user;
    const char *value = option->arg ? "=" : "";
    if (option->key > ' ' && option->key < 0x7f)
        fprintf(out, " '-%c[%s]'", option->key, option->doc);
    fprintf(out, " '--%s%s[%s]%s'", option->name, value, option->doc,
            option->arg ? ":value:_files" : "");
}

static void print_zsh(FILE *out)
{
    fputs("#compdef unpeg\n"
          "_unpeg() {\n"
          "    if (( CURRENT == 2 )); then\n"
          "        compadd ",
          out);
    print_verb_names(out);
    fputs("\n        return\n"
          "    fi\n"
          "    case $words[2] in\n",
          out);
    for (const verb *const *v = verbs; *v; v++) {
        fprintf(out, "    %s) _arguments '-h[This text]' '--help[This text]'", (*v)->name);
        help_each_option(*v, print_zsh_flag, out);
        fputs(" '*:file:_files' ;;\n", out);
    }
    fputs("    esac\n"
          "}\n"
          "_unpeg \"$@\"\n",
          out);
}

typedef struct fish_verb {
    FILE *out;
    const char *name;
} fish_verb;

static void print_fish_flag(void *user, const struct argp_option *option)
{
    const fish_verb *v = user;
    fprintf(v->out, "complete -c unpeg -n '__fish_seen_subcommand_from %s' -l %s", v->name,
            option->name);
    if (option->key > ' ' && option->key < 0x7f)
        fprintf(v->out, " -s %c", option->key);
    fprintf(v->out, "%s -d '%s'\n", option->arg ? " -r" : "", option->doc);
}

static void print_fish(FILE *out)
{
    for (const verb *const *v = verbs; *v; v++) {
        fish_verb named = {out, (*v)->name};
        fprintf(out, "complete -c unpeg -n __fish_use_subcommand -a %s -d '%s'\n", (*v)->name,
                (*v)->purpose);
        fprintf(out,
                "complete -c unpeg -n '__fish_seen_subcommand_from %s' -l help -s h -d "
                "'This text'\n",
                (*v)->name);
        help_each_option(*v, print_fish_flag, &named);
    }
}

bool completion_print(const char *shell, FILE *out)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].shell, shell) == 0) {
            shells[i].print(out);
            return true;
        }
    }
    return false;
}
