/* SPDX-License-Identifier: MIT */
#include "aws_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fake_store.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char config_text[] = "ignored = before any section\n"
                                  "# comment\n"
                                  "; comment\n"
                                  "[default]\n"
                                  "Region=eu-1\r\n"
                                  "empty =\n"
                                  "[profile   \"my  ci\" ]\n"
                                  "region: us-2 # kept\n"
                                  "region = us-3\n"
                                  "services = here\n"
                                  "s3 =\n"
                                  "  addressing_style = path\n"
                                  "  endpoint_url = https://nested\n"
                                  "[services here]\n"
                                  "s3 =\n"
                                  "    endpoint_url = https://s3.here\n"
                                  "    other = 1\n"
                                  "sts =\n"
                                  "\tendpoint_url = https://sts.here\n"
                                  "no separator\n"
                                  "  = no name\n"
                                  "[unclosed\n"
                                  "lost = 1\n"
                                  "[last]\n"
                                  "key = end without newline";

typedef struct setting_case {
    const char *section;
    const char *parent;
    const char *name;
    const char *value; /* NULL: not there */
} setting_case;

static const setting_case settings[] = {
    {"default", NULL, "region", "eu-1"},
    {"default", NULL, "empty", ""},
    {"profile my ci", NULL, "region", "us-3"},
    {"profile my ci", "s3", "endpoint_url", "https://nested"},
    {"profile my ci", NULL, "endpoint_url", NULL},
    {"services here", "s3", "endpoint_url", "https://s3.here"},
    {"services here", "sts", "endpoint_url", "https://sts.here"},
    {"services here", "s3", "region", NULL},
    {"unclosed", NULL, "lost", NULL},
    {"services here", NULL, "lost", NULL},
    {"default", NULL, "ignored", NULL},
    {"last", NULL, "key", "end without newline"},
};

static void settings_are_found(void **state)
{
    ini_file file;
    text_buffer text = {0};
    (void)state;
    text_buffer_add_text(&text, config_text);
    assert_int_equal(ini_file_parse(&file, &text), UNPEG_OK);
    for (size_t i = 0; i < COUNT(settings); i++) {
        const setting_case *c = &settings[i];
        const char *value = ini_file_get(&file, c->section, c->parent, c->name);
        if (c->value == NULL)
            assert_null(value);
        else
            assert_string_equal(value, c->value);
    }
    assert_true(ini_file_has(&file, "services here"));
    assert_false(ini_file_has(&file, "services"));
    ini_file_deinit(&file);
}

static void an_empty_file(void **state)
{
    ini_file file;
    text_buffer text = {0};
    (void)state;
    assert_int_equal(ini_file_parse(&file, &text), UNPEG_OK);
    assert_false(ini_file_has(&file, "default"));
    ini_file_deinit(&file);
}

typedef struct files {
    char folder[32];
    char credentials[64];
    char config[64];
    fake_store fake;
} files;

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    files *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/unpeg-profile-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->credentials, sizeof f->credentials, "%s/credentials", f->folder);
    snprintf(f->config, sizeof f->config, "%s/config", f->folder);
    write_file(f->credentials, "[default]\nregion = from-credentials\n[ci]\nkey = secret\n");
    write_file(f->config,
               "[default]\nregion = from-config\n[profile ci]\nservices = x\n"
               "endpoint_url = https://all\n[services x]\ns3 =\n endpoint_url = https://s3\n"
               "[profile default]\noutput = json\n[bare]\nregion = r\n");
    fake_store_init(&f->fake);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    files *f = *state;
    fake_store_deinit(&f->fake);
    unlink(f->credentials);
    unlink(f->config);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void name_files(files *f)
{
    fake_store_set(&f->fake, "AWS_SHARED_CREDENTIALS_FILE", f->credentials);
    fake_store_set(&f->fake, "AWS_CONFIG_FILE", f->config);
}

static void the_default_profile(void **state)
{
    files *f = *state;
    aws_profile profile;
    name_files(f);
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, NULL, NULL), UNPEG_OK);
    assert_string_equal(profile.name, "default");
    assert_false(profile.named);
    assert_string_equal(aws_profile_get(&profile, "default", "region"), "from-credentials");
    assert_string_equal(aws_profile_get_config(&profile, "default", "region"), "from-config");
    assert_string_equal(aws_profile_get_config(&profile, "default", "output"), "json");
    assert_null(aws_profile_get_secret(&profile, "default", "output"));
    assert_null(aws_profile_endpoint(&profile, "s3"));
    assert_false(aws_profile_exists(&profile, "bare")); /* it lacks the word "profile" */
    aws_profile_deinit(&profile);
}

static void a_named_profile(void **state)
{
    files *f = *state;
    aws_profile profile;
    name_files(f);
    fake_store_set(&f->fake, "AWS_PROFILE", "default");
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, "ci", NULL), UNPEG_OK);
    assert_string_equal(profile.name, "ci");
    assert_true(profile.named);
    assert_string_equal(aws_profile_get(&profile, "ci", "key"), "secret");
    assert_string_equal(aws_profile_endpoint(&profile, "s3"), "https://s3");
    assert_string_equal(aws_profile_endpoint(&profile, "sts"), "https://all");
    aws_profile_deinit(&profile);
}

static void what_is_not_there(void **state)
{
    files *f = *state;
    aws_profile profile;
    char missing[80];
    char long_name[AWS_PROFILE_NAME_LIMIT + 2] = "";
    memset(long_name, 'n', AWS_PROFILE_NAME_LIMIT + 1);
    fake_store_set(&f->fake, "HOME", "/nowhere");
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, NULL, NULL), UNPEG_OK);
    assert_null(aws_profile_get(&profile, "default", "region"));
    aws_profile_deinit(&profile);
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, "ci", NULL), UNPEG_INPUT);
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, long_name, NULL), UNPEG_ARGUMENT);
    snprintf(missing, sizeof missing, "%s/missing", f->folder);
    fake_store_set(&f->fake, "AWS_CONFIG_FILE", missing);
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, NULL, NULL), UNPEG_INPUT);
}

static void the_usual_place(void **state)
{
    files *f = *state;
    aws_profile profile;
    char folder[64];
    char path[80];
    snprintf(folder, sizeof folder, "%s/.aws", f->folder);
    snprintf(path, sizeof path, "%s/config", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_file(path, "[profile home]\nregion = h\n");
    fake_store_set(&f->fake, "HOME", f->folder);
    fake_store_set(&f->fake, "AWS_PROFILE", "home");
    assert_int_equal(aws_profile_load(&profile, &f->fake.host, NULL, NULL), UNPEG_OK);
    assert_string_equal(aws_profile_get(&profile, "home", "region"), "h");
    aws_profile_deinit(&profile);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_found),
        cmocka_unit_test(an_empty_file),
        cmocka_unit_test_setup_teardown(the_default_profile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_named_profile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_usual_place, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
