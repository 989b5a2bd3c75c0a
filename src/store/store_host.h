/* SPDX-License-Identifier: MIT
 *
 * What the store takes from the system (environment, clocks, sleep, randomness) behind one table,
 * and the budget that every call carries.
 *
 *     store_budget budget = {.deadline_ms = store_now_ms(NULL) + 4000, .stop = asked_to_stop};
 *     unpeg_status status = store_sleep(NULL, &budget, 200);
 *     int64_t left_ms = store_left_ms(NULL, &budget);
 *
 * A NULL host is the real system; tests give their own. A NULL budget never ends.
 */
#ifndef UNPEG_STORE_HOST_H
#define UNPEG_STORE_HOST_H

#include "unpeg/status.h"

/* Nothing waits longer than this without asking stop and looking at the clock. */
enum { STORE_STOP_INTERVAL_MS = 50 };

struct http_transport;

typedef struct store_host {
    /* An environment variable; NULL when it is not set. */
    const char *(*variable)(void *user, const char *name);
    int64_t (*unix_s)(void *user);
    int64_t (*monotonic_ms)(void *user);
    void (*sleep_ms)(void *user, int64_t ms);
    uint64_t (*random)(void *user);
    const struct http_transport *transport; /* NULL: libcurl */
    void *user;
} store_host;

typedef struct store_budget {
    int64_t deadline_ms;      /* on the monotonic clock; 0: none */
    bool (*stop)(void *user); /* NULL: never; asked about every STORE_STOP_INTERVAL_MS */
    void *user;
} store_budget;

/* The value, or NULL when the variable is not set or empty. */
const char *store_variable(const store_host *host, const char *name);

int64_t store_unix_s(const store_host *host);
int64_t store_now_ms(const store_host *host);
uint64_t store_random(const store_host *host);

/* Milliseconds to the deadline, not below 0; INT64_MAX when there is none. */
int64_t store_left_ms(const store_host *host, const store_budget *budget);

/* OK, STOPPED or DEADLINE, with a sentence. */
UNPEG_MUST_CHECK unpeg_status store_budget_check(const store_host *host, const store_budget *budget,
                                                 unpeg_error *error);

/* Sleeps ms milliseconds. Returns STOPPED as soon as that is asked for, and DEADLINE at once,
 * without sleeping, when the deadline comes first. */
UNPEG_MUST_CHECK unpeg_status store_sleep(const store_host *host, const store_budget *budget,
                                          int64_t ms, unpeg_error *error);

/* The earlier of the budget's deadline and timeout_ms from now, with the budget's stop. */
store_budget store_budget_within(const store_host *host, const store_budget *budget,
                                 int64_t timeout_ms);

#endif
