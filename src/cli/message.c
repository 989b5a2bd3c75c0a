/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

#include "unpeg/render.h"

enum { TEXT_BYTES = 1024 };

static void put_safe(const char *text)
{
    char safe[TEXT_BYTES];
    unpeg_text_safe(unpeg_slice_of(text), safe, sizeof safe);
    fputs(safe, stderr);
}

void message_about(const char *path, const unpeg_error *error, const char *advice)
{
    fputs("unpeg: ", stderr);
    put_safe(path);
    if (error->line)
        fprintf(stderr, ":%llu", (unsigned long long)error->line);
    fputs(": ", stderr);
    put_safe(error->text[0] ? error->text : unpeg_status_text(error->status));
    if (advice)
        fprintf(stderr, "; %s", advice);
    fputc('\n', stderr);
}

void message_plain(const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("unpeg: ", stderr);
    put_safe(text);
    fputc('\n', stderr);
}

const char *message_advice(unpeg_status status)
{
    if (status == UNPEG_INPUT)
        return "pass the file that V8 wrote under --prof (isolate-0x...-PID-v8.log), or a "
               "recording of unpeg";
    if (status == UNPEG_NOT_FOUND)
        return "V8 writes its log into the directory that the process was started in";
    if (status == UNPEG_PERMISSION)
        return "run as the user who owns it";
    return NULL;
}
