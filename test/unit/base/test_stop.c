#include <errno.h>
#include <signal.h>

#include "base/stop.h"
#include "child.h"

static void two_signals(void)
{
    stop_install_signal_handlers();
    raise(SIGINT);
    dprintf(STDERR_FILENO, "%d", (int)stop_reason());
    raise(SIGTERM);
    dprintf(STDERR_FILENO, "still here");
}

static void twice_int(void)
{
    stop_install_signal_handlers();
    stop_request(STOP_DEADLINE);
    raise(SIGINT);
    dprintf(STDERR_FILENO, "%d", (int)stop_reason());
    raise(SIGINT);
}

/* A run that is about to try again after an error must not lose the INT that came meanwhile. */
static void signal_behind_an_error(void)
{
    stop_install_signal_handlers();
    stop_request(STOP_ERROR);
    raise(SIGTERM);
    dprintf(STDERR_FILENO, "%d", (int)stop_reason());
    stop_forget_error();
    dprintf(STDERR_FILENO, "%d", (int)stop_reason());
}

static void broken_pipe(void)
{
    int ends[2];

    stop_install_signal_handlers();
    if (pipe(ends) != 0)
        return;
    close(ends[0]);
    if (write(ends[1], "x", 1) < 0 && errno == EPIPE)
        dprintf(STDERR_FILENO, "an error");
}

int main(void)
{
    char text[200];
    int status;

    ok(!stop_requested() && stop_reason() == STOP_NONE, "nobody asked yet");
    stop_request(STOP_DEADLINE);
    stop_request(STOP_ERROR);
    ok(stop_requested(), "somebody did");
    is_number(stop_reason(), STOP_DEADLINE, "the first reason stays");
    stop_reset();
    ok(!stop_requested(), "reset");
    stop_request(STOP_ERROR);
    stop_forget_error();
    ok(!stop_requested(), "an error can be forgotten");
    stop_request(STOP_DEADLINE);
    stop_forget_error();
    is_number(stop_reason(), STOP_DEADLINE, "nothing else can");
    stop_reset();

    status = run_child(two_signals, text, sizeof text);
    is_text(text, "1", "the first signal asks for a checkpoint");
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 143, "the second ends at once, by its own code");
    status = run_child(twice_int, text, sizeof text);
    is_text(text, "3", "a signal does not replace an earlier reason");
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 130, "twice INT ends with 130");
    status = run_child(signal_behind_an_error, text, sizeof text);
    is_text(text, "42", "a signal behind an error counts once the error is forgotten");
    is_number(status, 0, "and is the first one");
    status = run_child(broken_pipe, text, sizeof text);
    is_text(text, "an error", "a broken pipe is an error of the call, not a death");
    is_number(status, 0, "and the process lives");
    return done_testing();
}
