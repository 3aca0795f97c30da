/* Option files: groups, quotes, escapes, includes, and what the URI already said. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/source.h"
#include "tap.h"

static char folder[] = "/tmp/pgc-my-cnf-XXXXXX";
static char path[200];

static const char *write_file(const char *name, const char *text)
{
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

static void test_groups(void)
{
    struct source_options options = {0};

    ok_call(source_options_read_my_cnf(
                &options, write_file("a.cnf", "# comment\n; another\n"
                                              "[mysqld]\nuser=mysql\nport=1\n"
                                              "[client]\nuser = me\npassword=\"p#w;'x\\\"\"\n"
                                              "host=db.internal\nport=3307\nunknown=1\nflag\n"
                                              "[mysql]\nuser=wrong\n"
                                              "[pgconverge]\nuser='mover' # the last wins\n"
                                              "ssl_ca = /ca.pem\nssl-mode=verify_ca\n")),
            "two groups of several");
    is_text(options.user, "mover", "the last of both groups wins");
    is_text(options.password, "p#w;'x\"", "quotes protect # and ;");
    is_text(options.host, "db.internal", "host");
    is_number(options.port, 3307, "port");
    is_text(options.ssl_ca, "/ca.pem", "ssl-ca, by underscore");
    ok(options.ssl_mode == SOURCE_SSL_VERIFY_CA, "ssl-mode");
    source_options_done(&options);
}

static void test_escapes(void)
{
    struct source_options options = {0};

    ok_call(source_options_read_my_cnf(&options,
                                       write_file("b.cnf", "[client]\npassword=a\\sb\\\\c\\t|\\x\n"
                                                           "host=h\n")),
            "escapes");
    is_text(options.password, "a b\\c\t|\\x", "MySQL's own, others as they are");
    source_options_done(&options);
}

static void test_given_wins(void)
{
    struct source_options options = {0};
    struct arena arena = ARENA_INIT(1 << 20, "test");
    struct str dropped;

    ok_call(source_options_parse(STR("mysql://u:pw@h:3310/d"), false, &arena, &options, &dropped),
            "a URI");
    ok_call(source_options_read_my_cnf(
                &options, write_file("c.cnf", "[client]\nuser=x\npassword=y\nport=1\nsocket=/s\n"
                                              "host=other\nssl-mode=REQUIRED\n")),
            "and a file");
    is_text(options.user, "u", "user stays");
    is_text(options.password, "pw", "password stays");
    is_text(options.host, "h", "host stays");
    ok(options.socket == NULL, "a socket does not mix in");
    is_number(options.port, 3310, "port stays");
    ok(options.ssl_mode == SOURCE_SSL_REQUIRED, "what was not said is filled");
    source_options_done(&options);
    arena_free(&arena);
}

static void test_includes(void)
{
    struct source_options options = {0};
    char text[800], inner[200], more[200];

    snprintf(more, sizeof more, "%s/conf.d", folder);
    mkdir(more, 0700);
    write_file("conf.d/2.cnf", "[client]\nuser=second\n");
    write_file("conf.d/1.cnf", "[client]\nuser=first\nhost=h\n");
    write_file("conf.d/3.txt", "[client]\nuser=third\n");
    snprintf(inner, sizeof inner, "%s",
             write_file("inner.cnf", "!include /nonexistent/x\n"
                                     "[client]\npassword=inner\n"));
    snprintf(text, sizeof text, "!include %s\n!includedir %s\n", inner, more);
    ok_call(source_options_read_my_cnf(&options, write_file("d.cnf", text)), "includes");
    is_text(options.password, "inner", "!include");
    is_text(options.user, "second", "!includedir, by name, *.cnf alone");
    source_options_done(&options);
    snprintf(text, sizeof text, "!include %s/loop.cnf\n[client]\nuser=once\n", folder);
    ok_call(source_options_read_my_cnf(&options, write_file("loop.cnf", text)),
            "a file that includes itself");
    is_text(options.user, "once", "… is read");
    source_options_done(&options);
}

static void test_errors(void)
{
    struct source_options options = {0};
    char missing[200];

    snprintf(missing, sizeof missing, "%s/none.cnf", folder);
    ok_call(source_options_read_my_cnf(&options, missing), "a missing file is no error");
    fails_with(source_options_read_my_cnf(&options, write_file("e.cnf", "[client]\nport=x\n")),
               PGC_CONFIG, "a port that is none");
    fails_with(source_options_read_my_cnf(&options, folder), PGC_FILE, "a folder is no file");
    write_file("open.cnf", "[client]\nuser=x\n");
    chmod(path, 0666);
    fails_with(source_options_read_my_cnf(&options, path), PGC_FILE, "everybody may write");
    source_options_done(&options);
}

static void remove_all(void)
{
    static const char *const names[] = {"conf.d/1.cnf", "conf.d/2.cnf", "conf.d/3.txt", "inner.cnf",
                                        "loop.cnf",     "open.cnf",     "a.cnf",        "b.cnf",
                                        "c.cnf",        "d.cnf",        "e.cnf"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/conf.d", folder);
    rmdir(path);
    rmdir(folder);
}

int main(void)
{
    if (!ok(mkdtemp(folder) != NULL, "a folder"))
        return done_testing();
    test_groups();
    test_escapes();
    test_given_wins();
    test_includes();
    test_errors();
    remove_all();
    return done_testing();
}
