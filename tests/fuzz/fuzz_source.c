/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a source. The first byte chooses the size of the reads; whatever it is, the text
 * and the damage are those of one large read.
 */
#include <stdint.h>
#include <stdlib.h>

#include "unpeg/source.h"

/* Of text: decompression multiplies. */
enum { TEXT_MAX = 1 << 20 };

typedef struct outcome {
    char *text;
    size_t len;
    unpeg_status status;
    uint64_t cut, bad;
} outcome;

static outcome read_in_chunks(const uint8_t *bytes, size_t len, size_t chunk)
{
    outcome o = {.text = malloc(TEXT_MAX)};
    unpeg_source *source;
    size_t got = 1;
    if (o.text == NULL)
        abort();
    o.status = unpeg_source_open_memory(bytes, len, &source, NULL);
    if (o.status != UNPEG_OK)
        return o;
    while (got != 0 && o.len < TEXT_MAX && o.status == UNPEG_OK) {
        size_t room = TEXT_MAX - o.len < chunk ? TEXT_MAX - o.len : chunk;
        o.status = unpeg_source_read(source, o.text + o.len, room, &got, NULL);
        o.len += o.status == UNPEG_OK ? got : 0;
    }
    o.cut = unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count;
    o.bad = unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_BAD_ENCODING].count;
    unpeg_source_close(source);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    outcome whole = read_in_chunks(data + 1, size - 1, TEXT_MAX);
    outcome parts = read_in_chunks(data + 1, size - 1, (size_t)data[0] + 1);
    if (whole.len != parts.len || memcmp(whole.text, parts.text, whole.len) != 0)
        abort();
    bool complete = whole.len < TEXT_MAX;
    if (complete && (whole.cut != parts.cut || whole.bad != parts.bad))
        abort();
    if (complete && whole.status != parts.status)
        abort();
    free(whole.text);
    free(parts.text);
    return 0;
}
