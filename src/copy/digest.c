/*
 * Whether somebody else wrote to the target since the run: each table's row count, and no row of a
 * transaction that began after the record. Inserts and updates show by their xmin, deletes by the
 * count; one pass over each table, no hashing.
 */
#include "base/limits.h"
#include "copy/copy.h"

static struct error *query_one(struct sink_session *session, struct buf *sql, struct arena *arena,
                               struct sink_rows *ret_rows)
{
    struct error *error = buf_error(sql);
    if (error == NULL)
        error = sink_query(session, buf_c_str(sql), 0, NULL, arena, ret_rows);
    buf_free(sql);
    if (error == NULL && ret_rows->row_count != 1)
        error = error_new(PGC_INTERNAL, "one row was expected, %zu came", ret_rows->row_count);
    return error;
}

/* The transaction ids from here on are of others. */
static struct error *read_next_xid(struct sink_session *session, struct arena *arena,
                                   struct str *ret_xid)
{
    struct sink_rows rows = {0};
    TRY(sink_query(session,
                   "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text", 0,
                   NULL, arena, &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "PostgreSQL told no snapshot");
    *ret_xid = sink_cell(&rows, 0, 0);
    return NULL;
}

struct error *copy_record_digests(struct ledger *ledger, bool anew, struct arena *arena)
{
    struct ledger_table *tables = NULL;
    size_t count = 0;
    struct str xid = STR_NULL;
    TRY(ledger_read_tables(ledger, arena, &tables, &count));
    TRY(read_next_xid(ledger_session(ledger), arena, &xid));
    for (size_t i = 0; i < count; i++) {
        struct str known = STR_NULL;
        TRY(ledger_read_digest(ledger, tables[i].number, arena, &known));
        /* Verification has recorded what it saw itself: the better one, and earlier. */
        if (!anew && str_search(known, STR(" content=")) <= known.len)
            continue;
        TRY(ledger_set_digest(ledger, tables[i].number,
                              arena_format(arena, "rows=%llu xid=" STR_FMT,
                                           (unsigned long long)tables[i].rows_copied,
                                           STR_ARG(xid))));
    }
    return NULL;
}

static bool read_digest(struct str digest, uint64_t *ret_rows, uint64_t *ret_xid)
{
    size_t space = str_find(digest, ' ', 0);
    struct str rows = str_slice(digest, 0, space);
    struct str xid = str_slice(digest, space + 1, str_find(digest, ' ', space + 1));
    return str_starts_with(rows, STR("rows=")) && str_starts_with(xid, STR("xid=")) &&
           str_to_u64(str_slice(rows, 5, rows.len), ret_rows) &&
           str_to_u64(str_slice(xid, 4, xid.len), ret_xid);
}

static struct error *table_exists(struct sink_session *session, const struct ledger_table *table,
                                  struct arena *arena, bool *ret_exists)
{
    struct sink_rows rows = {0};
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct buf name = BUF_INIT(LIMIT_SQL_TEXT, "name");
    sink_quote_name(&name, table->target_schema, table->target_name);
    buf_add_c(&sql, "SELECT pg_catalog.to_regclass(");
    sink_quote_literal(&sql, buf_str(&name));
    buf_add_c(&sql, ") IS NOT NULL");
    buf_free(&name);
    TRY(query_one(session, &sql, arena, &rows));
    *ret_exists = str_equal(sink_cell(&rows, 0, 0), STR("t"));
    return NULL;
}

/* Transaction ids on rows are 32 bits and go round: "newer" is the shorter way forward. */
static struct error *count_now(struct sink_session *session, const struct ledger_table *table,
                               uint64_t xid, struct arena *arena, struct sink_rows *ret_rows)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    buf_add_format(&sql,
                   "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE"
                   " (xmin::text::bigint - %llu + 4294967296) %% 4294967296 < 2147483648) FROM ",
                   (unsigned long long)(xid & 0xffffffffu));
    sink_quote_name(&sql, table->target_schema, table->target_name);
    return query_one(session, &sql, arena, ret_rows);
}

static struct error *check_table(struct ledger *ledger, const struct ledger_table *table,
                                 struct arena *arena, bool *ret_written)
{
    struct sink_session *session = ledger_session(ledger);
    struct str digest = STR_NULL;
    struct sink_rows rows = {0};
    uint64_t known_rows = table->rows_copied, xid = 0, now = 0;
    bool exists = false, recorded;

    *ret_written = false;
    TRY(ledger_read_digest(ledger, table->number, arena, &digest));
    recorded = digest.len > 0 && read_digest(digest, &known_rows, &xid);
    TRY(table_exists(session, table, arena, &exists));
    if (!exists) /* nothing of anybody's can be lost there */
        return NULL;
    TRY(count_now(session, table, xid, arena, &rows));
    if (!str_to_u64(sink_cell(&rows, 0, 0), &now))
        return error_new(PGC_INTERNAL, "a count gave no number");
    *ret_written = now != known_rows || (recorded && !str_equal(sink_cell(&rows, 0, 1), STR("0")));
    return NULL;
}

struct error *copy_check_digests(struct ledger *ledger, struct arena *arena)
{
    struct ledger_table *tables = NULL;
    size_t count = 0, written_count = 0;
    struct buf names = BUF_INIT(LIMIT_ERROR_TEXT, "table names");

    TRY(ledger_read_tables(ledger, arena, &tables, &count));
    for (size_t i = 0; i < count; i++) {
        bool written = false;
        struct error *error = check_table(ledger, &tables[i], arena, &written);
        if (error != NULL) {
            buf_free(&names);
            return error;
        }
        if (written && written_count++ < 5)
            buf_add_format(&names, "%s" STR_FMT, names.len > 0 ? ", " : "",
                           STR_ARG(tables[i].target_name));
    }
    struct error *error = NULL;
    if (written_count > 0)
        error = error_with_object(
            error_new(PGC_TARGET_WRITTEN,
                      "somebody else wrote to %zu table%s of the target since the run",
                      written_count, written_count == 1 ? "" : "s"),
            "%s%s", buf_c_str(&names), written_count > 5 ? ", …" : "");
    buf_free(&names);
    return error;
}
