/* SPDX-License-Identifier: MIT */
#include "aws_place.h"

#include <stdio.h>

bool aws_region_is_valid(const char *region)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t len = strlen(region);
    return len > 0 && len <= AWS_REGION_LIMIT && strspn(region, allowed) == len;
}

static const char *aws_suffix(const char *region)
{
    return strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : "amazonaws.com";
}

static void set_aws_host(uri_address *ret, const char *service, const char *region)
{
    *ret = (uri_address){.tls = true};
    snprintf(ret->host, sizeof ret->host, "%s.%s.%s", service, region, aws_suffix(region));
    memcpy(ret->name, ret->host, sizeof ret->name);
}

static const char *choose_region(const store_host *host, const char *option,
                                 const aws_profile *profile)
{
    static const char *const variables[] = {"PRERENDER_ARTIFACTS_REGION", "AWS_REGION",
                                            "AWS_DEFAULT_REGION"};
    const char *region = option;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0] && region == NULL; i++)
        region = store_variable(host, variables[i]);
    if (region == NULL)
        region = aws_profile_get(profile, profile->name, "region");
    return region != NULL ? region : "us-east-1";
}

static const char *choose_endpoint(const store_host *host, const char *variable,
                                   const aws_profile *profile, const char *service)
{
    const char *ignore = store_variable(host, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if (ignore != NULL && strcasecmp(ignore, "true") == 0)
        return NULL;
    const char *endpoint = store_variable(host, variable);
    if (endpoint == NULL)
        endpoint = store_variable(host, "AWS_ENDPOINT_URL");
    return endpoint != NULL ? endpoint : aws_profile_endpoint(profile, service);
}

static unpeg_status set_place(aws_place *place, const char *region, const char *endpoint,
                              unpeg_error *error)
{
    *place = (aws_place){.own_endpoint = endpoint != NULL};
    if (!aws_place_set_region(place, region))
        return unpeg_error_set(error, UNPEG_ARGUMENT, "\"%.60s\" is no region", region);
    return endpoint != NULL ? uri_parse(endpoint, &place->endpoint, error) : UNPEG_OK;
}

unpeg_status aws_place_choose(aws_place *place, const store_host *host,
                              const aws_place_options *options, unpeg_error *error)
{
    aws_profile profile;
    unpeg_status status = aws_profile_load(&profile, host, options->profile, error);
    if (status != UNPEG_OK)
        return status;
    const char *endpoint = options->endpoint;
    if (endpoint == NULL)
        endpoint = choose_endpoint(host, "AWS_ENDPOINT_URL_S3", &profile, "s3");
    status = set_place(place, choose_region(host, options->region, &profile), endpoint, error);
    aws_profile_deinit(&profile);
    return status;
}

bool aws_place_set_region(aws_place *place, const char *region)
{
    if (!aws_region_is_valid(region))
        return false;
    snprintf(place->region, sizeof place->region, "%s", region);
    if (!place->own_endpoint)
        set_aws_host(&place->endpoint, "s3", place->region);
    return true;
}

unpeg_status aws_sts_address(const store_host *host, const aws_profile *profile, const char *region,
                             uri_address *ret, unpeg_error *error)
{
    const char *endpoint = choose_endpoint(host, "AWS_ENDPOINT_URL_STS", profile, "sts");
    if (endpoint == NULL) {
        set_aws_host(ret, "sts", region);
        return UNPEG_OK;
    }
    unpeg_status status = uri_parse(endpoint, ret, error);
    if (status == UNPEG_OK && !ret->tls && !ret->loopback)
        status = unpeg_error_set(error, UNPEG_ARGUMENT,
                                 "%.120s: keys are asked for over https only", endpoint);
    return status;
}

static bool is_bucket_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    size_t len = strlen(name);
    return len >= 3 && len <= AWS_BUCKET_LIMIT && strspn(name, allowed) == len && name[0] != '.' &&
           name[0] != '-';
}

/* Upper case and underscores were allowed once; no host can be named so. */
static bool is_host_label(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == strlen(name);
}

static bool is_virtual(const aws_place *place, const char *bucket, s3_addressing addressing)
{
    if (addressing == S3_ADDRESSING_AUTO)
        return !place->own_endpoint && strchr(bucket, '.') == NULL && is_host_label(bucket);
    return addressing == S3_ADDRESSING_VIRTUAL && is_host_label(bucket);
}

static void set_origin(s3_place *place)
{
    snprintf(place->origin, sizeof place->origin, "%s://%s", place->address.tls ? "https" : "http",
             place->address.host);
}

unpeg_status s3_place_set(s3_place *ret, const aws_place *place, const char *bucket,
                          s3_addressing addressing, unpeg_error *error)
{
    const uri_address *endpoint = &place->endpoint;
    *ret = (s3_place){.address = *endpoint};
    if (!is_bucket_name(bucket))
        return unpeg_error_set(error, UNPEG_ARGUMENT, "\"%.80s\" is no bucket's name", bucket);
    if (!is_virtual(place, bucket, addressing)) {
        snprintf(ret->path, sizeof ret->path, "%s/%s", endpoint->path, bucket);
        set_origin(ret);
        return UNPEG_OK;
    }
    if (strlen(endpoint->host) + strlen(bucket) + 1 > URI_HOST_LIMIT)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "the host's name is too long");
    snprintf(ret->address.host, sizeof ret->address.host, "%s.%.*s", bucket,
             (int)sizeof ret->address.host - AWS_BUCKET_LIMIT - 2, endpoint->host);
    snprintf(ret->path, sizeof ret->path, "%s", endpoint->path);
    set_origin(ret);
    return UNPEG_OK;
}

static bool ends_with(const char *name, const char *domain)
{
    size_t len = strlen(name);
    size_t domain_len = strlen(domain);
    return len > domain_len && name[len - domain_len - 1] == '.' &&
           strcmp(name + len - domain_len, domain) == 0;
}

static bool is_aws(const char *name)
{
    return ends_with(name, "amazonaws.com") || ends_with(name, "amazonaws.com.cn");
}

static bool may_move(const uri_address *from, const uri_address *to)
{
    if (from->tls && !to->tls)
        return false;
    return strcmp(from->name, to->name) == 0 || ends_with(to->name, from->name) ||
           (is_aws(from->name) && is_aws(to->name));
}

/* Path and query of a Location are ours anyway; only its host is new. */
bool s3_place_move(s3_place *place, const char *target)
{
    uri_address to;
    text_buffer url = {0};
    const char *scheme = strstr(target, "://");
    const char *host = scheme != NULL ? scheme + 3 : target;
    if (scheme != NULL)
        text_buffer_add(&url, (unpeg_slice){target, (size_t)(scheme - target)});
    else
        text_buffer_add_text(&url, place->address.tls ? "https" : "http");
    text_buffer_format(&url, "://%.*s", (int)strcspn(host, "/?#"), host);
    bool moved = !url.failed && uri_parse(url.bytes, &to, NULL) == UNPEG_OK &&
                 may_move(&place->address, &to);
    text_buffer_deinit(&url);
    if (moved) {
        place->address = to;
        set_origin(place);
    }
    return moved;
}
