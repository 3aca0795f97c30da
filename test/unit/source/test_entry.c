/* Measuring what would stand in an index, as SQL. */
#include "source/entry.h"

#include "base/limits.h"
#include "tap.h"

static struct source_column columns[] = {
    {.name = {"id", 2}, .type = {.kind = SOURCE_INT}},
    {.name = {"a`\"", 3}, .type = {.kind = SOURCE_VARCHAR}},
    {.name = {"b", 1}, .type = {.kind = SOURCE_VARBINARY}},
};
static struct source_index_part id_part[] = {{.column = 0}};
static struct source_index primary = {.kind = INDEX_PRIMARY, .parts = id_part, .part_count = 1};
static struct source_table table = {.name = {"t`; --", 6},
                                    .columns = columns,
                                    .column_count = 3,
                                    .indexes = &primary,
                                    .index_count = 1};
static const struct source_entry_part whole[] = {{.column = 1}};
static const struct source_entry_part begun[] = {{.column = 1, .prefix_length = 7},
                                                 {.column = 2, .prefix_length = 9}};
static const struct source_entry items[] = {{whole, 1, 2692}, {begun, 2, 2685}};

static const struct source_entries entries = {{"db", 2}, &table, items, 2};

#define WHOLE "COALESCE(OCTET_LENGTH(CONVERT(c.`a``\"` USING utf8mb4)), 0)"
#define BEGUN                                                                 \
    "COALESCE(OCTET_LENGTH(CONVERT(LEFT(c.`a``\"`, 7) USING utf8mb4)), 0) + " \
    "COALESCE(OCTET_LENGTH(LEFT(c.`b`, 9)), 0)"

int main(void)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

    entry_add_counts(&sql, &entries);
    is_str(buf_str(&sql),
           STR("SELECT COUNT(CASE WHEN " WHOLE " > 2692 THEN 1 END), COALESCE(MAX(" WHOLE
               "), 0), COUNT(CASE WHEN " BEGUN " > 2685 THEN 1 END), COALESCE(MAX(" BEGUN
               "), 0) FROM `db`.`t``; --` c"),
           "all in one statement");
    buf_reset(&sql, KIB);
    entry_add_rows(&sql, &entries, &items[0], 5);
    is_str(buf_str(&sql),
           STR("SELECT CAST(c.`id` AS CHAR), " WHOLE " FROM `db`.`t``; --` c WHERE " WHOLE
               " > 2692 ORDER BY c.`id` LIMIT 5"),
           "rows by their key");
    table.index_count = 0;
    buf_reset(&sql, KIB);
    entry_add_rows(&sql, &entries, &items[0], 5);
    is_str(buf_str(&sql),
           STR("SELECT " WHOLE " FROM `db`.`t``; --` c WHERE " WHOLE " > 2692 LIMIT 5"),
           "without a key");
    buf_free(&sql);
    return done_testing();
}
