/* Rows that policies set aside, and the counts of what policies changed. */
#include <inttypes.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "ledger/ledger_internal.h"
#include "ledger/sql.h"

#define TEXT_OID 25
#define BYTEA_OID 17
#define NULL_LENGTH UINT32_MAX

/* Rows on their way in: binary COPY (PostgreSQL's documentation, "COPY": "File Formats"). */

static struct target_column columns[] = {
    {.name = {.ptr = "table_number", .len = 12}},  {.name = {.ptr = "run_id", .len = 6}},
    {.name = {.ptr = "source_table", .len = 12}},  {.name = {.ptr = "row_key", .len = 7}},
    {.name = {.ptr = "column_name", .len = 11}},   {.name = {.ptr = "class", .len = 5}},
    {.name = {.ptr = "reason", .len = 6}},         {.name = {.ptr = "column_names", .len = 12}},
    {.name = {.ptr = "column_values", .len = 13}},
};
#define COLUMN_COUNT COUNT_OF(columns)

static void add_u32(struct buf *bytes, size_t value)
{
    char word[4];

    bytes_put_u32(word, (uint32_t)value);
    buf_add(bytes, word, sizeof word);
}

/* What PostgreSQL's text cannot hold becomes U+FFFD, as in all of the ledger. */
static void add_text(struct buf *bytes, struct str text)
{
    struct arena arena = ARENA_INIT(LIMIT_SQL_TEXT, "text for the ledger");
    struct str good = str_of(ledger_text(&arena, text));

    add_u32(bytes, good.len);
    buf_add_str(bytes, good);
    arena_free(&arena);
}

/* As array_recv() reads it: dimensions, whether NULLs are in it, type, length, first index. */
static void add_array(struct buf *bytes, uint32_t type, const struct str *values, size_t count)
{
    size_t start = bytes->len;
    bool has_null = false;

    for (size_t i = 0; i < count; i++)
        has_null = has_null || values[i].ptr == NULL;
    add_u32(bytes, 0); /* the field's length, known at its end */
    add_u32(bytes, count > 0);
    add_u32(bytes, has_null);
    add_u32(bytes, type);
    if (count > 0) {
        add_u32(bytes, count);
        add_u32(bytes, 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].ptr == NULL) {
            add_u32(bytes, NULL_LENGTH);
        } else if (type == TEXT_OID) {
            add_text(bytes, values[i]);
        } else {
            add_u32(bytes, values[i].len);
            buf_add_str(bytes, values[i]);
        }
    }
    if (!bytes->failed)
        bytes_put_u32(bytes->ptr + start, (uint32_t)(bytes->len - start - 4));
}

void ledger_quarantine_add(struct buf *rows, const struct ledger_row *row)
{
    static const char field_count[] = {0, COLUMN_COUNT};

    buf_add(rows, field_count, sizeof field_count);
    add_u32(rows, 4);
    add_u32(rows, row->table);
    add_text(rows, row->run_id);
    add_text(rows, row->source_table);
    add_text(rows, row->row_key);
    add_text(rows, row->column);
    add_text(rows, row->value_class);
    add_text(rows, row->reason);
    add_array(rows, TEXT_OID, row->names, row->value_count);
    add_array(rows, BYTEA_OID, row->values, row->value_count);
}

struct error *ledger_quarantine_send(struct sink_session *session, const struct buf *rows,
                                     uint64_t row_count)
{
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    static const char trailer[] = {'\377', '\377'};
    const struct target_table table = {.schema = STR("pgconverge"),
                                       .name = STR("quarantine"),
                                       .columns = columns,
                                       .column_count = COLUMN_COUNT};
    size_t all[COLUMN_COUNT];
    uint64_t taken = 0;

    TRY(buf_error(rows));
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        all[i] = i;
    TRY(sink_copy_begin(session, &table, all, COLUMN_COUNT));
    TRY(sink_copy_send(session, header, 19));
    TRY(sink_copy_send(session, rows->ptr, rows->len));
    TRY(sink_copy_send(session, trailer, sizeof trailer));
    TRY(sink_copy_end(session, &taken));
    if (taken != row_count)
        return error_new(PGC_INTERNAL, "of %" PRIu64 " rows to set aside the ledger took %" PRIu64,
                         row_count, taken);
    return NULL;
}

/* Beside the chunks' counts, under a number that no chunk has. */
static void add_retried_change(const struct ledger_row *row, const struct ledger_change *change,
                               struct buf *sql)
{
    buf_add_format(sql,
                   "INSERT INTO pgconverge.changed AS c (table_number, chunk_id, column_name,"
                   " class, policy, changed, samples) VALUES (%" PRIu32 ", -1, ",
                   row->table);
    sink_quote_literal(sql, change->column);
    buf_add_format(sql, ", '%s', '%s', 1, ARRAY[", value_class_name(change->value_class),
                   value_policy_name(change->policy));
    sink_quote_literal(sql, row->row_key);
    buf_add_format(sql,
                   "]::text[]) ON CONFLICT (table_number, chunk_id, column_name, class) DO UPDATE"
                   " SET changed = c.changed + 1, samples = (c.samples ||"
                   " EXCLUDED.samples)[1:%d];\n",
                   LEDGER_SAMPLES);
}

void ledger_quarantine_retried_sql(const struct ledger_row *row,
                                   const struct ledger_change *changes, size_t change_count,
                                   struct buf *sql)
{
    for (size_t i = 0; i < change_count; i++)
        add_retried_change(row, &changes[i], sql);
    /* The division fails the transaction where another retry was quicker. */
    buf_add_format(sql,
                   "UPDATE pgconverge.\"table\" SET rows_retried = rows_retried + 1 WHERE number"
                   " = %" PRIu32 ";\nUPDATE pgconverge.set_aside SET rows = rows - 1;\n"
                   "WITH gone AS (DELETE FROM pgconverge.quarantine WHERE number = %" PRIu64
                   " RETURNING 1) SELECT 1 / pg_catalog.count(*) FROM gone;\n",
                   row->table, row->number);
}

/* ---- read back ------------------------------------------------------------------------------- */

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct str hex, struct arena *arena, struct str *ret_value)
{
    char *bytes = arena_alloc(arena, hex.len / 2 + 1);

    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        int high = digit(hex.ptr[i]), low = digit(hex.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    *ret_value = (struct str){.ptr = bytes, .len = hex.len / 2};
    return hex.len % 2 == 0;
}

static bool read_list(struct str text, size_t count, struct arena *arena, struct str **ret_values)
{
    struct str *values = ARENA_ARRAY(arena, count + 1, struct str);
    size_t from = 0;

    for (size_t i = 0; i < count; i++) {
        size_t to = str_find(text, ',', from);
        struct str part = str_slice(text, from, to);
        from = to + 1;
        if (!str_equal(part, STR("-")) && !read_hex(part, arena, &values[i]))
            return false;
    }
    *ret_values = values;
    return count == 0 || from == text.len + 1;
}

static bool read_row(const struct sink_rows *rows, struct arena *arena, struct ledger_row *row)
{
    struct str names = sink_cell(rows, 0, 8), values = sink_cell(rows, 0, 9);
    uint64_t table = 0;

    row->value_count = names.ptr == NULL ? 0 : 1;
    for (size_t i = 0; names.ptr != NULL && i < names.len; i++)
        row->value_count += names.ptr[i] == ',';
    bool good = str_to_u64(sink_cell(rows, 0, 0), &row->number) &&
                str_to_u64(sink_cell(rows, 0, 1), &table) &&
                read_list(names, row->value_count, arena, &row->names) &&
                read_list(values, row->value_count, arena, &row->values);
    row->table = (uint32_t)table;
    row->run_id = sink_cell(rows, 0, 2);
    row->source_table = sink_cell(rows, 0, 3);
    row->row_key = sink_cell(rows, 0, 4);
    row->column = sink_cell(rows, 0, 5);
    row->value_class = sink_cell(rows, 0, 6);
    row->reason = sink_cell(rows, 0, 7);
    return good;
}

struct error *ledger_quarantine_next(struct ledger *ledger, uint64_t after, const char *table,
                                     struct arena *arena, struct ledger_row *ret_row,
                                     bool *ret_found)
{
    struct sink_rows rows = {0};
    const char *params[] = {ledger_number(arena, (int64_t)after), table};

    TRY_DOING(ledger_query(ledger, sql_quarantine_next, COUNT_OF(params), params, arena, &rows),
              "read the rows set aside");
    *ret_found = rows.row_count == 1;
    if (*ret_found && !read_row(&rows, arena, ret_row))
        return error_new(PGC_LEDGER, "a row set aside makes no sense");
    return NULL;
}

/* ---- counts ---------------------------------------------------------------------------------- */

static size_t read_samples(struct str text, struct str samples[LEDGER_SAMPLES])
{
    size_t count = 0;

    for (size_t from = 0; from < text.len && count < LEDGER_SAMPLES;) {
        size_t to = str_find(text, '\n', from);
        samples[count++] = str_slice(text, from, to);
        from = to + 1;
    }
    return count;
}

struct error *ledger_quarantine_list(struct ledger *ledger, struct arena *arena,
                                     struct ledger_aside **ret_list, size_t *ret_count)
{
    struct sink_rows rows = {0};
    struct ledger_aside *list;

    TRY_DOING(ledger_query(ledger, sql_quarantine_list, 0, NULL, arena, &rows),
              "read the rows set aside");
    list = ARENA_ARRAY(arena, rows.row_count + 1, struct ledger_aside);
    for (size_t i = 0; i < rows.row_count; i++) {
        list[i].source_table = sink_cell(&rows, i, 0);
        list[i].column = sink_cell(&rows, i, 1);
        list[i].value_class = sink_cell(&rows, i, 2);
        list[i].reason = sink_cell(&rows, i, 3);
        list[i].sample_count = read_samples(sink_cell(&rows, i, 5), list[i].samples);
        if (!str_to_u64(sink_cell(&rows, i, 4), &list[i].count))
            return error_new(PGC_LEDGER, "a count of rows set aside makes no sense");
    }
    *ret_list = list;
    *ret_count = rows.row_count;
    return NULL;
}

struct error *ledger_read_changes(struct ledger *ledger, struct arena *arena,
                                  struct ledger_change **ret_changes, size_t *ret_count)
{
    struct sink_rows rows = {0};
    struct ledger_change *changes;

    TRY_DOING(ledger_query(ledger, sql_changes, 0, NULL, arena, &rows),
              "read what policies changed");
    changes = ARENA_ARRAY(arena, rows.row_count + 1, struct ledger_change);
    for (size_t i = 0; i < rows.row_count; i++) {
        uint64_t table = 0;
        changes[i].column = sink_cell(&rows, i, 1);
        changes[i].sample_count = read_samples(sink_cell(&rows, i, 5), changes[i].samples);
        if (!str_to_u64(sink_cell(&rows, i, 0), &table) ||
            !value_class_parse(sink_cell(&rows, i, 2), &changes[i].value_class) ||
            !value_policy_parse(sink_cell(&rows, i, 3), &changes[i].policy) ||
            !str_to_u64(sink_cell(&rows, i, 4), &changes[i].count))
            return error_new(PGC_LEDGER, "a count of changed values makes no sense");
        changes[i].table = (uint32_t)table;
    }
    *ret_changes = changes;
    *ret_count = rows.row_count;
    return NULL;
}
