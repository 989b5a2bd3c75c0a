/* SPDX-License-Identifier: MIT */
#include "written_code.h"

void written_code_note(raw_writer *writer, unpeg_addr pc, const unpeg_frame *frame)
{
    static const raw_code none;
    if (!frame) {
        raw_writer_code(writer, pc, &none);
        return;
    }
    const raw_code code = {.kind = (uint32_t)frame->kind,
                           .tier = (uint32_t)frame->tier,
                           .flags = frame->flags,
                           .line = frame->line,
                           .column = frame->column,
                           .name = frame->name,
                           .file = frame->file,
                           .tag = frame->tag};
    raw_writer_code(writer, pc, &code);
}

/* A file may say anything: what is no generated code has no such name. */
static bool is_generated(const raw_code *code)
{
    static const unpeg_frame_kind kinds[] = {UNPEG_FRAME_JS,      UNPEG_FRAME_WASM,
                                             UNPEG_FRAME_BUILTIN, UNPEG_FRAME_BYTECODE_HANDLER,
                                             UNPEG_FRAME_REGEXP,  UNPEG_FRAME_STUB};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (code->kind == (uint32_t)kinds[i])
            return code->tier < UNPEG_TIER_COUNT;
    return false;
}

bool written_code_find(const raw_reader *reader, unpeg_addr pc, unpeg_frame *ret)
{
    raw_code code;
    if (!raw_reader_code(reader, pc, &code) || !is_generated(&code))
        return false;
    *ret = (unpeg_frame){.kind = (unpeg_frame_kind)code.kind,
                         .tier = (unpeg_tier)code.tier,
                         .flags = code.flags & (UNPEG_FRAME_OSR | UNPEG_FRAME_SPECIALIZED),
                         .line = code.line,
                         .column = code.column,
                         .name = code.name,
                         .file = code.file,
                         .tag = code.tag};
    return true;
}
