/* SPDX-License-Identifier: MIT */
#include "xml_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "text_buffer.h"

static unpeg_status note(void *user, const char *path, unpeg_slice text)
{
    text_buffer *out = user;
    text_buffer_format(out, "%s=%.*s;", path, (int)text.len, text.len != 0 ? text.data : "");
    return strcmp(path, "stop") == 0 ? UNPEG_MISMATCH : UNPEG_OK;
}

typedef struct document_case {
    const char *document;
    unpeg_status status;
    const char *elements;
    const char *sentence; /* of a failure; NULL: not looked at */
} document_case;

static const document_case cases[] = {
    {"<Error><Code>NoSuchKey</Code><Message>a &amp; b</Message></Error>", UNPEG_OK,
     "Error/Code=NoSuchKey;Error/Message=a & b;Error=;", NULL},
    {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"http://s3.example/\"><A x=\"1\"/></R>",
     UNPEG_OK, "R/A=;R=;", NULL},
    {"<R><C><K>a</K><E>&quot;5-2&quot;</E></C><C><K>&#xe9;</K></C></R>", UNPEG_OK,
     "R/C/K=a;R/C/E=\"5-2\";R/C=;R/C/K=\xc3\xa9;R/C=;R=;", NULL},
    {"<a>x<b>y</b>z</a>", UNPEG_OK, "a/b=y;a=z;", NULL},
    {"<a><![CDATA[<b>]]></a>", UNPEG_OK, "a=<b>;", NULL},
    {"<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>", UNPEG_INPUT, "",
     "XML with a DOCTYPE is refused"},
    {"<!DOCTYPE a><a/>", UNPEG_INPUT, "", "XML with a DOCTYPE is refused"},
    {"<a>&unknown;</a>", UNPEG_INPUT, "", "not XML (undefined entity, line 1)"},
    {"<a><b>1</b>", UNPEG_INPUT, "a/b=1;", "not XML (no element found, line 1)"},
    {"", UNPEG_INPUT, "", "not XML (no element found, line 1)"},
    {"\nnot", UNPEG_INPUT, "", "not XML (syntax error, line 2)"},
    {"<stop>1</stop>", UNPEG_MISMATCH, "stop=1;", NULL},
};

static void documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_buffer out = {0};
        unpeg_error error = {0};
        unpeg_status status = xml_text_parse(unpeg_slice_of(cases[i].document), note, &out, &error);
        assert_int_equal(status, cases[i].status);
        assert_string_equal(text_buffer_text(&out), cases[i].elements);
        if (cases[i].sentence != NULL)
            assert_string_equal(error.text, cases[i].sentence);
        text_buffer_deinit(&out);
    }
}

static unpeg_status parse(const text_buffer *document, size_t *ret_len)
{
    text_buffer out = {0};
    unpeg_status status = xml_text_parse(text_buffer_slice(document), note, &out, NULL);
    *ret_len = out.len;
    text_buffer_deinit(&out);
    return status;
}

static unpeg_status parse_nested(int depth)
{
    text_buffer document = {0};
    size_t len;
    for (int i = 0; i < depth; i++)
        text_buffer_add_text(&document, "<a>");
    for (int i = 0; i < depth; i++)
        text_buffer_add_text(&document, "</a>");
    unpeg_status status = parse(&document, &len);
    text_buffer_deinit(&document);
    return status;
}

static unpeg_status parse_long(const char *head, int count, const char *tail)
{
    text_buffer document = {0};
    size_t len;
    text_buffer_add_text(&document, head);
    for (int i = 0; i < count; i++)
        text_buffer_add_char(&document, 'x');
    text_buffer_add_text(&document, tail);
    unpeg_status status = parse(&document, &len);
    text_buffer_deinit(&document);
    return status;
}

static void limits(void **state)
{
    (void)state;
    assert_int_equal(parse_nested(XML_DEPTH_LIMIT), UNPEG_OK);
    assert_int_equal(parse_nested(XML_DEPTH_LIMIT + 1), UNPEG_LIMIT);
    assert_int_equal(parse_long("<a>", XML_TEXT_LIMIT, "</a>"), UNPEG_OK);
    assert_int_equal(parse_long("<a>", XML_TEXT_LIMIT + 1, "</a>"), UNPEG_LIMIT);
    assert_int_equal(parse_long("<", XML_PATH_LIMIT - 1, "/>"), UNPEG_OK);
    assert_int_equal(parse_long("<", XML_PATH_LIMIT, "/>"), UNPEG_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
