/* SPDX-License-Identifier: MIT */
#include "address_space.h"

#include <stdlib.h>

#include "grow.h"
#include "intern.h"

static const uint32_t NOT_TRIED = 0, NO_IMAGE = UINT32_MAX;

/* A file that was tried; image is NULL when it is of no use. */
typedef struct opened_file {
    uint64_t inode;
    uint32_t device_major, device_minor;
    char *path_bytes;
    unpeg_slice path; /* of these */
    code_image *image;
} opened_file;

struct address_space {
    code_file_source files;
    target_memory memory;
    mapping_list mappings;
    uint32_t *file_of; /* for each mapping: index in opened + 1, NOT_TRIED or NO_IMAGE */
    size_t file_of_capacity;
    opened_file *opened;
    size_t opened_count, opened_capacity;
    intern other_paths; /* of places in no file that was opened */
    uint64_t generation;
};

unpeg_status address_space_create(const code_file_source *files, const target_memory *memory,
                                  address_space **ret)
{
    address_space *space = calloc(1, sizeof *space);
    if (!space)
        return UNPEG_NO_MEMORY;
    space->files = *files;
    space->memory = *memory;
    *ret = space;
    return UNPEG_OK;
}

void address_space_destroy(address_space *space)
{
    if (!space)
        return;
    for (size_t i = 0; i < space->opened_count; i++) {
        code_image_close(space->opened[i].image);
        free(space->opened[i].path_bytes);
    }
    free(space->opened);
    free(space->file_of);
    intern_deinit(&space->other_paths);
    mapping_list_deinit(&space->mappings);
    free(space);
}

unpeg_status address_space_update(address_space *space, mapping_list *list)
{
    mapping_list_deinit(&space->mappings);
    space->generation++;
    if (!grow_reserve((void **)&space->file_of, &space->file_of_capacity, list->count,
                      sizeof *space->file_of)) {
        mapping_list_deinit(list);
        return UNPEG_NO_MEMORY;
    }
    if (list->count > 0)
        memset(space->file_of, 0, list->count * sizeof *space->file_of);
    space->mappings = *list;
    *list = (mapping_list){0};
    return UNPEG_OK;
}

const mapping_list *address_space_mappings(const address_space *space)
{
    return &space->mappings;
}

uint64_t address_space_generation(const address_space *space)
{
    return space->generation;
}

/* An image that is in no file, as the kernel's vdso: the mapping's own bytes. */
typedef struct memory_file {
    target_memory memory;
    unpeg_addr start;
    uint64_t size;
} memory_file;

static unpeg_status read_memory_file(void *user, uint64_t offset, void *bytes, size_t size,
                                     size_t *ret)
{
    const memory_file *file = user;
    if (offset > file->size)
        return UNPEG_NOT_FOUND;
    *ret = file->size - offset < size ? (size_t)(file->size - offset) : size;
    return memory_read(&file->memory, file->start + offset, bytes, *ret);
}

static unpeg_status open_memory_file(const address_space *space, const mapping *at, code_file *ret)
{
    memory_file *file = malloc(sizeof *file);
    if (!file)
        return UNPEG_NO_MEMORY;
    *file = (memory_file){space->memory, at->start, at->end - at->start};
    *ret = (code_file){.read = read_memory_file, .close = free, .user = file};
    return UNPEG_OK;
}

static bool is_vdso(const mapping *at)
{
    return unpeg_slice_equal(at->path, unpeg_slice_of("[vdso]"));
}

static bool same_file(const mapping *a, const mapping *b)
{
    return a->inode == b->inode && a->device_major == b->device_major &&
           a->device_minor == b->device_minor && unpeg_slice_equal(a->path, b->path);
}

/* Where the process has that byte of the file; false: nowhere. */
static bool address_of_offset(const address_space *space, const mapping *of, uint64_t offset,
                              unpeg_addr *ret)
{
    for (size_t i = 0; i < space->mappings.count; i++) {
        const mapping *at = &space->mappings.items[i];
        if (!same_file(at, of) || offset < at->offset || offset - at->offset >= at->end - at->start)
            continue;
        *ret = at->start + (offset - at->offset);
        return true;
    }
    return false;
}

/* A file that was replaced on disk has another build id than what is in memory. Where either
 * cannot be read there is nothing to hold against it. */
static bool is_what_was_mapped(const address_space *space, const mapping *at,
                               const code_image *image)
{
    unsigned char bytes[CODE_IMAGE_ID_LIMIT];
    const code_image_id *id = code_image_build_id(image);
    unpeg_addr address;
    if (id->len == 0 || !address_of_offset(space, at, id->file_offset, &address) ||
        memory_read(&space->memory, address, bytes, id->len) != UNPEG_OK)
        return true;
    return memcmp(bytes, id->bytes, id->len) == 0;
}

/* NULL: there is no image, for whatever reason. */
static code_image *open_image(const address_space *space, const mapping *at)
{
    code_file file;
    code_image *image = NULL;
    unpeg_status status = is_vdso(at) ? open_memory_file(space, at, &file)
                                      : space->files.open(space->files.user, at, &file);
    if (status != UNPEG_OK || code_image_open(&file, &image) != UNPEG_OK)
        return NULL;
    if (is_what_was_mapped(space, at, image))
        return image;
    code_image_close(image);
    return NULL;
}

static size_t find_opened(const address_space *space, const mapping *at)
{
    size_t i = 0;
    for (; i < space->opened_count; i++) {
        const opened_file *file = &space->opened[i];
        if (file->inode == at->inode && file->device_major == at->device_major &&
            file->device_minor == at->device_minor && unpeg_slice_equal(file->path, at->path))
            break;
    }
    return i;
}

/* Index in opened + 1; NO_IMAGE also when there is no memory. */
static uint32_t add_opened(address_space *space, const mapping *at)
{
    if (!grow_reserve((void **)&space->opened, &space->opened_capacity, space->opened_count + 1,
                      sizeof *space->opened))
        return NO_IMAGE;
    char *path = malloc(at->path.len);
    if (!path)
        return NO_IMAGE;
    memcpy(path, at->path.data, at->path.len);
    space->opened[space->opened_count++] = (opened_file){
        .inode = at->inode,
        .device_major = at->device_major,
        .device_minor = at->device_minor,
        .path_bytes = path,
        .path = {path, at->path.len},
        .image = open_image(space, at),
    };
    return (uint32_t)space->opened_count;
}

/* Only what is executed is looked for: data files need no image. */
static bool may_have_image(const mapping *at)
{
    return (at->prot & MAPPING_EXEC) && at->path.len > 0 &&
           (at->path.data[0] == '/' || is_vdso(at));
}

static uint32_t file_of_mapping(address_space *space, const mapping *at)
{
    if (!may_have_image(at))
        return NO_IMAGE;
    size_t index = find_opened(space, at);
    return index < space->opened_count ? (uint32_t)index + 1 : add_opened(space, at);
}

/* Empty also when there is no memory. */
static unpeg_slice keep_path(address_space *space, unpeg_slice path)
{
    uint32_t id = 0;
    (void)intern_add(&space->other_paths, path, &id);
    return id ? intern_text(&space->other_paths, id) : (unpeg_slice){"", 0};
}

bool address_space_locate(address_space *space, unpeg_addr pc, code_place *ret)
{
    const mapping *at = mapping_find(&space->mappings, pc);
    if (!at)
        return false;
    uint32_t *file = &space->file_of[at - space->mappings.items];
    if (*file == NOT_TRIED)
        *file = file_of_mapping(space, at);
    *ret = (code_place){.mapping = at};
    if (at->path.len > 0 && at->path.data[0] == '/')
        ret->file_offset = pc - at->start + at->offset;
    if (*file == NO_IMAGE) {
        ret->path = keep_path(space, at->path);
        return true;
    }
    ret->path = space->opened[*file - 1].path;
    ret->image = space->opened[*file - 1].image;
    uint64_t offset = pc - at->start + at->offset;
    if (ret->image && !code_image_vaddr(ret->image, offset, &ret->vaddr))
        ret->vaddr = 0;
    return true;
}
