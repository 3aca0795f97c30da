/* Children without a parent, before anything is copied. */
#include "base/limits.h"
#include "base/text.h"
#include "source/reference.h"
#include "source/session_internal.h"

#define ROWS_SHOWN 5

static struct error *query(struct source_session *session, struct buf *sql, struct arena *arena,
                           struct source_text_rows *ret_rows)
{
    TRY(buf_error(sql));
    TRY(session_set_results(session, RESULTS_TEXT));
    return session_query(session, arena, buf_str(sql), ret_rows);
}

static void add_value(struct buf *text, const char *before, struct str value)
{
    buf_add_c(text, before);
    if (value.ptr == NULL)
        buf_add_c(text, "NULL");
    else
        text_add_printable(text, value);
}

/* "id = 815, code -> "ABC", its parent's is "abc"" */
static void add_row(struct buf *text, const struct source_reference *reference, bool misspelt,
                    const struct str *cells)
{
    const struct source_index *key = reference_row_key(reference->child);
    const struct source_table *child = reference->child;
    size_t at = 0;

    buf_add_c(text, text->len > 0 ? "\n" : "");
    for (size_t i = 0; key != NULL && i < key->part_count; i++) {
        buf_add_c(text, at > 0 ? ", " : "");
        text_add_printable(text, child->columns[key->parts[i].column].name);
        add_value(text, " = ", cells[at++]);
    }
    for (size_t i = 0; i < reference->key->column_count; i++) {
        buf_add_c(text, at > 0 ? ", " : "");
        text_add_printable(text, child->columns[reference->key->columns[i]].name);
        add_value(text, " -> ", cells[at++]);
        if (misspelt)
            add_value(text, ", its parent's is ", cells[at++]);
    }
}

static struct error *list_rows(struct source_session *session,
                               const struct source_reference *reference, bool misspelt,
                               struct arena *arena, struct str *ret_text)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "list of rows");
    struct source_text_rows rows = {0};

    reference_add_rows(&sql, reference, misspelt, ROWS_SHOWN);
    TRY(query(session, &sql, arena, &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        add_row(&text, reference, misspelt, &rows.cells[i * rows.column_count]);
    *ret_text = arena_str(arena, buf_str(&text));
    return buf_error(&text);
}

struct error *source_scan_reference(struct source_session *session,
                                    const struct source_reference *reference, struct arena *arena,
                                    struct reference_scan *ret_scan)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct source_text_rows rows = {0};
    struct reference_scan scan = {.orphan_rows = STR(""), .misspelt_rows = STR("")};
    uint64_t all = 0;

    reference_add_count(&sql, reference);
    TRY(query(session, &sql, arena, &rows));
    if (rows.row_count != 1 || !str_to_u64(text_cell(&rows, 0, 0), &all) ||
        !str_to_u64(text_cell(&rows, 0, 1), &scan.misspelt) || scan.misspelt > all)
        return error_new(PGC_INTERNAL, "a count gave no number");
    scan.orphans = all - scan.misspelt;
    if (scan.orphans > 0)
        TRY(list_rows(session, reference, false, arena, &scan.orphan_rows));
    if (scan.misspelt > 0)
        TRY(list_rows(session, reference, true, arena, &scan.misspelt_rows));
    *ret_scan = scan;
    return NULL;
}
