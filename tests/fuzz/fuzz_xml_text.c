/* SPDX-License-Identifier: MIT
 *
 * Any bytes as the answer of a store: whatever comes, paths and texts keep their limits, an element
 * inside another has its path before it, and an error document's texts are printable.
 */
#include <stdint.h>
#include <stdlib.h>

#include "s3_error.h"
#include "xml_text.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static unpeg_status take(void *user, const char *path, unpeg_slice text)
{
    size_t *count = user;
    unsigned depth = 1;
    for (const char *at = path; *at != '\0'; at++)
        depth += *at == '/';
    require(strlen(path) < XML_PATH_LIMIT && depth <= XML_DEPTH_LIMIT);
    require(path[0] != '\0' && path[0] != '/' && path[strlen(path) - 1] != '/');
    require(text.len <= XML_TEXT_LIMIT);
    (*count)++;
    return UNPEG_OK;
}

static void check_printable(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    require(len < size);
    for (size_t i = 0; i < len; i++)
        require(text[i] >= ' ' && text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unpeg_slice document = {(const char *)data, size};
    size_t elements = 0;
    s3_error failure;
    unpeg_error error = {0};
    unpeg_status status = xml_text_parse(document, take, &elements, &error);
    require(status == UNPEG_OK ? elements > 0 : error.status == status);
    bool found = s3_error_parse(document, &failure);
    require(found == (failure.code[0] != '\0') && (!found || status == UNPEG_OK));
    check_printable(failure.code, sizeof failure.code);
    check_printable(failure.message, sizeof failure.message);
    check_printable(failure.request_id, sizeof failure.request_id);
    check_printable(failure.region, sizeof failure.region);
    check_printable(failure.endpoint, sizeof failure.endpoint);
    return 0;
}
