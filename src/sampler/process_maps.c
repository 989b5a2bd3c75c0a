/* SPDX-License-Identifier: MIT */
#include "process_maps.h"

#include <stdlib.h>

#include "proc_file.h"
#include "sampler_clock.h"

unpeg_status process_maps_refresh(process_maps *maps)
{
    char *text;
    size_t size;
    mapping_list list = {0};
    unpeg_status status = proc_read_maps(maps->pid, &text, &size);
    if (status != UNPEG_OK)
        return status;
    /* A process that is ending has no mappings any more. */
    status = size == 0 ? UNPEG_NOT_FOUND : mapping_list_parse(&list, text, size);
    if (status != UNPEG_OK) {
        mapping_list_deinit(&list);
        free(text);
        return status;
    }
    mapping_list_deinit(&maps->list);
    free(maps->text);
    maps->list = list;
    maps->text = text;
    maps->text_size = size;
    maps->serial++;
    maps->time_us = sampler_clock_us();
    return UNPEG_OK;
}

void process_maps_deinit(process_maps *maps)
{
    mapping_list_deinit(&maps->list);
    free(maps->text);
    *maps = (process_maps){.pid = maps->pid};
}
