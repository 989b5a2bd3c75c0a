/* SPDX-License-Identifier: MIT
 *
 * Format: LSB Core 5.0, chapter 10.6 (.eh_frame, .eh_frame_hdr).
 */
#include "cfi.h"

#include <dwarf.h>

#include "cfi_program.h"
#include "registers.h"

enum {
    HEADER_BYTES = 12,
    ENTRY_BYTES = 8,
    ENTRY_LIMIT = 1 << 24,
    AUGMENTATION_LIMIT = 16,
    HEADER_VERSION = 1,
    FRAME_POINTER_ENCODING = DW_EH_PE_pcrel | DW_EH_PE_sdata4,
    TABLE_ENCODING = DW_EH_PE_datarel | DW_EH_PE_sdata4,
};

const cfi_registers cfi_x86_64 = {REG_X86_RSP, REG_X86_RBP, REG_X86_RIP, REG_X86_RIP};
const cfi_registers cfi_aarch64 = {REG_ARM_SP, REG_ARM_FP, REG_ARM_LR, REG_ARM_PC};

/* A CIE or FDE: what follows its length, in a view that lasts until the next. */
typedef struct cfi_entry {
    uint64_t vaddr; /* of the field after the length */
    byte_cursor at;
} cfi_entry;

/* What an address is looked up with. */
typedef struct cfi_query {
    cfi_table *table;
    const cfi_registers *registers;
    uint64_t vaddr;
} cfi_query;

void cfi_table_init(cfi_table *table, code_image *image)
{
    code_span span;
    *table = (cfi_table){.image = image};
    if (!image || !code_image_frame_header(image, &span) || span.end - span.start < HEADER_BYTES)
        return;
    const unsigned char *header = code_image_view(image, span.start, HEADER_BYTES);
    if (!header || header[0] != HEADER_VERSION || header[1] != FRAME_POINTER_ENCODING ||
        header[2] != DW_EH_PE_udata4 || header[3] != TABLE_ENCODING)
        return;
    byte_cursor at = {header + 8, header + HEADER_BYTES, false};
    uint64_t count = cursor_u32(&at);
    uint64_t fits = (span.end - span.start - HEADER_BYTES) / ENTRY_BYTES;
    count = count < fits ? count : fits;
    table->header = span.start;
    table->entries = span.start + HEADER_BYTES;
    table->count = count < ENTRY_LIMIT ? (size_t)count : ENTRY_LIMIT;
}

/* One column of the sorted table: 0 the start of the code, 1 its FDE; both as addresses. */
static bool table_word(const cfi_table *table, size_t index, size_t column, uint64_t *ret)
{
    const unsigned char *bytes =
        code_image_view(table->image, table->entries + index * ENTRY_BYTES, ENTRY_BYTES);
    if (!bytes)
        return false;
    byte_cursor at = {bytes + 4 * column, bytes + ENTRY_BYTES, false};
    *ret = table->header + (uint64_t)cursor_i32(&at);
    return true;
}

/* The last entry that starts at or before vaddr. */
static bool find_entry(const cfi_table *table, uint64_t vaddr, uint64_t *fde)
{
    size_t low = 0;
    size_t high = table->count;
    uint64_t start;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (!table_word(table, middle, 0, &start))
            return false;
        if (start <= vaddr)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && table_word(table, low - 1, 1, fde);
}

static bool open_entry(const cfi_table *table, uint64_t vaddr, cfi_entry *ret)
{
    const unsigned char *bytes = code_image_view(table->image, vaddr, 4);
    if (!bytes)
        return false;
    byte_cursor at = {bytes, bytes + 4, false};
    uint32_t size = cursor_u32(&at);
    if (size < 4 || size > CODE_IMAGE_VIEW_LIMIT) /* 0xffffffff would be the 64-bit form */
        return false;
    bytes = code_image_view(table->image, vaddr + 4, size);
    if (!bytes)
        return false;
    *ret = (cfi_entry){vaddr + 4, {bytes, bytes + size, false}};
    return true;
}

static uint64_t take_value(byte_cursor *at, uint8_t format)
{
    switch (format) {
    case DW_EH_PE_udata2:
        return cursor_unsigned(at, 2);
    case DW_EH_PE_udata4:
        return cursor_u32(at);
    case DW_EH_PE_sdata4:
        return (uint64_t)cursor_i32(at);
    case DW_EH_PE_sdata2:
        return (uint64_t)(int64_t)(int16_t)cursor_unsigned(at, 2);
    case DW_EH_PE_absptr:
    case DW_EH_PE_udata8:
    case DW_EH_PE_sdata8:
        return cursor_unsigned(at, 8);
    default:
        at->failed = true;
        return 0;
    }
}

/* vaddr is of the field. */
static uint64_t take_pointer(byte_cursor *at, uint8_t encoding, uint64_t vaddr)
{
    uint64_t value = take_value(at, encoding & 0x0f);
    switch (encoding & 0x70) {
    case DW_EH_PE_absptr:
        return value;
    case DW_EH_PE_pcrel:
        return value + vaddr;
    default:
        at->failed = true;
        return 0;
    }
}

/* The letters say what the data holds; 'z' was first. */
static void read_augmentation(cfi_cie *cie, const char *letters, byte_cursor data)
{
    for (; *letters && !data.failed; letters++) {
        if (*letters == 'R')
            cie->pointer_encoding = cursor_u8(&data);
        else if (*letters == 'L')
            (void)cursor_u8(&data);
        else if (*letters == 'P')
            (void)take_value(&data, cursor_u8(&data) & 0x0f);
        else if (*letters == 'S')
            cie->signal = true;
        else if (*letters != 'B' && *letters != 'G') /* signed return addresses; memory tags */
            data.failed = true;
    }
    cie->usable = !data.failed;
}

static bool take_letters(byte_cursor *at, char *letters)
{
    for (size_t i = 0; i < AUGMENTATION_LIMIT; i++) {
        letters[i] = (char)cursor_u8(at);
        if (letters[i] == '\0')
            return !at->failed;
    }
    return false;
}

static void take_data(cfi_cie *cie, byte_cursor *at, const char *letters)
{
    uint64_t size = cursor_uleb(at);
    const unsigned char *data = cursor_take(at, size);
    cie->augmented = true;
    if (data)
        read_augmentation(cie, letters + 1, (byte_cursor){data, data + size, false});
}

static void run_initial(cfi_cie *cie, byte_cursor code, const cfi_registers *registers)
{
    cfi_program program = {
        .registers = registers,
        .code_factor = cie->code_factor,
        .data_factor = cie->data_factor,
        .target = UINT64_MAX,
    };
    cie->row.kind = CFI_UNSUPPORTED;
    cfi_program_run(&program, code, &cie->row);
}

/* Format: version, letters, factors, return address column, data, program. */
static void read_cie(cfi_cie *cie, const cfi_query *query, byte_cursor at)
{
    char letters[AUGMENTATION_LIMIT];
    uint32_t id = cursor_u32(&at);
    uint8_t version = cursor_u8(&at);
    if (id != 0 || (version != 1 && version != 3) || !take_letters(&at, letters))
        return;
    cie->code_factor = cursor_uleb(&at);
    cie->data_factor = cursor_sleb(&at);
    uint64_t column = version == 1 ? cursor_u8(&at) : cursor_uleb(&at);
    if (letters[0] == 'z')
        take_data(cie, &at, letters);
    else
        cie->usable = letters[0] == '\0';
    if (at.failed || column != query->registers->return_address)
        cie->usable = false;
    if (cie->usable)
        run_initial(cie, at, query->registers);
}

/* NULL: there is none that can be used. */
static const cfi_cie *find_cie(const cfi_query *query, uint64_t vaddr)
{
    cfi_entry entry;
    cfi_cie *cie = &query->table->cies[vaddr / 4 % CFI_CIE_CACHE];
    if (cie->vaddr != vaddr || vaddr == 0) {
        *cie = (cfi_cie){.vaddr = vaddr};
        if (open_entry(query->table, vaddr, &entry))
            read_cie(cie, query, entry.at);
    }
    return cie->usable ? cie : NULL;
}

static cfi_rule rule_of_row(const cfi_row *row)
{
    cfi_rule rule = {.kind = (uint8_t)row->kind, .cfa_register = row->cfa_register};
    if (row->ra.place == CFI_UNDEFINED)
        return (cfi_rule){.kind = CFI_END};
    if (row->ra.place == CFI_ELSEWHERE || row->ra.place == CFI_AT_REGISTER ||
        row->fp.place == CFI_ELSEWHERE)
        rule.kind = CFI_UNSUPPORTED;
    rule.places = (uint8_t)((unsigned)row->fp.place | (unsigned)row->ra.place << 4);
    rule.cfa_add = row->cfa_add;
    rule.cfa_offset = row->cfa_offset;
    rule.fp_offset = row->fp.offset;
    rule.ra_offset = row->ra.offset;
    return rule;
}

static cfi_rule run_fde(const cfi_query *query, const cfi_cie *cie, uint64_t start,
                        byte_cursor code)
{
    cfi_program program = {
        .registers = query->registers,
        .code_factor = cie->code_factor,
        .data_factor = cie->data_factor,
        .location = start,
        .target = query->vaddr,
        .initial = &cie->row,
    };
    cfi_row row = cie->row;
    cfi_program_run(&program, code, &row);
    return rule_of_row(&row);
}

/* The CIE is found first: its view ends the FDE's. */
static cfi_rule rule_of_fde(const cfi_query *query, uint64_t vaddr)
{
    static const cfi_rule none = {.kind = CFI_NONE};
    static const cfi_rule unsupported = {.kind = CFI_UNSUPPORTED};
    cfi_entry fde;
    if (!open_entry(query->table, vaddr, &fde))
        return unsupported;
    uint64_t back = cursor_u32(&fde.at);
    const cfi_cie *cie = back ? find_cie(query, fde.vaddr - back) : NULL;
    if (!cie || !open_entry(query->table, vaddr, &fde))
        return unsupported;
    (void)cursor_u32(&fde.at);
    uint64_t start = take_pointer(&fde.at, cie->pointer_encoding, fde.vaddr + 4);
    uint64_t size = take_value(&fde.at, cie->pointer_encoding & 0x0f);
    if (cie->augmented)
        (void)cursor_take(&fde.at, cursor_uleb(&fde.at));
    if (fde.at.failed)
        return unsupported;
    if (query->vaddr - start >= size) /* also where it lies before start */
        return none;
    if (cie->signal)
        return (cfi_rule){.kind = CFI_SIGNAL};
    return run_fde(query, cie, start, fde.at);
}

cfi_rule cfi_table_find(cfi_table *table, uint64_t vaddr, const cfi_registers *registers)
{
    uint64_t fde;
    cfi_query query = {table, registers, vaddr};
    if (table->count == 0 || !find_entry(table, vaddr, &fde))
        return (cfi_rule){.kind = CFI_NONE};
    return rule_of_fde(&query, fde);
}
