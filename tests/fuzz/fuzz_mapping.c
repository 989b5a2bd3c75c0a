/* SPDX-License-Identifier: MIT
 *
 * Any bytes as /proc/PID/maps: what is listed ascends and is disjoint, each row is found by its
 * addresses and by no other, and every path can be read.
 */
#include <stdlib.h>

#include "mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_item(const mapping_list *list, size_t i, size_t size)
{
    const mapping *item = &list->items[i];
    require(item->start < item->end);
    require(i == 0 || item[-1].end <= item->start);
    require(mapping_find(list, item->start) == item);
    require(mapping_find(list, item->end - 1) == item);
    require(mapping_find(list, item->end) != item);
    require(item->start == 0 || mapping_find(list, item->start - 1) != item);
    const char *text = item->path.data;
    require(item->path.len <= size && text >= list->text);
    require(text + item->path.len <= list->text + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mapping_list list = {0};
    if (mapping_list_parse(&list, (const char *)data, size) != UNPEG_OK)
        return 0;
    for (size_t i = 0; i < list.count; i++)
        check_item(&list, i, size);
    mapping_list_deinit(&list);
    return 0;
}
