#include "source/session_internal.h"

void source_quote_ident(struct buf *sql, struct str name)
{
    buf_add_char(sql, '`');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '`')
            buf_add_char(sql, '`');
        buf_add_char(sql, name.ptr[i]);
    }
    buf_add_char(sql, '`');
}

void source_quote_bytes(struct buf *sql, struct str bytes)
{
    buf_add_c(sql, "x'");
    buf_add_hex(sql, bytes);
    buf_add_char(sql, '\'');
}

void source_quote_text(struct buf *sql, struct str text)
{
    buf_add_c(sql, "_utf8mb4 ");
    source_quote_bytes(sql, text);
}

void source_quote_table(struct buf *sql, struct str database, struct str table)
{
    source_quote_ident(sql, database);
    buf_add_char(sql, '.');
    source_quote_ident(sql, table);
}

void source_sql_for_database(struct buf *sql, const char *statement, struct str database)
{
    static const struct str mark = {.ptr = "{database}", .len = 10};
    struct str rest = str_of(statement);

    for (;;) {
        size_t at = str_search(rest, mark);

        if (at > rest.len)
            break;
        buf_add_str(sql, str_slice(rest, 0, at));
        source_quote_text(sql, database);
        rest = str_slice(rest, at + mark.len, rest.len);
    }
    buf_add_str(sql, rest);
}
