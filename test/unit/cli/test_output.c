/* The shape of errors, for people and for machines. */
#include "base/limits.h"
#include "base/stop.h"
#include "cli/output.h"
#include "tap.h"

static void is_printed(struct error *error, const char *want, const char *what)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "text");

    output_error_text(error, &text);
    is_text(buf_c_str(&text), want, "%s", what);
    error_free(error);
}

static void test_shape(void)
{
    struct error *error = error_new(PGC_VALUE_BAD_UUID, "3 rows hold text that is not a UUID");

    error_with_object(error, "app.t.c   char(36) -> uuid");
    error_with_row(error, "id = 9014   value \"x\"");
    error_with_fix(error, "correct them");
    error_add_context(error, "copy chunk 3 of t");
    output_set_state("74 of %d tables are done", 77);
    is_printed(error,
               "error PGC-4007: 3 rows hold text that is not a UUID\n"
               "  column  app.t.c   char(36) -> uuid\n"
               "  row     id = 9014   value \"x\"\n"
               "  while   copy chunk 3 of t\n"
               "  fix     correct them\n"
               "  state   74 of 77 tables are done\n"
               "  more    pgconverge explain PGC-4007\n",
               "all lines of a data error");
    output_set_state(NULL);

    error = error_new(PGC_SOURCE_QUERY, "a statement failed");
    error_with_fix(error, "GRANT a;\nGRANT b;");
    error->server_errno = 1045;
    memcpy(error->sqlstate, "28000", 6);
    is_printed(error,
               "error PGC-2007: a statement failed\n"
               "  server  error 1045, SQLSTATE 28000\n"
               "  fix     GRANT a;\n"
               "          GRANT b;\n"
               "  more    pgconverge explain PGC-2007\n",
               "several lines in one part");

    is_printed(error_new(PGC_SOURCE_MOVED_FINDING, "SOURCE MOVED"),
               "finding PGC-8007: SOURCE MOVED\n"
               "  fix     for the real night stop the writers first; for a rehearsal give "
               "--allow-moving-source\n"
               "  more    pgconverge explain PGC-8007\n",
               "a finding is called one, and has the id's own advice");
}

static void test_hostile_text(void)
{
    struct error *error = error_new(PGC_SOURCE_QUERY, "table \033[2Jx\tdrop\nsecond line");
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "text");

    error_with_object(error, "a\xff\xc2\x9b\xe2\x80\xae name");
    output_error_text(error, &text);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 && c != '\n')
            ok(false, "a control character at %zu", i);
    }
    ok(str_search(buf_str(&text), STR("\033")) > text.len, "no escape");
    ok(str_search(buf_str(&text), STR("\xe2\x80\xae")) > text.len, "no direction mark");
    ok(str_search(buf_str(&text), STR("\xc2\x9b")) > text.len, "no C1 control");

    json_t *object = output_json_error(error);
    char *dumped = json_dumps(object, 0);
    ok(dumped != NULL, "bytes that are no text become a JSON document");
    is_text(json_string_value(json_object_get(object, "id")), "PGC-2007", "with its id");
    is_number(json_integer_value(json_object_get(object, "exit_code")), 4, "and exit code");
    free(dumped);
    json_decref(object);
    error_free(error);
}

static void test_exit_codes(void)
{
    struct error *error = error_new(PGC_INTERRUPTED, "stopped");

    is_number(output_exit_code(NULL), 0, "nothing is wrong");
    is_number(output_exit_code(error), 130, "INT");
    stop_request(STOP_TERM);
    is_number(output_exit_code(error), 143, "TERM");
    stop_reset();
    error_free(error);
    error = error_new(PGC_SOURCE_CONNECT, "gone");
    is_number(output_exit_code(error), 7, "temporary");
    error_free(error);
    output_set_exit(ERROR_KIND_FINDINGS);
    is_number(output_exit_code(NULL), 3, "a result that is not fine");
}

static void test_confirm(void)
{
    struct cli_options options = {.yes = true};
    bool yes = false;

    ok_call(output_confirm(&options, "Drop it", &yes), "--yes answers");
    ok(yes, "with yes");
    options.yes = false;
    yes = false;
    if (freopen("/dev/null", "re", stdin) == NULL)
        return;
    fails_with(output_confirm(&options, "Drop it", &yes), PGC_USAGE, "no terminal, no answer");
    ok(!yes, "and nothing is done");
}

int main(void)
{
    test_shape();
    test_hostile_text();
    test_exit_codes();
    test_confirm();
    return done_testing();
}
