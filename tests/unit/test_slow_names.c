/* SPDX-License-Identifier: MIT
 *
 * A budget that ends while a name is looked up: the C library's call cannot be stopped, and is not
 * waited for. This program's getaddrinfo takes the place of the true one in libcurl.
 */
#include <netdb.h>
#include <semaphore.h>
#include <stdlib.h>

#include "check.h"
#include "http.h"

static sem_t asked, answer;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **ret)
{
    (void)name;
    (void)service;
    (void)hints;
    *ret = NULL;
    sem_post(&asked);
    sem_wait(&answer);
    sem_post(&answer);
    return EAI_AGAIN;
}

static void a_name_without_an_answer(void **state)
{
    http_client *client;
    http_response response = {0};
    store_budget budget = {.deadline_ms = store_now_ms(NULL) + 100};
    const http_request request = {.method = "GET", .url = "http://store.invalid/"};
    (void)state;
    assert_int_equal(http_client_create(&(http_client_options){0}, &client, NULL), UNPEG_OK);
    assert_int_equal(http_send(http_client_transport(client), &request, &budget, &response),
                     UNPEG_DEADLINE);
    http_response_deinit(&response);
    http_client_destroy(client);
    assert_int_equal(sem_trywait(&asked), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_name_without_an_answer)};
    unsetenv("http_proxy");
    sem_init(&asked, 0, 0);
    sem_init(&answer, 0, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sem_post(&answer);
    return failed;
}
