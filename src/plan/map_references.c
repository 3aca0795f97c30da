/* What the copy does with rows whose parent PostgreSQL will not find. */
#include "plan/internal.h"

/* Longer chains of foreign keys over one column end in a circle. */
#define LONGEST_CHAIN 32

static enum value_policy strongest(const struct planned_table *table,
                                   const struct source_foreign_key *key,
                                   enum value_class value_class)
{
    enum value_policy policy = POLICY_REFUSE;

    for (size_t i = 0; i < key->column_count; i++) {
        enum value_policy own = table->columns[key->columns[i]].policies.of[value_class];
        if (own > policy)
            policy = own;
    }
    return policy;
}

static bool can_be_misspelt(const struct planned_foreign_key *key)
{
    for (size_t i = 0; i < key->source->column_count; i++)
        if (key->matches[i] != MATCH_VALUE)
            return true;
    return false;
}

bool plan_key_sets(const struct planned_table *table, const struct planned_foreign_key *key,
                   size_t i)
{
    const struct planned_column *column = &table->columns[key->source->columns[i]];

    if (!key->translated)
        return false;
    return (key->spelling == POLICY_REPLACE && key->matches[i] != MATCH_VALUE) ||
           (key->orphan == POLICY_NULL && column->policies.of[CLASS_ORPHAN] == POLICY_NULL);
}

const struct planned_foreign_key *plan_key_above(const struct planned_table *table, int column,
                                                 size_t *ret_i)
{
    for (size_t k = 0; k < table->foreign_key_count; k++) {
        const struct planned_foreign_key *key = &table->foreign_keys[k];
        for (size_t i = 0; key->translated && i < key->source->column_count; i++) {
            if (key->source->columns[i] != column || !plan_key_sets(table, key, i))
                continue;
            *ret_i = i;
            return key;
        }
    }
    return NULL;
}

static const struct source_reference *make_reference(const struct plan *plan,
                                                     const struct planned_table *table,
                                                     const struct planned_foreign_key *key,
                                                     struct arena *arena)
{
    struct source_reference *reference = ARENA_NEW(arena, struct source_reference);

    *reference = (struct source_reference){
        .database = plan->catalog->database,
        .child = table->source,
        .parent = plan->tables[key->parent].source,
        .key = key->source,
        .matches = key->matches,
    };
    return reference;
}

/* NOLINTNEXTLINE(misc-no-recursion): no circle of keys passes check_key() */
struct source_lookup plan_lookup(const struct plan *plan, const struct planned_table *table,
                                 const struct planned_foreign_key *key, size_t i,
                                 struct arena *arena)
{
    const struct planned_table *parent = &plan->tables[key->parent];
    int column = catalog_find_column(parent->source, key->source->parent_columns[i]);

    return (struct source_lookup){.reference = make_reference(plan, table, key, arena),
                                  .column = i,
                                  .above = plan_taken(plan, parent, column, arena)};
}

/* NOLINTNEXTLINE(misc-no-recursion): as above */
const struct source_taken *plan_taken(const struct plan *plan, const struct planned_table *table,
                                      int column, struct arena *arena)
{
    size_t i = 0;
    const struct planned_foreign_key *key = plan_key_above(table, column, &i);

    if (key == NULL)
        return NULL;
    struct source_taken *taken = ARENA_NEW(arena, struct source_taken);
    *taken = (struct source_taken){
        .from = plan_lookup(plan, table, key, i, arena),
        .respelt = key->spelling == POLICY_REPLACE && key->matches[i] != MATCH_VALUE,
        .null_without = key->orphan == POLICY_NULL &&
                        table->columns[column].policies.of[CLASS_ORPHAN] == POLICY_NULL,
    };
    return taken;
}

static bool ends(const struct plan *plan, const struct planned_foreign_key *key, size_t i)
{
    for (unsigned length = 0; length < LONGEST_CHAIN; length++) {
        const struct planned_table *parent = &plan->tables[key->parent];
        int column = catalog_find_column(parent->source, key->source->parent_columns[i]);
        key = plan_key_above(parent, column, &i);
        if (key == NULL)
            return true;
    }
    return false;
}

static void settle_key(struct planned_table *table, struct planned_foreign_key *key)
{
    key->orphan = key->spelling = POLICY_REFUSE;
    if (!key->translated)
        return;
    key->orphan = strongest(table, key->source, CLASS_ORPHAN);
    if (!can_be_misspelt(key))
        return;
    key->spelling = strongest(table, key->source, CLASS_PARENT_SPELLING);
    /* A key is spelt as a whole. */
    for (size_t i = 0; i < key->source->column_count; i++)
        table->columns[key->source->columns[i]].policies.of[CLASS_PARENT_SPELLING] = key->spelling;
}

static void check_key(struct planner *p, const struct planned_table *table,
                      const struct planned_foreign_key *key)
{
    for (size_t i = 0; i < key->source->column_count; i++) {
        if (!plan_key_sets(table, key, i) || ends(p->plan, key, i))
            continue;
        add_finding(p, SEVERITY_BLOCKER, PGC_CONFIG,
                    object_name(p, table->source->name, key->source->name),
                    STR("parent_spelling and orphan cannot be followed: its columns take their "
                        "values from a circle of foreign keys"))
            ->fix = STR("refuse or quarantine them in one table of the circle, under columns:");
        return;
    }
}

void map_references(struct planner *p)
{
    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        for (size_t k = 0; k < table->foreign_key_count; k++)
            settle_key(table, &table->foreign_keys[k]);
    }
    for (size_t t = 0; t < p->plan->table_count; t++) {
        const struct planned_table *table = &p->plan->tables[t];
        arena_rewind(p->scratch);
        for (size_t k = 0; k < table->foreign_key_count; k++)
            if (table->foreign_keys[k].translated)
                check_key(p, table, &table->foreign_keys[k]);
    }
}
