/* SPDX-License-Identifier: MIT
 *
 * Any bytes as AWS's configuration: every setting that was read is found by its own names, and
 * names have no blanks around them.
 */
#include <stdint.h>
#include <stdlib.h>

#include "ini_file.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_trimmed(const char *text)
{
    size_t len = strlen(text);
    require(len == 0 ||
            (strchr(" \t\r\v\f", text[0]) == NULL && strchr(" \t\r\v\f", text[len - 1]) == NULL));
    require(strchr(text, '\n') == NULL);
}

static void check_entry(const ini_file *file, const ini_entry *entry)
{
    require(ini_file_has(file, entry->section));
    if (entry->name == NULL)
        return;
    check_trimmed(entry->name);
    check_trimmed(entry->value);
    require(entry->name[0] != '\0');
    require(ini_file_get(file, entry->section, entry->parent, entry->name) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    text_buffer text = {0};
    ini_file file;
    text_buffer_add(&text, (unpeg_slice){(const char *)data, size});
    require(ini_file_parse(&file, &text) == UNPEG_OK);
    require(text.bytes == NULL);
    for (size_t i = 0; i < file.count && i < 256; i++)
        check_entry(&file, &file.entries[i]);
    ini_file_deinit(&file);
    return 0;
}
