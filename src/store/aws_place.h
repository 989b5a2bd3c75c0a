/* SPDX-License-Identifier: MIT
 *
 * Where AWS's services are for us: region and endpoints, and where a bucket is at an endpoint.
 *
 *     aws_place place;
 *     status = aws_place_choose(&place, host, &(aws_place_options){.profile = "ci"}, &error);
 *     s3_place at;
 *     status = s3_place_set(&at, &place, "artifacts", S3_ADDRESSING_AUTO);
 *     printf("%s%s", at.origin, at.path);
 *
 * Region: option, PRERENDER_ARTIFACTS_REGION, AWS_REGION, AWS_DEFAULT_REGION, profile, us-east-1.
 * Endpoint: option, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profile, AWS's own.
 */
#ifndef UNPEG_STORE_AWS_PLACE_H
#define UNPEG_STORE_AWS_PLACE_H

#include "aws_profile.h"
#include "s3_client.h"
#include "uri_text.h"

enum { AWS_REGION_LIMIT = 40, AWS_BUCKET_LIMIT = 63 };

typedef struct aws_place_options {
    const char *region;
    const char *endpoint;
    const char *profile;
} aws_place_options;

typedef struct aws_place {
    char region[AWS_REGION_LIMIT + 1];
    bool own_endpoint; /* not AWS's */
    uri_address endpoint;
} aws_place;

/* A bucket at its place: a request goes to origin, path, '/', encoded key. */
typedef struct s3_place {
    uri_address address;               /* host names the bucket when it is a virtual one */
    char origin[URI_HOST_LIMIT + 16];  /* "https://host:port" */
    char path[2 * URI_HOST_LIMIT + 2]; /* "" or "/bucket" */
} s3_place;

/* Lower-case letters, digits and dashes: it becomes part of a host name. */
bool aws_region_is_valid(const char *region);

/* ARGUMENT for a region or endpoint that is none; as aws_profile_load. */
UNPEG_MUST_CHECK unpeg_status aws_place_choose(aws_place *place, const store_host *host,
                                               const aws_place_options *options,
                                               unpeg_error *error);

/* Another region: AWS's endpoint follows. False when it is no valid one. */
bool aws_place_set_region(aws_place *place, const char *region);

/* The address of STS: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, profile, AWS's own. */
UNPEG_MUST_CHECK unpeg_status aws_sts_address(const store_host *host, const aws_profile *profile,
                                              const char *region, uri_address *ret,
                                              unpeg_error *error);

/* ARGUMENT for a name that no bucket can have. */
UNPEG_MUST_CHECK unpeg_status s3_place_set(s3_place *ret, const aws_place *place,
                                           const char *bucket, s3_addressing addressing,
                                           unpeg_error *error);

/* Moves to the host of a redirect (a URL, or a host's name). Refused unless it is the same host,
 * one below it, or both are AWS's, and the connection stays as safe as it was. */
bool s3_place_move(s3_place *place, const char *target);

#endif
