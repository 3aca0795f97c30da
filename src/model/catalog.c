#include "model/catalog.h"

const struct source_table *catalog_find_table(const struct source_catalog *catalog, struct str name)
{
    size_t from = 0;
    size_t to = catalog->table_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_compare(catalog->tables[middle].name, name);

        if (order == 0)
            return &catalog->tables[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

int catalog_find_column(const struct source_table *table, struct str name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (str_equal(table->columns[i].name, name))
            return (int)i;
    for (size_t i = 0; i < table->column_count; i++)
        if (str_equal_nocase(table->columns[i].name, name))
            return (int)i;
    return -1;
}

const char *object_kind_name(enum object_kind kind)
{
    switch (kind) {
    case OBJECT_VIEW:
        return "view";
    case OBJECT_TRIGGER:
        return "trigger";
    case OBJECT_PROCEDURE:
        return "procedure";
    case OBJECT_FUNCTION:
        return "function";
    case OBJECT_EVENT:
        return "event";
    case OBJECT_SEQUENCE:
        return "sequence";
    }
    return "object";
}
