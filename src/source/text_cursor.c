/*
 * Rows as text: the other way of reading a table, for those who must not trust the first one
 * (cursor.c). No prepared statement, no binary values; the server prints each value and libmariadb
 * hands the bytes over as they came.
 */
#include "source/reference.h"
#include "source/session_internal.h"

#include <stdlib.h>

#include "base/limits.h"

struct source_text_cursor {
    struct source_session *session;
    MYSQL_RES *result;
    struct str database;
    const struct source_table *table;
    struct str *cells;
    size_t column_count;
    bool at_end;
};

static struct error *name_table(const struct source_text_cursor *cursor, struct error *error)
{
    if (error->object != NULL)
        return error;
    return error_with_object(error, STR_FMT "." STR_FMT, STR_ARG(cursor->database),
                             STR_ARG(cursor->table->name));
}

static struct error *text_cursor_error(const struct source_text_cursor *cursor)
{
    unsigned number = mysql_errno(cursor->session->mysql);
    struct error *error = session_error(cursor->session);

    /* A table or column that was there when the catalog was read. */
    if (number == 1146 || number == 1054) {
        error_free(error);
        error = error_new(PGC_SOURCE_CHANGED_DEFINITION,
                          "the table or one of its columns is gone (error %u)", number);
    }
    return name_table(cursor, error);
}

/* FLOAT is printed with six digits and DOUBLE(M,D) rounded; the cast prints what is stored. */
static void add_column(struct buf *sql, const struct source_column *column)
{
    switch ((int)column->type.kind) {
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
        buf_add_c(sql, "CAST(");
        source_quote_ident(sql, column->name);
        buf_add_c(sql, " AS DOUBLE)");
        break;
    case SOURCE_VECTOR:
        buf_add_c(sql, "CAST(");
        source_quote_ident(sql, column->name);
        buf_add_c(sql, " AS BINARY)");
        break;
    default:
        source_quote_ident(sql, column->name);
        break;
    }
}

static void add_bound(struct buf *sql, const struct source_text_read *read, const char *operator,
                      int64_t value)
{
    source_quote_ident(sql, read->table->columns[read->range_column].name);
    if (read->table->columns[read->range_column].type.is_unsigned)
        buf_add_format(sql, " %s %llu", operator,(unsigned long long) value);
    else
        buf_add_format(sql, " %s %lld", operator,(long long) value);
}

static struct error *compose(const struct source_text_read *read, struct buf *sql)
{
    CLEANUP(buf_free) struct buf own = BUF_INIT(LIMIT_SQL_TEXT, "name of a table");

    source_quote_table(&own, read->database, read->table->name);
    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; i < read->column_count; i++) {
        buf_add_c(sql, i > 0 ? ", " : "");
        if (read->taken != NULL && read->taken[i] != NULL)
            reference_add_taken(sql, read->taken[i], buf_c_str(&own), 1);
        else
            add_column(sql, &read->table->columns[read->columns[i]]);
    }
    buf_add_c(sql, read->column_count == 0 ? "NULL FROM " : " FROM ");
    source_quote_table(sql, read->database, read->table->name);
    if (read->has_lower || read->has_upper)
        buf_add_c(sql, " WHERE ");
    if (read->has_lower)
        add_bound(sql, read, ">", read->lower);
    if (read->has_lower && read->has_upper)
        buf_add_c(sql, " AND ");
    if (read->has_upper)
        add_bound(sql, read, "<=", read->upper);
    return buf_error(sql);
}

static struct error *start(struct source_text_cursor *cursor, const struct source_text_read *read)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    MYSQL *mysql = cursor->session->mysql;

    cursor->cells = calloc(read->column_count + 1, sizeof *cursor->cells);
    if (cursor->cells == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for %zu columns", read->column_count);
    TRY(compose(read, &sql));
    if (mysql_real_query(mysql, sql.ptr, sql.len) != 0)
        return text_cursor_error(cursor);
    cursor->result = mysql_use_result(mysql);
    if (cursor->result == NULL)
        return text_cursor_error(cursor);
    cursor->session->streaming = true;
    if (mysql_num_fields(cursor->result) != (read->column_count > 0 ? read->column_count : 1))
        return error_new(PGC_INTERNAL, "a cursor got another number of columns than it asked for");
    return NULL;
}

struct error *source_text_open(struct source_session *session, const struct source_text_read *read,
                               struct source_text_cursor **ret_cursor)
{
    struct source_text_cursor *cursor;
    struct error *error;

    if (session->streaming)
        return error_new(PGC_INTERNAL, "two cursors on one session");
    TRY(session_set_results(session, RESULTS_RAW));
    cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a cursor");
    cursor->session = session;
    cursor->database = read->database;
    cursor->table = read->table;
    cursor->column_count = read->column_count;
    error = start(cursor, read);
    if (error != NULL) {
        source_text_close(cursor);
        return error;
    }
    *ret_cursor = cursor;
    return NULL;
}

struct error *source_text_next(struct source_text_cursor *cursor, const struct str **ret_cells)
{
    MYSQL_ROW row = cursor->at_end ? NULL : mysql_fetch_row(cursor->result);
    const unsigned long *lengths;

    if (row == NULL) {
        bool was_open = !cursor->at_end;

        *ret_cells = NULL;
        cursor->at_end = true;
        cursor->session->streaming = false;
        if (!was_open)
            return NULL;
        if (mysql_errno(cursor->session->mysql) != 0)
            return text_cursor_error(cursor);
        return session_release_tables(cursor->session);
    }
    lengths = mysql_fetch_lengths(cursor->result);
    for (size_t i = 0; i < cursor->column_count; i++)
        cursor->cells[i] = (struct str){.ptr = row[i], .len = row[i] != NULL ? lengths[i] : 0};
    *ret_cells = cursor->cells;
    return NULL;
}

void source_text_close(struct source_text_cursor *cursor)
{
    if (cursor == NULL)
        return;
    /* The library would read the rest of the rows first, hours of them: cut the line instead. */
    if (cursor->session->streaming && !cursor->at_end)
        source_interrupt(cursor->session);
    if (cursor->result != NULL)
        mysql_free_result(cursor->result);
    cursor->session->streaming = false;
    free(cursor->cells);
    free(cursor);
}

void source_text_closep(struct source_text_cursor **cursor)
{
    source_text_close(*cursor);
}

static bool read_limit(const struct source_column *column, struct str text, int64_t *ret_value)
{
    uint64_t natural = 0;
    bool good;

    if (!column->type.is_unsigned)
        return str_to_i64(text, ret_value);
    good = str_to_u64(text, &natural);
    *ret_value = (int64_t)natural;
    return good;
}

struct error *source_read_limits(struct source_session *session, struct str database,
                                 const struct source_table *table, int column,
                                 struct source_limits *ret_limits)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(64 * KIB, "limits of a key");
    const struct source_column *of = &table->columns[column];
    struct source_text_rows rows = {0};

    buf_add_c(&sql, "SELECT MIN(");
    source_quote_ident(&sql, of->name);
    buf_add_c(&sql, "), MAX(");
    source_quote_ident(&sql, of->name);
    buf_add_c(&sql, ") FROM ");
    source_quote_table(&sql, database, table->name);
    TRY(buf_error(&sql));
    TRY(session_set_results(session, RESULTS_TEXT));
    TRY(session_query(session, &arena, buf_str(&sql), &rows));
    TRY(session_release_tables(session));
    *ret_limits = (struct source_limits){0};
    if (rows.row_count != 1 || text_cell(&rows, 0, 0).ptr == NULL)
        return NULL;
    ret_limits->some = read_limit(of, text_cell(&rows, 0, 0), &ret_limits->low) &&
                       read_limit(of, text_cell(&rows, 0, 1), &ret_limits->high);
    return NULL;
}
