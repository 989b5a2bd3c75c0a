/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"
#include "unpeg/render.h"

enum { FIRST_DRAW_US = 500000, REDRAW_US = 100000, BAR_COLUMNS = 30, LINE_SIZE = 160 };

uint64_t progress_clock_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void progress_begin(progress *bar, const char *name, bool quiet)
{
    *bar = (progress){.name = name, .enabled = !quiet && terminal_is_live(STDERR_FILENO)};
    if (bar->enabled)
        bar->next_draw_us = progress_clock_us() + FIRST_DRAW_US;
}

void progress_format(const progress *bar, uint64_t bytes, uint64_t bytes_total, char *text,
                     unsigned size)
{
    char name[48];
    char filled[BAR_COLUMNS + 1] = "";
    double share = bytes_total == 0 ? 0 : (double)bytes / (double)bytes_total;
    share = share > 1 ? 1 : share;
    unpeg_text_safe(unpeg_slice_of(bar->name), name, sizeof name);
    memset(filled, '#', (size_t)(share * BAR_COLUMNS));
    if (bytes_total == 0)
        snprintf(text, size, "%s  %.1f MB", name, (double)bytes / 1e6);
    else
        snprintf(text, size, "%3.0f%% [%-*s] %.1f of %.1f MB  %s", share * 100, BAR_COLUMNS, filled,
                 (double)bytes / 1e6, (double)bytes_total / 1e6, name);
}

void progress_show(progress *bar, uint64_t bytes, uint64_t bytes_total)
{
    char text[LINE_SIZE];
    uint64_t now = bar->enabled ? progress_clock_us() : 0;
    if (!bar->enabled || now < bar->next_draw_us)
        return;
    unsigned width = terminal_width(STDERR_FILENO);
    progress_format(bar, bytes, bytes_total, text, width < LINE_SIZE ? width : LINE_SIZE);
    fprintf(stderr, "\r%s\033[K", text);
    fflush(stderr);
    bar->shown = true;
    bar->next_draw_us = now + REDRAW_US;
}

void progress_end(progress *bar)
{
    if (bar->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    bar->shown = false;
}
