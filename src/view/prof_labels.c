/* SPDX-License-Identifier: MIT */
#include "prof_labels.h"

#include <stdio.h>
#include <stdlib.h>

#include "grow.h"
#include "unpeg/view.h"

/* A byte of UTF-8 as a number that sorts as the UTF-16 of its character does: U+E000 to U+FFFF
 * (0xEE, 0xEF) lie above the surrogates that all greater characters begin with. */
static int utf16_order(char byte)
{
    unsigned char b = (unsigned char)byte;
    return b == 0xEE || b == 0xEF ? b + 0x100 : b;
}

/* Labels share their beginnings (tag, marker, folder of the script), so eight bytes at a time. */
static size_t common_beginning(const char *a, const char *b, size_t len)
{
    size_t same = 0;
    for (; same + 8 <= len; same += 8) {
        if (memcmp(a + same, b + same, 8) != 0)
            break;
    }
    while (same < len && a[same] == b[same])
        same++;
    return same;
}

int prof_label_compare(unpeg_slice a, unpeg_slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    size_t same = common_beginning(a.data, b.data, common);
    if (same < common)
        return utf16_order(a.data[same]) - utf16_order(b.data[same]);
    return (a.len > b.len) - (a.len < b.len);
}

/* In eight bytes there is room for a rank of each, but not for the rank of 0xEE above 0xFF: such a
 * byte and all behind it count as equal ones. */
uint64_t prof_label_beginning(unpeg_slice text)
{
    uint64_t number = 0;
    bool ended = false;
    for (size_t i = 0; i < 8; i++) {
        unsigned byte = ended || i >= text.len ? 0 : (unsigned char)text.data[i];
        ended |= byte >= 0xEE;
        number = number << 8 | (byte < 0xEE ? byte : 0xEE);
    }
    return number;
}

/* A text that grows; failed is sticky. */
typedef struct text {
    char *bytes;
    size_t len, capacity;
    bool failed;
} text;

static void put(text *t, unpeg_slice part)
{
    if (t->failed || part.len == 0)
        return;
    if (!grow_reserve((void **)&t->bytes, &t->capacity, t->len + part.len, 1)) {
        t->failed = true;
        return;
    }
    memcpy(t->bytes + t->len, part.data, part.len);
    t->len += part.len;
}

static void put_text(text *t, const char *part)
{
    put(t, unpeg_slice_of(part));
}

/* Code that V8 logged has a tag; a frame from elsewhere gets the usual one of its kind. */
static void put_tag(text *t, const unpeg_frame *f)
{
    static const char *const tags[UNPEG_FRAME_KIND_COUNT] = {
        [UNPEG_FRAME_JS] = "JS",           [UNPEG_FRAME_WASM] = "Function",
        [UNPEG_FRAME_BUILTIN] = "Builtin", [UNPEG_FRAME_BYTECODE_HANDLER] = "BytecodeHandler",
        [UNPEG_FRAME_REGEXP] = "RegExp",   [UNPEG_FRAME_STUB] = "Stub",
    };
    if (f->tag.len)
        put(t, f->tag);
    else
        put_text(t, tags[f->kind]);
    put_text(t, ": ");
}

static void put_number(text *t, uint32_t number)
{
    char digits[10];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    put(t, (unpeg_slice){digits + at, sizeof digits - at});
}

static void put_position(text *t, const unpeg_frame *f)
{
    put_text(t, ":");
    put_number(t, f->line);
    put_text(t, ":");
    put_number(t, f->column);
}

static void put_code(text *t, const unpeg_frame *f)
{
    put_tag(t, f);
    put_text(t, unpeg_tier_mark(f->tier));
    bool is_function = f->kind == UNPEG_FRAME_JS || f->kind == UNPEG_FRAME_WASM;
    if (is_function && f->name.len == 0)
        put_text(t, "<anonymous>");
    put(t, f->name);
    if (is_function && f->file.len) {
        put_text(t, " ");
        put(t, f->file);
    }
    if (is_function && f->line)
        put_position(t, f);
}

/* Every frame without a name is the reference's UNKNOWN if it was running; code that V8 did not
 * log is told apart, as it also calls. */
static void put_unknown(text *t, const unpeg_frame *f)
{
    char address[32];
    snprintf(address, sizeof address, " 0x%llx", (unsigned long long)f->address);
    put_text(t, "UNKNOWN");
    if (f->reason == UNPEG_UNKNOWN_NO_CODE_ROW)
        put_text(t, address);
}

static void put_label(text *t, const unpeg_frame *f)
{
    t->len = 0;
    switch (f->kind) {
    case UNPEG_FRAME_JS:
    case UNPEG_FRAME_WASM:
    case UNPEG_FRAME_BUILTIN:
    case UNPEG_FRAME_BYTECODE_HANDLER:
    case UNPEG_FRAME_REGEXP:
    case UNPEG_FRAME_STUB:
        put_code(t, f);
        break;
    case UNPEG_FRAME_CPP:
    case UNPEG_FRAME_LIBRARY:
    case UNPEG_FRAME_KERNEL:
        put(t, f->name);
        if (f->name.len == 0)
            put_text(t, "<anonymous>");
        break;
    case UNPEG_FRAME_GC:
        put_text(t, "(garbage collector)");
        break;
    case UNPEG_FRAME_IDLE:
        put_text(t, "(idle)");
        break;
    case UNPEG_FRAME_TRUNCATED:
        put_text(t, "(outermost frames are missing)");
        break;
    case UNPEG_FRAME_UNKNOWN:
        put_unknown(t, f);
        break;
    case UNPEG_FRAME_ROOT:
    case UNPEG_FRAME_KIND_COUNT:
        break;
    }
}

static unpeg_prof_category category_of(unpeg_frame_kind kind)
{
    switch (unpeg_category_of(kind)) {
    case UNPEG_CATEGORY_JS:
    case UNPEG_CATEGORY_WASM:
    case UNPEG_CATEGORY_BUILTIN:
    case UNPEG_CATEGORY_REGEXP:
    case UNPEG_CATEGORY_STUB:
        return UNPEG_PROF_JAVASCRIPT;
    case UNPEG_CATEGORY_CPP:
        return UNPEG_PROF_CPP;
    case UNPEG_CATEGORY_LIBRARY:
    case UNPEG_CATEGORY_KERNEL:
        return UNPEG_PROF_LIBRARY;
    default:
        return UNPEG_PROF_UNLISTED;
    }
}

static bool contains(unpeg_slice name, const char *part)
{
    return memmem(name.data, name.len, part, strlen(part)) != NULL;
}

/* An inline cache of V8 (its own code only). */
static bool is_ic(const unpeg_frame *f)
{
    return contains(f->name, "LoadIC") || contains(f->name, "StoreIC") ||
           contains(f->name, "CallIC") || contains(f->tag, "IC") || contains(f->tag, "Handler");
}

static prof_role role_of(const unpeg_frame *f, const unpeg_prof_options *options, bool shows_gc)
{
    switch (f->kind) {
    case UNPEG_FRAME_BYTECODE_HANDLER:
        return options->separate_bytecodes ? PROF_SHOWN : PROF_FOLDED;
    case UNPEG_FRAME_BUILTIN:
        return options->separate_builtins && (options->separate_ic || !is_ic(f)) ? PROF_SHOWN
                                                                                 : PROF_FOLDED;
    case UNPEG_FRAME_STUB:
        return options->separate_stubs && (options->separate_ic || !is_ic(f)) ? PROF_SHOWN
                                                                              : PROF_FOLDED;
    case UNPEG_FRAME_IDLE:
        return PROF_TRANSPARENT;
    case UNPEG_FRAME_GC:
        return shows_gc ? PROF_SHOWN : PROF_HOLDER;
    default:
        return PROF_SHOWN;
    }
}

/* Equal texts are one label, whatever they stand for; the category is that of the first. */
static bool label_frames(prof_labels *labels, const unpeg_profile *profile, text *t)
{
    size_t frames = unpeg_profile_frame_count(profile);
    for (uint32_t f = 0; f < frames; f++) {
        put_label(t, unpeg_profile_frame(profile, f));
        if (t->failed || !intern_add(&labels->texts, (unpeg_slice){t->bytes, t->len},
                                     &labels->functions.of_frame[f]))
            return false;
    }
    /* The interner counts label 0, the root's, only once there is another. */
    labels->functions.count = labels->texts.count ? (uint32_t)labels->texts.count : 1;
    labels->categories = calloc(labels->functions.count, 1);
    for (size_t f = frames; labels->categories && f-- > 0;) {
        unpeg_frame_kind kind = unpeg_profile_frame(profile, (uint32_t)f)->kind;
        labels->categories[labels->functions.of_frame[f]] = (uint8_t)category_of(kind);
    }
    return labels->categories != NULL;
}

unpeg_status prof_labels_init(prof_labels *labels, const unpeg_profile *profile,
                              const unpeg_prof_options *options, bool shows_gc)
{
    size_t frames = unpeg_profile_frame_count(profile);
    text t = {0};
    *labels = (prof_labels){.functions.labels = &labels->texts};
    labels->functions.of_frame = calloc(frames, sizeof *labels->functions.of_frame);
    labels->roles = calloc(frames, 1);
    bool done = labels->functions.of_frame && labels->roles && label_frames(labels, profile, &t);
    for (uint32_t f = 0; done && f < frames; f++)
        labels->roles[f] = (uint8_t)role_of(unpeg_profile_frame(profile, f), options, shows_gc);
    free(t.bytes);
    if (!done)
        prof_labels_deinit(labels);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
}

void prof_labels_deinit(prof_labels *labels)
{
    functions_deinit(&labels->functions);
    intern_deinit(&labels->texts);
    free(labels->categories);
    free(labels->roles);
    *labels = (prof_labels){0};
}
