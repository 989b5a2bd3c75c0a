/* SPDX-License-Identifier: MIT */
#include "v8_clue.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proc_file.h"
#include "process_maps.h"
#include "v8_image.h"
#include "v8_layout.h"

enum { PATH_BYTES = 4352 };

static unpeg_slice last_part(unpeg_slice path)
{
    const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;
    if (!slash)
        return path;
    return (unpeg_slice){slash + 1, path.len - (size_t)(slash + 1 - path.data)};
}

static bool begins_with(unpeg_slice text, const char *head)
{
    size_t len = strlen(head);
    return text.len >= len && memcmp(text.data, head, len) == 0;
}

bool v8_clue_of_name(unpeg_slice path)
{
    static const char *const heads[] = {"node", "chrom",  "headless_shell", "electron",
                                        "deno", "msedge", "brave",          "content_shell"};
    unpeg_slice name = last_part(path);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (begins_with(name, heads[i]))
            return true;
    return unpeg_slice_equal(name, unpeg_slice_of("d8"));
}

/* V8 names its memory where the kernel lets it. */
bool v8_clue_of_mappings(const mapping_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        unpeg_slice path = list->items[i].path;
        unpeg_slice name = last_part(path);
        if (begins_with(path, "[anon:v8") || begins_with(name, "libnode.so") ||
            begins_with(name, "libv8.so"))
            return true;
    }
    return false;
}

static bool exports_v8(int32_t pid, unpeg_slice path)
{
    char full[PATH_BYTES];
    v8_image *image;
    v8_layout layout = {0};
    int len = snprintf(full, sizeof full, "/proc/%d/root%.*s", (int)pid, (int)path.len, path.data);
    if (len < 0 || (size_t)len >= sizeof full || v8_image_open(full, &image) != UNPEG_OK)
        return false;
    bool found = v8_image_load_layout(image, &layout) == UNPEG_OK;
    v8_image_close(image);
    return found;
}

/* V8 is larger than anything that could be meant by chance. */
static bool may_hold_v8(const mapping *at)
{
    enum { V8_TEXT_MIN = 4 << 20 };
    return (at->prot & MAPPING_EXEC) && at->path.len != 0 && at->path.data[0] == '/' &&
           at->end - at->start >= V8_TEXT_MIN;
}

static bool any_exports_v8(int32_t pid, const mapping_list *list)
{
    unpeg_slice last = {NULL, 0};
    for (size_t i = 0; i < list->count; i++) {
        const mapping *at = &list->items[i];
        if (!may_hold_v8(at) || unpeg_slice_equal(at->path, last))
            continue;
        last = at->path;
        if (exports_v8(pid, at->path))
            return true;
    }
    return false;
}

/* Of a process of somebody else only the command line is told. */
static const char *clue_by_name(int32_t pid)
{
    char link[64], path[PATH_BYTES];
    proc_bytes file;
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t len = readlink(link, path, sizeof path);
    if (len > 0)
        return v8_clue_of_name((unpeg_slice){path, (size_t)len}) ? "name" : "";
    if (proc_read(pid, 0, "cmdline", &file) != UNPEG_OK)
        return "";
    size_t word = 0;
    while (word < file.size && file.text[word] != '\0' && file.text[word] != ' ')
        word++;
    return v8_clue_of_name((unpeg_slice){file.text, word}) ? "name" : "";
}

const char *v8_clue_of_process(int32_t pid)
{
    process_maps maps = {.pid = pid};
    const char *clue = "";
    if (process_maps_refresh(&maps) == UNPEG_OK) {
        if (any_exports_v8(pid, &maps.list))
            clue = "symbols";
        else if (v8_clue_of_mappings(&maps.list))
            clue = "mapping";
    }
    process_maps_deinit(&maps);
    return clue[0] ? clue : clue_by_name(pid);
}
