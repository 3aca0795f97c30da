/* ENUM columns that become types of PostgreSQL by a rule: their names and labels. */
#include "plan/internal.h"

static void refuse_label(struct planner *p, struct str object, struct str why)
{
    struct finding *finding = add_finding(p, SEVERITY_BLOCKER, PGC_CONFIG, object, why);

    finding->fix = STR("leave it text with a CHECK (no rule), or shorten the label in MySQL");
}

/* PostgreSQL keeps labels as names: 63 bytes, no NUL. */
static void check_labels(struct planner *p, const struct source_type *type, struct str object)
{
    for (size_t i = 0; i < type->label_count; i++) {
        struct str label = type->labels[i];
        if (label.len > LIMIT_PG_IDENTIFIER) {
            refuse_label(p, object,
                         arena_format(p->arena,
                                      "label %zu has %zu bytes; PostgreSQL's enum labels have "
                                      "at most 63",
                                      i + 1, label.len));
            return;
        }
        if (str_find(label, '\0', 0) < label.len) {
            refuse_label(p, object,
                         arena_format(p->arena, "label %zu holds the character NUL", i + 1));
            return;
        }
    }
}

/* Tables and views are types, too, in the same space of names. */
static void reserve_types(struct planner *p, struct map *reserved)
{
    for (size_t i = 0; i < p->plan->table_count; i++)
        map_add(reserved, p->plan->tables[i].target.name, &p->plan->tables[i]);
    for (size_t i = 0; i < p->catalog->object_count; i++)
        if (p->catalog->objects[i].kind == OBJECT_VIEW)
            map_add(reserved, map_name(p, p->catalog->objects[i].name), &p->catalog->objects[i]);
}

/* "table_column", fitted; where that is taken, with a hash of both names. */
static void wish_name(struct planner *p, const struct planned_table *table, size_t column,
                      struct name_wish *wish)
{
    struct str name = table->target.columns[column].name;
    struct str both =
        arena_format(p->arena, STR_FMT "_" STR_FMT, STR_ARG(table->target.name), STR_ARG(name));
    struct str apart =
        arena_format(p->arena, STR_FMT "." STR_FMT, STR_ARG(table->target.name), STR_ARG(name));

    wish->candidates[0] = fit_name(p->arena, both);
    wish->candidates[1] =
        fit_name(p->arena, arena_format(p->arena, STR_FMT "_enum", STR_ARG(both)));
    wish->candidates[2] = hash_name(p->arena, both, apart);
}

static bool is_enum(const struct planned_table *table, size_t column)
{
    return table->disposition == DISPOSITION_CREATED &&
           table->target.columns[column].type.kind == TARGET_ENUM &&
           table->source->columns[column].type.kind == SOURCE_ENUM;
}

/* A policy that keeps index 0 as '' wants a label for it: the first, as MySQL sorts it. */
static void take_labels(struct planner *p, const struct planned_column *planned,
                        const struct source_type *type, struct target_enum *target)
{
    bool wants_empty = planned->policies.of[CLASS_EMPTY_ENUM] == POLICY_REPLACE;

    for (size_t i = 0; i < type->label_count; i++)
        wants_empty = wants_empty && type->labels[i].len > 0;
    target->labels = type->labels;
    target->label_count = type->label_count;
    if (!wants_empty)
        return;
    struct str *labels = ARENA_ARRAY(p->arena, type->label_count + 1, struct str);
    labels[0] = STR("");
    for (size_t i = 0; i < type->label_count; i++)
        labels[i + 1] = type->labels[i];
    target->labels = labels;
    target->label_count = type->label_count + 1;
}

static void find_enums(struct planner *p)
{
    struct plan *plan = p->plan;
    size_t capacity = 0;

    for (size_t t = 0; t < plan->table_count; t++) {
        const struct planned_table *table = &plan->tables[t];
        arena_rewind(p->scratch);
        for (size_t i = 0; i < table->column_count; i++) {
            const struct source_column *column = &table->source->columns[i];
            if (!is_enum(table, i))
                continue;
            check_labels(p, &column->type, object_name(p, table->source->name, column->name));
            struct planned_enum *found =
                ARENA_PUSH(p->arena, plan->enums, plan->enum_count, capacity);
            *found = (struct planned_enum){
                .target = {.schema = p->options->schema}, .table = (uint32_t)t, .column = i};
            take_labels(p, &table->columns[i], &column->type, &found->target);
        }
    }
}

void map_enums(struct planner *p)
{
    struct plan *plan = p->plan;
    struct map reserved;

    find_enums(p);
    if (plan->enum_count == 0)
        return;
    struct name_wish *wishes = ARENA_ARRAY(p->arena, plan->enum_count, struct name_wish);
    map_init(&reserved, p->arena);
    reserve_types(p, &reserved);
    for (size_t i = 0; i < plan->enum_count; i++) {
        wish_name(p, &plan->tables[plan->enums[i].table], plan->enums[i].column, &wishes[i]);
        wishes[i].ret_name = &plan->enums[i].target.name;
    }
    settle_names(p->arena, &reserved, wishes, plan->enum_count);
    for (size_t i = 0; i < plan->enum_count; i++) {
        struct planned_table *table = &plan->tables[plan->enums[i].table];
        const struct target_enum *target = &plan->enums[i].target;
        table->target.columns[plan->enums[i].column].type.sql_name = arena_format(
            p->arena, STR_FMT "." STR_FMT, STR_ARG(quoted_ident(p->arena, target->schema)),
            STR_ARG(quoted_ident(p->arena, target->name)));
    }
}
