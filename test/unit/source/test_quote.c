/* Names and texts on their way into SQL. */
#include "source/session_internal.h"

#include "base/limits.h"
#include "tap.h"

static struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

static void check_ident(struct str name, const char *want)
{
    buf_reset(&sql, KIB);
    source_quote_ident(&sql, name);
    is_str(buf_str(&sql), str_of(want), "%s", want);
}

int main(void)
{
    struct buf name = BUF_INIT(4096, "test");

    check_ident(STR("plain"), "`plain`");
    check_ident(STR("we`ird"), "`we``ird`");
    check_ident(STR("`"), "````");
    check_ident(STR("a\\`b\"c'd\n;--"), "`a\\``b\"c'd\n;--`");
    check_ident(STR(""), "``");
    for (int i = 0; i < 64; i++)
        buf_add_c(&name, "😀");
    buf_reset(&sql, KIB);
    source_quote_ident(&sql, buf_str(&name));
    is_number(sql.len, 258, "64 characters of four bytes");

    buf_reset(&sql, KIB);
    source_quote_text(&sql, (struct str){.ptr = "a'\\\0b", .len = 5});
    is_str(buf_str(&sql), STR("_utf8mb4 x'61275c0062'"), "a text is digits alone");
    buf_reset(&sql, KIB);
    source_quote_table(&sql, STR("d`b"), STR("t"));
    is_str(buf_str(&sql), STR("`d``b`.`t`"), "a table");
    buf_reset(&sql, KIB);
    source_sql_for_database(&sql, "A = {database} AND B = {database}", STR("x"));
    is_str(buf_str(&sql), STR("A = _utf8mb4 x'78' AND B = _utf8mb4 x'78'"), "a statement");
    buf_reset(&sql, KIB);
    source_sql_for_database(&sql, "A = {database}", STR("{database}"));
    is_str(buf_str(&sql), STR("A = _utf8mb4 x'7b64617461626173657d'"),
           "a database of that very name");
    buf_free(&sql);
    buf_free(&name);
    return done_testing();
}
