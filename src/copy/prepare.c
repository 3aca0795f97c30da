#include "copy/prepare.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/stop.h"

/* A chunk of about this size costs one round trip and one commit in a quarter of a second. */
#define CHUNK_BYTES (24 * MIB)
#define CHUNK_ROWS_MIN 1000
#define CHUNK_ROWS_MAX 500000

/* ---- tables ---------------------------------------------------------------------------------- */

static struct error *find_charset(struct map *charsets, struct source_session *session,
                                  struct str name, struct arena *arena,
                                  const struct charset **ret_charset)
{
    *ret_charset = NULL;
    if (name.len == 0)
        return NULL;
    struct charset *charset = map_get(charsets, name);
    if (charset == NULL) {
        charset = ARENA_NEW(arena, struct charset);
        TRY_DOING(source_read_charset(session, name, arena, charset),
                  "read the character set " STR_FMT, STR_ARG(name));
        map_add(charsets, arena_str(arena, name), charset);
    }
    *ret_charset = charset;
    return NULL;
}

struct error *prepare_columns(struct table_work *work, const struct plan *plan,
                              struct source_session *session, struct map *charsets,
                              struct arena *arena)
{
    const struct planned_table *planned = work->planned;
    size_t count = planned->column_count;
    work->converts = ARENA_ARRAY(arena, count + 1, struct convert_column);
    int *columns = ARENA_ARRAY(arena, count + 1, int);
    work->target_columns = ARENA_ARRAY(arena, count + 1, size_t);
    for (size_t i = 0; i < count; i++) {
        if (!planned->columns[i].copied)
            continue;
        const struct source_column *column = &planned->source->columns[planned->columns[i].source];
        struct convert_column *convert = &work->converts[work->column_count];
        convert->source = &column->type;
        convert->target = &planned->target.columns[i].type;
        convert->labels_checked = planned->columns[i].labels_checked;
        convert->not_null = planned->target.columns[i].not_null;
        convert->policies = planned->columns[i].policies;
        convert->object =
            arena_format(arena, STR_FMT "." STR_FMT "." STR_FMT, STR_ARG(plan->catalog->database),
                         STR_ARG(planned->source->name), STR_ARG(column->name));
        TRY(find_charset(charsets, session, column->type.charset, arena, &convert->charset));
        columns[work->column_count] = planned->columns[i].source;
        work->target_columns[work->column_count] = i;
        work->column_count++;
    }
    parents_prepare(plan, planned, columns, work->column_count, arena, &work->parents);
    work->read = (struct source_read){
        .database = plan->catalog->database,
        .table = planned->source,
        .columns = columns,
        .column_count = work->column_count,
        .key = {planned->chunk_key, planned->chunk_key_count},
        .lookups = work->parents.lookups,
        .lookup_count = work->parents.lookup_count,
    };
    return NULL;
}

/* The biggest first, so that the last worker is not left alone with it; then by plan order. */
static int compare_size(const void *left, const void *right)
{
    const struct table_work *a = left, *b = right;
    if (a->planned->source->data_bytes != b->planned->source->data_bytes)
        return a->planned->source->data_bytes < b->planned->source->data_bytes ? 1 : -1;
    return a->planned->number < b->planned->number ? -1 : 1;
}

static void fill_progress(struct copy_pool *pool, struct table_work *work,
                          const struct ledger_table *known)
{
    struct copy_progress *progress = pool->job->progress;
    uint64_t total = work->planned->source->rows_estimate;
    work->progress = &progress->tables[work->planned->number];
    if (known != NULL) {
        work->split = known->split;
        work->counted = known->rows_counted >= 0;
        if (work->counted)
            total = (uint64_t)known->rows_counted;
        uint64_t rows = known->rows_copied + known->rows_quarantined;
        atomic_store(&work->progress->rows_done, rows);
        atomic_fetch_add(&progress->rows_done, rows);
        atomic_fetch_add(&progress->bytes_done, known->bytes_copied);
        atomic_store(&work->progress->done,
                     known->split && known->chunks_done == known->chunk_count);
    }
    atomic_store(&work->progress->rows_total, total);
    atomic_fetch_add(&progress->rows_total, total);
}

static const struct ledger_table *find_known(const struct ledger_table *known, size_t count,
                                             uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].number == number)
            return &known[i];
    }
    return NULL;
}

struct error *prepare_tables(struct copy_pool *pool, struct source_session *session,
                             struct arena *arena, bool *ret_needed)
{
    const struct plan *plan = pool->job->plan;
    struct ledger_table *known = NULL;
    size_t known_count = 0;
    struct map charsets;
    bool needed = false;

    map_init(&charsets, arena);
    TRY(ledger_read_tables(pool->job->ledger, arena, &known, &known_count));
    pool->tables = ARENA_ARRAY(arena, plan->table_count + 1, struct table_work);
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *planned = &plan->tables[i];
        if (planned->disposition != DISPOSITION_CREATED)
            continue;
        struct table_work *work = &pool->tables[pool->table_count++];
        const struct ledger_table *entry = find_known(known, known_count, planned->number);
        work->planned = planned;
        fill_progress(pool, work, entry);
        TRY(prepare_columns(work, plan, session, &charsets, arena));
        needed = needed || !work->split || !work->counted || !atomic_load(&work->progress->done);
    }
    qsort(pool->tables, pool->table_count, sizeof *pool->tables, compare_size);
    *ret_needed = needed;
    return NULL;
}

/* ---- chunks ---------------------------------------------------------------------------------- */

static uint64_t rows_per_chunk(const struct copy_job *job, const struct source_table *table)
{
    if (job->chunk_rows > 0)
        return job->chunk_rows;
    uint64_t row_bytes = table->rows_estimate > 0 ? table->data_bytes / table->rows_estimate : 0;
    uint64_t rows = CHUNK_BYTES / (row_bytes > 0 ? row_bytes : 100);
    if (rows < CHUNK_ROWS_MIN && row_bytes < LIMIT_NARROW_ROW / CHUNK_ROWS_MIN)
        rows = CHUNK_ROWS_MIN;
    if (rows == 0)
        rows = 1;
    return rows < CHUNK_ROWS_MAX ? rows : CHUNK_ROWS_MAX;
}

static struct chunk *make_chunks(uint32_t table, struct key_bound *bounds, size_t bound_count,
                                 struct arena *arena)
{
    struct chunk *chunks = ARENA_ARRAY(arena, bound_count + 1, struct chunk);
    for (size_t i = 0; i <= bound_count; i++) {
        chunks[i].table = table;
        chunks[i].id = (uint32_t)i;
        if (i > 0)
            chunks[i].lower = bounds[i - 1];
        if (i < bound_count)
            chunks[i].upper = bounds[i];
    }
    return chunks;
}

/* A table that surely is one chunk needs no question to the source. */
static bool is_small(const struct copy_job *job, const struct source_table *table)
{
    return job->chunk_rows == 0 && table->data_bytes < MIB;
}

static struct error *split_table(struct copy_pool *pool, struct source_session *session,
                                 struct table_work *work, struct arena *arena)
{
    const struct planned_table *planned = work->planned;
    struct key_bound *bounds = NULL;
    size_t bound_count = 0;
    if (!is_small(pool->job, planned->source))
        TRY(source_split(session, &work->read, rows_per_chunk(pool->job, planned->source), arena,
                         &bounds, &bound_count));
    struct chunk *chunks = make_chunks(planned->number, bounds, bound_count, arena);

    pthread_mutex_lock(&pool->ledger_lock);
    struct error *error =
        ledger_put_chunks(pool->job->ledger, planned->number, chunks, bound_count + 1);
    pthread_mutex_unlock(&pool->ledger_lock);
    if (error != NULL)
        return error;
    work->chunks = chunks;
    work->chunk_count = bound_count + 1;
    return NULL;
}

static struct error *load_chunks(struct copy_pool *pool, struct table_work *work,
                                 struct arena *arena)
{
    struct chunk_list open = {0};
    pthread_mutex_lock(&pool->ledger_lock);
    struct error *error =
        ledger_read_open_chunks(pool->job->ledger, work->planned->number, arena, &open);
    pthread_mutex_unlock(&pool->ledger_lock);
    if (error != NULL)
        return error;
    work->chunks = open.chunks;
    work->chunk_count = open.count;
    return NULL;
}

static struct error *count_table(struct copy_pool *pool, struct source_session *session,
                                 struct table_work *work)
{
    struct copy_progress *progress = pool->job->progress;
    uint64_t rows = 0;
    TRY(source_count_rows(session, pool->job->plan->catalog->database, work->planned->source,
                          &rows));
    pthread_mutex_lock(&pool->ledger_lock);
    struct error *error = ledger_set_count(pool->job->ledger, work->planned->number, rows);
    pthread_mutex_unlock(&pool->ledger_lock);
    if (error != NULL)
        return error;
    uint64_t estimate = atomic_exchange(&work->progress->rows_total, rows);
    atomic_fetch_add(&progress->rows_total, rows - estimate);
    return NULL;
}

static struct error *interrupted_here(void)
{
    return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                     "stopped while the tables were prepared");
}

struct error *prepare_chunks(struct copy_pool *pool, struct source_session *session,
                             struct arena *arena)
{
    for (size_t i = 0; i < pool->table_count; i++) {
        struct table_work *work = &pool->tables[i];
        if (stop_requested())
            return interrupted_here();
        if (work->split)
            TRY(load_chunks(pool, work, arena));
        else
            TRY_DOING(split_table(pool, session, work, arena), "split " STR_FMT " into chunks",
                      STR_ARG(work->planned->source->name));
        work->left = work->chunk_count;
        pool_publish(pool);
    }
    pool_publish_end(pool);
    for (size_t i = 0; i < pool->table_count; i++) {
        struct table_work *work = &pool->tables[i];
        if (stop_requested())
            return interrupted_here();
        if (!work->counted)
            TRY_DOING(count_table(pool, session, work), "count the rows of " STR_FMT,
                      STR_ARG(work->planned->source->name));
    }
    return NULL;
}
