/* SPDX-License-Identifier: MIT */
#include "unpeg/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *unpeg_status_text(unpeg_status status)
{
    static const char *const texts[] = {
#define STATUS_TEXT(name, text) text,
        UNPEG_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    };
    return (unsigned)status < UNPEG_STATUS_COUNT ? texts[status] : "unknown status";
}

unpeg_status unpeg_error_set(unpeg_error *error, unpeg_status status, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    va_list args;
    va_start(args, format);
    if (vsnprintf(error->text, sizeof error->text, format, args) < 0)
        error->text[0] = '\0';
    va_end(args);
    return status;
}
