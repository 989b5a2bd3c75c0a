/* SPDX-License-Identifier: MIT */
#include "folder_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

typedef struct walk {
    unpeg_store *store;
    const store_list *list;
    unpeg_error *error;
    size_t len; /* of key: the folder that is read, with a slash at its end */
    int depth;
    char key[UNPEG_KEY_MAX + 1];
} walk;

static unpeg_status walk_folder(walk *w, int fd);

/* Whether keys below a folder, or a key itself, can begin with the prefix. */
static bool may_match(const walk *w, size_t len, bool is_folder)
{
    size_t prefix_len = strlen(w->list->prefix);
    if (len >= prefix_len)
        return strncmp(w->key, w->list->prefix, prefix_len) == 0;
    return is_folder && strncmp(w->key, w->list->prefix, len) == 0;
}

static unpeg_status take_object(walk *w, const struct stat *info)
{
    const unpeg_object object = {.key = w->key,
                                 .bytes = (uint64_t)info->st_size,
                                 .modified_us = (int64_t)info->st_mtim.tv_sec * 1000000 +
                                                info->st_mtim.tv_nsec / 1000};
    return w->list->each(w->list->user, &object);
}

static unpeg_status enter(walk *w, int parent, const char *name, size_t len)
{
    if (w->depth == FOLDER_DEPTH_MAX)
        return unpeg_error_set(w->error, UNPEG_LIMIT, "folders are nested more than %d deep",
                               FOLDER_DEPTH_MAX);
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? UNPEG_OK : store_os_error(w->error, errno, "cannot list a folder");
    size_t before = w->len;
    w->len = len;
    w->depth++;
    unpeg_status status = walk_folder(w, fd);
    w->depth--;
    w->len = before;
    return status;
}

static unpeg_status take_entry(walk *w, int fd, const char *name)
{
    struct stat info;
    size_t len = w->len + strlen(name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strncmp(name, FOLDER_HIDDEN, strlen(FOLDER_HIDDEN)) == 0 || len + 1 >= sizeof w->key ||
        fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return UNPEG_OK;
    bool is_folder = S_ISDIR(info.st_mode);
    memcpy(w->key + w->len, name, strlen(name) + 1);
    if (is_folder)
        memcpy(w->key + len++, "/", 2);
    if (!may_match(w, len, is_folder))
        return UNPEG_OK;
    if (is_folder)
        return enter(w, fd, name, len);
    return S_ISREG(info.st_mode) ? take_object(w, &info) : UNPEG_OK;
}

/* Takes fd. */
static unpeg_status walk_folder(walk *w, int fd)
{
    DIR *entries = fdopendir(fd);
    if (entries == NULL) {
        close(fd);
        return store_os_error(w->error, errno, "cannot list a folder");
    }
    unpeg_status status = store_ended(w->store, w->error);
    while (status == UNPEG_OK) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (entry == NULL && errno != 0)
            status = store_os_error(w->error, errno, "cannot list a folder");
        if (entry == NULL)
            break;
        status = take_entry(w, fd, entry->d_name);
    }
    closedir(entries);
    return status;
}

unpeg_status folder_walk(unpeg_store *store, const char *folder, const store_list *list,
                         unpeg_error *error)
{
    walk w = {.store = store, .list = list, .error = error};
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? UNPEG_OK : store_os_error(error, errno, "cannot list the folder");
    return walk_folder(&w, fd);
}
