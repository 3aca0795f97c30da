/* Whether what is asked for values that PostgreSQL cannot hold can be done in their columns. */
#include "convert/convert.h"
#include "plan/internal.h"

static bool is_in_primary_key(const struct source_table *table, int column)
{
    for (size_t i = 0; i < table->index_count; i++)
        for (size_t k = 0;
             table->indexes[i].kind == INDEX_PRIMARY && k < table->indexes[i].part_count; k++)
            if (table->indexes[i].parts[k].column == column)
                return true;
    return false;
}

void settle_null(struct planner *p, struct planned_table *table, size_t i, bool nullable)
{
    const struct source_column *source = &table->source->columns[i];
    struct target_column *target = &table->target.columns[i];
    struct str object = object_name(p, table->source->name, source->name);
    bool in_key = is_in_primary_key(table->source, (int)i);

    target->not_null = !source->nullable && (in_key || !nullable);
    if (source->nullable || !nullable || table->disposition != DISPOSITION_CREATED)
        return;
    if (in_key) {
        add_finding(p, SEVERITY_NOTE, 0, object,
                    STR("nullable: true does nothing for a column of the primary key"));
        return;
    }
    struct finding *finding = add_finding(p, SEVERITY_CHANGES, 0, object,
                                          STR("loses its NOT NULL: a rule says nullable: true"));
    finding->fix = STR("when no NULL is left in it: ALTER TABLE … ALTER COLUMN … SET NOT NULL");
}

/* NULL for all columns is meant for those that take it: in the others the value is refused. */
void settle_policies(struct planner *p, struct planned_table *table, size_t i,
                     const struct value_policies *own)
{
    struct value_policies *policies = &table->columns[i].policies;

    *policies = *own;
    for (enum value_class k = 0; k < CLASS_COUNT; k++) {
        if (policies->of[k] != POLICY_UNSET)
            continue;
        policies->of[k] = p->options->policies.of[k];
        if (policies->of[k] == POLICY_NULL && table->target.columns[i].not_null)
            policies->of[k] = POLICY_REFUSE;
    }
}

static bool is_reference(const struct source_table *table, int column)
{
    for (size_t i = 0; i < table->foreign_key_count; i++)
        for (size_t k = 0; k < table->foreign_keys[i].column_count; k++)
            if (table->foreign_keys[i].columns[k] == column)
                return true;
    return false;
}

/* The classes of which this column can have values at all, a bit each. */
static uint32_t possible_classes(const struct planned_table *table, size_t i)
{
    const struct source_column *source = &table->source->columns[table->columns[i].source];
    uint32_t classes;

    if (!table->columns[i].copied)
        return 0;
    classes = convert_classes(&source->type, &table->target.columns[i].type,
                              table->columns[i].labels_checked);
    if (source->nullable && table->target.columns[i].not_null)
        classes |= UINT32_C(1) << CLASS_NULL_IN_NOT_NULL;
    if (is_reference(table->source, table->columns[i].source))
        classes |= UINT32_C(1) << CLASS_ORPHAN | UINT32_C(1) << CLASS_PARENT_SPELLING;
    return classes;
}

static void refuse_null(struct planner *p, const struct planned_table *table, size_t i,
                        enum value_class value_class)
{
    const struct source_table *source = table->source;
    struct str name = source->columns[table->columns[i].source].name;
    const char *word = value_class_name(value_class);
    bool in_key = is_in_primary_key(source, table->columns[i].source);
    struct finding *finding =
        add_finding(p, SEVERITY_BLOCKER, PGC_VALUE_NULL, object_name(p, source->name, name),
                    arena_format(p->arena, "%s: \"null\" cannot be followed: the column is %s",
                                 word, in_key ? "part of the primary key" : "NOT NULL"));

    if (in_key)
        finding->fix = arena_format(p->arena,
                                    "choose another policy:  columns: { \"" STR_FMT "." STR_FMT
                                    "\": { %s: quarantine } }",
                                    STR_ARG(source->name), STR_ARG(name), word);
    else
        finding->fix = arena_format(
            p->arena,
            "let the column take NULL, or choose another policy:  columns: { \"" STR_FMT "." STR_FMT
            "\": { nullable: true } } or { %s: quarantine }",
            STR_ARG(source->name), STR_ARG(name), word);
}

/* Of a key of several columns one NULL is enough: it refers to nothing then. */
static bool another_takes_null(const struct planned_table *table, int column)
{
    bool any = false;

    for (size_t i = 0; i < table->source->foreign_key_count; i++) {
        const struct source_foreign_key *key = &table->source->foreign_keys[i];
        bool has_column = false, has_other = false;
        for (size_t k = 0; k < key->column_count; k++) {
            bool takes_null =
                !table->target.columns[key->columns[k]].not_null &&
                table->columns[key->columns[k]].policies.of[CLASS_ORPHAN] == POLICY_NULL;
            has_column = has_column || key->columns[k] == column;
            has_other = has_other || (key->columns[k] != column && takes_null);
        }
        if (has_column && !has_other)
            return false;
        any = any || has_column;
    }
    return any;
}

/* A wish for all columns may reach one where it makes no sense: there the value is refused. */
static void note_impossible(struct planner *p, const struct planned_table *table, size_t i,
                            enum value_class value_class)
{
    const struct source_column *source = &table->source->columns[table->columns[i].source];
    struct finding *finding = add_finding(
        p, SEVERITY_NOTE, value_class_error(value_class),
        object_name(p, table->source->name, source->name),
        arena_format(p->arena,
                     "%s: \"%s\" does nothing here: a " STR_FMT
                     " has nothing that could be taken off or come near; such values are refused",
                     value_class_name(value_class),
                     value_policy_name(table->columns[i].policies.of[value_class]),
                     STR_ARG(source->type.text)));

    finding->fix =
        STR("choose another policy or a wider type under columns:, where such values are");
}

static void check_column(struct planner *p, struct planned_table *table, size_t i)
{
    struct value_policies *policies = &table->columns[i].policies;
    const struct target_column *target = &table->target.columns[i];
    const struct source_type *source = &table->source->columns[table->columns[i].source].type;
    uint32_t possible = possible_classes(table, i);

    for (enum value_class k = 0; k < CLASS_COUNT; k++) {
        if ((possible >> k & 1) == 0) {
            policies->of[k] = POLICY_REFUSE;
            continue;
        }
        if (!convert_can_follow(source, &target->type, k, policies->of[k])) {
            note_impossible(p, table, i, k);
            policies->of[k] = POLICY_REFUSE;
        }
        if (policies->of[k] != POLICY_NULL || !target->not_null)
            continue;
        if (k == CLASS_ORPHAN && another_takes_null(table, table->columns[i].source))
            policies->of[k] = POLICY_REFUSE;
        else
            refuse_null(p, table, i, k);
    }
}

void check_policies(struct planner *p)
{
    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        arena_rewind(p->scratch);
        for (size_t i = 0; i < table->column_count; i++)
            check_column(p, table, i);
    }
}
