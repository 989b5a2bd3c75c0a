/* SPDX-License-Identifier: MIT */
#include "frame_label.h"
#include "unpeg/live.h"

enum { KIND_COLUMNS = 9, INDEX_COLUMNS = 4 };

static const safe_style plain = {0, 0};

static const char *kind_text(const unpeg_live_frame *frame)
{
    switch (frame->frame.kind) {
    case UNPEG_FRAME_CPP:
    case UNPEG_FRAME_LIBRARY:
        return "native";
    case UNPEG_FRAME_BYTECODE_HANDLER:
        return "handler";
    case UNPEG_FRAME_UNKNOWN:
        return "?";
    default:
        return unpeg_frame_kind_text(frame->frame.kind);
    }
}

static void put_padded(text_out *out, const char *text, size_t columns)
{
    size_t len = strlen(text);
    out_text(out, text);
    out_repeat(out, ' ', len < columns ? columns - len : 0);
}

static void put_offset(text_out *out, const unpeg_live_frame *frame)
{
    out_text(out, "+");
    out_hex(out, frame->offset);
    out_text(out, "  ");
    safe_write(out, path_base(frame->module), plain);
}

/* Where it is, or, when only that is known, where the function begins. */
static void put_place(text_out *out, const unpeg_live_frame *frame, frame_label *label)
{
    if (frame->line) {
        label->line = frame->line;
        label->column = frame->column;
    }
    out_text(out, "  ");
    label_write_place(out, label, plain);
    if (frame->line_text[0]) {
        out_text(out, frame->line ? " (" : " (begins there: ");
        out_text(out, frame->line_text);
        out_text(out, ")");
    }
}

static void put_frame(text_out *out, size_t index, const unpeg_live_frame *frame)
{
    frame_label label;
    frame_label_make(&frame->frame, 1u << frame->frame.tier, frame->frame.flags, &label);
    out_u64_right(out, index, INDEX_COLUMNS);
    out_text(out, "  ");
    put_padded(out, kind_text(frame), KIND_COLUMNS);
    label.prefix = frame->frame.kind == UNPEG_FRAME_JS ? label.prefix : "";
    if (frame->frame.kind != UNPEG_FRAME_LIBRARY)
        label_write_name(out, &label, plain);
    if (frame->module.len)
        put_offset(out, frame);
    else if (label.file.len)
        put_place(out, frame, &label);
    out_text(out, label.marks[0] ? "  " : "");
    out_text(out, label.marks);
    out_text(out, frame->inlined ? "  inlined into the next\n" : "\n");
}

static const char *state_text(char state)
{
    switch (state) {
    case 'R':
        return "runs";
    case 'S':
        return "sleeps";
    case 'D':
        return "waits for a device";
    case 'T':
    case 't':
        return "is stopped";
    default:
        return "has ended";
    }
}

/* The innermost JavaScript function: what the engineer came for. */
static void put_verdict(text_out *out, const unpeg_live_stack *stack)
{
    for (size_t i = 0; i < stack->frame_count; i++) {
        const unpeg_live_frame *frame = &stack->frames[i];
        frame_label label;
        if (frame->frame.kind != UNPEG_FRAME_JS)
            continue;
        frame_label_make(&frame->frame, 0, 0, &label);
        label.line = frame->line ? frame->line : label.line;
        label.column = frame->line ? frame->column : label.column;
        out_text(out, i ? ", called from " : ", in ");
        label_write_name(out, &label, plain);
        out_text(out, " ");
        label_write_place(out, &label, plain);
        return;
    }
    out_text(out, stack->frame_count ? ", in no JavaScript function" : "");
}

static void put_regexp(text_out *out, const unpeg_live_regexp *regexp)
{
    out_text(out, "      in the regular expression /");
    safe_write(out, regexp->source, plain);
    out_text(out, regexp->cut ? "..." : "");
    out_text(out, "/");
    out_text(out, regexp->flags);
    if (regexp->subject_known) {
        out_text(out, " on a string of ");
        out_u64(out, regexp->subject_length);
        out_text(out, regexp->subject_length == 1 ? " character" : " characters");
    }
    out_text(out, "\n");
}

static void put_stack(text_out *out, const unpeg_live_stack *stack)
{
    out_text(out, "\nthread ");
    out_i64(out, stack->tid);
    out_text(out, " (");
    safe_write(out, unpeg_slice_of(stack->thread), plain);
    out_text(out, ") ");
    out_text(out, state_text(stack->state));
    if (stack->frame_count && stack->frames[0].frame.kind != UNPEG_FRAME_JS) {
        frame_label label;
        frame_label_make(&stack->frames[0].frame, 0, 0, &label);
        out_text(out, " ");
        label_write_name(out, &label, plain);
    }
    put_verdict(out, stack);
    if (stack->problem[0]) {
        out_text(out, ": ");
        safe_write(out, unpeg_slice_of(stack->problem), plain);
    }
    out_text(out, "\n");
    if (stack->regexp.known)
        put_regexp(out, &stack->regexp);
    for (size_t i = 0; i < stack->frame_count; i++)
        put_frame(out, i, &stack->frames[i]);
    if (stack->frame_count == 0)
        return;
    out_text(out, stack->complete ? "      the whole stack" : "      the stack ends here: ");
    out_text(out, stack->complete ? "" : stack->end_text);
    out_text(out, "; the thread was held for ");
    out_u64(out, stack->stop_us);
    out_text(out, " \u00b5s\n");
}

unpeg_status unpeg_live_dump_text(const unpeg_live_dump *dump, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    out_text(&out, "process ");
    out_i64(&out, dump->pid);
    out_text(&out, " (");
    safe_write(&out, unpeg_slice_of(dump->program), plain);
    out_text(&out, dump->v8[0] ? "), V8 " : ")");
    out_text(&out, dump->v8);
    out_text(&out, "\n");
    if (dump->withheld[0]) {
        out_text(&out, "not told: ");
        out_text(&out, dump->withheld);
        out_text(&out, "\n");
    }
    for (size_t i = 0; i < dump->stack_count; i++)
        put_stack(&out, &dump->stacks[i]);
    return text_out_finish(&out);
}
