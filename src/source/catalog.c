/*
 * The catalog is read with one statement a kind of thing, not one a table: 2000 tables are common.
 */
#include "source/catalog_internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "source/source_sql.h"

struct error *catalog_rows(struct catalog_reading *reading, const char *statement,
                           struct session_rows *ret_rows)
{
    buf_reset(&reading->sql, 64 * KIB);
    source_sql_for_database(&reading->sql, statement, reading->database);
    TRY(buf_error(&reading->sql));
    return session_rows_open(reading->session, buf_str(&reading->sql), ret_rows);
}

struct source_table *catalog_reading_table(struct catalog_reading *reading, struct str name)
{
    return map_get(&reading->tables, name);
}

struct str catalog_word(struct catalog_reading *reading, struct str text)
{
    struct str *word = map_get(&reading->words, text);

    if (word != NULL)
        return *word;
    word = ARENA_NEW(reading->arena, struct str);
    *word = arena_str(reading->arena, text);
    (void)map_add(&reading->words, *word, word);
    return *word;
}

void *catalog_keep(struct catalog_reading *reading, const void *array, size_t count, size_t size)
{
    void *kept;

    if (array == NULL || count == 0)
        return NULL;
    kept = arena_alloc_array(reading->arena, count, size);
    memcpy(kept, array, count * size);
    return kept;
}

static uint64_t number_of(struct str cell)
{
    uint64_t number;

    return cell.ptr != NULL && str_to_u64(cell, &number) ? number : 0;
}

static int compare_tables(const void *a, const void *b)
{
    return str_compare(((const struct source_table *)a)->name,
                       ((const struct source_table *)b)->name);
}

/* A table that the server cannot open has no engine, and the reason as its comment. */
static struct error *check_readable(struct catalog_reading *reading, const struct str *cells)
{
    if (cells[2].ptr != NULL)
        return NULL;
    return error_with_object(error_new(PGC_SOURCE_UNSUPPORTED,
                                       "the server cannot open this table: " STR_FMT,
                                       STR_ARG(cells[9])),
                             STR_FMT "." STR_FMT, STR_ARG(reading->database), STR_ARG(cells[0]));
}

static void fill_table(struct catalog_reading *reading, const struct str *cells,
                       struct source_table *table)
{
    *table = (struct source_table){
        .name = arena_str(reading->arena, cells[0]),
        .engine = catalog_word(reading, cells[2]),
        .rows_estimate = number_of(cells[3]),
        .data_bytes = number_of(cells[4]),
        .index_bytes = number_of(cells[5]),
        .auto_increment = number_of(cells[6]),
        .collation = catalog_word(reading, cells[7]),
        .partitioned = str_search(cells[8], STR("partitioned")) <= cells[8].len,
        .system_versioned = str_equal_c(cells[1], "SYSTEM VERSIONED"),
        .comment = arena_str(reading->arena, cells[9]),
        .create_text = STR(""),
    };
}

struct error *catalog_read_tables(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct source_catalog *catalog = &reading->catalog;
    struct source_table *tables = NULL;
    size_t capacity = 0;
    bool more;

    TRY(catalog_rows(reading, sql_catalog_tables, &rows));
    for (;;) {
        struct str kind;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            break;
        kind = rows.cells[1];
        if (str_equal_c(kind, "VIEW")) {
            *ARENA_PUSH(reading->arena, reading->views, reading->view_count,
                        reading->view_capacity) = arena_str(reading->arena, rows.cells[0]);
        } else if (str_equal_c(kind, "SEQUENCE")) {
            *ARENA_PUSH(reading->arena, reading->sequences, reading->sequence_count,
                        reading->sequence_capacity) = arena_str(reading->arena, rows.cells[0]);
        } else if (str_equal_c(kind, "BASE TABLE") || str_equal_c(kind, "SYSTEM VERSIONED")) {
            TRY(check_readable(reading, rows.cells));
            fill_table(reading, rows.cells,
                       ARENA_PUSH(&reading->scratch, tables, catalog->table_count, capacity));
        }
    }
    catalog->tables = catalog_keep(reading, tables, catalog->table_count, sizeof *catalog->tables);
    arena_rewind(&reading->scratch);
    if (catalog->table_count > 0)
        qsort(catalog->tables, catalog->table_count, sizeof *catalog->tables, compare_tables);
    for (size_t i = 0; i < catalog->table_count; i++)
        (void)map_add(&reading->tables, catalog->tables[i].name, &catalog->tables[i]);
    return NULL;
}

/* Anything that a plan may list as not translated is shown with the server's own words. */
static bool wants_create_text(const struct source_table *table)
{
    if (table->partitioned || table->system_versioned || table->check_count > 0)
        return true;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct source_column *column = &table->columns[i];

        if (column->is_generated || column->type.kind == SOURCE_OTHER ||
            (column->has_default && column->default_is_expression &&
             !str_starts_with(column->default_text, STR("CURRENT_TIMESTAMP")) &&
             !str_starts_with(column->default_text, STR("current_timestamp"))))
            return true;
    }
    for (size_t i = 0; i < table->index_count; i++) {
        const struct source_index *index = &table->indexes[i];

        if (index->kind == INDEX_FULLTEXT || index->kind == INDEX_SPATIAL)
            return true;
        for (size_t k = 0; k < index->part_count; k++)
            if (index->parts[k].column < 0 || index->parts[k].prefix_length > 0)
                return true;
    }
    return false;
}

struct error *catalog_read_create_texts(struct catalog_reading *reading)
{
    for (size_t i = 0; i < reading->catalog.table_count; i++) {
        struct source_table *table = &reading->catalog.tables[i];
        CLEANUP(session_rows_done) struct session_rows rows = {0};
        bool more;

        if (!wants_create_text(table))
            continue;
        buf_reset(&reading->sql, 64 * KIB);
        buf_add_c(&reading->sql, "SHOW CREATE TABLE ");
        source_quote_table(&reading->sql, reading->database, table->name);
        TRY(buf_error(&reading->sql));
        TRY(session_rows_open(reading->session, buf_str(&reading->sql), &rows));
        TRY(session_rows_next(&rows, &more));
        if (more && rows.column_count >= 2)
            table->create_text = arena_str(reading->arena, rows.cells[1]);
    }
    return NULL;
}

static struct error *read_all(struct catalog_reading *reading)
{
    TRY_DOING(catalog_read_tables(reading), "read the list of tables");
    TRY_DOING(catalog_read_partitions(reading), "read the partitions");
    TRY_DOING(catalog_read_columns(reading), "read the columns");
    TRY_DOING(catalog_read_indexes(reading), "read the indexes");
    TRY_DOING(catalog_read_foreign_keys(reading), "read the foreign keys");
    TRY_DOING(catalog_read_checks(reading), "read the check constraints");
    TRY_DOING(catalog_read_objects(reading), "read views, routines, triggers and events");
    TRY_DOING(catalog_correct_defaults(reading), "read default values");
    TRY_DOING(catalog_correct_labels(reading), "read labels of ENUM and SET");
    TRY_DOING(catalog_read_create_texts(reading), "read definitions of tables");
    TRY_DOING(catalog_restore_expressions(reading), "read expressions");
    TRY_DOING(catalog_restore_partitions(reading), "read the partitions");
    return NULL;
}

struct error *source_read_catalog(struct source_session *session, struct str database,
                                  struct arena *arena, struct source_catalog *ret_catalog)
{
    struct catalog_reading reading = {
        .session = session,
        .database = arena_str(arena, database),
        .arena = arena,
        .scratch = ARENA_INIT(LIMIT_RUN_ARENA, "LIMIT_RUN_ARENA (reading the catalog)"),
        .sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT"),
    };
    struct error *error;

    TRY(session_set_results(session, RESULTS_TEXT));
    reading.catalog.database = reading.database;
    reading.catalog.flavor = session->flavor;
    map_init(&reading.tables, arena);
    map_init(&reading.words, arena);
    error = read_all(&reading);
    arena_free(&reading.scratch);
    buf_free(&reading.sql);
    if (error != NULL)
        return error_add_context(error, "read the catalog of " STR_FMT, STR_ARG(database));
    *ret_catalog = reading.catalog;
    return NULL;
}
