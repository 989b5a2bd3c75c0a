/* SPDX-License-Identifier: MIT */
#include "time_text.h"

#include <stdio.h>
#include <time.h>

static bool is_in(int value, int low, int high)
{
    return value >= low && value <= high;
}

/* parts as they are written: month from 1, the full year. */
static bool to_unix(struct tm parts, int64_t *ret)
{
    if (!is_in(parts.tm_year, 1970, 9999) || !is_in(parts.tm_mon, 1, 12) ||
        !is_in(parts.tm_mday, 1, 31) || !is_in(parts.tm_hour, 0, 23) ||
        !is_in(parts.tm_min, 0, 59) || !is_in(parts.tm_sec, 0, 60))
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *ret = timegm(&parts);
    return true;
}

/* 1 to 12; 0 for none. */
static int month_of(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *found = strstr(names, name);
    return found != NULL && strlen(name) == 3 && (found - names) % 3 == 0
               ? (int)(found - names) / 3 + 1
               : 0;
}

bool time_text_http(const char *text, int64_t *ret_unix_s)
{
    struct tm t = {0};
    char month[4] = "";
    int end = 0;
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &t.tm_mday, month,
               &t.tm_year, &t.tm_hour, &t.tm_min, &t.tm_sec, &end) != 6 ||
        end == 0)
        return false;
    t.tm_mon = month_of(month);
    return to_unix(t, ret_unix_s);
}

/* "Z" or an offset, in seconds east of UTC. */
static bool parse_zone(const char *text, int *ret)
{
    int hours = 0;
    int minutes = 0;
    int end = 0;
    *ret = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if ((text[0] != '+' && text[0] != '-') ||
        sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || text[1 + end] != '\0')
        return false;
    *ret = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
    return is_in(hours, 0, 23) && is_in(minutes, 0, 59);
}

bool time_text_iso(const char *text, int64_t *ret_unix_s)
{
    struct tm t = {0};
    int end = 0;
    int zone = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
               &t.tm_min, &t.tm_sec, &end) != 6)
        return false;
    text += end;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (!parse_zone(text, &zone) || !to_unix(t, ret_unix_s))
        return false;
    *ret_unix_s -= zone;
    return true;
}
