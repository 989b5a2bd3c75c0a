/* SPDX-License-Identifier: MIT */
#include "store_host.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static const char *system_variable(void *user, const char *name)
{
    (void)user;
    return getenv(name);
}

static int64_t system_unix_s(void *user)
{
    struct timespec now;
    (void)user;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

static int64_t system_monotonic_ms(void *user)
{
    struct timespec now;
    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A signal ends it early: whoever sleeps looks at the clock again. */
static void system_sleep_ms(void *user, int64_t ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)user;
    nanosleep(&wait, NULL);
}

/* Jitter, and names that must not collide: without the kernel's randomness, the clock's. */
static uint64_t system_random(void *user)
{
    uint64_t value = 0;
    struct timespec now;
    (void)user;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) == (ssize_t)sizeof value)
        return value;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec) * UINT64_C(0x9E3779B97F4A7C15);
}

static const store_host *host_or_system(const store_host *host)
{
    static const store_host system_host = {.variable = system_variable,
                                           .unix_s = system_unix_s,
                                           .monotonic_ms = system_monotonic_ms,
                                           .sleep_ms = system_sleep_ms,
                                           .random = system_random};
    return host != NULL ? host : &system_host;
}

const char *store_variable(const store_host *host, const char *name)
{
    host = host_or_system(host);
    const char *value = host->variable(host->user, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

int64_t store_unix_s(const store_host *host)
{
    host = host_or_system(host);
    return host->unix_s(host->user);
}

int64_t store_now_ms(const store_host *host)
{
    host = host_or_system(host);
    return host->monotonic_ms(host->user);
}

uint64_t store_random(const store_host *host)
{
    host = host_or_system(host);
    return host->random(host->user);
}

int64_t store_left_ms(const store_host *host, const store_budget *budget)
{
    if (budget == NULL || budget->deadline_ms == 0)
        return INT64_MAX;
    int64_t now = store_now_ms(host);
    return now < budget->deadline_ms ? budget->deadline_ms - now : 0;
}

static bool is_stopped(const store_budget *budget)
{
    return budget != NULL && budget->stop != NULL && budget->stop(budget->user);
}

unpeg_status store_budget_check(const store_host *host, const store_budget *budget,
                                unpeg_error *error)
{
    if (is_stopped(budget))
        return unpeg_error_set(error, UNPEG_STOPPED, "stopped");
    if (store_left_ms(host, budget) == 0)
        return unpeg_error_set(error, UNPEG_DEADLINE, "the time budget ended");
    return UNPEG_OK;
}

unpeg_status store_sleep(const store_host *host, const store_budget *budget, int64_t ms,
                         unpeg_error *error)
{
    const store_host *system = host_or_system(host);
    int64_t until = store_now_ms(host) + ms;
    if (ms >= store_left_ms(host, budget))
        return unpeg_error_set(error, UNPEG_DEADLINE, "no time left for another attempt");
    for (int64_t left = ms; left > 0; left = until - store_now_ms(host)) {
        if (is_stopped(budget))
            return unpeg_error_set(error, UNPEG_STOPPED, "stopped");
        system->sleep_ms(system->user,
                         left < STORE_STOP_INTERVAL_MS ? left : STORE_STOP_INTERVAL_MS);
    }
    return store_budget_check(host, budget, error);
}

store_budget store_budget_within(const store_host *host, const store_budget *budget,
                                 int64_t timeout_ms)
{
    store_budget within = budget != NULL ? *budget : (store_budget){0};
    if (timeout_ms < store_left_ms(host, budget))
        within.deadline_ms = store_now_ms(host) + timeout_ms;
    return within;
}
