/* What doctor looks at on MySQL and MariaDB. Everything is read with the rights of the user. */
#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/stop.h"
#include "cli/doctor.h"

#define SIDE "source"
/* Beyond this, logs of the two hosts are hard to read side by side, and certificates may fail. */
#define CLOCK_TOLERANCE_S 5
#define LISTED 8

struct visit {
    struct doctor *doctor;
    struct source_options options;
    struct source_session *session;
    struct source_facts facts;
};

/* One row, one column; "" when there is none. What cannot be asked is a warning of its own. */
static struct str ask(struct visit *visit, const char *name, const char *sql)
{
    struct source_text_rows rows = {0};
    struct error *error = source_query(visit->session, visit->doctor->arena, &rows, "%s", sql);

    if (error != NULL) {
        doctor_add_error(visit->doctor, SIDE, name, error);
        visit->doctor->checks[visit->doctor->count - 1].status = CHECK_WARN;
        return STR_NULL;
    }
    if (rows.row_count == 0 || rows.cells[rows.column_count - 1].ptr == NULL)
        return STR("");
    return rows.cells[rows.column_count - 1];
}

static uint64_t ask_number(struct visit *visit, const char *name, const char *sql)
{
    struct str text = ask(visit, name, sql);
    uint64_t number = 0;

    /* Fractions are of no interest here. */
    return str_to_u64(str_slice(text, 0, str_find(text, '.', 0)), &number) ? number : 0;
}

static void check_version(struct visit *visit)
{
    const struct source_facts *facts = &visit->facts;
    bool is_mariadb = facts->flavor == FLAVOR_MARIADB;
    size_t dot = str_find(facts->version, '.', 0);
    size_t end = dot + 1;
    uint64_t major = 0, minor = 0;

    while (end < facts->version.len && facts->version.ptr[end] >= '0' &&
           facts->version.ptr[end] <= '9')
        end++;
    bool is_number = str_to_u64(str_slice(facts->version, 0, dot), &major) &&
                     str_to_u64(str_slice(facts->version, dot + 1, end), &minor);
    bool is_old = !is_number || (is_mariadb ? major < 10 || (major == 10 && minor < 6) : major < 8);
    doctor_add(visit->doctor, SIDE, is_old ? CHECK_WARN : CHECK_OK, "version", "%s " STR_FMT "%s",
               is_mariadb ? "MariaDB" : "MySQL", STR_ARG(facts->version),
               is_old ? ": older than what this program is tested with" : "");
}

static void check_tls(struct visit *visit)
{
    struct str cipher = ask(visit, "tls", "SHOW SESSION STATUS LIKE 'Ssl_cipher'");

    if (cipher.ptr == NULL)
        return;
    if (cipher.len > 0)
        doctor_add(visit->doctor, SIDE, CHECK_OK, "tls", STR_FMT, STR_ARG(cipher));
    else if (source_options_local(&visit->options))
        doctor_add(visit->doctor, SIDE, CHECK_OK, "tls", "none, on this very machine");
    else {
        doctor_add(visit->doctor, SIDE, CHECK_WARN, "tls",
                   "none: everybody on the way can read the data");
        doctor_fix(visit->doctor, "take ssl-mode=DISABLED out of the URI; give ssl-ca=FILE");
    }
}

static void check_privileges(struct visit *visit)
{
    struct error *error = source_check_privileges(visit->session, str_of(visit->options.database));

    if (error == NULL) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "privileges", "the user sees all of %s",
                   visit->options.database);
        return;
    }
    doctor_add_error(visit->doctor, SIDE, "privileges", error);
    if (visit->doctor->options->visible_only)
        visit->doctor->checks[visit->doctor->count - 1].status = CHECK_WARN;
}

/* Which proof of one moment is possible: see "The source token" in ARCHITECTURE.md. */
static void check_snapshot(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    struct source_token token = {0};
    struct error *error = source_read_token(visit->session, doctor->arena, &token);

    if (error != NULL) {
        doctor_add_error(doctor, SIDE, "snapshot", error);
        return;
    }
    if (token.gtid_set.len > 0) {
        doctor_add(doctor, SIDE, CHECK_OK, "snapshot", "proven by the GTID set, without locks");
    } else if (token.binlog.len > 0) {
        doctor_add(doctor, SIDE, CHECK_OK, "snapshot",
                   "proven by the binlog position, without locks");
    } else if (visit->facts.log_bin) {
        doctor_add(doctor, SIDE, CHECK_WARN, "snapshot", "the binlog position may not be read%s",
                   token.lsn > 0 ? "; the InnoDB log alone moves by background work, too"
                                 : ": one reader, or --lock");
        doctor_fix(doctor, "GRANT %s ON *.* TO the account that CURRENT_USER() shows",
                   visit->facts.flavor == FLAVOR_MARIADB ? "BINLOG MONITOR" : "REPLICATION CLIENT");
    } else if (token.lsn > 0) {
        doctor_add(doctor, SIDE, CHECK_OK, "snapshot",
                   "proven by the InnoDB log alone (no binlog): it may take some tries");
    } else {
        doctor_add(doctor, SIDE, CHECK_WARN, "snapshot",
                   "nothing can prove that several readers see one moment: one reader, or --lock");
    }
}

/* As the plan chooses: by the name, or the name behind the database's. */
static bool matches(const struct visit *visit, const struct cli_list *patterns, struct str table)
{
    struct str full =
        arena_format(visit->doctor->arena, "%s." STR_FMT, visit->options.database, STR_ARG(table));

    for (size_t i = 0; i < patterns->count; i++) {
        if (str_glob(patterns->items[i], table) || str_glob(patterns->items[i], full))
            return true;
    }
    return false;
}

static bool is_taken(const struct visit *visit, struct str table)
{
    const struct cli_options *options = visit->doctor->options;

    return !matches(visit, &options->exclude, table) &&
           (options->tables.count == 0 || matches(visit, &options->tables, table));
}

static void tell_engines(struct visit *visit, const struct source_text_rows *rows)
{
    CLEANUP(buf_free) struct buf names = BUF_INIT(MIB, "table names");
    CLEANUP(buf_free) struct buf fixes = BUF_INIT(MIB, "statements");
    bool locked = visit->doctor->options->lock;
    size_t count = 0;

    for (size_t i = 0; i < rows->row_count; i++) {
        const struct str *cells = &rows->cells[i * rows->column_count];
        if (!is_taken(visit, cells[0]) || count++ >= LISTED)
            continue;
        buf_add_format(&names, "%s" STR_FMT " (" STR_FMT ")", count == 1 ? "" : ", ",
                       STR_ARG(cells[0]), STR_ARG(cells[1]));
        buf_add_c(&fixes, count == 1 ? "ALTER TABLE " : "\nALTER TABLE ");
        source_quote_ident(&fixes, cells[0]);
        buf_add_c(&fixes, " ENGINE=InnoDB;");
    }
    if (count == 0) {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "engines", "all tables have snapshots (InnoDB)");
        return;
    }
    if (count > LISTED)
        buf_add_format(&names, " and %zu more", count - LISTED);
    doctor_add(visit->doctor, SIDE, locked ? CHECK_OK : CHECK_FAIL, "engines",
               "without snapshots, copied only under --lock: %s", buf_c_str(&names));
    if (!locked)
        doctor_fix(visit->doctor, "%s\nor give --lock, or leave them out with --exclude",
                   buf_c_str(&fixes));
}

static void check_engines(struct visit *visit)
{
    struct source_text_rows rows = {0};
    struct error *error = source_query(
        visit->session, visit->doctor->arena, &rows, "%s",
        "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() "
        "AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' ORDER BY TABLE_NAME");

    if (error != NULL)
        doctor_add_error(visit->doctor, SIDE, "engines", error);
    else
        tell_engines(visit, &rows);
}

static void check_connections(struct visit *visit)
{
    uint64_t limit = ask_number(visit, "connections", "SELECT @@GLOBAL.max_connections");
    uint64_t own = ask_number(visit, "connections", "SELECT @@SESSION.max_user_connections");
    uint64_t used = ask_number(visit, "connections", "SHOW GLOBAL STATUS LIKE 'Threads_connected'");
    /* The readers, the one that splits and counts, and this one. */
    uint64_t wanted = visit->doctor->options->jobs + 2;

    if (limit == 0)
        return;
    if (own > 0 && own < wanted) {
        doctor_add(visit->doctor, SIDE, CHECK_WARN, "connections",
                   "this user may have %" PRIu64 ", %" PRIu64 " are wanted", own, wanted);
        doctor_fix(visit->doctor, "give --jobs %" PRIu64, own > 3 ? own - 2 : 1);
    } else if (used + wanted > limit) {
        doctor_add(visit->doctor, SIDE, CHECK_WARN, "connections",
                   "%" PRIu64 " of %" PRIu64 " are taken, %" PRIu64 " are wanted", used, limit,
                   wanted);
        doctor_fix(visit->doctor, "give fewer --jobs, or raise max_connections");
    } else {
        doctor_add(visit->doctor, SIDE, CHECK_OK, "connections",
                   "%" PRIu64 " of %" PRIu64 " are taken, %" PRIu64 " are wanted", used, limit,
                   wanted);
    }
}

/* Sessions set their own timeouts; this one is a server's or a proxy's that nobody can raise. */
static void check_timeouts(struct visit *visit)
{
    uint64_t wait_s = ask_number(visit, "timeouts", "SELECT @@SESSION.wait_timeout");
    uint64_t write_s = ask_number(visit, "timeouts", "SELECT @@SESSION.net_write_timeout");

    if (wait_s == 0 || write_s == 0)
        return;
    bool is_short = wait_s < 600 || write_s < 60;
    doctor_add(visit->doctor, SIDE, is_short ? CHECK_WARN : CHECK_OK, "timeouts",
               "of our sessions: wait_timeout %" PRIu64 " s, net_write_timeout %" PRIu64 " s%s",
               wait_s, write_s, is_short ? ": short; something resets them" : "");
    if (is_short)
        doctor_fix(visit->doctor, "look at init_connect and at a proxy between");
}

static void check_clock(struct visit *visit)
{
    uint64_t there = ask_number(visit, "clock", "SELECT UNIX_TIMESTAMP()");
    int64_t ahead = (int64_t)there - (int64_t)time(NULL);

    if (there == 0)
        return;
    bool is_off = ahead > CLOCK_TOLERANCE_S || ahead < -CLOCK_TOLERANCE_S;
    doctor_add(visit->doctor, SIDE, is_off ? CHECK_WARN : CHECK_OK, "clock",
               is_off ? "%" PRId64 " s apart from this machine's; time zone " STR_FMT
                      : "within %" PRId64 " s of this machine's; time zone " STR_FMT,
               ahead < 0 ? -ahead : ahead, STR_ARG(visit->facts.time_zone));
}

static void check_size(struct visit *visit)
{
    uint64_t bytes = ask_number(visit, "size",
                                "SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM "
                                "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()");
    uint64_t tables = ask_number(visit, "size",
                                 "SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                                 "TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'");

    visit->doctor->source_bytes = bytes;
    doctor_add(visit->doctor, SIDE, CHECK_OK, "size",
               "%" PRIu64 " tables, about %" PRIu64 " MiB of data and indexes", tables,
               bytes / MIB);
}

/* ---- --window -------------------------------------------------------------------------------- */

/* Without PROCESS the list holds our own user's connections only. */
static void list_connections(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    CLEANUP(buf_free) struct buf list = BUF_INIT(MIB, "connections");
    struct str own = ask(visit, "others", "SELECT CONNECTION_ID()");
    struct source_text_rows rows = {0};
    struct error *error =
        source_query(visit->session, doctor->arena, &rows, "%s", "SHOW PROCESSLIST");
    size_t others = 0;

    if (error != NULL) {
        doctor_add_error(doctor, SIDE, "others", error);
        return;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        const struct str *cells = &rows.cells[i * rows.column_count];
        /* Id, User, Host, db, Command, Time … */
        if (rows.column_count < 6 || str_equal(cells[0], own) || str_equal_c(cells[4], "Daemon") ||
            str_equal_c(cells[1], "system user") || str_equal_c(cells[1], "event_scheduler"))
            continue;
        if (others++ < LISTED)
            buf_add_format(&list,
                           "\n" STR_FMT "@" STR_FMT "  database " STR_FMT "  " STR_FMT
                           " for " STR_FMT " s",
                           STR_ARG(cells[1]), STR_ARG(cells[2]),
                           STR_ARG(cells[3].len > 0 ? cells[3] : STR("-")), STR_ARG(cells[4]),
                           STR_ARG(cells[5]));
    }
    uint64_t sees_all = ask_number(visit, "others",
                                   "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE "
                                   "PRIVILEGE_TYPE = 'PROCESS'");
    doctor_add(doctor, SIDE, others > 0 ? CHECK_WARN : CHECK_OK, "others",
               "%zu other connections%s%s%s", others,
               sees_all > 0 ? "" : " of this user (PROCESS would show all)", buf_c_str(&list),
               others > LISTED ? "\n…" : "");
    if (others > 0)
        doctor_fix(doctor, "for the real night, stop what writes");
}

static struct error *wait_window(uint64_t window_ms)
{
    uint64_t end_ms = clock_ms() + window_ms;

    while (clock_ms() < end_ms) {
        if (stop_requested())
            return error_new(PGC_INTERRUPTED, "stopped while watching the source");
        clock_sleep_ms(100);
    }
    return NULL;
}

static void tell_movement(struct doctor *doctor, enum token_verdict verdict)
{
    unsigned seconds = (unsigned)(doctor->options->window_ms / 1000);

    switch (verdict) {
    case TOKEN_SAME:
        doctor_add(doctor, SIDE, CHECK_OK, "window", "nothing was written in %u s", seconds);
        break;
    case TOKEN_MOVED:
        doctor_add(doctor, SIDE, CHECK_WARN, "window",
                   "the source was written within %u s: a copy made now ends as SOURCE MOVED",
                   seconds);
        doctor_fix(doctor, "stop the writers; for a rehearsal: migrate --allow-moving-source");
        break;
    case TOKEN_LSN_MOVED:
        doctor_add(doctor, SIDE, CHECK_WARN, "window",
                   "the InnoDB log moved within %u s: writes, or background work", seconds);
        doctor_fix(doctor, "watch longer: --window 60s");
        break;
    case TOKEN_UNKNOWN:
        doctor_add(doctor, SIDE, CHECK_WARN, "window",
                   "nothing that this user can read tells whether somebody wrote");
        break;
    case TOKEN_OTHER_SERVER:
        doctor_add(doctor, SIDE, CHECK_FAIL, "window", "the connection changed to another server");
        doctor_fix(doctor, "connect to one server, not through a balancer");
        break;
    }
}

static struct error *watch_window(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    struct source_token token = {0};
    enum token_verdict verdict = TOKEN_UNKNOWN;
    struct error *error = source_read_token(visit->session, doctor->arena, &token);

    if (error == NULL) {
        TRY(wait_window(doctor->options->window_ms));
        error = source_check_still(visit->session, &token, 0, doctor->arena, &verdict);
    }
    if (error != NULL)
        doctor_add_error(doctor, SIDE, "window", error);
    else
        tell_movement(doctor, verdict);
    list_connections(visit);
    return NULL;
}

/* ---- all ------------------------------------------------------------------------------------- */

static struct error *visit_source(struct visit *visit)
{
    struct doctor *doctor = visit->doctor;
    CLEANUP(buf_free) struct buf name = BUF_INIT(64 * KIB, "source");
    struct error *error = cli_open_source(doctor->options, &visit->options, &visit->session);

    if (error == NULL)
        error = source_read_facts(visit->session, doctor->arena, &visit->facts);
    if (error != NULL && (error->kind == ERROR_KIND_USAGE || error->kind == ERROR_KIND_INTERRUPTED))
        return error;
    if (error != NULL) {
        doctor_add_error(doctor, SIDE, "connection", error);
        return NULL;
    }
    source_options_print(&visit->options, &name);
    doctor_add(doctor, SIDE, CHECK_OK, "connection", "%s", buf_c_str(&name));
    check_version(visit);
    check_tls(visit);
    check_privileges(visit);
    check_snapshot(visit);
    check_engines(visit);
    check_connections(visit);
    check_timeouts(visit);
    check_clock(visit);
    check_size(visit);
    return doctor->options->window_ms > 0 ? watch_window(visit) : NULL;
}

struct error *doctor_source(struct doctor *doctor)
{
    struct visit visit = {.doctor = doctor};
    struct error *error = visit_source(&visit);

    source_close(visit.session);
    source_options_done(&visit.options);
    return error;
}
