/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <time.h>

#include "exit_code.h"
#include "message.h"
#include "newest.h"
#include "stop.h"
#include "units.h"
#include "unpeg/render.h"

enum { KEY_REALM = 0x200, KEY_ENV, KEY_ALL };

static const struct argp_option options[] = {
    {"realm", KEY_REALM, "TEXT", 0, "Only captures whose realm contains TEXT, which is no pattern",
     0},
    {"env", KEY_ENV, "NAME", 0, "Only of this environment ($PRERENDER_ARTIFACTS_ENV)", 0},
    {"top", 'n', "N", 0, "The newest N; 0 is all", 0},
    {"all", KEY_ALL, NULL, 0, "Every object of the store, not only logs", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    store_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        store_request_init_children(state);
        return 0;
    case KEY_REALM:
        r->realm = value;
        return 0;
    case KEY_ENV:
        r->env = value;
        return 0;
    case KEY_ALL:
        r->all = true;
        return 0;
    case 'n':
        return units_count(value, &r->top)
                   ? 0
                   : store_request_refuse(state, "--top: %s is no number of rows", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options, .parser = parse, .children = store_request_children};

static void print_object(const unpeg_object *object)
{
    char when[32] = "-";
    char key[4 * UNPEG_KEY_MAX];
    time_t seconds = (time_t)(object->modified_us / 1000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) != NULL)
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    unpeg_text_safe(unpeg_slice_of(object->key), key, sizeof key);
    printf("%s %12llu %s\n", when, (unsigned long long)object->bytes, key);
}

static int list(const store_request *wanted, unpeg_store *store)
{
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_listing listing;
    unpeg_status status = newest_list(wanted, store, &listing, &error);
    if (status != UNPEG_OK) {
        message_about(unpeg_store_url(store), &error, NULL);
        return store_exit_code(status);
    }
    for (size_t i = 0; i < listing.count && (wanted->top == 0 || i < wanted->top); i++)
        print_object(&listing.objects[i]);
    unpeg_listing_deinit(&listing);
    return EXIT_DONE;
}

static int run(const verb *self, int argc, char **argv)
{
    store_request wanted;
    unpeg_store *store;
    int code = store_request_parse(self, argc, argv, &wanted);
    if (code >= 0)
        return code;
    if (wanted.operand_count != 0) {
        message_plain("list: %s is one word too many; name the store with --store",
                      wanted.operands[0]);
        return EXIT_USAGE;
    }
    code = store_request_open(&wanted, &store);
    if (code >= 0)
        return code;
    code = list(&wanted, store);
    unpeg_store_close(store);
    return stop_exit_code(code);
}

const verb list_verb = {
    .name = "list",
    .purpose = "the captures of a store, newest first",
    .usage = "[OPTIONS]",
    .examples = "  unpeg list --store s3://artifacts --realm user/x -n 5\n"
                "      the newest five of a realm: when, bytes, key\n"
                "  unpeg list --store file:///var/captures\n"
                "      all that are in a folder\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
