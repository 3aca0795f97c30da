/*
 * The settings that decide how values are read. They are set after the login, because init_connect
 * and proxies can change them, and read back, because a proxy can also swallow a SET.
 */
#include "source/session_internal.h"

#include "base/limits.h"
#include "source/token_internal.h"

struct setting {
    const char *name;
    const char *value; /* as SQL */
    const char *shown; /* as the server shows it */
};

/* Where a server does not know a name it has no such trap: the rest of the line is left out. */
static const struct setting settings[] = {
    /* No PAD_CHAR_TO_FULL_LENGTH, ANSI_QUOTES, ORACLE … */
    {"sql_mode", "''", ""},
    {"time_zone", "'+00:00'", "+00:00"},
    {"autocommit", "1", "ON"},
    {"completion_type", "0", "NO_CHAIN"},
    {"transaction_isolation", "'REPEATABLE-READ'", "REPEATABLE-READ"},
    {"transaction_read_only", "1", "ON"},
    {"tx_isolation", "'REPEATABLE-READ'", "REPEATABLE-READ"}, /* MariaDB before 11.1 */
    {"tx_read_only", "1", "ON"},
    {"max_execution_time", "0", "0"},
    {"max_statement_time", "0", "0.000000"},
    {"net_read_timeout", "86400", "86400"},
    {"net_write_timeout", "86400", "86400"},
    {"wait_timeout", "86400", "86400"},
    {"idle_transaction_timeout", "0", "0"},
    {"idle_readonly_transaction_timeout", "0", "0"},
    {"idle_write_transaction_timeout", "0", "0"},
    {"lock_wait_timeout", "20", "20"}, /* whoever we wait for keeps the applications waiting */
    {"group_concat_max_len", "1048576", "1048576"},
    {"sql_select_limit", "18446744073709551615", "18446744073709551615"},
    {"sql_big_selects", "1", "ON"},
    {"sql_safe_updates", "0", "OFF"},
    {"sql_auto_is_null", "0", "OFF"},
    {"sql_quote_show_create", "1", "ON"},
    {"show_gipk_in_create_table_and_information_schema", "ON", "ON"},
    {"information_schema_stats_expiry", "0", "0"},
    {"system_versioning_asof", "DEFAULT", "DEFAULT"},
    {"sql_if_exists", "0", "OFF"},
    {"character_set_client", "utf8mb4", "utf8mb4"},
    {"character_set_connection", "utf8mb4", "utf8mb4"},
    {"character_set_results", "utf8mb4", "utf8mb4"},
};

static const struct setting *find_setting(struct str name, size_t *ret_number)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (str_equal_nocase(name, str_of(settings[i].name))) {
            *ret_number = i;
            return &settings[i];
        }
    }
    return NULL;
}

/* Which settings the server knows, and what they are now. */
static struct error *read_settings(struct source_session *session, struct buf *sql, bool known[],
                                   bool *ret_all_right, const struct setting **ret_bad)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more, all_right = true;

    buf_reset(sql, KIB);
    buf_add_c(sql, "SHOW SESSION VARIABLES WHERE Variable_name IN (");
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        buf_add_format(sql, "%s'%s'", i > 0 ? ", " : "", settings[i].name);
    buf_add_c(sql, ")");
    TRY(buf_error(sql));
    TRY(session_rows_open(session, buf_str(sql), &rows));
    for (;;) {
        const struct setting *setting;
        size_t number;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            break;
        setting = find_setting(rows.cells[0], &number);
        if (setting == NULL)
            continue;
        known[number] = true;
        if (all_right && !str_equal_nocase(rows.cells[1], str_of(setting->shown))) {
            all_right = false;
            *ret_bad = setting;
        }
    }
    *ret_all_right = all_right;
    return NULL;
}

struct error *session_settle(struct source_session *session)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(64 * KIB, "text of the session settings");
    bool known[COUNT_OF(settings)] = {0}, all_right, first = true;
    const struct setting *bad = NULL;

    /* The limit counts for SHOW too, and would hide most of the settings. */
    token_count_own_statement();
    TRY(session_exec(session, "SET NAMES utf8mb4, sql_select_limit = 18446744073709551615"));
    TRY(read_settings(session, &sql, known, &all_right, &bad));
    buf_reset(&sql, KIB);
    buf_add_c(&sql, "SET SESSION ");
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (!known[i])
            continue;
        buf_add_format(&sql, "%s%s = %s", first ? "" : ", ", settings[i].name, settings[i].value);
        first = false;
    }
    TRY(buf_error(&sql));
    token_count_own_statement();
    TRY(session_exec_str(session, buf_str(&sql)));
    TRY(read_settings(session, &sql, known, &all_right, &bad));
    session->results = RESULTS_TEXT;
    if (!all_right)
        return error_new(PGC_SOURCE_SESSION, "the session's %s could not be set to %s", bad->name,
                         bad->value);
    return NULL;
}
