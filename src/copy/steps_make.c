/* Which steps there are: each phase's statements, from the plan. */
#include "copy/steps.h"

#include <assert.h>

#include "base/limits.h"

static struct error *push(struct step_list *steps, struct arena *arena, struct step step,
                          struct buf *sql)
{
    struct error *error = buf_error(sql);
    if (error == NULL) {
        step.sql = arena_str(arena, buf_str(sql));
        *ARENA_PUSH(arena, steps->items, steps->count, steps->capacity) = step;
    }
    buf_free(sql);
    return error;
}

static struct buf new_sql(void)
{
    return BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
}

static struct str name_in_table(struct arena *arena, const struct planned_table *table,
                                struct str name)
{
    return arena_format(arena, STR_FMT "." STR_FMT, STR_ARG(table->target.name), STR_ARG(name));
}

static void add_owner(struct buf *sql, const char *what, struct str schema, struct str name,
                      struct str owner)
{
    if (owner.len == 0)
        return;
    buf_add_format(sql, ";\nALTER %s ", what);
    sink_quote_name(sql, schema, name);
    buf_add_c(sql, *what == 'F' ? "() OWNER TO " : " OWNER TO ");
    sink_quote_ident(sql, owner);
}

static bool is_created(const struct planned_table *table)
{
    return table->disposition == DISPOSITION_CREATED;
}

/* Columns refer to them, so the tables come after; without a table of its own. */
static struct error *push_collations(struct step_list *steps, struct arena *arena,
                                     const struct plan *plan)
{
    for (size_t i = 0; i < plan->collation_count; i++) {
        const struct target_collation *collation = &plan->collations[i];
        struct buf sql = new_sql();
        sink_ddl_collation(&sql, collation);
        add_owner(&sql, "COLLATION", collation->schema, collation->name, plan->options->owner);
        TRY(push(steps, arena,
                 (struct step){.kind = STR("collation"),
                               .name = collation->name,
                               .crash_point = "schema",
                               .essential = true},
                 &sql));
    }
    return NULL;
}

static struct error *push_enums(const struct plan *plan, struct arena *arena,
                                struct step_list *steps)
{
    for (size_t i = 0; i < plan->enum_count; i++) {
        const struct target_enum *type = &plan->enums[i].target;
        const struct planned_table *table = &plan->tables[plan->enums[i].table];
        struct buf sql = new_sql();
        sink_ddl_enum(&sql, type);
        add_owner(&sql, "TYPE", type->schema, type->name, plan->options->owner);
        TRY(push(steps, arena,
                 (struct step){.kind = STR("type"),
                               .name = type->name,
                               .table = table,
                               .crash_point = "schema",
                               .essential = true},
                 &sql));
    }
    return NULL;
}

/* Before the tables, whose defaults may ask them. */
static struct error *push_sequences(const struct plan *plan, struct arena *arena,
                                    struct step_list *steps)
{
    for (size_t i = 0; i < plan->sequence_count; i++) {
        const struct target_sequence *sequence = &plan->sequences[i].target;
        if (plan->sequences[i].is_left_out)
            continue;
        struct buf sql = new_sql();
        sink_ddl_create_sequence(&sql, sequence);
        add_owner(&sql, "SEQUENCE", sequence->schema, sequence->name, plan->options->owner);
        TRY(push(steps, arena,
                 (struct step){.kind = STR("create sequence"),
                               .name = sequence->name,
                               .crash_point = "schema",
                               .essential = true},
                 &sql));
    }
    return NULL;
}

struct error *steps_for_schema(const struct plan *plan, struct arena *arena,
                               struct step_list *ret_steps)
{
    struct step_list steps = {0};
    struct buf schema = new_sql();
    /* IF NOT EXISTS asks for the right to create even when there is nothing to create. */
    buf_add_c(&schema, "DO $pgc$ BEGIN IF to_regnamespace(");
    struct buf quoted = new_sql();
    sink_quote_ident(&quoted, plan->options->schema);
    sink_quote_literal(&schema, buf_str(&quoted));
    buf_free(&quoted);
    buf_add_c(&schema, ") IS NULL THEN EXECUTE 'CREATE SCHEMA ' || quote_ident(");
    sink_quote_literal(&schema, plan->options->schema);
    buf_add_c(&schema, "); END IF; END $pgc$");
    TRY(push(&steps, arena,
             (struct step){.kind = STR("schema"), .name = plan->options->schema, .essential = true},
             &schema));
    TRY(push_collations(&steps, arena, plan));
    TRY(push_enums(plan, arena, &steps));
    TRY(push_sequences(plan, arena, &steps));
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (!is_created(table))
            continue;
        struct buf sql = new_sql();
        sink_ddl_table(&sql, &table->target);
        if (plan->options->owner.len > 0)
            sink_ddl_table_owner(&sql, &table->target, plan->options->owner);
        TRY(push(&steps, arena,
                 (struct step){.kind = STR("table"),
                               .name = table->target.name,
                               .table = table,
                               .crash_point = "schema",
                               .essential = true},
                 &sql));
    }
    *ret_steps = steps;
    return NULL;
}

/* The biggest tables' indexes first: the longest build decides how long the phase takes. */
static int compare_table_size(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    uint64_t a_bytes = a->table->source->data_bytes, b_bytes = b->table->source->data_bytes;
    if (a_bytes != b_bytes)
        return a_bytes < b_bytes ? 1 : -1;
    int by_name = str_compare(a->table->target.name, b->table->target.name);
    return by_name != 0 ? by_name : str_compare(a->name, b->name);
}

struct error *steps_for_indexes(const struct plan *plan, struct arena *arena,
                                struct step_list *ret_steps)
{
    struct step_list steps = {0};
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        for (size_t k = 0; is_created(table) && k < table->index_count; k++) {
            const struct planned_index *index = &table->indexes[k];
            if (!index->translated)
                continue;
            struct buf sql = new_sql();
            sink_ddl_index(&sql, &table->target, &index->target);
            TRY(push(&steps, arena,
                     (struct step){.kind = STR("index"),
                                   .name = name_in_table(arena, table, index->target.name),
                                   .table = table,
                                   .crash_point = "index"},
                     &sql));
        }
    }
    if (steps.count > 0)
        qsort(steps.items, steps.count, sizeof *steps.items, compare_table_size);
    *ret_steps = steps;
    return NULL;
}

/* ---- constraints: NOT VALID first, so that a row that breaks one is a finding ---------------- */

static struct error *push_constraint(struct step_list *steps, struct arena *arena,
                                     const struct planned_table *table,
                                     const struct target_check *check,
                                     const struct target_foreign_key *key)
{
    struct str name = check != NULL ? check->name : key->name;
    struct buf sql = new_sql();
    if (check != NULL)
        sink_ddl_check(&sql, &table->target, check);
    else
        sink_ddl_foreign_key(&sql, &table->target, key);
    return push(steps, arena,
                (struct step){.kind = check != NULL ? STR("check") : STR("fk"),
                              .name = name_in_table(arena, table, name),
                              .table = table,
                              .crash_point = "fk"},
                &sql);
}

static struct error *push_validation(struct step_list *steps, struct arena *arena,
                                     const struct planned_table *table,
                                     const struct target_check *check,
                                     const struct target_foreign_key *key)
{
    assert(check != NULL || key != NULL);
    struct str name = check != NULL ? check->name : key->name;
    struct buf sql = new_sql();
    sink_ddl_validate(&sql, &table->target, name);
    return push(steps, arena,
                (struct step){.kind = STR("validate"),
                              .name = name_in_table(arena, table, name),
                              .table = table,
                              .foreign_key = key,
                              .check = check,
                              .needs = check != NULL ? "check" : "fk",
                              .crash_point = "fk-validate"},
                &sql);
}

typedef struct error *constraint_pusher(struct step_list *steps, struct arena *arena,
                                        const struct planned_table *table,
                                        const struct target_check *check,
                                        const struct target_foreign_key *key);

/* The source's CHECKs, then the foreign keys; what the types say stands in the table already. */
static struct error *each_constraint(const struct plan *plan, struct arena *arena,
                                     constraint_pusher *push_one, struct step_list *steps)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        const struct target_table *target = &table->target;
        if (!is_created(table))
            continue;
        for (size_t k = target->type_check_count; k < target->check_count; k++)
            TRY(push_one(steps, arena, table, &target->checks[k], NULL));
        for (size_t k = 0; k < table->foreign_key_count; k++) {
            if (table->foreign_keys[k].translated)
                TRY(push_one(steps, arena, table, NULL, &table->foreign_keys[k].target));
        }
    }
    return NULL;
}

struct error *steps_for_constraints(const struct plan *plan, struct arena *arena,
                                    struct step_list *ret_steps)
{
    struct step_list steps = {0};
    TRY(each_constraint(plan, arena, push_constraint, &steps));
    *ret_steps = steps;
    return NULL;
}

struct error *steps_for_validation(const struct plan *plan, struct arena *arena,
                                   struct step_list *ret_steps)
{
    struct step_list steps = {0};
    TRY(each_constraint(plan, arena, push_validation, &steps));
    if (steps.count > 0)
        qsort(steps.items, steps.count, sizeof *steps.items, compare_table_size);
    *ret_steps = steps;
    return NULL;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static struct error *push_trigger(struct step_list *steps, struct arena *arena,
                                  const struct plan *plan, const struct planned_table *table)
{
    struct buf sql = new_sql();
    sink_ddl_on_update(&sql, &table->target, table->on_update_columns, table->on_update_count,
                       table->on_update_trigger);
    add_owner(&sql, "FUNCTION", table->target.schema, table->on_update_trigger,
              plan->options->owner);
    return push(steps, arena,
                (struct step){.kind = STR("trigger"),
                              .name = table->on_update_trigger,
                              .table = table,
                              .crash_point = "trigger"},
                &sql);
}

static struct error *push_next_numbers(const struct plan *plan, struct arena *arena,
                                       struct step_list *steps)
{
    for (size_t i = 0; i < plan->sequence_count; i++) {
        const struct planned_sequence *sequence = &plan->sequences[i];
        if (sequence->is_left_out)
            continue;
        struct buf sql = new_sql();
        sink_ddl_set_sequence(&sql, &sequence->target, sequence->source->next);
        TRY(push(steps, arena,
                 (struct step){.kind = STR("sequence"),
                               .name = sequence->target.name,
                               .crash_point = "sequence"},
                 &sql));
    }
    return NULL;
}

struct error *steps_for_the_rest(const struct plan *plan, struct arena *arena,
                                 struct step_list *ret_steps)
{
    struct step_list steps = {0};
    TRY(push_next_numbers(plan, arena, &steps));
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        struct step step = {.name = table->target.name, .table = table};
        if (!is_created(table))
            continue;
        if (table->identity_column >= 0) {
            struct buf sql = new_sql();
            sink_ddl_sequence(&sql, &table->target, (size_t)table->identity_column,
                              table->source->auto_increment);
            step.kind = STR("sequence");
            step.crash_point = "sequence";
            TRY(push(&steps, arena, step, &sql));
        }
        if (table->on_update_count > 0)
            TRY(push_trigger(&steps, arena, plan, table));
        struct buf comments = new_sql();
        sink_ddl_comments(&comments, &table->target);
        step.kind = STR("comment");
        step.crash_point = NULL;
        if (comments.len > 0)
            TRY(push(&steps, arena, step, &comments));
        struct buf analyze = new_sql();
        sink_ddl_analyze(&analyze, &table->target);
        step.kind = STR("analyze");
        step.crash_point = "analyze";
        TRY(push(&steps, arena, step, &analyze));
    }
    *ret_steps = steps;
    return NULL;
}

struct error *steps_for_views(const struct plan *plan, struct arena *arena,
                              struct step_list *ret_steps)
{
    struct step_list steps = {0};
    for (size_t i = 0; i < plan->view_count; i++) {
        const struct planned_view *view = &plan->views[i];
        if (view->disposition != DISPOSITION_CREATED)
            continue;
        struct buf sql = new_sql();
        plan_print_view(plan, view, &sql);
        TRY(push(&steps, arena,
                 (struct step){.kind = STR("view"),
                               .name = view->name,
                               .source_text = view->source->text,
                               .crash_point = "view"},
                 &sql));
    }
    *ret_steps = steps;
    return NULL;
}
