/* SPDX-License-Identifier: MIT
 *
 * What an S3 client is made of, for s3_client.c (which makes it) and s3_send.c (which uses it).
 *
 *     s3_place at = client->place;
 *     scope.unix_s = store_unix_s(client->host) + client->skew_s;
 *
 * Region, place and skew change with what answers teach.
 */
#ifndef UNPEG_STORE_S3_CLIENT_STATE_H
#define UNPEG_STORE_S3_CLIENT_STATE_H

#include "aws_place.h"
#include "credentials.h"
#include "crypto.h"
#include "s3_client.h"

struct s3_client {
    const store_host *host;
    crypto lib;
    http_client *http; /* NULL: the host's transport */
    const http_transport *transport;
    credential_chain *chain;
    char *bucket;
    s3_addressing addressing;
    bool allow_http;
    aws_place aws;
    s3_place place;
    text_buffer address;
    char source[CREDENTIAL_SOURCE_SIZE];
    int64_t skew_s;
};

/* After a change of place. */
void s3_client_set_address(s3_client *client);

#endif
