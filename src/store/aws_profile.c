/* SPDX-License-Identifier: MIT */
#include "aws_profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static unpeg_status read_all(int fd, size_t limit, text_buffer *ret)
{
    char piece[4096];
    ssize_t got = 1;
    while (got != 0) {
        got = read(fd, piece, sizeof piece);
        if (got < 0 && errno != EINTR)
            return UNPEG_OS;
        if (got > 0 && (size_t)got > limit - ret->len)
            return UNPEG_LIMIT;
        if (got > 0)
            text_buffer_add(ret, (unpeg_slice){piece, (size_t)got});
    }
    explicit_bzero(piece, sizeof piece);
    return ret->failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

unpeg_status aws_file_read(const char *path, size_t limit, text_buffer *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return UNPEG_NOT_FOUND;
    if (fd < 0)
        return errno == EACCES ? UNPEG_PERMISSION : UNPEG_OS;
    unpeg_status status = read_all(fd, limit, ret);
    close(fd);
    return status;
}

/* "~/x" is below HOME. */
static void add_path(text_buffer *out, const store_host *host, const char *path)
{
    const char *home = store_variable(host, "HOME");
    if (strncmp(path, "~/", 2) == 0 && home != NULL) {
        text_buffer_add_text(out, home);
        path++;
    }
    text_buffer_add_text(out, path);
}

typedef struct file_place {
    const char *variable;
    const char *path;
} file_place;

/* The usual place may hold nothing, or be closed to us (a container whose user does not own HOME);
 * a file that was named must be there. */
static unpeg_status load_file(ini_file *file, const store_host *host, const file_place *place,
                              unpeg_error *error)
{
    const char *named = store_variable(host, place->variable);
    text_buffer path = {0};
    text_buffer text = {0};
    add_path(&path, host, named != NULL ? named : place->path);
    unpeg_status status =
        path.failed ? UNPEG_NO_MEMORY : aws_file_read(path.bytes, INI_FILE_LIMIT, &text);
    if (status == UNPEG_OK) {
        status = ini_file_parse(file, &text);
    } else if (status == UNPEG_LIMIT) {
        unpeg_error_set(error, status, "%.150s is larger than %d bytes", path.bytes,
                        INI_FILE_LIMIT);
    } else if (status != UNPEG_NO_MEMORY && named != NULL) {
        status = unpeg_error_set(error, UNPEG_INPUT, "%.150s (%s) cannot be read", path.bytes,
                                 place->variable);
    } else if (status != UNPEG_NO_MEMORY) {
        status = UNPEG_OK;
    }
    if (status == UNPEG_NO_MEMORY)
        unpeg_error_set(error, status, "no memory to read %s", place->path);
    text_buffer_deinit(&path);
    text_buffer_deinit(&text);
    return status;
}

static unpeg_status choose_name(aws_profile *profile, const store_host *host, const char *option,
                                unpeg_error *error)
{
    const char *name = option != NULL ? option : store_variable(host, "AWS_PROFILE");
    profile->named = name != NULL;
    if (name == NULL)
        name = "default";
    size_t len = strlen(name);
    if (len > AWS_PROFILE_NAME_LIMIT)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "the profile's name is too long");
    memcpy(profile->name, name, len + 1);
    return UNPEG_OK;
}

unpeg_status aws_profile_load(aws_profile *profile, const store_host *host, const char *option,
                              unpeg_error *error)
{
    static const file_place credentials = {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"};
    static const file_place config = {"AWS_CONFIG_FILE", "~/.aws/config"};
    *profile = (aws_profile){0};
    unpeg_status status = choose_name(profile, host, option, error);
    if (status == UNPEG_OK)
        status = load_file(&profile->credentials, host, &credentials, error);
    if (status == UNPEG_OK)
        status = load_file(&profile->config, host, &config, error);
    if (status == UNPEG_OK && profile->named && !aws_profile_exists(profile, profile->name))
        status = unpeg_error_set(error, UNPEG_INPUT, "there is no profile \"%s\"", profile->name);
    if (status != UNPEG_OK)
        aws_profile_deinit(profile);
    return status;
}

typedef struct section_name {
    char text[AWS_PROFILE_NAME_LIMIT + sizeof "services "];
} section_name;

static section_name section_of(const char *kind, const char *name)
{
    section_name section;
    int len = snprintf(section.text, sizeof section.text, "%s %s", kind, name);
    if (len < 0 || (size_t)len >= sizeof section.text)
        section.text[0] = '\0';
    return section;
}

static const char *or_null(const char *value)
{
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *aws_profile_get_secret(const aws_profile *profile, const char *name,
                                   const char *setting)
{
    return or_null(ini_file_get(&profile->credentials, name, NULL, setting));
}

/* "default" is the one profile whose section may stand without the word. */
const char *aws_profile_get_config(const aws_profile *profile, const char *name,
                                   const char *setting)
{
    section_name section = section_of("profile", name);
    const char *value = ini_file_get(&profile->config, section.text, NULL, setting);
    if (value == NULL && strcmp(name, "default") == 0)
        value = ini_file_get(&profile->config, name, NULL, setting);
    return or_null(value);
}

const char *aws_profile_get(const aws_profile *profile, const char *name, const char *setting)
{
    const char *value = aws_profile_get_secret(profile, name, setting);
    return value != NULL ? value : aws_profile_get_config(profile, name, setting);
}

const char *aws_profile_endpoint(const aws_profile *profile, const char *service)
{
    const char *services = aws_profile_get_config(profile, profile->name, "services");
    const char *url = NULL;
    if (services != NULL) {
        section_name section = section_of("services", services);
        url = or_null(ini_file_get(&profile->config, section.text, service, "endpoint_url"));
    }
    return url != NULL ? url : aws_profile_get(profile, profile->name, "endpoint_url");
}

bool aws_profile_exists(const aws_profile *profile, const char *name)
{
    section_name section = section_of("profile", name);
    return ini_file_has(&profile->credentials, name) ||
           ini_file_has(&profile->config, section.text) ||
           (strcmp(name, "default") == 0 && ini_file_has(&profile->config, name));
}

void aws_profile_deinit(aws_profile *profile)
{
    ini_file_deinit(&profile->credentials);
    ini_file_deinit(&profile->config);
}
