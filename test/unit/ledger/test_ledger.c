/*
 * The ledger against a sink that is written down here: what it asks in which order, and what it
 * makes of the answers. That the SQL itself is right is shown end to end.
 */
#include "tap.h"

#include "base/limits.h"
#include "ledger/ledger_internal.h"

/* ---- the fake sink --------------------------------------------------------------------------- */

struct sink_session {
    bool dead, shielded;
};

/* An answer to the next statement that holds `when`; used once. */
struct answer {
    const char *when;
    const char *cells[8];
    size_t row_count, column_count;
    enum error_id fails;
    bool used;
};

static struct sink_session fake;
static struct answer answers[16];
static size_t answer_count;
static struct buf asked = BUF_INIT(MIB, "statements");
static struct buf sent = BUF_INIT(MIB, "COPY data");
static bool all_shielded;

static void forget(void)
{
    buf_reset(&asked, MIB);
    buf_reset(&sent, MIB);
    answer_count = 0;
    all_shielded = true;
    fake = (struct sink_session){0};
}

static void answer(struct answer one)
{
    answers[answer_count++] = one;
}

static struct error *note(const char *sql, struct arena *arena, struct sink_rows *ret_rows)
{
    buf_add_format(&asked, "%s\n", sql);
    all_shielded = all_shielded && fake.shielded;
    for (size_t i = 0; i < answer_count; i++) {
        struct answer *known = &answers[i];
        size_t cells = known->row_count * known->column_count;

        if (known->used || strstr(sql, known->when) == NULL)
            continue;
        known->used = true;
        if (known->fails != 0)
            return error_new(known->fails, "as the test wants it");
        if (ret_rows == NULL)
            return NULL;
        ret_rows->row_count = known->row_count;
        ret_rows->column_count = known->column_count;
        ret_rows->cells = ARENA_ARRAY(arena, cells + 1, struct str);
        for (size_t j = 0; j < cells; j++)
            ret_rows->cells[j] =
                known->cells[j] != NULL ? arena_str_c(arena, known->cells[j]) : STR_NULL;
        return NULL;
    }
    return NULL;
}

struct error *sink_open(const struct sink_options *options, const char *what,
                        struct sink_session **ret_session)
{
    (void)options;
    (void)what;
    *ret_session = &fake;
    return NULL;
}

void sink_close(struct sink_session *session)
{
    (void)session;
}

bool sink_is_dead(const struct sink_session *session)
{
    return session->dead;
}

/* All of sink/session.c stands here, else the linker would take that file as well. */
void sink_closep(struct sink_session **session)
{
    *session = NULL;
}

int sink_backend_pid(const struct sink_session *session)
{
    (void)session;
    return 4711;
}

struct error *sink_read_facts(struct sink_session *session, struct arena *arena,
                              struct sink_facts *ret_facts)
{
    (void)arena;
    *ret_facts = (struct sink_facts){0};
    return sink_exec(session, "FACTS");
}

void sink_shield(struct sink_session *session, bool on)
{
    session->shielded = on;
}

struct error *sink_exec(struct sink_session *session, const char *sql)
{
    (void)session;
    return note(sql, NULL, NULL);
}

struct error *sink_query(struct sink_session *session, const char *sql, size_t param_count,
                         const char *const *params, struct arena *arena, struct sink_rows *ret_rows)
{
    (void)session;
    (void)param_count;
    (void)params;
    return note(sql, arena, ret_rows);
}

struct error *sink_begin(struct sink_session *session)
{
    return sink_exec(session, "BEGIN");
}

struct error *sink_commit(struct sink_session *session, bool *ret_unknown)
{
    *ret_unknown = false;
    return sink_exec(session, "COMMIT");
}

void sink_rollback(struct sink_session *session)
{
    error_free(sink_exec(session, "ROLLBACK"));
}

struct error *sink_copy_begin(struct sink_session *session, const struct target_table *table,
                              const size_t *columns, size_t column_count)
{
    (void)table;
    (void)columns;
    (void)column_count;
    return sink_exec(session, "COPY");
}

struct error *sink_copy_send(struct sink_session *session, const void *bytes, size_t len)
{
    (void)session;
    buf_add(&sent, bytes, len);
    return NULL;
}

struct error *sink_copy_end(struct sink_session *session, uint64_t *ret_rows)
{
    *ret_rows = 2;
    return sink_exec(session, "COPY END");
}

void sink_copy_abort(struct sink_session *session)
{
    error_free(sink_exec(session, "COPY ABORT"));
}

void sink_quote_literal(struct buf *sql, struct str text)
{
    buf_add_format(sql, "'" STR_FMT "'", STR_ARG(text));
}

/* ---- answers that many tests need ------------------------------------------------------------ */

static const struct answer locked = {
    .when = "pg_try_advisory_lock", .cells = {"t"}, .row_count = 1, .column_count = 1};
static const struct answer absent = {
    .when = "nspname = 'pgconverge'", .cells = {"f", "f", "f"}, .row_count = 1, .column_count = 3};
static const struct answer ours = {
    .when = "nspname = 'pgconverge'", .cells = {"t", "t", "t"}, .row_count = 1, .column_count = 3};
static const struct answer version_two = {
    .when = "SELECT ledger_version", .cells = {"2"}, .row_count = 1, .column_count = 1};

static struct ledger *opened(void)
{
    struct ledger *ledger = NULL;

    ok_call(ledger_open(NULL, &ledger), "opened");
    return ledger;
}

static struct ledger *owned(void)
{
    struct ledger *ledger = opened();

    answer(locked);
    answer(absent);
    ok_call(ledger_take(ledger, 0), "taken");
    return ledger;
}

static bool was_asked(const char *part)
{
    return strstr(buf_c_str(&asked), part) != NULL;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_take(void)
{
    struct ledger *ledger;
    struct error *error;

    forget();
    ledger = opened();
    answer(locked);
    answer(ours);
    answer(version_two);
    answer((struct answer){.when = "pg_terminate_backend",
                           .cells = {"7", "w", "t"},
                           .row_count = 1,
                           .column_count = 3});
    ok_call(ledger_take(ledger, 0), "a free lock is taken, a backend that lives is ended");
    ok(was_asked("DELETE FROM pgconverge.backend"), "then the register is empty");
    ledger_close(ledger);

    forget();
    ledger = opened();
    answer(absent);
    answer((struct answer){.when = "pg_locks",
                           .cells = {"77", "pgconverge/x/ledger", "10.0.0.1", "then"},
                           .row_count = 1,
                           .column_count = 4});
    error = ledger_take(ledger, 0);
    ok(error != NULL && error->id == PGC_RUN_ALIVE, "a lock that is held");
    ok(error != NULL && error->row != NULL && strstr(error->row, "77") != NULL &&
           strstr(error->row, "10.0.0.1") != NULL,
       "names its holder");
    error_free(error);
    fails_with(ledger_set_phase(ledger, STR("x")), PGC_LOST_OWNERSHIP, "and nothing is written");
    ledger_close(ledger);

    forget();
    ledger = opened();
    answer(locked);
    answer((struct answer){.when = "nspname = 'pgconverge'",
                           .cells = {"t", "f", "t"},
                           .row_count = 1,
                           .column_count = 3});
    fails_with(ledger_take(ledger, 0), PGC_LEDGER, "a schema of somebody else");
    ok(was_asked("pg_advisory_unlock"), "gives the lock back");
    ledger_close(ledger);
}

static void test_version(void)
{
    struct ledger *ledger;
    struct ledger_run run;
    struct arena arena = ARENA_INIT(MIB, "test");
    bool found = true;

    forget();
    ledger = opened();
    answer(ours);
    answer((struct answer){
        .when = "SELECT ledger_version", .cells = {"1"}, .row_count = 1, .column_count = 1});
    fails_with(ledger_read_run(ledger, &arena, &run, &found), PGC_LEDGER, "another version");
    answer(absent);
    ok_call(ledger_read_run(ledger, &arena, &run, &found), "no ledger at all");
    ok(!found, "is no run");
    ledger_close(ledger);
    arena_free(&arena);
}

static void test_begin(void)
{
    struct ledger *ledger;
    struct ledger_run run = {.run_id = STR("r")};
    struct chunk chunk = {.table = 3, .id = 4};
    struct buf sql = BUF_INIT(KIB, "SQL");

    forget();
    ledger = opened();
    fails_with(ledger_begin_run(ledger, &run), PGC_LOST_OWNERSHIP,
               "nobody begins without the lock");
    ledger_close(ledger);

    forget();
    ledger = owned();
    answer(absent);
    answer((struct answer){
        .when = "INSERT INTO pgconverge.run", .cells = {"42"}, .row_count = 1, .column_count = 1});
    all_shielded = true;
    ok_call(ledger_begin_run(ledger, &run), "begun");
    ok(all_shielded, "a stop does not cut it off");
    ok(!fake.shielded, "and later statements can be stopped again");
    ok(was_asked("BEGIN\nCREATE SCHEMA pgconverge\n") && was_asked("COMMIT"), "in one transaction");
    ledger_chunk_done_sql(ledger, &chunk,
                          &(struct ledger_outcome){.rows = UINT64_C(5000000000), .bytes = 7}, &sql);
    is_str(buf_str(&sql), STR("SELECT pgconverge.chunk_done(42, 3, 4, 5000000000, 7, 0);\n"),
           "the epoch is in what workers run");
    buf_reset(&sql, KIB);
    struct ledger_change change = {.column = STR("it is"),
                                   .value_class = CLASS_NUL_BYTE,
                                   .policy = POLICY_STRIP,
                                   .count = 9,
                                   .samples = {STR("id = 1"), STR("id = 2")},
                                   .sample_count = 2};
    ledger_chunk_done_sql(
        ledger, &chunk,
        &(struct ledger_outcome){
            .rows = 1, .bytes = 2, .rows_quarantined = 3, .changes = &change, .change_count = 1},
        &sql);
    is_str(buf_str(&sql),
           STR("INSERT INTO pgconverge.changed (table_number, chunk_id, column_name, class, "
               "policy, changed, samples) VALUES (3, 4, 'it is', 'nul_byte', 'strip', 9, ARRAY['id "
               "= 1', "
               "'id = 2']::text[]);\nSELECT pgconverge.chunk_done(42, 3, 4, 1, 2, 3);\n"),
           "what was changed and set aside goes with it");
    buf_reset(&sql, KIB);
    ledger_step_done_sql(ledger, STR("index"), STR("t.i"), &sql);
    is_str(buf_str(&sql), STR("SELECT pgconverge.step_done(42, 'index', 't.i');\n"),
           "in steps too");

    answer((struct answer){
        .when = "SELECT epoch", .cells = {"43"}, .row_count = 1, .column_count = 1});
    fails_with(ledger_heartbeat(ledger), PGC_LOST_OWNERSHIP, "another epoch is another owner");
    fake.dead = true;
    fails_with(ledger_set_token(ledger, STR("t")), PGC_TARGET_CONNECT,
               "the lock ends with its session");
    ledger_close(ledger);

    forget();
    ledger = owned();
    answer(ours);
    answer(version_two);
    fails_with(ledger_begin_run(ledger, &run), PGC_LEDGER, "a second run in one target");
    ok(was_asked("ROLLBACK") && !was_asked("CREATE SCHEMA"), "changes nothing");
    ledger_close(ledger);
    buf_free(&sql);
}

static void test_chunks(void)
{
    struct ledger *ledger;
    struct str values[] = {STR("k")};
    struct chunk chunks[] = {{.id = 0, .upper = {.values = values, .value_count = 1}},
                             {.id = 1, .lower = {.values = values, .value_count = 1}}};
    static const struct answer unsplit = {
        .when = "SET split = true", .cells = {"1"}, .row_count = 1, .column_count = 1};

    forget();
    ledger = owned();
    answer(unsplit);
    ok_call(ledger_put_chunks(ledger, 9, chunks, 2), "two chunks");
    ok(str_starts_with(buf_str(&sent),
                       STR("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\4\0\0\0\4\0\0\0\x09")),
       "binary COPY with the table's number");
    ok(str_ends_with(buf_str(&sent), STR("\377\377\377\377\377\377")), "and an end");
    fails_with(ledger_put_chunks(ledger, 9, chunks, 2), PGC_LEDGER, "once is enough");

    answer(unsplit);
    fails_with(ledger_put_chunks(ledger, 9, chunks, 1), PGC_INTERNAL, "the count is checked");
    answer(unsplit);
    answer((struct answer){.when = "COPY END", .fails = PGC_TARGET_SPACE});
    fails_with(ledger_put_chunks(ledger, 9, chunks, 2), PGC_TARGET_SPACE, "a full disk");
    ok(was_asked("ROLLBACK"), "undoes it");
    ledger_close(ledger);
}

static void test_nonsense(void)
{
    struct ledger *ledger;
    struct arena arena = ARENA_INIT(MIB, "test");
    struct chunk_list chunks;
    struct finding_list findings;

    forget();
    ledger = opened();
    answer((struct answer){.when = "FROM pgconverge.chunk",
                           .cells = {"1", "{\"61\"}", NULL},
                           .row_count = 1,
                           .column_count = 3});
    fails_with(ledger_read_open_chunks(ledger, 1, &arena, &chunks), PGC_LEDGER, "a broken bound");
    answer((struct answer){.when = "FROM pgconverge.finding",
                           .cells = {"4010", "grave", "o", "t", "f", "d", NULL},
                           .row_count = 1,
                           .column_count = 7});
    fails_with(ledger_read_findings(ledger, &arena, &findings), PGC_LEDGER, "a broken severity");
    is_text(ledger_text(&arena, STR("a\0b\xff\xe2\x82")),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
            "what PostgreSQL's text cannot hold");
    is_text(ledger_text(&arena, STR_NULL), "", "no text");
    ledger_close(ledger);
    arena_free(&arena);
}

int main(void)
{
    test_take();
    test_version();
    test_begin();
    test_chunks();
    test_nonsense();
    buf_free(&asked);
    buf_free(&sent);
    return done_testing();
}
