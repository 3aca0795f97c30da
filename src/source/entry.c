/* How long the entries of indexes are: measured by the server, whose rows stay where they are. */
#include "source/entry.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/reference.h"
#include "source/session_internal.h"

#define ROWS_SHOWN 5

/* ---- statements ------------------------------------------------------------------------------ */

static bool is_bytes(enum source_kind kind)
{
    return kind == SOURCE_BINARY || kind == SOURCE_VARBINARY || kind == SOURCE_BLOB;
}

/* A NULL takes no room. */
static void add_length(struct buf *sql, const struct source_table *table,
                       const struct source_entry_part *part)
{
    const struct source_column *column = &table->columns[part->column];
    bool has_charset = !is_bytes(column->type.kind);

    buf_add_c(sql, "COALESCE(OCTET_LENGTH(");
    buf_add_c(sql, has_charset ? "CONVERT(" : "");
    buf_add_c(sql, part->prefix_length > 0 ? "LEFT(" : "");
    buf_add_c(sql, "c.");
    source_quote_ident(sql, column->name);
    if (part->prefix_length > 0)
        buf_add_format(sql, ", %" PRIu32 ")", part->prefix_length);
    buf_add_c(sql, has_charset ? " USING utf8mb4)" : "");
    buf_add_c(sql, "), 0)");
}

static void add_lengths(struct buf *sql, const struct source_table *table,
                        const struct source_entry *entry)
{
    for (size_t i = 0; i < entry->part_count; i++) {
        buf_add_c(sql, i > 0 ? " + " : "");
        add_length(sql, table, &entry->parts[i]);
    }
}

void entry_add_counts(struct buf *sql, const struct source_entries *entries)
{
    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; i < entries->count; i++) {
        buf_add_c(sql, i > 0 ? ", COUNT(CASE WHEN " : "COUNT(CASE WHEN ");
        add_lengths(sql, entries->table, &entries->items[i]);
        buf_add_format(sql, " > %" PRIu64 " THEN 1 END), COALESCE(MAX(",
                       entries->items[i].most_bytes);
        add_lengths(sql, entries->table, &entries->items[i]);
        buf_add_c(sql, "), 0)");
    }
    buf_add_c(sql, " FROM ");
    source_quote_table(sql, entries->database, entries->table->name);
    buf_add_c(sql, " c");
}

void entry_add_rows(struct buf *sql, const struct source_entries *entries,
                    const struct source_entry *entry, unsigned limit)
{
    const struct source_table *table = entries->table;
    const struct source_index *key = reference_row_key(table);

    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; key != NULL && i < key->part_count; i++) {
        reference_add_shown(sql, "c", &table->columns[key->parts[i].column]);
        buf_add_c(sql, ", ");
    }
    add_lengths(sql, entries->table, entry);
    buf_add_c(sql, " FROM ");
    source_quote_table(sql, entries->database, entries->table->name);
    buf_add_c(sql, " c WHERE ");
    add_lengths(sql, entries->table, entry);
    buf_add_format(sql, " > %" PRIu64, entry->most_bytes);
    for (size_t i = 0; key != NULL && i < key->part_count; i++) {
        buf_add_c(sql, i > 0 ? ", c." : " ORDER BY c.");
        source_quote_ident(sql, table->columns[key->parts[i].column].name);
    }
    buf_add_format(sql, " LIMIT %u", limit);
}

/* ---- answers --------------------------------------------------------------------------------- */

static struct error *query(struct source_session *session, struct buf *sql, struct arena *arena,
                           struct source_text_rows *ret_rows)
{
    TRY(buf_error(sql));
    TRY(session_set_results(session, RESULTS_TEXT));
    return session_query(session, arena, buf_str(sql), ret_rows);
}

/* "id = 815: 2950 bytes" */
static void add_row(struct buf *text, const struct source_table *table, const struct str *cells)
{
    const struct source_index *key = reference_row_key(table);
    size_t at = 0;

    buf_add_c(text, text->len > 0 ? "\n" : "");
    for (size_t i = 0; key != NULL && i < key->part_count; i++) {
        buf_add_c(text, at > 0 ? ", " : "");
        text_add_printable(text, table->columns[key->parts[i].column].name);
        buf_add_c(text, " = ");
        text_add_printable(text, cells[at++]);
    }
    if (at == 0)
        buf_add_c(text, "(the table has no primary key)");
    buf_add_c(text, ": ");
    text_add_printable(text, cells[at]);
    buf_add_c(text, " bytes");
}

static struct error *list_rows(struct source_session *session, const struct source_entries *entries,
                               const struct source_entry *entry, struct arena *arena,
                               struct str *ret_lines)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "list of rows");
    struct source_text_rows rows = {0};

    entry_add_rows(&sql, entries, entry, ROWS_SHOWN);
    TRY(query(session, &sql, arena, &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        add_row(&text, entries->table, &rows.cells[i * rows.column_count]);
    *ret_lines = arena_str(arena, buf_str(&text));
    return buf_error(&text);
}

struct error *source_scan_entries(struct source_session *session,
                                  const struct source_entries *entries, struct arena *arena,
                                  struct source_entry_scan *ret_scans)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct source_text_rows rows = {0};

    entry_add_counts(&sql, entries);
    TRY(query(session, &sql, arena, &rows));
    if (rows.row_count != 1 || rows.column_count != 2 * entries->count)
        return error_new(PGC_INTERNAL, "counts of a table gave no row");
    for (size_t i = 0; i < entries->count; i++) {
        struct source_entry_scan *scan = &ret_scans[i];

        *scan = (struct source_entry_scan){.lines = STR("")};
        if (!str_to_u64(text_cell(&rows, 0, 2 * i), &scan->rows) ||
            !str_to_u64(text_cell(&rows, 0, 2 * i + 1), &scan->longest))
            return error_new(PGC_INTERNAL, "a count gave no number");
        if (scan->rows > 0)
            TRY(list_rows(session, entries, &entries->items[i], arena, &scan->lines));
    }
    return NULL;
}
