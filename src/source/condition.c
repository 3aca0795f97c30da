/* Conditions by which the server itself picks out the rows of interest. */
#include <inttypes.h>

#include "base/limits.h"
#include "source/select.h"

static bool has_date(enum source_kind kind)
{
    return kind == SOURCE_DATE || kind == SOURCE_DATETIME || kind == SOURCE_TIMESTAMP;
}

static bool has_fraction(enum source_kind kind)
{
    return kind == SOURCE_DATETIME || kind == SOURCE_TIMESTAMP || kind == SOURCE_TIME;
}

static bool is_integer(enum source_kind kind)
{
    return kind <= SOURCE_BIGINT || kind == SOURCE_YEAR;
}

static bool has_bytes(enum source_kind kind)
{
    return kind >= SOURCE_CHAR && kind <= SOURCE_BLOB;
}

static bool fits(enum source_condition_kind condition, enum source_kind column)
{
    switch (condition) {
    case CONDITION_ODD_DATE:
        return has_date(column);
    case CONDITION_FINER:
        return has_fraction(column);
    case CONDITION_OUTSIDE:
        return is_integer(column);
    case CONDITION_NOT_IN_DAY:
        return column == SOURCE_TIME;
    case CONDITION_NO_LABEL:
        return column == SOURCE_ENUM;
    case CONDITION_LONGER:
    case CONDITION_OTHER_LENGTH:
        return has_bytes(column);
    case CONDITION_NULL:
        return true;
    }
    return false;
}

/*
 * Dates are taken apart by functions that give month and day of any date, the impossible included:
 * comparing with a literal 0000-00-00 is an error under some settings. Few rows get to the second
 * line.
 */
static void add_odd_date(struct buf *sql, const char *name)
{
    buf_add_format(sql,
                   "((DAYOFMONTH(%s) NOT BETWEEN 1 AND 28 OR MONTH(%s) = 0 OR YEAR(%s) = 0) AND "
                   "(DAYOFMONTH(%s) = 0 OR MONTH(%s) = 0 OR YEAR(%s) = 0 OR LAST_DAY(%s) IS NULL "
                   "OR DAYOFMONTH(%s) > DAYOFMONTH(LAST_DAY(%s))))",
                   name, name, name, name, name, name, name, name, name);
}

static void add_outside(struct buf *sql, const char *name, const struct source_condition *condition)
{
    buf_add_format(sql, "(%s < %" PRId64 " OR %s > %" PRIu64 ")", name, condition->low, name,
                   condition->high);
}

static void add_condition(struct buf *sql, const char *name,
                          const struct source_condition *condition)
{
    switch (condition->kind) {
    case CONDITION_ODD_DATE:
        add_odd_date(sql, name);
        break;
    case CONDITION_FINER:
        buf_add_format(sql, "MICROSECOND(%s) %% %" PRIu64 " <> 0", name, condition->high);
        break;
    case CONDITION_OUTSIDE:
        add_outside(sql, name, condition);
        break;
    case CONDITION_NOT_IN_DAY:
        buf_add_format(sql, "(%s < '00:00:00' OR %s > '24:00:00')", name, name);
        break;
    case CONDITION_NO_LABEL:
        buf_add_format(sql, "%s + 0 = 0", name);
        break;
    case CONDITION_LONGER:
        buf_add_format(sql, "OCTET_LENGTH(%s) > %" PRIu64, name, condition->high);
        break;
    case CONDITION_OTHER_LENGTH:
        buf_add_format(sql, "OCTET_LENGTH(%s) <> %" PRIu64, name, condition->high);
        break;
    case CONDITION_NULL:
        buf_add_format(sql, "%s IS NULL", name);
        break;
    }
}

struct error *select_add_conditions(struct buf *sql, const struct source_table *table,
                                    const struct source_condition *conditions, size_t count)
{
    /* A name has at most 64 characters. */
    CLEANUP(buf_free) struct buf name = BUF_INIT(4 * KIB, "column name");

    buf_add_char(sql, '(');
    for (size_t i = 0; i < count; i++) {
        const struct source_condition *condition = &conditions[i];
        const struct source_column *column = &table->columns[condition->column];

        if (!fits(condition->kind, column->type.kind))
            return error_with_object(
                error_new(PGC_INTERNAL, "a condition does not fit its column's type"),
                STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(column->name));
        buf_reset(&name, KIB);
        source_quote_ident(&name, column->name);
        buf_add_c(sql, i > 0 ? " OR " : "");
        add_condition(sql, buf_c_str(&name), condition);
    }
    buf_add_char(sql, ')');
    return buf_error(sql);
}
