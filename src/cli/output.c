/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static unpeg_status write_bytes(void *user, const void *bytes, size_t len)
{
    output *out = user;
    errno = 0;
    if (fwrite(bytes, 1, len, out->file) == len)
        return UNPEG_OK;
    if (out->write_errno == 0)
        out->write_errno = errno != 0 ? errno : EIO;
    return UNPEG_OS;
}

static bool refuse(const output *out)
{
    message_plain("%s: cannot be written: %s", out->path, strerror(errno));
    return false;
}

/* Where the file really is, so that a link stays a link; it need not exist yet. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);
    return real == NULL && errno == ENOENT ? strdup(path) : real;
}

static mode_t mode_for(const char *target)
{
    struct stat info;
    mode_t mask = umask(0);
    umask(mask);
    return stat(target, &info) == 0 ? info.st_mode & 07777 : 0666 & ~mask;
}

/* A file that nobody sees yet, beside the one that is meant, so that rename can put it there. */
static int open_temporary(output *out)
{
    out->target = resolve(out->path);
    if (out->target == NULL || asprintf(&out->temporary, "%s.XXXXXX", out->target) < 0) {
        out->temporary = NULL;
        return -1;
    }
    int fd = mkostemp(out->temporary, O_CLOEXEC);
    if (fd < 0) {
        free(out->temporary);
        out->temporary = NULL;
    } else if (fchmod(fd, mode_for(out->target)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

bool output_open(output *out, const char *path)
{
    *out = (output){.file = stdout, .path = path};
    out->writer = (unpeg_writer){write_bytes, out};
    if (path == NULL || strcmp(path, "-") == 0) {
        out->path = NULL;
        return true;
    }
    int fd = is_special(path) ? open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY) : open_temporary(out);
    out->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out->file != NULL)
        return true;
    refuse(out);
    if (fd >= 0)
        close(fd);
    output_discard(out);
    return false;
}

bool output_failed(const output *out)
{
    return out->write_errno != 0;
}

/* Everything out of the buffers, and, of a file that must be whole, onto the disk. */
static void finish_writing(output *out)
{
    errno = 0;
    bool done = fflush(out->file) == 0 && !ferror(out->file);
    if (done && out->temporary != NULL)
        done = fsync(fileno(out->file)) == 0;
    if (done && out->file != stdout) {
        done = fclose(out->file) == 0;
        out->file = NULL;
    }
    if (!done && out->write_errno == 0)
        out->write_errno = errno != 0 ? errno : EIO;
}

bool output_commit(output *out)
{
    finish_writing(out);
    if (!output_failed(out) && out->temporary != NULL) {
        if (rename(out->temporary, out->target) == 0) {
            free(out->temporary);
            out->temporary = NULL;
        } else {
            out->write_errno = errno;
        }
    }
    bool good = !output_failed(out) || out->write_errno == EPIPE;
    if (out->file == stdout)
        clearerr(stdout); /* output_finish_stdout is not to say it again */
    if (!good)
        message_plain("%s: %s; %s", out->path != NULL ? out->path : "standard output",
                      strerror(out->write_errno),
                      out->temporary != NULL ? "nothing was written"
                                             : "the output is not complete");
    output_discard(out);
    return good;
}

void output_discard(output *out)
{
    if (out->file != NULL && out->file != stdout)
        fclose(out->file);
    if (out->temporary != NULL)
        unlink(out->temporary);
    free(out->temporary);
    free(out->target);
    out->file = NULL;
    out->temporary = out->target = NULL;
}

bool output_finish_stdout(void)
{
    output out;
    return output_open(&out, NULL) && output_commit(&out);
}
