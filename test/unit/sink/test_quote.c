/* Names and texts of strangers, made SQL. */
#include "tap.h"

#include "base/limits.h"
#include "sink/sink.h"

static struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

static struct str ident(struct str name)
{
    buf_reset(&sql, LIMIT_SQL_TEXT);
    sink_quote_ident(&sql, name);
    return buf_str(&sql);
}

static struct str literal(struct str text)
{
    buf_reset(&sql, LIMIT_SQL_TEXT);
    sink_quote_literal(&sql, text);
    return buf_str(&sql);
}

static void test_full_buffer(void)
{
    struct buf small = BUF_INIT(8, "small");

    sink_quote_ident(&small, STR("123456789"));
    fails_with(buf_error(&small), PGC_NO_MEMORY, "a full buffer is told at the end");
    is_text(buf_c_str(&small), "", "and gives no half statement");
    buf_free(&small);
}

int main(void)
{
    is_str(ident(STR("plain")), STR("\"plain\""), "plain name");
    is_str(ident(STR("")), STR("\"\""), "empty name");
    is_str(ident(STR("a\"b")), STR("\"a\"\"b\""), "quote in a name is doubled");
    is_str(ident(STR("\"")), STR("\"\"\"\""), "a quote alone");
    is_str(ident(STR("a'b\\c\nd$$%s")), STR("\"a'b\\c\nd$$%s\""), "the rest stays as it is");
    is_str(ident(STR("\xe2\x80\xae x")), STR("\"\xe2\x80\xae x\""), "U+202E stays");
    is_str(ident(STR("a\0\"b")), STR("\"a\xef\xbf\xbd\"\"b\""), "a NUL does not end the statement");

    is_str(literal(STR("")), STR("''"), "empty text");
    is_str(literal(STR("it's")), STR("'it''s'"), "quote in a text is doubled");
    is_str(literal(STR("a\"b$$\n%s")), STR("'a\"b$$\n%s'"), "the rest stays as it is");
    is_str(literal(STR("\\'; DROP TABLE x; --")), STR(" E'\\\\''; DROP TABLE x; --'"),
           "with a backslash it means the same whatever standard_conforming_strings is");
    is_str(literal(STR("\\")), STR(" E'\\\\'"), "a backslash alone");
    is_str(literal(STR("a\0'")), STR("'a\xef\xbf\xbd'''"), "a NUL does not end the statement");
    is_str(literal(STR_NULL), STR("''"), "no text is the empty text");

    buf_reset(&sql, LIMIT_SQL_TEXT);
    sink_quote_name(&sql, STR("a.b"), STR("c\"d"));
    is_str(buf_str(&sql), STR("\"a.b\".\"c\"\"d\""), "dots stay inside their names");
    buf_free(&sql);
    test_full_buffer();
    return done_testing();
}
