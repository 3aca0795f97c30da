/*
 * Rows of one chunk through a prepared statement, streamed: the server sends binary values (a FLOAT
 * keeps its bits), and memory holds one row.
 *
 * Short values land in fixed buffers that are bound once; what does not fit one is fetched apart
 * into a buffer that is as large as this row needs, and given back after it.
 */
#include "source/session_internal.h"

#include <errmsg.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "source/reference.h"
#include "source/select.h"

/* All fixed buffers of a cursor together: a table may have 4096 columns. */
#define INLINE_TOTAL (1 * MIB)
#define INLINE_LEAST 64
/* A buffer for long values above this is given back when a row does not need it. */
#define LONG_KEPT (1 * MIB)

struct cursor_column {
    const struct source_column *source;
    enum cell_form form;
    char *buffer; /* of CELL_BYTES, within the cursor's inline block */
    union {
        long long integer;
        float real;
        double real_double;
        MYSQL_TIME time;
    };
    unsigned long length;
    my_bool is_null;
    my_bool truncated;
};

struct source_cursor {
    struct source_session *session;
    MYSQL_STMT *statement;
    const struct source_table *table;
    struct str database;
    size_t column_count; /* of which the last are lookups */
    size_t lookup_count;
    struct cursor_column *columns;
    MYSQL_BIND *binds;
    struct cell *cells;
    char *inline_block;
    size_t inline_size; /* of one column */
    char *long_values;
    size_t long_capacity;
    struct row row;
    bool at_end;
};

static enum cell_form form_of(const struct source_type *type)
{
    switch (type->kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
        return type->is_unsigned ? CELL_UINT : CELL_INT;
    case SOURCE_YEAR:
        return CELL_INT;
    case SOURCE_FLOAT:
        return CELL_FLOAT;
    case SOURCE_DOUBLE:
        return CELL_DOUBLE;
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
    case SOURCE_TIME:
        return CELL_TIME;
    case SOURCE_DECIMAL:
    case SOURCE_BIT:
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
    case SOURCE_TEXT:
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
    case SOURCE_ENUM:
    case SOURCE_SET:
    case SOURCE_JSON:
    case SOURCE_GEOMETRY:
    case SOURCE_VECTOR:
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
    case SOURCE_OTHER:
        break;
    }
    return CELL_BYTES;
}

/* What the protocol announces must be what the catalog promised, or values would be converted. */
static bool type_fits(enum cell_form form, enum enum_field_types type)
{
    switch ((int)type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        return form == CELL_INT || form == CELL_UINT;
    case MYSQL_TYPE_FLOAT:
        return form == CELL_FLOAT;
    case MYSQL_TYPE_DOUBLE:
        return form == CELL_DOUBLE;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIME:
        return form == CELL_TIME;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_BIT:
    case MYSQL_TYPE_ENUM:
    case MYSQL_TYPE_SET:
    case MYSQL_TYPE_JSON:
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_GEOMETRY:
        return form == CELL_BYTES;
    default:
        return false;
    }
}

static struct error *name_table(const struct source_cursor *cursor, struct error *error)
{
    if (error->object != NULL)
        return error;
    return error_with_object(error, STR_FMT "." STR_FMT, STR_ARG(cursor->database),
                             STR_ARG(cursor->table->name));
}

static struct error *name_column(const struct source_cursor *cursor,
                                 const struct source_column *column, struct error *error)
{
    return error_with_object(error, STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(cursor->database),
                             STR_ARG(cursor->table->name), STR_ARG(column->name));
}

static struct error *cursor_error(struct source_cursor *cursor)
{
    MYSQL *mysql = cursor->session->mysql;
    unsigned number = mysql_stmt_errno(cursor->statement);
    const char *message = mysql_stmt_error(cursor->statement);
    const char *sqlstate = mysql_stmt_sqlstate(cursor->statement);

    /* What the server says amid the rows libmariadb leaves with the connection alone. */
    if (number == 0 && mysql_errno(mysql) != 0) {
        number = mysql_errno(mysql);
        message = mysql_error(mysql);
        sqlstate = mysql_sqlstate(mysql);
    }
    if ((number == 0 || number == CR_SERVER_LOST) && session_hit_packet_limit(cursor->session))
        number = CR_NET_PACKET_TOO_LARGE;
    struct error *error = source_line_error(mysql, number, message, sqlstate);

    /* A table or column that was there when the catalog was read. */
    if (number == 1146 || number == 1054 || number == 1176) {
        error_free(error);
        error = error_new(PGC_SOURCE_CHANGED_DEFINITION,
                          "the table or one of its columns or keys is gone (error %u)", number);
    }
    return name_table(cursor, error);
}

static bool is_vector(const struct source_column *column)
{
    return column->type.kind == SOURCE_VECTOR;
}

static struct error *add_where(const struct source_read *read, const struct chunk *chunk,
                               struct buf *sql)
{
    size_t start = sql->len;

    if (chunk != NULL)
        TRY(select_add_range(sql, read->table, read->key, &chunk->lower, &chunk->upper));
    if (read->condition_count == 0)
        return NULL;
    buf_add_c(sql, sql->len > start ? " AND " : " WHERE ");
    return select_add_conditions(sql, read->table, read->conditions, read->condition_count);
}

static void add_lookups(const struct source_read *read, struct buf *sql)
{
    CLEANUP(buf_free) struct buf child = BUF_INIT(LIMIT_SQL_TEXT, "name of a table");

    source_quote_table(&child, read->database, read->table->name);
    for (size_t i = 0; i < read->lookup_count; i++) {
        buf_add_c(sql, ", ");
        reference_add_lookup(sql, &read->lookups[i], buf_c_str(&child), 1);
    }
}

static struct error *compose(struct source_cursor *cursor, const struct source_read *read,
                             const struct chunk *chunk, struct buf *sql)
{
    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; i < read->column_count; i++) {
        const struct source_column *column = &cursor->table->columns[read->columns[i]];

        if (i > 0)
            buf_add_c(sql, ", ");
        /* libmariadb has no way to read a VECTOR; its bytes it can. */
        if (is_vector(column))
            buf_add_c(sql, "CAST(");
        source_quote_ident(sql, column->name);
        if (is_vector(column))
            buf_add_c(sql, " AS BINARY)");
    }
    /* Where all columns are generated the rows are still to be counted. */
    if (read->column_count == 0)
        buf_add_c(sql, "NULL");
    add_lookups(read, sql);
    buf_add_c(sql, " FROM ");
    source_quote_table(sql, cursor->database, cursor->table->name);
    select_add_index(sql, cursor->table, read->key);
    TRY(add_where(read, chunk, sql));
    select_add_order(sql, cursor->table, read->key, read->key.column_count);
    return buf_error(sql);
}

static size_t inline_size(size_t column_count)
{
    size_t share = INLINE_TOTAL / (column_count > 0 ? column_count : 1);

    if (share > LIMIT_CELL_BUFFER)
        return LIMIT_CELL_BUFFER;
    return share < INLINE_LEAST ? INLINE_LEAST : share;
}

/* The type's own maximum where it is smaller; CHAR(36) needs no 16 KiB. */
static size_t buffer_size(const struct source_cursor *cursor, const struct source_column *column)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): allocate() did not fail */
    uint64_t most = column->type.max_bytes;

    if (most == 0 || most > cursor->inline_size)
        return cursor->inline_size;
    return (size_t)most < INLINE_LEAST ? INLINE_LEAST : (size_t)most;
}

static struct error *allocate(struct source_cursor *cursor, const struct source_read *read)
{
    size_t count = cursor->column_count, total = 0;

    cursor->columns = calloc(count + 1, sizeof *cursor->columns);
    cursor->binds = calloc(count + 1, sizeof *cursor->binds);
    cursor->cells = calloc(count + 1, sizeof *cursor->cells);
    if (cursor->columns == NULL || cursor->binds == NULL || cursor->cells == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a cursor of %zu columns", count);
    cursor->inline_size = inline_size(count);
    for (size_t i = 0; i < count; i++) {
        cursor->columns[i].source = i < read->column_count
                                        ? &cursor->table->columns[read->columns[i]]
                                        : reference_column(&read->lookups[i - read->column_count]);
        cursor->columns[i].form = form_of(&cursor->columns[i].source->type);
        if (cursor->columns[i].form == CELL_BYTES)
            total += buffer_size(cursor, cursor->columns[i].source);
    }
    cursor->inline_block = malloc(total + 1);
    if (cursor->inline_block == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a row of %zu columns", count);
    return NULL;
}

static void bind_column(struct source_cursor *cursor, size_t i, size_t *offset)
{
    struct cursor_column *column = &cursor->columns[i];
    MYSQL_BIND *bind = &cursor->binds[i];

    bind->length = &column->length;
    bind->is_null = &column->is_null;
    bind->error = &column->truncated;
    switch (column->form) {
    case CELL_INT:
    case CELL_UINT:
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->integer;
        bind->is_unsigned = column->form == CELL_UINT;
        break;
    case CELL_FLOAT:
        bind->buffer_type = MYSQL_TYPE_FLOAT;
        bind->buffer = &column->real;
        break;
    case CELL_DOUBLE:
        bind->buffer_type = MYSQL_TYPE_DOUBLE;
        bind->buffer = &column->real_double;
        break;
    case CELL_TIME:
        bind->buffer_type =
            column->source->type.kind == SOURCE_TIME ? MYSQL_TYPE_TIME : MYSQL_TYPE_DATETIME;
        bind->buffer = &column->time;
        break;
    case CELL_NULL:
    case CELL_BYTES:
        bind->buffer_type = MYSQL_TYPE_BLOB;
        column->buffer = cursor->inline_block + *offset;
        bind->buffer = column->buffer;
        bind->buffer_length = buffer_size(cursor, column->source);
        *offset += bind->buffer_length;
        break;
    }
}

static struct error *check_types(struct source_cursor *cursor)
{
    MYSQL_RES *metadata = mysql_stmt_result_metadata(cursor->statement);
    struct error *error = NULL;

    if (metadata == NULL)
        return cursor_error(cursor);
    if (mysql_num_fields(metadata) != (cursor->column_count > 0 ? cursor->column_count : 1))
        error = error_new(PGC_INTERNAL, "a cursor got another number of columns than it asked for");
    for (size_t i = 0; i < cursor->column_count && error == NULL; i++) {
        enum enum_field_types type = mysql_fetch_field_direct(metadata, (unsigned)i)->type;

        if (!type_fits(cursor->columns[i].form, type))
            error = name_column(
                cursor, cursor->columns[i].source,
                error_new(PGC_SOURCE_CHANGED_DEFINITION,
                          "the column's type is not what the catalog said (protocol type %d)",
                          (int)type));
    }
    mysql_free_result(metadata);
    return error;
}

static struct error *start(struct source_cursor *cursor, const struct buf *sql)
{
    size_t offset = 0;

    cursor->statement = mysql_stmt_init(cursor->session->mysql);
    if (cursor->statement == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a statement");
    if (mysql_stmt_prepare(cursor->statement, sql->ptr, sql->len) != 0)
        return cursor_error(cursor);
    TRY(check_types(cursor));
    for (size_t i = 0; i < cursor->column_count; i++)
        bind_column(cursor, i, &offset);
    if (mysql_stmt_execute(cursor->statement) != 0)
        return cursor_error(cursor);
    cursor->session->streaming = true;
    if (mysql_stmt_bind_result(cursor->statement, cursor->binds) != 0)
        return cursor_error(cursor);
    return NULL;
}

static struct error *open_cursor(struct source_cursor *cursor, const struct source_read *read,
                                 const struct chunk *chunk)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");

    TRY(allocate(cursor, read));
    TRY(compose(cursor, read, chunk, &sql));
    return start(cursor, &sql);
}

struct error *source_cursor_open(struct source_session *session, const struct source_read *read,
                                 const struct chunk *chunk, struct source_cursor **ret_cursor)
{
    struct source_cursor *cursor;
    struct error *error;

    if (session->streaming)
        return error_new(PGC_INTERNAL, "two cursors on one session");
    TRY(session_set_results(session, RESULTS_RAW));
    cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a cursor");
    cursor->session = session;
    cursor->table = read->table;
    cursor->database = read->database;
    cursor->column_count = read->column_count + read->lookup_count;
    cursor->lookup_count = read->lookup_count;
    error = open_cursor(cursor, read, chunk);
    if (error != NULL) {
        source_cursor_close(cursor);
        return error;
    }
    *ret_cursor = cursor;
    return NULL;
}

/* Room for all long values of this row; exactly that, since it may be a gigabyte. */
static struct error *reserve_long(struct source_cursor *cursor, size_t needed)
{
    if (needed <= cursor->long_capacity &&
        (cursor->long_capacity <= LONG_KEPT || needed > cursor->long_capacity / 4))
        return NULL;
    free(cursor->long_values);
    cursor->long_values = NULL;
    cursor->long_capacity = 0;
    if (needed == 0)
        return NULL;
    cursor->long_values = malloc(needed);
    if (cursor->long_values == NULL)
        return name_table(cursor,
                          error_new(PGC_NO_MEMORY, "no memory for a row of %zu bytes", needed));
    cursor->long_capacity = needed;
    return NULL;
}

static struct error *too_long(struct source_cursor *cursor, const struct cursor_column *column)
{
    return name_column(
        cursor, column->source,
        error_new(PGC_VALUE_TOO_BIG,
                  "a value of %lu bytes is more than PostgreSQL holds in one field (LIMIT_FIELD)",
                  column->length));
}

/* The sum of the lengths of values that did not fit their buffers. */
static struct error *measure_long(struct source_cursor *cursor, size_t *ret_needed)
{
    size_t needed = 0;

    for (size_t i = 0; i < cursor->column_count; i++) {
        struct cursor_column *column = &cursor->columns[i];

        if (column->form != CELL_BYTES || column->is_null ||
            column->length <= cursor->binds[i].buffer_length)
            continue;
        if (column->length > LIMIT_FIELD || needed + column->length > LIMIT_ROW)
            return too_long(cursor, column);
        needed += column->length;
    }
    *ret_needed = needed;
    return NULL;
}

/* So that what is shown of the row stays within its buffers. */
static void cut_long(struct source_cursor *cursor)
{
    for (size_t i = 0; i < cursor->column_count; i++) {
        struct cell *cell = &cursor->cells[i];

        if (cell->form == CELL_BYTES && cell->bytes.len > cursor->binds[i].buffer_length)
            cell->bytes.len = cursor->binds[i].buffer_length;
    }
}

static struct error *fetch_long(struct source_cursor *cursor)
{
    size_t needed = 0, offset = 0;

    TRY(measure_long(cursor, &needed));
    TRY(reserve_long(cursor, needed));
    if (needed == 0)
        return NULL;
    for (size_t i = 0; i < cursor->column_count; i++) {
        struct cursor_column *column = &cursor->columns[i];
        MYSQL_BIND bind = cursor->binds[i];
        unsigned long length = 0;
        my_bool is_null = 0, truncated = 0;

        if (column->form != CELL_BYTES || column->is_null ||
            column->length <= cursor->binds[i].buffer_length)
            continue;
        bind.buffer = cursor->long_values + offset;
        bind.buffer_length = column->length;
        bind.length = &length;
        bind.is_null = &is_null;
        bind.error = &truncated;
        if (mysql_stmt_fetch_column(cursor->statement, &bind, (unsigned)i, 0) != 0)
            return cursor_error(cursor);
        if (length != column->length)
            return error_new(PGC_INTERNAL, "a long value arrived cut short");
        cursor->cells[i].bytes.ptr = cursor->long_values + offset;
        offset += column->length;
    }
    return NULL;
}

static struct cell_time time_of(const MYSQL_TIME *time, bool is_interval)
{
    return (struct cell_time){
        .year = (uint16_t)time->year,
        .month = (uint8_t)time->month,
        .day = is_interval ? 0 : (uint8_t)time->day,
        .hour = time->hour + (is_interval ? time->day * 24 : 0),
        .minute = (uint8_t)time->minute,
        .second = (uint8_t)time->second,
        .microsecond = (uint32_t)time->second_part,
        .negative = time->neg != 0,
    };
}

static void fill_cell(const struct cursor_column *column, struct cell *cell)
{
    cell->form = column->is_null ? CELL_NULL : column->form;
    switch (cell->form) {
    case CELL_NULL:
        break;
    case CELL_INT:
        cell->integer = column->integer;
        break;
    case CELL_UINT:
        cell->natural = (uint64_t)column->integer;
        break;
    case CELL_FLOAT:
        cell->real = column->real;
        break;
    case CELL_DOUBLE:
        cell->real_double = column->real_double;
        break;
    case CELL_TIME:
        cell->time = time_of(&column->time, column->source->type.kind == SOURCE_TIME);
        break;
    case CELL_BYTES:
        cell->bytes = (struct str){.ptr = column->buffer, .len = column->length};
        break;
    }
}

static struct error *check_truncation(struct source_cursor *cursor)
{
    for (size_t i = 0; i < cursor->column_count; i++) {
        const struct cursor_column *column = &cursor->columns[i];

        if (column->form != CELL_BYTES && !column->is_null && column->truncated)
            return error_with_object(
                error_new(PGC_INTERNAL, "a number or time was cut when it was fetched"),
                STR_FMT "." STR_FMT, STR_ARG(cursor->table->name), STR_ARG(column->source->name));
    }
    return NULL;
}

struct error *source_next_row(struct source_cursor *cursor, const struct row **ret_row)
{
    int result;

    if (cursor->at_end) {
        *ret_row = NULL;
        return NULL;
    }
    result = mysql_stmt_fetch(cursor->statement);
    if (result == MYSQL_NO_DATA) {
        cursor->at_end = true;
        cursor->session->streaming = false;
        *ret_row = NULL;
        return session_release_tables(cursor->session);
    }
    if (result != 0 && result != MYSQL_DATA_TRUNCATED) {
        /* An error of the server ends the result; after any other the line is dead. */
        cursor->at_end = true;
        cursor->session->streaming = false;
        return cursor_error(cursor);
    }
    cursor->row.size_bytes = 0;
    for (size_t i = 0; i < cursor->column_count; i++) {
        fill_cell(&cursor->columns[i], &cursor->cells[i]);
        if (cursor->cells[i].form == CELL_BYTES)
            cursor->row.size_bytes += cursor->cells[i].bytes.len;
    }
    cursor->row.cells = cursor->cells;
    cursor->row.cell_count = cursor->column_count - cursor->lookup_count;
    *ret_row = &cursor->row;
    if (result == MYSQL_DATA_TRUNCATED) {
        TRY(check_truncation(cursor));
        struct error *error = fetch_long(cursor);
        if (error != NULL)
            cut_long(cursor);
        return error;
    }
    if (cursor->long_capacity > LONG_KEPT)
        TRY(reserve_long(cursor, 0));
    return NULL;
}

void source_cursor_close(struct source_cursor *cursor)
{
    if (cursor == NULL)
        return;
    /* The library would read the rest of the rows first, hours of them: cut the line instead. */
    if (cursor->session->streaming && !cursor->at_end)
        source_interrupt(cursor->session);
    if (cursor->statement != NULL)
        mysql_stmt_close(cursor->statement);
    cursor->session->streaming = false;
    free(cursor->columns);
    free(cursor->binds);
    free(cursor->cells);
    free(cursor->inline_block);
    free(cursor->long_values);
    free(cursor);
}

void source_cursor_closep(struct source_cursor **cursor)
{
    source_cursor_close(*cursor);
}
