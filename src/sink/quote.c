/* The one place where names and texts of strangers become SQL. */
#include "sink/session_internal.h"

/*
 * SQL text ends at a NUL, so one inside a name would cut the statement short. It becomes U+FFFD:
 * PostgreSQL can hold no NUL in any name or text, and plan/ says which object had one.
 */
static void add_byte(struct buf *sql, char byte, char quote, bool double_backslash)
{
    if (byte == '\0') {
        buf_add_c(sql, "\xef\xbf\xbd");
        return;
    }
    if (byte == quote || (byte == '\\' && double_backslash))
        buf_add_char(sql, byte);
    buf_add_char(sql, byte);
}

void sink_quote_ident(struct buf *sql, struct str name)
{
    buf_add_char(sql, '"');
    for (size_t i = 0; i < name.len; i++)
        add_byte(sql, name.ptr[i], '"', false);
    buf_add_char(sql, '"');
}

/*
 * Our sessions have standard_conforming_strings on, but the DDL is also printed, and may be run by
 * hand in a session that has not: with a backslash inside, E'…' means the same in both.
 */
void sink_quote_literal(struct buf *sql, struct str text)
{
    bool backslash = text.len > 0 && memchr(text.ptr, '\\', text.len) != NULL;

    buf_add_c(sql, backslash ? " E'" : "'");
    for (size_t i = 0; i < text.len; i++)
        add_byte(sql, text.ptr[i], '\'', backslash);
    buf_add_char(sql, '\'');
}

void sink_quote_name(struct buf *sql, struct str schema, struct str name)
{
    sink_quote_ident(sql, schema);
    buf_add_char(sql, '.');
    sink_quote_ident(sql, name);
}
