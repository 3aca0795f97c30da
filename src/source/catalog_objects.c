/*
 * What is not a table: kept with the text of SHOW CREATE, one round trip each.
 */
#include "source/catalog_internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "source/source_sql.h"

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

struct error *catalog_read_objects(struct catalog_reading *reading)
{
    struct object_list list = {0};

    for (size_t i = 0; i < reading->view_count; i++)
        add(reading, &list, OBJECT_VIEW, reading->views[i], STR(""));
    for (size_t i = 0; i < reading->sequence_count; i++)
        add(reading, &list, OBJECT_SEQUENCE, reading->sequences[i], STR(""));
    TRY(list_names(reading, sql_catalog_triggers, OBJECT_TRIGGER, &list));
    TRY(list_names(reading, sql_catalog_routines, OBJECT_PROCEDURE, &list));
    TRY(list_names(reading, sql_catalog_events, OBJECT_EVENT, &list));
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, compare_objects);
    for (size_t i = 0; i < list.count; i++)
        TRY(read_text(reading, &list.items[i]));
    reading->catalog.objects = list.items;
    reading->catalog.object_count = list.count;
    return NULL;
}
