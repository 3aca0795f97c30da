#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* An absolute end, so that signals neither shorten nor lengthen a wait. */
static struct timespec end_of(uint64_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

void clock_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void clock_wait_ms(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t wait_ms)
{
    struct timespec until = end_of(wait_ms);

    pthread_cond_timedwait(condition, lock, &until);
}

void clock_sleep_ms(uint64_t wait_ms)
{
    struct timespec until = end_of(wait_ms);

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

void clock_utc_text(char ret_text[32])
{
    struct timespec now;
    struct tm parts;
    char seconds[24];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(ret_text, 32, "%s.%03uZ", seconds, (unsigned)(now.tv_nsec / 1000000) % 1000U);
}

void clock_random_id(char ret_id[33])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];

    /* Up to 256 bytes come whole, or not at all when a signal came first. */
    while (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        if (errno != EINTR)
            abort(); /* a kernel without getrandom() is not one that we support */
    for (size_t i = 0; i < sizeof bytes; i++) {
        ret_id[2 * i] = digits[bytes[i] >> 4];
        ret_id[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_id[32] = '\0';
}
