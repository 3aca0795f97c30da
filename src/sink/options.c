/* The target's connection string: checked, and parted from its password. */
#include <libpq-fe.h>

#include "base/limits.h"
#include "base/secret.h"
#include "sink/session_internal.h"

static const char *const fix = "write it as postgresql://role@host:5432/database, with special "
                               "characters of role and password as %XX";

static struct error *refuse(const char *why)
{
    return error_with_fix(error_new(PGC_URI, "the target cannot be understood: %s", why), "%s",
                          fix);
}

/* libpq quotes the piece it stumbled over, which may be a piece of the password. */
static struct error *refuse_libpq(const char *message, bool may_show)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    bool quoted = false;
    struct error *error;

    for (const char *at = message; *at != '\0' && *at != '\n'; at++) {
        bool mark = *at == '"';

        if (mark && !quoted && !may_show)
            buf_add_c(&text, "\"…");
        else if (!quoted || may_show || mark)
            buf_add_char(&text, *at);
        if (mark)
            quoted = !quoted;
    }
    error = refuse(buf_c_str(&text));
    buf_free(&text);
    return error;
}

/*
 * `user:p/ss@host` reads as host "user", port "p", database "ss@host": the password would go into
 * messages and to a name server. An @ behind the first slash says so.
 */
static struct error *check_uri(struct str target)
{
    size_t scheme = str_search(target, STR("://"));
    struct str name = str_slice(target, 0, scheme);
    struct str rest;
    size_t slash, query;

    if (scheme > target.len || str_find(name, ' ', 0) < name.len ||
        str_find(name, '=', 0) < name.len)
        return NULL; /* keywords and values; a value may hold :// */
    if (!str_equal(name, STR("postgres")) && !str_equal(name, STR("postgresql")))
        return refuse("a target URI begins with postgresql:// or postgres://");
    rest = str_slice(target, scheme + 3, target.len);
    query = str_find(rest, '?', 0);
    slash = str_find(rest, '/', 0);
    if (slash < query && str_find(rest, '@', slash) < query)
        return refuse("it has an @ behind a slash; a / of the password is written %2F");
    return NULL;
}

static struct error *check_port(struct str ports)
{
    size_t from = 0;

    while (from <= ports.len) {
        size_t end = str_find(ports, ',', from);
        struct str port = str_trim(str_slice(ports, from, end));
        uint64_t number = 0;

        if (port.len > 0 && (!str_to_u64(port, &number) || number < 1 || number > 65535))
            return refuse("the port is not a number from 1 to 65535");
        from = end + 1;
    }
    return NULL;
}

static void add_keyword(struct buf *text, const char *keyword, const char *value)
{
    buf_add_format(text, "%s%s='", text->len > 0 ? " " : "", keyword);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '\'' || *at == '\\')
            buf_add_char(text, '\\');
        buf_add_char(text, *at);
    }
    buf_add_char(text, '\'');
}

static struct error *take_apart(const PQconninfoOption *parts, struct sink_options *options)
{
    struct buf text = BUF_INIT(LIMIT_CONFIG_FILE, "connection string");
    struct error *error = NULL;

    for (const PQconninfoOption *part = parts; part->keyword != NULL && error == NULL; part++) {
        if (part->val == NULL)
            continue;
        if (strcmp(part->keyword, "port") == 0)
            error = check_port(str_of(part->val));
        if (strcmp(part->keyword, "sslpassword") == 0)
            secret_register(part->val);
        if (strcmp(part->keyword, "password") != 0) {
            add_keyword(&text, part->keyword, part->val);
        } else if (part->val[0] != '\0') {
            secret_register(part->val);
            options->password = secret_copy(str_of(part->val));
        }
    }
    error = error_first(error, buf_error(&text));
    if (error == NULL)
        options->conninfo = secret_copy(buf_str(&text));
    if (text.ptr != NULL)
        secret_wipe(text.ptr, text.capacity);
    buf_free(&text);
    return error;
}

static void wipe_parts(PQconninfoOption *parts)
{
    for (PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++)
        if (part->val != NULL && strstr(part->keyword, "password") != NULL)
            secret_wipe(part->val, strlen(part->val));
    PQconninfoFree(parts);
}

/* An unknown service and values that an option does not take are told before any work begins. */
static struct error *try_resolve(const struct sink_options *options)
{
    struct resolved resolved = {0};
    struct error *error = resolve_options(options, &resolved);

    resolved_done(&resolved);
    return error;
}

struct error *sink_options_parse(struct str target, struct sink_options *ret_options)
{
    struct sink_options options = {0};
    PQconninfoOption *parts;
    char *message = NULL;
    char *text;
    struct error *error;

    if (target.len > 0 && memchr(target.ptr, '\0', target.len) != NULL)
        return refuse("it holds a NUL");
    TRY(check_uri(target));
    /* What libpq reads by itself may come back in its messages as well. */
    secret_register(getenv("PGPASSWORD"));
    text = secret_copy(target.len > 0 ? target : STR(""));
    parts = PQconninfoParse(text, &message);
    if (parts == NULL) {
        error = refuse_libpq(message != NULL ? message : "no memory",
                             strstr(text, "password") == NULL && strchr(text, '@') == NULL);
        if (message != NULL)
            secret_wipe(message, strlen(message));
        PQfreemem(message);
        secret_free(text);
        return error;
    }
    secret_free(text);
    error = take_apart(parts, &options);
    wipe_parts(parts);
    if (error == NULL)
        error = try_resolve(&options);
    if (error != NULL) {
        sink_options_done(&options);
        return error;
    }
    *ret_options = options;
    return NULL;
}

void sink_options_done(struct sink_options *options)
{
    secret_free(options->conninfo); /* it may hold an sslpassword */
    secret_free(options->password);
    free(options->run_id);
    *options = (struct sink_options){0};
}

void sink_options_print(const struct sink_options *options, struct buf *text)
{
    struct resolved resolved = {0};
    struct error *error = resolve_options(options, &resolved);

    if (error != NULL)
        buf_add_c(text, "(a target that cannot be told)");
    else
        resolved_print(&resolved, text);
    error_free(error);
    resolved_done(&resolved);
}
