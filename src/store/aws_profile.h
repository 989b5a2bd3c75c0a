/* SPDX-License-Identifier: MIT
 *
 * The profiles of AWS's two files, and which one is meant.
 *
 *     aws_profile profile = {0};
 *     status = aws_profile_load(&profile, host, NULL, &error);
 *     const char *region = aws_profile_get(&profile, profile.name, "region");
 *     aws_profile_deinit(&profile);
 *
 * AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else ~/.aws/credentials and ~/.aws/config.
 */
#ifndef UNPEG_STORE_AWS_PROFILE_H
#define UNPEG_STORE_AWS_PROFILE_H

#include "ini_file.h"
#include "store_host.h"

enum { AWS_PROFILE_NAME_LIMIT = 128 };

typedef struct aws_profile {
    ini_file credentials;
    ini_file config;
    char name[AWS_PROFILE_NAME_LIMIT + 1]; /* the option, AWS_PROFILE, or "default" */
    bool named;                            /* not merely the default */
} aws_profile;

/* INPUT when a named profile is in neither file or a file named by a variable cannot be read,
 * ARGUMENT for a name that is too long, LIMIT, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status aws_profile_load(aws_profile *profile, const store_host *host,
                                               const char *option, unpeg_error *error);

/* A setting of the named profile: from the credentials file, else from the config file; NULL when
 * it is in neither or empty. */
const char *aws_profile_get(const aws_profile *profile, const char *name, const char *setting);

/* The same of one of the files. */
const char *aws_profile_get_secret(const aws_profile *profile, const char *name,
                                   const char *setting);
const char *aws_profile_get_config(const aws_profile *profile, const char *name,
                                   const char *setting);

/* endpoint_url of a service ("s3", "sts") in the services section that the profile names, else of
 * the profile itself; NULL when there is none. */
const char *aws_profile_endpoint(const aws_profile *profile, const char *service);

bool aws_profile_exists(const aws_profile *profile, const char *name);

void aws_profile_deinit(aws_profile *profile);

/* Reads a file of at most limit bytes, which takes no text before. NOT_FOUND, PERMISSION, OS, LIMIT
 * or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status aws_file_read(const char *path, size_t limit, text_buffer *ret);

#endif
