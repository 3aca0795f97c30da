/* Streams and rows: the frame around the fields, full buffers, and values for people. */
#include "one_value.h"

static const struct source_type int_source = {.kind = SOURCE_INT, .text = STR("int")};
static const struct source_type text_source = {.kind = SOURCE_TEXT, .text = STR("text")};
static const struct target_type int_target = {.kind = TARGET_INTEGER};
static const struct target_type text_target = {.kind = TARGET_TEXT};

static void test_stream(void)
{
    CLEANUP(buf_free) struct buf out = BUF_INIT(4096, "test");
    struct convert_column columns[] = {
        {.source = &int_source, .target = &int_target, .object = STR("d.t.a")},
        {.source = &text_source,
         .target = &text_target,
         .charset = &one_utf8,
         .object = STR("d.t.b")}};
    struct cell cells[] = {INT_CELL(-2), BYTES_CELL("hi")};
    struct row row = {.cells = cells, .cell_count = 2};
    CLEANUP(converter_freep) struct converter *converter = NULL;
    struct convert_result result;

    ok_call(converter_new(columns, 2, &converter), "a converter");
    converter_begin_stream(&out);
    ok_call(converter_add_row(converter, &row, &out, &result), "a row");
    cells[0].form = cells[1].form = CELL_NULL;
    ok_call(converter_add_row(converter, &row, &out, &result), "a row of NULLs");
    converter_end_stream(&out);
    static const char want[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
                               "\0\2\0\0\0\4\377\377\377\376\0\0\0\2hi"
                               "\0\2\377\377\377\377\377\377\377\377"
                               "\377\377";
    is_str(buf_str(&out), ((struct str){want, sizeof want - 1}), "the whole stream");

    row.cell_count = 1;
    fails_with(converter_add_row(converter, &row, &out, &result), PGC_INTERNAL,
               "a cell is missing");
    cells[1] = BYTES_CELL("\377");
    row.cell_count = 2;
    struct error *error = converter_add_row(converter, &row, &out, &result);
    ok(error != NULL && error->id == PGC_VALUE_INVALID_TEXT && result.column == 1,
       "the second column");
    is_text(error->object, "d.t.b   text -> text", "the object");
    ok(error->row == NULL, "the row is the caller's to name");
    error_free(error);
    is_str(buf_str(&out), ((struct str){want, sizeof want - 1}), "the stream is as before");
    converter_free(NULL);
}

/* Rows of every size into buffers of every size: whole, or refused with nothing changed. */
static void test_full(void)
{
    struct convert_column columns[] = {
        {.source = &text_source, .target = &text_target, .charset = &one_utf8},
        {.source = &text_source, .target = &text_target, .charset = one_latin1()},
        {.source = &text_source, .target = &text_target, .charset = &one_utf8}};
    static char bytes[3000];
    CLEANUP(converter_freep) struct converter *converter = NULL;
    size_t wrong = 0, whole = 0;
    struct convert_result result;

    memset(bytes, 'x', sizeof bytes);
    ok_call(converter_new(columns, 3, &converter), "a converter");
    for (size_t limit = 0; limit < 2500; limit += 7) {
        struct buf out = BUF_INIT(limit, "the test's buffer");
        struct cell cells[3];
        struct row row = {.cells = cells, .cell_count = 3};
        for (size_t i = 0; i < 3; i++)
            cells[i] = (struct cell){.form = CELL_BYTES, .bytes = {bytes, 300}};
        struct error *error = converter_add_row(converter, &row, &out, &result);
        if (error == NULL)
            whole++, wrong += out.len != 2 + 3 * 304;
        else
            wrong += error->id != PGC_NO_MEMORY || out.len != 0 || out.failed ||
                     strstr(error->text, "the test's buffer") == NULL;
        error_free(error);
        buf_free(&out);
    }
    is_number(wrong, 0, "rows are whole or not there");
    ok(whole > 50 && whole < 300, "%zu were whole", whole);
}

static void is_shown(struct cell cell, struct source_type type, const struct charset *charset,
                     size_t max_chars, const char *want)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(4096, "test");
    convert_cell_print(&cell, &type, charset, max_chars, &text);
    is_text(buf_c_str(&text), want, "shown as %s", want);
}

static void test_print(void)
{
    struct source_type text = {.kind = SOURCE_VARCHAR}, blob = {.kind = SOURCE_BLOB};
    struct source_type decimal = {.kind = SOURCE_DECIMAL};
    struct source_type datetime = {.kind = SOURCE_DATETIME, .fraction = 3};

    is_shown((struct cell){.form = CELL_NULL}, text, NULL, 40, "NULL");
    is_shown(INT_CELL(INT64_MIN), text, NULL, 40, "-9223372036854775808");
    is_shown(UINT_CELL(UINT64_MAX), text, NULL, 40, "18446744073709551615");
    is_shown((struct cell){.form = CELL_FLOAT, .real = 0.1f}, text, NULL, 40, "0.1");
    is_shown((struct cell){.form = CELL_DOUBLE, .real_double = 1e15}, text, NULL, 40, "1e15");
    is_shown(TIME_CELL(0), datetime, NULL, 40, "0000-00-00 00:00:00.000");
    is_shown(BYTES_CELL("-1.50"), decimal, NULL, 40, "-1.50");
    is_shown(BYTES_CELL("a b"), text, &one_utf8, 40, "\"a b\"");
    is_shown(BYTES_CELL(""), text, &one_utf8, 40, "\"\"");
    is_shown(BYTES_CELL("abcdef"), text, &one_utf8, 3, "\"abc…\"");
    is_shown(BYTES_CELL("\xf0\x9f\x98\x80\xc3\xa9x"), text, &one_utf8, 3, "\"😀éx\"");
    is_shown(BYTES_CELL("\x1b[31m\n\"\\\xe2\x80\xae\xff"), text, &one_utf8, 40,
             "\"\\u{001B}[31m\\n\\\"\\\\\\u{202E}\\xff\"");
    is_shown(BYTES_CELL("\200\351\201"), text, one_latin1(), 40, "\"€é\\x81\"");
    is_shown(BYTES_CELL("\0\x01\xff"), blob, NULL, 40, "0x0001ff");
    is_shown(BYTES_CELL("\x01\x02\x03"), blob, NULL, 4, "0x0102…");
    is_shown((struct cell){.form = CELL_BYTES}, blob, NULL, 40, "0x");
}

int main(void)
{
    test_stream();
    test_full();
    test_print();
    return done_testing();
}
