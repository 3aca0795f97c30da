/* One reader: takes a part of a table, has every value judged by convert, counts. */
#include "assess/internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"

/* A row above this is read by worker 0 alone, so that one such row is in memory at a time. */
#define NARROW_PACKET (8 * MIB)
#define SPLIT_BYTES (48 * MIB)
#define SPLIT_ROWS_MIN 1000
/* Looked at of a column whose texts may all be UUIDs. */
#define UUID_SAMPLE 10000
#define KEY_CHARS 200
#define ROWS_BETWEEN_LOOKS 512

void scan_worker_init(struct scan_worker *worker, struct scan_pool *pool, unsigned number,
                      struct source_session *source)
{
    *worker = (struct scan_worker){.pool = pool, .number = number};
    pthread_mutex_init(&worker->source_lock, NULL);
    worker->source = source;
    if (number != 0)
        source_set_packet_limit(source, NARROW_PACKET);
    worker->out = BUF_INIT(LIMIT_ROW, "values in COPY form");
    worker->arena = ARENA_INIT(LIMIT_RUN_ARENA, "counts of a chunk");
    worker->bounds = ARENA_INIT(LIMIT_RUN_ARENA, "bounds of chunks");
}

static struct source_session *swap_source(struct scan_worker *worker,
                                          struct source_session *session)
{
    pthread_mutex_lock(&worker->source_lock);
    struct source_session *before = worker->source;
    worker->source = session;
    pthread_mutex_unlock(&worker->source_lock);
    return before;
}

void scan_worker_interrupt(struct scan_worker *worker)
{
    pthread_mutex_lock(&worker->source_lock);
    if (worker->source != NULL)
        source_interrupt(worker->source);
    pthread_mutex_unlock(&worker->source_lock);
}

static void free_list(struct converter **converters, size_t count)
{
    for (size_t i = 0; converters != NULL && i < count; i++)
        converter_free(converters[i]);
    free(converters);
}

static void free_converters(struct scan_worker *worker)
{
    free_list(worker->judges, worker->converter_count);
    free_list(worker->mending, worker->converter_count);
    worker->judges = worker->mending = NULL;
    worker->converter_count = 0;
    worker->table = NULL;
}

void scan_worker_done(struct scan_worker *worker)
{
    source_close(swap_source(worker, NULL));
    free_converters(worker);
    buf_free(&worker->out);
    arena_free(&worker->arena);
    arena_free(&worker->bounds);
    pthread_mutex_destroy(&worker->source_lock);
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* Its snapshot is a later one: the counts of this pass are not of one moment any more. */
static struct error *reopen_source(struct scan_worker *worker)
{
    struct scan_pool *pool = worker->pool;
    CLEANUP(arena_free) struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "source token");
    struct source_session *session = NULL;
    struct source_token token;

    TRY(source_open(pool->job->source, &session));
    if (worker->number != 0)
        source_set_packet_limit(session, NARROW_PACKET);
    struct error *error = source_snapshot_open(&session, 1, false, 0, &scratch, &token);
    if (error != NULL) {
        source_close(session);
        return error;
    }
    pthread_mutex_lock(&pool->lock);
    pool->one_moment = false;
    pthread_mutex_unlock(&pool->lock);
    source_close(swap_source(worker, session));
    return NULL;
}

/* ---- a value --------------------------------------------------------------------------------- */

/* Under these convert names the class of each value that it would refuse. */
static struct value_policies all_set_aside(void)
{
    struct value_policies policies;

    for (unsigned i = 0; i < CLASS_COUNT; i++)
        policies.of[i] = POLICY_QUARANTINE;
    return policies;
}

/* One converter a column: the copy's stops at the first value that it refuses, here all count. */
static struct error *use_table(struct scan_worker *worker, const struct scan_table *table)
{
    size_t count = table->read.column_count;

    if (worker->table == table)
        return NULL;
    free_converters(worker);
    worker->judges = calloc(count + 1, sizeof(void *));
    worker->mending = calloc(count + 1, sizeof(void *));
    worker->converter_count = count;
    if (worker->judges == NULL || worker->mending == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for %zu converters", count);
    for (size_t i = 0; i < count; i++) {
        struct convert_column convert = table->columns[i].convert;
        if (table->columns[i].position == SIZE_MAX)
            continue;
        if (table->columns[i].has_policy)
            TRY(converter_new(&convert, 1, &worker->mending[i]));
        convert.policies = all_set_aside();
        TRY(converter_new(&convert, 1, &worker->judges[i]));
    }
    worker->table = table;
    return NULL;
}

static void add_cell(struct buf *text, const struct scan_table *table, const struct row *row,
                     size_t i)
{
    const struct convert_column *convert = &table->columns[i].convert;
    convert_cell_print(&row->cells[i], convert->source, convert->charset, KEY_CHARS, text);
}

static void add_row_key(struct buf *text, const struct scan_table *table, const struct row *row)
{
    const struct source_read *read = &table->read;

    for (size_t k = 0; k < table->planned->chunk_key_count; k++) {
        int column = table->planned->chunk_key[k];
        for (size_t i = 0; i < read->column_count; i++) {
            if (read->columns[i] != column)
                continue;
            buf_add_format(text, "%s" STR_FMT " = ", k > 0 ? ", " : "",
                           STR_ARG(read->table->columns[column].name));
            add_cell(text, table, row, i);
            break;
        }
    }
    if (text->len == 0)
        buf_add_c(text, "(the table has no usable key)");
}

struct place {
    const struct scan_table *table;
    const struct row *row;
    uint32_t chunk;
    bool quarantine;
};

static void count_value(struct scan_worker *worker, struct place *place, size_t column,
                        unsigned value_class)
{
    struct tally *tally = &worker->tallies[column * SCAN_CLASSES + value_class];

    tally->count++;
    if (!tally_wants_sample(tally))
        return;
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "row key");
    add_row_key(&text, place->table, place->row);
    if (worker->pool->job->show_values) {
        buf_add_c(&text, "   value ");
        add_cell(&text, place->table, place->row, column);
    }
    tally->samples[tally->sample_count++] =
        (struct scan_sample){place->chunk, arena_str_c(&worker->arena, buf_c_str(&text))};
    buf_free(&text);
}

static void look_at_text(struct scan_worker *worker, struct place *place, size_t i)
{
    const struct scan_column *column = &place->table->columns[i];
    /* Behind the row's column count and the field's length. */
    struct str text = str_slice(buf_str(&worker->out), 6, worker->out.len);
    struct uuid_tally *uuids = &worker->uuids[i];

    if (column->may_be_twice_encoded && text_twice_encoded(text))
        count_value(worker, place, i, SCAN_TWICE_ENCODED);
    if (column->may_be_uuid && uuids->others == 0 && uuids->uuids < UUID_SAMPLE) {
        bool is_uuid = text_is_uuid(text);
        uuids->uuids += is_uuid;
        uuids->others += !is_uuid;
    }
}

/* What convert refuses without a class, or in spite of the policies. */
static void count_refusal(struct scan_worker *worker, struct place *place, size_t i,
                          const struct error *error)
{
    bool too_big = error->id == PGC_VALUE_TOO_BIG;
    struct tally *tally = &worker->tallies[i * SCAN_CLASSES + SCAN_REFUSED];

    if (!too_big && tally->id == 0) {
        tally->id = error->id;
        tally->text = arena_str_c(&worker->arena, error->text);
    }
    count_value(worker, place, i, too_big ? SCAN_TOO_BIG : SCAN_REFUSED);
}

/* What a policy makes of the value: a mended one may run into the next check. */
static struct error *try_policies(struct scan_worker *worker, struct place *place, size_t i,
                                  const struct row *one)
{
    struct convert_result result = {0};

    buf_reset(&worker->out, MIB);
    struct error *error = converter_add_row(worker->mending[i], one, &worker->out, &result);
    if (error == NULL) {
        place->quarantine = place->quarantine || result.set_aside;
        error_free(result.reason);
        return NULL;
    }
    if (error->kind != ERROR_KIND_DATA)
        return error;
    count_refusal(worker, place, i, error);
    error_free(error);
    return NULL;
}

static struct error *judge_value(struct scan_worker *worker, struct place *place, size_t i)
{
    const struct scan_column *column = &place->table->columns[i];
    struct cell *cell = &place->row->cells[i];
    struct row one = {.cells = cell, .cell_count = 1};
    struct convert_result result = {0};

    buf_reset(&worker->out, MIB);
    struct error *error = converter_add_row(worker->judges[i], &one, &worker->out, &result);
    if (LIKELY(error == NULL && !result.set_aside)) {
        if (column->may_be_twice_encoded && cell->form != CELL_NULL)
            look_at_text(worker, place, i);
        return NULL;
    }
    if (error != NULL && error->kind != ERROR_KIND_DATA)
        return error;
    if (error != NULL) {
        count_refusal(worker, place, i, error);
        error_free(error);
        return NULL;
    }
    error_free(result.reason);
    count_value(worker, place, i, result.value_class);
    if (column->convert.policies.of[result.value_class] <= POLICY_REFUSE)
        return NULL;
    return try_policies(worker, place, i, &one);
}

/* Larger than any field: of the row's columns the one that can be it. */
static void count_too_big(struct scan_worker *worker, struct place *place)
{
    const struct source_read *read = &place->table->read;

    for (size_t i = 0; i < read->column_count; i++) {
        const struct source_type *type = &read->table->columns[read->columns[i]].type;
        if (place->table->columns[i].position == SIZE_MAX || type->max_bytes <= LIMIT_FIELD)
            continue;
        count_value(worker, place, i, SCAN_TOO_BIG);
        return;
    }
}

/* ---- a chunk --------------------------------------------------------------------------------- */

struct chunk_outcome {
    uint64_t rows, shown, bytes, quarantined;
};

static void show_progress(struct scan_worker *worker, const struct scan_table *table,
                          struct chunk_outcome *outcome)
{
    uint64_t rows = outcome->rows - outcome->shown;
    atomic_fetch_add_explicit(&table->progress->rows_done, rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&worker->pool->job->progress->rows_done, rows, memory_order_relaxed);
    outcome->shown = outcome->rows;
}

static struct error *judge_row(struct scan_worker *worker, struct place *place)
{
    for (size_t i = 0; i < place->table->read.column_count; i++)
        if (place->table->columns[i].position != SIZE_MAX)
            TRY(judge_value(worker, place, i));
    return NULL;
}

static struct error *read_rows(struct scan_worker *worker, struct source_cursor *cursor,
                               struct place *place, struct chunk_outcome *outcome)
{
    for (;;) {
        struct error *error = source_next_row(cursor, &place->row);
        place->quarantine = false;
        if (error != NULL && error->id == PGC_VALUE_TOO_BIG) {
            error_free(error);
            count_too_big(worker, place);
        } else if (error != NULL) {
            return error;
        } else if (place->row == NULL) {
            return NULL;
        } else {
            TRY(judge_row(worker, place));
        }
        outcome->rows++;
        outcome->bytes += place->row->size_bytes;
        outcome->quarantined += place->quarantine;
        if (outcome->rows % ROWS_BETWEEN_LOOKS == 0) {
            show_progress(worker, place->table, outcome);
            if (scan_pool_stopped(worker->pool))
                return error_new(PGC_INTERRUPTED, "stopped while the source was looked through");
        }
    }
}

/* What a chunk gave counts when it was read to its end, once. */
static void merge(struct scan_worker *worker, struct scan_unit unit,
                  const struct chunk_outcome *outcome, uint64_t duration_ms)
{
    struct scan_table *table = unit.table;
    struct scan_pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock);
    table->rows += outcome->rows;
    table->bytes += outcome->bytes;
    table->quarantined += outcome->quarantined;
    table->session_ms += duration_ms;
    for (size_t i = 0; i < table->read.column_count * SCAN_CLASSES; i++)
        if (worker->tallies[i].count > 0)
            tally_merge(&table->tallies[i], &worker->tallies[i], &pool->arena);
    for (size_t i = 0; i < table->read.column_count; i++) {
        table->uuids[i].uuids += worker->uuids[i].uuids;
        table->uuids[i].others += worker->uuids[i].others;
    }
    pthread_mutex_unlock(&pool->lock);
    atomic_fetch_add(&pool->job->progress->bytes_done, outcome->bytes);
    atomic_fetch_add(&table->progress->bytes_done, outcome->bytes);
}

static struct error *scan_chunk(struct scan_worker *worker, struct scan_unit unit,
                                struct chunk_outcome *outcome)
{
    CLEANUP(source_cursor_closep) struct source_cursor *cursor = NULL;
    struct place place = {.table = unit.table, .chunk = unit.chunk->id};
    struct source_read read = unit.table->read;
    uint64_t start_ms = clock_ms();

    /* Without a range there is no reason to go by the key, which may not be the rows' own order. */
    if (unit.chunk->lower.value_count == 0 && unit.chunk->upper.value_count == 0 &&
        unit.table->by_conditions)
        read.key.column_count = 0;
    *outcome = (struct chunk_outcome){0};
    arena_rewind(&worker->arena);
    worker->tallies =
        ARENA_ARRAY(&worker->arena, read.column_count * SCAN_CLASSES + 1, struct tally);
    worker->uuids = ARENA_ARRAY(&worker->arena, read.column_count + 1, struct uuid_tally);
    TRY(use_table(worker, unit.table));
    TRY(source_cursor_open(worker->source, &read, unit.chunk, &cursor));
    TRY(read_rows(worker, cursor, &place, outcome));
    show_progress(worker, unit.table, outcome);
    merge(worker, unit, outcome, clock_ms() - start_ms);
    return NULL;
}

static uint64_t rows_per_chunk(const struct assess_job *job, const struct source_table *table)
{
    if (job->chunk_rows > 0)
        return job->chunk_rows;
    uint64_t row_bytes = table->rows_estimate > 0 ? table->data_bytes / table->rows_estimate : 0;
    uint64_t rows = SPLIT_BYTES / (row_bytes > 0 ? row_bytes : 100);
    return rows > SPLIT_ROWS_MIN ? rows : SPLIT_ROWS_MIN;
}

static struct error *split_table(struct scan_worker *worker, struct scan_unit unit)
{
    const struct assess_job *job = worker->pool->job;
    const struct source_table *source = unit.table->planned->source;
    struct key_bound *bounds = NULL;
    size_t count = 0;

    if (job->chunk_rows > 0 || source->data_bytes > SPLIT_BYTES)
        TRY(source_split(worker->source, &unit.table->read, rows_per_chunk(job, source),
                         &worker->bounds, &bounds, &count));
    scan_pool_split(worker->pool, unit, bounds, count);
    return NULL;
}

/* ---- retries --------------------------------------------------------------------------------- */

static void take_back_progress(struct scan_worker *worker, struct scan_unit unit,
                               const struct chunk_outcome *outcome)
{
    atomic_fetch_sub(&unit.table->progress->rows_done, outcome->shown);
    atomic_fetch_sub(&worker->pool->job->progress->rows_done, outcome->shown);
}

static bool sleep_a_while(struct scan_worker *worker, uint64_t wait_ms)
{
    uint64_t until = clock_ms() + wait_ms;

    while (!scan_pool_stopped(worker->pool)) {
        uint64_t now = clock_ms();
        if (now >= until)
            return true;
        clock_sleep_ms(until - now < 100 ? until - now : 100);
    }
    return false;
}

/* Takes `error`; gives it back, or another, when it is of no use to go on trying. */
static struct error *reconnect(struct scan_worker *worker, struct error *error, uint64_t give_up_ms)
{
    uint64_t wait_ms = 250;

    while (error_is_temporary(error) && clock_ms() < give_up_ms) {
        log_warning("reader %u: %s; trying again", worker->number, error->text);
        atomic_fetch_add(&worker->pool->job->progress->retries, 1);
        if (!sleep_a_while(worker, wait_ms))
            return error;
        wait_ms = wait_ms < 8000 ? wait_ms * 2 : wait_ms;
        error_free(error);
        error = reopen_source(worker);
    }
    if (error != NULL)
        error->retried = true;
    return error;
}

static struct error *scan_reference(struct scan_worker *worker, struct scan_reference *reference)
{
    struct scan_pool *pool = worker->pool;
    struct reference_scan found = {0};

    arena_rewind(&worker->arena);
    TRY(source_scan_reference(worker->source, &reference->reference, &worker->arena, &found));
    pthread_mutex_lock(&pool->lock);
    found.orphan_rows = arena_str(&pool->arena, found.orphan_rows);
    found.misspelt_rows = arena_str(&pool->arena, found.misspelt_rows);
    reference->found = found;
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static struct error *scan_entries(struct scan_worker *worker, struct scan_entries *scan)
{
    struct scan_pool *pool = worker->pool;

    arena_rewind(&worker->arena);
    struct source_entry_scan *found =
        ARENA_ARRAY(&worker->arena, scan->entries.count, struct source_entry_scan);
    TRY(source_scan_entries(worker->source, &scan->entries, &worker->arena, found));
    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < scan->entries.count; i++) {
        scan->found[i] = found[i];
        scan->found[i].lines = arena_str(&pool->arena, found[i].lines);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static struct error *try_unit(struct scan_worker *worker, struct scan_unit unit,
                              struct chunk_outcome *outcome)
{
    if (unit.reference != NULL)
        return scan_reference(worker, unit.reference);
    if (unit.entries != NULL)
        return scan_entries(worker, unit.entries);
    return unit.chunk == NULL ? split_table(worker, unit) : scan_chunk(worker, unit, outcome);
}

static struct error *do_unit(struct scan_worker *worker, struct scan_unit unit)
{
    uint64_t give_up_ms = 0;

    for (;;) {
        struct chunk_outcome outcome = {0};
        struct error *error = try_unit(worker, unit, &outcome);
        if (error == NULL) {
            /* What was split is taken up again as its chunks. */
            if (unit.table == NULL || unit.chunk != NULL)
                scan_pool_finish(worker->pool, unit);
            return NULL;
        }
        if (unit.table != NULL)
            take_back_progress(worker, unit, &outcome);
        if (error->id == PGC_SOURCE_ROW_TOO_WIDE && worker->number != 0) {
            error_free(error);
            TRY(reopen_source(worker));
            scan_pool_hand_to_wide(worker->pool, unit);
            return NULL;
        }
        if (error->kind != ERROR_KIND_TEMPORARY)
            return error;
        if (give_up_ms == 0)
            give_up_ms = clock_ms() + worker->pool->job->retry_ms;
        TRY(reconnect(worker, error, give_up_ms));
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

static const struct planned_table *table_of(const struct scan_unit *unit)
{
    if (unit->table != NULL)
        return unit->table->planned;
    return unit->reference != NULL ? unit->reference->table : unit->entries->table;
}

void *scan_worker_run(void *argument)
{
    struct scan_worker *worker = argument;
    struct scan_unit unit;

    while (scan_pool_take(worker->pool, worker->number, &unit)) {
        struct error *error = do_unit(worker, unit);
        if (error == NULL)
            continue;
        scan_pool_fail(worker->pool, error_add_context(error, "look through " STR_FMT,
                                                       STR_ARG(table_of(&unit)->source->name)));
        break;
    }
    source_thread_done();
    return NULL;
}
