/*
 * One worker against faked servers: what it does when the reply to COMMIT is lost, when the source
 * goes away, when a row is too wide, when a value is refused.
 */
#include "base/limits.h"
#include "base/stop.h"
#include "copy/worker.h"
#include "tap.h"

/* ---- plan/: no table here has policies for its references ------------------------------------ */

struct source_lookup plan_lookup(const struct plan *of_plan,
                                 const struct planned_table *child_table,
                                 const struct planned_foreign_key *of_key, size_t i,
                                 struct arena *arena_)
{
    (void)of_plan;
    (void)child_table;
    (void)of_key;
    (void)arena_;
    return (struct source_lookup){.column = i};
}

/* ---- the fakes ------------------------------------------------------------------------------- */

struct source_session {
    int dummy;
};
struct sink_session {
    int dummy;
};
struct source_cursor {
    int row;
};
struct converter {
    int dummy;
};

static struct source_session a_source;
static struct sink_session a_sink;
static struct source_cursor a_cursor;
static struct converter a_converter;

/* What goes wrong, once each, and what was seen. */
static struct {
    bool lose_commit_reply, lose_source, too_wide, bad_value, source_moved;
    bool ledger_says_done, sink_dead;
    int commits, rollbacks, joins, sink_opens, rows_sent, chunk_done_sql;
} fake;

#define ROWS_A_CHUNK 3

struct error *source_open(const struct source_options *options, struct source_session **ret_session)
{
    (void)options;
    *ret_session = &a_source;
    return NULL;
}
void source_close(struct source_session *session)
{
    (void)session;
}
void source_set_packet_limit(struct source_session *session, size_t limit)
{
    (void)session, (void)limit;
}
void source_interrupt(struct source_session *session)
{
    (void)session;
}
void source_thread_done(void)
{
}
struct error *source_snapshot_join(struct source_session *session, const struct source_token *token,
                                   struct arena *arena)
{
    (void)session, (void)token, (void)arena;
    fake.joins++;
    return fake.source_moved ? error_new(PGC_SOURCE_MOVED, "moved") : NULL;
}
struct error *source_cursor_open(struct source_session *session, const struct source_read *read,
                                 const struct chunk *chunk, struct source_cursor **ret_cursor)
{
    (void)session, (void)read, (void)chunk;
    a_cursor.row = 0;
    *ret_cursor = &a_cursor;
    return NULL;
}
struct error *source_next_row(struct source_cursor *cursor, const struct row **ret_row)
{
    static struct cell cell = {.form = CELL_INT};
    static struct row row = {.cells = &cell, .cell_count = 1};
    if (cursor->row == 1 && fake.lose_source) {
        fake.lose_source = false;
        return error_new(PGC_SOURCE_CONNECT, "lost");
    }
    if (cursor->row == 1 && fake.too_wide)
        return error_new(PGC_SOURCE_ROW_TOO_WIDE, "wide");
    cell.integer = 40 + cursor->row;
    *ret_row = cursor->row++ < ROWS_A_CHUNK ? &row : NULL;
    return NULL;
}
void source_cursor_closep(struct source_cursor **cursor)
{
    *cursor = NULL;
}

struct error *sink_open(const struct sink_options *options, const char *what,
                        struct sink_session **ret_session)
{
    (void)options, (void)what;
    fake.sink_opens++;
    fake.sink_dead = false;
    *ret_session = &a_sink;
    return NULL;
}
void sink_close(struct sink_session *session)
{
    (void)session;
}
bool sink_is_dead(const struct sink_session *session)
{
    (void)session;
    return fake.sink_dead;
}
struct error *sink_begin(struct sink_session *session)
{
    (void)session;
    return NULL;
}
struct error *sink_exec(struct sink_session *session, const char *sql)
{
    (void)session;
    fake.chunk_done_sql += strcmp(sql, "chunk done") == 0;
    return NULL;
}
struct error *sink_copy_begin(struct sink_session *session, const struct target_table *table,
                              const size_t *columns, size_t column_count)
{
    (void)session, (void)table, (void)columns, (void)column_count;
    fake.rows_sent = 0;
    return NULL;
}
struct error *sink_copy_send(struct sink_session *session, const void *bytes, size_t len)
{
    (void)session;
    for (size_t i = 0; i < len; i++)
        fake.rows_sent += ((const char *)bytes)[i] == 'r';
    return NULL;
}
struct error *sink_copy_end(struct sink_session *session, uint64_t *ret_rows)
{
    (void)session;
    *ret_rows = (uint64_t)fake.rows_sent;
    return NULL;
}
void sink_copy_abort(struct sink_session *session)
{
    (void)session;
}
void sink_rollback(struct sink_session *session)
{
    (void)session;
    fake.rollbacks++;
}
struct error *sink_commit(struct sink_session *session, bool *ret_unknown)
{
    (void)session;
    fake.commits++;
    *ret_unknown = fake.lose_commit_reply;
    if (!fake.lose_commit_reply)
        return NULL;
    fake.lose_commit_reply = false;
    fake.sink_dead = true;
    return error_new(PGC_TARGET_CONNECT, "lost");
}

struct error *ledger_register_backend(struct ledger *ledger, struct sink_session *session)
{
    (void)ledger, (void)session;
    return NULL;
}
void ledger_chunk_done_sql(const struct ledger *ledger, const struct chunk *chunk,
                           const struct ledger_outcome *outcome, struct buf *sql)
{
    (void)ledger, (void)chunk, (void)outcome;
    buf_add_c(sql, "chunk done");
}
struct error *ledger_quarantine_send(struct sink_session *session, const struct buf *rows,
                                     uint64_t row_count)
{
    (void)session, (void)rows, (void)row_count;
    return NULL;
}
void ledger_quarantine_add(struct buf *rows, const struct ledger_row *row)
{
    buf_add_str(rows, row->row_key);
}
struct error *ledger_chunk_is_done(struct ledger *ledger, const struct chunk *chunk, bool *ret_done)
{
    (void)ledger, (void)chunk;
    *ret_done = fake.ledger_says_done;
    return NULL;
}

struct error *converter_new(const struct convert_column *columns, size_t count,
                            struct converter **ret_converter)
{
    (void)columns, (void)count;
    *ret_converter = &a_converter;
    return NULL;
}
void converter_free(struct converter *converter)
{
    (void)converter;
}
void converter_begin_stream(struct buf *out)
{
    buf_add_c(out, "<");
}
void converter_end_stream(struct buf *out)
{
    buf_add_c(out, ">");
}
struct error *converter_add_row(struct converter *converter, const struct row *row, struct buf *out,
                                struct convert_result *ret_result)
{
    (void)converter;
    *ret_result = (struct convert_result){0};
    if (fake.bad_value && row->cells[0].integer == 41)
        return error_new(PGC_VALUE_ZERO_DATE, "a zero date");
    buf_add_c(out, "r");
    return NULL;
}
void convert_cell_write(const struct cell *cell, const struct source_type *type, struct buf *out)
{
    (void)type;
    buf_add_format(out, "%lld", (long long)cell->integer);
}
void convert_cell_print(const struct cell *cell, const struct source_type *type,
                        const struct charset *charset, size_t max_chars, struct buf *text)
{
    (void)type, (void)charset, (void)max_chars;
    buf_add_format(text, "%lld", (long long)cell->integer);
}

/* ---- one table with one chunk ---------------------------------------------------------------- */

static struct source_column column = {.name = {"id", 2}};
static struct source_table source_table = {.name = {"t", 1}, .columns = &column, .column_count = 1};
static int key_column = 0;
static struct planned_table planned = {
    .source = &source_table, .chunk_key = &key_column, .chunk_key_count = 1};
static struct source_catalog catalog = {.database = {"db", 2}};
static struct plan plan = {.catalog = &catalog};
static struct convert_column convert;
static size_t target_column = 0;
static struct copy_progress progress;
static struct copy_table_progress table_progress;
static struct chunk chunk;
static struct table_work work;
static struct copy_job job;
static struct copy_pool pool;

/* Runs worker `number` of a pool in which `alive` workers are; *ret_left are unfinished chunks. */
static struct error *run_worker(unsigned number, unsigned alive, size_t *ret_left)
{
    struct worker worker;
    progress = (struct copy_progress){.tables = &table_progress, .table_count = 1};
    table_progress = (struct copy_table_progress){0};
    job = (struct copy_job){.plan = &plan, .progress = &progress, .retry_ms = 60000};
    work = (struct table_work){.planned = &planned,
                               .progress = &table_progress,
                               .converts = &convert,
                               .read = {.columns = &key_column, .column_count = 1},
                               .target_columns = &target_column,
                               .column_count = 1,
                               .chunks = &chunk,
                               .chunk_count = 1,
                               .left = 1};
    pool_init(&pool, &job);
    pool.tables = &work;
    pool.table_count = 1;
    pool.workers_alive = alive;
    pool_publish(&pool);
    pool_publish_end(&pool);
    worker_init(&worker, &pool, number, &a_source);
    worker_run(&worker);
    worker_done(&worker);
    struct error *error = pool.error;
    pool.error = NULL;
    *ret_left = work.left;
    pool_done(&pool);
    stop_reset();
    return error;
}

static void reset(void)
{
    memset(&fake, 0, sizeof fake);
}

static void test_plain(void)
{
    size_t left;
    reset();
    ok_call(run_worker(0, 1, &left), "a chunk is copied");
    is_number(left, 0, "and done");
    is_number(fake.commits, 1, "with one commit");
    is_number(fake.chunk_done_sql, 1, "in which the ledger's entry stood");
    is_number(atomic_load(&table_progress.rows_done), ROWS_A_CHUNK, "its rows are shown");
}

static void test_lost_commit(void)
{
    size_t left;
    reset();
    fake.lose_commit_reply = fake.ledger_says_done = true;
    ok_call(run_worker(0, 1, &left), "the reply to COMMIT is lost, the ledger says done");
    is_number(fake.commits, 1, "the rows are not sent again");
    is_number(atomic_load(&table_progress.rows_done), ROWS_A_CHUNK, "and counted once");
    reset();
    fake.lose_commit_reply = true;
    ok_call(run_worker(0, 1, &left), "the reply to COMMIT is lost, the ledger knows nothing");
    is_number(fake.commits, 2, "the chunk is copied again");
    is_number(fake.sink_opens, 2, "over a new connection");
    is_number(atomic_load(&table_progress.rows_done), ROWS_A_CHUNK, "and counted once");
}

static void test_lost_source(void)
{
    size_t left;
    reset();
    fake.lose_source = true;
    ok_call(run_worker(0, 1, &left), "the source's connection is lost in a chunk");
    is_number(fake.rollbacks, 1, "what was sent is undone");
    is_number(fake.joins, 1, "a new reader joins the snapshot");
    is_number(left, 0, "and the chunk is copied");
    reset();
    fake.lose_source = fake.source_moved = true;
    fails_with(run_worker(0, 1, &left), PGC_SOURCE_MOVED, "the last worker cannot join: an error");
}

static void test_wide(void)
{
    size_t left;
    reset();
    fake.too_wide = true;
    fails_with(run_worker(0, 1, &left), PGC_VALUE_TOO_BIG,
               "a row too wide even for worker 0 ends the run at once");
}

static void test_bad_value(void)
{
    size_t left;
    reset();
    fake.bad_value = true;
    struct error *error = run_worker(0, 1, &left);
    ok(error != NULL && error->id == PGC_VALUE_ZERO_DATE, "a refused value ends the run");
    is_text(error->row, "id = 41", "its row is named by its key");
    is_number(left, 1, "the chunk is not done");
    is_number(fake.commits, 0, "nothing was committed");
    is_number(fake.rollbacks, 1, "the chunk is undone");
    is_number(atomic_load(&table_progress.rows_done), 0, "and not shown as moved");
    error_free(error);
}

int main(void)
{
    test_plain();
    test_lost_commit();
    test_lost_source();
    test_wide();
    test_bad_value();
    return done_testing();
}
