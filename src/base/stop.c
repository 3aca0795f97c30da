#include "base/stop.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

_Atomic int stop_word = STOP_NONE;
static _Atomic int signal_count;
static _Atomic int signal_reason = STOP_NONE;

static void on_signal(int number)
{
    if (atomic_fetch_add(&signal_count, 1) > 0)
        _exit(128 + number);
    atomic_store(&signal_reason, number == SIGTERM ? STOP_TERM : STOP_INT);
    stop_request((enum stop_reason)atomic_load(&signal_reason));
}

void stop_install_signal_handlers(void)
{
    /* poll() and sleeps return early all the same; only the libraries' plain reads are restarted.
     */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

void stop_request(enum stop_reason reason)
{
    int none = STOP_NONE;

    atomic_compare_exchange_strong(&stop_word, &none, (int)reason);
}

enum stop_reason stop_reason(void)
{
    return (enum stop_reason)atomic_load(&stop_word);
}

void stop_forget_error(void)
{
    int error = STOP_ERROR;

    if (!atomic_compare_exchange_strong(&stop_word, &error, STOP_NONE))
        return;
    if (atomic_load(&signal_reason) != STOP_NONE)
        stop_request((enum stop_reason)atomic_load(&signal_reason));
}

void stop_reset(void)
{
    atomic_store(&signal_reason, STOP_NONE);
    atomic_store(&signal_count, 0);
    atomic_store(&stop_word, STOP_NONE);
}
