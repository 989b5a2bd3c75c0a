/* SPDX-License-Identifier: MIT
 *
 * A credential chain over a fake store, with AWS's two files and a token's in a folder of their
 * own.
 *
 *     credential_fixture *f = *state;
 *     credential_fixture_files(f, "[default]\n...", NULL);
 *     credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
 *     cmocka_unit_test_setup_teardown(test, credential_fixture_set_up,
 * credential_fixture_tear_down)
 */
#ifndef UNPEG_TESTS_CREDENTIAL_FIXTURE_H
#define UNPEG_TESTS_CREDENTIAL_FIXTURE_H

#include "credentials.h"
#include "fake_store.h"

#define METADATA_KEYS                                                                              \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"MK\",\"SecretAccessKey\":\"MS\","                     \
    "\"Token\":\"MT\",\"Expiration\":\"2026-01-01T06:00:00Z\"}"
#define STS_KEYS                                                                                   \
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>RK</AccessKeyId>"             \
    "<SecretAccessKey>RS</SecretAccessKey><SessionToken>RT</SessionToken>"                         \
    "<Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult>"               \
    "</AssumeRoleResponse>"

typedef struct credential_fixture {
    char folder[40];
    char credentials[64];
    char config[64];
    char token[64];
    fake_store fake;
} credential_fixture;

int credential_fixture_set_up(void **state);
int credential_fixture_tear_down(void **state);

/* "@token" in the text becomes the token file's path. NULL: an empty file. */
void credential_fixture_write(const credential_fixture *f, const char *path, const char *text);

/* Writes both files and names them in the environment. */
void credential_fixture_files(credential_fixture *f, const char *shared, const char *config);

credential_chain *credential_fixture_chain(credential_fixture *f, credential_options options);

#endif
