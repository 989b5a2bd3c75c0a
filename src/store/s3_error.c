/* SPDX-License-Identifier: MIT */
#include "s3_error.h"

#include "xml_text.h"

typedef struct field {
    const char *path;
    size_t offset;
    size_t size;
} field;

#define FIELD(path, member)                                                                        \
    {                                                                                              \
        path, offsetof(s3_error, member), sizeof((s3_error *)NULL)->member                         \
    }

void s3_error_text(char *ret, size_t size, unpeg_slice text)
{
    size_t len = text.len < size ? text.len : size - 1;
    for (size_t i = 0; i < len; i++) {
        char c = text.data[i];
        ret[i] = (char)(c >= ' ' && c <= '~' ? c : '?');
    }
    ret[len] = '\0';
}

static unpeg_status take(void *user, const char *path, unpeg_slice text)
{
    static const field fields[] = {
        FIELD("Error/Code", code),
        FIELD("Error/Message", message),
        FIELD("Error/RequestId", request_id),
        FIELD("Error/Region", region),
        FIELD("Error/Endpoint", endpoint),
        FIELD("ErrorResponse/Error/Code", code),
        FIELD("ErrorResponse/Error/Message", message),
        FIELD("ErrorResponse/RequestId", request_id),
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(path, fields[i].path) == 0)
            s3_error_text((char *)user + fields[i].offset, fields[i].size, text);
    }
    return UNPEG_OK;
}

bool s3_error_parse(unpeg_slice document, s3_error *ret)
{
    *ret = (s3_error){0};
    if (document.len == 0)
        return false;
    unpeg_status status = xml_text_parse(document, take, ret, NULL);
    if (status == UNPEG_OK && ret->code[0] != '\0')
        return true;
    *ret = (s3_error){0};
    return false;
}
