#include "source/select.h"

#include "source/session_internal.h"

static bool is_usable(enum source_kind kind)
{
    switch (kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
    case SOURCE_DECIMAL:
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
    case SOURCE_TIME:
    case SOURCE_YEAR:
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
    case SOURCE_TEXT:
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
        return true;
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
    case SOURCE_BIT:
    case SOURCE_ENUM:
    case SOURCE_SET:
    case SOURCE_JSON:
    case SOURCE_GEOMETRY:
    case SOURCE_VECTOR:
    case SOURCE_OTHER:
        break;
    }
    return false;
}

size_t select_usable_columns(const struct source_table *table, struct source_key key)
{
    size_t count = 0;

    while (count < key.column_count && is_usable(table->columns[key.columns[count]].type.kind))
        count++;
    return count;
}

static bool same_columns(const struct source_index *index, struct source_key key)
{
    if (index->part_count != key.column_count)
        return false;
    for (size_t i = 0; i < key.column_count; i++)
        if (index->parts[i].column != key.columns[i] || index->parts[i].prefix_length != 0)
            return false;
    return true;
}

const struct source_index *select_find_index(const struct source_table *table,
                                             struct source_key key)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct source_index *index = &table->indexes[i];

        if (index->kind != INDEX_FULLTEXT && index->kind != INDEX_SPATIAL && !index->invisible &&
            same_columns(index, key))
            return index;
    }
    return NULL;
}

void select_add_index(struct buf *sql, const struct source_table *table, struct source_key key)
{
    const struct source_index *index = key.column_count > 0 ? select_find_index(table, key) : NULL;

    if (index == NULL)
        return;
    buf_add_c(sql, " FORCE INDEX (");
    source_quote_ident(sql, index->name);
    buf_add_c(sql, ")");
}

static void add_column(struct buf *sql, const struct source_table *table, int column)
{
    source_quote_ident(sql, table->columns[column].name);
}

void select_add_order(struct buf *sql, const struct source_table *table, struct source_key key,
                      size_t column_count)
{
    for (size_t i = 0; i < column_count && i < key.column_count; i++) {
        buf_add_c(sql, i == 0 ? " ORDER BY " : ", ");
        add_column(sql, table, key.columns[i]);
    }
}

static bool only(struct str value, const char *allowed)
{
    for (size_t i = 0; i < value.len; i++)
        if (str_find(str_of(allowed), value.ptr[i], 0) == str_of(allowed).len)
            return false;
    return value.len > 0;
}

/* Charset and collation names are words; anything else must not reach SQL unquoted. */
static bool is_word(struct str name)
{
    return only(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

static bool add_quoted(struct buf *sql, struct str value, const char *allowed)
{
    if (!only(value, allowed))
        return false;
    buf_add_char(sql, '\'');
    buf_add_str(sql, value);
    buf_add_char(sql, '\'');
    return true;
}

static bool add_number(struct buf *sql, struct str value, const char *allowed)
{
    if (!only(value, allowed))
        return false;
    buf_add_str(sql, value);
    return true;
}

/* The column's own collation is named: any other would read the table instead of the index. */
static bool add_characters(struct buf *sql, const struct source_type *type, struct str value)
{
    if (!is_word(type->charset) || !is_word(type->collation))
        return false;
    buf_add_format(sql, "_" STR_FMT " ", STR_ARG(type->charset));
    source_quote_bytes(sql, value);
    buf_add_format(sql, " COLLATE " STR_FMT, STR_ARG(type->collation));
    return true;
}

static bool add_literal(struct buf *sql, const struct source_type *type, struct str value)
{
    switch (type->kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
    case SOURCE_YEAR:
        return add_number(sql, value, "-0123456789");
    case SOURCE_DECIMAL:
        return add_number(sql, value, "-.0123456789");
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
    case SOURCE_TIME:
        return add_quoted(sql, value, "-.: 0123456789");
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
        return add_quoted(sql, value, "-.:0123456789abcdefABCDEF");
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
    case SOURCE_TEXT:
        return add_characters(sql, type, value);
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
        source_quote_bytes(sql, value);
        return true;
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
    case SOURCE_BIT:
    case SOURCE_ENUM:
    case SOURCE_SET:
    case SOURCE_JSON:
    case SOURCE_GEOMETRY:
    case SOURCE_VECTOR:
    case SOURCE_OTHER:
        break;
    }
    return false;
}

static struct error *add_comparison(struct buf *sql, const struct source_table *table, int column,
                                    const char *operator, struct str value)
{
    add_column(sql, table, column);
    buf_add_format(sql, " %s ", operator);
    if (!add_literal(sql, &table->columns[column].type, value))
        return error_with_object(
            error_new(PGC_INTERNAL, "a chunk's bound does not fit its column's type"),
            STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(table->columns[column].name));
    return NULL;
}

/*
 * The whole tuple, expanded: a > 1 OR (a = 1 AND b > 2). In front of it the condition that follows
 * for the first column alone, which is what the optimizer makes the index range of.
 */
static struct error *add_bound(struct buf *sql, const struct source_table *table,
                               struct source_key key, const struct key_bound *bound, bool is_lower)
{
    const char *strict = is_lower ? ">" : "<", *loose = is_lower ? ">=" : "<=";
    size_t count = bound->value_count;

    if (count > key.column_count)
        return error_new(PGC_INTERNAL, "a chunk's bound has more values than its key has columns");
    if (count == 1)
        return add_comparison(sql, table, key.columns[0], is_lower ? strict : loose,
                              bound->values[0]);
    TRY(add_comparison(sql, table, key.columns[0], loose, bound->values[0]));
    buf_add_c(sql, " AND (");
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;

        buf_add_c(sql, i > 0 ? " OR (" : "(");
        for (size_t k = 0; k < i; k++) {
            TRY(add_comparison(sql, table, key.columns[k], "=", bound->values[k]));
            buf_add_c(sql, " AND ");
        }
        TRY(add_comparison(sql, table, key.columns[i], last && !is_lower ? loose : strict,
                           bound->values[i]));
        buf_add_char(sql, ')');
    }
    buf_add_char(sql, ')');
    return NULL;
}

struct error *select_add_bound(struct buf *sql, const struct source_table *table,
                               struct source_key key, const struct key_bound *bound)
{
    return add_bound(sql, table, key, bound, true);
}

struct error *select_add_range(struct buf *sql, const struct source_table *table,
                               struct source_key key, const struct key_bound *lower,
                               const struct key_bound *upper)
{
    bool has_lower = lower != NULL && lower->value_count > 0;
    bool has_upper = upper != NULL && upper->value_count > 0;

    if (!has_lower && !has_upper)
        return NULL;
    buf_add_c(sql, " WHERE ");
    if (has_lower)
        TRY(add_bound(sql, table, key, lower, true));
    if (has_lower && has_upper)
        buf_add_c(sql, " AND ");
    if (has_upper)
        TRY(add_bound(sql, table, key, upper, false));
    return NULL;
}
