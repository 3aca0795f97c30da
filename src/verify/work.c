#include "verify/work.h"

#include "base/clock.h"
#include "base/stop.h"

/* How far ahead of the first unfinished table work is taken: what is begun takes memory. */
#define TABLES_AHEAD 64
#define WAIT_MS 200

void work_init(struct work *work, const struct verify_job *job)
{
    *work = (struct work){.job = job, .start_ms = clock_ms()};
    pthread_mutex_init(&work->lock, NULL);
    clock_condition_init(&work->changed);
}

void work_done(struct work *work)
{
    for (size_t i = 0; i < work->table_count; i++)
        work_table_free(&work->tables[i]);
    pthread_cond_destroy(&work->changed);
    pthread_mutex_destroy(&work->lock);
    error_free(work->error);
}

void work_fail(struct work *work, struct error *error)
{
    pthread_mutex_lock(&work->lock);
    if (work->error == NULL)
        work->error = error;
    else
        error_free(error);
    work->stopping = true;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->lock);
}

/* Whether the table's next piece of this side can be read now. */
static bool is_open(const struct work *work, const struct work_table *table,
                    enum canonical_side side)
{
    if (table->advancing || table->pass == PASS_DONE)
        return false;
    if (table->pass != PASS_SUMS && work->deep != NULL && work->deep != table)
        return false;
    return table->sides[side].next < table->sides[side].pieces;
}

static bool take_of_side(struct work *work, enum canonical_side side, struct piece *ret_piece)
{
    size_t end = work->first_open + TABLES_AHEAD;

    for (size_t i = work->first_open; i < work->table_count && i < end; i++) {
        struct work_table *table = &work->tables[i];
        if (!is_open(work, table, side))
            continue;
        if (table->pass != PASS_SUMS)
            work->deep = table;
        *ret_piece = (struct piece){table, side, table->sides[side].next++};
        return true;
    }
    return false;
}

static bool is_finished(struct work *work)
{
    while (work->first_open < work->table_count && work->tables[work->first_open].pass == PASS_DONE)
        work->first_open++;
    return work->first_open == work->table_count;
}

static void wait_a_little(struct work *work)
{
    clock_wait_ms(&work->changed, &work->lock, WAIT_MS);
}

bool work_take(struct work *work, bool has_source, enum canonical_side preferred,
               struct piece *ret_piece)
{
    enum canonical_side other = preferred == SIDE_SOURCE ? SIDE_TARGET : SIDE_SOURCE;
    bool taken = false;

    pthread_mutex_lock(&work->lock);
    while (!work->stopping && !stop_requested() && !is_finished(work)) {
        taken = ((has_source || preferred == SIDE_TARGET) &&
                 take_of_side(work, preferred, ret_piece)) ||
                ((has_source || other == SIDE_TARGET) && take_of_side(work, other, ret_piece));
        if (taken)
            break;
        wait_a_little(work);
    }
    pthread_mutex_unlock(&work->lock);
    return taken;
}

/* Sorting may take a moment: the others go on meanwhile. */
static struct error *advance(struct work *work, struct work_table *table)
{
    struct error *error;

    table->advancing = true;
    pthread_mutex_unlock(&work->lock);
    error = work_table_advance(table);
    pthread_mutex_lock(&work->lock);
    table->advancing = false;
    if (table->pass == PASS_DONE && work->deep == table)
        work->deep = NULL;
    pthread_cond_broadcast(&work->changed);
    return error;
}

struct error *work_finish(struct work *work, const struct piece *piece, struct gathering *gathering)
{
    struct work_table *table = piece->table;
    struct error *error;

    pthread_mutex_lock(&work->lock);
    error = gather_merge(table, piece->side, gathering);
    if (error == NULL && table->sides[SIDE_SOURCE].finished == table->sides[SIDE_SOURCE].pieces &&
        table->sides[SIDE_TARGET].finished == table->sides[SIDE_TARGET].pieces)
        error = advance(work, table);
    pthread_mutex_unlock(&work->lock);
    return error;
}
