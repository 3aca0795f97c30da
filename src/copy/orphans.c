#include "copy/orphans.h"

#include "base/limits.h"

#define ORPHANS_SHOWN 5

/* FROM child c WHERE no column is NULL AND there is no such parent: MATCH SIMPLE, as PostgreSQL. */
static void add_condition(struct buf *sql, const struct planned_table *table,
                          const struct target_foreign_key *key)
{
    buf_add_c(sql, " FROM ");
    sink_quote_name(sql, table->target.schema, table->target.name);
    buf_add_c(sql, " c WHERE ");
    for (size_t i = 0; i < key->column_count; i++) {
        buf_add_c(sql, "c.");
        sink_quote_ident(sql, key->columns[i]);
        buf_add_c(sql, " IS NOT NULL AND ");
    }
    buf_add_c(sql, "NOT EXISTS (SELECT 1 FROM ");
    sink_quote_name(sql, key->parent_schema, key->parent_table);
    buf_add_c(sql, " p WHERE ");
    for (size_t i = 0; i < key->column_count; i++) {
        buf_add_c(sql, i > 0 ? " AND p." : "p.");
        sink_quote_ident(sql, key->parent_columns[i]);
        buf_add_c(sql, " OPERATOR(pg_catalog.=) c.");
        sink_quote_ident(sql, key->columns[i]);
    }
    buf_add_c(sql, ")");
}

static const struct target_index *find_primary(const struct planned_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].translated && table->indexes[i].target.kind == TARGET_INDEX_PRIMARY)
            return &table->indexes[i].target;
    }
    return NULL;
}

/* concat_ws(', ', 'id = ' || c.id, …): the primary key, and the columns that point nowhere. */
static void add_row_text(struct buf *sql, const struct planned_table *table,
                         const struct target_foreign_key *key)
{
    const struct target_index *primary = find_primary(table);
    buf_add_c(sql, "pg_catalog.concat_ws(', '");
    for (size_t i = 0; primary != NULL && i < primary->part_count; i++) {
        buf_add_c(sql, ", ");
        sink_quote_literal(sql, primary->parts[i].column);
        buf_add_c(sql, "::text || ' = ' || pg_catalog.left(c.");
        sink_quote_ident(sql, primary->parts[i].column);
        buf_add_c(sql, "::text, 100)");
    }
    for (size_t i = 0; i < key->column_count; i++) {
        buf_add_c(sql, ", ");
        sink_quote_literal(sql, key->columns[i]);
        buf_add_c(sql, "::text || ' -> ' || pg_catalog.left(c.");
        sink_quote_ident(sql, key->columns[i]);
        buf_add_c(sql, "::text, 100)");
    }
    buf_add_c(sql, ")");
}

static struct error *count_orphans(struct sink_session *session, const struct planned_table *table,
                                   const struct target_foreign_key *key, struct arena *arena,
                                   int64_t *ret_rows)
{
    struct sink_rows rows = {0};
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    buf_add_c(&sql, "SELECT pg_catalog.count(*)");
    add_condition(&sql, table, key);
    struct error *error = buf_error(&sql);
    if (error == NULL)
        error = sink_query(session, buf_c_str(&sql), 0, NULL, arena, &rows);
    buf_free(&sql);
    if (error != NULL)
        return error;
    if (rows.row_count != 1 || !str_to_i64(sink_cell(&rows, 0, 0), ret_rows))
        return error_new(PGC_INTERNAL, "a count gave no number");
    return NULL;
}

static struct error *list_orphans(struct sink_session *session, const struct planned_table *table,
                                  const struct target_foreign_key *key, struct arena *arena,
                                  struct str *ret_text)
{
    struct sink_rows rows = {0};
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    buf_add_c(&sql, "SELECT ");
    add_row_text(&sql, table, key);
    add_condition(&sql, table, key);
    buf_add_format(&sql, " ORDER BY 1 LIMIT %d", ORPHANS_SHOWN);
    struct error *error = buf_error(&sql);
    if (error == NULL)
        error = sink_query(session, buf_c_str(&sql), 0, NULL, arena, &rows);
    buf_free(&sql);
    if (error != NULL)
        return error;
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "orphans");
    for (size_t i = 0; i < rows.row_count; i++)
        buf_add_format(&text, "%s" STR_FMT, i > 0 ? "\n" : "", STR_ARG(sink_cell(&rows, i, 0)));
    *ret_text = arena_str(arena, buf_str(&text));
    error = buf_error(&text);
    buf_free(&text);
    return error;
}

struct error *orphans_describe(struct sink_session *session, const struct planned_table *table,
                               const struct planned_foreign_key *key, struct arena *arena,
                               struct finding *finding)
{
    const struct target_foreign_key *target = &key->target;
    struct buf fix = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    TRY(count_orphans(session, table, target, arena, &finding->rows));
    TRY(list_orphans(session, table, target, arena, &finding->detail));
    finding->text = arena_format(arena,
                                 "%lld rows of " STR_FMT " have no parent in " STR_FMT " (" STR_FMT
                                 "); they are data and were left in place",
                                 (long long)finding->rows, STR_ARG(table->target.name),
                                 STR_ARG(target->parent_table), STR_ARG(target->name));
    buf_add_c(&fix, "add the parents or remove the rows, then: ");
    sink_ddl_validate(&fix, &table->target, target->name);
    finding->fix = arena_str(arena, buf_str(&fix));
    struct error *error = buf_error(&fix);
    buf_free(&fix);
    return error;
}
