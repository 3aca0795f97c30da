/*
 * objects.sql: what is left to people, with its source text and a stub each. The texts are a
 * stranger's: every line of them is a comment, with everything escaped that could end the line.
 */
#include "base/text.h"
#include "plan/internal.h"
#include "sink/sink.h"

struct printer {
    const struct plan *plan;
    struct arena *arena;
    struct buf *sql;
    struct map signatures; /* of stubs made already: PostgreSQL has one namespace for both kinds */
};

/* ---- source texts ---------------------------------------------------------------------------- */

/* Tabs are common in source texts, and all that psql could take for a line's end is escaped. */
static void add_comment_line(struct buf *sql, struct str line)
{
    buf_add_c(sql, "--   ");
    for (size_t from = 0, to; from <= line.len; from = to + 1) {
        to = str_find(line, '\t', from);
        text_add_printable(sql, str_slice(line, from, to));
        buf_add_c(sql, to < line.len ? "    " : "");
    }
    buf_add_char(sql, '\n');
}

static void add_comment(struct buf *sql, struct str text)
{
    for (size_t from = 0, to; from < text.len; from = to + 1) {
        to = str_find(text, '\n', from);
        struct str line = str_slice(text, from, to);
        if (str_ends_with(line, STR("\r")))
            line = str_slice(line, 0, line.len - 1);
        add_comment_line(sql, line);
    }
}

static void add_title(struct printer *p, const struct source_object *object, struct str reason)
{
    buf_add_format(p->sql, "\n-- %s ", object_kind_name(object->kind));
    text_add_printable(p->sql, object->name);
    if (object->table.len > 0) {
        buf_add_c(p->sql, " on ");
        text_add_printable(p->sql, object->table);
    }
    if (reason.len > 0) {
        buf_add_c(p->sql, ": ");
        text_add_printable(p->sql, reason);
    }
    buf_add_c(p->sql, "\n-- its source text:\n");
    add_comment(p->sql, object->text);
}

/* ---- stubs of routines ----------------------------------------------------------------------- */

static struct str target_name(struct printer *p, struct str name)
{
    struct planner planner = {.arena = p->arena, .options = NULL};
    struct plan_options options = *p->plan->options;

    planner.options = &options;
    return map_name(&planner, name);
}

/* A body that says what is missing. */
static void add_body(struct printer *p, const struct source_object *object)
{
    struct buf message = BUF_INIT(LIMIT_ERROR_TEXT, "stub");
    struct buf body = BUF_INIT(LIMIT_SQL_TEXT, "stub");

    buf_add_format(&message, "the %s ", object_kind_name(object->kind));
    text_add_printable(&message, object->name);
    buf_add_c(&message, " of the former database is not translated");
    buf_add_c(&body, "BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = ");
    sink_quote_literal(&body, buf_str(&message));
    buf_add_c(&body, "; END");
    buf_add_c(p->sql, "\nLANGUAGE plpgsql AS ");
    sink_quote_literal(p->sql, buf_str(&body));
    buf_add_c(p->sql, ";\n");
    buf_free(&message);
    buf_free(&body);
}

static bool add_type(struct buf *sql, const struct source_parameter *parameter)
{
    struct target_type type;

    if (!default_type(&parameter->type, &type))
        return false;
    target_type_print(&type, sql);
    return true;
}

/* "a" integer, OUT "b" text: with the types alone into `types`, by which PostgreSQL tells them. */
static bool add_parameters(const struct source_object *object, struct buf *list, struct buf *types)
{
    size_t first = object->kind == OBJECT_FUNCTION ? 1 : 0;

    for (size_t i = first; i < object->parameter_count; i++) {
        const struct source_parameter *parameter = &object->parameters[i];
        buf_add_c(list, i > first ? ", " : "");
        if (str_equal_c(parameter->mode, "OUT") || str_equal_c(parameter->mode, "INOUT")) {
            buf_add_str(list, parameter->mode);
            buf_add_char(list, ' ');
        }
        sink_quote_ident(list, text_cut(parameter->name, LIMIT_PG_IDENTIFIER));
        buf_add_char(list, ' ');
        if (!add_type(list, parameter) || !add_type(types, parameter))
            return false;
        buf_add_char(types, ',');
    }
    return true;
}

/* Whether no other stub, nor a function that the run makes, has this name and these types. */
static bool is_new(struct printer *p, struct str name, struct str types)
{
    struct str signature =
        arena_format(p->arena, STR_FMT "(" STR_FMT ")", STR_ARG(name), STR_ARG(types));

    return map_add(&p->signatures, signature, p);
}

static void add_routine(struct printer *p, const struct source_object *object)
{
    CLEANUP(buf_free) struct buf list = BUF_INIT(LIMIT_SQL_TEXT, "stub");
    CLEANUP(buf_free) struct buf types = BUF_INIT(LIMIT_SQL_TEXT, "stub");
    CLEANUP(buf_free) struct buf returns = BUF_INIT(LIMIT_SQL_TEXT, "stub");
    bool is_function = object->kind == OBJECT_FUNCTION;
    struct str name = target_name(p, object->name);
    bool known = add_parameters(object, &list, &types) &&
                 (!is_function ||
                  (object->parameter_count > 0 && add_type(&returns, &object->parameters[0])));

    if (!known) {
        buf_add_c(p->sql, "-- no stub: types of its parameters are not known\n");
        return;
    }
    if (!is_new(p, name, buf_str(&types))) {
        buf_add_c(p->sql, "-- no stub: another one has its name and parameters\n");
        return;
    }
    buf_add_format(p->sql, "CREATE %s ", is_function ? "FUNCTION" : "PROCEDURE");
    sink_quote_name(p->sql, p->plan->options->schema, name);
    buf_add_format(p->sql, "(" STR_FMT ")", STR_ARG(buf_str(&list)));
    if (is_function)
        buf_add_format(p->sql, " RETURNS " STR_FMT, STR_ARG(buf_str(&returns)));
    add_body(p, object);
}

static void add_event(struct printer *p, const struct source_object *object)
{
    struct str name = target_name(p, object->name);

    if (!is_new(p, name, STR(""))) {
        buf_add_c(p->sql, "-- no stub: another one has its name\n");
        return;
    }
    buf_add_c(p->sql, "-- PostgreSQL has no events: call it from cron, or from pg_cron.\n"
                      "CREATE PROCEDURE ");
    sink_quote_name(p->sql, p->plan->options->schema, name);
    buf_add_c(p->sql, "()");
    add_body(p, object);
}

/* ---- stubs that are comments ----------------------------------------------------------------- */

static const struct planned_table *find_table(const struct plan *plan, struct str name)
{
    for (size_t i = 0; i < plan->table_count; i++)
        if (str_equal(plan->tables[i].source->name, name))
            return &plan->tables[i];
    return NULL;
}

/* `name` BEFORE INSERT ON …: the words behind the name that stands behind " TRIGGER ". */
static bool trigger_words(struct str text, struct str *ret_words)
{
    static const char *const times[] = {" BEFORE ", " AFTER "};
    static const char *const events[] = {"INSERT ", "UPDATE ", "DELETE "};
    size_t at = str_search(text, STR(" TRIGGER "));

    for (size_t i = 0; i < COUNT_OF(times) && at <= text.len; i++) {
        struct str rest = str_slice(text, at, text.len);
        size_t from = str_search(rest, str_of(times[i]));
        for (size_t k = 0; k < COUNT_OF(events) && from <= rest.len; k++) {
            size_t begin = from + str_of(times[i]).len;
            if (!str_starts_with(str_slice(rest, begin, rest.len), str_of(events[k])))
                continue;
            *ret_words = str_slice(rest, from + 1, begin + str_of(events[k]).len);
            return true;
        }
    }
    return false;
}

/* With a trigger that raises, nobody could write the table. */
static void add_trigger(struct printer *p, const struct source_object *object)
{
    CLEANUP(buf_free) struct buf stub = BUF_INIT(LIMIT_SQL_TEXT, "stub");
    const struct planned_table *table = find_table(p->plan, object->table);
    struct str name = target_name(p, object->name), words;

    if (table == NULL || table->disposition != DISPOSITION_CREATED ||
        !trigger_words(object->text, &words))
        return;
    buf_add_c(&stub, "CREATE FUNCTION ");
    sink_quote_name(&stub, p->plan->options->schema, name);
    buf_add_c(&stub, "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN … RETURN NEW; END';\n");
    buf_add_c(&stub, "CREATE TRIGGER ");
    sink_quote_ident(&stub, name);
    buf_add_format(&stub, " " STR_FMT "ON ", STR_ARG(words));
    sink_quote_name(&stub, table->target.schema, table->target.name);
    buf_add_c(&stub, " FOR EACH ROW EXECUTE FUNCTION ");
    sink_quote_name(&stub, p->plan->options->schema, name);
    buf_add_c(&stub, "();\n");
    buf_add_c(p->sql, "-- its frame; as it is, it would let nobody write the table:\n");
    add_comment(p->sql, buf_str(&stub));
}

static void add_view(struct printer *p, const struct source_object *object)
{
    CLEANUP(buf_free) struct buf stub = BUF_INIT(LIMIT_SQL_TEXT, "stub");

    buf_add_c(&stub, "CREATE VIEW ");
    sink_quote_name(&stub, p->plan->options->schema, target_name(p, object->name));
    buf_add_c(&stub, " AS SELECT …;\n");
    buf_add_c(p->sql, "-- its frame:\n");
    add_comment(p->sql, buf_str(&stub));
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void add_object(struct printer *p, const struct source_object *object)
{
    const struct planned_view *view = plan_find_view(p->plan, object);

    add_title(p, object, view != NULL ? view->disposition_reason : STR(""));
    switch (object->kind) {
    case OBJECT_PROCEDURE:
    case OBJECT_FUNCTION:
        add_routine(p, object);
        break;
    case OBJECT_EVENT:
        add_event(p, object);
        break;
    case OBJECT_TRIGGER:
        add_trigger(p, object);
        break;
    case OBJECT_VIEW:
        add_view(p, object);
        break;
    case OBJECT_SEQUENCE:
        break;
    }
}

static bool is_left_behind(const struct plan *plan, const struct source_object *object)
{
    const struct planned_view *view = plan_find_view(plan, object);

    return view == NULL || view->disposition == DISPOSITION_NOT_TRANSLATED;
}

static void reserve_functions(struct printer *p)
{
    for (size_t i = 0; i < p->plan->table_count; i++)
        if (p->plan->tables[i].on_update_count > 0)
            (void)is_new(p, p->plan->tables[i].on_update_trigger, STR(""));
}

struct error *plan_print_objects(const struct plan *plan, struct buf *sql)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "stubs");
    struct printer p = {.plan = plan, .arena = &arena, .sql = sql};
    size_t count = 0;

    map_init(&p.signatures, &arena);
    reserve_functions(&p);
    for (size_t i = 0; i < plan->catalog->object_count; i++) {
        if (!is_left_behind(plan, &plan->catalog->objects[i]))
            continue;
        if (count++ == 0)
            buf_add_c(sql, "-- What pgconverge did not translate: the source text of each object, "
                           "and a stub.\n"
                           "-- A stub raises an error when it is called. Fill in what is needed, "
                           "then: psql -f objects.sql\n\nBEGIN;\n");
        add_object(&p, &plan->catalog->objects[i]);
    }
    if (count > 0)
        buf_add_c(sql, "\nCOMMIT;\n");
    return buf_error(sql);
}
