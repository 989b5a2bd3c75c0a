/* SPDX-License-Identifier: MIT */
#include "elf_writer.h"

#include <errno.h>
#include <ftw.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"

enum { SECTION_MAX = 24, NAMES_MAX = 65536, NOTE_MAX = 128 };

typedef struct writer {
    const elf_spec *spec;
    elf_image image;
    Elf64_Shdr sections[SECTION_MAX];
    size_t section_count;
    char section_names[1024];
    size_t section_names_len;
} writer;

static void need(writer *w, size_t len)
{
    if (len <= w->image.len)
        return;
    w->image.bytes = realloc(w->image.bytes, len);
    assert_non_null(w->image.bytes);
    memset(w->image.bytes + w->image.len, 0, len - w->image.len);
    w->image.len = len;
}

/* Writes structures of one ELF type in the byte order of the file. */
static void put_at(writer *w, size_t offset, Elf_Type type, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    need(w, offset + len);
    Elf_Data to = {.d_buf = w->image.bytes + offset, .d_size = len, .d_version = EV_CURRENT};
    Elf_Data from = {.d_buf = malloc(len), .d_type = type, .d_size = len, .d_version = EV_CURRENT};
    assert_non_null(from.d_buf);
    memcpy(from.d_buf, bytes, len);
    assert_non_null(elf64_xlatetof(&to, &from, w->spec->big_endian ? ELFDATA2MSB : ELFDATA2LSB));
    free(from.d_buf);
}

/* At the end of the file, aligned; returns where. */
static size_t put(writer *w, Elf_Type type, const void *bytes, size_t len)
{
    size_t offset = (w->image.len + 7) / 8 * 8;
    need(w, offset);
    put_at(w, offset, type, bytes, len);
    return offset;
}

static size_t add_section(writer *w, const char *name, Elf64_Shdr section)
{
    assert_true(w->section_count < SECTION_MAX);
    section.sh_name = (uint32_t)w->section_names_len;
    section.sh_addralign = 1;
    memcpy(w->section_names + w->section_names_len, name, strlen(name) + 1);
    w->section_names_len += strlen(name) + 1;
    w->sections[w->section_count] = section;
    return w->section_count++;
}

static void add_loads(writer *w)
{
    const elf_spec *spec = w->spec;
    for (size_t i = 0; i < spec->load_count; i++) {
        const elf_load *load = &spec->loads[i];
        Elf64_Phdr header = {.p_type = PT_LOAD,
                             .p_flags = load->flags,
                             .p_offset = load->offset,
                             .p_vaddr = load->vaddr,
                             .p_paddr = load->vaddr,
                             .p_filesz = load->size,
                             .p_memsz = load->size,
                             .p_align = 4096};
        put_at(w, sizeof(Elf64_Ehdr) + i * sizeof header, ELF_T_PHDR, &header, sizeof header);
        add_section(w, load->flags & PF_X ? ".text" : ".rodata",
                    (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                                 .sh_flags = SHF_ALLOC | (load->flags & PF_X ? SHF_EXECINSTR : 0),
                                 .sh_addr = load->vaddr,
                                 .sh_offset = load->offset,
                                 .sh_size = load->size});
    }
}

static void add_symbols(writer *w, uint32_t type, const elf_symbol *symbols, size_t count)
{
    Elf64_Sym *table = calloc(count + 1, sizeof *table);
    char *names = calloc(1, NAMES_MAX);
    size_t len = 1;
    assert_true(table && names);
    for (size_t i = 0; i < count; i++) {
        const elf_symbol *symbol = &symbols[i];
        assert_true(len + strlen(symbol->name) < NAMES_MAX);
        table[i + 1].st_name = (uint32_t)len;
        table[i + 1].st_info = (unsigned char)ELF64_ST_INFO(symbol->bind, symbol->type);
        table[i + 1].st_shndx = symbol->section;
        table[i + 1].st_value = symbol->value;
        table[i + 1].st_size = symbol->size;
        len += strlen(strcpy(names + len, symbol->name)) + 1;
    }
    size_t size = (count + 1) * sizeof *table;
    size_t at = put(w, ELF_T_SYM, table, size);
    size_t strings = put(w, ELF_T_BYTE, names, len);
    free(table);
    free(names);
    bool dynamic = type == SHT_DYNSYM;
    size_t link =
        add_section(w, dynamic ? ".dynstr" : ".strtab",
                    (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_offset = strings, .sh_size = len});
    add_section(w, dynamic ? ".dynsym" : ".symtab",
                (Elf64_Shdr){.sh_type = type,
                             .sh_offset = at,
                             .sh_size = size,
                             .sh_link = (uint32_t)link,
                             .sh_entsize = sizeof *table});
}

/* The header behind those of the loads. */
static void put_note_header(writer *w, size_t offset, size_t size)
{
    const Elf64_Phdr header = {
        .p_type = PT_NOTE, .p_flags = PF_R, .p_offset = offset, .p_filesz = size, .p_align = 4};
    put_at(w, sizeof(Elf64_Ehdr) + w->spec->load_count * sizeof header, ELF_T_PHDR, &header,
           sizeof header);
}

static void add_build_id(writer *w)
{
    unsigned char note[NOTE_MAX] = {0};
    size_t len = w->spec->build_id_len;
    size_t size = 16 + (len + 3) / 4 * 4;
    Elf64_Nhdr header = {4, (uint32_t)len, NT_GNU_BUILD_ID};
    assert_true(size <= sizeof note);
    memcpy(note, &header, sizeof header);
    memcpy(note + 12, "GNU", 4);
    memcpy(note + 16, w->spec->build_id, len);
    size_t at = put(w, ELF_T_NHDR, note, size);
    put_note_header(w, at, size);
    add_section(
        w, ".note.gnu.build-id",
        (Elf64_Shdr){.sh_type = SHT_NOTE, .sh_flags = SHF_ALLOC, .sh_offset = at, .sh_size = size});
}

static void add_debug_link(writer *w)
{
    char link[512] = {0};
    size_t len = (strlen(w->spec->debug_link) + 4) / 4 * 4;
    assert_true(len < sizeof link);
    memcpy(link, w->spec->debug_link, strlen(w->spec->debug_link));
    size_t at = put(w, ELF_T_BYTE, link, len);
    put_at(w, at + len, ELF_T_WORD, &w->spec->debug_link_crc, 4);
    add_section(w, ".gnu_debuglink",
                (Elf64_Shdr){.sh_type = SHT_PROGBITS, .sh_offset = at, .sh_size = len + 4});
}

static void add_tables(writer *w)
{
    const elf_spec *spec = w->spec;
    if (spec->dynsym)
        add_symbols(w, SHT_DYNSYM, spec->dynsym, spec->dynsym_count);
    if (spec->symtab)
        add_symbols(w, SHT_SYMTAB, spec->symtab, spec->symtab_count);
    if (spec->build_id_len)
        add_build_id(w);
    if (spec->debug_link)
        add_debug_link(w);
}

static void put_header(writer *w, size_t sections_at)
{
    const elf_spec *spec = w->spec;
    size_t headers = spec->load_count + (spec->build_id_len != 0);
    Elf64_Ehdr header = {.e_type = spec->fixed ? ET_EXEC : ET_DYN,
                         .e_machine = spec->machine ? spec->machine : EM_X86_64,
                         .e_version = EV_CURRENT,
                         .e_phoff = headers ? sizeof header : 0,
                         .e_shoff = sections_at,
                         .e_ehsize = sizeof header,
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = (uint16_t)headers,
                         .e_shentsize = sizeof(Elf64_Shdr),
                         .e_shnum = (uint16_t)(sections_at ? w->section_count : 0),
                         .e_shstrndx = (uint16_t)(sections_at ? w->section_count - 1 : 0)};
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = spec->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    put_at(w, 0, ELF_T_EHDR, &header, sizeof header);
}

static size_t put_sections(writer *w)
{
    size_t names = add_section(w, ".shstrtab", (Elf64_Shdr){.sh_type = SHT_STRTAB});
    w->sections[names].sh_offset = put(w, ELF_T_BYTE, w->section_names, w->section_names_len);
    w->sections[names].sh_size = w->section_names_len;
    return put(w, ELF_T_SHDR, w->sections, w->section_count * sizeof *w->sections);
}

elf_image elf_write(const elf_spec *spec)
{
    writer w = {.spec = spec};
    size_t sections_at = 0;
    elf_version(EV_CURRENT);
    need(&w, sizeof(Elf64_Ehdr));
    add_section(&w, "", (Elf64_Shdr){.sh_type = SHT_NULL});
    add_loads(&w);
    for (size_t i = 0; i < spec->load_count; i++)
        if (spec->min_bytes == 0)
            need(&w, spec->loads[i].offset + spec->loads[i].size);
    need(&w, spec->min_bytes);
    need(&w, sizeof(Elf64_Ehdr) + (spec->load_count + 1) * sizeof(Elf64_Phdr));
    add_tables(&w);
    if (!spec->no_sections)
        sections_at = put_sections(&w);
    put_header(&w, sections_at);
    return w.image;
}

void temp_folder_create(temp_folder *folder)
{
    const char *root = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/unpeg-test-XXXXXX", root ? root : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void temp_folder_remove(temp_folder *folder)
{
    assert_int_equal(nftw(folder->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *temp_folder_path(const temp_folder *folder, const char *name, char *text, size_t size)
{
    int len = snprintf(text, size, "%s/%s", folder->path, name);
    assert_true(len > 0 && (size_t)len < size);
    return text;
}

void temp_folder_put(const temp_folder *folder, const char *name, const void *bytes, size_t len)
{
    char path[512];
    temp_folder_path(folder, name, path, sizeof path);
    for (char *at = path + strlen(folder->path) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
        *at = '/';
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

void temp_folder_put_elf(const temp_folder *folder, const char *name, const elf_spec *spec)
{
    elf_image image = elf_write(spec);
    temp_folder_put(folder, name, image.bytes, image.len);
    free(image.bytes);
}
