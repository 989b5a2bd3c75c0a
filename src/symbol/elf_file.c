/* SPDX-License-Identifier: MIT
 *
 * libelf finds the headers, sections and notes; the big tables are read where they are needed.
 */
#include "elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTE_LIMIT_BYTES = 65536, SECTION_LIMIT = 65536 };

typedef struct section_place {
    uint64_t offset, size;
    size_t link;
} section_place;

struct elf_file {
    int fd;
    Elf *elf;
    char *path;
    uint64_t size;
    bool other_order; /* not the byte order of this machine */
    elf_layout layout;
    elf_span *code; /* of each section */
    size_t section_count;
    section_place tables[2]; /* by elf_symbols_kind; size 0: none */
    elf_hash_place hash;     /* size 0: none */
};

static unpeg_status status_of_errno(int number)
{
    if (number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG || number == ELOOP)
        return UNPEG_NOT_FOUND;
    if (number == EACCES || number == EPERM)
        return UNPEG_PERMISSION;
    return number == ENOMEM ? UNPEG_NO_MEMORY : UNPEG_OS;
}

/* O_NONBLOCK: a log may name a FIFO, whose opening would wait for a writer. */
static unpeg_status open_regular(elf_file *file)
{
    struct stat info;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0 || fstat(file->fd, &info) != 0)
        return status_of_errno(errno);
    if (!S_ISREG(info.st_mode))
        return UNPEG_INPUT;
    file->size = (uint64_t)info.st_size;
    return UNPEG_OK;
}

static unpeg_status begin(elf_file *file)
{
    size_t size = 0;
    elf_version(EV_CURRENT);
    file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
    if (!file->elf || elf_kind(file->elf) != ELF_K_ELF)
        return UNPEG_INPUT;
    const char *ident = elf_getident(file->elf, &size);
    if (!ident || size < EI_NIDENT)
        return UNPEG_INPUT;
    if (ident[EI_CLASS] != ELFCLASS64)
        return UNPEG_UNSUPPORTED;
    const uint16_t probe = 1;
    bool little = *(const unsigned char *)&probe == 1;
    file->other_order = (ident[EI_DATA] == ELFDATA2LSB) != little;
    return UNPEG_OK;
}

static void add_segment(elf_layout *layout, const Elf64_Phdr *header)
{
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X) || header->p_filesz == 0)
        return;
    if (layout->count == ELF_SEGMENT_LIMIT || header->p_filesz > UINT64_MAX - header->p_offset ||
        header->p_filesz > UINT64_MAX - header->p_vaddr)
        return;
    elf_segment *segment = &layout->segments[layout->count++];
    segment->offset = header->p_offset;
    segment->vaddr = header->p_vaddr;
    segment->size = header->p_filesz;
    segment->read_execute = (header->p_flags & (PF_R | PF_W)) == PF_R;
}

static unpeg_status read_layout(elf_file *file)
{
    size_t count = 0;
    const Elf64_Ehdr *header = elf64_getehdr(file->elf);
    if (!header || elf_getphdrnum(file->elf, &count) != 0)
        return UNPEG_INPUT;
    file->layout.fixed = header->e_type == ET_EXEC;
    file->layout.mapping = header->e_machine == EM_AARCH64 || header->e_machine == EM_ARM ||
                           header->e_machine == EM_RISCV;
    const Elf64_Phdr *headers = count ? elf64_getphdr(file->elf) : NULL;
    if (count && !headers)
        return UNPEG_INPUT;
    for (size_t i = 0; i < count; i++)
        add_segment(&file->layout, &headers[i]);
    return UNPEG_OK;
}

static bool ends_in_space(const Elf64_Shdr *header)
{
    return header->sh_size <= UINT64_MAX - header->sh_addr;
}

static void note_section(elf_file *file, size_t index, const Elf64_Shdr *header)
{
    section_place place = {header->sh_offset, header->sh_size, header->sh_link};
    if (header->sh_type == SHT_SYMTAB)
        file->tables[ELF_SYMTAB] = place;
    else if (header->sh_type == SHT_DYNSYM)
        file->tables[ELF_DYNSYM] = place;
    else if (header->sh_type == SHT_GNU_HASH || (header->sh_type == SHT_HASH && !file->hash.gnu))
        file->hash = (elf_hash_place){place.offset, place.size, header->sh_type == SHT_GNU_HASH};
    if ((header->sh_flags & SHF_EXECINSTR) && ends_in_space(header))
        file->code[index] = (elf_span){header->sh_addr, header->sh_addr + header->sh_size};
}

static Elf64_Shdr *section_header(const elf_file *file, size_t index)
{
    Elf_Scn *section = elf_getscn(file->elf, index);
    return section ? elf64_getshdr(section) : NULL;
}

/* A header that promises sections which are not there is what a cut file looks like. */
static unpeg_status read_sections(elf_file *file)
{
    size_t count = 0;
    const Elf64_Ehdr *header = elf64_getehdr(file->elf);
    if (elf_getshdrnum(file->elf, &count) != 0 || count > SECTION_LIMIT)
        return UNPEG_INPUT;
    if (count == 0)
        return header->e_shoff == 0 ? UNPEG_OK : UNPEG_INPUT;
    file->code = calloc(count, sizeof *file->code);
    if (!file->code)
        return UNPEG_NO_MEMORY;
    file->section_count = count;
    for (size_t i = 1; i < count; i++) {
        const Elf64_Shdr *section = section_header(file, i);
        if (!section)
            return UNPEG_INPUT;
        note_section(file, i, section);
    }
    return UNPEG_OK;
}

static unpeg_status read_headers(elf_file *file)
{
    unpeg_status status = open_regular(file);
    if (status == UNPEG_OK)
        status = begin(file);
    if (status == UNPEG_OK)
        status = read_layout(file);
    return status == UNPEG_OK ? read_sections(file) : status;
}

unpeg_status elf_file_open(const char *path, elf_file **ret)
{
    elf_file *file = calloc(1, sizeof *file);
    if (!file)
        return UNPEG_NO_MEMORY;
    file->fd = -1;
    file->path = strdup(path);
    unpeg_status status = file->path ? read_headers(file) : UNPEG_NO_MEMORY;
    if (status == UNPEG_OK)
        *ret = file;
    else
        elf_file_close(file);
    return status;
}

void elf_file_close(elf_file *file)
{
    if (!file)
        return;
    if (file->elf)
        elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    free(file->code);
    free(file->path);
    free(file);
}

const char *elf_file_path(const elf_file *file)
{
    return file->path;
}

const elf_layout *elf_file_layout(const elf_file *file)
{
    return &file->layout;
}

size_t elf_file_section_count(const elf_file *file)
{
    return file->section_count;
}

elf_span elf_file_code_section(const elf_file *file, size_t index)
{
    return index < file->section_count ? file->code[index] : (elf_span){0, 0};
}

static bool inside_file(const elf_file *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset;
}

unpeg_status elf_file_find_symbols(const elf_file *file, elf_symbols_kind kind,
                                   elf_symbols_place *ret)
{
    const section_place *table = &file->tables[kind];
    if (table->size < 2 * sizeof(Elf64_Sym)) /* the first symbol is the empty one */
        return UNPEG_NOT_FOUND;
    const Elf64_Shdr *names = section_header(file, table->link);
    if (!names || !inside_file(file, table->offset, table->size))
        return UNPEG_INPUT;
    if (names->sh_type != SHT_STRTAB || !inside_file(file, names->sh_offset, names->sh_size))
        return names->sh_type == SHT_NOBITS ? UNPEG_NOT_FOUND : UNPEG_INPUT;
    ret->offset = table->offset;
    ret->count = table->size / sizeof(Elf64_Sym);
    ret->names_offset = names->sh_offset;
    ret->names_size = names->sh_size;
    return UNPEG_OK;
}

unpeg_status elf_file_find_hash(const elf_file *file, elf_hash_place *ret)
{
    if (file->hash.size == 0)
        return UNPEG_NOT_FOUND;
    if (file->other_order)
        return UNPEG_UNSUPPORTED;
    if (!inside_file(file, file->hash.offset, file->hash.size))
        return UNPEG_INPUT;
    *ret = file->hash;
    return UNPEG_OK;
}

unpeg_status elf_file_read_some(const elf_file *file, uint64_t offset, void *bytes, size_t size,
                                size_t *ret)
{
    size_t got = 0;
    if (!inside_file(file, offset, 0))
        return UNPEG_OS;
    while (got < size) {
        ssize_t n = pread(file->fd, (char *)bytes + got, size - got, (off_t)(offset + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return UNPEG_OS;
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *ret = got;
    return UNPEG_OK;
}

unpeg_status elf_file_read(const elf_file *file, uint64_t offset, void *bytes, size_t size)
{
    size_t got = 0;
    unpeg_status status = elf_file_read_some(file, offset, bytes, size, &got);
    return status == UNPEG_OK && got != size ? UNPEG_OS : status;
}

unpeg_status elf_file_read_symbols(const elf_file *file, uint64_t offset, void *symbols,
                                   size_t count)
{
    size_t size = count * sizeof(Elf64_Sym);
    unpeg_status status = elf_file_read(file, offset, symbols, size);
    if (status != UNPEG_OK || !file->other_order)
        return status;
    const unsigned char *ident = elf64_getehdr(file->elf)->e_ident;
    Elf_Data data = {.d_buf = symbols, .d_type = ELF_T_SYM, .d_size = size};
    data.d_version = EV_CURRENT;
    return elf64_xlatetom(&data, &data, ident[EI_DATA]) ? UNPEG_OK : UNPEG_INPUT;
}

static bool find_build_id(Elf_Data *notes, elf_build_id *ret)
{
    GElf_Nhdr note;
    size_t name = 0;
    size_t text = 0;
    size_t next = 0;
    for (size_t at = 0; (next = gelf_getnote(notes, at, &note, &name, &text)) > 0; at = next) {
        const char *bytes = notes->d_buf;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof ELF_NOTE_GNU ||
            memcmp(bytes + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) != 0)
            continue;
        if (note.n_descsz == 0 || note.n_descsz > ELF_BUILD_ID_LIMIT)
            continue;
        ret->len = note.n_descsz;
        memcpy(ret->bytes, bytes + text, note.n_descsz);
        return true;
    }
    return false;
}

static bool is_build_id(Elf_Data *notes, elf_build_id *ret)
{
    return notes && notes->d_buf && find_build_id(notes, ret);
}

unpeg_status elf_file_build_id(const elf_file *file, elf_build_id *ret)
{
    size_t count = 0;
    for (size_t i = 1; i < file->section_count; i++) {
        const Elf64_Shdr *header = section_header(file, i);
        if (header->sh_type == SHT_NOTE && header->sh_size <= NOTE_LIMIT_BYTES &&
            is_build_id(elf_getdata(elf_getscn(file->elf, i), NULL), ret))
            return UNPEG_OK;
    }
    if (elf_getphdrnum(file->elf, &count) != 0 || count == 0)
        return UNPEG_NOT_FOUND;
    const Elf64_Phdr *headers = elf64_getphdr(file->elf);
    for (size_t i = 0; i < count && file->section_count == 0; i++) {
        const Elf64_Phdr *h = &headers[i];
        if (h->p_type == PT_NOTE && h->p_filesz <= NOTE_LIMIT_BYTES && h->p_offset <= INT64_MAX &&
            is_build_id(elf_getdata_rawchunk(file->elf, (int64_t)h->p_offset, h->p_filesz,
                                             h->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR),
                        ret))
            return UNPEG_OK;
    }
    return UNPEG_NOT_FOUND;
}

static bool has_name(const elf_file *file, size_t names, const Elf64_Shdr *header, const char *want)
{
    const char *name = elf_strptr(file->elf, names, header->sh_name);
    return name && strcmp(name, want) == 0;
}

/* The name, zero-terminated and padded to 4 bytes, then the CRC32 of the whole debug file. */
static unpeg_status parse_debug_link(const elf_file *file, const Elf_Data *data,
                                     elf_debug_link *ret)
{
    const char *bytes = data->d_buf;
    const char *end = data->d_size ? memchr(bytes, '\0', data->d_size) : NULL;
    if (!end || end == bytes || end - bytes >= ELF_LINK_LIMIT || memchr(bytes, '/', data->d_size))
        return UNPEG_NOT_FOUND;
    size_t len = (size_t)(end - bytes);
    size_t at = (len + 4) / 4 * 4;
    if (at + 4 != data->d_size)
        return UNPEG_NOT_FOUND;
    memcpy(ret->name, bytes, len + 1);
    memcpy(&ret->crc, bytes + at, 4);
    if (file->other_order)
        ret->crc = __builtin_bswap32(ret->crc);
    return UNPEG_OK;
}

unpeg_status elf_file_debug_link(const elf_file *file, elf_debug_link *ret)
{
    size_t names = 0;
    if (elf_getshdrstrndx(file->elf, &names) != 0)
        return UNPEG_NOT_FOUND;
    for (size_t i = 1; i < file->section_count; i++) {
        const Elf64_Shdr *header = section_header(file, i);
        if (header->sh_type != SHT_PROGBITS || header->sh_size > NOTE_LIMIT_BYTES ||
            (header->sh_flags & SHF_ALLOC) || !has_name(file, names, header, ".gnu_debuglink"))
            continue;
        Elf_Data *data = elf_rawdata(elf_getscn(file->elf, i), NULL);
        return data && data->d_buf ? parse_debug_link(file, data, ret) : UNPEG_NOT_FOUND;
    }
    return UNPEG_NOT_FOUND;
}
