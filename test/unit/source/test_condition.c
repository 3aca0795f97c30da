/* Conditions that pick out rows, as SQL. That the servers understand them as meant: 160-assess. */
#include "base/limits.h"
#include "source/select.h"
#include "tap.h"

static struct source_column columns[] = {
    {.name = {.ptr = "a", .len = 1}, .type = {.kind = SOURCE_BIGINT}},
    {.name = {.ptr = "`; DROP TABLE t --", .len = 18}, .type = {.kind = SOURCE_DATE}},
    {.name = {.ptr = "c%s", .len = 3}, .type = {.kind = SOURCE_VARBINARY}},
    {.name = {.ptr = "d", .len = 1}, .type = {.kind = SOURCE_DATETIME}},
    {.name = {.ptr = "e", .len = 1}, .type = {.kind = SOURCE_ENUM}},
    {.name = {.ptr = "t", .len = 1}, .type = {.kind = SOURCE_TIME}},
};
static const struct source_table table = {
    .name = {.ptr = "t", .len = 1}, .columns = columns, .column_count = COUNT_OF(columns)};
static struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "test");

#define CONDITIONS(...)                                                              \
    (buf_reset(&sql, KIB),                                                           \
     select_add_conditions(&sql, &table, ((struct source_condition[]){__VA_ARGS__}), \
                           sizeof((struct source_condition[]){__VA_ARGS__}) /        \
                               sizeof(struct source_condition)))

static void test_words(void)
{
    ok_call(CONDITIONS({CONDITION_OUTSIDE, 0, INT64_MIN, INT64_MAX}), "a range");
    is_str(buf_str(&sql), STR("((`a` < -9223372036854775808 OR `a` > 9223372036854775807))"),
           "… both ends");
    ok_call(CONDITIONS({CONDITION_OTHER_LENGTH, 2, 0, 16}, {CONDITION_LONGER, 2, 0, 5},
                       {CONDITION_NULL, 2, 0, 0}),
            "several");
    is_str(buf_str(&sql),
           STR("(OCTET_LENGTH(`c%s`) <> 16 OR OCTET_LENGTH(`c%s`) > 5 OR `c%s` IS NULL)"),
           "… any of which is enough, and a name with a percent sign is only a name");
    ok_call(CONDITIONS({CONDITION_NO_LABEL, 4, 0, 0}, {CONDITION_FINER, 3, 0, 1000},
                       {CONDITION_NOT_IN_DAY, 5, 0, 0}),
            "labels, fractions and times");
    is_str(buf_str(&sql),
           STR("(`e` + 0 = 0 OR MICROSECOND(`d`) % 1000 <> 0 OR (`t` < '00:00:00' OR "
               "`t` > '24:00:00'))"),
           "… in full");
    ok_call(CONDITIONS({CONDITION_ODD_DATE, 1, 0, 0}), "a date");
    ok(str_search(buf_str(&sql), STR("DAYOFMONTH(```; DROP TABLE t --`)")) < sql.len,
       "… of a hostile name");
    ok(str_search(buf_str(&sql), STR("(`; DROP")) > sql.len, "… quoted everywhere");
}

static void test_misfits(void)
{
    error_free(CONDITIONS({CONDITION_NULL, 0, 0, 0}));
    struct error *error = CONDITIONS({CONDITION_ODD_DATE, 0, 0, 0});
    ok(error != NULL && error->id == PGC_INTERNAL, "an integer is no date");
    error_free(error);
    error = CONDITIONS({CONDITION_OUTSIDE, 1, 0, 1});
    ok(error != NULL && error->id == PGC_INTERNAL, "a date is no integer");
    error_free(error);
    error = CONDITIONS({CONDITION_NO_LABEL, 3, 0, 0});
    ok(error != NULL && error->id == PGC_INTERNAL, "a time has no labels");
    error_free(error);
}

int main(void)
{
    test_words();
    test_misfits();
    buf_free(&sql);
    return done_testing();
}
