#include "copy/aside.h"

#include "base/limits.h"
#include "base/text.h"
#include "copy/row_text.h"

/* A sample is cut here: five for every class of every column of the widest table fit the arena. */
#define SAMPLE_BYTES 256

void aside_init(struct aside *aside)
{
    *aside = (struct aside){.rows = BUF_INIT(LIMIT_ROW, "rows set aside"),
                            .values = BUF_INIT(LIMIT_ROW, "a row set aside"),
                            .arena = ARENA_INIT(LIMIT_RUN_ARENA, "samples of changed values")};
}

void aside_done(struct aside *aside)
{
    buf_free(&aside->rows);
    buf_free(&aside->values);
    arena_free(&aside->arena);
}

void aside_begin_chunk(struct aside *aside)
{
    buf_reset(&aside->rows, LIMIT_COPY_SLICE);
    aside->row_count = aside->total = 0;
    arena_rewind(&aside->arena);
    aside->changes = NULL;
    aside->change_count = aside->change_capacity = 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The values one behind the other in `bytes`; `values` point into it once it does not move. */
static struct error *write_values(const struct aside_row *aside, struct buf *bytes,
                                  struct str *values)
{
    const struct row *row = aside->row;
    size_t start = 0;

    buf_reset(bytes, LIMIT_COPY_SLICE);
    for (size_t i = 0; i < row->cell_count; i++) {
        convert_cell_write(&row->cells[i], aside->work->converts[i].source, bytes);
        values[i].len = bytes->len - start;
        start = bytes->len;
    }
    TRY(buf_error(bytes));
    start = 0;
    for (size_t i = 0; i < row->cell_count; i++) {
        bool is_null = row->cells[i].form == CELL_NULL;
        values[i].ptr = is_null ? NULL : bytes->len > 0 ? bytes->ptr + start : "";
        start += values[i].len;
    }
    return NULL;
}

static void add_row(struct aside *aside, const struct aside_row *row, struct str *names,
                    struct str *values)
{
    const struct planned_table *planned = row->work->planned;
    const struct source_table *source = planned->source;
    CLEANUP(buf_free) struct buf key = BUF_INIT(LIMIT_ERROR_TEXT, "row key");

    for (size_t i = 0; i < row->work->column_count; i++)
        names[i] = source->columns[row->work->read.columns[i]].name;
    row_add_key(&key, row->work, row->row);
    ledger_quarantine_add(
        &aside->rows,
        &(struct ledger_row){.table = planned->number,
                             .run_id = str_of(row->run_id != NULL ? row->run_id : ""),
                             .source_table = source->name,
                             .row_key = buf_str(&key),
                             .column = names[row->column],
                             .value_class = str_of(value_class_name(row->value_class)),
                             .reason = str_of(row->reason),
                             .names = names,
                             .values = values,
                             .value_count = row->row->cell_count});
}

struct error *aside_add(struct aside *aside, const struct aside_row *row)
{
    size_t count = row->work->column_count;
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(MIB, "names of a row set aside");
    struct str *names = ARENA_ARRAY(&arena, count + 1, struct str);
    struct str *values = ARENA_ARRAY(&arena, count + 1, struct str);
    struct error *error = write_values(row, &aside->values, values);

    if (error == NULL) {
        add_row(aside, row, names, values);
        error = buf_error(&aside->rows);
    }
    buf_reset(&aside->values, LIMIT_COPY_SLICE);
    if (error != NULL)
        return error_add_context(error, "set the row aside");
    aside->row_count++;
    aside->total++;
    return NULL;
}

struct error *aside_send(struct aside *aside, struct sink_session *session)
{
    if (aside->row_count == 0)
        return NULL;
    TRY_DOING(ledger_quarantine_send(session, &aside->rows, aside->row_count),
              "write the rows set aside");
    buf_reset(&aside->rows, LIMIT_COPY_SLICE);
    aside->row_count = 0;
    return NULL;
}

/* ---- changed values -------------------------------------------------------------------------- */

static struct ledger_change *find_change(struct aside *aside, const struct table_work *work,
                                         const struct convert_change *change)
{
    const struct source_column *columns = work->planned->source->columns;
    struct str name = columns[work->read.columns[change->column]].name;

    for (size_t i = 0; i < aside->change_count; i++) {
        struct ledger_change *known = &aside->changes[i];
        if (known->value_class == change->value_class && known->column.ptr == name.ptr)
            return known;
    }
    struct ledger_change *added =
        ARENA_PUSH(&aside->arena, aside->changes, aside->change_count, aside->change_capacity);
    *added = (struct ledger_change){
        .column = name,
        .value_class = change->value_class,
        .policy = work->converts[change->column].policies.of[change->value_class]};
    return added;
}

/* One line, whatever stands in it. */
static struct str sample(struct aside *aside, const struct table_work *work, const struct row *row,
                         size_t column, bool show_values)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "row key");

    row_add_key(&text, work, row);
    if (show_values) {
        buf_add_c(&text, "   value ");
        row_add_value(&text, work, row, column);
    }
    struct str kept = text_cut(buf_str(&text), SAMPLE_BYTES);
    char *bytes = arena_alloc(&aside->arena, kept.len + 1);
    for (size_t i = 0; i < kept.len; i++)
        bytes[i] = kept.ptr[i] == '\n' ? ' ' : kept.ptr[i];
    return (struct str){.ptr = bytes, .len = kept.len};
}

void aside_count(struct aside *aside, const struct table_work *work, const struct row *row,
                 const struct convert_result *result, bool show_values)
{
    for (size_t i = 0; i < result->change_count; i++) {
        struct ledger_change *change = find_change(aside, work, &result->changes[i]);
        change->count++;
        if (change->sample_count < LEDGER_SAMPLES)
            change->samples[change->sample_count++] =
                sample(aside, work, row, result->changes[i].column, show_values);
    }
}
