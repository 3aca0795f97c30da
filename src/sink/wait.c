/*
 * Waiting for the server: in slices, so that a stop is seen a few times a second, and never for
 * ever once a stop was asked for.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/stop.h"
#include "sink/session_internal.h"

#define SLICE_MS 200
/* How long telling the server may take. */
#define CANCEL_SEND_MS 2000
/* How long what is shielded from a signal may go on after one. */
#define SHIELDED_MS 3000
/* How long a cancelled statement may take to say so before its connection is given up. */
#define CANCEL_MS 5000

enum wait_outcome wait_socket(int socket, short events, bool heed_stop, uint64_t deadline_ms,
                              short *ret_events)
{
    for (;;) {
        struct pollfd waiting = {.fd = socket, .events = events};
        int slice = SLICE_MS;
        int ready;

        if (heed_stop && stop_requested())
            return WAIT_STOPPED;
        if (deadline_ms == 0 && (stop_reason() == STOP_INT || stop_reason() == STOP_TERM))
            deadline_ms = clock_ms() + SHIELDED_MS;
        if (deadline_ms != 0) {
            uint64_t now = clock_ms();

            if (now >= deadline_ms)
                return WAIT_TIMEOUT;
            if (deadline_ms - now < SLICE_MS)
                slice = (int)(deadline_ms - now);
        }
        ready = poll(&waiting, 1, slice);
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            waiting.revents = POLLERR; /* libpq will find out what it is */
        if (ready > 0 || waiting.revents != 0) {
            *ret_events = waiting.revents;
            return WAIT_READY;
        }
    }
}

struct error *wait_stop_error(void)
{
    switch (stop_reason()) {
    case STOP_DEADLINE:
        return error_new(PGC_DEADLINE, "stopped by the deadline");
    case STOP_ERROR:
        return error_new(PGC_INTERRUPTED, "stopped because another part of the run failed");
    case STOP_NONE:
    case STOP_INT:
    case STOP_TERM:
        break;
    }
    return error_new(PGC_INTERRUPTED, "stopped by a signal");
}

void wait_clear_result(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}

static void *send_cancel(void *argument)
{
    char why[256];
    PGcancel *cancelling = argument;

    (void)PQcancel(cancelling, why, sizeof why);
    PQfreeCancel(cancelling);
    return NULL;
}

/*
 * False when the server could not be told in time. PQcancel() connects and reads by itself, for as
 * long as a silent network or a stopped server keeps the line open: so it gets a thread, which is
 * left behind when it does not come back.
 */
static bool cancel(struct sink_session *session)
{
    PGcancel *cancelling = PQgetCancel(session->conn);
    uint64_t until = clock_ms() + CANCEL_SEND_MS;
    struct timespec deadline = {.tv_sec = (time_t)(until / 1000),
                                .tv_nsec = (long)(until % 1000) * 1000000};
    pthread_t sender;

    if (cancelling == NULL)
        return false;
    if (pthread_create(&sender, NULL, send_cancel, cancelling) != 0) {
        PQfreeCancel(cancelling);
        return false;
    }
    if (pthread_clockjoin_np(sender, NULL, CLOCK_MONOTONIC, &deadline) == 0)
        return true;
    (void)pthread_detach(sender);
    return false;
}

static struct error *give_up(struct sink_session *session)
{
    session->broken = true;
    return error_new(PGC_TARGET_CONNECT, "%s did not answer in time", session->label);
}

struct error *wait_flush(struct sink_session *session, uint64_t deadline_ms,
                         bool *ret_server_speaks)
{
    bool heed_stop = !session->shielded;
    int left;

    while ((left = PQflush(session->conn)) == 1) {
        short events = 0;

        switch (wait_socket(PQsocket(session->conn), POLLIN | POLLOUT, heed_stop, deadline_ms,
                            &events)) {
        case WAIT_STOPPED:
            return wait_stop_error();
        case WAIT_TIMEOUT:
            return give_up(session);
        case WAIT_READY:
            break;
        }
        /* A server that waits for us to read before it reads on would wait for ever. */
        if ((events & ~POLLOUT) != 0) {
            *ret_server_speaks = true;
            if (PQconsumeInput(session->conn) == 0)
                return fail_lost(session);
        }
    }
    return left < 0 ? fail_lost(session) : NULL;
}

/* What the waiting for one statement's results is about. */
struct waiting {
    bool heed_stop;
    bool cancelled;
    uint64_t deadline_ms;
};

/* One wait for the server; a stop turns into a cancel and a deadline. */
static struct error *wait_some(struct sink_session *session, struct waiting *waiting, short events)
{
    short ready = 0;

    switch (wait_socket(PQsocket(session->conn), events, waiting->heed_stop, waiting->deadline_ms,
                        &ready)) {
    case WAIT_STOPPED:
        waiting->heed_stop = false;
        waiting->cancelled = true;
        waiting->deadline_ms = clock_ms() + (cancel(session) ? CANCEL_MS : 0);
        return NULL;
    case WAIT_TIMEOUT:
        if (!waiting->cancelled)
            return give_up(session);
        session->broken = true;
        return wait_stop_error();
    case WAIT_READY:
        break;
    }
    if ((ready & ~POLLOUT) != 0 && PQconsumeInput(session->conn) == 0)
        return fail_lost(session);
    return NULL;
}

/* The next result, NULL behind the last. */
static struct error *next_result(struct sink_session *session, struct waiting *waiting,
                                 PGresult **ret_result)
{
    int left;

    while ((left = PQflush(session->conn)) == 1)
        TRY(wait_some(session, waiting, POLLIN | POLLOUT));
    if (left < 0)
        return fail_lost(session);
    while (PQisBusy(session->conn))
        TRY(wait_some(session, waiting, POLLIN));
    *ret_result = PQgetResult(session->conn);
    return NULL;
}

static bool has_failed(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN:
        return false;
    case PGRES_EMPTY_QUERY: /* a buffer that had failed gives "" */
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_SINGLE_TUPLE:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
        break;
    }
    return true;
}

struct error *wait_input(struct sink_session *session)
{
    short ready = 0;

    switch (wait_socket(PQsocket(session->conn), POLLIN, !session->shielded, 0, &ready)) {
    case WAIT_STOPPED:
        session->broken = true;
        (void)cancel(session);
        return wait_stop_error();
    case WAIT_TIMEOUT:
        return give_up(session);
    case WAIT_READY:
        break;
    }
    return PQconsumeInput(session->conn) != 0 ? NULL : fail_lost(session);
}

struct error *wait_copy_out(struct sink_session *session, int sent)
{
    CLEANUP(wait_clear_result) PGresult *result = NULL;
    struct waiting waiting = {.heed_stop = !session->shielded};

    if (sent == 0)
        return fail_lost(session);
    TRY(next_result(session, &waiting, &result));
    if (result == NULL)
        return fail_lost(session);
    if (PQresultStatus(result) == PGRES_COPY_OUT && !waiting.cancelled)
        return NULL;
    if (PQresultStatus(result) == PGRES_COPY_OUT)
        session->broken = true; /* the rows that are under way are nobody's */
    if (waiting.cancelled)
        return wait_stop_error();
    if (has_failed(result))
        return fail_result(session, result);
    return error_new(PGC_INTERNAL, "a statement that should send COPY data did not");
}

/* Collects results into *kept, the first failed one or the last. Ends at COPY as libpq does. */
static struct error *collect(struct sink_session *session, struct waiting *waiting, PGresult **kept)
{
    for (;;) {
        PGresult *result = NULL;

        TRY(next_result(session, waiting, &result));
        if (result == NULL)
            return NULL;
        if (*kept == NULL || !has_failed(*kept)) {
            PQclear(*kept);
            *kept = result;
        } else {
            PQclear(result);
        }
        switch (PQresultStatus(*kept)) {
        case PGRES_COPY_IN:
            return NULL;
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            session->broken = true; /* nobody would read it to its end */
            return error_new(PGC_INTERNAL, "a statement began to send COPY data");
        case PGRES_EMPTY_QUERY:
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_BAD_RESPONSE:
        case PGRES_NONFATAL_ERROR:
        case PGRES_FATAL_ERROR:
        case PGRES_SINGLE_TUPLE:
        case PGRES_PIPELINE_SYNC:
        case PGRES_PIPELINE_ABORTED:
            break;
        }
    }
}

struct error *wait_result(struct sink_session *session, int sent, bool heed_stop,
                          uint64_t deadline_ms, PGresult **ret_result)
{
    CLEANUP(wait_clear_result) PGresult *kept = NULL;
    struct waiting waiting = {.heed_stop = heed_stop && !session->shielded,
                              .deadline_ms = deadline_ms};
    const char *sqlstate;

    if (sent == 0)
        return fail_lost(session);
    TRY(collect(session, &waiting, &kept));
    if (kept == NULL)
        return fail_lost(session);
    if (!has_failed(kept)) { /* also when it was done before the cancel arrived */
        *ret_result = kept;
        kept = NULL;
        return NULL;
    }
    if (PQresultStatus(kept) == PGRES_EMPTY_QUERY)
        return error_new(PGC_INTERNAL, "an empty statement was to be run");
    sqlstate = PQresultErrorField(kept, PG_DIAG_SQLSTATE);
    if (waiting.cancelled && sqlstate != NULL && strcmp(sqlstate, "57014") == 0)
        return wait_stop_error();
    return fail_result(session, kept);
}
