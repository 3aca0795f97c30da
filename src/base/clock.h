/*
 * base/clock.h: time. Durations and deadlines use the monotonic clock; the wall clock is only ever
 * printed.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

/* Milliseconds of the monotonic clock. */
uint64_t clock_ms(void);
void clock_sleep_ms(uint64_t wait_ms);
/* A condition that clock_wait_ms() waits on: by the monotonic clock. */
void clock_condition_init(pthread_cond_t *condition);
/* Waits, with `lock` held, until the condition is signalled or wait_ms are over. */
void clock_wait_ms(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t wait_ms);
/* "2026-11-23T03:47:01.123Z" of now, at most 32 bytes with its NUL. */
void clock_utc_text(char ret_text[32]);
/* Random 128 bits as 32 lower-case hexadecimal digits and a NUL, from the kernel. */
void clock_random_id(char ret_id[33]);
