/* What became of every object: the plan's decision, and what the ledger says of its step. */
#include "base/map.h"
#include "report/internal.h"

struct pass {
    struct report_facts *facts;
    struct map steps;       /* "kind name" -> struct ledger_step */
    struct map left_behind; /* object -> the finding that says that it is not translated */
    bool in_table;          /* what is added stands below the table added last */
};

static const struct ledger_step *find_step(const struct pass *pass, const char *kind,
                                           struct str name)
{
    return map_get(&pass->steps,
                   arena_format(pass->facts->arena, "%s " STR_FMT, kind, STR_ARG(name)));
}

static struct str name_in_table(const struct pass *pass, const struct planned_table *table,
                                struct str name)
{
    return arena_format(pass->facts->arena, STR_FMT "." STR_FMT, STR_ARG(table->target.name),
                        STR_ARG(name));
}

static void add_object(struct pass *pass, struct report_object object)
{
    struct report_facts *facts = pass->facts;

    object.is_part = pass->in_table && strcmp(object.kind, "table") != 0;
    *ARENA_PUSH(facts->arena, facts->objects, facts->object_count, facts->object_capacity) = object;
}

/* Outcome and reason of an object that one step makes. */
static void judge(const struct ledger_step *step, struct report_object *object)
{
    if (step == NULL) {
        object->outcome = STR("not made yet");
    } else if (str_equal_c(step->state, "done")) {
        object->outcome = STR("created");
    } else {
        object->outcome = STR("FAILED");
        object->reason = step->detail;
    }
}

/* ---- what belongs to a table ----------------------------------------------------------------- */

static const char *index_kind_text(const struct planned_index *index)
{
    if (index->source != NULL && index->source->kind == INDEX_FULLTEXT)
        return "fulltext index";
    if (index->source != NULL && index->source->kind == INDEX_SPATIAL)
        return "spatial index";
    switch (index->target.kind) {
    case TARGET_INDEX_PRIMARY:
        return "primary key";
    case TARGET_INDEX_UNIQUE:
        return "unique key";
    case TARGET_INDEX_PLAIN:
        break;
    }
    return "index";
}

static void add_indexes(struct pass *pass, const struct planned_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct planned_index *index = &table->indexes[i];
        struct report_object object = {.kind = index_kind_text(index),
                                       .table = table->source->name,
                                       .name =
                                           index->source != NULL ? index->source->name : STR("")};

        if (index->translated) {
            object.target = index->target.name;
            judge(find_step(pass, "index", name_in_table(pass, table, index->target.name)),
                  &object);
        } else {
            object.outcome = STR("not translated");
        }
        if (index->source == NULL && object.reason.len == 0)
            object.reason = STR("made by pgconverge");
        add_object(pass, object);
    }
}

/* Made NOT VALID by a step of this kind, and validated in a step of its own. */
static void judge_constraint(const struct pass *pass, const char *kind, struct str step_name,
                             struct report_object *object)
{
    const struct ledger_step *validation = find_step(pass, "validate", step_name);

    judge(find_step(pass, kind, step_name), object);
    if (!str_equal_c(object->outcome, "created"))
        return;
    if (validation == NULL) {
        object->outcome = STR("created, not validated yet");
    } else if (str_equal_c(validation->state, "done")) {
        object->outcome = STR("created, validated");
    } else {
        object->outcome = STR("created, NOT VALID");
        object->reason = validation->detail;
    }
}

static void add_enums(struct pass *pass, const struct planned_table *table)
{
    const struct plan *plan = pass->facts->input->plan;

    for (size_t i = 0; i < plan->enum_count; i++) {
        const struct planned_enum *type = &plan->enums[i];
        if (type->table != table->number)
            continue;
        struct report_object object = {.kind = "enum type",
                                       .table = table->source->name,
                                       .name = table->source->columns[type->column].name,
                                       .target = type->target.name};

        judge(find_step(pass, "type", type->target.name), &object);
        add_object(pass, object);
    }
}

static void add_foreign_keys(struct pass *pass, const struct planned_table *table)
{
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        const struct planned_foreign_key *key = &table->foreign_keys[i];
        struct report_object object = {.kind = "foreign key",
                                       .table = table->source->name,
                                       .name = key->source->name,
                                       .outcome = STR("not translated")};

        if (key->translated) {
            object.target = key->target.name;
            judge_constraint(pass, "fk", name_in_table(pass, table, key->target.name), &object);
        }
        add_object(pass, object);
    }
}

/* Whether the plan says of this CHECK that it is not translated. */
static bool is_left_behind(const struct pass *pass, const struct planned_table *table,
                           const struct source_check *check)
{
    const struct plan *plan = pass->facts->input->plan;

    return map_get(&pass->left_behind,
                   arena_format(pass->facts->arena, STR_FMT "." STR_FMT "." STR_FMT,
                                STR_ARG(plan->catalog->database), STR_ARG(table->source->name),
                                STR_ARG(check->name))) != NULL;
}

static bool names_json_valid(struct str expression)
{
    const struct str words = STR("json_valid");

    for (size_t at = 0; at + words.len <= expression.len; at++)
        if (str_equal_nocase(str_slice(expression, at, at + words.len), words))
            return true;
    return false;
}

/*
 * Those that are translated stand in the target in the source's order. JSON_VALID(column) may be
 * missing there: the json type sees to it.
 */
static void add_source_checks(struct pass *pass, const struct planned_table *table)
{
    const struct source_table *source = table->source;
    size_t next = table->target.type_check_count;
    size_t end = table->target.check_count;
    size_t left = 0;

    for (size_t i = 0; i < source->check_count; i++)
        left += !is_left_behind(pass, table, &source->checks[i]);
    for (size_t i = 0; i < source->check_count; i++) {
        const struct source_check *check = &source->checks[i];
        struct report_object object = {.kind = "check", .table = source->name, .name = check->name};

        if (is_left_behind(pass, table, check)) {
            object.outcome = check->enforced ? STR("not translated") : STR("left out");
            object.reason = check->enforced ? STR("") : STR("NOT ENFORCED in the source");
            object.source_text = check->expression;
        } else if (end - next < left && names_json_valid(check->expression)) {
            left--;
            object.outcome = STR("replaced");
            object.reason = STR("the json type sees to it");
        } else if (next < end) {
            object.target = table->target.checks[next++].name;
            judge_constraint(pass, "check", name_in_table(pass, table, object.target), &object);
            left--;
        } else {
            object.outcome = STR("not translated");
            object.source_text = check->expression;
        }
        add_object(pass, object);
    }
}

/* What the types say stands in CREATE TABLE: it is there when the table is, and holds. */
static void add_checks(struct pass *pass, const struct planned_table *table, struct str outcome)
{
    for (size_t i = 0; i < table->target.type_check_count; i++)
        add_object(pass,
                   (struct report_object){.kind = "check",
                                          .table = table->source->name,
                                          .target = table->target.checks[i].name,
                                          .outcome = outcome,
                                          .reason = STR("for the column's type in the source")});
    add_source_checks(pass, table);
}

static void add_identity_and_trigger(struct pass *pass, const struct planned_table *table)
{
    struct report_object object = {.table = table->source->name};

    if (table->identity_column >= 0) {
        object.kind = "identity";
        object.target = table->target.columns[table->identity_column].name;
        object.name = table->source->columns[table->columns[table->identity_column].source].name;
        judge(find_step(pass, "sequence", table->target.name), &object);
        if (str_equal_c(object.outcome, "created"))
            object.outcome = STR("created, sequence set");
        add_object(pass, object);
    }
    if (table->on_update_count > 0) {
        object = (struct report_object){
            .kind = "trigger", .table = table->source->name, .target = table->on_update_trigger};
        judge(find_step(pass, "trigger", table->on_update_trigger), &object);
        if (object.reason.len == 0)
            object.reason = STR("for ON UPDATE CURRENT_TIMESTAMP");
        add_object(pass, object);
    }
}

/* They come with the table's own step. */
static void add_partitions(struct pass *pass, const struct planned_table *table, struct str outcome)
{
    const struct source_partitioning *source = &table->source->partitioning;
    const struct target_table *target = &table->target;
    struct report_object object = {.kind = "partitions", .table = table->source->name};

    if (!table->source->partitioned)
        return;
    object.name =
        arena_format(pass->facts->arena, "%zu by " STR_FMT " (" STR_FMT ")", source->part_count,
                     STR_ARG(source->method), STR_ARG(source->expression));
    if (target->partition_count > 0) {
        object.outcome = outcome;
        object.target = arena_format(pass->facts->arena, "%zu by " STR_FMT, target->partition_count,
                                     STR_ARG(target->partition_sql));
    } else {
        object.outcome = STR("merged");
        object.source_text = table->source->create_text;
    }
    add_object(pass, object);
}

/* ---- tables and the rest --------------------------------------------------------------------- */

static void add_table(struct pass *pass, const struct planned_table *table)
{
    struct report_object object = {
        .kind = "table", .name = table->source->name, .reason = table->disposition_reason};

    switch (table->disposition) {
    case DISPOSITION_CREATED:
        object.target = arena_format(pass->facts->arena, STR_FMT "." STR_FMT,
                                     STR_ARG(table->target.schema), STR_ARG(table->target.name));
        judge(find_step(pass, "table", table->target.name), &object);
        break;
    case DISPOSITION_LEFT_OUT:
        object.outcome = STR("left out");
        break;
    case DISPOSITION_NOT_TRANSLATED:
        object.outcome = STR("not translated");
        object.source_text = table->source->create_text;
        break;
    }
    add_object(pass, object);
    if (table->disposition != DISPOSITION_CREATED)
        return;
    add_enums(pass, table);
    add_partitions(pass, table, object.outcome);
    add_indexes(pass, table);
    add_foreign_keys(pass, table);
    add_checks(pass, table, object.outcome);
    add_identity_and_trigger(pass, table);
}

static void add_collations(struct pass *pass, const struct plan *plan)
{
    for (size_t i = 0; i < plan->collation_count; i++) {
        const struct target_collation *collation = &plan->collations[i];
        struct report_object object = {.kind = "collation", .name = collation->name};

        object.target = arena_format(pass->facts->arena, STR_FMT "." STR_FMT,
                                     STR_ARG(collation->schema), STR_ARG(collation->name));
        judge(find_step(pass, "collation", collation->name), &object);
        if (object.reason.len == 0)
            object.reason = arena_format(pass->facts->arena, "ICU " STR_FMT ", nondeterministic",
                                         STR_ARG(collation->locale));
        add_object(pass, object);
    }
}

static void judge_view(const struct pass *pass, const struct planned_view *view,
                       struct report_object *object)
{
    if (view == NULL)
        return;
    if (view->disposition != DISPOSITION_CREATED) {
        object->reason = view->disposition_reason;
        if (view->disposition == DISPOSITION_LEFT_OUT)
            object->outcome = STR("left out");
        return;
    }
    object->target = arena_format(pass->facts->arena, STR_FMT "." STR_FMT, STR_ARG(view->schema),
                                  STR_ARG(view->name));
    judge(find_step(pass, "view", view->name), object);
}

static void add_sequences(struct pass *pass, const struct plan *plan)
{
    for (size_t i = 0; i < plan->sequence_count; i++) {
        const struct planned_sequence *sequence = &plan->sequences[i];
        struct report_object object = {.kind = "sequence", .name = sequence->source->name};

        if (sequence->is_left_out) {
            object.outcome = STR("left out");
        } else {
            const struct ledger_step *created =
                find_step(pass, "create sequence", sequence->target.name);
            object.target = sequence->target.name;
            judge(created, &object);
            if (str_equal_c(object.outcome, "created"))
                judge(find_step(pass, "sequence", sequence->target.name), &object);
        }
        add_object(pass, object);
    }
}

void gather_objects(struct report_facts *facts, struct ledger_step *steps, size_t count)
{
    const struct plan *plan = facts->input->plan;
    struct pass pass = {.facts = facts, .in_table = true};

    map_init(&pass.steps, facts->arena);
    for (size_t i = 0; i < count; i++)
        map_add(&pass.steps,
                arena_format(facts->arena, STR_FMT " " STR_FMT, STR_ARG(steps[i].kind),
                             STR_ARG(steps[i].name)),
                &steps[i]);
    map_init(&pass.left_behind, facts->arena);
    for (size_t i = 0; i < plan->findings.count; i++)
        if (plan->findings.items[i].id == PGC_NOT_TRANSLATED)
            map_add(&pass.left_behind, plan->findings.items[i].object, &plan->findings.items[i]);
    for (size_t i = 0; i < plan->table_count; i++)
        add_table(&pass, &plan->tables[i]);
    pass.in_table = false;
    add_sequences(&pass, plan);
    add_collations(&pass, plan);
    for (size_t i = 0; i < plan->catalog->object_count; i++) {
        const struct source_object *object = &plan->catalog->objects[i];

        struct report_object lost = {.kind = object_kind_name(object->kind),
                                     .table = object->table,
                                     .name = object->name,
                                     .outcome = STR("not translated"),
                                     .source_text = object->text};

        if (object->kind == OBJECT_VIEW)
            judge_view(&pass, plan_find_view(plan, object), &lost);
        add_object(&pass, lost);
    }
}
