/*
 * The source token, and the question whether the source stood still.
 *
 * What every user can read was measured on MySQL 9.7 and MariaDB 10.11: GTIDs, MariaDB's
 * binlog_snapshot_* status, InnoDB's LSN. An idle server's LSN rests, but purge, checkpoints and
 * table statistics move it for seconds after writes. So when nothing but the LSN moved:
 *
 * MariaDB shows Innodb_max_trx_id, a counter that every writing transaction takes a number from
 * when it begins and another when it commits: unmoved, there was none. Statistics of a table that
 * grew are written by a transaction as well, about ten seconds later; then the counters of rows
 * written and of statements that commit must be unmoved, less the statements we sent ourselves.
 *
 * MySQL sets TABLES.UPDATE_TIME when a transaction commits (MariaDB already when it writes), in
 * memory. No table of the database dated since, no definition changed, and no date lost: then the
 * LSN was moved by background work, or by writes elsewhere that are no business of ours.
 */
#include "source/token_internal.h"

#include "base/clock.h"
#include "base/limits.h"
#include "source/source_sql.h"

/* Between two looks. */
#define LOOK_AGAIN_MS 200
/* UPDATE_TIME comes from a coarse clock, which can lag behind the one the token is dated by. */
#define CLOCK_MARGIN_S 1

/* Statements of this process that Com_set_option and Com_begin count as well. */
static _Atomic uint64_t own_statements;

void token_count_own_statement(void)
{
    atomic_fetch_add_explicit(&own_statements, 1, memory_order_relaxed);
}

static uint64_t number_of(struct str cell)
{
    uint64_t number;

    return cell.ptr != NULL && str_to_u64(cell, &number) ? number : 0;
}

/* GTID sets of several servers come with line ends. */
static struct str without_line_ends(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n' && text.ptr[i] != '\r' && text.ptr[i] != ' ')
            copy[len++] = text.ptr[i];
    return (struct str){.ptr = copy, .len = len};
}

/* "file:position" where this user may see it; "" where not. */
static struct error *read_binlog(struct source_session *session, struct arena *arena,
                                 struct str *ret_binlog)
{
    static const char *const statements[] = {"SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"};

    *ret_binlog = STR("");
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct source_text_rows rows;
        struct error *error = session_query(session, arena, str_of(statements[i]), &rows);

        if (error == NULL && rows.row_count > 0 && rows.column_count >= 2)
            *ret_binlog = arena_format(arena, STR_FMT ":" STR_FMT, STR_ARG(text_cell(&rows, 0, 0)),
                                       STR_ARG(text_cell(&rows, 0, 1)));
        if (error == NULL)
            return NULL;
        /* Not allowed, or a statement this version does not have: the LSN has to do. */
        if (error->kind == ERROR_KIND_TEMPORARY)
            return error;
        error_free(error);
    }
    return NULL;
}

/* Statements that define something, or commit what was written before. */
static bool commits(struct str name)
{
    static const char *const beginnings[] = {"Com_alter_",  "Com_create_",  "Com_drop_",
                                             "Com_rename_", "Com_truncate", "Com_import_"};

    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (str_starts_with(name, str_of(beginnings[i])))
            return true;
    return false;
}

static bool is_one_of(struct str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal_c(name, names[i]))
            return true;
    return false;
}

/* MariaDB keeps rows of temporary tables apart; MySQL does not, so there they say nothing. */
static bool writes_in_mariadb(struct str name)
{
    static const char *const names[] = {"Handler_write",  "Handler_update",   "Handler_delete",
                                        "Com_commit",     "Com_xa_commit",    "Com_begin",
                                        "Com_set_option", "Com_lock_tables",  "Com_flush",
                                        "Com_load",       "Com_unlock_tables"};

    return is_one_of(name, names, COUNT_OF(names));
}

/* The counters, with the LSN among them. */
static struct error *read_status(struct source_session *session, struct source_token *token)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool mariadb = session->flavor == FLAVOR_MARIADB, more;
    uint64_t own = mariadb ? atomic_load(&own_statements) : 0, sum = 0, running = 0;

    TRY(session_rows_open(session, str_of(sql_status), &rows));
    for (;;) {
        struct str name;
        uint64_t value;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            break;
        name = rows.cells[0];
        value = number_of(rows.cells[1]);
        if (str_equal_c(name, "Innodb_redo_log_current_lsn") ||
            str_equal_c(name, "Innodb_lsn_current"))
            token->lsn = value;
        else if (str_equal_c(name, "Innodb_max_trx_id"))
            token->transactions = value;
        else if (str_equal_c(name, "Threads_running"))
            running = value;
        else if (commits(name) || (mariadb && writes_in_mariadb(name)))
            sum += value;
    }
    /* A statement under way may have been counted and commit later: then the sum proves nothing. */
    token->statements = mariadb && running > 1 ? 0 : sum - own + 1;
    return NULL;
}

struct error *source_read_token(struct source_session *session, struct arena *arena,
                                struct source_token *ret_token)
{
    bool mysql = session->flavor == FLAVOR_MYSQL, log_bin;
    struct source_token token = {.binlog = STR("")};
    struct source_text_rows rows;

    TRY(session_query(session, arena, str_of(mysql ? sql_token_mysql : sql_token_mariadb), &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "the source gave no token");
    token.time_s = number_of(text_cell(&rows, 0, 0));
    token.server = text_cell(&rows, 0, 1);
    log_bin = str_equal_c(text_cell(&rows, 0, 2), "1");
    token.gtid_set = without_line_ends(arena, text_cell(&rows, 0, 3));
    /* With GTIDs the position says nothing more, and FLUSH LOGS moves it. */
    if (log_bin && token.gtid_set.len == 0)
        TRY(read_binlog(session, arena, &token.binlog));
    TRY(read_status(session, &token));
    *ret_token = token;
    return NULL;
}

/* ---- what the tables say --------------------------------------------------------------------- */

struct error *source_tables_since(struct source_session *session, struct arena *arena,
                                  struct tables_since *ret_since)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    struct tables_since since = {0};
    uint64_t *parts[] = {&since.newest_s, &since.newest_other_s, &since.now_s, &since.undated,
                         &since.undated_other};
    struct source_text_rows rows;

    buf_add_c(&sql, sql_tables_since);
    if (session->database[0] != '\0') {
        buf_add_c(&sql, " AND TABLE_SCHEMA = ");
        source_quote_text(&sql, str_of(session->database));
    }
    TRY(buf_error(&sql));
    TRY(session_query(session, arena, buf_str(&sql), &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "the source gave no dates of its tables");
    /* A number that cannot be read must not become an early date. */
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (!str_to_u64(text_cell(&rows, 0, i), parts[i]))
            return error_new(PGC_INTERNAL, "a date of the source's tables is no number");
    *ret_since = since;
    return NULL;
}

/*
 * Whether dates can have been lost since: by a restart, or because the server has opened more
 * tables than it keeps in memory.
 */
static struct error *dates_are_whole(struct source_session *session, uint64_t time_s,
                                     uint64_t now_s, struct arena *arena, bool *ret_whole)
{
    struct source_text_rows rows;
    uint64_t uptime_s = 0, opened = UINT64_MAX, cache = 0;

    TRY(session_query(session, arena,
                      STR("SHOW GLOBAL STATUS WHERE Variable_name IN "
                          "('Uptime', 'Opened_table_definitions')"),
                      &rows));
    for (size_t i = 0; i < rows.row_count; i++) {
        if (str_equal_nocase(text_cell(&rows, i, 0), STR("Uptime")))
            uptime_s = number_of(text_cell(&rows, i, 1));
        else
            opened = number_of(text_cell(&rows, i, 1));
    }
    TRY(session_query(session, arena, STR("SELECT @@global.table_definition_cache"), &rows));
    if (rows.row_count == 1)
        cache = number_of(text_cell(&rows, 0, 0));
    *ret_whole = now_s >= time_s && uptime_s > now_s - time_s + CLOCK_MARGIN_S && opened <= cache;
    return NULL;
}

/* Only the LSN moved between the two: by whom? */
static struct error *judge_lsn(struct source_session *session, const struct source_token *token,
                               const struct source_token *now, struct arena *arena,
                               enum token_verdict *ret_verdict)
{
    bool statements_same = token->statements != 0 && token->statements == now->statements;
    struct tables_since since = {0};
    bool whole = false;

    *ret_verdict = TOKEN_LSN_MOVED;
    if (token->transactions != 0 && token->transactions == now->transactions) {
        *ret_verdict = TOKEN_SAME;
        return NULL;
    }
    if (token->time_s == 0)
        return NULL;
    TRY(source_tables_since(session, arena, &since));
    if (since.newest_s + CLOCK_MARGIN_S >= token->time_s) {
        *ret_verdict = TOKEN_MOVED;
        return NULL;
    }
    TRY(dates_are_whole(session, token->time_s, since.now_s, arena, &whole));
    if (statements_same && (since.undated == 0 || whole))
        *ret_verdict = TOKEN_SAME;
    return NULL;
}

/* Without GTIDs and binlog, tables without transactions are seen by their dates alone. */
static struct error *judge_others(struct source_session *session, const struct source_token *token,
                                  struct arena *arena, enum token_verdict *ret_verdict)
{
    struct tables_since since = {0};

    if (token->gtid_set.len > 0 || token->binlog.len > 0)
        return NULL;
    TRY(source_tables_since(session, arena, &since));
    if (since.newest_other_s != 0 && since.newest_other_s + CLOCK_MARGIN_S >= token->time_s)
        *ret_verdict = TOKEN_MOVED;
    else if (since.undated_other > 0)
        *ret_verdict = TOKEN_UNKNOWN;
    return NULL;
}

struct error *source_judge(struct source_session *session, const struct source_token *token,
                           struct arena *arena, struct source_token *ret_now,
                           enum token_verdict *ret_verdict)
{
    struct source_token now = {0};
    enum token_verdict verdict;

    TRY(source_read_token(session, arena, &now));
    verdict = source_token_compare(token, &now);
    if (verdict == TOKEN_LSN_MOVED)
        TRY(judge_lsn(session, token, &now, arena, &verdict));
    if (verdict == TOKEN_SAME)
        TRY(judge_others(session, token, arena, &verdict));
    *ret_now = now;
    *ret_verdict = verdict;
    return NULL;
}

struct error *source_check_still(struct source_session *session, const struct source_token *token,
                                 uint64_t wait_ms, struct arena *arena,
                                 enum token_verdict *ret_verdict)
{
    uint64_t deadline = clock_ms() + wait_ms;

    for (;;) {
        struct source_token now;

        TRY_DOING(source_judge(session, token, arena, &now, ret_verdict),
                  "look whether the source stood still");
        if (*ret_verdict != TOKEN_LSN_MOVED || clock_ms() >= deadline)
            return NULL;
        clock_sleep_ms(LOOK_AGAIN_MS);
    }
}
