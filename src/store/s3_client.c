/* SPDX-License-Identifier: MIT */
#include "s3_client.h"

#include <stdlib.h>

#include "s3_client_state.h"

const char *s3_response_header(const s3_response *response, const char *name)
{
    return http_response_header(&response->http, name);
}

bool s3_response_etag(const s3_response *response, char *ret, size_t size)
{
    const char *etag = http_response_header(&response->http, "etag");
    ret[0] = '\0';
    if (etag == NULL)
        return true;
    size_t len = strlen(etag);
    if (len >= 2 && etag[0] == '"' && etag[len - 1] == '"') {
        etag++;
        len -= 2;
    }
    if (len >= size)
        return false;
    memcpy(ret, etag, len);
    ret[len] = '\0';
    return true;
}

void s3_response_deinit(s3_response *response)
{
    http_response_deinit(&response->http);
}

void s3_client_set_address(s3_client *client)
{
    text_buffer_clear(&client->address);
    text_buffer_format(&client->address, "%s%s", client->place.origin, client->place.path);
}

static unpeg_status set_place(s3_client *client, const s3_client_options *options,
                              unpeg_error *error)
{
    aws_place_options place = {options->region, options->endpoint, options->profile};
    unpeg_status status = aws_place_choose(&client->aws, client->host, &place, error);
    if (status == UNPEG_OK)
        status =
            s3_place_set(&client->place, &client->aws, client->bucket, client->addressing, error);
    const uri_address *address = &client->place.address;
    if (status == UNPEG_OK && !address->tls && !address->loopback && !client->allow_http)
        status = unpeg_error_set(error, UNPEG_ARGUMENT,
                                 "%s is not encrypted; a log holds source text (allow http for it, "
                                 "or give an https endpoint)",
                                 client->place.origin);
    s3_client_set_address(client);
    return status;
}

static unpeg_status set_transport(s3_client *client, const s3_client_options *options,
                                  unpeg_error *error)
{
    if (client->host != NULL && client->host->transport != NULL) {
        client->transport = client->host->transport;
        return UNPEG_OK;
    }
    http_client_options http = {.host = client->host, .ca_file = options->ca_file};
    unpeg_status status = http_client_create(&http, &client->http, error);
    if (status == UNPEG_OK)
        client->transport = http_client_transport(client->http);
    return status;
}

static unpeg_status set_chain(s3_client *client, const s3_client_options *options,
                              unpeg_error *error)
{
    credential_options keys = {.access_key = options->access_key,
                               .secret_key = options->secret_key,
                               .session_token = options->session_token,
                               .profile = options->profile,
                               .region = client->aws.region,
                               .host = client->host,
                               .transport = client->transport};
    return credential_chain_create(&keys, &client->chain, error);
}

unpeg_status s3_client_create(const s3_client_options *options, s3_client **ret, unpeg_error *error)
{
    s3_client *client = calloc(1, sizeof *client);
    *ret = NULL;
    if (client != NULL)
        client->bucket = strdup(options->bucket != NULL ? options->bucket : "");
    if (client == NULL || client->bucket == NULL) {
        free(client);
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for an S3 client");
    }
    client->host = options->host;
    client->addressing = options->addressing;
    client->allow_http = options->allow_http;
    unpeg_status status = set_place(client, options, error);
    if (status == UNPEG_OK)
        status = crypto_load(&client->lib, error);
    if (status == UNPEG_OK)
        status = set_transport(client, options, error);
    if (status == UNPEG_OK)
        status = set_chain(client, options, error);
    if (status != UNPEG_OK) {
        s3_client_destroy(client);
        return status;
    }
    *ret = client;
    return UNPEG_OK;
}

const char *s3_client_region(const s3_client *client)
{
    return client->aws.region;
}

const char *s3_client_address(const s3_client *client)
{
    return text_buffer_text(&client->address);
}

const char *s3_client_credential_source(const s3_client *client)
{
    return client->source;
}

int64_t s3_client_clock_skew_s(const s3_client *client)
{
    return client->skew_s;
}

void s3_client_destroy(s3_client *client)
{
    if (client == NULL)
        return;
    credential_chain_destroy(client->chain);
    http_client_destroy(client->http);
    text_buffer_deinit(&client->address);
    free(client->bucket);
    free(client);
}
