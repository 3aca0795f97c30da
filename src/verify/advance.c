/* From one pass over a table to the next. */
#include "verify/table.h"

#include <stdlib.h>

static void start_pass(struct work_table *table, enum pass pass)
{
    table->pass = pass;
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        table->sides[i].next = table->sides[i].finished = 0;
        table->sides[i].marks.count = 0;
    }
}

static uint64_t rows_in(const struct work_table *table, size_t bucket)
{
    return table->sides[SIDE_SOURCE].sums[bucket].rows +
           table->sides[SIDE_TARGET].sums[bucket].rows;
}

/* Takes as many of the buckets that are left as fit; false when none is left. */
static bool pick_buckets(struct work_table *table)
{
    uint64_t rows = 0;
    bool some = false;

    if (table->parts > 0 && ++table->part < table->parts)
        return true; /* the rest of the bucket that was begun */
    table->part = table->parts = 0;
    memset(table->looked_at, 0, BUCKETS * sizeof *table->looked_at);
    for (size_t i = 0; i < BUCKETS; i++) {
        if (!table->different[i] || (some && rows + rows_in(table, i) > LIMIT_MARKS))
            continue;
        table->different[i] = false;
        table->looked_at[i] = some = true;
        rows += rows_in(table, i);
        if (rows > LIMIT_MARKS) {
            table->parts = rows / (LIMIT_MARKS / 2) + 1;
            break;
        }
    }
    return some;
}

/* ---- behind the sums ------------------------------------------------------------------------- */

static struct error *compare_sums(struct work_table *table)
{
    struct table_side *source = &table->sides[SIDE_SOURCE], *target = &table->sides[SIDE_TARGET];
    bool some = false;

    table->looked_at = calloc(BUCKETS, sizeof *table->looked_at);
    table->different = calloc(BUCKETS, sizeof *table->different);
    if (table->looked_at == NULL || table->different == NULL)
        return error_new(PGC_NO_MEMORY, "no memory to compare a table");
    for (size_t i = 0; i < BUCKETS; i++) {
        table->result->source_rows += source->sums[i].rows;
        table->result->target_rows += target->sums[i].rows;
        table->content.low += target->sums[i].low;
        table->content.high += target->sums[i].high;
        table->different[i] =
            memcmp(&source->sums[i], &target->sums[i], sizeof source->sums[i]) != 0;
        some = some || table->different[i];
    }
    table->result->compared = true;
    if (!some) {
        start_pass(table, PASS_DONE);
        return NULL;
    }
    (void)pick_buckets(table);
    start_pass(table, PASS_MARKS);
    return NULL;
}

/* ---- behind the marks ------------------------------------------------------------------------ */

static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static void want(struct work_table *table, uint64_t key)
{
    if (table->wanted_count == LIMIT_ROWS_NAMED ||
        (table->wanted_count > 0 && table->wanted[table->wanted_count - 1] == key))
        return;
    table->wanted[table->wanted_count++] = key;
}

/* Of one key: rows that are on both sides fall away, the others pair up as far as they can. */
static void match_key(struct work_table *table, const struct mark *a, size_t a_count,
                      const struct mark *b, size_t b_count)
{
    size_t i = 0, k = 0, missing = 0, extra = 0;

    while (i < a_count || k < b_count) {
        if (k == b_count || (i < a_count && a[i].row < b[k].row)) {
            missing++;
            i++;
        } else if (i == a_count || b[k].row < a[i].row) {
            extra++;
            k++;
        } else {
            i++;
            k++;
        }
    }
    if (missing + extra == 0)
        return;
    size_t pairs = missing < extra ? missing : extra;
    table->result->different += pairs;
    table->result->missing += missing - pairs;
    table->result->extra += extra - pairs;
    want(table, a_count > 0 ? a[0].key : b[0].key);
}

static size_t same_key(const struct mark_list *list, size_t from)
{
    size_t end = from;

    while (end < list->count && list->items[end].key == list->items[from].key)
        end++;
    return end - from;
}

static void match_marks(struct work_table *table)
{
    struct mark_list *a = &table->sides[SIDE_SOURCE].marks;
    struct mark_list *b = &table->sides[SIDE_TARGET].marks;
    size_t i = 0, k = 0;

    if (a->count > 0)
        qsort(a->items, a->count, sizeof *a->items, compare_marks);
    if (b->count > 0)
        qsort(b->items, b->count, sizeof *b->items, compare_marks);
    while (i < a->count || k < b->count) {
        bool has_a = i < a->count && (k == b->count || a->items[i].key <= b->items[k].key);
        bool has_b = k < b->count && (i == a->count || b->items[k].key <= a->items[i].key);
        size_t a_count = has_a ? same_key(a, i) : 0, b_count = has_b ? same_key(b, k) : 0;

        match_key(table, a->items + i, a_count, b->items + k, b_count);
        i += a_count;
        k += b_count;
    }
}

static int compare_keys(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static struct error *after_marks(struct work_table *table)
{
    match_marks(table);
    table->mark_passes++;
    bool enough = table->mark_passes == LIMIT_MARK_PASSES;
    if (pick_buckets(table)) {
        if (!enough) {
            start_pass(table, PASS_MARKS);
            return NULL;
        }
        table->result->more = true;
    }
    if (table->wanted_count == 0)
        return error_new(PGC_INTERNAL, "sums of a table differ, and none of its rows does");
    qsort(table->wanted, table->wanted_count, sizeof *table->wanted, compare_keys);
    memset(table->looked_at, 0, BUCKETS * sizeof *table->looked_at);
    for (size_t i = 0; i < table->wanted_count; i++)
        table->looked_at[table->wanted[i] >> (64 - BUCKET_BITS)] = true;
    start_pass(table, PASS_ROWS);
    return NULL;
}

struct error *work_table_advance(struct work_table *table)
{
    switch (table->pass) {
    case PASS_SUMS:
        return compare_sums(table);
    case PASS_MARKS:
        return after_marks(table);
    case PASS_ROWS:
    case PASS_DONE:
        break;
    }
    start_pass(table, PASS_DONE);
    return NULL;
}
