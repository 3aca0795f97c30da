/* What a pass wants of each row, and how what several readers gathered becomes one. */
#include "verify/table.h"

#include <stdlib.h>

static size_t bucket_of(uint64_t key)
{
    return (size_t)(key >> (64 - BUCKET_BITS));
}

static bool push_mark(struct mark_list *list, struct mark mark)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 1024;
        struct mark *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return false;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = mark;
    return true;
}

static bool is_wanted(const struct work_table *table, uint64_t key)
{
    size_t low = 0, high = table->wanted_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table->wanted[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->wanted_count && table->wanted[low] == key;
}

static bool push_row(struct kept_row **rows, size_t *count, size_t *capacity, struct kept_row row)
{
    if (*count == *capacity) {
        size_t more = *capacity > 0 ? 2 * *capacity : 64;
        struct kept_row *grown = realloc(*rows, more * sizeof *grown);
        if (grown == NULL)
            return false;
        *rows = grown;
        *capacity = more;
    }
    (*rows)[(*count)++] = row;
    return true;
}

static bool keep_row(const struct work_table *table, struct gathering *gathering, uint64_t key,
                     struct str row)
{
    if (!is_wanted(table, key))
        return true;
    if (gathering->kept.used + row.len > LIMIT_ROWS_KEPT ||
        gathering->row_count > (size_t)4 * LIMIT_ROWS_NAMED) {
        gathering->kept_all = false;
        return true;
    }
    return push_row(&gathering->rows, &gathering->row_count, &gathering->row_capacity,
                    (struct kept_row){key, arena_str(&gathering->kept, row)});
}

bool gather_row(const struct work_table *table, enum canonical_side side,
                struct gathering *gathering, struct str row, size_t key_len, uint64_t seed)
{
    struct hash128 hash = hash_bytes(row, seed);
    uint64_t key = table->key_count > 0 ? hash_key(str_slice(row, 0, key_len), seed)
                                        : hash.high ^ hash.low * UINT64_C(0x9e3779b97f4a7c15);
    size_t bucket = bucket_of(key);

    (void)side;
    if (table->pass == PASS_SUMS) {
        struct sum *sum = &gathering->sums[bucket];
        sum->rows++;
        sum->low += hash.low;
        sum->high += hash.high;
        return true;
    }
    if (!table->looked_at[bucket])
        return true;
    if (table->pass == PASS_ROWS)
        return keep_row(table, gathering, key, row);
    if (table->parts > 1 && (key & 0xffffffff) % table->parts != table->part)
        return true;
    return push_mark(&gathering->marks, (struct mark){key, hash.low});
}

void gathering_reset(struct gathering *gathering)
{
    memset(gathering->sums, 0, BUCKETS * sizeof *gathering->sums);
    gathering->marks.count = 0;
    gathering->row_count = 0;
    gathering->kept_all = true;
    arena_rewind(&gathering->kept);
}

void gathering_free(struct gathering *gathering)
{
    free(gathering->sums);
    free(gathering->marks.items);
    free(gathering->rows);
    arena_free(&gathering->kept);
    *gathering = (struct gathering){0};
}

static struct error *no_memory(void)
{
    return error_new(PGC_NO_MEMORY, "no memory to compare a table");
}

static struct error *merge_sums(struct table_side *side, const struct gathering *gathering)
{
    if (side->sums == NULL)
        side->sums = calloc(BUCKETS, sizeof *side->sums);
    if (side->sums == NULL)
        return no_memory();
    for (size_t i = 0; i < BUCKETS; i++) {
        side->sums[i].rows += gathering->sums[i].rows;
        side->sums[i].low += gathering->sums[i].low;
        side->sums[i].high += gathering->sums[i].high;
    }
    return NULL;
}

static struct error *merge_marks(struct table_side *side, const struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->marks.count; i++)
        if (!push_mark(&side->marks, gathering->marks.items[i]))
            return no_memory();
    return NULL;
}

static struct error *merge_rows(struct work_table *table, struct table_side *side,
                                const struct gathering *gathering)
{
    table->kept_all = table->kept_all && gathering->kept_all;
    for (size_t i = 0; i < gathering->row_count; i++) {
        struct kept_row row = gathering->rows[i];
        if (table->kept.used + row.bytes.len > LIMIT_ROWS_KEPT) {
            table->kept_all = false;
            return NULL;
        }
        row.bytes = arena_str(&table->kept, row.bytes);
        if (!push_row(&side->rows, &side->row_count, &side->row_capacity, row))
            return no_memory();
    }
    return NULL;
}

struct error *gather_merge(struct work_table *table, enum canonical_side side,
                           struct gathering *gathering)
{
    struct table_side *of = &table->sides[side];

    of->finished++;
    if (table->pass == PASS_SUMS)
        return merge_sums(of, gathering);
    if (table->pass == PASS_MARKS)
        return merge_marks(of, gathering);
    return merge_rows(table, of, gathering);
}
