/*
 * Keys that the target would take for equal, found before a row is copied. PostgreSQL's own opinion
 * decides: the key's values of all rows go through the converter into a temporary table, which a
 * rollback removes, and are grouped there as the index would compare them.
 */
#include "copy/collisions.h"

#include <inttypes.h>

#include "base/limits.h"
#include "base/stop.h"
#include "convert/convert.h"

#define KEYS_TABLE "pg_temp.pgconverge_keys"
#define GROUPS_SHOWN 5

struct search {
    const struct plan *plan;
    struct source_session *source;
    struct sink_session *sink;
    const struct planned_table *table;
    const struct planned_index *index;
    struct arena *arena; /* of this index alone */
    int *columns;        /* positions in the source table: the key's, then those that name a row */
    size_t column_count;
    struct target_table target; /* the temporary table */
};

/* ---- columns --------------------------------------------------------------------------------- */

static void add_column(struct search *s, int column)
{
    for (size_t i = 0; i < s->column_count; i++)
        if (s->columns[i] == column)
            return;
    s->columns[s->column_count++] = column;
}

static void choose_columns(struct search *s)
{
    const struct source_table *table = s->table->source;
    const struct source_index *index =
        s->index->source != NULL ? s->index->source : s->index->beside;

    s->columns = ARENA_ARRAY(s->arena, table->column_count + 1, int);
    for (size_t i = 0; i < index->part_count; i++)
        add_column(s, index->parts[i].column);
    for (size_t i = 0; i < table->index_count; i++)
        for (size_t k = 0;
             table->indexes[i].kind == INDEX_PRIMARY && k < table->indexes[i].part_count; k++)
            add_column(s, table->indexes[i].parts[k].column);
    s->target = (struct target_table){.schema = STR("pg_temp"), .name = STR("pgconverge_keys")};
    s->target.columns = ARENA_ARRAY(s->arena, s->column_count + 1, struct target_column);
    s->target.column_count = s->column_count;
    for (size_t i = 0; i < s->column_count; i++) {
        const struct target_column *column = &s->table->target.columns[s->columns[i]];
        s->target.columns[i] = (struct target_column){
            .name = column->name, .type = column->type, .collation = column->collation};
    }
}

static struct error *prepare_converter(struct search *s, struct converter **ret_converter)
{
    struct convert_column *converts =
        ARENA_ARRAY(s->arena, s->column_count + 1, struct convert_column);

    for (size_t i = 0; i < s->column_count; i++) {
        const struct source_column *column = &s->table->source->columns[s->columns[i]];
        const struct planned_column *planned = &s->table->columns[s->columns[i]];
        converts[i] = (struct convert_column){.source = &column->type,
                                              .target = &s->target.columns[i].type,
                                              .labels_checked = planned->labels_checked,
                                              .policies = planned->policies,
                                              .object = column->name};
        if (column->type.charset.len == 0)
            continue;
        struct charset *charset = ARENA_NEW(s->arena, struct charset);
        TRY(source_read_charset(s->source, column->type.charset, s->arena, charset));
        converts[i].charset = charset;
    }
    return converter_new(converts, s->column_count, ret_converter);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static struct error *make_table(struct search *s)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    for (size_t i = 0; i < s->plan->collation_count; i++) {
        struct target_collation collation = s->plan->collations[i];
        collation.schema = s->target.schema;
        sink_ddl_collation(&sql, &collation);
    }
    sink_ddl_table(&sql, &s->target);
    TRY(buf_error(&sql));
    return sink_exec(s->sink, buf_c_str(&sql));
}

static struct error *send(struct search *s, struct buf *out)
{
    TRY(buf_error(out));
    TRY(sink_copy_send(s->sink, out->ptr, out->len));
    buf_reset(out, 2 * LIMIT_COPY_SLICE);
    if (stop_requested())
        return error_new(stop_reason() == STOP_DEADLINE ? PGC_DEADLINE : PGC_INTERRUPTED,
                         "stopped while keys were looked through");
    return NULL;
}

/* A value that the copy will refuse or set aside makes no key, and is found by others. */
static struct error *add_row(struct converter *converter, const struct row *row, struct buf *out)
{
    struct convert_result result = {0};
    struct error *error = converter_add_row(converter, row, out, &result);

    if (error != NULL && error->kind != ERROR_KIND_DATA)
        return error;
    error_free(error);
    if (error == NULL && result.set_aside)
        error_free(result.reason);
    return NULL;
}

static struct error *move_rows(struct search *s, struct converter *converter, struct buf *out)
{
    CLEANUP(source_cursor_closep) struct source_cursor *cursor = NULL;
    struct source_read read = {.database = s->plan->catalog->database,
                               .table = s->table->source,
                               .columns = s->columns,
                               .column_count = s->column_count};

    TRY(source_cursor_open(s->source, &read, NULL, &cursor));
    converter_begin_stream(out);
    for (;;) {
        const struct row *row = NULL;
        TRY(source_next_row(cursor, &row));
        if (row == NULL)
            break;
        TRY(add_row(converter, row, out));
        if (out->len >= LIMIT_COPY_SLICE)
            TRY(send(s, out));
    }
    converter_end_stream(out);
    return send(s, out);
}

static struct error *fill_table(struct search *s)
{
    CLEANUP(converter_freep) struct converter *converter = NULL;
    CLEANUP(buf_free) struct buf out = BUF_INIT(LIMIT_ROW, "keys in COPY form");
    size_t *all = ARENA_ARRAY(s->arena, s->column_count + 1, size_t);
    uint64_t rows = 0;

    for (size_t i = 0; i < s->column_count; i++)
        all[i] = i;
    TRY(prepare_converter(s, &converter));
    TRY(make_table(s));
    TRY(sink_copy_begin(s->sink, &s->target, all, s->column_count));
    struct error *error = move_rows(s, converter, &out);
    if (error != NULL) {
        sink_copy_abort(s->sink);
        return error;
    }
    return sink_copy_end(s->sink, &rows);
}

/* ---- what collides --------------------------------------------------------------------------- */

static struct error *ask(struct search *s, struct buf *sql, struct sink_rows *ret_rows)
{
    TRY(buf_error(sql));
    return sink_query(s->sink, buf_c_str(sql), 0, NULL, s->arena, ret_rows);
}

static struct error *list_groups(struct search *s, struct arena *arena, struct str *ret_text)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "list of rows");
    struct sink_rows rows = {0};

    collisions_add_rows(&sql, KEYS_TABLE, &s->index->target, &s->target, GROUPS_SHOWN);
    TRY(ask(s, &sql, &rows));
    for (size_t i = 0; i < rows.row_count; i++)
        buf_add_format(&text, "%s" STR_FMT "   and   " STR_FMT, i > 0 ? "\n" : "",
                       STR_ARG(sink_cell(&rows, i, 0)), STR_ARG(sink_cell(&rows, i, 1)));
    *ret_text = arena_str(arena, buf_str(&text));
    return buf_error(&text);
}

static struct error *describe(struct search *s, uint64_t groups, int64_t rows, struct arena *arena,
                              struct finding *finding)
{
    CLEANUP(buf_free) struct buf key = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    const struct source_index *index =
        s->index->source != NULL ? s->index->source : s->index->beside;

    collisions_add_key(&key, &s->index->target);
    *finding = (struct finding){
        .id = PGC_KEY_COLLISION,
        .severity = SEVERITY_BLOCKER,
        .rows = rows,
        .object = arena_format(arena, STR_FMT "." STR_FMT "." STR_FMT,
                               STR_ARG(s->plan->catalog->database), STR_ARG(s->table->source->name),
                               STR_ARG(index->name)),
        .text = arena_format(arena,
                             "%" PRId64 " rows are of %" PRIu64
                             " keys in PostgreSQL, each of which MySQL keeps apart: unique by "
                             "(" STR_FMT ")",
                             rows, groups, STR_ARG(buf_str(&key))),
        .fix = STR("correct the rows in MySQL, or choose another compare: or type: for the key's "
                   "columns"),
    };
    TRY(buf_error(&key));
    return list_groups(s, arena, &finding->detail);
}

static struct error *search_in(struct search *s, struct arena *arena, struct finding *ret_finding)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct sink_rows rows = {0};
    uint64_t groups = 0;
    int64_t in_groups = 0;

    *ret_finding = (struct finding){.rows = 0};
    TRY(fill_table(s));
    collisions_add_count(&sql, KEYS_TABLE, &s->index->target);
    TRY(ask(s, &sql, &rows));
    if (rows.row_count != 1 || !str_to_u64(sink_cell(&rows, 0, 0), &groups) ||
        !str_to_i64(sink_cell(&rows, 0, 1), &in_groups))
        return error_new(PGC_INTERNAL, "a count gave no number");
    return groups == 0 ? NULL : describe(s, groups, in_groups, arena, ret_finding);
}

static struct error *search_index(struct search *s, struct arena *arena,
                                  struct finding *ret_finding)
{
    choose_columns(s);
    TRY(sink_begin(s->sink));
    struct error *error = search_in(s, arena, ret_finding);
    sink_rollback(s->sink);
    return error;
}

bool copy_may_collide(const struct plan *plan)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        for (size_t k = 0; table->disposition == DISPOSITION_CREATED && k < table->index_count; k++)
            if (collisions_possible(table, &table->indexes[k]))
                return true;
    }
    return false;
}

struct error *copy_find_collisions(const struct plan *plan, struct source_session *source,
                                   struct sink_session *sink, struct arena *arena,
                                   struct finding_list *ret_findings)
{
    struct finding_list findings = {0};

    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        for (size_t k = 0; table->disposition == DISPOSITION_CREATED && k < table->index_count;
             k++) {
            struct arena scratch = ARENA_INIT(LIMIT_RUN_ARENA, "keys of an index");
            struct search search = {.plan = plan,
                                    .source = source,
                                    .sink = sink,
                                    .table = table,
                                    .index = &table->indexes[k],
                                    .arena = &scratch};
            struct finding finding = {.rows = 0};
            if (!collisions_possible(table, search.index))
                continue;
            struct error *error = search_index(&search, arena, &finding);
            arena_free(&scratch);
            if (error != NULL)
                return error_add_context(error, "look for colliding keys in " STR_FMT "." STR_FMT,
                                         STR_ARG(table->source->name),
                                         STR_ARG(search.index->target.name));
            if (finding.rows > 0)
                *ARENA_PUSH(arena, findings.items, findings.count, findings.capacity) = finding;
        }
    }
    *ret_findings = findings;
    return NULL;
}
