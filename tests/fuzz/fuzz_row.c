/* SPDX-License-Identifier: MIT
 *
 * Lines and rows: any bytes, cut anywhere, give the same printed records, and all of them print.
 */
#include <stdlib.h>

#include "hash.h"
#include "unpeg/log_parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unpeg_status print_record(void *user, const unpeg_record *record)
{
    uint64_t *hash = user;
    char text[512];
    size_t len = unpeg_record_print(record, text, sizeof text);
    *hash = hash_bytes(text, len < sizeof text ? len : sizeof text - 1, *hash + record->line);
    return UNPEG_OK;
}

static uint64_t parse(const uint8_t *data, size_t size, size_t chunk)
{
    uint64_t hash = 0;
    unpeg_log_parser *parser;
    const unpeg_log_parser_options options = {.struct_size = sizeof options,
                                              .max_row_bytes = 1 << 20};
    if (unpeg_log_parser_create(&options, print_record, &hash, &parser) != UNPEG_OK)
        abort();
    for (size_t at = 0; at < size; at += chunk)
        if (unpeg_log_parser_feed(parser, data + at, size - at < chunk ? size - at : chunk) !=
            UNPEG_OK)
            abort();
    if (unpeg_log_parser_finish(parser) != UNPEG_OK)
        abort();
    unpeg_log_parser_destroy(parser);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = parse(data, size, size ? size : 1);
    if (parse(data, size, 1) != whole || parse(data, size, 7) != whole)
        abort();
    return 0;
}
