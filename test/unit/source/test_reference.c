/* Following foreign keys, as SQL. */
#include "source/reference.h"

#include "base/limits.h"
#include "tap.h"

static struct source_column child_columns[] = {
    {.name = {"id", 2}, .type = {.kind = SOURCE_INT}},
    {.name = {"a`\"", 3}, .type = {.kind = SOURCE_VARCHAR}},
    {.name = {"n", 1}, .type = {.kind = SOURCE_BINARY}},
};
static struct source_column parent_columns[] = {
    {.name = {"p", 1}, .type = {.kind = SOURCE_VARCHAR}},
    {.name = {"q", 1}, .type = {.kind = SOURCE_BINARY}},
};
static struct source_index_part id_part[] = {{.column = 0}};
static struct source_index primary = {.kind = INDEX_PRIMARY, .parts = id_part, .part_count = 1};
static const struct source_table child = {.name = {"c`; --", 6},
                                          .columns = child_columns,
                                          .column_count = 3,
                                          .indexes = &primary,
                                          .index_count = 1};
static const struct source_table parent = {
    .name = {"p", 1}, .columns = parent_columns, .column_count = 2};
static int key_columns[] = {1, 2};
static struct str key_parents[] = {{"p", 1}, {"q", 1}};
static struct source_foreign_key key = {
    .columns = key_columns, .column_count = 1, .parent_columns = key_parents};
static enum reference_match matches[] = {MATCH_BYTES, MATCH_VALUE};
static struct source_reference reference = {
    .database = {"db", 2}, .child = &child, .parent = &parent, .key = &key, .matches = matches};
static struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

static struct str count_sql(enum reference_match match, size_t columns)
{
    matches[0] = match;
    key.column_count = columns;
    buf_reset(&sql, KIB);
    reference_add_count(&sql, &reference);
    return buf_str(&sql);
}

static void set_collations(const char *child_collation, const char *parent_collation)
{
    child_columns[1].type.charset = STR("utf8mb4");
    parent_columns[0].type.charset = STR("utf8mb4");
    child_columns[1].type.collation = str_of(child_collation);
    parent_columns[0].type.collation = str_of(parent_collation);
}

static void test_count(void)
{
    set_collations("utf8mb4_bin", "utf8mb4_bin");
    is_str(count_sql(MATCH_VALUE, 1),
           STR("SELECT COUNT(*), COALESCE(SUM(NOT (p.`p` IS NULL)), 0) FROM `db`.`c``; --` c "
               "LEFT JOIN `db`.`p` p ON p.`p` = c.`a``\"` WHERE c.`a``\"` IS NOT NULL AND "
               "(p.`p` IS NULL)"),
           "values");
    is_str(count_sql(MATCH_BYTES, 1),
           STR("SELECT COUNT(*), COALESCE(SUM(NOT (p.`p` IS NULL)), 0) FROM `db`.`c``; --` c "
               "LEFT JOIN `db`.`p` p ON p.`p` = c.`a``\"` WHERE c.`a``\"` IS NOT NULL AND "
               "(p.`p` IS NULL OR NOT (CAST(p.`p` AS BINARY) = CAST(c.`a``\"` AS BINARY)))"),
           "bytes, the parent found by its index");
    is_str(count_sql(MATCH_VALUE, 2),
           STR("SELECT COUNT(*), COALESCE(SUM(NOT (p.`p` IS NULL)), 0) FROM `db`.`c``; --` c "
               "LEFT JOIN `db`.`p` p ON p.`p` = c.`a``\"` AND p.`q` = c.`n` "
               "WHERE c.`a``\"` IS NOT NULL AND c.`n` IS NOT NULL AND (p.`p` IS NULL)"),
           "two columns, of which a NULL refers to nothing");
    struct str text = count_sql(MATCH_FOLDED, 1);
    ok(str_search(text, STR("CAST(LOWER(CONVERT(p.`p` USING utf8mb4)) AS BINARY) = ")) < text.len,
       "folded");
    text = count_sql(MATCH_NEAR, 1);
    ok(str_search(text, STR("CHAR_LENGTH(p.`p`) - CHAR_LENGTH(TRIM(TRAILING ' ' FROM p.`p`)) = ")) <
           text.len,
       "spaces at the end alone");
}

static void test_unlike(void)
{
    set_collations("utf8mb4_general_ci", "latin1_swedish_ci");
    parent_columns[0].type.charset = STR("latin1");
    struct str text = count_sql(MATCH_BYTES, 1);
    ok(str_search(text, STR("p.`p` = CONVERT(c.`a``\"` USING latin1) COLLATE latin1_swedish_ci")) <
           text.len,
       "unlike collations: the parent's");
    ok(str_search(text, STR("CAST(CONVERT(p.`p` USING utf8mb4) AS BINARY)")) < text.len,
       "unlike character sets meet in one");
    set_collations("utf8mb4_general_ci", "x'; DROP");
    text = count_sql(MATCH_BYTES, 1);
    ok(str_search(text, STR("DROP")) > text.len, "what is no name of a collation stays out");
}

static void test_rows(void)
{
    set_collations("utf8mb4_0900_ai_ci", "utf8mb4_0900_ai_ci");
    matches[0] = MATCH_BYTES;
    key.column_count = 2;
    buf_reset(&sql, KIB);
    reference_add_rows(&sql, &reference, true, 5);
    is_str(buf_str(&sql),
           STR("SELECT CAST(c.`id` AS CHAR), "
               "CONCAT('\"', LEFT(CONVERT(c.`a``\"` USING utf8mb4), 100), '\"'), "
               "CONCAT('\"', LEFT(CONVERT(p.`p` USING utf8mb4), 100), '\"'), "
               "CONCAT('0x', LEFT(HEX(c.`n`), 100)), CONCAT('0x', LEFT(HEX(p.`q`), 100)) "
               "FROM `db`.`c``; --` c LEFT JOIN `db`.`p` p ON p.`p` = c.`a``\"` AND p.`q` = c.`n` "
               "WHERE c.`a``\"` IS NOT NULL AND c.`n` IS NOT NULL AND "
               "NOT (CAST(p.`p` AS BINARY) = CAST(c.`a``\"` AS BINARY)) LIMIT 5"),
           "with the parent's spelling");
}

/* ---- lookups --------------------------------------------------------------------------------- */

static struct str lookup_sql(const struct source_lookup *lookup)
{
    buf_reset(&sql, KIB);
    reference_add_lookup(&sql, lookup, "`db`.`c`", 1);
    return buf_str(&sql);
}

static void test_lookups(void)
{
    static int own_columns[] = {0};
    static struct str own_parents[] = {{"p", 1}};
    static struct source_foreign_key own = {
        .columns = own_columns, .column_count = 1, .parent_columns = own_parents};
    static enum reference_match own_matches[] = {MATCH_BYTES};
    struct source_reference higher = {.database = {"db", 2},
                                      .child = &parent,
                                      .parent = &parent,
                                      .key = &own,
                                      .matches = own_matches};
    struct source_taken above = {.from = {.reference = &higher}};
    struct source_lookup lookup = {.reference = &reference};

    set_collations("utf8mb4_bin", "utf8mb4_bin");
    matches[0] = MATCH_BYTES;
    key.column_count = 1;
    is_str(lookup_sql(&lookup),
           STR("(SELECT `pgconverge parent 1`.`p` FROM `db`.`p` `pgconverge parent 1` "
               "WHERE `pgconverge parent 1`.`p` = `db`.`c`.`a``\"` LIMIT 1)"),
           "the parent's value");
    lookup.above = &above;
    above.respelt = true;
    is_str(lookup_sql(&lookup),
           STR("(SELECT COALESCE((SELECT `pgconverge parent 2`.`p` FROM `db`.`p` "
               "`pgconverge parent 2` WHERE `pgconverge parent 2`.`p` = "
               "`pgconverge parent 1`.`p` LIMIT 1), `pgconverge parent 1`.`p`) "
               "FROM `db`.`p` `pgconverge parent 1` "
               "WHERE `pgconverge parent 1`.`p` = `db`.`c`.`a``\"` LIMIT 1)"),
           "or what the parent takes from its own");
    above.null_without = true;
    struct str text = lookup_sql(&lookup);
    ok(str_starts_with(text, STR("(SELECT CASE WHEN `pgconverge parent 1`.`p` IS NULL THEN "
                                 "`pgconverge parent 1`.`p` ELSE (SELECT ")),
       "which may be NULL");
    above.respelt = false;
    text = lookup_sql(&lookup);
    ok(str_search(text, STR(" IS NOT NULL THEN `pgconverge parent 1`.`p` END")) < text.len,
       "its own spelling, where there is one above");
    lookup.above = NULL;
    matches[0] = MATCH_FOLDED;
    text = lookup_sql(&lookup);
    ok(str_starts_with(text, STR("(SELECT CASE WHEN CAST(LOWER(")) &&
           str_search(text, STR(" THEN `db`.`c`.`a``\"` ELSE `pgconverge parent 1`.`p` END")) <
               text.len,
       "what is equal there keeps its spelling");
    parent_columns[0].type.charset = STR("latin1");
    text = lookup_sql(&lookup);
    parent_columns[0].type.charset = STR("utf8mb4");
    ok(str_search(text, STR("USING utf8mb4) FROM")) > text.len ||
           child_columns[1].type.kind == SOURCE_VARCHAR,
       "in the child's character set");
}

int main(void)
{
    test_count();
    test_unlike();
    test_rows();
    test_lookups();
    return done_testing();
}
