/* SPDX-License-Identifier: MIT */
#include "credential_steps.h"

enum { ROLE_CHAIN_LIMIT = 5 };

#define USE_PROCESS                                                                                \
    "set credential_process = aws configure export-credentials --profile %.60s --format process"

typedef struct profile_search {
    const credential_context *context;
    unsigned depth; /* of roles that are assumed to assume roles */
} profile_search;

static unpeg_status resolve(const profile_search *search, const char *name, credentials *ret);

static const char *get(const profile_search *search, const char *name, const char *setting)
{
    return aws_profile_get(search->context->profile, name, setting);
}

typedef const char *(*get_fn)(const aws_profile *profile, const char *name, const char *setting);

static unpeg_status static_keys(const profile_search *search, const char *name, get_fn from,
                                credentials *ret)
{
    const aws_profile *profile = search->context->profile;
    const char *access_key = from(profile, name, "aws_access_key_id");
    const char *secret_key = from(profile, name, "aws_secret_access_key");
    if (access_key == NULL && secret_key == NULL)
        return UNPEG_NOT_FOUND;
    if (access_key == NULL || secret_key == NULL)
        return unpeg_error_set(search->context->error, UNPEG_INPUT,
                               "profile %s has only one of aws_access_key_id and "
                               "aws_secret_access_key",
                               name);
    credential_set_source(ret, "profile %s", name);
    return credential_set(ret, access_key, secret_key, from(profile, name, "aws_session_token"));
}

static unpeg_status from_process(const profile_search *search, const char *name, credentials *ret)
{
    const char *command = get(search, name, "credential_process");
    if (command == NULL)
        return UNPEG_NOT_FOUND;
    unpeg_status status = credential_from_process(search->context, command, ret);
    credential_set_source(ret, "profile %s, credential_process", name);
    return status;
}

static unpeg_status refuse_sso(const profile_search *search, const char *name)
{
    if (get(search, name, "sso_session") == NULL && get(search, name, "sso_start_url") == NULL)
        return UNPEG_NOT_FOUND;
    return unpeg_error_set(search->context->error, UNPEG_UNSUPPORTED,
                           "profile %.60s signs in by SSO, which unpeg does not do; " USE_PROCESS,
                           name, name);
}

/* Keys that stand in the profile or are made by its command. */
static unpeg_status own_keys(const profile_search *search, const char *name, credentials *ret)
{
    unpeg_status status = static_keys(search, name, aws_profile_get_secret, ret);
    if (status == UNPEG_NOT_FOUND)
        status = from_process(search, name, ret);
    if (status == UNPEG_NOT_FOUND)
        status = static_keys(search, name, aws_profile_get_config, ret);
    if (status == UNPEG_NOT_FOUND)
        status = refuse_sso(search, name);
    return status;
}

typedef struct named_source {
    const char *name;
    unpeg_status (*get)(const credential_context *context, credentials *ret);
} named_source;

static unpeg_status from_named_source(const profile_search *search, const char *source,
                                      credentials *ret)
{
    static const named_source sources[] = {{"Environment", credential_from_environment},
                                           {"EcsContainer", credential_from_container},
                                           {"Ec2InstanceMetadata", credential_from_instance}};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (strcmp(sources[i].name, source) == 0)
            return sources[i].get(search->context, ret);
    }
    return unpeg_error_set(search->context->error, UNPEG_INPUT,
                           "credential_source %.60s is none of Environment, EcsContainer, "
                           "Ec2InstanceMetadata",
                           source);
}

/* A profile may be its own source: then its own keys are meant, not its role. */
static unpeg_status from_source_profile(const profile_search *search, const char *name,
                                        const char *source, credentials *ret)
{
    profile_search deeper = {search->context, search->depth + 1};
    if (strcmp(name, source) == 0)
        return own_keys(search, name, ret);
    if (deeper.depth > ROLE_CHAIN_LIMIT)
        return unpeg_error_set(search->context->error, UNPEG_INPUT,
                               "the source_profile of profile %s leads in a circle, or too far",
                               name);
    return resolve(&deeper, source, ret);
}

static unpeg_status keys_for_role(const profile_search *search, const char *name, credentials *ret)
{
    unpeg_error *error = search->context->error;
    const char *profile = get(search, name, "source_profile");
    const char *source = get(search, name, "credential_source");
    if ((profile == NULL) == (source == NULL))
        return unpeg_error_set(error, UNPEG_INPUT,
                               "profile %s has a role_arn, and %s source_profile and "
                               "credential_source",
                               name, profile != NULL ? "both" : "neither");
    unpeg_status status = profile != NULL ? from_source_profile(search, name, profile, ret)
                                          : from_named_source(search, source, ret);
    if (status == UNPEG_NOT_FOUND)
        status = unpeg_error_set(error, UNPEG_PERMISSION,
                                 "no keys to assume the role of profile %s with: %s has none", name,
                                 profile != NULL ? profile : source);
    return status;
}

static unpeg_status assume_with_token(const profile_search *search, sts_role *role,
                                      const char *file, credentials *ret)
{
    text_buffer token = {0};
    unpeg_status status = credential_read_file(search->context, file, &token);
    if (status == UNPEG_OK) {
        role->token = token.bytes;
        status = credential_from_sts(search->context, role, ret);
    }
    text_buffer_deinit(&token);
    return status;
}

static unpeg_status assume_with_keys(const profile_search *search, const char *name, sts_role *role,
                                     credentials *ret)
{
    credentials keys = {0};
    unpeg_status status = keys_for_role(search, name, &keys);
    if (status == UNPEG_OK) {
        role->keys = &keys;
        status = credential_from_sts(search->context, role, ret);
        credential_set_source(ret, "profile %.40s, role %.60s, by %.40s", name, role->role_arn,
                              keys.source);
        role->keys = NULL;
    }
    credentials_deinit(&keys);
    return status;
}

static unpeg_status assume_role(const profile_search *search, const char *name,
                                const char *role_arn, credentials *ret)
{
    const char *file = get(search, name, "web_identity_token_file");
    sts_role role = {.role_arn = role_arn,
                     .session_name = get(search, name, "role_session_name"),
                     .external_id = get(search, name, "external_id"),
                     .duration_s = get(search, name, "duration_seconds")};
    if (get(search, name, "mfa_serial") != NULL)
        return unpeg_error_set(search->context->error, UNPEG_UNSUPPORTED,
                               "profile %.60s wants a code (mfa_serial), which unpeg cannot ask "
                               "for; " USE_PROCESS,
                               name, name);
    if (file == NULL)
        return assume_with_keys(search, name, &role, ret);
    credential_set_source(ret, "profile %.40s, web identity, role %.80s", name, role_arn);
    role.external_id = NULL;
    return assume_with_token(search, &role, file, ret);
}

static unpeg_status resolve(const profile_search *search, const char *name, credentials *ret)
{
    const char *role_arn = get(search, name, "role_arn");
    if (!aws_profile_exists(search->context->profile, name))
        return search->depth == 0
                   ? UNPEG_NOT_FOUND
                   : unpeg_error_set(search->context->error, UNPEG_INPUT,
                                     "there is no profile \"%.80s\" (source_profile)", name);
    return role_arn != NULL ? assume_role(search, name, role_arn, ret)
                            : own_keys(search, name, ret);
}

unpeg_status credential_from_profile(const credential_context *context, credentials *ret)
{
    profile_search search = {.context = context};
    return resolve(&search, context->profile->name, ret);
}
