/*
 * Bounds by dives: between two keys whose range holds too many rows a place half-way is computed
 * (split_probe.c), the next real key there becomes a bound, and both halves are looked at again.
 * How the rows are spread over both is the optimizer's estimate, which it gets by dives of its own.
 *
 * Measured, 1M rows with char(36) keys: walking the index takes 1.4 s, this 0.1 s.
 */
#include "source/split_internal.h"

#include "base/limits.h"
#include "source/select.h"

#define DEPTH_MAX 60
/* A half of less than this part of a chunk was a bad cut; after so many the index is walked. */
#define SLIVER 16
#define BAD_CUTS_MAX 64
/* So many times a chunk's rows are borne where a range cannot be cut. */
#define BEARABLE 4

struct dive {
    struct split_job *job;
    struct arena scratch; /* probes, and ends of ranges that become no bounds */
    unsigned bad_cuts;
    bool gave_up; /* what was found is thrown away */
};

static void add_select(struct dive *dive, const char *before)
{
    struct split_job *job = dive->job;
    const struct source_index *index = select_find_index(job->table, job->key);

    buf_reset(&job->sql, 64 * KIB);
    buf_add_c(&job->sql, before);
    source_quote_ident(&job->sql, job->table->columns[job->key.columns[0]].name);
    buf_add_c(&job->sql, " FROM ");
    source_quote_table(&job->sql, job->database, job->table->name);
    /* With FORCE INDEX MySQL would not estimate. */
    buf_add_c(&job->sql, " USE INDEX (");
    source_quote_ident(&job->sql, index->name);
    buf_add_c(&job->sql, ")");
}

static struct error *read_key(struct dive *dive, struct str *ret_key)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    TRY(buf_error(&dive->job->sql));
    TRY(session_rows_open(dive->job->session, buf_str(&dive->job->sql), &rows));
    TRY(session_rows_next(&rows, &more));
    *ret_key =
        more && rows.cells[0].ptr != NULL ? arena_str(dive->job->arena, rows.cells[0]) : STR_NULL;
    return NULL;
}

/* The first or the last key of all. */
static struct error *read_end(struct dive *dive, bool last, struct str *ret_key)
{
    add_select(dive, "SELECT ");
    select_add_order(&dive->job->sql, dive->job->table, dive->job->key, 1);
    buf_add_c(&dive->job->sql, last ? " DESC LIMIT 1" : " LIMIT 1");
    return read_key(dive, ret_key);
}

static struct key_bound bound_of(struct str *value)
{
    return (struct key_bound){.values = value, .value_count = 1};
}

/* The first key behind `probe` that lies between low and high; ptr NULL when there is none. */
static struct error *look(struct dive *dive, struct str low, struct str high, struct str probe,
                          struct str *ret_key)
{
    struct split_job *job = dive->job;
    struct key_bound low_bound = bound_of(&low), high_bound = bound_of(&high);
    struct key_bound probe_bound = bound_of(&probe);

    add_select(dive, "SELECT ");
    TRY(select_add_range(&job->sql, job->table, job->key, &low_bound, &high_bound));
    buf_add_c(&job->sql, " AND ");
    TRY(select_add_bound(&job->sql, job->table, job->key, &probe_bound));
    select_add_order(&job->sql, job->table, job->key, 1);
    buf_add_c(&job->sql, " LIMIT 1");
    return read_key(dive, ret_key);
}

/* The optimizer's estimate of low < key <= high. */
static struct error *estimate(struct dive *dive, struct str low, struct str high,
                              uint64_t *ret_rows)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct split_job *job = dive->job;
    struct key_bound low_bound = bound_of(&low), high_bound = bound_of(&high);
    bool more;

    *ret_rows = 0;
    add_select(dive, "EXPLAIN FORMAT=TRADITIONAL SELECT ");
    TRY(select_add_range(&job->sql, job->table, job->key, &low_bound, &high_bound));
    TRY(buf_error(&job->sql));
    TRY(session_rows_open(job->session, buf_str(&job->sql), &rows));
    TRY(session_rows_next(&rows, &more));
    for (unsigned i = 0; more && i < rows.column_count; i++)
        if (str_equal_nocase(str_of(mysql_fetch_field_direct(rows.result, i)->name), STR("rows")) &&
            rows.cells[i].ptr != NULL)
            (void)str_to_u64(rows.cells[i], ret_rows);
    return NULL;
}

/*
 * A range that cannot be cut: left whole while that is bearable, or else the walk has to do it all.
 */
static struct error *leave_whole(struct dive *dive, uint64_t rows)
{
    dive->gave_up |= rows / BEARABLE > dive->job->rows_per_chunk;
    return NULL;
}

/* Adds the bounds inside low < key <= high, in order. */
static struct error *cut(struct dive *dive, struct str low, struct str high, uint64_t rows,
                         unsigned depth)
{
    const struct source_column *column = &dive->job->table->columns[dive->job->key.columns[0]];
    uint64_t wanted = dive->job->rows_per_chunk, left, right;
    struct str probe, middle;

    if (dive->gave_up || rows <= wanted + wanted / 2)
        return NULL;
    if (depth == 0 || !split_probe(&column->type, low, high, &dive->scratch, &probe))
        return leave_whole(dive, rows);
    TRY(look(dive, low, high, probe, &middle));
    if (middle.ptr == NULL || str_equal(middle, high))
        return leave_whole(dive, rows);
    TRY(estimate(dive, low, middle, &left));
    TRY(estimate(dive, middle, high, &right));
    /* Estimates are off by the same factor on both sides: only their proportion is used. */
    left = left + right > 0 ? (uint64_t)((double)rows * (double)left / (double)(left + right)) : 0;
    right = rows - left;
    if ((left < wanted / SLIVER || right < wanted / SLIVER) && ++dive->bad_cuts > BAD_CUTS_MAX)
        return leave_whole(dive, rows);
    TRY(cut(dive, low, middle, left, depth - 1));
    split_add_bound(dive->job, &middle, 1);
    return cut(dive, middle, high, right, depth - 1);
}

static struct error *run(struct dive *dive)
{
    struct split_job *job = dive->job;
    struct str first, last;

    TRY(read_end(dive, false, &first));
    TRY(read_end(dive, true, &last));
    if (first.ptr == NULL || last.ptr == NULL)
        return NULL;
    return cut(dive, first, last, job->table->rows_estimate, DEPTH_MAX);
}

struct error *split_by_dives(struct split_job *job, bool *ret_done)
{
    struct dive dive = {.job = job, .scratch = ARENA_INIT(16 * MIB, "probes of a key")};
    struct error *error;

    *ret_done = false;
    /* A few chunks are walked as quickly. */
    if (job->key.column_count != 1 || select_usable_columns(job->table, job->key) != 1 ||
        select_find_index(job->table, job->key) == NULL ||
        job->table->rows_estimate / 2 < job->rows_per_chunk)
        return NULL;
    error = run(&dive);
    arena_free(&dive.scratch);
    if (error != NULL)
        return error;
    if (dive.gave_up)
        job->list.count = 0;
    *ret_done = !dive.gave_up;
    return NULL;
}
