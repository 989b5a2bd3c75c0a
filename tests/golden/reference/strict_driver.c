/* SPDX-License-Identifier: MIT
 *
 * strict_driver FILE [OPTION...] NAME: what the strict mode prints for a log, unpacked if FILE ends
 * in .zst, under another name. Exit status 1 where the reference dies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "strict_run.h"

static unpeg_status write_out(void *user, const void *bytes, size_t len)
{
    return fwrite(bytes, 1, len, user) == len ? UNPEG_OK : UNPEG_OS;
}

int main(int argc, char **argv)
{
    char options[1024] = "";
    unpeg_writer out = {write_out, stdout};
    if (argc < 3)
        return 2;
    for (int i = 2; i < argc - 1; i++)
        snprintf(options + strlen(options), sizeof options - strlen(options), "%s ", argv[i]);
    unpeg_slice log = strict_read(argv[1]);
    unpeg_status status = strict_print(argv[argc - 1], options, log, &out);
    free((void *)(uintptr_t)log.data);
    return status != UNPEG_OK || fflush(stdout) != 0;
}
