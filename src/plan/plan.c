/* plan_make(): the passes in their order, and what concerns whole tables and other objects. */
#include "plan/plan.h"

#include "plan/internal.h"
#include "sink/sink.h"

/* ---- findings and text ----------------------------------------------------------------------- */

struct finding *add_finding(struct planner *p, enum severity severity, enum error_id id,
                            struct str object, struct str text)
{
    struct finding_list *findings = &p->plan->findings;
    struct finding *finding =
        ARENA_PUSH(p->arena, findings->items, findings->count, findings->capacity);

    *finding = (struct finding){.id = id,
                                .severity = severity,
                                .object = arena_str(p->arena, object),
                                .text = text,
                                .fix = STR(""),
                                .detail = STR(""),
                                .rows = -1};
    return finding;
}

struct str object_name(const struct planner *p, struct str table, struct str column)
{
    return arena_format(p->scratch, STR_FMT "." STR_FMT "%s" STR_FMT, STR_ARG(p->catalog->database),
                        STR_ARG(table), column.len > 0 ? "." : "", STR_ARG(column));
}

static struct str keep_text(struct arena *arena, struct buf *text)
{
    struct str kept = arena_str(arena, buf_str(text));

    buf_free(text);
    return kept;
}

struct str quoted_ident(struct arena *arena, struct str name)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    sink_quote_ident(&sql, name);
    return keep_text(arena, &sql);
}

struct str quoted_literal(struct arena *arena, struct str text)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    sink_quote_literal(&sql, text);
    return keep_text(arena, &sql);
}

struct str type_text(struct arena *arena, const struct target_type *type)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    target_type_print(type, &sql);
    return keep_text(arena, &sql);
}

const char *disposition_word(enum disposition disposition)
{
    switch (disposition) {
    case DISPOSITION_CREATED:
        return "created";
    case DISPOSITION_LEFT_OUT:
        return "left out";
    case DISPOSITION_NOT_TRANSLATED:
        return "not translated";
    }
    return "created";
}

/* ---- which tables ---------------------------------------------------------------------------- */

/* The first of the patterns that fits "table" or "database.table"; NULL when none does. */
static const struct str *find_pattern(const struct planner *p, const struct str *patterns,
                                      size_t count, struct str table)
{
    struct str full = object_name(p, table, STR(""));

    for (size_t i = 0; i < count; i++)
        if (str_glob(patterns[i], table) || str_glob(patterns[i], full))
            return &patterns[i];
    return NULL;
}

static void note_idle_patterns(struct planner *p, const char *option, const struct str *patterns,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool fits = false;
        for (size_t t = 0; !fits && t < p->catalog->table_count; t++)
            fits = find_pattern(p, &patterns[i], 1, p->catalog->tables[t].name) != NULL;
        for (size_t v = 0; !fits && v < p->plan->view_count; v++)
            fits = find_pattern(p, &patterns[i], 1, p->plan->views[v].source->name) != NULL;
        if (!fits)
            add_finding(p, SEVERITY_CHANGES, 0, patterns[i],
                        arena_format(p->arena, "%s: this pattern fits no table", option));
    }
}

/* Whether a table or view comes along; else *ret_reason. */
static bool is_selected(struct planner *p, struct str name, struct str *ret_reason)
{
    const struct plan_options *options = p->options;
    const struct str *pattern = find_pattern(p, options->exclude, options->exclude_count, name);

    if (pattern != NULL) {
        *ret_reason = arena_format(p->arena, "--exclude " STR_FMT, STR_ARG(*pattern));
        return false;
    }
    *ret_reason = STR("not among --tables");
    return options->include_count == 0 ||
           find_pattern(p, options->include, options->include_count, name) != NULL;
}

static void note_engine(struct planner *p, const struct source_table *table, struct str object)
{
    if (str_equal_nocase(table->engine, STR("InnoDB")))
        return;
    add_finding(p, p->options->engines_locked ? SEVERITY_NOTE : SEVERITY_BLOCKER, PGC_SOURCE_ENGINE,
                object,
                arena_format(p->arena, "its engine, " STR_FMT ", has no snapshots%s",
                             STR_ARG(table->engine),
                             p->options->engines_locked ? "; the lock keeps it still" : ""))
        ->fix = STR("convert it to InnoDB, or give --lock, or leave it out with --exclude");
}

static void note_table(struct planner *p, const struct source_table *table)
{
    struct str object = object_name(p, table->name, STR(""));

    note_engine(p, table, object);
    if (table->system_versioned) {
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object,
            STR("is system-versioned: its present rows come along, its history does not"));
        finding->detail = table->create_text;
    }
}

bool is_left_out(const struct planner *p, struct str name)
{
    const struct plan_options *options = p->options;

    return find_pattern(p, options->exclude, options->exclude_count, name) != NULL ||
           (options->include_count > 0 &&
            find_pattern(p, options->include, options->include_count, name) == NULL);
}

void select_tables(struct planner *p)
{
    const struct plan_options *options = p->options;
    struct str reason;

    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        arena_rewind(p->scratch);
        if (is_selected(p, table->source->name, &reason)) {
            note_table(p, table->source);
            continue;
        }
        table->disposition = DISPOSITION_LEFT_OUT;
        table->disposition_reason = reason;
    }
    for (size_t i = 0; i < p->plan->view_count; i++) {
        struct planned_view *view = &p->plan->views[i];
        arena_rewind(p->scratch);
        if (is_selected(p, view->source->name, &reason))
            continue;
        view->disposition = DISPOSITION_LEFT_OUT;
        view->disposition_reason = reason;
    }
    note_idle_patterns(p, "--tables", options->include, options->include_count);
    note_idle_patterns(p, "--exclude", options->exclude, options->exclude_count);
}

/* ---- what is not a table --------------------------------------------------------------------- */

static void note_objects(struct planner *p)
{
    for (size_t i = 0; i < p->catalog->object_count; i++) {
        const struct source_object *object = &p->catalog->objects[i];
        if (object->kind == OBJECT_VIEW)
            continue;
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object_name(p, object->name, STR("")),
            arena_format(p->arena, "this %s is not translated", object_kind_name(object->kind)));
        if (object->table.len > 0)
            finding->text = arena_format(p->arena, "this %s of " STR_FMT " is not translated",
                                         object_kind_name(object->kind), STR_ARG(object->table));
        finding->detail = object->text;
        finding->fix = STR("write it for PostgreSQL by hand; its source text is in the report");
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static struct error *check_options(const struct plan_options *options)
{
    if (options->schema.len == 0 || options->schema.len > LIMIT_PG_IDENTIFIER)
        return error_new(PGC_BAD_OPTION_VALUE,
                         "--schema takes a name of 1 to %d bytes, not \"" STR_FMT "\"",
                         LIMIT_PG_IDENTIFIER, STR_ARG(options->schema));
    if (options->owner.len > LIMIT_PG_IDENTIFIER)
        return error_new(PGC_BAD_OPTION_VALUE, "--owner takes a role's name of at most %d bytes",
                         LIMIT_PG_IDENTIFIER);
    if (str_starts_with(options->schema, STR("pg_")) ||
        str_equal_c(options->schema, "information_schema") ||
        str_equal_c(options->schema, "pgconverge"))
        return error_new(PGC_BAD_OPTION_VALUE, "--schema cannot be \"" STR_FMT "\", which is taken",
                         STR_ARG(options->schema));
    return check_rules(options);
}

static void begin_plan(struct planner *p)
{
    struct plan *plan = p->plan;

    *plan = (struct plan){
        .catalog = p->catalog, .options = p->options, .table_count = p->catalog->table_count};
    plan->tables = ARENA_ARRAY(p->arena, plan->table_count + 1, struct planned_table);
    for (size_t i = 0; i < plan->table_count; i++) {
        struct planned_table *table = &plan->tables[i];
        table->number = (uint32_t)i;
        table->source = &p->catalog->tables[i];
        table->column_count = table->target.column_count = table->source->column_count;
        table->columns = ARENA_ARRAY(p->arena, table->column_count + 1, struct planned_column);
        table->target.columns =
            ARENA_ARRAY(p->arena, table->column_count + 1, struct target_column);
        table->target.comment = table->source->comment;
        table->identity_column = -1;
    }
    plan->views = ARENA_ARRAY(p->arena, p->catalog->object_count + 1, struct planned_view);
    for (size_t i = 0; i < p->catalog->object_count; i++)
        if (p->catalog->objects[i].kind == OBJECT_VIEW)
            plan->views[plan->view_count++] =
                (struct planned_view){.source = &p->catalog->objects[i],
                                      .schema = p->options->schema,
                                      .disposition_reason = STR("")};
    for (size_t i = 0; i < p->options->rule_count; i++)
        p->options->rules[i].used = false;
    for (enum value_class i = 0; i < CLASS_COUNT; i++)
        if (p->options->policies.of[i] == POLICY_UNSET)
            p->options->policies.of[i] = POLICY_REFUSE;
    for (size_t i = 0; i < p->options->type_rule_count; i++)
        p->options->type_rules[i].used = false;
}

struct error *plan_make(const struct source_catalog *catalog, const struct source_facts *facts,
                        struct plan_options *options, struct arena *arena, struct plan *ret_plan)
{
    CLEANUP(arena_free) struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "names in the plan");
    struct plan plan;
    struct planner planner = {.arena = arena,
                              .scratch = &scratch,
                              .catalog = catalog,
                              .facts = facts,
                              .options = options,
                              .plan = &plan};
    char digest[65];

    TRY(check_options(options));
    begin_plan(&planner);
    select_tables(&planner);
    map_names(&planner);
    map_sequences(&planner);
    map_types(&planner);
    map_compare(&planner);
    map_enums(&planner);
    map_expressions(&planner);
    map_keys(&planner);
    check_policies(&planner);
    map_views(&planner);
    map_references(&planner);
    note_objects(&planner);

    TRY(digest_plan(&plan, digest));
    plan.digest = arena_str_c(arena, digest);
    *ret_plan = plan;
    return NULL;
}

size_t plan_count_findings(const struct plan *plan, enum severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->findings.count; i++)
        count += plan->findings.items[i].severity == severity;
    return count;
}
