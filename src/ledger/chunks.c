/* Tables and their chunks. */
#include <inttypes.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

/* ---- tables ---------------------------------------------------------------------------------- */

/* So many rows go into one INSERT: the statement stays far below LIMIT_SQL_TEXT. */
#define TABLES_AT_ONCE 500

struct table_list {
    const struct ledger_table *tables;
    size_t count;
};

static void add_table(struct buf *sql, struct arena *arena, const struct ledger_table *table)
{
    buf_add_format(sql, "(%" PRIu32 ", ", table->number);
    sink_quote_literal(sql, str_of(ledger_text(arena, table->source_name)));
    buf_add_c(sql, ", ");
    sink_quote_literal(sql, str_of(ledger_text(arena, table->target_schema)));
    buf_add_c(sql, ", ");
    sink_quote_literal(sql, str_of(ledger_text(arena, table->target_name)));
    buf_add_format(sql, ", %s, %s, ", table->created ? "true" : "false",
                   table->split ? "true" : "false");
    if (table->rows_counted < 0)
        buf_add_c(sql, "NULL)");
    else
        buf_add_format(sql, "%" PRId64 ")", table->rows_counted);
}

static struct error *put_some_tables(struct ledger *ledger, const struct ledger_table *tables,
                                     size_t count)
{
    struct arena arena = ARENA_INIT(LIMIT_SQL_TEXT, "tables for the ledger");
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct error *error;

    buf_add_c(&sql, "INSERT INTO pgconverge.\"table\" (number, source_name, target_schema,"
                    " target_name, created, split, rows_counted) VALUES ");
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&sql, i > 0 ? ", " : "");
        add_table(&sql, &arena, &tables[i]);
    }
    /* A run that died just behind this comes here again, with the same plan. */
    buf_add_c(&sql, " ON CONFLICT (number) DO NOTHING");
    error = buf_error(&sql);
    if (error == NULL)
        error = ledger_run_sql(ledger, buf_c_str(&sql), 0, NULL);
    buf_free(&sql);
    arena_free(&arena);
    return error;
}

static struct error *put_tables(struct ledger *ledger, void *context)
{
    const struct table_list *list = context;

    for (size_t from = 0; from < list->count; from += TABLES_AT_ONCE) {
        size_t left = list->count - from;

        TRY(put_some_tables(ledger, list->tables + from,
                            left < TABLES_AT_ONCE ? left : TABLES_AT_ONCE));
    }
    return NULL;
}

struct error *ledger_put_tables(struct ledger *ledger, const struct ledger_table *tables,
                                size_t count)
{
    struct table_list list = {.tables = tables, .count = count};

    TRY(ledger_check_owner(ledger));
    TRY_DOING(ledger_in_transaction(ledger, put_tables, &list), "record the tables");
    return NULL;
}

static bool read_table(const struct sink_rows *rows, size_t row, struct ledger_table *table)
{
    uint64_t number = 0, chunk_count = 0, chunks_done = 0;
    struct str counted = sink_cell(rows, row, 6);
    bool good = str_to_u64(sink_cell(rows, row, 0), &number) &&
                str_to_u64(sink_cell(rows, row, 7), &table->rows_copied) &&
                str_to_u64(sink_cell(rows, row, 8), &table->bytes_copied) &&
                str_to_u64(sink_cell(rows, row, 9), &chunk_count) &&
                str_to_u64(sink_cell(rows, row, 10), &chunks_done) &&
                str_to_u64(sink_cell(rows, row, 11), &table->rows_quarantined);

    table->number = (uint32_t)number;
    table->chunk_count = (uint32_t)chunk_count;
    table->chunks_done = (uint32_t)chunks_done;
    table->source_name = sink_cell(rows, row, 1);
    table->target_schema = sink_cell(rows, row, 2);
    table->target_name = sink_cell(rows, row, 3);
    table->created = str_equal(sink_cell(rows, row, 4), STR("t"));
    table->split = str_equal(sink_cell(rows, row, 5), STR("t"));
    table->rows_counted = -1;
    return good && (counted.ptr == NULL || str_to_i64(counted, &table->rows_counted));
}

struct error *ledger_read_tables(struct ledger *ledger, struct arena *arena,
                                 struct ledger_table **ret_tables, size_t *ret_count)
{
    struct sink_rows rows = {0};
    struct ledger_table *tables;

    TRY_DOING(ledger_query(ledger, sql_tables, 0, NULL, arena, &rows), "read the ledger's tables");
    tables = ARENA_ARRAY(arena, rows.row_count + 1, struct ledger_table);
    for (size_t i = 0; i < rows.row_count; i++)
        if (!read_table(&rows, i, &tables[i]))
            return error_new(PGC_LEDGER, "a table's row in the ledger makes no sense");
    *ret_tables = tables;
    *ret_count = rows.row_count;
    return NULL;
}

/* An UPDATE of one table's row, $1 its number, $2 a text. */
static struct error *update_table(struct ledger *ledger, const char *sql, uint32_t table,
                                  struct str value)
{
    struct arena arena = ARENA_INIT(LIMIT_DOCUMENT, "a table's row");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(&arena, table), ledger_text(&arena, value)};
    struct error *error = ledger_check_owner(ledger);

    if (error == NULL)
        error = ledger_query(ledger, sql, COUNT_OF(params), params, &arena, &rows);
    if (error == NULL && rows.row_count != 1)
        error = error_new(PGC_LEDGER, "the ledger has no table %" PRIu32, table);
    arena_free(&arena);
    return error;
}

struct error *ledger_set_count(struct ledger *ledger, uint32_t table, uint64_t rows)
{
    char number[24];

    snprintf(number, sizeof number, "%" PRIu64, rows);
    return update_table(ledger,
                        "UPDATE pgconverge.\"table\" SET rows_counted = $2::bigint"
                        " WHERE number = $1 RETURNING 1",
                        table, str_of(number));
}

struct error *ledger_set_digest(struct ledger *ledger, uint32_t table, struct str digest)
{
    return update_table(ledger,
                        "UPDATE pgconverge.\"table\" SET digest = $2 WHERE number = $1 RETURNING 1",
                        table, digest);
}

struct error *ledger_read_digest(struct ledger *ledger, uint32_t table, struct arena *arena,
                                 struct str *ret_digest)
{
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(arena, table)};

    TRY(ledger_query(ledger, "SELECT digest FROM pgconverge.\"table\" WHERE number = $1",
                     COUNT_OF(params), params, arena, &rows));
    *ret_digest = rows.row_count == 1 ? sink_cell(&rows, 0, 0) : STR("");
    return NULL;
}

/* ---- chunks ---------------------------------------------------------------------------------- */

struct chunk_batch {
    uint32_t table;
    const struct chunk *chunks;
    size_t count;
};

static void add_field(struct buf *bytes, uint32_t value)
{
    char field[8];

    bytes_put_u32(field, 4);
    bytes_put_u32(field + 4, value);
    buf_add(bytes, field, sizeof field);
}

static void add_chunk(struct buf *bytes, uint32_t table, const struct chunk *chunk)
{
    static const char field_count[] = {0, 4};

    buf_add(bytes, field_count, sizeof field_count);
    add_field(bytes, table);
    add_field(bytes, chunk->id);
    bounds_add_binary(bytes, &chunk->lower);
    bounds_add_binary(bytes, &chunk->upper);
}

static struct error *send_bytes(struct ledger *ledger, struct buf *bytes)
{
    TRY(buf_error(bytes));
    TRY(sink_copy_send(ledger->session, bytes->ptr, bytes->len));
    buf_reset(bytes, LIMIT_SQL_TEXT);
    return NULL;
}

/* Binary COPY, as for the rows (PostgreSQL's documentation, "COPY": "File Formats"). */
static struct error *copy_chunks(struct ledger *ledger, const struct chunk_batch *batch,
                                 struct buf *bytes)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    static const char trailer[] = {'\377', '\377'};

    buf_add(bytes, header, 19);
    for (size_t i = 0; i < batch->count; i++) {
        add_chunk(bytes, batch->table, &batch->chunks[i]);
        if (bytes->len >= LIMIT_COPY_SLICE)
            TRY(send_bytes(ledger, bytes));
    }
    buf_add(bytes, trailer, sizeof trailer);
    return send_bytes(ledger, bytes);
}

static struct error *mark_split(struct ledger *ledger, uint32_t table)
{
    struct arena arena = ARENA_INIT(MIB, "a table's row");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(&arena, table)};
    struct error *error = ledger_query(ledger,
                                       "UPDATE pgconverge.\"table\" SET split = true"
                                       " WHERE number = $1 AND NOT split RETURNING 1",
                                       COUNT_OF(params), params, &arena, &rows);

    if (error == NULL && rows.row_count != 1)
        error = error_new(PGC_LEDGER, "table %" PRIu32 " is not in the ledger, or has its chunks",
                          table);
    arena_free(&arena);
    return error;
}

static struct error *put_chunks(struct ledger *ledger, void *context)
{
    static struct target_column columns[] = {{.name = {.ptr = "table_number", .len = 12}},
                                             {.name = {.ptr = "id", .len = 2}},
                                             {.name = {.ptr = "lower_bound", .len = 11}},
                                             {.name = {.ptr = "upper_bound", .len = 11}}};
    static const size_t all[] = {0, 1, 2, 3};
    const struct target_table table = {.schema = STR("pgconverge"),
                                       .name = STR("chunk"),
                                       .columns = columns,
                                       .column_count = COUNT_OF(columns)};
    const struct chunk_batch *batch = context;
    struct buf bytes = BUF_INIT(LIMIT_SQL_TEXT, "chunks for the ledger");
    uint64_t rows = 0;
    struct error *error;

    TRY(mark_split(ledger, batch->table));
    TRY(sink_copy_begin(ledger->session, &table, all, COUNT_OF(all)));
    error = copy_chunks(ledger, batch, &bytes);
    buf_free(&bytes);
    if (error != NULL) {
        sink_copy_abort(ledger->session);
        return error;
    }
    TRY(sink_copy_end(ledger->session, &rows));
    if (rows != batch->count)
        return error_new(PGC_INTERNAL, "of %zu chunks the ledger took %" PRIu64, batch->count,
                         rows);
    return NULL;
}

struct error *ledger_put_chunks(struct ledger *ledger, uint32_t table, const struct chunk *chunks,
                                size_t count)
{
    struct chunk_batch batch = {.table = table, .chunks = chunks, .count = count};

    TRY(ledger_check_owner(ledger));
    TRY_DOING(ledger_in_transaction(ledger, put_chunks, &batch),
              "record the chunks of table %" PRIu32, table);
    return NULL;
}

static struct error *take_chunks(const struct sink_rows *rows, uint32_t table, struct arena *arena,
                                 struct chunk_list *ret_chunks)
{
    struct chunk *chunks = ARENA_ARRAY(arena, rows->row_count + 1, struct chunk);

    for (size_t i = 0; i < rows->row_count; i++) {
        uint64_t id = 0;
        struct str lower = sink_cell(rows, i, 1);
        /* Mostly the chunk begins where the last one ended: kept once. */
        bool same = i > 0 && lower.ptr != NULL && str_equal(lower, sink_cell(rows, i - 1, 2));

        if (same)
            chunks[i].lower = chunks[i - 1].upper;
        if (!str_to_u64(sink_cell(rows, i, 0), &id) ||
            (!same && !bounds_parse(lower, arena, &chunks[i].lower)) ||
            !bounds_parse(sink_cell(rows, i, 2), arena, &chunks[i].upper))
            return error_new(PGC_LEDGER, "a chunk of table %" PRIu32 " makes no sense", table);
        chunks[i].table = table;
        chunks[i].id = (uint32_t)id;
    }
    *ret_chunks = (struct chunk_list){.chunks = chunks, .count = rows->row_count};
    return NULL;
}

struct error *ledger_read_open_chunks(struct ledger *ledger, uint32_t table, struct arena *arena,
                                      struct chunk_list *ret_chunks)
{
    /* The bounds come in hexadecimal; only what they mean goes into the caller's arena. */
    struct arena scratch = ARENA_INIT(4 * LIMIT_RUN_ARENA, "chunks of a table as text");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(&scratch, table)};
    struct error *error = ledger_query(ledger,
                                       "SELECT id, lower_bound, upper_bound FROM pgconverge.chunk"
                                       " WHERE table_number = $1 AND NOT done ORDER BY id",
                                       COUNT_OF(params), params, &scratch, &rows);

    if (error == NULL)
        error = take_chunks(&rows, table, arena, ret_chunks);
    arena_free(&scratch);
    return error != NULL ? error_add_context(error, "read the open chunks of table %" PRIu32, table)
                         : NULL;
}

static void add_changes(const struct chunk *chunk, const struct ledger_outcome *outcome,
                        struct buf *sql)
{
    for (size_t i = 0; i < outcome->change_count; i++) {
        const struct ledger_change *change = &outcome->changes[i];
        buf_add_format(
            sql, "%s(%" PRIu32 ", %" PRIu32 ", ",
            i > 0 ? ", "
                  : "INSERT INTO "
                    "pgconverge.changed (table_number, chunk_id, column_name, class, policy, "
                    "changed, samples) VALUES ",
            chunk->table, chunk->id);
        sink_quote_literal(sql, change->column);
        buf_add_format(sql, ", '%s', '%s', %" PRIu64 ", ARRAY[",
                       value_class_name(change->value_class), value_policy_name(change->policy),
                       change->count);
        for (size_t k = 0; k < change->sample_count; k++) {
            buf_add_c(sql, k > 0 ? ", " : "");
            sink_quote_literal(sql, change->samples[k]);
        }
        buf_add_c(sql, "]::text[])");
    }
    if (outcome->change_count > 0)
        buf_add_c(sql, ";\n");
}

void ledger_chunk_done_sql(const struct ledger *ledger, const struct chunk *chunk,
                           const struct ledger_outcome *outcome, struct buf *sql)
{
    add_changes(chunk, outcome, sql);
    /* Last, so that the lock on the count of the whole run is held no longer than the commit. */
    buf_add_format(sql,
                   "SELECT pgconverge.chunk_done(%" PRIu64 ", %" PRIu32 ", %" PRIu32 ", %" PRIu64
                   ", %" PRIu64 ", %" PRIu64 ");\n",
                   ledger->epoch, chunk->table, chunk->id, outcome->rows, outcome->bytes,
                   outcome->rows_quarantined);
}

/*
 * FOR SHARE: the session that the chunk was lost with may still be committing. It holds the chunk's
 * row since chunk_done(), so this waits for its end and then sees what came of it.
 */
struct error *ledger_chunk_is_done(struct ledger *ledger, const struct chunk *chunk, bool *ret_done)
{
    struct arena arena = ARENA_INIT(MIB, "state of a chunk");
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(&arena, chunk->table), ledger_number(&arena, chunk->id)};
    struct error *error = ledger_come_back(ledger);

    if (error == NULL) /* not ledger_query(): it may wait for long, and a stop shall end that */
        error = sink_query(ledger->session,
                           "SELECT done FROM pgconverge.chunk WHERE table_number = $1"
                           " AND id = $2 FOR SHARE",
                           COUNT_OF(params), params, &arena, &rows);
    if (error == NULL && rows.row_count != 1)
        error = error_new(PGC_LEDGER, "the ledger has no chunk %" PRIu32 " of table %" PRIu32,
                          chunk->id, chunk->table);
    if (error == NULL)
        *ret_done = str_equal(sink_cell(&rows, 0, 0), STR("t"));
    arena_free(&arena);
    return error;
}
