#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "tap.h"

static void on_alarm(int number)
{
    (void)number;
}

static void *send_signals(void *target)
{
    for (int i = 0; i < 5; i++) {
        struct timespec pause = {.tv_nsec = 5000000};

        nanosleep(&pause, NULL);
        pthread_kill(*(pthread_t *)target, SIGUSR1);
    }
    return NULL;
}

static void test_sleep(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    pthread_t self = pthread_self(), other;
    uint64_t before, slept;

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&other, NULL, send_signals, &self);
    before = clock_ms();
    clock_sleep_ms(60);
    slept = clock_ms() - before;
    pthread_join(other, NULL);
    ok(slept >= 59 && slept < 5000, "signals do not shorten a sleep (%llu ms)",
       (unsigned long long)slept);
    before = clock_ms();
    clock_sleep_ms(0);
    ok(clock_ms() - before < 1000, "no wait is no wait");
}

static void test_utc_text(void)
{
    char text[32];
    struct tm parts = {0};
    time_t then;

    clock_utc_text(text);
    is_number(strlen(text), 24, "the time has 24 characters: %s", text);
    ok(text[10] == 'T' && text[19] == '.' && text[23] == 'Z', "of the form …T….…Z");
    ok(strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) != NULL, "and is a time");
    then = timegm(&parts);
    ok(labs((long)(time(NULL) - then)) < 5, "of now, in UTC");
}

static void test_random_id(void)
{
    char a[33], b[33];

    clock_random_id(a);
    clock_random_id(b);
    is_number(strlen(a), 32, "an id has 32 digits");
    is_number(strspn(a, "0123456789abcdef"), 32, "lower-case hexadecimal");
    ok(strcmp(a, b) != 0, "two ids differ");
}

int main(void)
{
    test_sleep();
    test_utc_text();
    test_random_id();
    return done_testing();
}
