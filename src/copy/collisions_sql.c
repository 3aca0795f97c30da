#include "copy/collisions.h"

static bool may_merge(const struct planned_table *table, const struct source_index_part *part)
{
    if (part->column < 0)
        return false;
    const struct source_type *source = &table->source->columns[part->column].type;
    const struct target_type *target = &table->target.columns[part->column].type;
    bool is_text = source->kind == SOURCE_CHAR || source->kind == SOURCE_VARCHAR ||
                   source->kind == SOURCE_TEXT;

    if (!is_text)
        return false;
    /* One UUID has several spellings; n bytes can be the beginning of fewer characters. */
    return target->kind == TARGET_UUID ||
           (target->kind == TARGET_BYTEA && part->prefix_length > 0) ||
           table->columns[part->column].compare == COMPARE_ICU ||
           table->columns[part->column].compare == COMPARE_CITEXT;
}

bool collisions_possible(const struct planned_table *table, const struct planned_index *index)
{
    const struct source_index *source = index->source != NULL ? index->source : index->beside;
    bool merges = index->source == NULL;

    if (!index->translated || index->target.kind == TARGET_INDEX_PLAIN || source == NULL)
        return false;
    for (size_t i = 0; i < source->part_count; i++) {
        /* What an expression is made of is not known here; the index' own build will tell. */
        if (source->parts[i].column < 0)
            return false;
        merges = merges || may_merge(table, &source->parts[i]);
    }
    return merges;
}

static void add_part(struct buf *sql, const struct target_index_part *part)
{
    if (part->expression_sql.len == 0) {
        sink_quote_ident(sql, part->column);
        return;
    }
    buf_add_char(sql, '(');
    buf_add_str(sql, part->expression_sql);
    buf_add_char(sql, ')');
}

void collisions_add_key(struct buf *sql, const struct target_index *index)
{
    for (size_t i = 0; i < index->part_count; i++) {
        buf_add_c(sql, i > 0 ? ", " : "");
        add_part(sql, &index->parts[i]);
    }
}

/* NULLs are never equal. */
static void add_groups(struct buf *sql, const char *what, const char *table,
                       const struct target_index *index)
{
    buf_add_format(sql, "SELECT %s FROM %s WHERE ", what, table);
    for (size_t i = 0; i < index->part_count; i++) {
        buf_add_c(sql, i > 0 ? " AND " : "");
        add_part(sql, &index->parts[i]);
        buf_add_c(sql, " IS NOT NULL");
    }
    buf_add_c(sql, " GROUP BY ");
    collisions_add_key(sql, index);
    buf_add_c(sql, " HAVING pg_catalog.count(*) > 1");
}

void collisions_add_count(struct buf *sql, const char *table, const struct target_index *index)
{
    buf_add_c(sql, "SELECT pg_catalog.count(*), COALESCE(pg_catalog.sum(g.n), 0)::bigint FROM (");
    add_groups(sql, "pg_catalog.count(*) AS n", table, index);
    buf_add_c(sql, ") g");
}

static void add_row_text(struct buf *sql, const char *alias, const struct target_table *columns)
{
    buf_add_c(sql, "pg_catalog.concat_ws(', '");
    for (size_t i = 0; i < columns->column_count; i++) {
        buf_add_c(sql, ", ");
        sink_quote_literal(sql, columns->columns[i].name);
        buf_add_format(sql, "::text || ' = ' || pg_catalog.quote_literal(pg_catalog.left(%s.",
                       alias);
        sink_quote_ident(sql, columns->columns[i].name);
        buf_add_c(sql, "::text, 100))");
    }
    buf_add_char(sql, ')');
}

void collisions_add_rows(struct buf *sql, const char *table, const struct target_index *index,
                         const struct target_table *columns, unsigned limit)
{
    buf_add_c(sql, "SELECT ");
    add_row_text(sql, "a", columns);
    buf_add_c(sql, ", ");
    add_row_text(sql, "b", columns);
    buf_add_c(sql, " FROM (");
    add_groups(sql, "pg_catalog.min(ctid) AS first, pg_catalog.max(ctid) AS last", table, index);
    buf_add_format(sql,
                   " LIMIT %u) g JOIN %s a ON a.ctid OPERATOR(pg_catalog.=) g.first"
                   " JOIN %s b ON b.ctid OPERATOR(pg_catalog.=) g.last",
                   limit, table, table);
}
