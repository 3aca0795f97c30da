#include "source/catalog_internal.h"

#include <stdlib.h>

#include "source/source_sql.h"
#include "source/type_text.h"

/* In the order of the statement that compose_indexes() writes. */
enum {
    I_TABLE,
    I_NAME,
    I_NON_UNIQUE,
    I_COLUMN,
    I_COLLATION,
    I_SUB_PART,
    I_TYPE,
    I_COMMENT,
    I_EXPRESSION,
    I_INVISIBLE,
};

static struct error *compose_indexes(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    const char *expression = "NULL", *invisible = "'NO'";
    bool more = true;

    TRY(catalog_rows(reading, sql_catalog_index_features, &rows));
    for (;;) {
        TRY(session_rows_next(&rows, &more));
        if (!more)
            break;
        if (str_equal_nocase(rows.cells[0], STR("EXPRESSION")))
            expression = "EXPRESSION";
        else if (str_equal_nocase(rows.cells[0], STR("IS_VISIBLE")))
            invisible = "IF(IS_VISIBLE = 'NO', 'YES', 'NO')";
        else if (str_equal_nocase(rows.cells[0], STR("IGNORED")))
            invisible = "IGNORED";
    }
    buf_reset(&reading->sql, 4096);
    buf_add_format(&reading->sql,
                   "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, COLLATION, SUB_PART, "
                   "INDEX_TYPE, INDEX_COMMENT, %s, %s FROM information_schema.STATISTICS "
                   "WHERE TABLE_SCHEMA = ",
                   expression, invisible);
    source_quote_text(&reading->sql, reading->database);
    buf_add_c(&reading->sql, " ORDER BY CAST(TABLE_NAME AS BINARY), CAST(INDEX_NAME AS BINARY), "
                             "SEQ_IN_INDEX");
    return buf_error(&reading->sql);
}

static enum index_kind kind_of(const struct str *cells)
{
    if (str_equal_c(cells[I_NAME], "PRIMARY"))
        return INDEX_PRIMARY;
    if (str_equal_c(cells[I_TYPE], "FULLTEXT"))
        return INDEX_FULLTEXT;
    if (str_equal_c(cells[I_TYPE], "SPATIAL") || str_equal_c(cells[I_TYPE], "RTREE"))
        return INDEX_SPATIAL;
    return str_equal_c(cells[I_NON_UNIQUE], "0") ? INDEX_UNIQUE : INDEX_PLAIN;
}

static struct source_index_part part_of(struct catalog_reading *reading,
                                        const struct source_table *table, const struct str *cells,
                                        enum index_kind kind)
{
    struct source_index_part part = {.column = -1, .expression = STR("")};
    uint64_t length;

    if (cells[I_COLUMN].ptr != NULL)
        part.column = catalog_find_column(table, cells[I_COLUMN]);
    else if (cells[I_EXPRESSION].ptr != NULL)
        part.expression =
            source_expression_text(reading->catalog.flavor, cells[I_EXPRESSION], reading->arena);
    /* A SPATIAL index says 32: the size of a rectangle, no prefix of the value. */
    if (kind != INDEX_FULLTEXT && kind != INDEX_SPATIAL && cells[I_SUB_PART].ptr != NULL &&
        str_to_u64(cells[I_SUB_PART], &length))
        part.prefix_length = (uint32_t)length;
    part.descending = str_equal_c(cells[I_COLLATION], "D");
    return part;
}

/* The primary key first, then by name, bytewise. */
static int compare_indexes(const void *a, const void *b)
{
    const struct source_index *left = a, *right = b;

    if ((left->kind == INDEX_PRIMARY) != (right->kind == INDEX_PRIMARY))
        return left->kind == INDEX_PRIMARY ? -1 : 1;
    return str_compare(left->name, right->name);
}

/* Growing arrays of the table and index that are being read. */
struct index_building {
    struct source_table *table;
    struct source_index *indexes;
    size_t index_count, index_capacity;
    struct source_index_part *parts;
    size_t part_count, part_capacity;
};

static void end_index(struct catalog_reading *reading, struct index_building *building)
{
    struct source_index *index;

    if (building->indexes == NULL || building->index_count == 0)
        return;
    index = &building->indexes[building->index_count - 1];
    index->parts =
        catalog_keep(reading, building->parts, building->part_count, sizeof *building->parts);
    index->part_count = building->part_count;
    building->part_count = 0;
}

static void end_table(struct catalog_reading *reading, struct index_building *building)
{
    struct source_table *table = building->table;

    end_index(reading, building);
    if (table != NULL && building->index_count > 0) {
        table->indexes = catalog_keep(reading, building->indexes, building->index_count,
                                      sizeof *building->indexes);
        table->index_count = building->index_count;
        qsort(table->indexes, table->index_count, sizeof *table->indexes, compare_indexes);
    }
    arena_rewind(&reading->scratch);
    *building = (struct index_building){0};
}

static void add_part(struct catalog_reading *reading, struct index_building *building,
                     const struct str *cells)
{
    struct source_index *index =
        building->index_count > 0 ? &building->indexes[building->index_count - 1] : NULL;

    if (index == NULL || !str_equal(index->name, cells[I_NAME])) {
        end_index(reading, building);
        index = ARENA_PUSH(&reading->scratch, building->indexes, building->index_count,
                           building->index_capacity);
        *index = (struct source_index){
            .name = arena_str(reading->arena, cells[I_NAME]),
            .kind = kind_of(cells),
            .invisible = str_equal_c(cells[I_INVISIBLE], "YES"),
            .comment = catalog_word(reading, cells[I_COMMENT]),
        };
    }
    *ARENA_PUSH(&reading->scratch, building->parts, building->part_count, building->part_capacity) =
        part_of(reading, building->table, cells, index->kind);
}

struct error *catalog_read_indexes(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct index_building building = {0};
    bool more;

    TRY(compose_indexes(reading));
    TRY(session_rows_open(reading->session, buf_str(&reading->sql), &rows));
    for (;;) {
        struct source_table *table = NULL;

        TRY(session_rows_next(&rows, &more));
        if (more)
            table = catalog_reading_table(reading, rows.cells[I_TABLE]);
        if (table != building.table)
            end_table(reading, &building);
        if (!more)
            break;
        building.table = table;
        if (table != NULL)
            add_part(reading, &building, rows.cells);
    }
    return NULL;
}

/* In the order of sql/catalog_foreign_keys.sql. */
enum {
    F_TABLE,
    F_NAME,
    F_COLUMN,
    F_PARENT_DATABASE,
    F_PARENT_TABLE,
    F_PARENT_COLUMN,
    F_ON_UPDATE,
    F_ON_DELETE,
};

/* Growing arrays, as above. */
struct key_building {
    struct source_table *table;
    struct source_foreign_key *keys;
    size_t key_count, key_capacity;
    int *columns;
    size_t column_count, column_capacity;
    struct str *parents;
    size_t parent_count, parent_capacity;
};

static void end_key(struct catalog_reading *reading, struct key_building *building)
{
    struct source_foreign_key *key;

    if (building->keys == NULL || building->key_count == 0)
        return;
    key = &building->keys[building->key_count - 1];
    key->column_count = building->column_count;
    key->columns = catalog_keep(reading, building->columns, building->column_count, sizeof(int));
    key->parent_columns =
        catalog_keep(reading, building->parents, building->parent_count, sizeof(struct str));
    building->column_count = building->parent_count = 0;
}

static void end_key_table(struct catalog_reading *reading, struct key_building *building)
{
    end_key(reading, building);
    if (building->table != NULL && building->key_count > 0) {
        building->table->foreign_keys =
            catalog_keep(reading, building->keys, building->key_count, sizeof *building->keys);
        building->table->foreign_key_count = building->key_count;
    }
    arena_rewind(&reading->scratch);
    *building = (struct key_building){0};
}

static struct error *add_key_part(struct catalog_reading *reading, struct key_building *building,
                                  const struct str *cells)
{
    struct source_foreign_key *key =
        building->key_count > 0 ? &building->keys[building->key_count - 1] : NULL;
    int column = catalog_find_column(building->table, cells[F_COLUMN]);

    if (column < 0)
        return error_new(PGC_SOURCE_CHANGED_DEFINITION,
                         "foreign key " STR_FMT " names a column that is not there",
                         STR_ARG(cells[F_NAME]));
    if (key == NULL || !str_equal(key->name, cells[F_NAME])) {
        end_key(reading, building);
        key = ARENA_PUSH(&reading->scratch, building->keys, building->key_count,
                         building->key_capacity);
        *key = (struct source_foreign_key){
            .name = arena_str(reading->arena, cells[F_NAME]),
            .parent_database = catalog_word(reading, cells[F_PARENT_DATABASE]),
            .parent_table = catalog_word(reading, cells[F_PARENT_TABLE]),
            .on_update = catalog_word(reading, cells[F_ON_UPDATE]),
            .on_delete = catalog_word(reading, cells[F_ON_DELETE]),
        };
    }
    *ARENA_PUSH(&reading->scratch, building->columns, building->column_count,
                building->column_capacity) = column;
    *ARENA_PUSH(&reading->scratch, building->parents, building->parent_count,
                building->parent_capacity) = catalog_word(reading, cells[F_PARENT_COLUMN]);
    return NULL;
}

struct error *catalog_read_foreign_keys(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct key_building building = {0};
    bool more;

    TRY(catalog_rows(reading, sql_catalog_foreign_keys, &rows));
    for (;;) {
        struct source_table *table = NULL;

        TRY(session_rows_next(&rows, &more));
        if (more)
            table = catalog_reading_table(reading, rows.cells[F_TABLE]);
        if (table != building.table)
            end_key_table(reading, &building);
        if (!more)
            break;
        building.table = table;
        if (table != NULL)
            TRY(add_key_part(reading, &building, rows.cells));
    }
    return NULL;
}
