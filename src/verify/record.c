#include "verify/record.h"

#include <inttypes.h>

#include "base/crash.h"

/* The digest's parts; copy/ writes and compares the first two. */
static bool read_part(struct str digest, struct str name, uint64_t *ret_value)
{
    size_t at = str_search(digest, name);
    struct str rest = str_slice(digest, at + name.len, digest.len);

    return at <= digest.len && str_to_u64(str_slice(rest, 0, str_find(rest, ' ', 0)), ret_value);
}

/* Inserts and updates of others show by their transaction's id, deletes by the count. */
static struct error *is_unchanged(const struct planned_table *planned, struct sink_session *sink,
                                  struct str digest, struct arena *arena, bool *ret_unchanged)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct sink_rows rows = {0};
    uint64_t count = 0, xid = 0, now = 0;

    *ret_unchanged = false;
    if (str_search(digest, STR(" content=")) > digest.len ||
        !read_part(digest, STR("rows="), &count) || !read_part(digest, STR("xid="), &xid))
        return NULL;
    buf_add_format(&sql,
                   "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE"
                   " (xmin::text::bigint - %" PRIu64 " + 4294967296) %% 4294967296 < 2147483648)"
                   " FROM ",
                   xid & 0xffffffffu);
    sink_quote_name(&sql, planned->target.schema, planned->target.name);
    TRY(buf_error(&sql));
    TRY(sink_query(sink, buf_c_str(&sql), 0, NULL, arena, &rows));
    *ret_unchanged = rows.row_count == 1 && str_to_u64(sink_cell(&rows, 0, 0), &now) &&
                     now == count && str_equal(sink_cell(&rows, 0, 1), STR("0"));
    return NULL;
}

struct error *record_take(struct work *work, struct sink_session *sink, struct arena *arena)
{
    struct ledger *ledger = work->job->ledger;

    for (size_t i = 0; ledger != NULL && i < work->table_count; i++) {
        struct work_table *table = &work->tables[i];
        struct verify_table *result = table->result;
        struct str digest = STR_NULL;
        bool unchanged = false;

        TRY(ledger_read_digest(ledger, table->planned->number, arena, &digest));
        TRY(is_unchanged(table->planned, sink, digest, arena, &unchanged));
        if (!unchanged)
            continue;
        table->pass = PASS_DONE;
        table->done = result->compared = true;
        (void)read_part(digest, STR("rows="), &result->target_rows);
        result->source_rows = result->target_rows += result->set_aside;
        atomic_store(&work->job->progress->tables[table->planned->number].done, true);
    }
    return NULL;
}

static bool agrees(const struct verify_table *result)
{
    return result->compared && result->missing + result->extra + result->different == 0;
}

struct error *record_put(struct work *work, struct str xid, struct arena *arena)
{
    struct ledger *ledger = work->job->ledger;

    for (size_t i = 0; ledger != NULL && i < work->table_count; i++) {
        struct work_table *table = &work->tables[i];
        const struct verify_table *result = table->result;

        pthread_mutex_lock(&work->lock);
        bool is_new = table->pass == PASS_DONE && !table->advancing && !table->done;
        pthread_mutex_unlock(&work->lock);
        if (!is_new)
            continue;
        table->done = true;
        if (!agrees(result))
            continue;
        TRY(ledger_set_digest(ledger, table->planned->number,
                              arena_format(arena,
                                           "rows=%" PRIu64 " xid=" STR_FMT " content=%016" PRIx64
                                           "%016" PRIx64 " seed=%016" PRIx64,
                                           result->target_rows - result->set_aside, STR_ARG(xid),
                                           table->content.high, table->content.low, work->seed)));
        crash_point("verify-table");
    }
    return NULL;
}
