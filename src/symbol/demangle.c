/* SPDX-License-Identifier: MIT
 *
 * libiberty writes its output through a callback, part by part, and cannot be told to stop.
 */
#include "demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>

typedef struct output {
    demangled *text;
    bool rust;
    bool full;
    jmp_buf stop;
} output;

/* Whether the demangler holds no memory now. The C++ one never does while it prints; the Rust one
 * does while it prints a decoded identifier, never while it prints punctuation, and whatever
 * repeats text in Rust prints some. */
static bool may_leave(const output *out, const char *bytes)
{
    return !out->rust || strchr(":<>(), &*", bytes[0]);
}

static void take_part(const char *bytes, size_t len, void *user)
{
    output *out = user;
    demangled *text = out->text;
    if (len == 0)
        return;
    if (out->full || len > DEMANGLE_OUTPUT_LIMIT - text->len) {
        out->full = true;
        if (may_leave(out, bytes))
            longjmp(out->stop, 1);
        return;
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

static bool run(output *out, const char *name)
{
    if (setjmp(out->stop) != 0)
        return false;
    int done = out->rust
                   ? rust_demangle_callback(name, DMGL_NO_OPTS, take_part, out)
                   : cplus_demangle_v3_callback(name, DMGL_PARAMS | DMGL_ANSI, take_part, out);
    return done && !out->full && out->text->len > 0;
}

/* Rust's newer names begin like that; its older ones, which are valid C++ names as well, end with a
 * hash in a part of 17 bytes. */
static bool may_be_rust(const char *name)
{
    return name[1] == 'R' || strstr(name, "17h");
}

bool demangle(const char *name, demangled *ret)
{
    if (name[0] != '_' || strnlen(name, DEMANGLE_INPUT_LIMIT + 1) > DEMANGLE_INPUT_LIMIT)
        return false;
    for (int rust = may_be_rust(name); rust >= 0; rust--) {
        output out = {.text = ret, .rust = rust};
        ret->len = 0;
        if (run(&out, name)) {
            ret->bytes[ret->len] = '\0';
            return true;
        }
    }
    return false;
}
