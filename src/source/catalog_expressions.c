/*
 * MariaDB's information_schema shows expressions in three-byte UTF-8: each of the four bytes of a
 * longer character as '?'. SHOW CREATE TABLE has them as they were written.
 */
#include "source/catalog_internal.h"

#include "base/limits.h"
#include "source/type_text.h"

#define LOST "????"
#define LOST_SIZE 4

/* Whether `text` at `at` says what is shown, with any character of four bytes for LOST. */
static bool says(struct str text, size_t at, struct str shown)
{
    if (text.len - at < shown.len)
        return false;
    for (size_t i = 0; i < shown.len; i++) {
        if ((unsigned char)text.ptr[at + i] >= 0xf0 &&
            str_starts_with(str_slice(shown, i, shown.len), STR(LOST)))
            i += LOST_SIZE - 1;
        else if (text.ptr[at + i] != shown.ptr[i])
            return false;
    }
    return true;
}

struct str source_expression_restore(struct str shown, struct str create_text, struct str anchor)
{
    size_t at = str_search(create_text, anchor);

    if (at >= create_text.len)
        return STR_NULL;
    for (at += anchor.len; at < create_text.len; at++)
        if (says(create_text, at, shown))
            return str_slice(create_text, at, at + shown.len);
    return STR_NULL;
}

/* What cannot be read whole is made unreadable, so that it is listed and not translated wrongly. */
static void restore(struct catalog_reading *reading, const struct source_table *table,
                    struct str anchor, struct str *expression)
{
    struct str found;

    if (str_search(*expression, STR(LOST)) >= expression->len)
        return;
    found = source_expression_restore(*expression, table->create_text, anchor);
    *expression = found.ptr != NULL
                      ? found
                      : arena_format(reading->arena, "? " STR_FMT, STR_ARG(*expression));
}

/* "\n  `name` ", and for a constraint with its words before it. */
static struct error *anchor_of(struct catalog_reading *reading, const char *words, struct str name,
                               struct str *ret_anchor)
{
    buf_reset(&reading->sql, 64 * KIB);
    buf_add_c(&reading->sql, "\n  ");
    buf_add_c(&reading->sql, words);
    source_quote_ident(&reading->sql, name);
    buf_add_c(&reading->sql, " ");
    TRY(buf_error(&reading->sql));
    *ret_anchor = buf_str(&reading->sql);
    return NULL;
}

static struct error *restore_check(struct catalog_reading *reading,
                                   const struct source_table *table, struct source_check *check)
{
    struct str anchor;

    TRY(anchor_of(reading, "CONSTRAINT ", check->name, &anchor));
    /* The check of a column has the column's name and stands in its line. */
    if (str_search(table->create_text, anchor) >= table->create_text.len)
        TRY(anchor_of(reading, "", check->name, &anchor));
    restore(reading, table, anchor, &check->expression);
    return NULL;
}

struct error *catalog_restore_expressions(struct catalog_reading *reading)
{
    if (reading->catalog.flavor != FLAVOR_MARIADB)
        return NULL;
    for (size_t i = 0; i < reading->catalog.table_count; i++) {
        struct source_table *table = &reading->catalog.tables[i];

        for (size_t k = 0; k < table->column_count; k++) {
            struct source_column *column = &table->columns[k];
            struct str anchor;

            if (!column->is_generated && !column->default_is_expression)
                continue;
            TRY(anchor_of(reading, "", column->name, &anchor));
            restore(reading, table, anchor,
                    column->is_generated ? &column->generation : &column->default_text);
        }
        for (size_t k = 0; k < table->check_count; k++)
            TRY(restore_check(reading, table, &table->checks[k]));
    }
    return NULL;
}
