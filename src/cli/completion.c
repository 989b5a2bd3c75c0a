/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <string.h>

#include "help.h"
#include "verb.h"

/* What the value of an option is, by the name that help gives it. */
typedef enum value_kind { VALUE_NONE, VALUE_FILE, VALUE_DIR, VALUE_WHEN, VALUE_OTHER } value_kind;

static value_kind value_of(const struct argp_option *option)
{
    if (!option->arg)
        return VALUE_NONE;
    if (strcmp(option->arg, "FILE") == 0)
        return VALUE_FILE;
    if (strcmp(option->arg, "DIR") == 0)
        return VALUE_DIR;
    return strcmp(option->arg, "WHEN") == 0 ? VALUE_WHEN : VALUE_OTHER;
}

/* The option's letter, or 0. */
static int letter_of(const struct argp_option *option)
{
    return option->key > ' ' && option->key < 0x7f ? option->key : 0;
}

/* In single quotes, as all three shells read them. */
static void put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
    fputc('\'', out);
}

static void print_verb_names(FILE *out)
{
    for (const verb *const *v = verbs; *v; v++)
        fprintf(out, "%s%s", v == verbs ? "" : " ", (*v)->name);
}

/* The words that are a verb's operands; nothing for those that take files or none. */
static void print_operand_words(const verb *v, FILE *out)
{
    if (v->operands == VERB_OPERANDS_VERBS)
        print_verb_names(out);
    if (v->operands == VERB_OPERANDS_SHELLS)
        fputs("bash zsh fish", out);
}

/* One of bash's lists of options: those whose value is of a kind, or all. */
typedef struct bash_list {
    FILE *out;
    bool all;
    value_kind kind;
} bash_list;

static void print_bash_option(void *user, const struct argp_option *option)
{
    const bash_list *list = user;
    if (!list->all && value_of(option) != list->kind)
        return;
    fprintf(list->out, " --%s", option->name);
    if (letter_of(option))
        fprintf(list->out, " -%c", letter_of(option));
}

static void print_bash_verb(const verb *v, FILE *out)
{
    static const struct {
        const char *name;
        bash_list list;
    } lists[] = {{"options", {.all = true}},
                 {"files", {.kind = VALUE_FILE}},
                 {"folders", {.kind = VALUE_DIR}},
                 {"whens", {.kind = VALUE_WHEN}},
                 {"others", {.kind = VALUE_OTHER}}};
    fprintf(out, "    %s)", v->name);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bash_list list = lists[i].list;
        list.out = out;
        fprintf(out, "\n        %s='%s", lists[i].name, list.all ? " --help -h" : "");
        help_each_option(v, print_bash_option, &list);
        fputc('\'', out);
    }
    fputs("\n        words='", out);
    print_operand_words(v, out);
    fprintf(out, "'\n        logs=%s ;;\n", v->operands == VERB_OPERANDS_LOGS ? "yes" : "");
}

static void print_bash(FILE *out)
{
    /* bash makes three words of --color=never, and the middle one is "=". */
    fputs("_unpeg() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local options= files= folders= whens= others= words= logs=\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W '--help --version ",
          out);
    print_verb_names(out);
    fputs("' -- \"$word\"))\n"
          "        return\n"
          "    fi\n"
          "    if [ \"$word\" = = ]; then\n"
          "        word=\n"
          "    elif [ \"$before\" = = ]; then\n"
          "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (const verb *const *v = verbs; *v; v++)
        print_bash_verb(*v, out);
    fputs("    *) return ;;\n"
          "    esac\n"
          "    case \" $files \" in *\" $before \"*)\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "        return ;;\n"
          "    esac\n"
          "    case \" $folders \" in *\" $before \"*)\n"
          "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n"
          "        return ;;\n"
          "    esac\n"
          "    case \" $whens \" in *\" $before \"*)\n"
          "        COMPREPLY=($(compgen -W 'auto always never' -- \"$word\"))\n"
          "        return ;;\n"
          "    esac\n"
          "    case \" $others \" in *\" $before \"*) return ;; esac\n"
          "    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *)\n"
          "        if [ -n \"$logs\" ]; then\n"
          "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "        else\n"
          "            COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "        fi ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _unpeg unpeg\n",
          out);
}

/* name and its description, as _arguments wants it: '--top=[Rows of ...]:N: '. */
static void print_zsh_spec(FILE *out, const char *name, const struct argp_option *option)
{
    static const char *const actions[] = {"", "_files", "_files -/", "(auto always never)", " "};
    char spec[256];
    int len = snprintf(spec, sizeof spec, "%s[%s]", name, option->doc);
    if (option->arg && len > 0 && (size_t)len < sizeof spec)
        snprintf(spec + len, sizeof spec - (size_t)len, ":%s:%s", option->arg,
                 actions[value_of(option)]);
    fputs(" \\\n            ", out);
    put_quoted(out, spec);
}

static void print_zsh_option(void *user, const struct argp_option *option)
{
    char name[64];
    if (letter_of(option)) {
        snprintf(name, sizeof name, "-%c%s", letter_of(option), option->arg ? "+" : "");
        print_zsh_spec(user, name, option);
    }
    snprintf(name, sizeof name, "--%s%s", option->name, option->arg ? "=" : "");
    print_zsh_spec(user, name, option);
}

static void print_zsh_verb(const verb *v, FILE *out)
{
    fprintf(out, "    %s)\n        _arguments '-h[This text]' '--help[This text]'", v->name);
    help_each_option(v, print_zsh_option, out);
    if (v->operands == VERB_OPERANDS_LOGS)
        fputs(" \\\n            '*:log:_files'", out);
    else if (v->operands != VERB_OPERANDS_NONE) {
        fputs(" \\\n            '1:word:(", out);
        print_operand_words(v, out);
        fputs(")'", out);
    }
    fputs(" ;;\n", out);
}

static void print_zsh(FILE *out)
{
    fputs("#compdef unpeg\n"
          "_unpeg() {\n"
          "    local -a names=(\n",
          out);
    for (const verb *const *v = verbs; *v; v++) {
        char described[256];
        snprintf(described, sizeof described, "%s:%s", (*v)->name, (*v)->purpose);
        fputs("        ", out);
        put_quoted(out, described);
        fputc('\n', out);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe verb names\n"
          "        return\n"
          "    fi\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $words[1] in\n",
          out);
    for (const verb *const *v = verbs; *v; v++)
        print_zsh_verb(*v, out);
    fputs("    esac\n"
          "}\n"
          "if [ \"$funcstack[1]\" = _unpeg ]; then\n"
          "    _unpeg \"$@\"\n"
          "else\n"
          "    compdef _unpeg unpeg\n"
          "fi\n",
          out);
}

typedef struct fish_verb {
    FILE *out;
    const char *name;
} fish_verb;

static void print_fish_option(void *user, const struct argp_option *option)
{
    static const char *const values[] = {"", " -r -F", " -x -a '(__fish_complete_directories)'",
                                         " -x -a 'auto always never'", " -x"};
    const fish_verb *v = user;
    fprintf(v->out, "complete -c unpeg -n '__fish_seen_subcommand_from %s' -l %s", v->name,
            option->name);
    if (letter_of(option))
        fprintf(v->out, " -s %c", letter_of(option));
    fprintf(v->out, "%s -d ", values[value_of(option)]);
    put_quoted(v->out, option->doc);
    fputc('\n', v->out);
}

static void print_fish_verb(const verb *v, FILE *out)
{
    static const struct argp_option help = {"help", 'h', NULL, 0, "This text", 0};
    fish_verb named = {out, v->name};
    fprintf(out, "complete -c unpeg -n __fish_use_subcommand -a %s -d ", v->name);
    put_quoted(out, v->purpose);
    fputc('\n', out);
    print_fish_option(&named, &help);
    help_each_option(v, print_fish_option, &named);
    if (v->operands == VERB_OPERANDS_NONE)
        return;
    fprintf(out, "complete -c unpeg -n '__fish_seen_subcommand_from %s' %s", v->name,
            v->operands == VERB_OPERANDS_LOGS ? "-F" : "-a '");
    print_operand_words(v, out);
    fputs(v->operands == VERB_OPERANDS_LOGS ? "\n" : "'\n", out);
}

static void print_fish(FILE *out)
{
    fputs("complete -c unpeg -f\n", out);
    for (const verb *const *v = verbs; *v; v++)
        print_fish_verb(*v, out);
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
