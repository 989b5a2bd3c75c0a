/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>

#include "credential_steps.h"
#include "s3_error.h"
#include "time_text.h"

/* cJSON frees without wiping. */
static void wipe(cJSON *item)
{
    for (; item != NULL; item = item->next) {
        if (cJSON_IsString(item) && item->valuestring != NULL)
            explicit_bzero(item->valuestring, strlen(item->valuestring));
        if (cJSON_IsObject(item))
            wipe(item->child);
    }
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static unpeg_status refuse(const credential_context *context, const char *what, const char *why)
{
    return unpeg_error_set(context->error, UNPEG_INPUT, "%s: %s", what, why);
}

static unpeg_status take(const credential_context *context, const cJSON *object,
                         const credential_json_names *names, const char *what, credentials *ret)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(object, "Version");
    const char *access_key = text_of(object, "AccessKeyId");
    const char *secret_key = text_of(object, "SecretAccessKey");
    const char *expiration = text_of(object, "Expiration");
    const char *code = text_of(object, "Code");
    if (names->wants_version_1 && (!cJSON_IsNumber(version) || version->valueint != 1))
        return refuse(context, what, "its answer is not of version 1");
    if (code != NULL && strcmp(code, "Success") != 0) {
        char plain[64];
        s3_error_text(plain, sizeof plain, unpeg_slice_of(code));
        return unpeg_error_set(context->error, UNPEG_PERMISSION, "%s refused: %s", what, plain);
    }
    if (access_key == NULL || secret_key == NULL)
        return refuse(context, what, "there are no keys in its answer");
    if (expiration != NULL && !time_text_iso(expiration, &ret->expires_unix_s))
        return refuse(context, what, "the expiration in its answer is no time");
    return credential_set(ret, access_key, secret_key, text_of(object, names->token));
}

unpeg_status credential_from_json(const credential_context *context, unpeg_slice json,
                                  const credential_json_names *names, const char *what,
                                  credentials *ret)
{
    cJSON *object = json.len != 0 ? cJSON_ParseWithLength(json.data, json.len) : NULL;
    if (!cJSON_IsObject(object)) {
        wipe(object);
        cJSON_Delete(object);
        return refuse(context, what, "its answer is no JSON object");
    }
    unpeg_status status = take(context, object, names, what, ret);
    wipe(object);
    cJSON_Delete(object);
    return status;
}
