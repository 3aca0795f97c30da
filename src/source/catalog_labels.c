/*
 * Labels of ENUM and SET columns that the servers describe with '?' for every character beyond
 * three bytes of UTF-8. A value of the column's own type shows them: a recursive query takes its
 * types from its first part, which joins the table to nothing, so that no row is read.
 */
#include "source/catalog_internal.h"

#include "base/limits.h"
#include "source/type_text.h"

/* Labels asked for at once: MySQL's recursion ends at 1000 unless told otherwise. */
#define LABELS_A_QUERY 500

static bool wants_labels(const struct source_type *type)
{
    return (type->kind == SOURCE_ENUM || type->kind == SOURCE_SET) &&
           source_text_is_lossy(type->text, type->charset);
}

/*
 * Whether the label shown by a value is to be taken for the one shown by the catalog. MariaDB's own
 * copy of a SET's type holds eight labels, and the others are empty.
 */
static bool is_better(const struct source_type *type, struct str shown, struct str label)
{
    return label.ptr != NULL && str_find(shown, '?', 0) < shown.len &&
           (label.len > 0 || type->kind == SOURCE_ENUM);
}

/* Rows "position from 1, label", of the labels behind the first `from`. */
static struct error *compose_labels(struct catalog_reading *reading,
                                    const struct source_table *table,
                                    const struct source_column *column, size_t from)
{
    struct buf *sql = &reading->sql;
    bool is_set = column->type.kind == SOURCE_SET;
    size_t to = from + LABELS_A_QUERY;

    if (to > column->type.label_count)
        to = column->type.label_count;
    buf_reset(sql, 64 * KIB);
    buf_add_c(sql, "WITH RECURSIVE labels AS (SELECT t.");
    source_quote_ident(sql, column->name);
    buf_add_format(sql, " AS label, %zu AS place FROM (SELECT 1 AS one) AS o LEFT JOIN ", from);
    source_quote_table(sql, reading->database, table->name);
    buf_add_format(sql, " AS t ON FALSE UNION ALL SELECT %s, place + 1 FROM labels",
                   is_set ? "1 << place" : "place + 1");
    buf_add_format(
        sql, " WHERE place < %zu) SELECT place, CONVERT(label USING utf8mb4) FROM labels", to);
    return buf_error(sql);
}

static struct error *read_labels(struct catalog_reading *reading, const struct source_table *table,
                                 struct source_column *column, size_t from)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    TRY(compose_labels(reading, table, column, from));
    TRY(session_rows_open(reading->session, buf_str(&reading->sql), &rows));
    for (;;) {
        uint64_t place;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            return NULL;
        if (!str_to_u64(rows.cells[0], &place) || place <= from || place > column->type.label_count)
            continue;
        struct str *label = &column->type.labels[place - 1];
        if (is_better(&column->type, *label, rows.cells[1]))
            *label = arena_str(reading->arena, rows.cells[1]);
    }
}

struct error *catalog_correct_labels(struct catalog_reading *reading)
{
    for (size_t i = 0; i < reading->catalog.table_count; i++) {
        struct source_table *table = &reading->catalog.tables[i];

        for (size_t k = 0; k < table->column_count; k++) {
            struct source_column *column = &table->columns[k];

            if (!wants_labels(&column->type))
                continue;
            for (size_t from = 0; from < column->type.label_count; from += LABELS_A_QUERY)
                TRY(read_labels(reading, table, column, from));
        }
    }
    return NULL;
}
