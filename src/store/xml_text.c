/* SPDX-License-Identifier: MIT */
#include "xml_text.h"

#include <expat.h>
#include <limits.h>

#include "library.h"
#include "text_buffer.h"

typedef struct expat_library {
    __typeof__(XML_ParserCreate) *parser_create;
    __typeof__(XML_ParserFree) *parser_free;
    __typeof__(XML_SetUserData) *set_user_data;
    __typeof__(XML_SetElementHandler) *set_element_handler;
    __typeof__(XML_SetCharacterDataHandler) *set_text_handler;
    __typeof__(XML_SetStartDoctypeDeclHandler) *set_doctype_handler;
    __typeof__(XML_Parse) *parse;
    __typeof__(XML_StopParser) *stop_parser;
    __typeof__(XML_GetErrorCode) *error_code;
    __typeof__(XML_ErrorString) *error_string;
    __typeof__(XML_GetCurrentLineNumber) *line_number;
} expat_library;

typedef struct collector {
    expat_library expat;
    XML_Parser parser;
    xml_element_fn take;
    void *user;
    unpeg_error *error;
    text_buffer path;
    text_buffer text;
    unsigned depth;
    unpeg_status status;
} collector;

static unpeg_status load_expat(expat_library *expat, unpeg_error *error)
{
    static const library_function functions[] = {
        LIBRARY_FUNCTION(expat_library, parser_create, XML_ParserCreate),
        LIBRARY_FUNCTION(expat_library, parser_free, XML_ParserFree),
        LIBRARY_FUNCTION(expat_library, set_user_data, XML_SetUserData),
        LIBRARY_FUNCTION(expat_library, set_element_handler, XML_SetElementHandler),
        LIBRARY_FUNCTION(expat_library, set_text_handler, XML_SetCharacterDataHandler),
        LIBRARY_FUNCTION(expat_library, set_doctype_handler, XML_SetStartDoctypeDeclHandler),
        LIBRARY_FUNCTION(expat_library, parse, XML_Parse),
        LIBRARY_FUNCTION(expat_library, stop_parser, XML_StopParser),
        LIBRARY_FUNCTION(expat_library, error_code, XML_GetErrorCode),
        LIBRARY_FUNCTION(expat_library, error_string, XML_ErrorString),
        LIBRARY_FUNCTION(expat_library, line_number, XML_GetCurrentLineNumber),
    };
    static const library spec = {
        {"libexpat.so.1"}, "libexpat1", functions, sizeof functions / sizeof functions[0]};
    return library_load(&spec, expat, error);
}

static void stop(collector *c, unpeg_status status)
{
    if (c->status == UNPEG_OK)
        c->status = status;
    c->expat.stop_parser(c->parser, XML_FALSE);
}

static void XMLCALL take_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
                                 const XML_Char *public_id, int has_subset)
{
    collector *c = user;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    stop(c, unpeg_error_set(c->error, UNPEG_INPUT, "XML with a DOCTYPE is refused"));
}

static void XMLCALL take_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    collector *c = user;
    (void)attributes;
    if (c->status != UNPEG_OK)
        return;
    if (c->depth == XML_DEPTH_LIMIT || strlen(name) + 1 > XML_PATH_LIMIT - c->path.len) {
        stop(c, unpeg_error_set(c->error, UNPEG_LIMIT, "XML is nested too deep"));
        return;
    }
    if (c->depth++ != 0)
        text_buffer_add_char(&c->path, '/');
    text_buffer_add_text(&c->path, name);
    text_buffer_clear(&c->text);
    if (c->path.failed)
        stop(c, UNPEG_NO_MEMORY);
}

static void XMLCALL take_text(void *user, const XML_Char *text, int len)
{
    collector *c = user;
    if (c->status != UNPEG_OK)
        return;
    if ((size_t)len > XML_TEXT_LIMIT - c->text.len) {
        stop(c, unpeg_error_set(c->error, UNPEG_LIMIT, "XML has a text over %d bytes",
                                XML_TEXT_LIMIT));
        return;
    }
    text_buffer_add(&c->text, (unpeg_slice){text, (size_t)len});
    if (c->text.failed)
        stop(c, UNPEG_NO_MEMORY);
}

static void leave(text_buffer *path)
{
    const char *slash = strrchr(path->bytes, '/');
    path->len = slash != NULL ? (size_t)(slash - path->bytes) : 0;
    path->bytes[path->len] = '\0';
}

static void XMLCALL take_end(void *user, const XML_Char *name)
{
    collector *c = user;
    (void)name;
    if (c->status != UNPEG_OK)
        return;
    unpeg_status status = c->take(c->user, c->path.bytes, text_buffer_slice(&c->text));
    if (status != UNPEG_OK) {
        stop(c, status);
        return;
    }
    leave(&c->path);
    c->depth--;
    text_buffer_clear(&c->text);
}

static void run(collector *c, unpeg_slice document)
{
    c->expat.set_user_data(c->parser, c);
    c->expat.set_element_handler(c->parser, take_start, take_end);
    c->expat.set_text_handler(c->parser, take_text);
    c->expat.set_doctype_handler(c->parser, take_doctype);
    if (c->expat.parse(c->parser, document.data, (int)document.len, XML_TRUE) == XML_STATUS_OK ||
        c->status != UNPEG_OK)
        return;
    enum XML_Error code = c->expat.error_code(c->parser);
    c->status =
        unpeg_error_set(c->error, code == XML_ERROR_NO_MEMORY ? UNPEG_NO_MEMORY : UNPEG_INPUT,
                        "not XML (%s, line %lu)", c->expat.error_string(code),
                        (unsigned long)c->expat.line_number(c->parser));
}

unpeg_status xml_text_parse(unpeg_slice document, xml_element_fn take, void *user,
                            unpeg_error *error)
{
    collector c = {.take = take, .user = user, .error = error};
    if (document.len > INT_MAX)
        return unpeg_error_set(error, UNPEG_LIMIT, "XML over 2 GiB");
    unpeg_status status = load_expat(&c.expat, error);
    if (status != UNPEG_OK)
        return status;
    c.parser = c.expat.parser_create(NULL);
    if (c.parser == NULL)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to read XML");
    run(&c, document);
    c.expat.parser_free(c.parser);
    text_buffer_deinit(&c.path);
    text_buffer_deinit(&c.text);
    return c.status;
}
