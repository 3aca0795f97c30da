/* What stands in schemas of the target: one query a kind of object, whatever their number. */
#include "base/limits.h"
#include "sink/session_internal.h"
#include "sink/structure_names.h"
#include "sink/structure_sql.h"

/* In front of an object's properties: schema, table, name. */
#define NAME_CELLS 3

static const struct {
    enum part_kind kind;
    const char *sql;
} queries[] = {
    {PART_EXTENSION, sql_structure_extensions},  {PART_SCHEMA, sql_structure_schemas},
    {PART_COLLATION, sql_structure_collations},  {PART_ENUM, sql_structure_enums},
    {PART_DOMAIN, sql_structure_domains},        {PART_TYPE, sql_structure_types},
    {PART_TABLE, sql_structure_tables},          {PART_VIEW, sql_structure_views},
    {PART_COLUMN, sql_structure_columns},        {PART_KEY, sql_structure_keys},
    {PART_CHECK, sql_structure_checks},          {PART_FOREIGN_KEY, sql_structure_foreign_keys},
    {PART_INDEX, sql_structure_indexes},         {PART_TRIGGER, sql_structure_triggers},
    {PART_POLICY, sql_structure_policies},       {PART_RULE, sql_structure_rules},
    {PART_STATISTICS, sql_structure_statistics}, {PART_SEQUENCE, sql_structure_sequences},
    {PART_FUNCTION, sql_structure_functions},
};
_Static_assert(COUNT_OF(queries) == PART_KIND_COUNT, "each kind of object has its query");

struct reading {
    struct sink_session *session;
    const struct sink_structure_options *options;
    struct arena *arena;
    struct str schemas;          /* as a text[] literal; ptr NULL: all */
    struct schema_rename rename; /* in what PostgreSQL prints */
    struct schema_rename quoted; /* in foreign keys, where names always stand in quotes */
    struct structure structure;
    size_t capacity;
};

/* {"a","b"} */
static struct str schema_array(const struct sink_structure_options *options, struct arena *arena)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "names of schemas");

    buf_add_char(&text, '{');
    for (size_t i = 0; i < options->schema_count; i++) {
        buf_add_c(&text, i > 0 ? ",\"" : "\"");
        for (size_t k = 0; k < options->schemas[i].len; k++) {
            char c = options->schemas[i].ptr[k];
            if (c == '"' || c == '\\')
                buf_add_char(&text, '\\');
            buf_add_char(&text, c);
        }
        buf_add_char(&text, '"');
    }
    buf_add_char(&text, '}');
    struct str array = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return array;
}

static struct str quoted(struct str name, struct arena *arena)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "name of a schema");

    sink_quote_ident(&text, name);
    struct str copy = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static struct error *read_rename(struct reading *reading)
{
    const struct sink_structure_options *options = reading->options;
    struct sink_rows rows = {0};
    const char *params[2];

    if (options->shown_as.len == 0)
        return NULL;
    if (options->schema_count != 1)
        return error_new(PGC_INTERNAL, "several schemas cannot be shown as one");
    params[0] = arena_str(reading->arena, options->schemas[0]).ptr;
    params[1] = arena_str(reading->arena, options->shown_as).ptr;
    TRY(sink_query(reading->session,
                   "SELECT pg_catalog.quote_ident($1), pg_catalog.quote_ident($2)", 2, params,
                   reading->arena, &rows));
    reading->rename.from = sink_cell(&rows, 0, 0);
    reading->rename.to = sink_cell(&rows, 0, 1);
    reading->quoted.from = quoted(options->schemas[0], reading->arena);
    reading->quoted.to = quoted(options->shown_as, reading->arena);
    return NULL;
}

/* The schema as it is to be called, in the object's own name and in its definitions. */
static void rename_object(const struct reading *reading, struct part *object)
{
    enum part_property first = part_kind_info(object->kind)->first;
    const struct schema_rename *rename =
        object->kind == PART_FOREIGN_KEY ? &reading->quoted : &reading->rename;

    if (str_equal(object->schema, reading->options->schemas[0]))
        object->schema = reading->options->shown_as;
    if (object->kind == PART_SCHEMA)
        object->name = object->schema;
    if (object->kind == PART_FUNCTION)
        object->name = structure_rename(&reading->rename, object->name, reading->arena);
    for (size_t i = 0; i < part_property_count(object->kind); i++)
        if (part_property_info(first + (unsigned)i)->class == PART_CLASS_STRUCTURE)
            object->values[i] = structure_rename(rename, object->values[i], reading->arena);
}

/* The properties stay where the rows are: an object points at its cells. */
static struct error *take_objects(struct reading *reading, enum part_kind kind,
                                  const struct sink_rows *rows)
{
    struct structure *structure = &reading->structure;

    if (rows->column_count != NAME_CELLS + part_property_count(kind))
        return error_new(PGC_INTERNAL, "the query of kind \"%s\" gave %zu columns",
                         part_kind_info(kind)->words, rows->column_count);
    for (size_t i = 0; i < rows->row_count; i++) {
        struct part object = {
            .kind = kind,
            .schema = sink_cell(rows, i, 0),
            .table = sink_cell(rows, i, 1),
            .name = sink_cell(rows, i, 2),
            .values = &rows->cells[i * rows->column_count + NAME_CELLS],
        };
        if (reading->rename.from.len > 0)
            rename_object(reading, &object);
        *ARENA_PUSH(reading->arena, structure->objects, structure->count, reading->capacity) =
            object;
    }
    return NULL;
}

static struct error *read_kind(struct reading *reading, size_t n, struct buf *sql)
{
    struct sink_rows rows = {0};
    const char *params[] = {reading->schemas.ptr};

    buf_reset(sql, sql->capacity);
    buf_add_c(sql, sql_structure_head);
    buf_add_c(sql, queries[n].sql);
    TRY(buf_error(sql));
    TRY_DOING(sink_query(reading->session, buf_c_str(sql), 1, params, reading->arena, &rows),
              "read the target's catalog, objects of kind \"%s\"",
              part_kind_info(queries[n].kind)->words);
    return take_objects(reading, queries[n].kind, &rows);
}

struct error *sink_read_structure(struct sink_session *session,
                                  const struct sink_structure_options *options, struct arena *arena,
                                  struct structure *ret_structure)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct reading reading = {.session = session, .options = options, .arena = arena};

    if (options->schema_count > 0)
        reading.schemas = schema_array(options, arena);
    TRY(read_rename(&reading));
    for (size_t i = 0; i < COUNT_OF(queries); i++)
        TRY(read_kind(&reading, i, &sql));
    structure_sort(&reading.structure);
    *ret_structure = reading.structure;
    return NULL;
}
