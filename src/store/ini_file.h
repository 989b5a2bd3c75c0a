/* SPDX-License-Identifier: MIT
 *
 * The configuration files of AWS's tools: sections, settings, and settings below a setting.
 *
 *     ini_file file = {0};
 *     status = ini_file_parse(&file, text);
 *     const char *region = ini_file_get(&file, "profile ci", NULL, "region");
 *     const char *url = ini_file_get(&file, "services x", "s3", "endpoint_url");
 *     ini_file_deinit(&file);
 *
 * What cannot be understood is skipped. Of a setting that is given twice the last counts.
 */
#ifndef UNPEG_STORE_INI_FILE_H
#define UNPEG_STORE_INI_FILE_H

#include "text_buffer.h"
#include "unpeg/status.h"

enum { INI_FILE_LIMIT = 1 << 20 };

typedef struct ini_entry {
    const char *section;
    const char *parent; /* the setting it stands below; NULL: none */
    const char *name;   /* lower case; NULL: the section itself */
    const char *value;
} ini_entry;

typedef struct ini_file {
    text_buffer text; /* what the entries point into */
    ini_entry *entries;
    size_t count, capacity;
} ini_file;

/* Takes over the text, whatever the result. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status ini_file_parse(ini_file *file, text_buffer *text);

/* NULL when it is not there. parent NULL: a setting of the section itself. */
const char *ini_file_get(const ini_file *file, const char *section, const char *parent,
                         const char *name);

bool ini_file_has(const ini_file *file, const char *section);

/* Wipes and frees. */
void ini_file_deinit(ini_file *file);

#endif
