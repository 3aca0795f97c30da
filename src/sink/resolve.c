/* Where a connection string leads, by libpq's own rules: service file, environment, defaults. */
#include <arpa/inet.h>

#include "base/secret.h"
#include "sink/session_internal.h"

static char *copy_of(const char *value)
{
    return secret_copy(str_of(value));
}

static void take(struct resolved *resolved, const PQconninfoOption *part)
{
    const struct {
        const char *keyword;
        char **field;
    } wanted[] = {
        {"user", &resolved->user},
        {"host", &resolved->host},
        {"hostaddr", &resolved->hostaddr},
        {"port", &resolved->port},
        {"dbname", &resolved->database},
        {"sslmode", &resolved->ssl_mode},
        {"sslrootcert", &resolved->ssl_root_cert},
        {"connect_timeout", &resolved->connect_timeout},
    };

    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (strcmp(part->keyword, wanted[i].keyword) == 0 && *wanted[i].field == NULL)
            *wanted[i].field = copy_of(part->val);
}

static void wipe(PQconninfoOption *parts)
{
    for (PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++)
        if (part->val != NULL && strstr(part->keyword, "password") != NULL)
            secret_wipe(part->val, strlen(part->val));
    PQconninfoFree(parts);
}

/* An unknown service, a value that an option does not take: libpq's first line says which. */
static struct error *refuse(const char *message)
{
    struct str line = str_of(message);
    struct error *error =
        error_with_fix(error_new(PGC_URI, "the target cannot be used: " STR_FMT,
                                 STR_ARG(str_slice(line, 0, str_find(line, '\n', 0)))),
                       "correct the connection string, the service file or the PG… variables");

    secret_scrub(error->text);
    return error;
}

/*
 * libpq reads the service file only inside a connection. One that asks for something impossible
 * is filled in completely and refused before any name is looked up or socket opened; and of all
 * options this one is checked last, so that wrong values of the others are told.
 */
static struct error *read_parts(const struct sink_options *options, PQconninfoOption **ret_parts)
{
    const char *keywords[] = {"dbname", "target_session_attrs", NULL};
    const char *values[] = {options->conninfo, "not connected, only looked up", NULL};
    bool plain = options->conninfo[0] == '\0';
    PQconninfoOption *parts;
    struct error *error = NULL;
    PGconn *conn;

    /* An empty name of a database would hide the one of a service. */
    conn = PQconnectStartParams(plain ? keywords + 1 : keywords, plain ? values + 1 : values, 1);
    parts = conn != NULL ? PQconninfo(conn) : NULL;
    if (parts == NULL)
        error = error_new(PGC_NO_MEMORY, "libpq has no memory for a connection");
    else if (strstr(PQerrorMessage(conn), "target_session_attrs") == NULL)
        error = refuse(PQerrorMessage(conn));
    PQfinish(conn);
    if (error != NULL) {
        wipe(parts);
        return error;
    }
    *ret_parts = parts;
    return NULL;
}

static bool given_in_string(const char *conninfo, const char *keyword)
{
    PQconninfoOption *parts = PQconninfoParse(conninfo, NULL);
    bool given = false;

    for (PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++)
        if (strcmp(part->keyword, keyword) == 0 && part->val != NULL && part->val[0] != '\0')
            given = true;
    wipe(parts);
    return given;
}

struct error *resolve_options(const struct sink_options *options, struct resolved *ret)
{
    struct resolved resolved = {0};
    PQconninfoOption *parts = NULL;
    const char *environment = getenv("PGSSLMODE");

    TRY(read_parts(options, &parts));
    for (const PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++)
        take(&resolved, part);
    wipe(parts);
    /* A service that says "prefer" cannot be told from libpq's default, so it does not count. */
    resolved.ssl_mode_given = given_in_string(options->conninfo, "sslmode") ||
                              (environment != NULL && environment[0] != '\0') ||
                              !str_equal_c(str_of(resolved.ssl_mode), "prefer");
    *ret = resolved;
    return NULL;
}

void resolved_done(struct resolved *resolved)
{
    free(resolved->user);
    free(resolved->host);
    free(resolved->hostaddr);
    free(resolved->port);
    free(resolved->database);
    free(resolved->ssl_mode);
    free(resolved->ssl_root_cert);
    free(resolved->connect_timeout);
    *resolved = (struct resolved){0};
}

static size_t element_count(struct str list)
{
    size_t count = 1;

    for (size_t at = str_find(list, ',', 0); at < list.len; at = str_find(list, ',', at + 1))
        count++;
    return count;
}

struct str resolved_element(const char *list, size_t n)
{
    struct str all = str_of(list);
    size_t from = 0;

    if (element_count(all) == 1)
        return all;
    for (; n > 0 && from < all.len; n--)
        from = str_find(all, ',', from) + 1;
    return str_slice(all, from, str_find(all, ',', from));
}

size_t resolved_host_count(const struct resolved *resolved)
{
    size_t by_name = element_count(str_of(resolved->host));
    size_t by_address = element_count(str_of(resolved->hostaddr));

    return by_name > by_address ? by_name : by_address;
}

void resolved_print(const struct resolved *resolved, struct buf *text)
{
    size_t count = resolved_host_count(resolved);

    buf_add_format(text, "%s@", resolved->user);
    for (size_t i = 0; i < count; i++) {
        struct str host = resolved_element(resolved->host, i);
        struct str port = resolved_element(resolved->port, i);

        if (host.len == 0)
            host = resolved_element(resolved->hostaddr, i);
        if (host.len == 0)
            host = STR("[local]");
        bool bare_v6 = str_find(host, ':', 0) < host.len && host.ptr[0] != '/';
        buf_add_format(text, "%s%s" STR_FMT "%s:" STR_FMT, i > 0 ? "," : "", bare_v6 ? "[" : "",
                       STR_ARG(host), bare_v6 ? "]" : "",
                       STR_ARG(port.len > 0 ? port : STR("5432")));
    }
    buf_add_format(text, "/%s", resolved->database);
}

static bool is_loopback(struct str host)
{
    char name[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;

    if (host.len == 0 || host.ptr[0] == '/' || host.ptr[0] == '@') /* libpq's default is a socket */
        return true;
    if (str_equal_nocase(host, STR("localhost")))
        return true;
    if (host.len >= sizeof name)
        return false;
    memcpy(name, host.ptr, host.len);
    name[host.len] = '\0';
    if (inet_pton(AF_INET, name, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool resolved_is_local(const struct resolved *resolved)
{
    size_t count = resolved_host_count(resolved);

    for (size_t i = 0; i < count; i++) {
        struct str address = resolved_element(resolved->hostaddr, i);

        if (!is_loopback(address.len > 0 ? address : resolved_element(resolved->host, i)))
            return false;
    }
    return true;
}
