/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static unpeg_status write_bytes(void *user, const void *bytes, size_t len)
{
    output *out = user;
    if (fwrite(bytes, 1, len, out->file) == len)
        return UNPEG_OK;
    out->broken_pipe = errno == EPIPE;
    return UNPEG_OS;
}

/* A file that nobody sees yet, beside the one that is meant, so that rename can put it there. */
static bool open_temporary(output *out)
{
    int len = snprintf(out->temporary, sizeof out->temporary, "%s.XXXXXX", out->path);
    int fd = -1;
    if (len > 0 && (size_t)len < sizeof out->temporary)
        fd = mkstemp(out->temporary);
    if (fd < 0) {
        message_plain("%s: cannot be written: %s", out->path, strerror(errno));
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0 || !(out->file = fdopen(fd, "w"))) {
        close(fd);
        unlink(out->temporary);
        message_plain("%s: cannot be written", out->path);
        return false;
    }
    return true;
}

bool output_open(output *out, const char *path)
{
    *out = (output){.file = stdout, .path = path};
    if (path && strcmp(path, "-") == 0)
        out->path = NULL;
    out->writer = (unpeg_writer){write_bytes, out};
    return !out->path || open_temporary(out);
}

void output_discard(output *out)
{
    if (!out->path || !out->file)
        return;
    fclose(out->file);
    unlink(out->temporary);
    out->file = NULL;
}

bool output_commit(output *out)
{
    bool written = fflush(out->file) == 0 && !ferror(out->file);
    if (!written)
        out->broken_pipe = out->broken_pipe || errno == EPIPE;
    if (!out->path) {
        if (!written && !out->broken_pipe)
            message_plain("standard output: %s", strerror(errno));
        return written || out->broken_pipe;
    }
    written = written && fsync(fileno(out->file)) == 0;
    written = fclose(out->file) == 0 && written;
    out->file = NULL;
    if (written && rename(out->temporary, out->path) == 0)
        return true;
    message_plain("%s: %s; nothing was written", out->path, strerror(errno));
    unlink(out->temporary);
    return false;
}
