/*
 * The forms of a source URI. Errors never quote the URI: it may hold a password.
 */
#include "source/options.h"

#include <string.h>

#define DEFAULT_PORT 3306

/* Keys of Go's driver and of the pools around it that mean nothing here. */
static const char *const go_keys[] = {
    "max_conns",
    "max_idle_conns",
    "max_conn_lifetime",
    "max_idle_conn_time",
    "max_open_conns",
    "parseTime",
    "loc",
    "charset",
    "collation",
    "multiStatements",
    "interpolateParams",
    "columnsWithAlias",
    "clientFoundRows",
    "allowNativePasswords",
    "allowOldPasswords",
    "allowAllFiles",
    "allowCleartextPasswords",
    "allowFallbackToPlaintext",
    "checkConnLiveness",
    "maxAllowedPacket",
    "rejectReadOnly",
    "readTimeout",
    "writeTimeout",
    "timeTruncate",
    "connectionAttributes",
    "compress",
    "sql_mode",
    "time_zone",
    "tx_isolation",
    "transaction_isolation",
    "autocommit",
    "sql_notes",
};

static const struct {
    const char *name;
    enum source_ssl_mode mode;
} go_tls[] = {
    {"true", SOURCE_SSL_VERIFY_IDENTITY},
    {"skip-verify", SOURCE_SSL_REQUIRED},
    {"preferred", SOURCE_SSL_PREFERRED},
    {"false", SOURCE_SSL_DISABLED},
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX decoded, in `arena`. A NUL has no place in any of these values. */
static struct error *decode(struct str raw, struct arena *arena, const char *what,
                            struct str *ret_text)
{
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];

        if (c == '%') {
            int high = i + 1 < raw.len ? hex_digit(raw.ptr[i + 1]) : -1;
            int low = i + 2 < raw.len ? hex_digit(raw.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return error_new(PGC_URI,
                                 "the %s has a %% that is not followed by two "
                                 "hexadecimal digits (a %% itself is written %%25)",
                                 what);
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0')
            return error_new(PGC_URI, "the %s holds a NUL", what);
        text[len++] = c;
    }
    *ret_text = (struct str){.ptr = text, .len = len};
    return NULL;
}

static bool is_go_key(struct str key)
{
    for (size_t i = 0; i < COUNT_OF(go_keys); i++)
        if (str_equal_c(key, go_keys[i]))
            return true;
    return false;
}

static struct error *set_go_tls(struct source_options *options, struct str value)
{
    for (size_t i = 0; i < COUNT_OF(go_tls); i++) {
        if (str_equal_c(value, go_tls[i].name)) {
            options->ssl_mode = go_tls[i].mode;
            return NULL;
        }
    }
    return error_new(PGC_URI,
                     "tls=" STR_FMT " names a configuration inside a Go program; write ssl-mode=… "
                     "and ssl-ca=FILE instead",
                     STR_ARG(value));
}

/* Go's timeout=30s, 1m, 500ms. */
static bool parse_go_duration(struct str text, unsigned *ret_seconds)
{
    uint64_t number, unit = 1;

    if (str_ends_with(text, STR("ms"))) {
        if (!str_to_u64(str_slice(text, 0, text.len - 2), &number) || number > 3600000)
            return false;
        *ret_seconds = (unsigned)((number + 999) / 1000);
        return *ret_seconds > 0;
    }
    if (str_ends_with(text, STR("m")))
        unit = 60;
    else if (!str_ends_with(text, STR("s")))
        return false;
    if (!str_to_u64(str_slice(text, 0, text.len - 1), &number) || number == 0 ||
        number > 3600 / unit)
        return false;
    *ret_seconds = (unsigned)(number * unit);
    return true;
}

static struct error *bad_value(const char *key, const char *wanted)
{
    return error_new(PGC_URI, "%s in the source URI must be %s", key, wanted);
}

/* One key of the query part. *ret_dropped is set for those of Go's that are left out. */
static struct error *set_parameter(struct source_options *options, struct str key, struct str value,
                                   bool *ret_dropped)
{
    *ret_dropped = false;
    if (source_option_name_is(key, "ssl-mode"))
        return source_ssl_mode_parse(value, &options->ssl_mode)
                   ? NULL
                   : bad_value("ssl-mode", "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or "
                                           "VERIFY_IDENTITY");
    if (str_equal_c(key, "tls"))
        return set_go_tls(options, value);
    if (source_option_name_is(key, "ssl-ca"))
        source_option_set(&options->ssl_ca, value);
    else if (source_option_name_is(key, "ssl-cert"))
        source_option_set(&options->ssl_cert, value);
    else if (source_option_name_is(key, "ssl-key"))
        source_option_set(&options->ssl_key, value);
    else if (source_option_name_is(key, "socket"))
        source_option_set(&options->socket, value);
    else if (source_option_name_is(key, "connect-timeout"))
        return source_timeout_parse(value, &options->connect_timeout_s)
                   ? NULL
                   : bad_value("connect-timeout", "a number of seconds from 1 to 3600");
    else if (str_equal_c(key, "timeout"))
        return parse_go_duration(value, &options->connect_timeout_s)
                   ? NULL
                   : bad_value("timeout", "a time such as 10s, of at most one hour");
    else if (is_go_key(key))
        *ret_dropped = true;
    else
        return error_new(PGC_URI, "the source URI has an unknown key \"" STR_FMT "\"",
                         STR_ARG(str_slice(key, 0, 60)));
    return NULL;
}

static struct error *parse_parameters(struct str query, struct arena *arena,
                                      struct source_options *options, struct str *ret_dropped)
{
    struct str dropped = STR("");
    size_t from = 0;

    while (from < query.len) {
        size_t end = str_find(query, '&', from);
        struct str pair = str_slice(query, from, end);
        size_t equal = str_find(pair, '=', 0);
        struct str key = STR_NULL, value = STR_NULL;
        bool is_dropped = false;

        from = end + 1;
        if (pair.len == 0)
            continue;
        if (equal == pair.len)
            return error_new(PGC_URI, "a key of the source URI has no value");
        TRY(decode(str_slice(pair, 0, equal), arena, "key", &key));
        TRY(decode(str_slice(pair, equal + 1, pair.len), arena, "value of a key", &value));
        if (value.len == 0)
            return error_new(PGC_URI, "a key of the source URI has an empty value");
        TRY(set_parameter(options, key, value, &is_dropped));
        if (is_dropped)
            dropped = dropped.len == 0 ? arena_str(arena, key)
                                       : arena_format(arena, STR_FMT ", " STR_FMT, STR_ARG(dropped),
                                                      STR_ARG(key));
    }
    *ret_dropped = dropped;
    return NULL;
}

/* host, host:port, [ipv6], [ipv6]:port; "" leaves all as it is. */
static struct error *parse_address(struct str address, struct arena *arena,
                                   struct source_options *options)
{
    struct str host = address, port = STR_NULL;
    size_t colon;

    if (address.len == 0)
        return NULL;
    if (address.ptr[0] == '[') {
        size_t close = str_find(address, ']', 0);

        if (close == address.len)
            return error_new(PGC_URI, "the IPv6 address of the source URI has no closing bracket");
        host = str_slice(address, 1, close);
        if (close + 1 < address.len) {
            if (address.ptr[close + 1] != ':')
                return error_new(PGC_URI, "only :port may follow the IPv6 address");
            port = str_slice(address, close + 2, address.len);
        }
    } else if ((colon = str_find(address, ':', 0)) < address.len) {
        host = str_slice(address, 0, colon);
        port = str_slice(address, colon + 1, address.len);
    }
    TRY(decode(host, arena, "host", &host));
    if (host.len == 0)
        return error_new(PGC_URI, "the source URI has a port and no host");
    if (port.ptr != NULL && !source_port_parse(port, &options->port))
        return error_new(PGC_URI, "the port of the source URI is not a number from 1 to 65535");
    source_option_set(&options->host, host);
    return NULL;
}

/* user[:password], percent-decoded unless it is Go's form, which takes both as they are. */
static struct error *parse_account(struct str account, bool decoded, struct arena *arena,
                                   struct source_options *options)
{
    size_t colon = str_find(account, ':', 0);
    struct str user = str_slice(account, 0, colon);
    struct str password = str_slice(account, colon + 1, account.len);

    if (decoded)
        TRY(decode(user, arena, "user", &user));
    if (user.len > 0)
        source_option_set(&options->user, user);
    if (colon == account.len)
        return NULL;
    if (decoded)
        TRY(decode(password, arena, "password", &password));
    if (memchr(password.ptr, '\0', password.len) != NULL)
        return error_new(PGC_URI, "the password holds a NUL");
    source_option_set_secret(&options->password, password);
    return NULL;
}

/*
 * Where Go's "tcp(" or "unix(" begins: at the start or behind the last @; uri.len when it is not
 * Go's form.
 */
static size_t find_go_network(struct str uri)
{
    if (str_starts_with(uri, STR("tcp(")) || str_starts_with(uri, STR("unix(")))
        return 0;
    for (size_t at = uri.len; at > 0; at--) {
        struct str rest = str_slice(uri, at, uri.len);

        if (uri.ptr[at - 1] == '@' &&
            (str_starts_with(rest, STR("tcp(")) || str_starts_with(rest, STR("unix("))))
            return at;
    }
    return uri.len;
}

/* Takes database and parameters off the end: "db?a=b". */
static struct error *parse_tail(struct str tail, struct arena *arena,
                                struct source_options *options, struct str *ret_dropped)
{
    size_t mark = str_find(tail, '?', 0);
    struct str database = STR_NULL;

    TRY(decode(str_slice(tail, 0, mark), arena, "database name", &database));
    if (database.len > 0)
        source_option_set(&options->database, database);
    return parse_parameters(str_slice(tail, mark + 1, tail.len), arena, options, ret_dropped);
}

static struct error *parse_go(struct str uri, size_t network, struct arena *arena,
                              struct source_options *options, struct str *ret_dropped)
{
    bool is_tcp = uri.ptr[network] == 't';
    size_t open = str_find(uri, '(', network);
    size_t close = str_find(uri, ')', open);
    struct str address = str_slice(uri, open + 1, close);

    if (close + 1 >= uri.len || uri.ptr[close + 1] != '/')
        return error_new(PGC_URI, "%s(…) in the source URI must be followed by /database",
                         is_tcp ? "tcp" : "unix");
    if (network > 0)
        TRY(parse_account(str_slice(uri, 0, network - 1), false, arena, options));
    if (is_tcp)
        TRY(parse_address(address, arena, options));
    else if (address.len > 0)
        source_option_set(&options->socket, address);
    return parse_tail(str_slice(uri, close + 2, uri.len), arena, options, ret_dropped);
}

static struct error *parse_url(struct str uri, struct arena *arena, struct source_options *options,
                               struct str *ret_dropped)
{
    size_t question = str_find(uri, '?', 0);
    size_t slash = str_find(uri, '/', 0);
    struct str authority = str_slice(uri, 0, slash < question ? slash : question);
    size_t at = authority.len;

    while (at > 0 && authority.ptr[at - 1] != '@')
        at--;
    if (at > 0)
        TRY(parse_account(str_slice(authority, 0, at - 1), true, arena, options));
    TRY(parse_address(str_slice(authority, at, authority.len), arena, options));
    return parse_tail(str_slice(uri, authority.len + (slash < question ? 1 : 0), uri.len), arena,
                      options, ret_dropped);
}

static struct error *check_complete(struct source_options *options, bool database_optional)
{
    if (options->socket != NULL && options->host != NULL) {
        if (!str_equal_nocase(str_of(options->host), STR("localhost")))
            return error_new(PGC_URI, "the source URI has both a host and a socket");
        source_option_set(&options->host, STR(""));
        free(options->host);
        options->host = NULL;
    }
    if (options->socket == NULL && options->host == NULL)
        return error_new(PGC_URI, "the source URI has neither a host nor a socket");
    if (options->database == NULL) {
        if (!database_optional)
            return error_new(PGC_URI, "the source URI names no database");
        source_option_set(&options->database, STR(""));
    }
    if (options->host != NULL && options->port == 0)
        options->port = DEFAULT_PORT;
    return NULL;
}

struct error *source_options_parse(struct str uri, bool database_optional, struct arena *arena,
                                   struct source_options *ret_options, struct str *ret_dropped)
{
    CLEANUP(source_options_done) struct source_options options = {0};
    struct str dropped = STR("");
    bool has_scheme = true;
    size_t network;

    if (str_starts_with(uri, STR("mysql://")))
        uri = str_slice(uri, 8, uri.len);
    else if (str_starts_with(uri, STR("mariadb://")))
        uri = str_slice(uri, 10, uri.len);
    else
        has_scheme = false;
    network = find_go_network(uri);
    if (network < uri.len)
        TRY(parse_go(uri, network, arena, &options, &dropped));
    else if (has_scheme)
        TRY(parse_url(uri, arena, &options, &dropped));
    else
        return error_new(PGC_URI, "the source URI begins with neither mysql:// nor mariadb://");
    TRY(check_complete(&options, database_optional));
    *ret_options = options;
    *ret_dropped = dropped;
    options = (struct source_options){0};
    return NULL;
}
