#include "copy/parents.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is looked up ----------------------------------------------------------------------- */

static size_t find_cell(const int *columns, size_t count, int column)
{
    for (size_t i = 0; i < count; i++)
        if (columns[i] == column)
            return i;
    return SIZE_MAX;
}

static bool is_text(const struct source_type *type)
{
    return type->kind == SOURCE_CHAR || type->kind == SOURCE_VARCHAR || type->kind == SOURCE_TEXT;
}

/* False when a column of the key is not read. */
static bool prepare_key(const struct planned_table *table, const struct planned_foreign_key *key,
                        const int *columns, size_t column_count, struct parent_column *ret_columns)
{
    for (size_t i = 0; i < key->source->column_count; i++) {
        int column = key->source->columns[i];
        ret_columns[i] = (struct parent_column){
            .cell = find_cell(columns, column_count, column),
            .found = SIZE_MAX,
            .is_spelt = key->spelling > POLICY_REFUSE && key->matches[i] != MATCH_VALUE &&
                        is_text(&table->source->columns[column].type),
            .takes_null = key->orphan == POLICY_NULL &&
                          table->columns[column].policies.of[CLASS_ORPHAN] == POLICY_NULL,
        };
        if (ret_columns[i].cell == SIZE_MAX)
            return false;
    }
    return true;
}

void parents_prepare(const struct plan *plan, const struct planned_table *table, const int *columns,
                     size_t column_count, struct arena *arena, struct parents *ret_parents)
{
    struct parents parents = {0};
    size_t capacity = 0, key_capacity = 0;

    for (size_t k = 0; k < table->foreign_key_count; k++) {
        const struct planned_foreign_key *key = &table->foreign_keys[k];
        size_t count = key->source->column_count;
        struct parent_key made = {.key = key};
        if (!key->translated || (key->orphan <= POLICY_REFUSE && key->spelling <= POLICY_REFUSE))
            continue;
        made.columns = ARENA_ARRAY(arena, count + 1, struct parent_column);
        if (!prepare_key(table, key, columns, column_count, made.columns))
            continue;
        /* The first tells whether there is a parent at all. */
        for (size_t i = 0; i < count; i++) {
            if (i > 0 && !made.columns[i].is_spelt)
                continue;
            made.columns[i].found = column_count + parents.lookup_count;
            struct source_lookup *lookup =
                ARENA_PUSH(arena, parents.lookups, parents.lookup_count, capacity);
            *lookup = plan_lookup(plan, table, key, i, arena);
        }
        *ARENA_PUSH(arena, parents.keys, parents.key_count, key_capacity) = made;
        parents.column_count += count;
    }
    *ret_parents = parents;
}

/* ---- a row ----------------------------------------------------------------------------------- */

struct error *parent_changes_reserve(struct parent_changes *changes, size_t count)
{
    if (count <= changes->capacity)
        return NULL;
    parent_changes_done(changes);
    changes->changes = calloc(count, sizeof *changes->changes);
    changes->before = calloc(count, sizeof *changes->before);
    if (changes->changes == NULL || changes->before == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for the references of a row");
    changes->capacity = count;
    return NULL;
}

void parent_changes_done(struct parent_changes *changes)
{
    free(changes->changes);
    free(changes->before);
    *changes = (struct parent_changes){0};
}

static void change(struct parent_changes *changes, const struct row *row, size_t cell,
                   struct cell value, enum value_class value_class)
{
    changes->changes[changes->count] = (struct convert_change){(uint32_t)cell, value_class};
    changes->before[changes->count] = row->cells[cell];
    changes->count++;
    row->cells[cell] = value;
}

static void set_aside(struct convert_result *result, size_t column, enum value_class value_class)
{
    result->set_aside = true;
    result->column = column;
    result->value_class = value_class;
    result->reason = error_new(value_class_error(value_class), "%s",
                               value_class == CLASS_ORPHAN ? "the row has no parent"
                                                           : "the row's parent is spelt otherwise");
}

static bool refers(const struct parent_key *key, const struct row *row)
{
    for (size_t i = 0; i < key->key->source->column_count; i++)
        if (row->cells[key->columns[i].cell].form == CELL_NULL)
            return false;
    return true;
}

static bool same_bytes(const struct cell *a, const struct cell *b)
{
    return a->form == CELL_BYTES && b->form == CELL_BYTES && str_equal(a->bytes, b->bytes);
}

static void heed_missing(const struct parent_key *key, const struct row *row,
                         struct parent_changes *changes, struct convert_result *result)
{
    if (key->key->orphan == POLICY_QUARANTINE)
        set_aside(result, key->columns[0].cell, CLASS_ORPHAN);
    for (size_t i = 0; key->key->orphan == POLICY_NULL && i < key->key->source->column_count; i++)
        if (key->columns[i].takes_null)
            change(changes, row, key->columns[i].cell, (struct cell){.form = CELL_NULL},
                   CLASS_ORPHAN);
}

static void heed_spelling(const struct parent_key *key, const struct row *row,
                          struct parent_changes *changes, struct convert_result *result)
{
    for (size_t i = 0; i < key->key->source->column_count; i++) {
        const struct parent_column *column = &key->columns[i];
        if (!column->is_spelt || same_bytes(&row->cells[column->cell], &row->cells[column->found]))
            continue;
        if (key->key->spelling == POLICY_QUARANTINE) {
            set_aside(result, column->cell, CLASS_PARENT_SPELLING);
            return;
        }
        change(changes, row, column->cell, row->cells[column->found], CLASS_PARENT_SPELLING);
    }
}

void parents_heed(const struct parents *parents, const struct row *row,
                  struct parent_changes *changes, struct convert_result *ret_result)
{
    struct convert_result result = {0};

    changes->count = 0;
    for (size_t k = 0; k < parents->key_count && !result.set_aside; k++) {
        const struct parent_key *key = &parents->keys[k];
        if (!refers(key, row))
            continue;
        if (row->cells[key->columns[0].found].form == CELL_NULL)
            heed_missing(key, row, changes, &result);
        else
            heed_spelling(key, row, changes, &result);
    }
    if (result.set_aside) {
        parents_restore(row, changes);
        changes->count = 0;
    }
    result.changes = changes->changes;
    result.change_count = changes->count;
    *ret_result = result;
}

void parents_restore(const struct row *row, const struct parent_changes *changes)
{
    for (size_t i = changes->count; i > 0; i--)
        row->cells[changes->changes[i - 1].column] = changes->before[i - 1];
}
