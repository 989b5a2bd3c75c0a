/* SPDX-License-Identifier: MIT */
#include "libunwind_cursor.h"

#include <stdlib.h>

#include "libunwind_api.h"
#include "unwind_arch.h"

enum {
    HEADER_BYTES = 12,
    HEADER_VERSION = 1,
    HEADER_ENCODINGS = 0x3b031b, /* as cfi.c reads them: pcrel, udata4, datarel */
    /* Words read for one step. An expression may jump back for ever, and each of its bytes is read
     * on its way; the search in the largest table known takes some hundred. */
    READ_LIMIT = 65536,
};

struct libunwind_cursor {
    address_space *space;
    libunwind_api api;
    unw_addr_space_t accessors;
    unw_cursor_t cursor;
    const target_registers *registers;
    const target_memory *memory;
    unpeg_addr pc;       /* whose procedure was asked for last */
    code_place code;     /* where that is */
    unpeg_status status; /* with which memory ended the work */
    unsigned reads;
};

/* What the file of the code holds is what was mapped of it, unless that can be written. Its tables
 * are not always where the code is: Node maps its builtins a second time without them. */
static bool read_image(const libunwind_cursor *c, unpeg_addr address, uint64_t *ret)
{
    const mapping *at = mapping_find(address_space_mappings(c->space), address);
    if (!c->code.image ||
        (at && ((at->prot & MAPPING_WRITE) || !unpeg_slice_equal(at->path, c->code.mapping->path))))
        return false;
    uint64_t vaddr = address - c->pc + c->code.vaddr;
    const unsigned char *bytes = code_image_view(c->code.image, vaddr, sizeof *ret);
    if (bytes)
        memcpy(ret, bytes, sizeof *ret);
    return bytes != NULL;
}

static int access_memory(unw_addr_space_t space, unw_word_t address, unw_word_t *value, int write,
                         void *user)
{
    (void)space;
    libunwind_cursor *c = user;
    uint64_t word;
    if (write || c->status != UNPEG_OK || c->reads++ == READ_LIMIT)
        return -UNW_EUNSPEC;
    if (!read_image(c, address, &word)) {
        unpeg_status status = memory_read_u64(c->memory, address, &word);
        if (status != UNPEG_OK && status != UNPEG_NOT_FOUND)
            c->status = status;
        if (status != UNPEG_OK)
            return -UNW_EUNSPEC;
    }
    *value = word;
    return 0;
}

/* Its numbers are DWARF's on both processors. */
static int access_register(unw_addr_space_t space, unw_regnum_t number, unw_word_t *value,
                           int write, void *user)
{
    (void)space;
    const libunwind_cursor *c = user;
    if (write || number < 0 || number >= TARGET_REGISTER_COUNT ||
        !(c->registers->known >> number & 1))
        return -UNW_EBADREG;
    *value = c->registers->value[number];
    return 0;
}

/* The type is libunwind's. NOLINTNEXTLINE(readability-non-const-parameter) */
static int no_float_register(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *value,
                             int write, void *user)
{
    (void)space;
    (void)number;
    (void)value;
    (void)write;
    (void)user;
    return -UNW_EBADREG;
}

/* Where the image's table of FDEs is in the process; false: it has none that is searched. */
static bool find_table(libunwind_cursor *c, unpeg_addr pc, unw_dyn_info_t *ret)
{
    code_span span;
    uint32_t words[3]; /* version and encodings; .eh_frame; count */
    code_image *image = NULL;
    c->pc = pc;
    if (address_space_locate(c->space, pc, &c->code) && c->code.vaddr != 0)
        image = c->code.image;
    c->code.image = image;
    if (!image || !code_image_frame_header(image, &span) || span.end - span.start < HEADER_BYTES)
        return false;
    const unsigned char *header = code_image_view(image, span.start, HEADER_BYTES);
    if (!header)
        return false;
    memcpy(words, header, sizeof words);
    if (words[0] != ((uint32_t)HEADER_ENCODINGS << 8 | HEADER_VERSION))
        return false;
    uint64_t fits = (span.end - span.start - HEADER_BYTES) / 8;
    *ret = (unw_dyn_info_t){.start_ip = 0, .end_ip = UINT64_MAX};
    ret->format = UNW_INFO_FORMAT_REMOTE_TABLE;
    ret->u.rti.segbase = span.start + (pc - c->code.vaddr);
    ret->u.rti.table_data = ret->u.rti.segbase + HEADER_BYTES;
    ret->u.rti.table_len = words[2] < fits ? words[2] : fits; /* in words of 8 bytes */
    return true;
}

static int find_procedure(unw_addr_space_t space, unw_word_t pc, unw_proc_info_t *ret,
                          int need_unwind_info, void *user)
{
    libunwind_cursor *c = user;
    unw_dyn_info_t table;
    if (!find_table(c, pc, &table))
        return -UNW_ENOINFO;
    return c->api.search(space, pc, &table, ret, need_unwind_info, user);
}

static void keep_procedure(unw_addr_space_t space, unw_proc_info_t *info, void *user)
{
    (void)space;
    (void)info;
    (void)user;
}

/* The type is libunwind's. NOLINTNEXTLINE(readability-non-const-parameter) */
static int no_list(unw_addr_space_t space, unw_word_t *ret, void *user)
{
    (void)space;
    (void)ret;
    (void)user;
    return -UNW_ENOINFO;
}

static int no_resume(unw_addr_space_t space, unw_cursor_t *cursor, void *user)
{
    (void)space;
    (void)cursor;
    (void)user;
    return -UNW_EINVAL;
}

/* The keeping and freeing of what a search found is libunwind's own for this format: its memory
 * comes from a pool. Nobody asks for names. */
static const unw_accessors_t ACCESSORS = {
    .find_proc_info = find_procedure,
    .put_unwind_info = keep_procedure,
    .get_dyn_info_list_addr = no_list,
    .access_mem = access_memory,
    .access_reg = access_register,
    .access_fpreg = no_float_register,
    .resume = no_resume,
};

unpeg_status libunwind_cursor_create(address_space *space, libunwind_cursor **ret)
{
    libunwind_cursor *c = calloc(1, sizeof *c);
    if (!c)
        return UNPEG_NO_MEMORY;
    c->space = space;
    unpeg_status status = libunwind_api_load(&c->api);
    if (status == UNPEG_OK) {
        unw_accessors_t copy = ACCESSORS;
        c->accessors = c->api.create_space(&copy, 0);
        status = c->accessors ? UNPEG_OK : UNPEG_NO_MEMORY;
    }
    if (status == UNPEG_OK)
        *ret = c;
    else
        libunwind_cursor_destroy(c);
    return status;
}

void libunwind_cursor_destroy(libunwind_cursor *cursor)
{
    if (!cursor)
        return;
    if (cursor->accessors)
        cursor->api.destroy_space(cursor->accessors);
    libunwind_api_unload(&cursor->api);
    free(cursor);
}

unpeg_status libunwind_cursor_begin(libunwind_cursor *c, const target_registers *registers,
                                    const target_memory *memory)
{
    c->registers = registers;
    c->memory = memory;
    c->status = UNPEG_OK;
    c->code.image = NULL;
    if (registers->arch != libunwind_api_arch())
        return UNPEG_UNSUPPORTED;
    return c->api.init(&c->cursor, c->accessors, c) < 0 ? UNPEG_INPUT : UNPEG_OK;
}

static bool read_frame(libunwind_cursor *c, libunwind_frame *ret)
{
    unw_word_t pc, sp, fp = 0;
    if (c->api.get_register(&c->cursor, UNW_REG_IP, &pc) < 0 ||
        c->api.get_register(&c->cursor, UNW_REG_SP, &sp) < 0)
        return false;
    unw_regnum_t frame = unwind_arch_of(c->registers->arch)->registers->frame;
    /* Undefined in the outermost frame. */
    bool has_fp = c->api.get_register(&c->cursor, frame, &fp) >= 0;
    *ret = (libunwind_frame){.pc = pc, .sp = sp, .fp = has_fp ? fp : 0};
    return true;
}

unpeg_status libunwind_cursor_next(libunwind_cursor *c, libunwind_frame *ret)
{
    c->reads = 0;
    int result = c->api.step(&c->cursor);
    if (c->status != UNPEG_OK)
        return c->status;
    if (result == 0)
        return UNPEG_NOT_FOUND;
    return result > 0 && read_frame(c, ret) ? UNPEG_OK : UNPEG_INPUT;
}
