/* SPDX-License-Identifier: MIT
 *
 * A folder of logs and a folder that is taken for /proc, made for one test.
 *
 *     capture_world world;
 *     world_open(&world);
 *     world_log(&world, "isolate-0x1-7-p-7.log", 100, 5);      (100 bytes, written to 5 s ago)
 *     world_process(&world, (world_proc){.pid = 7, .inner_pid = 7, .ticks = 3});
 *     world_hold(&world, 7, "isolate-0x1-7-p-7.log", true);
 *     world_close(&world);
 */
#ifndef UNPEG_TESTS_CAPTURE_WORLD_H
#define UNPEG_TESTS_CAPTURE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

typedef struct capture_world {
    char root[64];
    char logs[80]; /* the folder of logs */
    char proc[80]; /* what is taken for /proc */
    int64_t now_s;
} capture_world;

typedef struct world_proc {
    int pid, inner_pid;
    uint64_t ticks; /* processor time */
    int64_t age_s;  /* began so long ago */
    bool hides_files;
} world_proc;

void world_open(capture_world *w);
void world_close(capture_world *w);

/* A log of size bytes that was last written to age_s seconds ago; again: it becomes that. */
void world_log(const capture_world *w, const char *name, uint64_t size, int64_t age_s);

/* The stamp of a launch age_s seconds ago. */
void world_launch(const capture_world *w, const char *prefix, int64_t age_s);

/* Again: its processor time becomes that. */
void world_process(const capture_world *w, world_proc p);

/* The process has the log open, for writing or for reading. */
void world_hold(const capture_world *w, int pid, const char *log, bool writing);

bool world_has(const capture_world *w, const char *name);

#endif
