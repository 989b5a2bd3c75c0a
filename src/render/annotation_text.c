/* SPDX-License-Identifier: MIT */
#include "frame_label.h"
#include "unpeg/annotate.h"

enum { TEXT_COLUMNS = 44, OFFSET_DIGITS = 4 };

static const safe_style plain = {0, 0};

static void put_offset(text_out *out, const unpeg_annotation *notes, unpeg_addr address)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t offset = address - notes->start;
    size_t shown = OFFSET_DIGITS;
    while (shown < 16 && offset >> (4 * shown))
        shown++;
    out_text(out, "+");
    while (shown-- > 0)
        out_bytes(out, &digits[offset >> (4 * shown) & 15], 1);
}

static void put_percent(text_out *out, const unpeg_annotation *notes, uint64_t samples)
{
    out_fixed_right(out, share_tenths(samples, notes->samples), 1, 6);
    out_text(out, " %");
}

static void put_head(text_out *out, const unpeg_annotation *notes)
{
    frame_label label;
    frame_label_make(&notes->function, 1u << notes->function.tier, notes->function.flags, &label);
    out_text(out, "hottest code: ");
    label_write_name(out, &label, plain);
    if (label.file.len) {
        out_text(out, "  ");
        label_write_place(out, &label, plain);
    }
    out_text(out, label.marks[0] ? " " : "");
    out_text(out, label.marks);
    out_text(out, "\n  ");
    out_u64(out, notes->size);
    out_text(out, " bytes at ");
    out_hex(out, notes->start);
    out_text(out, ", ");
    out_u64(out, notes->samples);
    out_text(out, " of ");
    out_u64(out, notes->all_samples);
    out_text(out, " samples\n");
}

static void put_loop(text_out *out, const unpeg_annotation *notes)
{
    const unpeg_annotated_loop *loop = &notes->loops[notes->hot_loop];
    if (!notes->has_hot_loop) {
        out_text(out, "  no loop of its own holds 90 % of them\n");
        return;
    }
    out_text(out, "  innermost loop that holds them: ");
    put_offset(out, notes, notes->instructions[loop->first].address);
    out_text(out, " to ");
    put_offset(out, notes, notes->instructions[loop->last].address);
    out_text(out, ", ");
    out_u64(out, loop->last - loop->first + 1);
    out_text(out, " instructions,");
    put_percent(out, notes, loop->samples);
    out_text(out, "\n");
}

static void put_instruction(text_out *out, const unpeg_annotation *notes,
                            const unpeg_annotated *instruction)
{
    size_t len = strlen(instruction->text);
    out_u64_right(out, instruction->samples, 8);
    put_percent(out, notes, instruction->samples);
    out_text(out, "  ");
    put_offset(out, notes, instruction->address);
    out_text(out, "  ");
    out_text(out, instruction->text);
    if (instruction->line) {
        out_repeat(out, ' ', len < TEXT_COLUMNS ? TEXT_COLUMNS - len : 1);
        out_text(out, "; ");
        safe_write(out, instruction->function, plain);
        out_text(out, ":");
        out_u64(out, instruction->line);
    }
    out_text(out, "\n");
}

static bool is_shown(const unpeg_annotation *notes, size_t index, bool all)
{
    if (all || notes->instructions[index].samples)
        return true;
    const unpeg_annotated_loop *loop = &notes->loops[notes->hot_loop];
    return notes->has_hot_loop && index >= loop->first && index <= loop->last;
}

unpeg_status unpeg_annotation_text(const unpeg_annotation *notes, bool all,
                                   const unpeg_writer *writer)
{
    text_out out;
    bool gap = false;
    text_out_init(&out, writer);
    put_head(&out, notes);
    put_loop(&out, notes);
    out_text(&out, "\n samples            at      instruction; function:line\n");
    for (size_t i = 0; i < notes->instruction_count; i++) {
        if (!is_shown(notes, i, all)) {
            gap = true;
            continue;
        }
        out_text(&out, gap ? "     ...\n" : "");
        gap = false;
        put_instruction(&out, notes, &notes->instructions[i]);
    }
    out_text(&out,
             "\nCounts stand at the instruction after the slow one, or the one after that.\n");
    return text_out_finish(&out);
}
