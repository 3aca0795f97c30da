/*
 * base/stop.h: the one word that tells every thread to come to a clean checkpoint. Set by signals,
 * by --deadline and by the first worker that fails; read at every row batch and before every wait.
 */
#pragma once

#include <stdbool.h>

enum stop_reason { STOP_NONE, STOP_INT, STOP_TERM, STOP_DEADLINE, STOP_ERROR };

/*
 * Installs INT and TERM handlers: the first signal asks for a checkpoint, the second ends the
 * process at once with 130 or 143. Ignores PIPE: a lost connection is an error of the call.
 */
void stop_install_signal_handlers(void);
/* Keeps the first reason. Async-signal-safe. */
void stop_request(enum stop_reason reason);
enum stop_reason stop_reason(void);
/* After STOP_ERROR, to try again: a signal that came meanwhile counts then. Others stay. */
void stop_forget_error(void);
static inline bool stop_requested(void);
void stop_reset(void); /* for tests */

#include <stdatomic.h>
extern _Atomic int stop_word;
static inline bool stop_requested(void)
{
    return atomic_load_explicit(&stop_word, memory_order_relaxed) != STOP_NONE;
}
