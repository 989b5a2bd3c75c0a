/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "frame_label.h"

#define S(text)                                                                                    \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static void check_label(const unpeg_frame *frame, uint32_t tiers, uint32_t flags,
                        const char *expected)
{
    frame_label label;
    text_out out;
    frame_label_make(frame, tiers, flags, &label);
    text_out_init(&out, NULL);
    label_write(&out, &label, (safe_style){0, 0});
    out_bytes(&out, "", 1);
    assert_string_equal(out.buffer, expected);
}

static void check_frame(unpeg_frame frame, const char *expected)
{
    check_label(&frame, UINT32_C(1) << frame.tier, frame.flags, expected);
}

static void test_kinds(void **state)
{
    (void)state;
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_JS,
                              .name = S("run"),
                              .file = S("/a/b.js"),
                              .line = 3,
                              .column = 7,
                              .tier = UNPEG_TIER_IGNITION},
                "run /a/b.js:3:7~");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_JS, .file = S("b.js"), .line = 3},
                "(anonymous) b.js:3");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_JS, .file = S("b.js")}, "(anonymous) b.js");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_JS, .tier = UNPEG_TIER_TURBOFAN}, "(anonymous)*");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_REGEXP, .name = S("^(a+)+$")},
                "(regexp) ^(a+)+$");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_BUILTIN, .name = S("ArrayMap")},
                "(builtin) ArrayMap");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_BYTECODE_HANDLER, .name = S("Ldar")},
                "(bytecode handler) Ldar");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_STUB, .name = S("js-to-wasm")},
                "(stub) js-to-wasm");
    check_frame(
        (unpeg_frame){.kind = UNPEG_FRAME_WASM, .name = S("f"), .tier = UNPEG_TIER_TURBOFAN},
        "(wasm) f*");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_CPP,
                              .name = S("memcpy"),
                              .file = S("/lib/x86/libc.so.6")},
                "memcpy libc.so.6");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_LIBRARY,
                              .name = S("/opt/libx.so"),
                              .file = S("/opt/libx.so"),
                              .reason = UNPEG_UNKNOWN_STRIPPED},
                "libx.so [stripped]");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_KERNEL, .name = S("[vdso]")}, "(kernel) [vdso]");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_GC, .name = S("ignored")}, "(garbage collector)");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_IDLE}, "(idle)");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_ROOT}, "(root)");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_TRUNCATED}, "(stack cut at V8's limit)");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_UNKNOWN,
                              .reason = UNPEG_UNKNOWN_NO_CODE_ROW,
                              .address = 0x3f0012},
                "(unknown) 0x3f0012 [no-code-row]");
    check_frame((unpeg_frame){.kind = UNPEG_FRAME_UNKNOWN, .reason = UNPEG_UNKNOWN_NULL_PC},
                "(unknown) [null-pc]");
}

static void test_marks(void **state)
{
    (void)state;
    const unpeg_frame f = {.kind = UNPEG_FRAME_JS, .name = S("f")};
    const uint32_t none = 1u << UNPEG_TIER_NONE;
    const uint32_t ignition = 1u << UNPEG_TIER_IGNITION;
    const uint32_t maglev = 1u << UNPEG_TIER_MAGLEV;
    const uint32_t all = ignition | 1u << UNPEG_TIER_SPARKPLUG | maglev | 1u << UNPEG_TIER_TURBOFAN;
    check_label(&f, 0, 0, "f");
    check_label(&f, none, UNPEG_FRAME_OSR | UNPEG_FRAME_SPECIALIZED, "f");
    check_label(&f, none | ignition, 0, "f~");
    check_label(&f, maglev, UNPEG_FRAME_OSR, "fo+");
    check_label(&f, maglev, UNPEG_FRAME_SPECIALIZED, "f+'");
    check_label(&f, ignition | maglev, UNPEG_FRAME_OSR, "f~o+");
    check_label(&f, all, UNPEG_FRAME_OSR | UNPEG_FRAME_SPECIALIZED, "f~^+o*'");
    check_label(&f, UINT32_MAX, UINT32_MAX, "f~^+*'");
}

static void check_short(const char *path, const char *expected)
{
    unpeg_slice text = path_short(unpeg_slice_of(path));
    unpeg_slice wanted = unpeg_slice_of(expected);
    if (!unpeg_slice_equal(text, wanted))
        fail_msg("%s: %.*s, not %s", path, (int)text.len, text.data, expected);
}

static void test_paths(void **state)
{
    (void)state;
    check_short("", "");
    check_short("a.js", "a.js");
    check_short("/a.js", "a.js");
    check_short("/srv/app/lib/a.js", "lib/a.js");
    check_short("C:\\srv\\app\\a.js", "app\\a.js");
    check_short("node:internal/modules/cjs/loader", "cjs/loader");
    check_short("file:///srv/app/a.js", "app/a.js");
    check_short("https://user@host.example:8080/a.js", "a.js");
    check_short("https://host.example/x/y/a.js?token=/secret/1#/f/g", "y/a.js");
    check_short("https://host.example/a.js#/f", "a.js");
    check_short("https://host.example/", "/");
    check_short("https://host.example", "/");
    check_short("https://host.example?q=1", "/");
    check_short("/", "/");
    check_short("a/", "a/");
    assert_true(unpeg_slice_equal(path_base(unpeg_slice_of("/a/b")), unpeg_slice_of("b")));
    assert_int_equal(path_base(unpeg_slice_of("")).len, 0);
    assert_int_equal(path_short((unpeg_slice){NULL, 0}).len, 0);
}

static void test_sizes_and_cuts(void **state)
{
    (void)state;
    const unpeg_frame f = {.kind = UNPEG_FRAME_REGEXP,
                           .name = S("0123456789"),
                           .file = S("/srv/application/file.js"),
                           .line = 12,
                           .column = 34};
    frame_label label;
    frame_label_make(&f, 0, 0, &label);
    assert_int_equal(label_name_size(&label, 0), strlen("(regexp) 0123456789"));
    assert_int_equal(label_place_size(&label, 0), strlen("/srv/application/file.js:12:34"));
    text_out out;
    text_out_init(&out, NULL);
    label_write_name(&out, &label, (safe_style){0, 5});
    out_text(&out, "|");
    label_write_place(&out, &label, (safe_style){0, 15});
    out_text(&out, "|");
    label_write_place(&out, &label, (safe_style){0, 2});
    out_bytes(&out, "", 1);
    assert_string_equal(out.buffer, "(regexp) 01…89|/srv…e.js:12:34|…:12:34");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_sizes_and_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
