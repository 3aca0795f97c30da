/* Waiting: for a socket, for a time, and for a stop. */
#include "tap.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stop.h"
#include "sink/session_internal.h"

static void check_stop(enum stop_reason reason, enum error_id id)
{
    stop_reset();
    if (reason != STOP_NONE)
        stop_request(reason);
    fails_with(wait_stop_error(), id, "reason %d", (int)reason);
    stop_reset();
}

int main(void)
{
    int pair[2];
    short events = 0;
    uint64_t before;

    ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    ok(wait_socket(pair[0], POLLOUT, true, 0, &events) == WAIT_READY && (events & POLLOUT) != 0,
       "ready at once");

    before = clock_ms();
    ok(wait_socket(pair[0], POLLIN, true, before + 50, &events) == WAIT_TIMEOUT,
       "a deadline ends it");
    ok(clock_ms() - before >= 50, "not before its time");
    ok(wait_socket(pair[0], POLLIN, true, 1, &events) == WAIT_TIMEOUT, "a deadline long past");

    stop_request(STOP_TERM);
    ok(wait_socket(pair[0], POLLIN, true, 0, &events) == WAIT_STOPPED, "a stop ends it");
    ok(wait_socket(pair[0], POLLIN, false, clock_ms() + 10, &events) == WAIT_TIMEOUT,
       "unless it is not heeded");
    stop_reset();

    ok(write(pair[1], "x", 1) == 1, "a byte");
    ok(wait_socket(pair[0], POLLIN, true, 0, &events) == WAIT_READY && (events & POLLIN) != 0,
       "input ends it");
    ok(read(pair[0], &(char){0}, 1) == 1, "the byte");
    close(pair[1]);
    ok(wait_socket(pair[0], POLLIN, true, 0, &events) == WAIT_READY, "a closed peer ends it");
    close(pair[0]);
    ok(wait_socket(pair[0], POLLIN, true, 0, &events) == WAIT_READY, "and so does a bad socket");

    check_stop(STOP_NONE, PGC_INTERRUPTED);
    check_stop(STOP_INT, PGC_INTERRUPTED);
    check_stop(STOP_ERROR, PGC_INTERRUPTED);
    check_stop(STOP_DEADLINE, PGC_DEADLINE);
    return done_testing();
}
