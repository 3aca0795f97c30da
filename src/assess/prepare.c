/* From the plan to the passes over its tables. */
#include "assess/internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/map.h"

struct preparation {
    const struct assess_job *job;
    struct source_session *session;
    struct arena *arena;
    struct map charsets;
    struct scan_tables *tables;
};

static struct error *find_charset(struct preparation *p, struct str name,
                                  const struct charset **ret_charset)
{
    *ret_charset = NULL;
    if (name.len == 0)
        return NULL;
    struct charset *charset = map_get(&p->charsets, name);
    if (charset == NULL) {
        charset = ARENA_NEW(p->arena, struct charset);
        TRY_DOING(source_read_charset(p->session, name, p->arena, charset),
                  "read the character set " STR_FMT, STR_ARG(name));
        map_add(&p->charsets, arena_str(p->arena, name), charset);
    }
    *ret_charset = charset;
    return NULL;
}

static bool becomes_text(const struct target_type *target)
{
    return target->kind == TARGET_TEXT || target->kind == TARGET_VARCHAR;
}

static bool is_text(enum source_kind kind)
{
    return kind == SOURCE_CHAR || kind == SOURCE_VARCHAR || kind == SOURCE_TEXT;
}

static struct error *fill_column(struct preparation *p, const struct planned_table *planned,
                                 size_t position, struct scan_column *column)
{
    const struct planned_column *decided = &planned->columns[position];
    const struct source_column *source = &planned->source->columns[decided->source];
    const struct target_column *target = &planned->target.columns[position];
    bool is_kept_text = is_text(source->type.kind) && becomes_text(&target->type);

    column->position = position;
    column->may_be_twice_encoded = is_kept_text;
    column->may_be_uuid = is_kept_text && source->type.kind != SOURCE_TEXT &&
                          source->type.length >= 36 && source->type.length <= 40;
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        column->has_policy = column->has_policy || decided->policies.of[i] > POLICY_REFUSE;
    column->convert.source = &source->type;
    column->convert.target = &target->type;
    column->convert.labels_checked = decided->labels_checked;
    column->convert.not_null = target->not_null;
    column->convert.policies = decided->policies;
    column->convert.object = arena_format(p->arena, STR_FMT "." STR_FMT "." STR_FMT,
                                          STR_ARG(p->job->plan->catalog->database),
                                          STR_ARG(planned->source->name), STR_ARG(source->name));
    return find_charset(p, source->type.charset, &column->convert.charset);
}

/* A column of the key that is not looked at itself. */
static struct error *fill_key_column(struct preparation *p, const struct planned_table *planned,
                                     int source, struct scan_column *column)
{
    column->position = SIZE_MAX;
    column->convert.source = &planned->source->columns[source].type;
    return find_charset(p, column->convert.source->charset, &column->convert.charset);
}

struct column_set {
    const size_t *positions;
    size_t count;
};

static struct error *fill_columns(struct preparation *p, struct scan_table *table,
                                  struct column_set set)
{
    const struct planned_table *planned = table->planned;
    size_t most = set.count + planned->chunk_key_count, count = 0;
    int *columns = ARENA_ARRAY(p->arena, most + 1, int);

    table->columns = ARENA_ARRAY(p->arena, most + 1, struct scan_column);
    for (; count < set.count; count++) {
        TRY(fill_column(p, planned, set.positions[count], &table->columns[count]));
        columns[count] = planned->columns[set.positions[count]].source;
    }
    for (size_t k = 0; k < planned->chunk_key_count; k++) {
        bool there = false;
        for (size_t i = 0; i < count && !there; i++)
            there = columns[i] == planned->chunk_key[k];
        if (there)
            continue;
        TRY(fill_key_column(p, planned, planned->chunk_key[k], &table->columns[count]));
        columns[count++] = planned->chunk_key[k];
    }
    table->read = (struct source_read){
        .database = p->job->plan->catalog->database,
        .table = planned->source,
        .columns = columns,
        .column_count = count,
        .key = {planned->chunk_key, planned->chunk_key_count},
    };
    table->tallies = ARENA_ARRAY(p->arena, count * SCAN_CLASSES + 1, struct tally);
    table->uuids = ARENA_ARRAY(p->arena, count + 1, struct uuid_tally);
    return NULL;
}

static struct scan_table *add_table(struct preparation *p, const struct planned_table *planned)
{
    struct scan_table *table =
        ARENA_PUSH(p->arena, p->tables->items, p->tables->count, p->tables->capacity);

    *table = (struct scan_table){.planned = planned,
                                 .progress = &p->job->progress->tables[planned->number]};
    return table;
}

/* What was found out about the columns of one table. */
struct needs {
    size_t *read, *by_condition, *by_length;
    size_t read_count, by_condition_count, by_length_count;
    struct source_condition *conditions, *lengths;
    size_t condition_count, length_count;
};

static void decide_columns(const struct planned_table *planned, struct arena *arena,
                           struct needs *needs)
{
    size_t count = planned->column_count;

    *needs = (struct needs){
        .read = ARENA_ARRAY(arena, count + 1, size_t),
        .by_condition = ARENA_ARRAY(arena, count + 1, size_t),
        .by_length = ARENA_ARRAY(arena, count + 1, size_t),
        .conditions = ARENA_ARRAY(arena, count * SCAN_CONDITIONS + 1, struct source_condition),
        .lengths = ARENA_ARRAY(arena, count * SCAN_CONDITIONS + 1, struct source_condition),
    };
    for (size_t i = 0; i < count; i++) {
        size_t added = 0;
        if (!planned->columns[i].copied)
            continue;
        struct source_condition conditions[SCAN_CONDITIONS];
        switch (scan_decide(planned, i, conditions, &added)) {
        case NEED_NOTHING:
            break;
        case NEED_CONDITION:
            needs->by_condition[needs->by_condition_count++] = i;
            for (size_t k = 0; k < added; k++)
                needs->conditions[needs->condition_count++] = conditions[k];
            break;
        case NEED_LENGTH:
            needs->by_length[needs->by_length_count++] = i;
            for (size_t k = 0; k < added; k++)
                needs->lengths[needs->length_count++] = conditions[k];
            break;
        case NEED_READ:
            needs->read[needs->read_count++] = i;
            break;
        }
    }
}

/*
 * Where a column is read anyway, the others are read with it: the server goes through the rows
 * once. Only what is long and need not be read stays with the server, in a pass of its own.
 */
static struct error *prepare_table(struct preparation *p, const struct planned_table *planned)
{
    struct needs needs;

    decide_columns(planned, p->arena, &needs);
    if (needs.read_count > 0) {
        for (size_t i = 0; i < needs.by_condition_count; i++)
            needs.read[needs.read_count++] = needs.by_condition[i];
        TRY(fill_columns(p, add_table(p, planned),
                         (struct column_set){needs.read, needs.read_count}));
    } else {
        for (size_t i = 0; i < needs.by_condition_count; i++)
            needs.by_length[needs.by_length_count++] = needs.by_condition[i];
        for (size_t i = 0; i < needs.condition_count; i++)
            needs.lengths[needs.length_count++] = needs.conditions[i];
    }
    if (needs.by_length_count == 0)
        return NULL;
    struct scan_table *table = add_table(p, planned);
    table->by_conditions = true;
    TRY(fill_columns(p, table, (struct column_set){needs.by_length, needs.by_length_count}));
    table->read.conditions = needs.lengths;
    table->read.condition_count = needs.length_count;
    return NULL;
}

static void prepare_references(struct preparation *p, const struct planned_table *planned)
{
    const struct plan *plan = p->job->plan;
    struct scan_tables *tables = p->tables;

    for (size_t i = 0; i < planned->foreign_key_count; i++) {
        const struct planned_foreign_key *key = &planned->foreign_keys[i];
        if (!key->translated || plan->tables[key->parent].disposition != DISPOSITION_CREATED)
            continue;
        *ARENA_PUSH(p->arena, tables->references, tables->reference_count,
                    tables->reference_capacity) = (struct scan_reference){
            .table = planned,
            .key = key,
            .reference = {.database = plan->catalog->database,
                          .child = planned->source,
                          .parent = plan->tables[key->parent].source,
                          .key = key->source,
                          .matches = key->matches},
        };
    }
}

/* The biggest first, so that the last reader is not left alone with it. */
static int compare_size(const void *left, const void *right)
{
    const struct scan_table *a = left, *b = right;
    uint64_t a_bytes = a->planned->source->data_bytes, b_bytes = b->planned->source->data_bytes;

    if (a_bytes != b_bytes)
        return a_bytes < b_bytes ? 1 : -1;
    if (a->planned->number != b->planned->number)
        return a->planned->number < b->planned->number ? -1 : 1;
    return (int)a->by_conditions - (int)b->by_conditions;
}

struct error *scan_prepare(const struct assess_job *job, struct source_session *session,
                           struct arena *arena, struct scan_tables *ret_tables)
{
    const struct plan *plan = job->plan;
    struct preparation p = {.job = job, .session = session, .arena = arena, .tables = ret_tables};

    map_init(&p.charsets, arena);
    for (size_t i = 0; i < plan->table_count; i++) {
        if (plan->tables[i].disposition != DISPOSITION_CREATED)
            continue;
        if (job->extent == ASSESS_FULL)
            TRY(prepare_table(&p, &plan->tables[i]));
        prepare_references(&p, &plan->tables[i]);
        entries_prepare(plan, &plan->tables[i], arena, ret_tables);
    }
    if (ret_tables->count > 0)
        qsort(ret_tables->items, ret_tables->count, sizeof *ret_tables->items, compare_size);
    for (size_t i = 0; i < ret_tables->count; i++) {
        struct scan_table *table = &ret_tables->items[i];
        uint64_t rows = table->by_conditions ? 0 : table->planned->source->rows_estimate;
        atomic_fetch_add(&table->progress->rows_total, rows);
        atomic_fetch_add(&job->progress->rows_total, rows);
    }
    return NULL;
}
