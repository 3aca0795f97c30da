#include "source/catalog_internal.h"

#include "base/limits.h"
#include "source/source_sql.h"
#include "source/type_text.h"

/* In the order of sql/catalog_columns.sql. */
enum {
    TABLE_NAME,
    COLUMN_NAME,
    COLUMN_DEFAULT,
    IS_NULLABLE,
    OCTET_LENGTH,
    CHARSET_NAME,
    COLLATION_NAME,
    COLUMN_TYPE,
    EXTRA,
    COMMENT,
    GENERATION,
};

static void fill_column(struct catalog_reading *reading, const struct str *cells,
                        struct source_column *column)
{
    struct source_type *type = &column->type;
    enum source_flavor flavor = reading->catalog.flavor;

    *column = (struct source_column){.name = arena_str(reading->arena, cells[COLUMN_NAME])};
    source_type_parse(catalog_word(reading, cells[COLUMN_TYPE]), reading->arena, type);
    if (cells[CHARSET_NAME].ptr != NULL && type->kind != SOURCE_JSON) {
        type->charset = catalog_word(reading, cells[CHARSET_NAME]);
        type->collation = catalog_word(reading, cells[COLLATION_NAME]);
    }
    if (type->kind == SOURCE_JSON) {
        type->charset = STR("utf8mb4");
        type->collation = STR("utf8mb4_bin");
    }
    if (cells[OCTET_LENGTH].ptr == NULL || !str_to_u64(cells[OCTET_LENGTH], &type->max_bytes))
        type->max_bytes =
            type->kind == SOURCE_JSON || type->kind == SOURCE_GEOMETRY ? UINT32_MAX : 0;
    column->nullable = str_equal_c(cells[IS_NULLABLE], "YES");
    column->comment = arena_str(reading->arena, cells[COMMENT]);
    source_extra_parse(cells[EXTRA], column);
    column->generation = STR("");
    if (column->is_generated)
        column->generation = source_expression_text(
            flavor, cells[GENERATION].ptr != NULL ? cells[GENERATION] : STR(""), reading->arena);
    source_default_parse(flavor, cells[COLUMN_DEFAULT], cells[EXTRA], reading->arena, column);
}

struct error *catalog_read_columns(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct source_column *columns = NULL;
    struct source_table *current = NULL;
    size_t count = 0, capacity = 0;
    bool more;

    TRY(catalog_rows(reading, sql_catalog_columns, &rows));
    for (;;) {
        struct source_table *table = NULL;

        TRY(session_rows_next(&rows, &more));
        if (more)
            table = catalog_reading_table(reading, rows.cells[TABLE_NAME]);
        if (current != NULL && table != current) {
            current->columns = catalog_keep(reading, columns, count, sizeof *columns);
            current->column_count = count;
            arena_rewind(&reading->scratch);
            columns = NULL;
            count = capacity = 0;
        }
        current = table;
        if (!more)
            break;
        if (table != NULL)
            fill_column(reading, rows.cells,
                        ARENA_PUSH(&reading->scratch, columns, count, capacity));
    }
    return NULL;
}

/*
 * Defaults of binary columns (MySQL stops at a NUL, MariaDB writes '?'), characters beyond three
 * bytes of UTF-8 and the digits of a FLOAT behind the sixth are not in information_schema.
 * DEFAULT() gives the value itself.
 */
static bool wants_correction(const struct source_column *column)
{
    if (!column->has_default || column->default_is_expression)
        return false;
    return column->type.kind == SOURCE_BINARY || column->type.kind == SOURCE_VARBINARY ||
           column->type.kind == SOURCE_FLOAT ||
           source_text_is_lossy(column->default_text, column->type.charset);
}

static bool is_binary(const struct source_column *column)
{
    return column->type.kind == SOURCE_BINARY || column->type.kind == SOURCE_VARBINARY;
}

/* Where a default is read from: a column's DEFAULT() wants a row, be it one of NULLs. */
enum default_place {
    DEFAULT_OF_ROW,      /* any row of the table */
    DEFAULT_OF_NO_MATCH, /* an empty table: joined to a row; for columns that may be NULL */
    DEFAULT_OF_NO_ROWS,  /* an empty table: the one row of an aggregate; MySQL alone */
    DEFAULT_PLACES,
};

static void compose_default(struct catalog_reading *reading, const struct source_table *table,
                            const struct source_column *column, enum default_place place)
{
    struct buf *sql = &reading->sql;
    bool is_float = column->type.kind == SOURCE_FLOAT;

    buf_reset(sql, 64 * KIB);
    buf_add_c(sql, "SELECT ");
    buf_add_c(sql, is_binary(column) ? "CONCAT('0x', HEX(" : "CONVERT((");
    buf_add_c(sql, place == DEFAULT_OF_NO_ROWS ? "ANY_VALUE(DEFAULT(t." : "(DEFAULT(t.");
    source_quote_ident(sql, column->name);
    /* A FLOAT is shown with all its digits as a DOUBLE. */
    buf_add_c(sql, is_float ? ") + 0e0)" : "))");
    buf_add_c(sql, is_binary(column) ? "))" : ") USING utf8mb4)");
    buf_add_c(sql, place == DEFAULT_OF_NO_ROWS ? ", COUNT(*) FROM " : " FROM ");
    if (place == DEFAULT_OF_NO_MATCH)
        buf_add_c(sql, "(SELECT 1 AS one) AS o LEFT JOIN ");
    source_quote_table(sql, reading->database, table->name);
    buf_add_c(sql, place == DEFAULT_OF_NO_MATCH ? " AS t ON FALSE"
                   : place == DEFAULT_OF_ROW    ? " AS t LIMIT 1"
                                                : " AS t");
}

static struct error *correct_default(struct catalog_reading *reading,
                                     const struct source_table *table, struct source_column *column,
                                     enum default_place place, bool *ret_done)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    compose_default(reading, table, column, place);
    TRY(buf_error(&reading->sql));
    TRY(session_rows_open(reading->session, buf_str(&reading->sql), &rows));
    TRY(session_rows_next(&rows, &more));
    *ret_done = more && rows.cells[0].ptr != NULL;
    if (*ret_done)
        column->default_text = arena_str(reading->arena, rows.cells[0]);
    return NULL;
}

/* Hexadecimal digits of what the catalog shows, when the server would not tell. */
static struct error *hex_default(struct catalog_reading *reading, struct source_column *column)
{
    CLEANUP(buf_free) struct buf hex = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");

    if (str_starts_with(column->default_text, STR("0x")))
        return NULL;
    buf_add_c(&hex, "0x");
    buf_add_hex(&hex, column->default_text);
    TRY(buf_error(&hex));
    column->default_text = arena_str(reading->arena, buf_str(&hex));
    return NULL;
}

struct error *catalog_correct_defaults(struct catalog_reading *reading)
{
    for (size_t i = 0; i < reading->catalog.table_count; i++) {
        struct source_table *table = &reading->catalog.tables[i];

        for (size_t k = 0; k < table->column_count; k++) {
            struct source_column *column = &table->columns[k];
            bool done = false;

            if (!wants_correction(column))
                continue;
            for (enum default_place place = 0; place < DEFAULT_PLACES && !done; place++)
                if (place != DEFAULT_OF_NO_ROWS || reading->catalog.flavor == FLAVOR_MYSQL)
                    TRY(correct_default(reading, table, column, place, &done));
            if (!done && is_binary(column))
                TRY(hex_default(reading, column));
        }
    }
    return NULL;
}
