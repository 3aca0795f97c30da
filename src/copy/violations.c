#include "copy/violations.h"

#include "base/limits.h"

#define ROWS_SHOWN 5

/* ---- which rows: PostgreSQL's own conditions, turned round ----------------------------------- */

/* citext's own equality, in the schema of its extension; else the usual one. */
static void add_equals(struct buf *sql, const struct target_table *table, struct str column)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct str type = table->columns[i].type.sql_name;
        if (!str_equal(table->columns[i].name, column) || !str_ends_with(type, STR(".citext")))
            continue;
        buf_add_c(sql, " OPERATOR(");
        buf_add_str(sql, str_slice(type, 0, type.len - strlen("citext")));
        buf_add_c(sql, "=) ");
        return;
    }
    buf_add_c(sql, " OPERATOR(pg_catalog.=) ");
}

/* No column is NULL, and there is no such parent: MATCH SIMPLE. */
static void add_orphans(struct buf *sql, const struct target_table *table,
                        const struct target_foreign_key *key)
{
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
        add_equals(sql, table, key->columns[i]);
        buf_add_c(sql, "c.");
        sink_quote_ident(sql, key->columns[i]);
    }
    buf_add_c(sql, ")");
}

/* A CHECK that is NULL holds. */
static void add_condition(struct buf *sql, const struct step *step)
{
    buf_add_c(sql, " FROM ");
    sink_quote_name(sql, step->table->target.schema, step->table->target.name);
    buf_add_c(sql, " c WHERE ");
    if (step->foreign_key != NULL) {
        add_orphans(sql, &step->table->target, step->foreign_key);
        return;
    }
    buf_add_char(sql, '(');
    buf_add_str(sql, step->check->expression_sql);
    buf_add_c(sql, ") IS FALSE");
}

/* ---- how a row is told ----------------------------------------------------------------------- */

static const struct target_index *find_primary(const struct planned_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].translated && table->indexes[i].target.kind == TARGET_INDEX_PRIMARY)
            return &table->indexes[i].target;
    }
    return NULL;
}

static void add_value(struct buf *sql, struct str column, const char *sign)
{
    buf_add_c(sql, ", ");
    sink_quote_literal(sql, column);
    buf_add_format(sql, "::text || ' %s ' || pg_catalog.left(c.", sign);
    sink_quote_ident(sql, column);
    buf_add_c(sql, "::text, 100)");
}

/* concat_ws(', ', 'id' || ' = ' || c.id, …): the key, and the columns that point nowhere. */
static void add_row_text(struct buf *sql, const struct step *step)
{
    const struct target_index *primary = find_primary(step->table);
    size_t pointers = step->foreign_key != NULL ? step->foreign_key->column_count : 0;

    buf_add_c(sql, "pg_catalog.concat_ws(', '");
    for (size_t i = 0; primary != NULL && i < primary->part_count; i++)
        add_value(sql, primary->parts[i].column, "=");
    for (size_t i = 0; i < pointers; i++)
        add_value(sql, step->foreign_key->columns[i], "->");
    /* Without any name of its own a row still has its place, until somebody updates it. */
    if (primary == NULL && pointers == 0)
        buf_add_c(sql, ", 'ctid = ' || c.ctid::text");
    buf_add_c(sql, ")");
}

/* ---- asking ---------------------------------------------------------------------------------- */

static struct error *ask(struct sink_session *session, struct buf *sql, struct arena *arena,
                         struct sink_rows *ret_rows)
{
    TRY(buf_error(sql));
    return sink_query(session, buf_c_str(sql), 0, NULL, arena, ret_rows);
}

static struct error *count_rows(struct sink_session *session, const struct step *step,
                                struct arena *arena, int64_t *ret_rows)
{
    struct sink_rows rows = {0};
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_c(&sql, "SELECT pg_catalog.count(*)");
    add_condition(&sql, step);
    TRY(ask(session, &sql, arena, &rows));
    if (rows.row_count != 1 || !str_to_i64(sink_cell(&rows, 0, 0), ret_rows))
        return error_new(PGC_INTERNAL, "a count gave no number");
    return NULL;
}

static struct error *list_rows(struct sink_session *session, const struct step *step,
                               struct arena *arena, struct str *ret_text)
{
    struct sink_rows rows = {0};
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "list of rows");

    buf_add_c(&sql, "SELECT ");
    add_row_text(&sql, step);
    add_condition(&sql, step);
    buf_add_format(&sql, " ORDER BY 1 LIMIT %d", ROWS_SHOWN);
    TRY(ask(session, &sql, arena, &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        buf_add_format(&text, "%s" STR_FMT, i > 0 ? "\n" : "", STR_ARG(sink_cell(&rows, i, 0)));
    *ret_text = arena_str(arena, buf_str(&text));
    return buf_error(&text);
}

struct str violations_text(const struct step *step, struct arena *arena, int64_t rows)
{
    const struct target_foreign_key *key = step->foreign_key;
    struct str table = step->table->target.name;
    bool one = rows == 1;

    if (key != NULL)
        return arena_format(arena,
                            "%lld row%s of " STR_FMT " %s no parent in " STR_FMT " (" STR_FMT
                            "); %s left in place",
                            (long long)rows, one ? "" : "s", STR_ARG(table), one ? "has" : "have",
                            STR_ARG(key->parent_table), STR_ARG(key->name),
                            one ? "it is data and was" : "they are data and were");
    return arena_format(
        arena, "%lld row%s of " STR_FMT " %s the CHECK " STR_FMT "; %s left in place",
        (long long)rows, one ? "" : "s", STR_ARG(table), one ? "breaks" : "break",
        STR_ARG(step->check->name), one ? "it is data and was" : "they are data and were");
}

static struct error *add_fix(const struct step *step, struct arena *arena, struct finding *finding)
{
    CLEANUP(buf_free) struct buf fix = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_c(&fix, step->foreign_key != NULL ? "add the parents or remove the rows, then: "
                                              : "correct or remove the rows, then: ");
    buf_add_str(&fix, str_trim(step->sql));
    finding->fix = arena_str(arena, buf_str(&fix));
    return buf_error(&fix);
}

struct error *violations_describe(struct sink_session *session, const struct step *step,
                                  struct arena *arena, struct finding *finding)
{
    finding->id = step->foreign_key != NULL ? PGC_ORPHANS : PGC_CHECK_VIOLATED;
    TRY(add_fix(step, arena, finding));
    struct error *error = count_rows(session, step, arena, &finding->rows);
    if (error == NULL)
        error = list_rows(session, step, arena, &finding->detail);
    if (error == NULL) {
        finding->text = violations_text(step, arena, finding->rows);
    } else if (step->check != NULL && error->kind == ERROR_KIND_TARGET) {
        /* VALIDATE ends at the first row; a later one can make the expression itself fail. */
        finding->rows = -1;
        finding->detail = arena_format(arena, "not all rows can be judged: %s", error->text);
        error_free(error);
        error = NULL;
    }
    return error;
}

/* ---- one row by its place -------------------------------------------------------------------- */

/* "Index row references tuple (12,3) in relation "t"": the first "(…,…)" of digits. */
static struct str place_in(struct str detail)
{
    for (size_t from = str_find(detail, '(', 0); from < detail.len;
         from = str_find(detail, '(', from + 1)) {
        struct str place = str_slice(detail, from, str_find(detail, ')', from) + 1);
        size_t commas = 0, others = 0;
        for (size_t i = 1; i + 1 < place.len; i++) {
            commas += place.ptr[i] == ',';
            others += place.ptr[i] != ',' && (place.ptr[i] < '0' || place.ptr[i] > '9');
        }
        if (commas == 1 && others == 0 && place.len > 4)
            return place;
    }
    return STR_NULL;
}

/* Between the first and the last quote: of a partition, where the table has any. */
static struct str relation_in(struct str detail)
{
    size_t from = str_find(detail, '"', 0), to = detail.len;

    while (to > from && detail.ptr[to - 1] != '"')
        to--;
    return to > from + 1 ? str_slice(detail, from + 1, to - 1) : STR_NULL;
}

struct error *violations_locate(struct sink_session *session, const struct step *step,
                                struct str detail, struct arena *arena, struct str *ret_row)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct str place = place_in(detail), relation = relation_in(detail);
    struct sink_rows rows = {0};

    *ret_row = STR_NULL;
    if (step->table == NULL || place.ptr == NULL || relation.ptr == NULL)
        return NULL;
    buf_add_c(&sql, "SELECT ");
    add_row_text(&sql, step);
    buf_add_c(&sql, " FROM ");
    sink_quote_name(&sql, step->table->target.schema, step->table->target.name);
    buf_add_c(&sql, " c WHERE c.ctid = ");
    sink_quote_literal(&sql, place);
    buf_add_c(&sql, "::tid AND c.tableoid IN (SELECT r.oid FROM pg_catalog.pg_class r"
                    " WHERE r.relname = ");
    sink_quote_literal(&sql, relation);
    buf_add_c(&sql, ")");
    TRY(ask(session, &sql, arena, &rows));
    if (rows.row_count == 1)
        *ret_row = sink_cell(&rows, 0, 0);
    return NULL;
}
