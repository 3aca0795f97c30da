#include "verify/prepare.h"

#include <stdlib.h>

#include "base/map.h"
#include "verify/sql.h"

/* A piece of about this size is read in a second; smaller tables are not worth the questions. */
#define PIECE_BYTES (32 * MIB)
#define PIECES_MOST 64

/* A table as it stands in the target. */
struct standing {
    struct map columns;
    bool is_plain; /* blocks of its own */
    uint64_t blocks;
};

/* ---- the target ------------------------------------------------------------------------------ */

static struct error *read_standing(struct sink_session *sink, struct str schema,
                                   struct arena *arena, struct map *ret_tables)
{
    const char *params[] = {arena_str(arena, schema).ptr};
    struct sink_rows rows = {0};

    TRY_DOING(sink_query(sink, sql_columns, 1, params, arena, &rows),
              "look at the target's tables");
    map_init(ret_tables, arena);
    for (size_t i = 0; i < rows.row_count; i++) {
        struct standing *standing = map_get(ret_tables, sink_cell(&rows, i, 0));
        if (standing == NULL) {
            uint64_t bytes = 0, block = 1;
            standing = ARENA_NEW(arena, struct standing);
            map_init(&standing->columns, arena);
            standing->is_plain = str_equal(sink_cell(&rows, i, 1), STR("r"));
            if (!str_to_u64(sink_cell(&rows, i, 2), &bytes) ||
                !str_to_u64(sink_cell(&rows, i, 3), &block) || block == 0)
                return error_new(PGC_INTERNAL, "the target told no size of a table");
            standing->blocks = bytes / block;
            map_add(ret_tables, sink_cell(&rows, i, 0), standing);
        }
        map_add(&standing->columns, sink_cell(&rows, i, 4), standing);
    }
    return NULL;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static bool is_integer(enum source_kind kind)
{
    return kind == SOURCE_TINYINT || kind == SOURCE_SMALLINT || kind == SOURCE_MEDIUMINT ||
           kind == SOURCE_INT || kind == SOURCE_BIGINT;
}

/* Equal parts of the range of an integer key, which have nothing to do with the copy's chunks. */
static struct error *split_source(struct work_table *table, struct source_session *source,
                                  struct str database, struct arena *arena)
{
    uint64_t pieces = table->planned->source->data_bytes / PIECE_BYTES + 1;
    struct source_limits limits = {0};

    if (pieces < 2 || table->key_count == 0 || !is_integer(table->columns[0].source->kind))
        return NULL;
    pieces = pieces < PIECES_MOST ? pieces : PIECES_MOST;
    TRY(source_read_limits(source, database, table->planned->source, table->source_columns[0],
                           &limits));
    /* The same in both signs: differences of bits. */
    uint64_t step = ((uint64_t)limits.high - (uint64_t)limits.low) / pieces;
    if (!limits.some || step == 0)
        return NULL;
    table->range_column = table->source_columns[0];
    table->bounds = ARENA_ARRAY(arena, (size_t)pieces, int64_t);
    for (uint64_t i = 0; i + 1 < pieces; i++)
        table->bounds[i] = (int64_t)((uint64_t)limits.low + step * (i + 1));
    table->sides[SIDE_SOURCE].pieces = (unsigned)pieces;
    return NULL;
}

static void split_target(struct work_table *table, const struct standing *standing,
                         uint64_t piece_blocks)
{
    uint64_t pieces = standing->blocks / piece_blocks + 1;

    if (!standing->is_plain || pieces < 2)
        return;
    pieces = pieces < PIECES_MOST ? pieces : PIECES_MOST;
    table->blocks_per_piece = standing->blocks / pieces + 1;
    table->sides[SIDE_TARGET].pieces += (unsigned)pieces - 1;
    table->target_pieces = (unsigned)pieces;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool is_chosen(const struct verify_job *job, struct str name)
{
    bool chosen = job->include_count == 0;

    for (size_t i = 0; i < job->include_count && !chosen; i++)
        chosen = str_glob(job->include[i], name);
    for (size_t i = 0; i < job->exclude_count && chosen; i++)
        chosen = !str_glob(job->exclude[i], name);
    return chosen;
}

static struct error *find_charset(struct map *charsets, struct source_session *session,
                                  struct str name, struct arena *arena,
                                  const struct charset **ret_charset)
{
    struct charset *charset = name.len > 0 ? map_get(charsets, name) : NULL;

    if (charset == NULL && name.len > 0) {
        charset = ARENA_NEW(arena, struct charset);
        TRY_DOING(source_read_charset(session, name, arena, charset),
                  "read the character set " STR_FMT, STR_ARG(name));
        map_add(charsets, arena_str(arena, name), charset);
    }
    *ret_charset = charset;
    return NULL;
}

static void not_compared(struct verify_outcome *outcome, struct arena *arena, struct str object,
                         enum error_id id, struct str text)
{
    findings_add(
        &outcome->findings, arena,
        (struct finding){
            .id = id, .severity = SEVERITY_CHANGES, .object = object, .text = text, .rows = -1});
}

static bool stands(const struct planned_table *planned, const struct map *standing,
                   struct str object, struct arena *arena, struct verify_outcome *outcome)
{
    const struct standing *found = map_get(standing, planned->target.name);
    bool all = true;

    if (found == NULL) {
        not_compared(outcome, arena, object, PGC_VERIFY_ABSENT,
                     arena_format(arena, "the target has no table \"" STR_FMT "\"",
                                  STR_ARG(planned->target.name)));
        return false;
    }
    for (size_t i = 0; i < planned->target.column_count; i++) {
        struct str name = planned->target.columns[i].name;
        if (map_get(&found->columns, name) != NULL)
            continue;
        all = false;
        not_compared(outcome, arena,
                     arena_format(arena, STR_FMT "." STR_FMT, STR_ARG(object), STR_ARG(name)),
                     PGC_VERIFY_ABSENT,
                     arena_format(arena,
                                  "the target's table \"" STR_FMT "\" has no column \"" STR_FMT
                                  "\"; none of its rows was compared",
                                  STR_ARG(planned->target.name), STR_ARG(name)));
    }
    return all;
}

/* How many rows of each table were set aside. */
static struct error *read_set_aside(struct sink_session *sink, struct arena *arena,
                                    struct verify_outcome *outcome)
{
    struct sink_rows rows = {0};

    TRY_DOING(sink_query(sink,
                         "SELECT table_number, pg_catalog.count(*) FROM pgconverge.quarantine"
                         " GROUP BY table_number",
                         0, NULL, arena, &rows),
              "look at the rows that were set aside");
    for (size_t i = 0; i < rows.row_count; i++) {
        uint64_t number = 0, count = 0;
        if (!str_to_u64(sink_cell(&rows, i, 0), &number) ||
            !str_to_u64(sink_cell(&rows, i, 1), &count))
            return error_new(PGC_LEDGER, "the rows that were set aside make no sense");
        for (size_t k = 0; k < outcome->table_count; k++)
            if (outcome->tables[k].planned->number == number)
                outcome->tables[k].set_aside = count;
    }
    return NULL;
}

struct preparing {
    struct work *work;
    struct source_session *source;
    struct arena *arena;
    struct verify_outcome *outcome;
    struct map standing, charsets;
};

/* Which columns have their parents' values by a policy: the source is asked for those then. */
static void take_references(struct preparing *p, struct work_table *table)
{
    table->taken = ARENA_ARRAY(p->arena, table->column_count + 1, const struct source_taken *);
    for (size_t i = 0; i < table->column_count; i++)
        table->taken[i] =
            plan_taken(p->work->job->plan, table->planned, table->source_columns[i], p->arena);
}

static struct error *prepare_table(struct preparing *p, const struct planned_table *planned,
                                   struct verify_table *result)
{
    const struct verify_job *job = p->work->job;
    struct work_table *table = &p->work->tables[p->work->table_count];
    struct str database = job->plan->catalog->database, reason = STR_NULL;
    struct str object = arena_format(p->arena, STR_FMT "." STR_FMT, STR_ARG(database),
                                     STR_ARG(planned->source->name));
    const struct charset **charsets =
        ARENA_ARRAY(p->arena, planned->column_count + 1, const struct charset *);

    *table = (struct work_table){.result = result, .planned = planned};
    if (!stands(planned, &p->standing, object, p->arena, p->outcome))
        return NULL;
    for (size_t i = 0; i < planned->column_count; i++)
        TRY(find_charset(&p->charsets, p->source,
                         planned->source->columns[planned->columns[i].source].type.charset,
                         p->arena, &charsets[i]));
    if (!work_table_shape(table, charsets, p->arena, &reason)) {
        const struct canonical_column *column = &table->columns[table->column_count - 1];
        not_compared(
            p->outcome, p->arena,
            arena_format(p->arena, STR_FMT "." STR_FMT, STR_ARG(object), STR_ARG(column->name)),
            PGC_VERIFY_NOT_COMPARED,
            arena_format(p->arena,
                         "values of " STR_FMT " cannot be compared; none of the table's rows was",
                         STR_ARG(reason)));
        return NULL;
    }
    take_references(p, table);
    TRY(split_source(table, p->source, database, p->arena));
    split_target(table, map_get(&p->standing, planned->target.name), PIECE_BYTES / 8192);
    work_table_reset(table);
    atomic_fetch_add(&job->progress->rows_total, planned->source->rows_estimate);
    atomic_store(&job->progress->tables[planned->number].rows_total,
                 planned->source->rows_estimate);
    p->work->table_count++;
    return NULL;
}

/* The biggest first, so that no reader is left alone with it at the end. */
static int compare_size(const void *left, const void *right)
{
    const struct work_table *a = left, *b = right;
    uint64_t a_bytes = a->planned->source->data_bytes, b_bytes = b->planned->source->data_bytes;

    if (a_bytes != b_bytes)
        return a_bytes < b_bytes ? 1 : -1;
    return a->planned->number < b->planned->number ? -1 : 1;
}

struct error *tables_prepare(struct work *work, struct source_session *source,
                             struct sink_session *sink, struct arena *arena,
                             struct verify_outcome *outcome)
{
    const struct plan *plan = work->job->plan;
    struct preparing p = {.work = work, .source = source, .arena = arena, .outcome = outcome};

    map_init(&p.charsets, arena);
    TRY(read_standing(sink, plan->options->schema, arena, &p.standing));
    work->table_count = outcome->table_count = outcome->findings.count = 0;
    work->tables = ARENA_ARRAY(arena, plan->table_count + 1, struct work_table);
    outcome->tables = ARENA_ARRAY(arena, plan->table_count + 1, struct verify_table);
    for (size_t i = 0; i < plan->table_count; i++)
        if (plan->tables[i].disposition == DISPOSITION_CREATED)
            outcome->tables[outcome->table_count++] = (struct verify_table){
                .planned = &plan->tables[i],
                .skipped = !is_chosen(work->job, plan->tables[i].source->name),
            };
    if (work->job->has_run)
        TRY(read_set_aside(sink, arena, outcome));
    for (size_t i = 0; i < outcome->table_count; i++)
        if (!outcome->tables[i].skipped)
            TRY(prepare_table(&p, outcome->tables[i].planned, &outcome->tables[i]));
    qsort(work->tables, work->table_count, sizeof *work->tables, compare_size);
    return NULL;
}
