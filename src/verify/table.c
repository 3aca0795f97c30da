/* What is read of a table, and in which order. */
#include "verify/table.h"

#include <stdlib.h>

#include "sink/sink.h"

/* The primary key, else a unique one whose columns are never NULL; any type will do. */
static const struct source_index *find_key(const struct source_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct source_index *index = &table->indexes[i];
        bool fits = index->kind == INDEX_PRIMARY || index->kind == INDEX_UNIQUE;

        for (size_t k = 0; k < index->part_count && fits; k++) {
            const struct source_index_part *part = &index->parts[k];
            fits = part->column >= 0 && part->prefix_length == 0 &&
                   !table->columns[part->column].nullable;
        }
        if (fits && index->part_count > 0)
            return index;
    }
    return NULL;
}

static void add_target_column(struct buf *sql, const struct canonical_column *column)
{
    sink_quote_ident(sql, column->target_name);
    buf_add_c(sql, column->target_bytes ? "" : "::pg_catalog.text");
}

static bool add_column(struct work_table *table, size_t planned, const struct charset *charset)
{
    const struct planned_table *of = table->planned;
    const struct source_column *source = &of->source->columns[of->columns[planned].source];
    struct canonical_column *column = &table->columns[table->column_count];

    *column = (struct canonical_column){
        .source = &source->type,
        .target = &of->target.columns[planned].type,
        .charset = charset,
        .policies = canonical_has_policies(&of->columns[planned].policies)
                        ? &of->columns[planned].policies
                        : NULL,
        .name = source->name,
        .target_name = of->target.columns[planned].name,
    };
    table->source_columns[table->column_count++] = of->columns[planned].source;
    return canonical_pick(column);
}

static struct str type_words(struct arena *arena, const struct canonical_column *column)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "a type's name");
    struct str words;

    target_type_print(column->target, &text);
    words = arena_format(arena, STR_FMT " and %s", STR_ARG(column->source->text), buf_c_str(&text));
    buf_free(&text);
    return words;
}

/* Position in planned->columns of a column of the source; -1 when it was not planned. */
static int find_planned(const struct planned_table *planned, int source)
{
    for (size_t i = 0; i < planned->column_count; i++)
        if (planned->columns[i].source == source)
            return (int)i;
    return -1;
}

static bool shape_columns(struct work_table *table, const struct charset *const *charsets,
                          struct arena *arena, struct str *ret_reason)
{
    const struct planned_table *planned = table->planned;
    const struct source_index *key = find_key(planned->source);
    bool *taken = ARENA_ARRAY(arena, planned->column_count + 1, bool);

    for (size_t pass = 0; pass < 2; pass++) {
        size_t count = pass == 0 ? (key != NULL ? key->part_count : 0) : planned->column_count;
        for (size_t i = 0; i < count; i++) {
            int at = pass == 0 ? find_planned(planned, key->parts[i].column) : (int)i;
            /* What PostgreSQL generates was not set aside, and is not known of such rows. */
            if (at < 0 || taken[at] ||
                (table->result->set_aside > 0 && !planned->columns[at].copied))
                continue;
            taken[at] = true;
            if (!add_column(table, (size_t)at, charsets[at])) {
                *ret_reason = type_words(arena, &table->columns[table->column_count - 1]);
                return false;
            }
        }
        if (pass == 0)
            table->key_count = table->column_count;
    }
    return true;
}

/* The source's values, kept under the source's names. */
static void add_aside_select(const struct work_table *table, struct buf *sql)
{
    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; i < table->column_count; i++) {
        buf_add_c(sql, i > 0 ? ", " : "");
        buf_add_c(sql, "column_values[pg_catalog.array_position(column_names, ");
        sink_quote_literal(sql, table->columns[i].name);
        buf_add_c(sql, ")]");
    }
    buf_add_format(sql, " FROM pgconverge.quarantine WHERE table_number = %u",
                   (unsigned)table->planned->number);
}

bool work_table_shape(struct work_table *table, const struct charset *const *charsets,
                      struct arena *arena, struct str *ret_reason)
{
    const struct planned_table *planned = table->planned;
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    table->columns = ARENA_ARRAY(arena, planned->column_count + 1, struct canonical_column);
    table->source_columns = ARENA_ARRAY(arena, planned->column_count + 1, int);
    table->range_column = -1;
    table->sides[SIDE_SOURCE].pieces = table->target_pieces = 1;
    table->sides[SIDE_TARGET].pieces = 1 + (table->result->set_aside > 0);
    if (!shape_columns(table, charsets, arena, ret_reason))
        return false;
    buf_add_c(&sql, "SELECT ");
    for (size_t i = 0; i < table->column_count; i++) {
        buf_add_c(&sql, i > 0 ? ", " : "");
        add_target_column(&sql, &table->columns[i]);
    }
    buf_add_c(&sql, " FROM ");
    sink_quote_name(&sql, planned->target.schema, planned->target.name);
    table->target_select = arena_str(arena, buf_str(&sql));
    buf_reset(&sql, LIMIT_SQL_TEXT);
    add_aside_select(table, &sql);
    table->aside_select = arena_str(arena, buf_str(&sql));
    buf_free(&sql);
    return true;
}

static void free_side(struct table_side *side)
{
    free(side->sums);
    free(side->marks.items);
    free(side->rows);
    side->sums = NULL;
    side->marks = (struct mark_list){0};
    side->rows = NULL;
    side->row_count = side->row_capacity = 0;
    side->next = side->finished = 0;
}

void work_table_free(struct work_table *table)
{
    for (size_t i = 0; i < SIDE_COUNT; i++)
        free_side(&table->sides[i]);
    free(table->looked_at);
    free(table->different);
    table->looked_at = table->different = NULL;
    arena_free(&table->kept);
}

void work_table_reset(struct work_table *table)
{
    struct verify_table *result = table->result;

    work_table_free(table);
    table->pass = PASS_SUMS;
    table->advancing = table->done = false;
    table->content = (struct sum){0};
    table->mark_passes = 0;
    table->part = table->parts = 0;
    table->wanted_count = 0;
    table->kept = ARENA_INIT(2 * LIMIT_ROWS_KEPT, "rows that differ");
    table->kept_all = true;
    result->compared = false;
    result->source_rows = result->target_rows = 0;
    result->missing = result->extra = result->different = 0;
    result->more = false;
}
