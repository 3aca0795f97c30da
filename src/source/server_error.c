/*
 * What the server's and the client library's error numbers mean for the operator. The numbers are
 * stable on both servers; texts are not and are only shown.
 */
#include "source/session_internal.h"

#include <errmsg.h>

#include "base/limits.h"
#include "base/secret.h"

struct errno_range {
    unsigned first, last;
    enum error_id id;
};

/* Looked at in order. Numbers from 2000 on are libmariadb's own, 1900-1999 and 4000- MariaDB's. */
static const struct errno_range ranges[] = {
    {1040, 1040, PGC_SOURCE_CONNECT},            /* too many connections */
    {1044, 1044, PGC_SOURCE_PRIVILEGE},          /* database access denied */
    {1045, 1045, PGC_SOURCE_AUTH},               /* access denied */
    {1049, 1049, PGC_SOURCE_DATABASE},           /* unknown database */
    {1053, 1053, PGC_SOURCE_CONNECT},            /* shutdown in progress */
    {1129, 1130, PGC_SOURCE_AUTH},               /* host blocked, host not allowed */
    {1142, 1143, PGC_SOURCE_PRIVILEGE},          /* table, column access denied */
    {1152, 1152, PGC_SOURCE_CONNECT},            /* aborted connection */
    {1158, 1161, PGC_SOURCE_CONNECT},            /* network errors and timeouts */
    {1184, 1184, PGC_SOURCE_CONNECT},            /* aborted connection */
    {1203, 1203, PGC_SOURCE_CONNECT},            /* too many connections of this user */
    {1226, 1226, PGC_SOURCE_CONNECT},            /* a resource limit of this user */
    {1227, 1227, PGC_SOURCE_PRIVILEGE},          /* a global privilege is missing */
    {1251, 1251, PGC_SOURCE_AUTH},               /* authentication protocol not supported */
    {1317, 1317, PGC_SOURCE_CONNECT},            /* KILL QUERY */
    {1356, 1356, PGC_SOURCE_PRIVILEGE},          /* a view whose definer lacks rights */
    {1370, 1370, PGC_SOURCE_PRIVILEGE},          /* routine access denied */
    {1412, 1412, PGC_SOURCE_CHANGED_DEFINITION}, /* definition newer than the snapshot */
    {1698, 1698, PGC_SOURCE_AUTH},               /* access denied without password */
    {1820, 1820, PGC_SOURCE_AUTH},               /* the password must be changed */
    {1862, 1862, PGC_SOURCE_AUTH},               /* the password has expired */
    {1927, 1927, PGC_SOURCE_CONNECT},            /* MariaDB: connection killed */
    {2002, 2006, PGC_SOURCE_CONNECT},            /* cannot connect, unknown host, gone away */
    {2007, 2007, PGC_SOURCE_UNSUPPORTED},        /* protocol version */
    {2009, 2009, PGC_SOURCE_CONNECT},            /* wrong host info */
    {2012, 2012, PGC_SOURCE_CONNECT},            /* error in the handshake */
    {2013, 2013, PGC_SOURCE_CONNECT},            /* lost connection */
    {2020, 2020, PGC_SOURCE_ROW_TOO_WIDE},       /* a packet above our own limit */
    {2026, 2026, PGC_SOURCE_TLS},                /* TLS */
    {2027, 2027, PGC_SOURCE_CONNECT},            /* malformed packet */
    {2055, 2055, PGC_SOURCE_CONNECT},            /* lost connection, in detail */
    {2054, 2054, PGC_SOURCE_AUTH},               /* unknown authentication method */
    {2058, 2061, PGC_SOURCE_AUTH},               /* authentication plugins */
    {3118, 3118, PGC_SOURCE_AUTH},               /* account locked */
    {3159, 3159, PGC_SOURCE_TLS},                /* only secure transports */
    {3169, 3169, PGC_SOURCE_CONNECT},            /* session was killed */
    {4031, 4031, PGC_SOURCE_CONNECT},            /* disconnected for inactivity */
    {4151, 4151, PGC_SOURCE_AUTH},               /* MariaDB: account locked */
    {5010, 5010, PGC_SOURCE_AUTH},               /* libmariadb: plugin not in our list */
    {5014, 5014, PGC_SOURCE_CONNECT},            /* libmariadb: interrupted */
};

enum error_id source_error_id(unsigned server_errno)
{
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (server_errno >= ranges[i].first && server_errno <= ranges[i].last)
            return ranges[i].id;
    return PGC_SOURCE_QUERY;
}

/* Failures that the same statement may not meet again a moment later. */
static bool passes_by_itself(unsigned server_errno)
{
    switch (server_errno) {
    case 1205: /* lock wait timeout */
    case 1213: /* deadlock */
    case 1969: /* MariaDB: max_statement_time */
    case 3024: /* MySQL: max_execution_time */
        return true;
    default:
        return false;
    }
}

static void add_fix(struct error *error, unsigned server_errno)
{
    switch (server_errno) {
    case 2005:
        error_with_fix(error, "check the host's name: it could not be resolved");
        break;
    case 1040:
    case 1203:
        error_with_fix(error, "free connections on the source, or give a smaller --jobs");
        break;
    case 1205:
        error_with_fix(error,
                       "an ALTER TABLE on the source waits for this run's snapshot, and this "
                       "run behind it; or LOCK TABLES is in force: SHOW PROCESSLIST tells "
                       "whose. Let it end, then give the same command again");
        break;
    case 1153:
    case 2020:
        error_with_fix(error, "a row is larger than the server sends: SET GLOBAL "
                              "max_allowed_packet = 1073741824 on the source");
        break;
    case 1820:
    case 1862:
        error_with_fix(error, "set a new password for this account on the source");
        break;
    case 3118:
    case 4151:
        error_with_fix(error, "ALTER USER … ACCOUNT UNLOCK on the source");
        break;
    case 2059:
    case 2061:
    case 5010:
        error_with_fix(error, "give the account caching_sha2_password, ed25519 or "
                              "mysql_native_password; over plain TCP caching_sha2_password is "
                              "used only with ssl-mode=DISABLED in the URI");
        break;
    default:
        break;
    }
}

struct error *source_error_from(MYSQL *mysql, unsigned server_errno, const char *message,
                                const char *sqlstate)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "LIMIT_ERROR_TEXT");
    struct error *error;
    char *words;

    (void)mysql;
    buf_add_c(&text, message != NULL && message[0] != '\0' ? message : "no message");
    (void)buf_c_str(&text);
    words = text.ptr;
    if (words != NULL && !text.failed)
        secret_scrub(words);
    error = error_new(source_error_id(server_errno), "the source says: %s (error %u)",
                      words != NULL ? words : "", server_errno);
    error->server_errno = (int)server_errno;
    if (sqlstate != NULL)
        snprintf(error->sqlstate, sizeof error->sqlstate, "%s", sqlstate);
    if (passes_by_itself(server_errno))
        error_with_kind(error, ERROR_KIND_TEMPORARY);
    /* Who waits for our snapshot's end, while we wait for him, is not helped by more of it. */
    error->retried = server_errno == 1205;
    add_fix(error, server_errno);
    return error;
}

struct error *source_line_error(MYSQL *mysql, unsigned server_errno, const char *message,
                                const char *sqlstate)
{
    /* Some losses come with no number at all, and under TLS as a TLS error. */
    if (server_errno == 0 || server_errno == CR_SSL_CONNECTION_ERROR)
        server_errno = CR_SERVER_LOST;
    return source_error_from(mysql, server_errno, message, sqlstate);
}

struct error *session_error(struct source_session *session)
{
    return source_line_error(session->mysql, mysql_errno(session->mysql),
                             mysql_error(session->mysql), mysql_sqlstate(session->mysql));
}
