/* SPDX-License-Identifier: MIT
 *
 * A program outside of this project: says how many ticks a log has.
 */
#include <stdio.h>
#include <unpeg/unpeg.h>

int main(int argc, char **argv)
{
    unpeg_source *source;
    unpeg_profile *profile;
    unpeg_error error = {UNPEG_OK, 0, 0, 0, ""};
    if (argc != 2 || unpeg_source_open(argv[1], &source, &error) != UNPEG_OK)
        return 2;
    unpeg_status status = unpeg_log_load(NULL, source, &profile, &error);
    unpeg_source_close(source);
    if (status != UNPEG_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("%s %zu\n", UNPEG_VERSION, unpeg_profile_tick_count(profile));
    unpeg_profile_destroy(profile);
    return 0;
}
