/* SPDX-License-Identifier: MIT */
#include "elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SECTIONS = 65536 };

struct elf_file {
    int fd;
    Elf *elf;
    uint64_t size;
    elf_segment segments[ELF_MAX_SEGMENTS];
    size_t segment_count;
    elf_table symbols, dynamic_symbols;
    uint8_t *code_sections; /* one byte for each section */
    size_t section_count;
    char build_id[ELF_MAX_BUILD_ID];
    size_t build_id_len;
    Elf_Scn *debug_link;
};

static unpeg_status open_failed(const char *path, int error_number, unpeg_error *error)
{
    unpeg_status status = error_number == ENOENT || error_number == ENOTDIR ? UNPEG_NOT_FOUND
                          : error_number == EACCES                          ? UNPEG_PERMISSION
                                                                            : UNPEG_OS;
    unpeg_error_set(error, status, "%s: %s", path, unpeg_status_text(status));
    if (error)
        error->os_errno = error_number;
    return status;
}

/* O_NONBLOCK: a log may name a FIFO, and must not make anybody wait. */
static unpeg_status open_regular(const char *path, int *ret, uint64_t *ret_size, unpeg_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return open_failed(path, errno, error);
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return unpeg_error_set(error, UNPEG_INPUT, "not a regular file");
    }
    *ret = fd;
    *ret_size = (uint64_t)st.st_size;
    return UNPEG_OK;
}

static void read_segments(elf_file *file)
{
    size_t count;
    if (elf_getphdrnum(file->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && file->segment_count < ELF_MAX_SEGMENTS; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(file->elf, (int)i, &header))
            break;
        if (header.p_type == PT_LOAD && (header.p_flags & PF_X) && header.p_filesz > 0)
            file->segments[file->segment_count++] =
                (elf_segment){header.p_offset, header.p_vaddr, header.p_filesz};
    }
}

static void note_table(elf_file *file, const GElf_Shdr *header, elf_table *table)
{
    GElf_Shdr strings;
    Elf_Scn *section = elf_getscn(file->elf, header->sh_link);
    if (!section || !gelf_getshdr(section, &strings) || strings.sh_type != SHT_STRTAB)
        return;
    if (header->sh_offset > file->size || header->sh_size > file->size - header->sh_offset ||
        strings.sh_offset > file->size || strings.sh_size > file->size - strings.sh_offset)
        return;
    *table = (elf_table){header->sh_offset, header->sh_size / sizeof(Elf64_Sym), strings.sh_offset,
                         strings.sh_size};
}

static void read_section(elf_file *file, Elf_Scn *section, size_t names)
{
    GElf_Shdr header;
    size_t index = elf_ndxscn(section);
    if (!gelf_getshdr(section, &header) || index >= file->section_count)
        return;
    file->code_sections[index] = (header.sh_flags & SHF_EXECINSTR) != 0;
    if (header.sh_type == SHT_SYMTAB)
        note_table(file, &header, &file->symbols);
    if (header.sh_type == SHT_DYNSYM)
        note_table(file, &header, &file->dynamic_symbols);
    const char *name = elf_strptr(file->elf, names, header.sh_name);
    if (name && strcmp(name, ".gnu_debuglink") == 0)
        file->debug_link = section;
}

static unpeg_status read_sections(elf_file *file)
{
    size_t names;
    if (elf_getshdrnum(file->elf, &file->section_count) != 0 || file->section_count > MAX_SECTIONS)
        file->section_count = 0;
    file->code_sections = calloc(file->section_count + 1, 1);
    if (!file->code_sections)
        return UNPEG_NO_MEMORY;
    if (elf_getshdrstrndx(file->elf, &names) != 0)
        names = 0;
    for (Elf_Scn *s = elf_nextscn(file->elf, NULL); s; s = elf_nextscn(file->elf, s))
        read_section(file, s, names);
    return UNPEG_OK;
}

static void take_build_id(elf_file *file, Elf_Data *data)
{
    GElf_Nhdr note;
    size_t name_at;
    size_t desc_at;
    size_t next;
    for (size_t at = 0; (next = gelf_getnote(data, at, &note, &name_at, &desc_at)) > 0; at = next) {
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
            note.n_descsz > sizeof file->build_id ||
            memcmp((const char *)data->d_buf + name_at, "GNU", 4) != 0)
            continue;
        memcpy(file->build_id, (const char *)data->d_buf + desc_at, note.n_descsz);
        file->build_id_len = note.n_descsz;
        return;
    }
}

static void read_build_id(elf_file *file)
{
    size_t count;
    if (elf_getphdrnum(file->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && file->build_id_len == 0; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(file->elf, (int)i, &header) || header.p_type != PT_NOTE)
            continue;
        Elf_Data *data = elf_getdata_rawchunk(file->elf, (int64_t)header.p_offset, header.p_filesz,
                                              header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
        if (data)
            take_build_id(file, data);
    }
}

static unpeg_status read_elf(elf_file *file, unpeg_error *error)
{
    if (elf_version(EV_CURRENT) == EV_NONE)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED, "libelf is too old");
    file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
    if (!file->elf || elf_kind(file->elf) != ELF_K_ELF)
        return unpeg_error_set(error, UNPEG_INPUT, "not an ELF file");
    GElf_Ehdr header;
    if (gelf_getclass(file->elf) != ELFCLASS64)
        return unpeg_error_set(error, UNPEG_INPUT, "a 32-bit ELF file");
    if (!gelf_getehdr(file->elf, &header) || header.e_ident[EI_DATA] != ELFDATA2LSB)
        return unpeg_error_set(error, UNPEG_INPUT, "an ELF file of another byte order");
    read_segments(file);
    read_build_id(file);
    return read_sections(file);
}

unpeg_status elf_file_open(const char *path, elf_file **ret, unpeg_error *error)
{
    elf_file *file = calloc(1, sizeof *file);
    if (!file)
        return UNPEG_NO_MEMORY;
    file->fd = -1;
    unpeg_status status = open_regular(path, &file->fd, &file->size, error);
    if (status == UNPEG_OK)
        status = read_elf(file, error);
    if (status != UNPEG_OK) {
        elf_file_close(file);
        return status;
    }
    *ret = file;
    return UNPEG_OK;
}

void elf_file_close(elf_file *file)
{
    if (!file)
        return;
    if (file->elf)
        elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    free(file->code_sections);
    free(file);
}

const elf_segment *elf_file_segments(const elf_file *file, size_t *ret_count)
{
    *ret_count = file->segment_count;
    return file->segments;
}

bool elf_file_vaddr(const elf_file *file, uint64_t offset, uint64_t *ret)
{
    for (size_t i = 0; i < file->segment_count; i++) {
        const elf_segment *s = &file->segments[i];
        if (offset >= s->offset && offset - s->offset < s->size) {
            *ret = offset - s->offset + s->vaddr;
            return true;
        }
    }
    return false;
}

elf_table elf_file_table(const elf_file *file, bool dynamic)
{
    return dynamic ? file->dynamic_symbols : file->symbols;
}

bool elf_file_section_is_code(const elf_file *file, uint32_t section)
{
    return section < file->section_count && file->code_sections[section];
}

unpeg_slice elf_file_build_id(const elf_file *file)
{
    return (unpeg_slice){file->build_id, file->build_id_len};
}

/* The name, zero-terminated, padded to four bytes, then the CRC. */
bool elf_file_debug_link(const elf_file *file, char *name, uint32_t *ret_crc)
{
    const Elf_Data *data = file->debug_link ? elf_rawdata(file->debug_link, NULL) : NULL;
    if (!data || !data->d_buf || data->d_size < 8)
        return false;
    size_t len = strnlen(data->d_buf, data->d_size);
    size_t crc_at = (len + 4) & ~(size_t)3;
    if (len == 0 || len > ELF_MAX_NAME || crc_at + 4 > data->d_size)
        return false;
    memcpy(name, data->d_buf, len);
    name[len] = '\0';
    memcpy(ret_crc, (const char *)data->d_buf + crc_at, 4);
    return strchr(name, '/') == NULL;
}

static size_t read_some(const elf_file *file, uint64_t offset, char *buffer, size_t size)
{
    size_t done = 0;
    while (done < size && offset <= INT64_MAX - size) {
        ssize_t got = pread(file->fd, buffer + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

bool elf_file_read(const elf_file *file, uint64_t offset, void *buffer, size_t size)
{
    return read_some(file, offset, buffer, size) == size;
}

/* Most names are short: a first piece is usually the whole. */
bool elf_file_read_text(const elf_file *file, uint64_t offset, char *buffer, size_t size)
{
    enum { FIRST_PIECE = 192 };
    size_t piece = size - 1 < FIRST_PIECE ? size - 1 : FIRST_PIECE;
    size_t got = read_some(file, offset, buffer, piece);
    if (got == piece && piece < size - 1 && !memchr(buffer, '\0', got))
        got += read_some(file, offset + got, buffer + got, size - 1 - got);
    buffer[got] = '\0';
    return got > 0;
}
