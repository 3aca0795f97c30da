/*
 * sink/connect.h: from a connection string to a session of libpq, before anything is set in it.
 */
#pragma once

#include "sink/session_internal.h"

/*
 * Tries the hosts one after the other, 10 s each (or connect_timeout). TLS is verified off
 * loopback and sockets unless the string, the service file or PGSSLMODE says otherwise.
 * Errors: PGC_TARGET_CONNECT (temporary), PGC_TARGET_AUTH, PGC_TARGET_TLS, PGC_TARGET_PRIVILEGE;
 * PGC_INTERRUPTED and PGC_DEADLINE when a stop was asked for. The caller owns *ret_conn.
 */
struct error *connect_session(const struct sink_options *options, const struct resolved *resolved,
                              const char *what, const char *label, PGconn **ret_conn) CHECKED;
