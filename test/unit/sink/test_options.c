/* Connection strings: what is taken, what is refused, and where the password stays. */
#include "tap.h"

#include <unistd.h>

#include "base/limits.h"
#include "sink/session_internal.h"

static struct buf text = BUF_INIT(LIMIT_CONFIG_FILE, "test");

/* The options of a string that must be good. */
static struct sink_options parse(const char *target)
{
    struct sink_options options = {0};

    ok_call(sink_options_parse(str_of(target), &options), "takes %s", target);
    return options;
}

static struct str printed(const struct sink_options *options)
{
    buf_reset(&text, LIMIT_CONFIG_FILE);
    sink_options_print(options, &text);
    return buf_str(&text);
}

static void check(const char *target, const char *password, const char *shown)
{
    struct sink_options options = parse(target);

    is_text(options.password, password, "password of %s", target);
    ok(password[0] == '\0' || strstr(options.conninfo, password) == NULL, "not in the string");
    is_str(printed(&options), str_of(shown), "shown as %s", shown);
    sink_options_done(&options);
    ok(options.conninfo == NULL && options.password == NULL, "given back");
}

static void test_forms(void)
{
    check("postgresql://u:se%40cret@h:6000/d", "se@cret", "u@h:6000/d");
    check("postgres://u@h/d", "", "u@h:5432/d");
    check("postgres://u@[::1]:6000/d", "", "u@[::1]:6000/d");
    check("postgresql://u@a:1,b:2/d", "", "u@a:1,b:2/d");
    check("host=h user=u dbname=d password='it\\'s'", "it's", "u@h:5432/d");
    check("host=h user=u dbname='d\\\\x y'", "", "u@h:5432/d\\x y");
    check("host=h,i hostaddr=10.0.0.1,10.0.0.2 port=7 user=u dbname=d", "", "u@h:7,i:7/d");
    check("user=u dbname=d", "", "u@[local]:5432/d");
    check("", "", "envuser@[local]:5432/envuser");
    check("host=h user=u dbname=d password=''", "", "u@h:5432/d");
    check("host=h user=u dbname=postgres://x", "", "u@h:5432/postgres://x");
}

/* Fails as a usage error, and nothing of the secret is in what is said. */
static void refuse(struct str target, const char *secret)
{
    struct sink_options options = {0};
    struct error *error = sink_options_parse(target, &options);

    ok(error != NULL && error->id == PGC_URI, "refuses " STR_FMT, STR_ARG(target));
    ok(error != NULL && error->fix != NULL, "with advice");
    ok(error != NULL && strstr(error->text, secret) == NULL, "without the secret: %s",
       error != NULL ? error->text : "");
    error_free(error);
    sink_options_done(&options);
}

static void test_refused(void)
{
    struct sink_options options = {0};
    struct error *error;

    refuse(STR("pg://u:hunter2@h/d"), "hunter2");
    refuse(STR("mysql://u:hunter2@h/d"), "hunter2");
    refuse(STR("postgresql://u:hun%zzter2@h/d"), "zzter2");
    refuse(STR("postgresql://u:hunt/er2@h/d"), "er2");
    refuse(STR("postgresql://u:12/er2@h/d"), "er2");
    refuse(STR("postgresql://u:x@h:hunter2/d"), "hunter2");
    refuse(STR("postgresql://u:x@h:99999/d"), "x@");
    refuse(STR("postgresql://u@h:0/d"), "@");
    refuse(STR("postgresql://u@h/d?password=a&hunter2=b"), "hunter2");
    refuse(STR("host=h password=one hunter2"), "hunter2");
    refuse(STR("host=h port=1,2"), "@");
    refuse(STR("host=h sslmode=maybe"), "@");
    refuse(STR("service=there-is-none"), "@");
    refuse(STR("a\0b"), "@");
    refuse(STR("plainname"), "@");
    error = sink_options_parse(STR("postgresql://h/d?sslmod=require"), &options);
    ok(error != NULL && strstr(error->text, "sslmod") != NULL, "a misspelt option is named");
    error_free(error);
}

static void check_place(const char *target, bool local, bool given)
{
    struct sink_options options = parse(target);
    struct resolved resolved = {0};

    ok_call(resolve_options(&options, &resolved), "resolved");
    ok(resolved_is_local(&resolved) == local, "local: %s", target);
    ok(resolved.ssl_mode_given == given, "sslmode given: %s", target);
    resolved_done(&resolved);
    sink_options_done(&options);
}

static void test_places(void)
{
    check_place("host=localhost", true, false);
    check_place("host=127.9.9.9", true, false);
    check_place("host=::1", true, false);
    check_place("host=/run", true, false);
    check_place("host=128.0.0.1", false, false);
    check_place("host=localhost.evil.example", false, false);
    check_place("host=127.0.0.1.evil.example", false, false);
    check_place("host=localhost hostaddr=10.0.0.1", false, false);
    check_place("host=far hostaddr=127.0.0.1", true, false);
    check_place("host=localhost,far", false, false);
    check_place("host=far sslmode=prefer", false, true);
    setenv("PGSSLMODE", "require", 1);
    check_place("host=far", false, true);
    unsetenv("PGSSLMODE");
    setenv("PGHOST", "far", 1);
    check_place("", false, false);
    unsetenv("PGHOST");
}

static void test_service(void)
{
    char path[] = "/tmp/pgconverge-test-XXXXXX";
    static const char content[] = "[mine]\nhost=far\nport=6000\nuser=u\ndbname=d\npassword=hidden\n"
                                  "[sure]\nhost=far\nsslmode=require\n";
    int file = mkstemp(path);
    struct sink_options options;

    ok(file >= 0 && write(file, content, sizeof content - 1) == (ssize_t)sizeof content - 1,
       "a service file");
    close(file);
    setenv("PGSERVICEFILE", path, 1);
    options = parse("service=mine");
    is_str(printed(&options), STR("u@far:6000/d"), "a service is looked up");
    sink_options_done(&options);
    check_place("service=mine", false, false);
    check_place("service=sure", false, true);
    setenv("PGSERVICE", "mine", 1);
    options = parse("");
    is_str(printed(&options), STR("u@far:6000/d"), "also from the environment");
    sink_options_done(&options);
    unsetenv("PGSERVICE");
    unsetenv("PGSERVICEFILE");
    unlink(path);
}

int main(void)
{
    static const char *const names[] = {"PGHOST",    "PGHOSTADDR", "PGPORT",     "PGDATABASE",
                                        "PGSERVICE", "PGSSLMODE",  "PGPASSWORD", "PGSERVICEFILE"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
    setenv("PGUSER", "envuser", 1);
    test_forms();
    test_refused();
    test_places();
    test_service();
    buf_free(&text);
    return done_testing();
}
