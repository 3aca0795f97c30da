#include "base/limits.h"
#include "source/catalog_internal.h"
#include "source/source_sql.h"

/* In the order of sql/catalog_partitions.sql. */
enum {
    TABLE_NAME,
    PARTITION_NAME,
    SUBPARTITION_NAME,
    METHOD,
    SUB_METHOD,
    EXPRESSION,
    SUB_EXPRESSION,
    DESCRIPTION,
    COMMENT,
};

/* Growing arrays of the table and partition that are being read. */
struct partition_building {
    struct source_table *table;
    struct source_partition *parts;
    size_t part_count, part_capacity;
    struct source_partition *subparts;
    size_t subpart_count, subpart_capacity;
};

static void end_partition(struct catalog_reading *reading, struct partition_building *building)
{
    struct source_partition *part;

    if (building->part_count == 0)
        return;
    part = &building->parts[building->part_count - 1];
    part->parts = catalog_keep(reading, building->subparts, building->subpart_count,
                               sizeof *building->subparts);
    part->part_count = building->subpart_count;
    building->subpart_count = 0;
}

static void end_table(struct catalog_reading *reading, struct partition_building *building)
{
    end_partition(reading, building);
    if (building->table != NULL) {
        building->table->partitioning.parts =
            catalog_keep(reading, building->parts, building->part_count, sizeof *building->parts);
        building->table->partitioning.part_count = building->part_count;
    }
    arena_rewind(&reading->scratch);
    *building = (struct partition_building){0};
}

static struct str text_of(struct str cell)
{
    return cell.ptr != NULL ? cell : STR("");
}

static void add_partition(struct catalog_reading *reading, struct partition_building *building,
                          const struct str *cells)
{
    end_partition(reading, building);
    *ARENA_PUSH(&reading->scratch, building->parts, building->part_count, building->part_capacity) =
        (struct source_partition){
            .name = arena_str(reading->arena, cells[PARTITION_NAME]),
            .description = catalog_word(reading, text_of(cells[DESCRIPTION])),
            .comment = catalog_word(reading, text_of(cells[COMMENT])),
        };
}

static void add_row(struct catalog_reading *reading, struct partition_building *building,
                    const struct str *cells)
{
    struct source_partitioning *whole = &building->table->partitioning;

    building->table->partitioned = true;
    if (building->part_count == 0)
        *whole = (struct source_partitioning){
            .method = catalog_word(reading, text_of(cells[METHOD])),
            .expression = catalog_word(reading, text_of(cells[EXPRESSION])),
            .sub_method = catalog_word(reading, text_of(cells[SUB_METHOD])),
            .sub_expression = catalog_word(reading, text_of(cells[SUB_EXPRESSION])),
        };
    if (building->part_count == 0 ||
        !str_equal(building->parts[building->part_count - 1].name, cells[PARTITION_NAME]))
        add_partition(reading, building, cells);
    if (cells[SUBPARTITION_NAME].ptr != NULL)
        *ARENA_PUSH(&reading->scratch, building->subparts, building->subpart_count,
                    building->subpart_capacity) = (struct source_partition){
            .name = arena_str(reading->arena, cells[SUBPARTITION_NAME]),
            .description = STR(""),
            .comment = catalog_word(reading, text_of(cells[COMMENT])),
        };
}

static bool any_is_partitioned(const struct source_catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++)
        if (catalog->tables[i].partitioned)
            return true;
    return false;
}

struct error *catalog_read_partitions(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct partition_building building = {0};
    bool more;

    /*
     * MariaDB opens every table for this question. MySQL answers from its dictionary, and says
     * "partitioned" of no table that is so by KEY () without columns.
     */
    if (reading->catalog.flavor == FLAVOR_MARIADB && !any_is_partitioned(&reading->catalog))
        return NULL;
    TRY(catalog_rows(reading, sql_catalog_partitions, &rows));
    for (;;) {
        struct source_table *table = NULL;

        TRY(session_rows_next(&rows, &more));
        if (more)
            table = catalog_reading_table(reading, rows.cells[TABLE_NAME]);
        if (table != building.table)
            end_table(reading, &building);
        if (!more)
            break;
        building.table = table;
        if (table != NULL)
            add_row(reading, &building, rows.cells);
    }
    return NULL;
}

/* "PARTITION `p` DEFAULT" in the text of the table. */
static struct error *is_default(struct catalog_reading *reading, const struct source_table *table,
                                struct str name, bool *ret_is)
{
    buf_reset(&reading->sql, 64 * KIB);
    buf_add_c(&reading->sql, "PARTITION ");
    source_quote_ident(&reading->sql, name);
    buf_add_c(&reading->sql, " DEFAULT");
    TRY(buf_error(&reading->sql));
    *ret_is = str_search(table->create_text, buf_str(&reading->sql)) < table->create_text.len;
    return NULL;
}

struct error *catalog_restore_partitions(struct catalog_reading *reading)
{
    if (reading->catalog.flavor != FLAVOR_MARIADB)
        return NULL;
    for (size_t i = 0; i < reading->catalog.table_count; i++) {
        struct source_table *table = &reading->catalog.tables[i];
        bool is_list = str_starts_with(table->partitioning.method, STR("LIST"));

        for (size_t k = 0; is_list && k < table->partitioning.part_count; k++) {
            struct source_partition *part = &table->partitioning.parts[k];
            bool is_the_default;

            TRY(is_default(reading, table, part->name, &is_the_default));
            if (is_the_default)
                part->description = STR("DEFAULT");
        }
    }
    return NULL;
}
