/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "exit_code.h"

/* The one variable of this program that lives outside a function: a signal handler can reach
 * nothing else. */
static volatile sig_atomic_t signal_received;

/* A signal that comes just before a wait for input begins does not interrupt it; the alarm rings
 * once a second from then on and does. */
static void on_signal(int number)
{
    if (number != SIGALRM)
        signal_received = number;
    alarm(1);
}

void stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ring = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction before;
        /* Who started this program with a signal ignored (nohup) wants it ignored. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    sigaction(SIGALRM, &ring, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool stop_requested(void)
{
    return signal_received != 0;
}

int stop_exit_code(int code)
{
    return stop_requested() ? EXIT_SIGNAL + (int)signal_received : code;
}
