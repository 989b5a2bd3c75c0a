/* SPDX-License-Identifier: MIT */
#include "missing.h"

#include <stdlib.h>

/* For sorting libraries where they are not to be moved. */
typedef struct library_ref {
    const unpeg_library *library;
} library_ref;

/* The order in which equal paths and reasons meet; data of a slice may be NULL. */
static int compare_slices(unpeg_slice a, unpeg_slice b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_path_and_reason(const void *x, const void *y)
{
    const missing_ticks *a = x;
    const missing_ticks *b = y;
    int order = compare_slices(a->path, b->path);
    return order ? order : (a->reason > b->reason) - (a->reason < b->reason);
}

static int by_ticks(const void *x, const void *y)
{
    const missing_ticks *a = x;
    const missing_ticks *b = y;
    if (a->ticks != b->ticks)
        return a->ticks > b->ticks ? -1 : 1;
    return by_path_and_reason(x, y);
}

static int by_library_path(const void *x, const void *y)
{
    const library_ref *a = x;
    const library_ref *b = y;
    return compare_slices(a->library->path, b->library->path);
}

static size_t collect(const unpeg_view *view, const unpeg_row *rows, size_t count,
                      missing_ticks *ret)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const unpeg_frame *f = unpeg_profile_frame(unpeg_view_profile(view), rows[i].frame);
        bool is_library = f->kind == UNPEG_FRAME_LIBRARY;
        if (rows[i].self && (is_library || f->kind == UNPEG_FRAME_UNKNOWN))
            ret[used++] = (missing_ticks){.path = is_library ? f->name : (unpeg_slice){NULL, 0},
                                          .reason = f->reason,
                                          .ticks = rows[i].self};
    }
    return used;
}

static size_t merge_equal(missing_ticks *list, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (used && by_path_and_reason(&list[used - 1], &list[i]) == 0)
            list[used - 1].ticks += list[i].ticks;
        else
            list[used++] = list[i];
    }
    return used;
}

/* Both lists are in the order of paths. */
static void join_libraries(missing_ticks *list, size_t count, const library_ref *libraries,
                           size_t library_count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        while (at < library_count && compare_slices(libraries[at].library->path, list[i].path) < 0)
            at++;
        if (at < library_count && unpeg_slice_equal(libraries[at].library->path, list[i].path))
            list[i].library = libraries[at].library;
    }
}

static library_ref *sorted_libraries(const unpeg_profile *profile, size_t *ret_count)
{
    *ret_count = unpeg_profile_library_count(profile);
    library_ref *libraries = malloc((*ret_count + 1) * sizeof *libraries);
    if (!libraries)
        return NULL;
    for (size_t i = 0; i < *ret_count; i++)
        libraries[i].library = unpeg_profile_library(profile, i);
    if (*ret_count > 1)
        qsort(libraries, *ret_count, sizeof *libraries, by_library_path);
    return libraries;
}

static void sort(missing_ticks *list, size_t count, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(list, count, sizeof *list, compare);
}

unpeg_status missing_make(const unpeg_view *view, missing_ticks **ret, size_t *ret_count)
{
    size_t row_count;
    const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_SELF, &row_count);
    size_t library_count;
    library_ref *libraries = sorted_libraries(unpeg_view_profile(view), &library_count);
    missing_ticks *list = malloc((row_count + 1) * sizeof *list);
    if (!libraries || !list) {
        free(libraries);
        free(list);
        return UNPEG_NO_MEMORY;
    }
    size_t count = collect(view, rows, row_count, list);
    sort(list, count, by_path_and_reason);
    count = merge_equal(list, count);
    join_libraries(list, count, libraries, library_count);
    sort(list, count, by_ticks);
    free(libraries);
    *ret = list;
    *ret_count = count;
    return UNPEG_OK;
}

const char *missing_remedy(unpeg_unknown_reason reason)
{
    switch (reason) {
    case UNPEG_UNKNOWN_FILE_MISSING:
        return "name the root that the file lies under with --sysroot, or run where the process "
               "ran";
    case UNPEG_UNKNOWN_STRIPPED:
    case UNPEG_UNKNOWN_NO_SYMBOL:
        return "install the library's debug symbols, or name their folder with --debug-dir";
    case UNPEG_UNKNOWN_OTHER_BUILD:
        return "name the root that holds the file that ran with --sysroot";
    case UNPEG_UNKNOWN_NO_CODE_ROW:
        return "such code was made before the log began, or its row is damaged; in Node run with "
               "--no-node-snapshot";
    case UNPEG_UNKNOWN_NO_MAPPING:
        return "nothing helps: V8 lists the libraries once, what is mapped later is not in the "
               "log";
    case UNPEG_UNKNOWN_NULL_PC:
        return "nothing helps: the log holds no address";
    case UNPEG_UNKNOWN_NO_FILE:
    case UNPEG_UNKNOWN_NONE:
    case UNPEG_UNKNOWN_COUNT:
        break;
    }
    return "nothing helps: there is no file to read names from";
}
