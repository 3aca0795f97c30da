/* What numbers of the server and of libmariadb become. */
#include "source/session_internal.h"

#include "base/secret.h"
#include "tap.h"

static void check(unsigned number, enum error_id id, enum error_kind kind, const char *what)
{
    struct error *error = source_error_from(NULL, number, "words", "HY000");

    is_number(error->id, id, "%u: %s", number, what);
    is_number(error->kind, kind, "… and its kind");
    is_number(error->server_errno, number, "… and its number");
    error_free(error);
}

int main(void)
{
    struct error *error;

    check(1045, PGC_SOURCE_AUTH, ERROR_KIND_SOURCE, "access denied");
    check(1049, PGC_SOURCE_DATABASE, ERROR_KIND_SOURCE, "unknown database");
    check(1044, PGC_SOURCE_PRIVILEGE, ERROR_KIND_SOURCE, "database denied");
    check(1142, PGC_SOURCE_PRIVILEGE, ERROR_KIND_SOURCE, "table denied");
    check(1227, PGC_SOURCE_PRIVILEGE, ERROR_KIND_SOURCE, "privilege missing");
    check(2002, PGC_SOURCE_CONNECT, ERROR_KIND_TEMPORARY, "cannot connect");
    check(2005, PGC_SOURCE_CONNECT, ERROR_KIND_TEMPORARY, "unknown host");
    check(2006, PGC_SOURCE_CONNECT, ERROR_KIND_TEMPORARY, "gone away");
    check(2013, PGC_SOURCE_CONNECT, ERROR_KIND_TEMPORARY, "lost");
    check(2026, PGC_SOURCE_TLS, ERROR_KIND_SOURCE, "TLS");
    check(3159, PGC_SOURCE_TLS, ERROR_KIND_SOURCE, "secure transport required");
    check(1412, PGC_SOURCE_CHANGED_DEFINITION, ERROR_KIND_CONFLICT, "definition changed");
    check(1205, PGC_SOURCE_QUERY, ERROR_KIND_TEMPORARY, "lock wait");
    check(1064, PGC_SOURCE_QUERY, ERROR_KIND_SOURCE, "syntax");
    check(5010, PGC_SOURCE_AUTH, ERROR_KIND_SOURCE, "plugin not allowed");
    check(0, PGC_SOURCE_QUERY, ERROR_KIND_SOURCE, "no number");

    secret_register("hunter2-secret");
    error = source_error_from(NULL, 1064, "near 'hunter2-secret' at line 1", "42000");
    ok(strstr(error->text, "hunter2") == NULL, "no secret in: %s", error->text);
    is_text(error->sqlstate, "42000", "SQLSTATE");
    error_free(error);
    error = source_line_error(NULL, 2026, "unexpected eof", "HY000");
    is_number(error->kind, ERROR_KIND_TEMPORARY, "a TLS line that breaks is a lost connection");
    error_free(error);
    error = source_error_from(NULL, 2013, NULL, NULL);
    ok(strstr(error->text, "no message") != NULL, "a server without words");
    error_free(error);
    return done_testing();
}
