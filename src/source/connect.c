/*
 * From options to a session. What libmariadb does by itself is not enough, see greeting.h and the
 * comments below.
 */
#include "source/session_internal.h"

#include <errmsg.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "source/greeting.h"

#define CONNECT_TIMEOUT_S 10
#define MAX_PACKET (1024UL * 1024 * 1024)
/* A silent peer is given up after this long: 60 s, then 6 probes 10 s apart. */
#define KEEPALIVE_IDLE_S 60
#define KEEPALIVE_INTERVAL_S 10
#define KEEPALIVE_PROBES 6

/* What an attacker on the line learns nothing from: answers to a challenge. */
#define PLUGINS_CHALLENGE "mysql_native_password,client_ed25519"
/* These give the password itself to whoever answers: only inside TLS, a socket, or when asked. */
#define PLUGINS_ALL PLUGINS_CHALLENGE ",caching_sha2_password,sha256_password"
/* Also for PAM and cloud accounts, to a server whose certificate was verified. */
#define PLUGINS_VERIFIED PLUGINS_ALL ",mysql_clear_password"

/* How one attempt to connect is made. */
struct attempt {
    bool tls;
    bool verify_ca, verify_identity;
    const char *plugins;
};

struct error *source_library_init(void)
{
    /* The library would load any plugin that these name, from anywhere. */
    unsetenv("LIBMYSQL_PLUGINS");
    unsetenv("MARIADB_PLUGIN_DIR");
    if (mysql_library_init(0, NULL, NULL) != 0)
        return error_new(PGC_INTERNAL, "libmariadb cannot be initialised");
    greeting_library_init();
    return NULL;
}

void source_thread_done(void)
{
    mysql_thread_end();
}

static enum source_ssl_mode effective_mode(const struct source_options *options)
{
    enum source_ssl_mode mode = options->ssl_mode;
    bool has_ca = options->ssl_ca != NULL;

    if (mode == SOURCE_SSL_DEFAULT && !source_options_local(options))
        return SOURCE_SSL_VERIFY_IDENTITY;
    /* A CA that was named is meant to be used. */
    if (has_ca &&
        (mode == SOURCE_SSL_DEFAULT || mode == SOURCE_SSL_PREFERRED || mode == SOURCE_SSL_REQUIRED))
        return SOURCE_SSL_VERIFY_CA;
    return mode;
}

static void set_tls(MYSQL *mysql, const struct source_options *options, struct attempt attempt)
{
    my_bool on = 1, off = 0;

    if (!attempt.tls)
        return;
    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &on);
    mysql_options(mysql, MYSQL_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
    if (options->ssl_cert != NULL)
        mysql_options(mysql, MYSQL_OPT_SSL_CERT, options->ssl_cert);
    if (options->ssl_key != NULL)
        mysql_options(mysql, MYSQL_OPT_SSL_KEY, options->ssl_key);
    if (attempt.verify_ca) {
        if (options->ssl_ca != NULL)
            mysql_options(mysql, MYSQL_OPT_SSL_CA, options->ssl_ca);
        else
            mysql_options(mysql, MYSQL_OPT_SSL_CAPATH, X509_get_default_cert_dir());
    }
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, attempt.verify_identity ? &on : &off);
}

static void set_options(MYSQL *mysql, const struct source_options *options, struct attempt attempt)
{
    unsigned off = 0, timeout_s = options->connect_timeout_s != 0 ? options->connect_timeout_s
                                                                  : CONNECT_TIMEOUT_S;
    unsigned protocol = options->socket != NULL ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    unsigned long max_packet = MAX_PACKET;
    my_bool report_truncation = 1, no_reconnect = 0;

    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(mysql, MYSQL_PLUGIN_DIR, SOURCE_PLUGIN_DIR);
    mysql_options(mysql, MARIADB_OPT_RESTRICTED_AUTH, attempt.plugins);
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout_s);
    mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &max_packet);
    mysql_options(mysql, MYSQL_REPORT_DATA_TRUNCATION, &report_truncation);
    mysql_options(mysql, MYSQL_OPT_RECONNECT, &no_reconnect);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "pgconverge");
    if (options->run_id != NULL)
        mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "run_id", options->run_id);
    set_tls(mysql, options, attempt);
}

static struct error *no_tls_offered(const struct source_options *options)
{
    return error_new(PGC_SOURCE_TLS, "the server at %s offers no TLS", options->host);
}

/* A login refused by the server reads better with the account in it. */
static struct error *connect_error(MYSQL *mysql, const struct source_options *options)
{
    unsigned number = mysql_errno(mysql);
    struct error *error = source_error_from(mysql, number != 0 ? number : CR_SERVER_LOST,
                                            mysql_error(mysql), mysql_sqlstate(mysql));

    if (number == CR_UNKNOWN_HOST)
        return error_with_object(error, "host %s", options->host != NULL ? options->host : "");
    return error;
}

/* One connection; *ret_greeting says whether TLS was offered, also when it failed. */
static struct error *try_connect(const struct source_options *options, struct attempt attempt,
                                 MYSQL **ret_mysql, enum greeting *ret_greeting)
{
    MYSQL *mysql = mysql_init(NULL), *connected;
    enum greeting greeting;
    struct error *error = NULL;
    bool no_tls;

    if (mysql == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a connection to the source");
    set_options(mysql, options, attempt);
    greeting_watch(attempt.tls);
    connected = mysql_real_connect(mysql, options->host, options->user,
                                   options->password != NULL ? options->password : "", NULL,
                                   options->port, options->socket, 0);
    greeting = greeting_seen();
    /* Cut off by us, or, whatever the library may do one day, in plain text all the same. */
    no_tls = attempt.tls && (connected == NULL ? greeting == GREETING_NO_TLS
                                               : mysql_get_ssl_cipher(mysql) == NULL);
    if (no_tls)
        error = no_tls_offered(options);
    else if (connected == NULL)
        error = connect_error(mysql, options);
    *ret_greeting = greeting;
    if (error != NULL) {
        mysql_close(mysql);
        return error;
    }
    *ret_mysql = mysql;
    return NULL;
}

static struct error *connect_by_mode(const struct source_options *options, MYSQL **ret_mysql)
{
    enum source_ssl_mode mode = effective_mode(options);
    bool identity = mode == SOURCE_SSL_VERIFY_IDENTITY;
    bool verified = identity || mode == SOURCE_SSL_VERIFY_CA;
    struct attempt with_tls = {.tls = true,
                               .verify_ca = verified,
                               .verify_identity = identity,
                               .plugins = verified ? PLUGINS_VERIFIED : PLUGINS_ALL};
    struct attempt plain = {.plugins = PLUGINS_ALL};
    enum greeting greeting = GREETING_NONE;
    struct error *error;

    /* A socket's other end is this machine: TLS adds nothing, and the library trips over it. */
    if (options->socket != NULL || mode == SOURCE_SSL_DISABLED)
        return try_connect(options, plain, ret_mysql, &greeting);
    error = try_connect(options, with_tls, ret_mysql, &greeting);
    if (error == NULL || greeting != GREETING_NO_TLS ||
        (mode != SOURCE_SSL_PREFERRED && mode != SOURCE_SSL_DEFAULT))
        return error;
    /* PREFERRED, and there is none: nothing was sent yet. No password goes out unasked. */
    error_free(error);
    plain.plugins = PLUGINS_CHALLENGE;
    return try_connect(options, plain, ret_mysql, &greeting);
}

static void keep_alive(int fd)
{
    int on = 1, idle = KEEPALIVE_IDLE_S, interval = KEEPALIVE_INTERVAL_S, probes = KEEPALIVE_PROBES;

    /* Best effort: without them a dead peer is only noticed later. */
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

/* MariaDB says so in its version, also behind the "5.5.5-" that some proxies show. */
static enum source_flavor flavor_of(MYSQL *mysql)
{
    struct str version = str_of(mysql_get_server_info(mysql));

    return str_search(version, STR("MariaDB")) <= version.len ? FLAVOR_MARIADB : FLAVOR_MYSQL;
}

static struct error *print_way(const struct source_options *options, char **ret_way)
{
    CLEANUP(buf_free) struct buf way = BUF_INIT(LIMIT_ERROR_TEXT, "LIMIT_ERROR_TEXT");

    source_options_print(options, &way);
    TRY(buf_error(&way));
    *ret_way = strdup(buf_c_str(&way));
    return NULL;
}

static struct error *check_options(const struct source_options *options)
{
    if (options->host == NULL && options->socket == NULL)
        return error_new(PGC_URI, "neither host nor socket of the source is given");
    if (options->user == NULL || options->user[0] == '\0')
        return error_new(PGC_URI, "no user for the source is given");
    return NULL;
}

/* After the login, so that a lack of rights can be answered with the exact GRANT. */
static struct error *use_database(struct source_session *session)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_ERROR_TEXT, "name of the source database");
    struct error *error;

    if (session->database[0] == '\0')
        return NULL;
    buf_add_c(&sql, "USE ");
    source_quote_ident(&sql, str_of(session->database));
    TRY(buf_error(&sql));
    error = session_exec_str(session, buf_str(&sql));
    if (error == NULL || error->id != PGC_SOURCE_PRIVILEGE)
        return error;
    error_free(error);
    error = source_check_privileges(session, str_of(session->database));
    if (error != NULL)
        return error;
    return error_new(PGC_SOURCE_DATABASE, "database %s cannot be used by this user",
                     session->database);
}

struct error *source_open(const struct source_options *options, struct source_session **ret_session)
{
    CLEANUP(source_closep) struct source_session *session = NULL;
    int fd;

    TRY(check_options(options));
    mysql_thread_init();
    session = calloc(1, sizeof *session);
    if (session == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a source session");
    atomic_init(&session->line_fd, -1);
    TRY(print_way(options, &session->way));
    session->database = strdup(options->database != NULL ? options->database : "");
    TRY_DOING(connect_by_mode(options, &session->mysql), "connect to the source %s", session->way);
    fd = (int)mysql_get_socket(session->mysql);
    if (options->socket == NULL)
        keep_alive(fd);
    /* A duplicate: the library may close its own while another thread interrupts. */
    atomic_store(&session->line_fd, fcntl(fd, F_DUPFD_CLOEXEC, 3));
    session->flavor = flavor_of(session->mysql);
    TRY_DOING(session_settle(session), "set the session on %s", session->way);
    TRY_DOING(use_database(session), "connect to the source %s", session->way);
    *ret_session = session;
    session = NULL;
    return NULL;
}

void source_interrupt(struct source_session *session)
{
    int fd = atomic_load(&session->line_fd);

    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR);
}

void source_set_packet_limit(struct source_session *session, size_t limit_bytes)
{
    session->mysql->net.max_packet_size = limit_bytes;
    session->packet_limited = true;
}

bool session_hit_packet_limit(const struct source_session *session)
{
    int fd = atomic_load(&session->line_fd);
    char byte;

    if (!session->packet_limited || fd < 0)
        return false;
    /* A line that broke was read to its end first: there would be an end or an error, no bytes. */
    ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

void source_close(struct source_session *session)
{
    int fd;

    if (session == NULL)
        return;
    /* In the middle of a result the library would read it to the end before it says goodbye. */
    if (session->streaming)
        source_interrupt(session);
    if (session->mysql != NULL)
        mysql_close(session->mysql);
    fd = atomic_exchange(&session->line_fd, -1);
    if (fd >= 0)
        close(fd);
    free(session->database);
    free(session->way);
    free(session);
}

void source_closep(struct source_session **session)
{
    source_close(*session);
}
