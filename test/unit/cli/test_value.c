/* Durations, flags, misspelt names, and passwords in connection strings. */
#include "cli/value.h"
#include "tap.h"

static void test_durations(void)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t ms;
    } cases[] = {
        {"0", true, 0},
        {"90", true, 90000},
        {"90s", true, 90000},
        {"250ms", true, 250},
        {"5m", true, 300000},
        {"1h30m", true, 5400000},
        {"1d2h3m4s5ms", true, 93784005},
        {"7d", true, 604800000},
        {"", false, 0},
        {"m", false, 0},
        {"5x", false, 0},
        {"5 m", false, 0},
        {"-5m", false, 0},
        {"1.5h", false, 0},
        {"5m1h", false, 0},
        {"5m5m", false, 0},
        {"1h30", false, 0},
        {"18446744073709551615", false, 0},
        {"18446744073709551616s", false, 0},
        {"213503982335d", false, 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t ms = 0;
        bool good = value_duration(str_of(cases[i].text), &ms);
        ok(good == cases[i].good, "duration '%s' is %s", cases[i].text,
           cases[i].good ? "taken" : "refused");
        if (good)
            is_number(ms, cases[i].ms, "duration '%s'", cases[i].text);
    }
}

static void test_print_duration(void)
{
    static const struct {
        uint64_t ms;
        const char *text;
    } cases[] = {{0, "0s"},
                 {5, "5ms"},
                 {1000, "1s"},
                 {300000, "5m"},
                 {5400000, "1h30m"},
                 {604800000, "7d"},
                 {93784005, "1d2h3m4s5ms"}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buf_free) struct buf text = BUF_INIT(100, "duration");
        uint64_t again = 1;
        value_print_duration(cases[i].ms, &text);
        is_text(buf_c_str(&text), cases[i].text, "%s is printed", cases[i].text);
        ok(value_duration(buf_str(&text), &again) && again == cases[i].ms, "and read again");
    }
}

static void test_flags(void)
{
    bool flag = false;

    ok(value_flag(STR("Yes"), &flag) && flag, "Yes");
    ok(value_flag(STR("0"), &flag) && !flag, "0");
    ok(value_flag(STR("TRUE"), &flag) && flag, "TRUE");
    ok(!value_flag(STR(""), &flag), "nothing is no flag");
    ok(!value_flag(STR("maybe"), &flag), "maybe is no flag");
}

static void test_nearest(void)
{
    static const char *const names[] = {
        "source-password-file", "source", "target", "tables", "jobs", "lock"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"jobs", "jobs"},
        {"source", "source"},
        {"sorce", "source"},
        {"souce", "source"},
        {"tabels", "tables"},
        {"jbos", "jobs"},
        {"job", "jobs"},
        {"source-pasword-file", "source-password-file"},
        {"tar", "target"},
        {"xyz", NULL},
        {"", NULL},
        {"source-password-file-that-is-much-too-long-for-this-to-matter", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *got = value_nearest(str_of(cases[i].word), names, COUNT_OF(names));
        is_text(got == NULL ? "(none)" : got,
                cases[i].nearest == NULL ? "(none)" : cases[i].nearest, "nearest to '%s'",
                cases[i].word);
    }
}

static void test_passwords(void)
{
    static const struct {
        const char *text, *safe;
    } cases[] = {
        {"mysql://user:secret@host:3306/db", "mysql://user:***@host:3306/db"},
        {"mysql://user:s%40cret@host/db?ssl-ca=f", "mysql://user:***@host/db?ssl-ca=f"},
        {"mysql://user:se@c/r?et@host/db", "mysql://user:***@host/db"},
        {"mysql://user:se?cret@host/db?ssl-mode=DISABLED",
         "mysql://user:***@host/db?ssl-mode=DISABLED"},
        {"user:secret@tcp(host:3306)/db?max_conns=20", "user:***@tcp(host:3306)/db?max_conns=20"},
        {"postgres://host/db?password=secret&user=me", "postgres://host/db?password=***&user=me"},
        {"postgres://me:a@host/db?sslpassword=b", "postgres://me:***@host/db?sslpassword=***"},
        {"host=h password=secret dbname=d", "host=h password=*** dbname=d"},
        {"host=h password = 'se cr\\'et' dbname=d", "host=h password = ***' dbname=d"},
        {"host=h PASSWORD=secret", "host=h PASSWORD=***"},
        {"mysql://user@host:3306/db", "mysql://user@host:3306/db"},
        {"mysql://user:@host/db", "mysql://user:@host/db"},
        {"mysql:///db?socket=/tmp/s", "mysql:///db?socket=/tmp/s"},
        {"host=a:b user=c@d", "host=a:b user=c@d"},
        {"plan.json", "plan.json"},
        {"", ""},
        {":@", ":@"},
        {"password=", "password="},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(buf_free) struct buf safe = BUF_INIT(1000, "safe text");
        CLEANUP(buf_free) struct buf wiped = BUF_INIT(1000, "wiped text");
        value_print_safe(str_of(cases[i].text), &safe);
        is_text(buf_c_str(&safe), cases[i].safe, "'%s' is shown safely", cases[i].text);
        buf_add_c(&wiped, cases[i].text);
        buf_c_str(&wiped);
        if (wiped.len == 0)
            continue;
        value_wipe_passwords(wiped.ptr);
        ok(str_search(buf_str(&wiped), STR("secret")) > wiped.len, "and wiped");
        is_number(strlen(wiped.ptr), strlen(cases[i].text), "without changing its length");
    }
}

int main(void)
{
    test_durations();
    test_print_duration();
    test_flags();
    test_nearest();
    test_passwords();
    return done_testing();
}
