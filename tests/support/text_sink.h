/* SPDX-License-Identifier: MIT
 *
 * A writer into memory.
 *
 *     text_sink sink = {0};
 *     unpeg_writer out = text_sink_writer(&sink);
 *     assert_int_equal(unpeg_report_text(profile, NULL, &out, NULL), UNPEG_OK);
 *     assert_non_null(strstr(sink.text, "js-loop"));
 *     text_sink_free(&sink);
 *
 * text is zero-terminated, NULL before the first write. With fails_at the write that passes so
 * many bytes fails with UNPEG_OS, and every later one.
 */
#ifndef UNPEG_TESTS_TEXT_SINK_H
#define UNPEG_TESTS_TEXT_SINK_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unpeg/writer.h"

typedef struct text_sink {
    char *text;
    size_t len;
    size_t fails_at; /* 0: never */
    bool failed;
} text_sink;

static inline unpeg_status text_sink_write(void *user, const void *bytes, size_t len)
{
    text_sink *sink = user;
    assert_false(sink->failed);
    if (sink->fails_at && sink->len + len > sink->fails_at) {
        sink->failed = true;
        return UNPEG_OS;
    }
    char *text = realloc(sink->text, sink->len + len + 1);
    assert_non_null(text);
    memcpy(text + sink->len, bytes, len);
    sink->len += len;
    text[sink->len] = '\0';
    sink->text = text;
    return UNPEG_OK;
}

static inline unpeg_writer text_sink_writer(text_sink *sink)
{
    return (unpeg_writer){text_sink_write, sink};
}

static inline void text_sink_free(text_sink *sink)
{
    free(sink->text);
    *sink = (text_sink){.text = NULL};
}

#endif
