/*
 * sink/session_internal.h: what the files of this room share. Nobody outside includes it.
 */
#pragma once

#include <libpq-fe.h>

#include "sink/sink.h"

struct sink_session {
    PGconn *conn;
    char *label;      /* "role@host:port/database", for messages */
    uint64_t notices; /* NOTICE and WARNING messages that came; see copy_in.c */
    bool shielded;    /* a requested stop does not touch this session */
    bool in_copy;     /* between sink_copy_begin() and its end */
    bool in_copy_out; /* between sink_copy_out_begin() and the last row */
    bool out_started; /* the stream's header was read */
    char *out_row;    /* libpq's, the row that was handed out last */
    bool broken;      /* given up by us while libpq still takes it for alive */
};

/* ---- resolve.c: what libpq would connect to ------------------------------------------------- */

/* Host, port … after service file and environment. Heap strings, "" where libpq has nothing. */
struct resolved {
    char *user, *host, *hostaddr, *port, *database, *ssl_mode, *ssl_root_cert;
    char *connect_timeout;
    bool ssl_mode_given;
};

struct error *resolve_options(const struct sink_options *options, struct resolved *ret) CHECKED;
void resolved_done(struct resolved *resolved);
/* The n-th element of a comma-separated list; the only one stands for every n. */
struct str resolved_element(const char *list, size_t n);
size_t resolved_host_count(const struct resolved *resolved);
/* "role@host:port/database" of all hosts. */
void resolved_print(const struct resolved *resolved, struct buf *text);
/* Whether every host is a unix socket or loopback. */
bool resolved_is_local(const struct resolved *resolved);

/* ---- wait.c: talking to the server without ever being deaf to a stop ------------------------ */

enum wait_outcome { WAIT_READY, WAIT_STOPPED, WAIT_TIMEOUT };

/*
 * Until the socket can do one of `events` (POLLIN, POLLOUT). deadline_ms is of clock_ms(), 0: none.
 * *ret_events holds what it can do.
 */
enum wait_outcome wait_socket(int socket, short events, bool heed_stop, uint64_t deadline_ms,
                              short *ret_events);
/* PGC_INTERRUPTED or PGC_DEADLINE, by the reason of the stop. */
struct error *wait_stop_error(void) CHECKED;
/*
 * The outcome of what was just handed to PQsend…(): `sent` is what that call returned. The first
 * result that failed as an error, else the last one (*ret_result, never NULL on success). A stop
 * cancels the statement on the server, unless heed_stop is false or the session is shielded.
 * deadline_ms as above: past it the session is broken and the error PGC_TARGET_CONNECT.
 */
struct error *wait_result(struct sink_session *session, int sent, bool heed_stop,
                          uint64_t deadline_ms, PGresult **ret_result) CHECKED;
/* As wait_result(), for a statement that must begin to send COPY data. */
struct error *wait_copy_out(struct sink_session *session, int sent) CHECKED;
/* Until something came in; a stop ends the wait, and the session, which has a stream under way. */
struct error *wait_input(struct sink_session *session) CHECKED;
/* Sends all that libpq holds; *ret_server_speaks as soon as something came in meanwhile. */
struct error *wait_flush(struct sink_session *session, uint64_t deadline_ms,
                         bool *ret_server_speaks) CHECKED;
void wait_clear_result(PGresult **result);

/* ---- fail.c: PostgreSQL's errors as ours ---------------------------------------------------- */

/* The parts of a server's error message; NULL where it has none. */
struct server_message {
    const char *sqlstate, *primary, *detail, *hint, *context;
    const char *schema, *table, *column, *constraint;
};

/* `role` and `database` are for the GRANT in the advice. */
struct error *fail_message(const struct server_message *message, const char *role,
                           const char *database) CHECKED;
struct error *fail_result(struct sink_session *session, const PGresult *result) CHECKED;
/* The connection of an open session is gone. */
struct error *fail_lost(struct sink_session *session) CHECKED;
/* A connection that never came about, told from libpq's text (verbosity PQERRORS_VERBOSE). */
struct error *fail_connect(PGconn *conn, const char *label) CHECKED;
/* As fail_connect(), from the text alone. */
struct error *fail_connect_text(const char *message, bool wants_password, const char *label)
    CHECKED;
