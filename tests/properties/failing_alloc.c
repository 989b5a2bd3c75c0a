/* SPDX-License-Identifier: MIT
 *
 * The linker sends our calls here (--wrap); those of shared libraries stay theirs.
 */
#include "failing_alloc.h"

#include <stdint.h>

extern void *__real_malloc(size_t size);
extern void *__real_calloc(size_t count, size_t size);
extern void *__real_realloc(void *memory, size_t size);
extern char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

static size_t calls_left = SIZE_MAX;
static bool armed, failed;

void failing_alloc_arm(size_t calls_before)
{
    calls_left = calls_before;
    armed = true;
    failed = false;
}

bool failing_alloc_disarm(void)
{
    armed = false;
    return failed;
}

static bool should_fail(void)
{
    if (!armed || failed)
        return false;
    failed = calls_left == 0;
    calls_left--;
    return failed;
}

void *__wrap_malloc(size_t size)
{
    return should_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return should_fail() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return should_fail() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
    return should_fail() ? NULL : __real_strdup(text);
}
