/*
 * What is not a table: kept with the text of SHOW CREATE, one round trip each.
 */
#include "source/catalog_internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "source/source_sql.h"
#include "source/type_text.h"

/* How SHOW CREATE calls it, and the column of its answer that holds the text. */
static const struct {
    const char *words;
    unsigned column;
} shows[] = {
    [OBJECT_VIEW] = {"VIEW", 1},           [OBJECT_TRIGGER] = {"TRIGGER", 2},
    [OBJECT_PROCEDURE] = {"PROCEDURE", 2}, [OBJECT_FUNCTION] = {"FUNCTION", 2},
    [OBJECT_EVENT] = {"EVENT", 3},         [OBJECT_SEQUENCE] = {"SEQUENCE", 1},
};

struct object_list {
    struct source_object *items;
    size_t count, capacity;
};

/* A view over a table that is gone is an error there; such an object is still listed. */
static struct error *read_text(struct catalog_reading *reading, struct source_object *object)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    unsigned column = shows[object->kind].column;
    struct error *error;
    bool more;

    buf_reset(&reading->sql, 64 * KIB);
    buf_add_format(&reading->sql, "SHOW CREATE %s ", shows[object->kind].words);
    source_quote_table(&reading->sql, reading->database, object->name);
    TRY(buf_error(&reading->sql));
    error = session_rows_open(reading->session, buf_str(&reading->sql), &rows);
    if (error != NULL) {
        if (error->kind == ERROR_KIND_TEMPORARY)
            return error;
        object->text = arena_format(reading->arena, "-- %s", error->text);
        error_free(error);
        return NULL;
    }
    TRY(session_rows_next(&rows, &more));
    if (more && column < rows.column_count && rows.cells[column].ptr != NULL)
        object->text = arena_str(reading->arena, rows.cells[column]);
    return NULL;
}

static void add(struct catalog_reading *reading, struct object_list *list, enum object_kind kind,
                struct str name, struct str table)
{
    *ARENA_PUSH(reading->arena, list->items, list->count, list->capacity) =
        (struct source_object){.kind = kind,
                               .name = arena_str(reading->arena, name),
                               .table = arena_str(reading->arena, table),
                               .text = STR("")};
}

static struct error *list_names(struct catalog_reading *reading, const char *statement,
                                enum object_kind kind, struct object_list *list)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    TRY(catalog_rows(reading, statement, &rows));
    for (;;) {
        enum object_kind this_kind = kind;
        struct str table = STR("");

        TRY(session_rows_next(&rows, &more));
        if (!more)
            return NULL;
        if (kind == OBJECT_TRIGGER)
            table = rows.cells[1];
        else if (kind == OBJECT_PROCEDURE && str_equal_c(rows.cells[1], "FUNCTION"))
            this_kind = OBJECT_FUNCTION;
        add(reading, list, this_kind, rows.cells[0], table);
    }
}

static int compare_objects(const void *a, const void *b)
{
    const struct source_object *left = a, *right = b;

    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return str_compare(left->name, right->name);
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* In the order of the statement that compose_sequence() writes. */
enum { NEXT, LEAST, MOST, START, INCREMENT, CYCLE };

static struct error *compose_sequence(struct catalog_reading *reading, struct str name)
{
    buf_reset(&reading->sql, 64 * KIB);
    buf_add_c(&reading->sql, "SELECT next_not_cached_value, minimum_value, maximum_value, "
                             "start_value, increment, cycle_option FROM ");
    source_quote_table(&reading->sql, reading->database, name);
    return buf_error(&reading->sql);
}

static bool parse_sequence(const struct str *cells, struct source_sequence *sequence)
{
    for (int i = NEXT; i <= CYCLE; i++)
        if (cells[i].ptr == NULL)
            return false;
    sequence->cycle = !str_equal_c(cells[CYCLE], "0");
    return str_to_i64(cells[NEXT], &sequence->next) && str_to_i64(cells[LEAST], &sequence->least) &&
           str_to_i64(cells[MOST], &sequence->most) && str_to_i64(cells[START], &sequence->start) &&
           str_to_i64(cells[INCREMENT], &sequence->increment);
}

/* One that cannot be read, or has numbers that nobody can hold here, is listed with its text. */
static struct error *read_sequence(struct catalog_reading *reading, struct str name,
                                   struct object_list *list)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct source_sequence sequence = {.name = name};
    bool more = false;

    TRY(compose_sequence(reading, name));
    struct error *error = session_rows_open(reading->session, buf_str(&reading->sql), &rows);
    if (error == NULL)
        error = session_rows_next(&rows, &more);
    if (error != NULL && error->kind == ERROR_KIND_TEMPORARY)
        return error;
    if (error == NULL && more && parse_sequence(rows.cells, &sequence))
        *ARENA_PUSH(reading->arena, reading->catalog.sequences, reading->catalog.sequence_count,
                    reading->read_capacity) = sequence;
    else
        add(reading, list, OBJECT_SEQUENCE, name, STR(""));
    error_free(error);
    return NULL;
}

static int compare_sequences(const void *a, const void *b)
{
    return str_compare(((const struct source_sequence *)a)->name,
                       ((const struct source_sequence *)b)->name);
}

/* ---- parameters of routines ------------------------------------------------------------------ */

static struct source_object *find_routine(struct object_list *list, const struct str *cells)
{
    bool is_function = str_equal_c(cells[1], "FUNCTION");
    enum object_kind kind = is_function ? OBJECT_FUNCTION : OBJECT_PROCEDURE;

    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == kind && str_equal(list->items[i].name, cells[0]))
            return &list->items[i];
    return NULL;
}

static struct str text_or_none(struct catalog_reading *reading, struct str cell)
{
    return cell.ptr != NULL ? arena_str(reading->arena, cell) : STR("");
}

/* The parameters of one routine come one after another. */
static struct error *read_parameters(struct catalog_reading *reading, struct object_list *list)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    struct source_object *routine = NULL;
    size_t capacity = 0;
    bool more;

    TRY(catalog_rows(reading, sql_catalog_parameters, &rows));
    for (;;) {
        TRY(session_rows_next(&rows, &more));
        if (!more)
            return NULL;
        struct source_object *of = find_routine(list, rows.cells);
        if (of == NULL)
            continue;
        if (of != routine)
            capacity = 0;
        routine = of;
        struct source_parameter *parameter =
            ARENA_PUSH(reading->arena, routine->parameters, routine->parameter_count, capacity);
        *parameter = (struct source_parameter){.name = text_or_none(reading, rows.cells[4]),
                                               .mode = text_or_none(reading, rows.cells[3])};
        source_type_parse(catalog_word(reading, text_or_none(reading, rows.cells[5])),
                          reading->arena, &parameter->type);
    }
}

struct error *catalog_read_objects(struct catalog_reading *reading)
{
    struct object_list list = {0};

    for (size_t i = 0; i < reading->view_count; i++)
        add(reading, &list, OBJECT_VIEW, reading->views[i], STR(""));
    for (size_t i = 0; i < reading->sequence_count; i++)
        TRY(read_sequence(reading, reading->sequences[i], &list));
    if (reading->catalog.sequence_count > 0)
        qsort(reading->catalog.sequences, reading->catalog.sequence_count,
              sizeof *reading->catalog.sequences, compare_sequences);
    TRY(list_names(reading, sql_catalog_triggers, OBJECT_TRIGGER, &list));
    TRY(list_names(reading, sql_catalog_routines, OBJECT_PROCEDURE, &list));
    TRY(list_names(reading, sql_catalog_events, OBJECT_EVENT, &list));
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare_objects);
    for (size_t i = 0; i < list.count; i++)
        TRY(read_text(reading, &list.items[i]));
    TRY_DOING(read_parameters(reading, &list), "read the parameters of routines");
    reading->catalog.objects = list.items;
    reading->catalog.object_count = list.count;
    return NULL;
}
