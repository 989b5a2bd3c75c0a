/* SPDX-License-Identifier: MIT */
#include "recording.h"

typedef struct member {
    const char *name;
    size_t offset;
    bool is_narrow; /* uint32_t, else uint64_t */
} member;

#define NARROW(name)                                                                               \
    {                                                                                              \
#name, offsetof(unpeg_recording, name), true                                               \
    }
#define WIDE(name)                                                                                 \
    {                                                                                              \
#name, offsetof(unpeg_recording, name), false                                              \
    }

static const member numbers[RECORDING_NUMBERS] = {
    NARROW(pid),       NARROW(tid),       NARROW(rate_hz),  WIDE(samples),     WIDE(lost),
    WIDE(incomplete),  WIDE(duration_us), WIDE(stopped_us), WIDE(stop_p50_us), WIDE(stop_p99_us),
    WIDE(stop_max_us), WIDE(unnamed),     WIDE(asked_us),   WIDE(run_us),      WIDE(skipped),
};

static const member texts[RECORDING_TEXTS] = {WIDE(program), WIDE(backend), WIDE(withheld),
                                              WIDE(ended)};

static const void *at(const unpeg_recording *recording, const member *m)
{
    return (const char *)recording + m->offset;
}

static void *at_mutable(unpeg_recording *recording, const member *m)
{
    return (char *)recording + m->offset;
}

const char *recording_number_name(size_t index)
{
    return numbers[index].name;
}

uint64_t recording_number(const unpeg_recording *recording, size_t index)
{
    const member *m = &numbers[index];
    uint32_t narrow;
    uint64_t wide;
    if (!m->is_narrow) {
        memcpy(&wide, at(recording, m), sizeof wide);
        return wide;
    }
    memcpy(&narrow, at(recording, m), sizeof narrow);
    return narrow;
}

void recording_set_number(unpeg_recording *recording, size_t index, uint64_t value)
{
    const member *m = &numbers[index];
    uint32_t narrow = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    if (m->is_narrow)
        memcpy(at_mutable(recording, m), &narrow, sizeof narrow);
    else
        memcpy(at_mutable(recording, m), &value, sizeof value);
}

const char *recording_text_name(size_t index)
{
    return texts[index].name;
}

unpeg_slice recording_text(const unpeg_recording *recording, size_t index)
{
    unpeg_slice text;
    memcpy(&text, at(recording, &texts[index]), sizeof text);
    return text;
}

void recording_set_text(unpeg_recording *recording, size_t index, unpeg_slice text)
{
    memcpy(at_mutable(recording, &texts[index]), &text, sizeof text);
}

unpeg_slice recording_silence(const unpeg_recording *recording)
{
    return recording->ended.len > 0 ? recording->ended
                                    : unpeg_slice_of("the thread slept all the time");
}
