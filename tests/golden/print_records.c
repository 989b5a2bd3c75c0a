/* SPDX-License-Identifier: MIT
 *
 * The records of a log on standard input, one a line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unpeg/log_parser.h"

static unpeg_status print_record(void *user, const unpeg_record *record)
{
    (void)user;
    char line[65536];
    unpeg_record_print(record, line, sizeof line);
    return puts(line) < 0 ? UNPEG_OS : UNPEG_OK;
}

int main(void)
{
    unpeg_log_parser *parser;
    char chunk[4096];
    size_t len;
    if (unpeg_log_parser_create(NULL, print_record, NULL, &parser) != UNPEG_OK)
        return EXIT_FAILURE;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && (len = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        status = unpeg_log_parser_feed(parser, chunk, len);
    if (status == UNPEG_OK)
        status = unpeg_log_parser_finish(parser);
    unpeg_log_parser_destroy(parser);
    return status == UNPEG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
