/* SPDX-License-Identifier: MIT */
#include "json_writer.h"
#include "unpeg/live.h"

static void put_hex(json_writer *w, const char *key, uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    char text[19];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    do {
        text[--at] = digits[value & 15];
        value >>= 4;
    } while (value);
    text[--at] = 'x';
    text[--at] = '0';
    json_text(w, key, text + at);
}

static void put_frame(json_writer *w, const unpeg_live_frame *frame)
{
    const unpeg_frame *f = &frame->frame;
    json_open(w, NULL, '{');
    json_text(w, "kind", unpeg_frame_kind_text(f->kind));
    json_slice(w, "name", f->name);
    if (f->kind == UNPEG_FRAME_JS) {
        json_slice(w, "file", f->file);
        json_u64(w, "function_line", f->line);
        json_u64(w, "function_column", f->column);
        json_u64(w, "line", frame->line);
        json_u64(w, "column", frame->column);
        json_text(w, "line_problem", frame->line_text);
        json_text(w, "tier", unpeg_tier_text(f->tier));
        json_bool(w, "inlined", frame->inlined);
    }
    put_hex(w, "pc", frame->pc);
    if (frame->module.len) {
        json_slice(w, "module", frame->module);
        put_hex(w, "offset", frame->offset);
    }
    if (f->reason != UNPEG_UNKNOWN_NONE)
        json_text(w, "reason", unpeg_unknown_id(f->reason));
    json_close(w, '}');
}

static void put_regexp(json_writer *w, const unpeg_live_regexp *regexp)
{
    json_open(w, "regexp", '{');
    json_slice(w, "source", regexp->source);
    json_bool(w, "cut", regexp->cut);
    json_text(w, "flags", regexp->flags);
    if (regexp->subject_known)
        json_u64(w, "subject_length", regexp->subject_length);
    json_close(w, '}');
}

static void put_stack(json_writer *w, const unpeg_live_stack *stack)
{
    const char state[2] = {stack->state, '\0'};
    json_open(w, NULL, '{');
    json_i64(w, "tid", stack->tid);
    json_text(w, "thread", stack->thread);
    json_text(w, "state", state);
    json_bool(w, "complete", stack->complete);
    json_text(w, "end", stack->end_text);
    json_u64(w, "stop_us", stack->stop_us);
    json_text(w, "problem", stack->problem);
    if (stack->regexp.known)
        put_regexp(w, &stack->regexp);
    json_open(w, "frames", '[');
    for (size_t i = 0; i < stack->frame_count; i++)
        put_frame(w, &stack->frames[i]);
    json_close(w, ']');
    json_close(w, '}');
}

unpeg_status unpeg_live_dump_json(const unpeg_live_dump *dump, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 4};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.dump/1");
    json_i64(&w, "pid", dump->pid);
    json_text(&w, "program", dump->program);
    json_text(&w, "v8", dump->v8);
    json_text(&w, "withheld", dump->withheld);
    json_open(&w, "stacks", '[');
    for (size_t i = 0; i < dump->stack_count; i++)
        put_stack(&w, &dump->stacks[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}
