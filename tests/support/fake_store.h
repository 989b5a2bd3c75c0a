/* SPDX-License-Identifier: MIT
 *
 * A store's other side for tests: answers that were written down, a clock that only sleeping moves,
 * an environment of one's own.
 *
 *     fake_store fake;
 *     fake_store_init(&fake);
 *     fake.answers = answers;
 *     fake_store_set(&fake, "AWS_ACCESS_KEY_ID", "AK");
 *     options.host = &fake.host;
 *     ...
 *     assert_string_equal(fake_request_header(&fake, 0, "host"), ...);
 *     fake_store_deinit(&fake);
 */
#ifndef UNPEG_TESTS_FAKE_STORE_H
#define UNPEG_TESTS_FAKE_STORE_H

#include "http.h"

enum { FAKE_REQUESTS = 32, FAKE_HEADERS = 6, FAKE_VARIABLES = 24 };

typedef struct fake_answer {
    int status;       /* 0: no answer */
    bool may_retry;   /* with status 0 */
    const char *body; /* NULL: none */
    http_pair headers[FAKE_HEADERS];
    const char *wants_url; /* a part that the request's URL must have; NULL: anything */
} fake_answer;

typedef struct fake_request {
    text_buffer line;      /* "PUT https://..." */
    http_response headers; /* as http_response_header finds them */
    text_buffer body;
} fake_request;

typedef struct fake_store {
    store_host host;
    http_transport transport;
    const fake_answer *answers; /* ended by the count */
    size_t answer_count;
    size_t answered;
    fake_request requests[FAKE_REQUESTS];
    http_pair variables[FAKE_VARIABLES];
    size_t variable_count;
    int64_t now_ms; /* monotonic; unix time is this many milliseconds later than unix_s */
    int64_t unix_s; /* at now_ms 0 */
    int64_t slept_ms;
    uint64_t next_random;
} fake_store;

void fake_store_init(fake_store *fake);
void fake_store_set(fake_store *fake, const char *name, const char *value);
const char *fake_request_header(const fake_store *fake, size_t request, const char *name);
const char *fake_request_line(const fake_store *fake, size_t request);
void fake_store_deinit(fake_store *fake);

#endif
