/* Every form of a source URI, and what is wrong with others. */
#include "base/limits.h"
#include "source/source.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(8 * MIB, "test");
static struct source_options options;
static struct str dropped;

static struct error *parse(const char *uri)
{
    source_options_done(&options);
    return source_options_parse(str_of(uri), false, &arena, &options, &dropped);
}

static void check_way(const char *uri, const char *way, const char *password)
{
    struct buf text = BUF_INIT(4096, "test");

    ok_call(parse(uri), "%s", way);
    source_options_print(&options, &text);
    is_str(buf_str(&text), str_of(way), "… prints as that");
    if (password != NULL)
        is_text(options.password, password, "… with its password");
    else
        ok(options.password == NULL, "… without a password");
    buf_free(&text);
}

static void test_urls(void)
{
    check_way("mysql://me:secret@db.internal:3307/shop", "me@db.internal:3307/shop", "secret");
    check_way("mariadb://me@db.internal/shop", "me@db.internal:3306/shop", NULL);
    check_way("mysql://me:@h/d", "me@h:3306/d", "");
    check_way("mysql://m%65:p%40ss%3A%2F%3f%23%25'%22%20%5c@h/d%20b", "me@h:3306/d b",
              "p@ss:/?#%'\" \\");
    check_way("mysql://me:p@ss@h/d", "me@h:3306/d", "p@ss");
    check_way("mysql://me@[::1]:3308/d", "me@[::1]:3308/d", NULL);
    check_way("mysql://me@[fe80::1]/d", "me@[fe80::1]:3306/d", NULL);
    check_way("mysql:///d?socket=/run/my.sock", "/run/my.sock/d", NULL);
    check_way("mysql://me@localhost/d?socket=%2Frun%2Fmy.sock", "me@/run/my.sock/d", NULL);
    check_way("mysql://h/d", "h:3306/d", NULL);
    ok(options.user == NULL, "no user is no silent root");
}

static void test_parameters(void)
{
    ok_call(parse("mysql://u@h/d?ssl-mode=VERIFY_CA&ssl-ca=%2Fca.pem&ssl-cert=c&ssl-key=k&"
                  "connect-timeout=7"),
            "TLS and timeout");
    ok(options.ssl_mode == SOURCE_SSL_VERIFY_CA, "ssl-mode");
    is_text(options.ssl_ca, "/ca.pem", "ssl-ca");
    is_text(options.ssl_cert, "c", "ssl-cert");
    is_text(options.ssl_key, "k", "ssl-key");
    is_number(options.connect_timeout_s, 7, "connect-timeout");
    ok_call(parse("mysql://u@h/d?ssl_mode=verify-identity"), "as people write it");
    ok(options.ssl_mode == SOURCE_SSL_VERIFY_IDENTITY, "case and dashes do not matter");
    ok_call(parse("mysql://u@h/d"), "nothing said");
    ok(options.ssl_mode == SOURCE_SSL_DEFAULT, "… is the default");
}

static void test_go(void)
{
    check_way("me:p@ss/w:rd%zz@tcp(10.0.0.1:3306)/shop", "me@10.0.0.1:3306/shop", "p@ss/w:rd%zz");
    check_way("mysql://me:pw@tcp([::1]:3310)/d", "me@[::1]:3310/d", "pw");
    check_way("me:pw@unix(/run/my.sock)/d", "me@/run/my.sock/d", "pw");
    check_way("me@tcp(h)/d", "me@h:3306/d", NULL);
    check_way("tcp(h)/d", "h:3306/d", NULL);
    ok_call(parse("mysql://me:pw@tcp(h:3306)/d?max_conns=20&parseTime=true&timeout=1m&"
                  "tls=skip-verify"),
            "Kratos' form");
    is_str(dropped, STR("max_conns, parseTime"), "Go's keys are named");
    is_number(options.connect_timeout_s, 60, "timeout=1m");
    ok(options.ssl_mode == SOURCE_SSL_REQUIRED, "tls=skip-verify");
    ok_call(parse("me@tcp(h)/d?tls=true"), "tls=true");
    ok(options.ssl_mode == SOURCE_SSL_VERIFY_IDENTITY, "… verifies");
    ok_call(parse("me@tcp(h)/d?tls=false&timeout=500ms"), "tls=false");
    ok(options.ssl_mode == SOURCE_SSL_DISABLED, "… is off");
    is_number(options.connect_timeout_s, 1, "half a second is rounded up");
    fails_with(parse("me@tcp(h)/d?tls=my-config"), PGC_URI, "a name inside a Go program");
}

static void test_errors(void)
{
    static const char *const bad[] = {
        "",
        "postgres://u@h/d",
        "h/d",
        "mysql://",
        "mysql://u@h",
        "mysql://u@h/",
        "mysql:///d",
        "mysql://u@:3306/d",
        "mysql://u@h:0/d",
        "mysql://u@h:65536/d",
        "mysql://u@h:x/d",
        "mysql://u@[::1/d",
        "mysql://u@[::1]x/d",
        "mysql://u:%@h/d",
        "mysql://u:%4@h/d",
        "mysql://u:%zz@h/d",
        "mysql://u:a%00b@h/d",
        "mysql://u@h/d?socket=/s",
        "mysql://u@h/d?ssl-mode=MAYBE",
        "mysql://u@h/d?ssl-mode",
        "mysql://u@h/d?ssl-ca=",
        "mysql://u@h/d?connect-timeout=0",
        "mysql://u@h/d?timeout=h",
        "mysql://u@h/d?timeout=99h",
        "mysql://u@h/d?sslmode=require",
        "mysql://u@h/d?unknown=1",
        "u@tcp(h/d",
        "u@tcp(h)",
        "u@unix()/d",
    };

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        fails_with(parse(bad[i]), PGC_URI, "refused: '%s'", bad[i]);
}

static void test_secrets(void)
{
    static const char *const bad[] = {
        "mysql://u:hunter2@h:99999/d", "mysql://u:hunter2@h/d?x=1", "mysql://u:hunter2@/d",
        "mysql://u:hunter2@[::1/d",    "u:hunter2@tcp(h)",          "mysql://u:hunter2%@h/d",
    };

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct error *error = parse(bad[i]);

        ok(error != NULL && strstr(error->text, "hunter2") == NULL, "no password in: %s",
           error != NULL ? error->text : "");
        error_free(error);
    }
}

static void test_local(void)
{
    static const struct {
        const char *uri;
        bool local;
    } hosts[] = {
        {"mysql://u@localhost/d", true},
        {"mysql://u@LOCALHOST/d", true},
        {"mysql://u@127.0.0.1/d", true},
        {"mysql://u@127.9.8.7/d", true},
        {"mysql://u@[::1]/d", true},
        {"mysql://u@/d?socket=/s", true},
        {"mysql://u@127.0.0.1.evil.net/d", false},
        {"mysql://u@127.evil/d", false},
        {"mysql://u@10.0.0.1/d", false},
        {"mysql://u@localhost.evil/d", false},
    };

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        ok_call(parse(hosts[i].uri), "%s", hosts[i].uri);
        ok(source_options_local(&options) == hosts[i].local, "… is %slocal",
           hosts[i].local ? "" : "not ");
    }
}

int main(void)
{
    test_urls();
    test_parameters();
    test_go();
    test_errors();
    test_secrets();
    test_local();
    fails_with(source_options_parse(STR("mysql://u@h"), false, &arena, &options, &dropped), PGC_URI,
               "a database is needed");
    source_options_done(&options);
    ok_call(source_options_parse(STR("mysql://u@h"), true, &arena, &options, &dropped),
            "unless it is optional");
    is_text(options.database, "", "… then it is empty");
    source_options_done(&options);
    arena_free(&arena);
    return done_testing();
}
