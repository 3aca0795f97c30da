/*
 * Whether the user sees all of a database. What MySQL does not show for lack of a right looks as
 * if it did not exist, so this is asked before anything is believed.
 */
#include "source/session_internal.h"

#include "base/limits.h"
#include "source/grants.h"

#define SCRATCH (4 * MIB)

static const struct {
    unsigned right;
    const char *name;
} database_rights[] = {
    {RIGHT_SELECT, "SELECT"},
    {RIGHT_SHOW_VIEW, "SHOW VIEW"},
    {RIGHT_TRIGGER, "TRIGGER"},
    {RIGHT_EVENT, "EVENT"},
};

static bool is_on(struct str value)
{
    return str_equal_c(value, "1") || str_equal_c(value, "ON");
}

/* MySQL's partial_revokes turns wildcards in grants off. */
static struct error *read_patterns(struct source_session *session, struct arena *arena,
                                   bool *ret_patterns)
{
    struct source_text_rows rows;

    TRY(session_query(session, arena,
                      STR("SHOW GLOBAL VARIABLES WHERE Variable_name = 'partial_revokes'"), &rows));
    *ret_patterns = rows.row_count == 0 || !is_on(text_cell(&rows, 0, 1));
    return NULL;
}

static void add_string(struct buf *sql, struct str text)
{
    buf_add_char(sql, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'' || text.ptr[i] == '\\')
            buf_add_char(sql, text.ptr[i]);
        buf_add_char(sql, text.ptr[i]);
    }
    buf_add_char(sql, '\'');
}

/* 'user'@'host' of CURRENT_USER(); a role's has no host. */
static void add_account(struct buf *sql, struct str current_user)
{
    size_t at = current_user.len;

    while (at > 0 && current_user.ptr[at - 1] != '@')
        at--;
    if (at == 0) {
        add_string(sql, current_user);
        return;
    }
    add_string(sql, str_slice(current_user, 0, at - 1));
    buf_add_char(sql, '@');
    add_string(sql, str_slice(current_user, at, current_user.len));
}

/* The database's name as a grant's pattern that means it alone. */
static void add_pattern(struct buf *sql, struct str database, bool patterns)
{
    buf_add_char(sql, '`');
    for (size_t i = 0; i < database.len; i++) {
        char c = database.ptr[i];

        if (c == '`')
            buf_add_char(sql, '`');
        if (patterns && (c == '_' || c == '%' || c == '\\'))
            buf_add_char(sql, '\\');
        buf_add_char(sql, c);
    }
    buf_add_char(sql, '`');
}

static void add_fix(struct buf *sql, const struct grants *grants, struct str current_user,
                    unsigned missing)
{
    bool first = true;

    for (size_t i = 0; i < COUNT_OF(database_rights); i++) {
        if ((missing & database_rights[i].right) == 0)
            continue;
        buf_add_format(sql, "%s%s", first ? "GRANT " : ", ", database_rights[i].name);
        first = false;
    }
    if (!first) {
        buf_add_c(sql, " ON ");
        add_pattern(sql, grants->database, grants->patterns);
        buf_add_c(sql, ".* TO ");
        add_account(sql, current_user);
        buf_add_c(sql, ";");
    }
    if ((missing & RIGHT_ROUTINES) == 0)
        return;
    buf_add_format(sql, "%sGRANT %s TO ", first ? "" : " ",
                   grants->flavor == FLAVOR_MARIADB ? "SELECT ON `mysql`.`proc`"
                                                    : "SHOW_ROUTINE ON *.*");
    add_account(sql, current_user);
    buf_add_c(sql, ";");
}

static struct error *refuse(struct source_session *session, struct arena *arena,
                            const struct grants *grants, unsigned missing)
{
    CLEANUP(buf_free) struct buf fix = BUF_INIT(LIMIT_ERROR_TEXT, "LIMIT_ERROR_TEXT");
    CLEANUP(buf_free) struct buf list = BUF_INIT(LIMIT_ERROR_TEXT, "LIMIT_ERROR_TEXT");
    struct source_text_rows rows;
    struct error *error;

    TRY(session_query(session, arena, STR("SELECT CURRENT_USER()"), &rows));
    if (rows.row_count != 1)
        return error_new(PGC_INTERNAL, "CURRENT_USER() gave nothing");
    add_fix(&fix, grants, text_cell(&rows, 0, 0), missing);
    for (size_t i = 0; i < COUNT_OF(database_rights); i++)
        if ((missing & database_rights[i].right) != 0)
            buf_add_format(&list, "%s%s", list.len > 0 ? ", " : "", database_rights[i].name);
    if ((missing & RIGHT_ROUTINES) != 0)
        buf_add_format(&list, "%sthe bodies of routines", list.len > 0 ? ", " : "");
    TRY(buf_error(&fix));
    TRY(buf_error(&list));
    error = error_new(PGC_SOURCE_PRIVILEGE,
                      "the user " STR_FMT " lacks rights on database " STR_FMT ": %s",
                      STR_ARG(text_cell(&rows, 0, 0)), STR_ARG(grants->database), buf_c_str(&list));
    return error_with_fix(error, "%s", buf_c_str(&fix));
}

static struct error *check(struct source_session *session, struct arena *arena, struct str database)
{
    struct source_text_rows rows;
    struct grants grants = {.flavor = session->flavor, .database = database};
    unsigned missing;

    TRY(session_set_results(session, RESULTS_TEXT));
    TRY(read_patterns(session, arena, &grants.patterns));
    /* Of the current user, with the roles that are active. */
    TRY(session_query(session, arena, STR("SHOW GRANTS"), &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        grants_add(&grants, text_cell(&rows, i, 0));
    missing = (RIGHTS_DATABASE | RIGHT_ROUTINES) & ~grants_rights(&grants);
    return missing == 0 ? NULL : refuse(session, arena, &grants, missing);
}

struct error *source_check_privileges(struct source_session *session, struct str database)
{
    struct arena arena = ARENA_INIT(SCRATCH, "text of SHOW GRANTS");
    struct error *error = check(session, &arena, database);

    arena_free(&arena);
    return error;
}
