/* The plan's DDL, run in a schema that never comes to be, and read back. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sink/sink.h"
#include "verify/structure_internal.h"

/*
 * Every new relation holds a lock until its transaction ends, and the server has room for some
 * thousands of all sessions together: so the plan is tried in parts that take an eighth of it.
 */
#define LOCKS_SHARE 8
#define LOCKS_MAX 2000

struct statement {
    const char *kind;
    struct str object;
    struct str sql;
};

struct scratch {
    const struct structure_check *check;
    struct arena *arena; /* of the result */
    struct structure_result *result;
    struct str schema;       /* the made-up name */
    struct arena work;       /* of one part: its statements */
    struct statement *items; /* in `work` */
    size_t count, capacity;
    size_t batch, locks_max;
    size_t object_capacity;
};

/* ---- the statements of some tables ----------------------------------------------------------- */

static void push(struct scratch *s, const char *kind, struct str object, struct buf *sql)
{
    if (sql->len > 0)
        *ARENA_PUSH(&s->work, s->items, s->count, s->capacity) = (struct statement){
            .kind = kind, .object = object, .sql = arena_str(&s->work, buf_str(sql))};
    buf_reset(sql, sql->capacity);
}

static struct str name_of(struct scratch *s, const struct target_table *table, struct str name)
{
    return arena_format(&s->work, STR_FMT "." STR_FMT, STR_ARG(table->name), STR_ARG(name));
}

static void push_checks(struct scratch *s, const struct target_table *table, struct buf *sql)
{
    for (size_t i = table->type_check_count; i < table->check_count; i++) {
        sink_ddl_check(sql, table, &table->checks[i]);
        sink_ddl_validate(sql, table, table->checks[i].name);
        push(s, "check", name_of(s, table, table->checks[i].name), sql);
    }
}

static void push_collations(struct scratch *s, struct buf *sql)
{
    const struct plan *plan = s->check->plan;

    for (size_t i = 0; i < plan->collation_count; i++) {
        struct target_collation collation = plan->collations[i];

        collation.schema = s->schema;
        sink_ddl_collation(sql, &collation);
        push(s, "collation", collation.name, sql);
    }
}

/* The types of the table's own, and its columns of them, in the schema that is tried. */
static void push_enums(struct scratch *s, uint32_t number, struct target_table *table,
                       struct buf *sql)
{
    const struct plan *plan = s->check->plan;
    struct target_column *columns =
        ARENA_ARRAY(&s->work, table->column_count, struct target_column);

    memcpy(columns, table->columns, table->column_count * sizeof *columns);
    table->columns = columns;
    for (size_t i = 0; i < plan->enum_count; i++) {
        struct target_enum type = plan->enums[i].target;

        if (plan->enums[i].table != number)
            continue;
        type.schema = s->schema;
        sink_quote_name(sql, type.schema, type.name);
        columns[plan->enums[i].column].type.sql_name = arena_str(&s->work, buf_str(sql));
        buf_reset(sql, sql->capacity);
        sink_ddl_enum(sql, &type);
        push(s, "enum", type.name, sql);
    }
}

static struct error *push_table(struct scratch *s, const struct planned_table *planned)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct target_table table = planned->target;

    if (s->count == 0)
        push_collations(s, &sql);
    table.schema = s->schema;
    push_enums(s, planned->number, &table, &sql);
    sink_ddl_table(&sql, &table);
    push(s, "table", table.name, &sql);
    for (size_t i = 0; i < planned->index_count; i++) {
        if (!planned->indexes[i].translated)
            continue;
        sink_ddl_index(&sql, &table, &planned->indexes[i].target);
        push(s, "index", name_of(s, &table, planned->indexes[i].target.name), &sql);
    }
    push_checks(s, &table, &sql);
    if (planned->on_update_count > 0) {
        sink_ddl_on_update(&sql, &table, planned->on_update_columns, planned->on_update_count,
                           planned->on_update_trigger);
        push(s, "trigger", name_of(s, &table, planned->on_update_trigger), &sql);
    }
    sink_ddl_comments(&sql, &table);
    push(s, "comment", table.name, &sql);
    return buf_error(&sql);
}

static void push_sequences(struct scratch *s, struct buf *sql)
{
    const struct plan *plan = s->check->plan;

    for (size_t i = 0; i < plan->sequence_count; i++) {
        struct target_sequence sequence = plan->sequences[i].target;

        if (plan->sequences[i].is_left_out)
            continue;
        sequence.schema = s->schema;
        sink_ddl_create_sequence(sql, &sequence);
        push(s, "sequence", sequence.name, sql);
    }
}

/* They read the target's own tables: what those have not, a view cannot be compared by. */
static void push_views(struct scratch *s, struct buf *sql)
{
    struct plan_options options = *s->check->plan->options;
    struct plan plan = *s->check->plan;

    options.owner = STR("");
    plan.options = &options;
    for (size_t i = 0; i < plan.view_count; i++) {
        struct planned_view view = plan.views[i];

        if (view.disposition != DISPOSITION_CREATED)
            continue;
        view.schema = s->schema;
        plan_print_view(&plan, &view, sql);
        push(s, "view", view.name, sql);
    }
}

static size_t count_partitions(const struct target_partition *parts, size_t count)
{
    size_t all = count;

    for (size_t i = 0; i < count; i++)
        all += count_partitions(parts[i].parts, parts[i].part_count);
    return all;
}

/* Table, its TOAST table and that one's index, its sequence, and each index; of each partition. */
static size_t locks_of(const struct planned_table *planned)
{
    const struct target_table *table = &planned->target;

    return (4 + planned->index_count) *
           (1 + count_partitions(table->partitions, table->partition_count));
}

/* ---- running them ---------------------------------------------------------------------------- */

static struct error *begin(struct scratch *s)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    TRY(sink_begin(s->check->session));
    buf_add_c(&sql, "CREATE SCHEMA ");
    sink_quote_ident(&sql, s->schema);
    TRY(buf_error(&sql));
    return sink_exec(s->check->session, buf_c_str(&sql));
}

static struct error *run_together(struct scratch *s)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statements");

    for (size_t i = 0; i < s->count; i++)
        buf_add_str(&sql, s->items[i].sql);
    TRY(buf_error(&sql));
    return sink_exec(s->check->session, buf_c_str(&sql));
}

/* What the server itself refuses; a lost connection and the like are another matter. */
static bool is_refusal(const struct error *error)
{
    return error != NULL && !error_is_temporary(error) && error->sqlstate[0] != '\0';
}

static void note_refusal(struct scratch *s, const struct statement *item, const struct error *error)
{
    struct structure_result *result = s->result;

    *ARENA_PUSH(s->arena, result->refusals, result->refusal_count, result->refusal_capacity) =
        (struct structure_refusal){
            .kind = str_of(item->kind),
            .object = arena_str(s->arena, item->object),
            .text = arena_str_c(s->arena, error->text),
        };
}

/* Each by itself: what is refused is noted, the others are there. */
static struct error *run_apart(struct scratch *s)
{
    struct sink_session *session = s->check->session;

    for (size_t i = 0; i < s->count; i++) {
        TRY(sink_exec(session, "SAVEPOINT pgconverge"));
        struct error *error = sink_exec(session, s->items[i].sql.ptr);
        if (!is_refusal(error)) {
            TRY(error);
            TRY(sink_exec(session, "RELEASE SAVEPOINT pgconverge"));
            continue;
        }
        note_refusal(s, &s->items[i], error);
        error_free(error);
        TRY(sink_exec(session, "ROLLBACK TO SAVEPOINT pgconverge"));
    }
    return NULL;
}

static struct error *make_batch(struct scratch *s)
{
    TRY(begin(s));
    struct error *error = run_together(s);
    if (!is_refusal(error))
        return error;
    error_free(error);
    sink_rollback(s->check->session);
    TRY(begin(s));
    return run_apart(s);
}

/* ---- reading them back ----------------------------------------------------------------------- */

static void add_object(struct scratch *s, struct part object)
{
    struct structure *expected = &s->result->expected;

    *ARENA_PUSH(s->arena, expected->objects, expected->count, s->object_capacity) = object;
}

/* Schema and extensions are not the plan's; the collations are made anew for every part. */
static bool is_told(const struct scratch *s, const struct part *part)
{
    if (part->kind == PART_COLLATION)
        return s->batch == 0;
    return part->kind != PART_SCHEMA && part->kind != PART_EXTENSION;
}

static struct error *read_batch(struct scratch *s)
{
    const struct sink_structure_options options = {
        .schemas = &s->schema,
        .schema_count = 1,
        .shown_as = s->check->plan->options->schema,
    };
    struct structure made = {0};

    TRY(sink_read_structure(s->check->session, &options, s->arena, &made));
    for (size_t i = 0; i < made.count; i++)
        if (is_told(s, &made.objects[i]))
            add_object(s, made.objects[i]);
    s->batch++;
    return NULL;
}

static struct error *try_batch(struct scratch *s)
{
    struct error *error;

    if (s->count == 0)
        return NULL;
    error = make_batch(s);
    if (error == NULL)
        error = read_batch(s);
    sink_rollback(s->check->session);
    arena_rewind(&s->work);
    s->items = NULL;
    s->count = s->capacity = 0;
    return error;
}

/* ---- foreign keys: written here, for their parents are in other parts ------------------------ */

static struct str quoted_list(struct scratch *s, const struct str *names, size_t count)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "names of columns");

    for (size_t i = 0; i < count; i++) {
        buf_add_c(&text, i > 0 ? ", " : "");
        sink_quote_ident(&text, names[i]);
    }
    struct str list = arena_str(s->arena, buf_str(&text));
    buf_free(&text);
    return list;
}

static struct str quoted_parent(struct scratch *s, const struct target_foreign_key *key)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "name of a table");

    sink_quote_name(&text, key->parent_schema, key->parent_table);
    struct str name = arena_str(s->arena, buf_str(&text));
    buf_free(&text);
    return name;
}

static struct str action_or_none(struct str action)
{
    return action.len > 0 ? action : STR("NO ACTION");
}

static void expect_foreign_key(struct scratch *s, const struct target_table *table,
                               const struct target_foreign_key *key)
{
    const size_t count = part_property_count(PART_FOREIGN_KEY);
    struct str *values = ARENA_ARRAY(s->arena, count, struct str);
    const struct {
        enum part_property property;
        struct str value;
    } settled[] = {
        {PART_FOREIGN_KEY_COLUMNS, quoted_list(s, key->columns, key->column_count)},
        {PART_FOREIGN_KEY_PARENT, quoted_parent(s, key)},
        {PART_FOREIGN_KEY_PARENT_COLUMNS, quoted_list(s, key->parent_columns, key->column_count)},
        {PART_FOREIGN_KEY_MATCH, STR("simple")},
        {PART_FOREIGN_KEY_ON_UPDATE, action_or_none(key->on_update)},
        {PART_FOREIGN_KEY_ON_DELETE, action_or_none(key->on_delete)},
        {PART_FOREIGN_KEY_DEFERRABLE, STR("no")},
        {PART_FOREIGN_KEY_VALIDATED, STR("yes")},
    };

    for (size_t i = 0; i < COUNT_OF(settled); i++)
        values[settled[i].property - PART_FOREIGN_KEY_FIRST] = settled[i].value;
    add_object(s, (struct part){.kind = PART_FOREIGN_KEY,
                                .schema = table->schema,
                                .table = table->name,
                                .name = key->name,
                                .values = values});
}

static void expect_foreign_keys(struct scratch *s, const struct planned_table *planned)
{
    for (size_t i = 0; i < planned->foreign_key_count; i++)
        if (planned->foreign_keys[i].translated)
            expect_foreign_key(s, &planned->target, &planned->foreign_keys[i].target);
}

/* ---------------------------------------------------------------------------------------------- */

static bool fits(struct str name, const struct str *globs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_glob(globs[i], name))
            return true;
    return false;
}

static bool is_asked_for(const struct structure_check *check, const struct planned_table *planned)
{
    struct str name = planned->source->name;

    return planned->disposition == DISPOSITION_CREATED &&
           (check->include_count == 0 || fits(name, check->include, check->include_count)) &&
           !fits(name, check->exclude, check->exclude_count);
}

static struct error *try_tables(struct scratch *s)
{
    const struct plan *plan = s->check->plan;
    size_t locks = 0;

    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *planned = &plan->tables[i];

        if (!is_asked_for(s->check, planned))
            continue;
        if (locks > 0 && locks + locks_of(planned) > s->locks_max) {
            TRY(try_batch(s));
            locks = 0;
        }
        locks += locks_of(planned);
        TRY(push_table(s, planned));
        expect_foreign_keys(s, planned);
    }
    return try_batch(s);
}

static struct error *try_rest(struct scratch *s)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    push_sequences(s, &sql);
    push_views(s, &sql);
    TRY(buf_error(&sql));
    return try_batch(s);
}

static struct error *read_lock_room(struct scratch *s)
{
    struct sink_rows rows = {0};
    uint64_t room = 0;

    TRY(sink_query(s->check->session,
                   "SELECT pg_catalog.current_setting('max_locks_per_transaction')::bigint * "
                   "pg_catalog.current_setting('max_connections')::bigint",
                   0, NULL, s->arena, &rows));
    if (!str_to_u64(sink_cell(&rows, 0, 0), &room))
        return error_new(PGC_INTERNAL, "the target told no number of locks");
    room /= LOCKS_SHARE;
    s->locks_max = room < LOCKS_MAX ? (size_t)room : LOCKS_MAX;
    return NULL;
}

struct error *structure_expect(const struct structure_check *check, struct arena *arena,
                               struct structure_result *result)
{
    struct scratch scratch = {
        .check = check,
        .arena = arena,
        .result = result,
        .work = ARENA_INIT(LIMIT_RUN_ARENA, "statements of the plan"),
    };
    char id[33];

    clock_random_id(id);
    scratch.schema = arena_format(arena, "pgconverge_scratch_%.16s", id);
    struct error *error = read_lock_room(&scratch);
    if (error == NULL)
        error = try_tables(&scratch);
    if (error == NULL && check->include_count + check->exclude_count == 0)
        error = try_rest(&scratch);
    arena_free(&scratch.work);
    if (error == NULL)
        structure_sort(&result->expected);
    return error;
}
