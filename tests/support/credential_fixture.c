/* SPDX-License-Identifier: MIT */
#include "credential_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

void credential_fixture_write(const credential_fixture *f, const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    const char *mark = text != NULL ? strstr(text, "@token") : NULL;
    if (mark != NULL)
        fprintf(file, "%.*s%s%s", (int)(mark - text), text, f->token, mark + 6);
    else if (text != NULL)
        fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

int credential_fixture_set_up(void **state)
{
    credential_fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/unpeg-credentials-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->credentials, sizeof f->credentials, "%s/credentials", f->folder);
    snprintf(f->config, sizeof f->config, "%s/config", f->folder);
    snprintf(f->token, sizeof f->token, "%s/token", f->folder);
    credential_fixture_write(f, f->token, "the token\n");
    fake_store_init(&f->fake);
    *state = f;
    return 0;
}

int credential_fixture_tear_down(void **state)
{
    credential_fixture *f = *state;
    fake_store_deinit(&f->fake);
    unlink(f->credentials);
    unlink(f->config);
    unlink(f->token);
    rmdir(f->folder);
    free(f);
    return 0;
}

void credential_fixture_files(credential_fixture *f, const char *shared, const char *config)
{
    credential_fixture_write(f, f->credentials, shared);
    credential_fixture_write(f, f->config, config);
    fake_store_set(&f->fake, "AWS_SHARED_CREDENTIALS_FILE", f->credentials);
    fake_store_set(&f->fake, "AWS_CONFIG_FILE", f->config);
}

credential_chain *credential_fixture_chain(credential_fixture *f, credential_options options)
{
    credential_chain *chain;
    options.host = &f->fake.host;
    options.transport = &f->fake.transport;
    assert_int_equal(credential_chain_create(&options, &chain, NULL), UNPEG_OK);
    return chain;
}
