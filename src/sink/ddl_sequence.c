/* Sequences that belong to no table. */
#include <inttypes.h>

#include "base/limits.h"
#include "sink/sink.h"

/*
 * CACHE 1: MariaDB's cache is the server's, so that numbers come in order; PostgreSQL's would be
 * each session's own.
 */
void sink_ddl_create_sequence(struct buf *sql, const struct target_sequence *sequence)
{
    buf_add_c(sql, "CREATE SEQUENCE ");
    sink_quote_name(sql, sequence->schema, sequence->name);
    buf_add_format(sql,
                   " AS bigint INCREMENT BY %" PRId64 " MINVALUE %" PRId64 " MAXVALUE %" PRId64
                   " START WITH %" PRId64 " CACHE 1 %s;\n",
                   sequence->increment, sequence->least, sequence->most, sequence->start,
                   sequence->cycle ? "CYCLE" : "NO CYCLE");
}

void sink_ddl_set_sequence(struct buf *sql, const struct target_sequence *sequence, int64_t next)
{
    struct buf name = BUF_INIT(4 * KIB, "name of a sequence");
    bool rises = sequence->increment > 0;
    bool is_over = next < sequence->least || next > sequence->most;
    bool is_called = is_over && !sequence->cycle;

    if (is_over)
        next = rises == is_called ? sequence->most : sequence->least;
    sink_quote_name(&name, sequence->schema, sequence->name);
    buf_add_c(sql, "SELECT pg_catalog.setval(");
    sink_quote_literal(sql, buf_str(&name));
    buf_add_format(sql, "::regclass, %" PRId64 ", %s);\n", next, is_called ? "true" : "false");
    buf_free(&name);
}
