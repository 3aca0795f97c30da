/* ON UPDATE CURRENT_TIMESTAMP as a trigger. */
#include "base/limits.h"
#include "sink/session_internal.h"

/*
 * MySQL sets such a column when the statement changes any other column of the row and does not
 * itself give a value for this one. The second half cannot be seen from a trigger: a value that
 * differs was given, one that is the same counts as not given.
 *
 * Rows are compared by their bytes (the *<> operators), as MySQL does it; that works for json too,
 * which has no equality. Generated columns are left out, because NEW has none of them yet before
 * the row is stored.
 */
static void add_row(struct buf *sql, const char *which, const struct target_table *table)
{
    bool generated = false;
    const char *separator = "";

    for (size_t i = 0; i < table->column_count; i++)
        generated = generated || table->columns[i].generated_sql.len > 0;
    if (!generated) {
        buf_add_c(sql, which);
        return;
    }
    buf_add_c(sql, "ROW(");
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].generated_sql.len > 0)
            continue;
        buf_add_format(sql, "%s%s.", separator, which);
        sink_quote_ident(sql, table->columns[i].name);
        separator = ", ";
    }
    buf_add_c(sql, ")::record"); /* two bare ROWs would be compared column by column */
}

/*
 * "Now" for a column: the statement's time, as MySQL's. Cut to the column's fraction, not rounded,
 * which would give a time that is still to come. Columns without a zone hold UTC, as the sessions
 * that copied them did.
 */
static void add_now(struct buf *sql, const struct target_type *type)
{
    static const char *const strides[] = {"1 second",      "100 milliseconds", "10 milliseconds",
                                          "1 millisecond", "100 microseconds", "10 microseconds"};
    bool zoned = type->kind == TARGET_TIMESTAMPTZ;
    bool timed = zoned || type->kind == TARGET_TIMESTAMP || type->kind == TARGET_TIME;
    size_t fraction = timed ? type->fraction : 0;
    const char *now = "pg_catalog.statement_timestamp()";

    if (fraction < COUNT_OF(strides))
        buf_add_format(sql, "pg_catalog.date_bin('%s', ", strides[fraction]);
    buf_add_c(sql, now);
    if (fraction < COUNT_OF(strides))
        buf_add_c(sql, ", '2000-01-01 00:00:00+00'::timestamptz)");
    if (!zoned)
        buf_add_c(sql, " AT TIME ZONE 'UTC'");
}

static void add_body(struct buf *sql, const struct target_table *table, const size_t *columns,
                     size_t column_count)
{
    buf_add_c(sql, "BEGIN\n    IF ");
    add_row(sql, "NEW", table);
    buf_add_c(sql, " OPERATOR(pg_catalog.*<>) ");
    add_row(sql, "OLD", table);
    buf_add_c(sql, " THEN\n");
    for (size_t i = 0; i < column_count; i++) {
        const struct target_column *column = &table->columns[columns[i]];

        buf_add_c(sql, "        IF ROW(NEW.");
        sink_quote_ident(sql, column->name);
        buf_add_c(sql, ")::record OPERATOR(pg_catalog.*=) ROW(OLD.");
        sink_quote_ident(sql, column->name);
        buf_add_c(sql, ")::record THEN\n            NEW.");
        sink_quote_ident(sql, column->name);
        buf_add_c(sql, " := ");
        add_now(sql, &column->type);
        buf_add_c(sql, ";\n        END IF;\n");
    }
    buf_add_c(sql, "    END IF;\n    RETURN NEW;\nEND\n");
}

void sink_ddl_on_update(struct buf *sql, const struct target_table *table, const size_t *columns,
                        size_t column_count, struct str trigger_name)
{
    struct buf body = BUF_INIT(LIMIT_SQL_TEXT, "body of a trigger");

    add_body(&body, table, columns, column_count);
    buf_add_c(sql, "CREATE FUNCTION ");
    sink_quote_name(sql, table->schema, trigger_name);
    buf_add_c(sql, "() RETURNS trigger LANGUAGE plpgsql AS ");
    sink_quote_literal(sql, buf_str(&body)); /* names may hold any $tag$ */
    buf_add_c(sql, ";\nCREATE TRIGGER ");
    sink_quote_ident(sql, trigger_name);
    buf_add_c(sql, " BEFORE UPDATE ON ");
    sink_quote_name(sql, table->schema, table->name);
    buf_add_c(sql, " FOR EACH ROW EXECUTE FUNCTION ");
    sink_quote_name(sql, table->schema, trigger_name);
    buf_add_c(sql, "();\n");
    if (body.failed)
        sql->failed = true;
    buf_free(&body);
}
