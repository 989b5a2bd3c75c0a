/* SPDX-License-Identifier: MIT */
#include "fake_code.h"

#include <dwarf.h>
#include <elf.h>

#include "check.h"

enum { PROGRAM_HEADERS = 5, LSDA_BYTES = 4 };

typedef struct writer {
    fake_elf *elf;
    const fake_elf_spec *spec;
    const char *letters;
} writer;

static void put(fake_elf *elf, const void *bytes, size_t size)
{
    assert_true(size <= FAKE_ELF_LIMIT - elf->len);
    if (size > 0)
        memcpy(elf->bytes + elf->len, bytes, size);
    elf->len += size;
}

static void put_u8(fake_elf *elf, unsigned value)
{
    unsigned char byte = (unsigned char)value;
    put(elf, &byte, 1);
}

static void put_u32(fake_elf *elf, uint64_t value)
{
    uint32_t word = (uint32_t)value;
    put(elf, &word, sizeof word);
}

static void set_u32(fake_elf *elf, size_t at, uint64_t value)
{
    uint32_t word = (uint32_t)value;
    memcpy(elf->bytes + at, &word, sizeof word);
}

static void align(fake_elf *elf, size_t to, unsigned filler)
{
    while (elf->len % to != 0)
        put_u8(elf, filler);
}

static uint64_t vaddr_of(const fake_elf *elf, size_t at)
{
    return elf->vaddr + at - FAKE_CODE_AT;
}

static void put_headers(writer *w)
{
    Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
                         .e_type = ET_DYN,
                         .e_machine = w->spec->arch == TARGET_AARCH64 ? EM_AARCH64 : EM_X86_64,
                         .e_version = EV_CURRENT,
                         .e_phoff = sizeof header,
                         .e_ehsize = sizeof header,
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = PROGRAM_HEADERS};
    put(w->elf, &header, sizeof header);
}

static void set_segment(writer *w, size_t index, const Elf64_Phdr *segment)
{
    memcpy(w->elf->bytes + sizeof(Elf64_Ehdr) + index * sizeof *segment, segment, sizeof *segment);
}

static Elf64_Phdr span(const writer *w, uint32_t type, size_t from, size_t to)
{
    return (Elf64_Phdr){.p_type = type,
                        .p_flags = PF_R,
                        .p_offset = from,
                        .p_vaddr = vaddr_of(w->elf, from),
                        .p_filesz = to - from,
                        .p_memsz = to - from};
}

static void set_segments(writer *w)
{
    size_t code = w->spec->tables_first ? 2 : 1;
    Elf64_Phdr text = span(w, PT_LOAD, FAKE_CODE_AT, FAKE_CODE_AT + w->spec->code_size);
    Elf64_Phdr head = span(w, PT_LOAD, 0, FAKE_ID_AT + 64);
    Elf64_Phdr tables = span(w, PT_LOAD, w->elf->header_at, w->elf->len);
    Elf64_Phdr frames = span(w, PT_GNU_EH_FRAME, w->elf->header_at, w->elf->cie_at);
    text.p_flags |= PF_X;
    set_segment(w, 0, &head);
    set_segment(w, code, &text);
    set_segment(w, 3 - code, &tables);
    if (w->spec->fde_count > 0)
        set_segment(w, 3, &frames);
    if (w->spec->build_id) {
        Elf64_Phdr note = span(w, PT_NOTE, FAKE_ID_AT, FAKE_ID_AT + 24);
        set_segment(w, 4, &note);
    }
}

static void put_build_id(writer *w)
{
    w->elf->len = FAKE_ID_AT;
    if (w->spec->build_id) {
        const Elf64_Nhdr note = {.n_namesz = 4, .n_descsz = 8, .n_type = NT_GNU_BUILD_ID};
        put(w->elf, &note, sizeof note);
        put(w->elf, ELF_NOTE_GNU, 4);
        put(w->elf, w->spec->build_id, 8);
    }
    w->elf->len = FAKE_CODE_AT;
}

static void put_code(writer *w)
{
    if (w->spec->code)
        put(w->elf, w->spec->code, w->spec->code_size);
    else
        w->elf->len += w->spec->code_size;
    align(w->elf, 4096, 0);
}

static void end_entry(fake_elf *elf, size_t at)
{
    align(elf, 4, DW_CFA_nop);
    set_u32(elf, at, elf->len - at - 4);
}

static bool has(const writer *w, char letter)
{
    return strchr(w->letters, letter) != NULL;
}

static void put_augmentation_data(writer *w)
{
    fake_elf *elf = w->elf;
    size_t size_at = elf->len;
    put_u8(elf, 0);
    for (const char *at = w->letters + 1; *at; at++) {
        if (*at == 'R' || *at == 'L')
            put_u8(elf, DW_EH_PE_pcrel | DW_EH_PE_sdata4);
        if (*at == 'P') {
            put_u8(elf, DW_EH_PE_indirect | DW_EH_PE_pcrel | DW_EH_PE_sdata4);
            put_u32(elf, 0x10);
        }
    }
    elf->bytes[size_at] = (unsigned char)(elf->len - size_at - 1);
}

static void put_initial(writer *w)
{
    /* CFA = rsp + 8, return address at CFA - 8; CFA = sp */
    static const unsigned char x86[] = {DW_CFA_def_cfa, 7, 8, DW_CFA_offset + 16, 1};
    static const unsigned char arm[] = {DW_CFA_def_cfa, 31, 0};
    if (w->spec->initial)
        put(w->elf, w->spec->initial, w->spec->initial_len);
    else if (w->spec->arch == TARGET_AARCH64)
        put(w->elf, arm, sizeof arm);
    else
        put(w->elf, x86, sizeof x86);
}

static void put_cie(writer *w)
{
    fake_elf *elf = w->elf;
    bool arm = w->spec->arch == TARGET_AARCH64;
    elf->cie_at = elf->len;
    put_u32(elf, 0);
    put_u32(elf, 0);
    put_u8(elf, w->spec->version ? w->spec->version : 1);
    put(elf, w->letters, strlen(w->letters) + 1);
    put_u8(elf, arm ? 4 : 1);
    put_u8(elf, 0x78); /* -8 */
    put_u8(elf, arm ? 30 : 16);
    if (w->letters[0] == 'z')
        put_augmentation_data(w);
    put_initial(w);
    end_entry(elf, elf->cie_at);
}

static void put_fde(writer *w, size_t i)
{
    fake_elf *elf = w->elf;
    const fake_fde *fde = &w->spec->fdes[i];
    elf->fde_at[i] = elf->len;
    put_u32(elf, 0);
    put_u32(elf, elf->len - elf->cie_at);
    put_u32(elf, fde->start - vaddr_of(elf, elf->len));
    put_u32(elf, fde->size);
    if (w->letters[0] == 'z') {
        put_u8(elf, has(w, 'L') ? LSDA_BYTES : 0);
        if (has(w, 'L'))
            put_u32(elf, 0x20);
    }
    put(elf, fde->program, fde->program_len);
    end_entry(elf, elf->fde_at[i]);
}

/* The sorted table is filled in when it is known where the FDEs are. */
static void put_tables(writer *w)
{
    fake_elf *elf = w->elf;
    const fake_elf_spec *spec = w->spec;
    elf->header_at = elf->len;
    put_u8(elf, 1);
    put_u8(elf, DW_EH_PE_pcrel | DW_EH_PE_sdata4);
    put_u8(elf, DW_EH_PE_udata4);
    put_u8(elf, DW_EH_PE_datarel | DW_EH_PE_sdata4);
    put_u32(elf, 8 + 8 * spec->fde_count);
    put_u32(elf, spec->fde_count);
    elf->len += 8 * spec->fde_count;
    put_cie(w);
    for (size_t i = 0; i < spec->fde_count; i++) {
        put_fde(w, i);
        set_u32(elf, elf->header_at + 12 + 8 * i,
                spec->fdes[i].start - vaddr_of(elf, elf->header_at));
        set_u32(elf, elf->header_at + 16 + 8 * i, elf->fde_at[i] - elf->header_at);
    }
    put_u32(elf, 0);
}

void fake_elf_write(const fake_elf_spec *spec, fake_elf *ret)
{
    writer w = {ret, spec, spec->augmentation ? spec->augmentation : "zR"};
    assert_true(spec->fde_count <= FAKE_FDE_LIMIT);
    memset(ret, 0, sizeof *ret);
    ret->vaddr = spec->vaddr;
    put_headers(&w);
    put_build_id(&w);
    put_code(&w);
    put_tables(&w);
    set_segments(&w);
}

static unpeg_status read_elf(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret)
{
    const fake_elf *elf = user;
    size_t left = offset < elf->len ? elf->len - (size_t)offset : 0;
    *ret = size < left ? size : left;
    memcpy(bytes, elf->bytes + (left ? offset : 0), *ret);
    return UNPEG_OK;
}

static void leave_open(void *user)
{
    (void)user;
}

code_file fake_elf_file(fake_elf *elf)
{
    return (code_file){.read = read_elf, .close = leave_open, .user = elf};
}

static unpeg_status open_path(void *user, const mapping *at, code_file *ret)
{
    fake_process *process = user;
    process->opened++;
    if (!process->elf || at->path.len == 0 || at->path.data[0] != '/')
        return UNPEG_NOT_FOUND;
    *ret = fake_elf_file(process->elf);
    return UNPEG_OK;
}

static bool copy_from(const void *all, size_t all_size, uint64_t within, void *bytes, size_t size)
{
    if (within > all_size || size > all_size - within)
        return false;
    memcpy(bytes, (const char *)all + within, size);
    return true;
}

static unpeg_status read_process(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const fake_process *process = user;
    for (size_t i = 0; i < process->region_count; i++) {
        const fake_region *region = &process->regions[i];
        if (address >= region->start &&
            copy_from(region->bytes, region->size, address - region->start, bytes, size))
            return UNPEG_OK;
    }
    const mapping *at = mapping_find(address_space_mappings(process->space), address);
    if (!at || !process->elf || at->path.len == 0 || at->path.data[0] != '/')
        return UNPEG_NOT_FOUND;
    uint64_t offset = address - at->start + at->offset;
    return copy_from(process->elf->bytes, FAKE_ELF_LIMIT, offset, bytes, size) ? UNPEG_OK
                                                                               : UNPEG_NOT_FOUND;
}

void fake_process_put(fake_process *process, unpeg_addr start, const void *bytes, size_t size)
{
    assert_true(process->region_count < FAKE_REGION_LIMIT);
    process->regions[process->region_count++] = (fake_region){start, bytes, size};
}

void fake_process_map(fake_process *process, const char *maps)
{
    mapping_list list = {0};
    assert_int_equal(mapping_list_parse(&list, maps, strlen(maps)), UNPEG_OK);
    assert_int_equal(list.damaged, 0);
    assert_int_equal(address_space_update(process->space, &list), UNPEG_OK);
}

void fake_process_open(fake_process *process)
{
    const code_file_source files = {.open = open_path, .user = process};
    process->memory = (target_memory){.read = read_process, .user = process};
    assert_int_equal(address_space_create(&files, &process->memory, &process->space), UNPEG_OK);
    fake_process_map(process, process->maps);
}

void fake_process_close(fake_process *process)
{
    address_space_destroy(process->space);
}
