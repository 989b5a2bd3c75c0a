/* SPDX-License-Identifier: MIT
 *
 * The strict mode: the first byte chooses options, the rest is the log. Whatever the log, the
 * report's tree is in order, and both kinds of output can be printed.
 */
#include <stdlib.h>

#include "unpeg/prof_process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const OPTIONS[] = {
    "--only-summary",           "--separate-ic",
    "--separate-bytecodes=1",   "--ignore-unknown",
    "--call-graph-size=99",     "--timed-range",
    "--pairwise-timed-range",   "-ni",
    "--range=1,2000",           "--distortion=333",
    "--filter-runtime-timer=A", "--separate-builtins",
    "--separate-stubs",         "--call-graph-size=0",
    "--use-bigint-addresses",   "--gc",
};

/* A script id may ask for half a gigabyte of nulls. */
enum { ENOUGH = 1 << 22 };

static unpeg_status take(void *user, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    size_t *taken = user;
    if (len == 0 || at[0] + at[len - 1] == 0) /* reads both ends */
        return UNPEG_OK;
    *taken += len;
    return *taken < ENOUGH ? UNPEG_OK : UNPEG_LIMIT;
}

static void check_tree(const unpeg_prof_report *report)
{
    for (size_t i = 0; i < report->node_count; i++) {
        const unpeg_prof_node *node = &report->nodes[i];
        const unpeg_prof_node *parent = &report->nodes[node->parent];
        if (node->ticks == 0 || node->ticks > report->ticks)
            abort();
        if (node->depth > 0 &&
            (node->parent >= i || parent->depth + 1 != node->depth || parent->ticks < node->ticks))
            abort();
    }
    for (size_t i = 1; i < report->row_count; i++)
        if (report->rows[i].ticks > report->rows[i - 1].ticks)
            abort();
}

static void run(const unpeg_prof_options *options, const uint8_t *data, size_t size)
{
    size_t taken = 0;
    unpeg_writer out = {take, &taken};
    unpeg_source *source;
    unpeg_reference *reference;
    if (unpeg_source_open_memory(data, size, &source, NULL) != UNPEG_OK)
        return;
    if (unpeg_source_make_verbatim(source, NULL) != UNPEG_OK ||
        unpeg_reference_run(options, source, &reference, NULL) != UNPEG_OK)
        abort();
    if (!options->preprocess)
        check_tree(unpeg_reference_report(reference));
    unpeg_status status = unpeg_reference_print(reference, &out, NULL);
    if (status != UNPEG_OK && status != UNPEG_UNSUPPORTED && taken < ENOUGH)
        abort();
    unpeg_reference_destroy(reference);
    unpeg_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[3];
    unpeg_prof_options options;
    if (size == 0)
        return 0;
    words[0] = (char *)(uintptr_t)OPTIONS[data[0] % 16];
    words[1] = (char *)(uintptr_t)OPTIONS[data[0] / 16];
    words[2] = (char *)(uintptr_t) "x.log";
    if (unpeg_prof_options_parse(3, words, &options, NULL) != UNPEG_OK)
        abort();
    run(&options, data + 1, size - 1);
    options.preprocess = true;
    run(&options, data + 1, size - 1);
    return 0;
}
