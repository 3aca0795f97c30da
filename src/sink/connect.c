/*
 * Connecting: host after host, each with its own time, in slices that a stop ends. (Names are
 * looked up by libpq in one piece; the resolver's own limits hold there.)
 */
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/secret.h"
#include "sink/connect.h"

#define CONNECT_MS 10000
#define KEYWORDS_MAX 96
/* Where Debian, and with it most distributions' images, keep the CAs of the world. */
#define SYSTEM_CAS "/etc/ssl/certs/ca-certificates.crt"

/* Keywords and values for libpq; of a keyword given twice the later counts. */
struct parameters {
    const char *keywords[KEYWORDS_MAX + 1];
    const char *values[KEYWORDS_MAX + 1];
    size_t count;
};

static void add(struct parameters *parameters, const char *keyword, const char *value)
{
    if (parameters->count == KEYWORDS_MAX)
        return; /* libpq knows about 40; each is added at most twice */
    parameters->keywords[parameters->count] = keyword;
    parameters->values[parameters->count] = value;
    parameters->count++;
}

/* PostgreSQL cuts names at 63 bytes. */
static void compose_name(const struct sink_options *options, const char *what, struct buf *name)
{
    buf_add_c(name, "pgconverge/");
    if (options->run_id != NULL)
        buf_add_format(name, "%s/", options->run_id);
    buf_add_c(name, what);
}

/* The file that libpq would look at by itself. */
static bool has_own_root_cert(void)
{
    const char *home = getenv("HOME");
    struct buf path = BUF_INIT(LIMIT_CONFIG_FILE, "path");
    bool found;

    buf_add_format(&path, "%s/.postgresql/root.crt", home != NULL ? home : "");
    found = access(buf_c_str(&path), R_OK) == 0;
    buf_free(&path);
    return found;
}

static void add_defaults(struct parameters *parameters, const struct resolved *resolved,
                         size_t host_count)
{
    if (!resolved->ssl_mode_given) {
        bool local = resolved_is_local(resolved);

        add(parameters, "sslmode", local ? "prefer" : "verify-full");
        if (!local && resolved->ssl_root_cert[0] == '\0' && !has_own_root_cert() &&
            access(SYSTEM_CAS, R_OK) == 0)
            add(parameters, "sslrootcert", SYSTEM_CAS);
    }
    /* Among several hosts one that only follows is of no use; the string's own word comes later. */
    if (host_count > 1 && getenv("PGTARGETSESSIONATTRS") == NULL)
        add(parameters, "target_session_attrs", "primary");
    add(parameters, "tcp_user_timeout", "15000");
    add(parameters, "keepalives", "1");
    add(parameters, "keepalives_idle", "10");
    add(parameters, "keepalives_interval", "5");
    add(parameters, "keepalives_count", "3");
}

static uint64_t host_time_ms(const struct resolved *resolved)
{
    uint64_t seconds = 0;

    if (!str_to_u64(str_of(resolved->connect_timeout), &seconds) || seconds == 0 || seconds > 3600)
        return CONNECT_MS;
    return seconds * 1000;
}

/* Runs libpq's state machine until the session stands. */
static struct error *await_connection(PGconn *conn, const char *label, uint64_t time_ms)
{
    uint64_t deadline_ms = clock_ms() + time_ms;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (PQstatus(conn) != CONNECTION_BAD) {
        short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;

        switch (wait_socket(PQsocket(conn), events, true, deadline_ms, &events)) {
        case WAIT_STOPPED:
            return wait_stop_error();
        case WAIT_TIMEOUT:
            return error_new(PGC_TARGET_CONNECT, "%s: no session within %llu s", label,
                             (unsigned long long)(time_ms / 1000));
        case WAIT_READY:
            break;
        }
        state = PQconnectPoll(conn);
        if (state == PGRES_POLLING_OK)
            return NULL;
        if (state == PGRES_POLLING_FAILED)
            break;
    }
    return fail_connect(conn, label);
}

/* The elements of host, hostaddr and port that belong together. */
struct one_host {
    char *host, *hostaddr, *port;
};

static void free_host(struct one_host *one)
{
    free(one->host);
    free(one->hostaddr);
    free(one->port);
}

static struct error *connect_host(const struct parameters *common, const struct resolved *resolved,
                                  size_t n, const char *label, PGconn **ret_conn)
{
    CLEANUP(free_host)
    struct one_host one = {
        .host = secret_copy(resolved_element(resolved->host, n)),
        .hostaddr = secret_copy(resolved_element(resolved->hostaddr, n)),
        .port = secret_copy(resolved_element(resolved->port, n)),
    };
    /* An empty value would not replace the whole list that a service file may hold. */
    bool has_port = one.port[0] != '\0';
    struct parameters parameters = *common;
    struct error *error;
    PGconn *conn;

    add(&parameters, "host", one.host);
    add(&parameters, "hostaddr", one.hostaddr);
    add(&parameters, "port", has_port ? one.port : "5432");
    conn = PQconnectStartParams(parameters.keywords, parameters.values, 0);
    if (conn == NULL)
        return error_new(PGC_NO_MEMORY, "libpq has no memory for a connection");
    PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    error = await_connection(conn, label, host_time_ms(resolved));
    PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    if (error != NULL) {
        PQfinish(conn);
        return error;
    }
    *ret_conn = conn;
    return NULL;
}

static struct error *connect_any(const struct parameters *common, const struct resolved *resolved,
                                 const char *label, PGconn **ret_conn)
{
    size_t count = resolved_host_count(resolved);
    struct error *error = NULL;

    for (size_t i = 0; i < count; i++) {
        error_free(error);
        error = connect_host(common, resolved, i, label, ret_conn);
        /* A refused login or certificate is an answer; only silence sends us to the next. */
        if (error == NULL || error->id != PGC_TARGET_CONNECT)
            break;
    }
    return error;
}

/* These are lists; each host is connected to with its own elements (connect_host). */
static bool is_address(const char *keyword)
{
    return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
           strcmp(keyword, "port") == 0;
}

struct error *connect_session(const struct sink_options *options, const struct resolved *resolved,
                              const char *what, const char *label, PGconn **ret_conn)
{
    struct parameters parameters = {0};
    struct buf name = BUF_INIT(LIMIT_CONFIG_FILE, "application name");
    PQconninfoOption *parts = PQconninfoParse(options->conninfo, NULL);
    struct error *error;

    if (parts == NULL)
        return error_new(PGC_NO_MEMORY, "libpq has no memory for a connection string");
    add_defaults(&parameters, resolved, resolved_host_count(resolved));
    for (PQconninfoOption *part = parts; part->keyword != NULL; part++)
        if (part->val != NULL && !is_address(part->keyword))
            add(&parameters, part->keyword, part->val);
    if (options->password != NULL)
        add(&parameters, "password", options->password);
    compose_name(options, what, &name);
    add(&parameters, "application_name", buf_c_str(&name));
    add(&parameters, "client_encoding", "UTF8");
    error = connect_any(&parameters, resolved, label, ret_conn);
    buf_free(&name);
    PQconninfoFree(parts);
    return error;
}
