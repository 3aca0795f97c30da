/* The command line and the environment: all forms, precedence, complaints. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/options.h"
#include "tap.h"

#define WORDS_MAX 16

/* argv as a kernel gives it: writable. */
struct call {
    char storage[WORDS_MAX][256];
    char *argv[WORDS_MAX + 1];
    int argc;
    struct arena arena;
    struct cli_options options;
};

static struct error *load(struct call *call, const char *const *words)
{
    *call = (struct call){.arena = ARENA_INIT(MIB, "test"), .argc = 1};
    snprintf(call->storage[0], sizeof call->storage[0], "pgconverge");
    call->argv[0] = call->storage[0];
    for (size_t i = 0; words[i] != NULL; i++) {
        snprintf(call->storage[call->argc], sizeof call->storage[0], "%s", words[i]);
        call->argv[call->argc] = call->storage[call->argc];
        call->argc++;
    }
    return cli_load(call->argc, call->argv, &call->arena, &call->options);
}

#define LOAD(call, ...) load((call), (const char *const[]){__VA_ARGS__, NULL})

static void test_forms(void)
{
    struct call call;

    ok_call(LOAD(&call, "migrate", "--jobs", "3", "--schema=app", "-q", "--lock"), "long forms");
    is_number(call.options.command, COMMAND_migrate, "the command");
    is_number(call.options.jobs, 3, "--jobs 3");
    is_text(call.options.schema, "app", "--schema=app");
    ok(call.options.quiet && call.options.lock, "flags");
    ok(cli_given(&call.options, OPTION_jobs) && !cli_given(&call.options, OPTION_names),
       "what was given is known");
    arena_free(&call.arena);
}

static void test_short_forms(void)
{
    struct call call;

    ok_call(LOAD(&call, "-qy", "migrate", "-j4"), "short forms, before the command");
    ok(call.options.quiet && call.options.yes, "-qy");
    is_number(call.options.jobs, 4, "-j4");
    arena_free(&call.arena);

    ok_call(LOAD(&call, "plan", "-o", "plan.json", "--names", "snake"), "-o FILE");
    is_text(call.options.output, "plan.json", "its value");
    is_number(call.options.names, NAMES_SNAKE, "--names snake");
    arena_free(&call.arena);

    ok_call(LOAD(&call, "explain", "--", "--format"), "-- ends the options");
    is_number(call.options.arguments.count, 1, "one argument behind it");
    arena_free(&call.arena);

    ok_call(LOAD(&call, "migrate", "--tables", "a*,b", "--tables=c"), "a list");
    is_number(call.options.tables.count, 3, "repeated, with commas");
    is_str(call.options.tables.items[1], STR("b"), "its second item");
    arena_free(&call.arena);
}

static void test_windows_and_times(void)
{
    struct call call;

    ok_call(LOAD(&call, "doctor", "--window"), "--window alone");
    is_number(call.options.window_ms, 10000, "is ten seconds");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "doctor", "--window", "30", "--jobs", "2"), "--window 30");
    is_number(call.options.window_ms, 30000, "is thirty seconds");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "doctor", "--window", "--jobs", "2"), "--window before another option");
    is_number(call.options.window_ms, 10000, "is ten seconds");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "migrate", "--deadline", "1h30m"), "--deadline");
    is_number(call.options.deadline_ms, 5400000, "its milliseconds");
    is_number(call.options.retry_for_ms, 300000, "--retry-for is five minutes without a word");
    ok(call.options.jobs >= 1 && call.options.jobs <= LIMIT_WORKERS, "--jobs is the cores");
    arena_free(&call.arena);
}

static void test_complaints(void)
{
    static const struct {
        const char *words[6];
        enum error_id id;
        const char *text, *fix; /* parts */
    } cases[] = {
        {{"migrate", "--jbos", "3"}, PGC_UNKNOWN_OPTION, "no option --jbos", "--jobs"},
        {{"migrate", "--sorce=mysql://u:geheim@h/d"}, PGC_UNKNOWN_OPTION, "--sorce", "--source"},
        {{"plan", "--restart"}, PGC_UNKNOWN_OPTION, "--restart", "plan --help"},
        {{"migrate", "-x"}, PGC_UNKNOWN_OPTION, "-x", "migrate --help"},
        {{"status", "--help-me"}, PGC_UNKNOWN_OPTION, "--help-me", ""},
        {{"migrat"}, PGC_UNKNOWN_COMMAND, "migrat", "pgconverge migrate"},
        {{"mysql://u:geheim@h/d"}, PGC_UNKNOWN_COMMAND, "mysql://u:***@h/d", ""},
        {{"migrate", "--jobs", "0"}, PGC_BAD_OPTION_VALUE, "from 1 to 64", "migrate --help"},
        {{"migrate", "--jobs", "65"}, PGC_BAD_OPTION_VALUE, "not \"65\"", ""},
        {{"migrate", "--jobs", "-1"}, PGC_BAD_OPTION_VALUE, "not \"-1\"", ""},
        {{"migrate", "--jobs", "4x"}, PGC_BAD_OPTION_VALUE, "not \"4x\"", ""},
        {{"migrate", "--jobs="}, PGC_BAD_OPTION_VALUE, "--jobs takes", ""},
        {{"migrate", "--deadline", "soon"}, PGC_BAD_OPTION_VALUE, "1h30m", ""},
        {{"migrate", "--names", "upper"}, PGC_BAD_OPTION_VALUE, "keep|lower|snake", ""},
        {{"migrate", "--schema="}, PGC_BAD_OPTION_VALUE, "--schema", ""},
        {{"migrate", "--tables", "a,,b"}, PGC_BAD_OPTION_VALUE, "--tables", ""},
        {{"migrate", "--jobs"}, PGC_USAGE, "--jobs needs a value", ""},
        {{"migrate", "--schema", "--jobs", "3"}, PGC_USAGE, "--schema needs a value", ""},
        {{"migrate", "--lock=yes"}, PGC_USAGE, "--lock takes no value", ""},
        {{"migrate", "now"}, PGC_USAGE, "does not take \"now\"", ""},
        {{"schema"}, PGC_USAGE, "schema", "schema print"},
        {{"schema", "show"}, PGC_USAGE, "schema", "schema diff"},
        {{"completion"}, PGC_USAGE, "shell", "bash"},
        {{"--quiet"}, PGC_USAGE, "no command", ""},
        {{"migrate", "--my-cnf", "f", "--no-my-cnf"}, PGC_USAGE, "exclude", ""},
        {{"migrate", "--config", "/nowhere/at/all"}, PGC_FILE, "configuration file", ""},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct call call;
        struct error *error = load(&call, cases[i].words);
        const char *what = cases[i].words[1] != NULL ? cases[i].words[1] : cases[i].words[0];
        if (ok(error != NULL && error->id == cases[i].id, "%s %s is PGC-%d", cases[i].words[0],
               what, cases[i].id)) {
            struct str text = str_of(error->text), fix = str_of(error->fix);
            ok(str_search(text, str_of(cases[i].text)) <= text.len, "  says: %s", error->text);
            ok(str_search(fix, str_of(cases[i].fix)) <= fix.len, "  fix: %s",
               error->fix != NULL ? error->fix : "-");
            ok(str_search(text, STR("geheim")) > text.len, "  without the password");
        }
        error_free(error);
        arena_free(&call.arena);
    }
}

static void test_form_of_errors(void)
{
    struct call call;

    fails_with(LOAD(&call, "migrate", "--jobs", "0", "--format", "json"), PGC_BAD_OPTION_VALUE,
               "an error before --format json");
    is_number(call.options.format, FORMAT_JSON, "does not hide it");
    arena_free(&call.arena);
}

static void test_help(void)
{
    struct call call;

    ok_call(LOAD(&call, "migrate", "--help"), "migrate --help");
    is_number(call.options.command, COMMAND_help, "is help");
    is_str(call.options.arguments.items[0], STR("migrate"), "of migrate");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "-h"), "-h alone");
    is_number(call.options.arguments.count, 0, "is help of all");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "--version"), "--version");
    is_number(call.options.command, COMMAND_version, "is version");
    arena_free(&call.arena);
}

static void test_environment(void)
{
    struct call call;

    setenv("PGCONVERGE_JOBS", "7", 1);
    setenv("PGCONVERGE_LOCK", "yes", 1);
    setenv("PGCONVERGE_SCHEMA", "", 1);
    setenv("PGCONVERGE_EXCLUDE", "a, b", 1);
    setenv("PGCONVERGE_SOURCE_PASSWORD", "geheim", 1);
    ok_call(LOAD(&call, "migrate"), "from the environment");
    is_number(call.options.jobs, 7, "PGCONVERGE_JOBS");
    ok(call.options.lock, "PGCONVERGE_LOCK=yes");
    is_text(call.options.schema, "public", "an empty variable is none");
    is_number(call.options.exclude.count, 2, "PGCONVERGE_EXCLUDE with a comma");
    is_text(call.options.source_password, "geheim", "the password is taken");
    is_text(getenv("PGCONVERGE_SOURCE_PASSWORD"), "", "and gone from the environment");
    is_number(call.options.origins[OPTION_jobs], ORIGIN_ENVIRONMENT, "its origin");
    arena_free(&call.arena);

    ok_call(LOAD(&call, "migrate", "--jobs", "2", "--exclude", "c"), "flags over variables");
    is_number(call.options.jobs, 2, "the flag wins");
    is_number(call.options.exclude.count, 1, "a list is replaced, not joined");
    arena_free(&call.arena);

    setenv("PGCONVERGE_JOBS", "many", 1);
    fails_with(LOAD(&call, "migrate"), PGC_BAD_OPTION_VALUE, "a bad variable is an error");
    arena_free(&call.arena);
    ok_call(LOAD(&call, "explain"), "but not of a command that does not take it");
    arena_free(&call.arena);
    unsetenv("PGCONVERGE_JOBS");

    setenv("PGCONVERGE_RESTART", "1", 1);
    fails_with(LOAD(&call, "migrate"), PGC_USAGE, "what destroys is no variable");
    arena_free(&call.arena);
    unsetenv("PGCONVERGE_RESTART");
    unsetenv("PGCONVERGE_LOCK");
    unsetenv("PGCONVERGE_SCHEMA");
    unsetenv("PGCONVERGE_EXCLUDE");
    unsetenv("PGCONVERGE_SOURCE_PASSWORD");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return;
    fputs(text, file);
    fclose(file);
}

static void test_precedence(void)
{
    char path[] = "/tmp/pgc-test-options-XXXXXX";
    struct call call;
    int fd = mkostemp(path, O_CLOEXEC);

    ok(fd >= 0, "a configuration file");
    close(fd);
    write_file(path, "version: 1\ndatabases:\n  - name: app\n    schema: in_file\n"
                     "jobs: 5\nretry_for: 30s\nexclude: [\"a,b\", c]\ncolumns:\n"
                     "  app.t.c: { type: boolean }\n");
    setenv("PGCONVERGE_RETRY_FOR", "40s", 1);
    ok_call(LOAD(&call, "migrate", "-c", path, "-j", "6"), "flag, variable and file");
    is_number(call.options.jobs, 6, "flag over file");
    is_number(call.options.retry_for_ms, 40000, "variable over file");
    is_text(call.options.schema, "in_file", "file over default");
    is_number(call.options.exclude.count, 2, "commas of YAML are part of the pattern");
    is_str(call.options.rules[0].pattern, STR("t.c"), "the entry's name is taken off");
    is_text(call.options.config_read, path, "the file is known");
    arena_free(&call.arena);
    unsetenv("PGCONVERGE_RETRY_FOR");

    write_file(path, "version: 1\njobs: many\n");
    struct error *error = LOAD(&call, "migrate", "-c", path, "-j", "6");
    ok(error != NULL && error->id == PGC_CONFIG, "what a flag overrides is checked all the same");
    ok(error != NULL && strstr(error->text, ":2:7: jobs takes") != NULL, "  with its place: %s",
       error != NULL ? error->text : "-");
    error_free(error);
    arena_free(&call.arena);
    unlink(path);
}

static void test_argv_is_wiped(void)
{
    struct call call;

    ok_call(LOAD(&call, "migrate", "--source=mysql://u:geheim@h/d", "--target",
                 "host=h password=geheim"),
            "passwords in argv");
    is_text(call.options.source, "mysql://u:geheim@h/d", "the source is whole");
    is_text(call.options.target, "host=h password=geheim", "the target is whole");
    is_text(call.argv[2], "--source=mysql://u:xxxxxx@h/d", "argv has none: source");
    is_text(call.argv[4], "host=h password=xxxxxx", "argv has none: target");

    CLEANUP(buf_free) struct buf again = BUF_INIT(1000, "command");
    cli_same_command(&call.options, COMMAND_migrate, &again);
    is_text(buf_c_str(&again),
            "pgconverge migrate --source mysql://u@h/d --target 'host=h password='",
            "the command to continue with has none");
    arena_free(&call.arena);
}

static void test_same_command(void)
{
    struct call call;
    CLEANUP(buf_free) struct buf again = BUF_INIT(1000, "command");

    ok_call(LOAD(&call, "migrate", "--restart", "--schema", "it's", "--tables", "a*", "--tables",
                 "b", "-j", "2", "--names=lower", "--lock", "--deadline", "90s"),
            "many flags");
    cli_same_command(&call.options, COMMAND_migrate, &again);
    is_text(buf_c_str(&again),
            "pgconverge migrate --schema 'it'\\''s' --names lower --tables 'a*' --tables b -j 2 "
            "--lock --deadline 1m30s",
            "are given again, quoted, without --restart");
    arena_free(&call.arena);
}

int main(void)
{
    /* No pgconverge.yaml of the place where the tests run, no variables of the caller. */
    if (chdir("/") != 0)
        return 1;
    test_forms();
    test_short_forms();
    test_windows_and_times();
    test_complaints();
    test_form_of_errors();
    test_help();
    test_environment();
    test_precedence();
    test_argv_is_wiped();
    test_same_command();
    return done_testing();
}
