#include "cli/check_views.h"

#include "base/clock.h"
#include "base/limits.h"

/* Each costs the server a few milliseconds, and its catalogs some rows to clean up. */
#define MAX_TABLES_TO_TRY 300

static size_t count_created(const struct plan *plan, bool views)
{
    size_t count = 0;

    for (size_t i = 0; views && i < plan->view_count; i++)
        count += plan->views[i].disposition == DISPOSITION_CREATED;
    for (size_t i = 0; !views && i < plan->table_count; i++)
        count += plan->tables[i].disposition == DISPOSITION_CREATED;
    return count;
}

/* The same plan, with all of it in another schema and owned by the role that tries it. */
static struct error *plan_elsewhere(const struct prepared *prepared, struct arena *arena,
                                    struct plan_options *options, struct plan *ret_plan)
{
    char id[33];

    clock_random_id(id);
    *options = prepared->plan_options;
    options->schema = arena_format(arena, "pgconverge_check_%s", id);
    options->owner = STR("");
    return plan_make(&prepared->catalog, &prepared->facts, options, arena, ret_plan);
}

/* Types, tables and keys, without the views. */
static struct error *make_tables(struct sink_session *session, const struct plan *plan)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_DOCUMENT, "DDL");
    struct plan tables = *plan;

    tables.view_count = 0;
    TRY(plan_print_sql(&tables, &sql));
    return sink_exec(session, buf_c_str(&sql));
}

/* What the server says of a view is its outcome; what is wrong with the session is an error. */
static struct error *try_view(struct sink_session *session, const struct plan *plan,
                              const struct planned_view *view, struct arena *arena,
                              struct views_checked *checked)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_c(&sql, "SAVEPOINT view;\n");
    plan_print_view(plan, view, &sql);
    TRY(buf_error(&sql));
    checked->tried++;
    struct error *error = sink_exec(session, buf_c_str(&sql));
    if (error == NULL || error->kind != ERROR_KIND_TARGET || sink_is_dead(session))
        return error;
    *ARENA_PUSH(arena, checked->refused.items, checked->refused.count, checked->refused.capacity) =
        (struct finding){.id = PGC_OBJECT_FAILED,
                         .severity = SEVERITY_CHANGES,
                         .object = view->source->name,
                         .text = arena_str_c(arena, error->text),
                         .detail = view->source->text,
                         .rows = -1};
    error_free(error);
    return sink_exec(session, "ROLLBACK TO SAVEPOINT view");
}

static struct error *try_views(struct sink_session *session, const struct plan *plan,
                               struct arena *arena, struct views_checked *checked)
{
    TRY(sink_begin(session));
    struct error *error = make_tables(session, plan);
    if (error != NULL && error->kind == ERROR_KIND_TARGET && !sink_is_dead(session)) {
        checked->not_tried =
            arena_format(arena, "the tables for it could not be made: %s", error->text);
        error_free(error);
        error = NULL;
    } else {
        for (size_t i = 0; error == NULL && i < plan->view_count; i++)
            if (plan->views[i].disposition == DISPOSITION_CREATED)
                error = try_view(session, plan, &plan->views[i], arena, checked);
    }
    sink_rollback(session);
    return error;
}

static struct error *check(struct sink_session *session, const struct prepared *prepared,
                           struct arena *arena, struct views_checked *checked)
{
    struct plan_options options;
    struct plan plan = {0};
    struct sink_facts facts = {0};

    TRY(sink_read_facts(session, arena, &facts));
    if (!facts.can_create_schema) {
        checked->not_tried = STR("the role may not create a schema for it");
        return NULL;
    }
    TRY(plan_elsewhere(prepared, arena, &options, &plan));
    return try_views(session, &plan, arena, checked);
}

struct error *cli_check_views(const struct cli_options *options, const struct prepared *prepared,
                              struct arena *arena, struct views_checked *ret_checked)
{
    CLEANUP(sink_closep) struct sink_session *session = NULL;
    struct views_checked checked = {.not_tried = STR("")};
    struct sink_options target = {0};

    if (count_created(&prepared->plan, true) == 0) {
        checked.not_tried = STR("there are none");
    } else if (count_created(&prepared->plan, false) > MAX_TABLES_TO_TRY) {
        checked.not_tried = arena_format(arena, "more than %d tables would have to be made for it",
                                         MAX_TABLES_TO_TRY);
    } else {
        struct error *error = cli_open_target(options, "plan", &target, &session);
        /* A plan needs no target. */
        bool unreachable = error != NULL && (error->kind == ERROR_KIND_TEMPORARY ||
                                             error->kind == ERROR_KIND_TARGET);
        if (unreachable)
            checked.not_tried = arena_str_c(arena, error->text);
        else if (error == NULL)
            error = check(session, prepared, arena, &checked);
        sink_options_done(&target);
        if (!unreachable)
            TRY(error);
        else
            error_free(error);
    }
    *ret_checked = checked;
    return NULL;
}
