/* SPDX-License-Identifier: MIT
 *
 * A target that sees how long it is kept from running: it does nothing but read the clock, and
 * notes each time between two readings that is longer than GAP_NS.
 *
 *     bench-gaps FILE        FILE, mapped: u64 readings, u64 gaps noted, u64 nanoseconds of each
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { GAP_NS = 3000, ROOM = 1 << 20 };

typedef struct notes {
    uint64_t readings, count;
    uint64_t gaps[ROOM];
} notes;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;
    if (fd < 0 || ftruncate(fd, sizeof(notes)) != 0)
        return 2;
    volatile notes *kept = mmap(NULL, sizeof(notes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (kept == MAP_FAILED)
        return 1;
    for (uint64_t before = now_ns(), after; kept->count < ROOM; before = after) {
        after = now_ns();
        kept->readings++;
        if (after - before > GAP_NS)
            kept->gaps[kept->count++] = after - before;
    }
    return 0;
}
