/*
 * The source token, and the question whether the source stood still.
 *
 * Measured on MySQL 9.7 and MariaDB 10.11: GTIDs, the binlog_snapshot_* status and InnoDB's LSN can
 * be read by every user; an idle server's LSN rests, but purge, checkpoints and statistics move it
 * for a while after writes. So when only the LSN moved, the tables are asked: InnoDB sets
 * TABLES.UPDATE_TIME when a transaction commits (not when its rows are written), in memory, and
 * CREATE_TIME follows DDL. A table of the database dated later than the token was written; when
 * none is, and no date can have been lost, the LSN moved by background work alone.
 */
#include "source/session_internal.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "source/source_sql.h"
#include "source/token_internal.h"

/* Between two looks. */
#define LOOK_AGAIN_MS 200
/* UPDATE_TIME comes from a coarse clock, which can lag behind the one the token is dated by. */
#define CLOCK_MARGIN_S 1

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

static struct error *read_lsn(struct source_session *session, struct arena *arena,
                              uint64_t *ret_lsn)
{
    struct source_text_rows rows;

    TRY(session_query(session, arena,
                      STR("SHOW GLOBAL STATUS WHERE Variable_name IN "
                          "('Innodb_redo_log_current_lsn', 'Innodb_lsn_current')"),
                      &rows));
    *ret_lsn = rows.row_count > 0 ? number_of(text_cell(&rows, 0, 1)) : 0;
    return NULL;
}

struct error *source_read_token(struct source_session *session, struct arena *arena,
                                struct source_token *ret_token)
{
    bool mysql = session->flavor == FLAVOR_MYSQL;
    struct source_token token = {.binlog = STR("")};
    struct source_text_rows rows;
    bool log_bin;

    TRY(session_query(session, arena,
                      mysql ? STR("SELECT UNIX_TIMESTAMP(), @@server_uuid, @@log_bin, "
                                  "IF(@@global.gtid_mode = 'ON', @@global.gtid_executed, '')")
                            : STR("SELECT UNIX_TIMESTAMP(), CONCAT(@@hostname, ':', @@port), "
                                  "@@log_bin, IF(@@log_bin, CONCAT(@@global.gtid_binlog_pos, '/', "
                                  "@@global.gtid_slave_pos), '')"),
                      &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "the source gave no token");
    token.time_s = number_of(text_cell(&rows, 0, 0));
    token.server = text_cell(&rows, 0, 1);
    log_bin = str_equal_c(text_cell(&rows, 0, 2), "1");
    token.gtid_set = without_line_ends(arena, text_cell(&rows, 0, 3));
    /* With GTIDs the position says nothing more, and FLUSH LOGS moves it. */
    if (log_bin && token.gtid_set.len == 0)
        TRY(read_binlog(session, arena, &token.binlog));
    TRY(read_lsn(session, arena, &token.lsn));
    *ret_token = token;
    return NULL;
}

/* ---- what the tables say --------------------------------------------------------------------- */

struct error *source_tables_since(struct source_session *session, uint64_t time_s,
                                  struct arena *arena, struct tables_since *ret_since)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    struct source_text_rows rows;

    buf_add_format(&sql, "%s", sql_tables_since);
    if (session->database[0] != '\0') {
        buf_add_c(&sql, " AND TABLE_SCHEMA = ");
        source_quote_text(&sql, str_of(session->database));
    }
    TRY(buf_error(&sql));
    TRY(session_query(session, arena, buf_str(&sql), &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "the source gave no dates of its tables");
    ret_since->newest_s = number_of(text_cell(&rows, 0, 0));
    ret_since->now_s = number_of(text_cell(&rows, 0, 1));
    ret_since->undated = number_of(text_cell(&rows, 0, 2));
    ret_since->no_transactions_undated = number_of(text_cell(&rows, 0, 3));
    ret_since->written = ret_since->newest_s + CLOCK_MARGIN_S >= time_s;
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

/* Only the LSN moved since `token`: by whom? */
static struct error *judge_lsn(struct source_session *session, const struct source_token *token,
                               struct arena *arena, enum token_verdict *ret_verdict)
{
    struct tables_since since;
    bool whole;

    *ret_verdict = TOKEN_LSN_MOVED;
    if (token->time_s == 0)
        return NULL;
    TRY(source_tables_since(session, token->time_s, arena, &since));
    if (since.written) {
        *ret_verdict = TOKEN_MOVED;
        return NULL;
    }
    TRY(dates_are_whole(session, token->time_s, since.now_s, arena, &whole));
    if (since.undated == 0 || whole)
        *ret_verdict = TOKEN_SAME;
    return NULL;
}

struct error *source_judge(struct source_session *session, const struct source_token *token,
                           struct arena *arena, struct source_token *ret_now,
                           enum token_verdict *ret_verdict)
{
    enum token_verdict verdict;

    TRY(source_read_token(session, arena, ret_now));
    verdict = source_token_compare(token, ret_now);
    if (verdict == TOKEN_LSN_MOVED)
        TRY(judge_lsn(session, token, arena, &verdict));
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
