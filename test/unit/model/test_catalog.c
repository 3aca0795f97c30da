#include "model/catalog.h"
#include "tap.h"

int main(void)
{
    struct source_column columns[] = {
        {.name = STR("id")}, {.name = STR("Id2")}, {.name = STR("ID")}, {.name = STR("Größe")}};
    struct source_table tables[] = {
        {.name = STR("A"), .columns = columns, .column_count = COUNT_OF(columns)},
        {.name = STR("B")},
        {.name = STR("a")},
        {.name = STR("a b")},
        {.name = STR("ä")}};
    struct source_catalog catalog = {.tables = tables};

    for (size_t count = 0; count <= COUNT_OF(tables); count++) {
        bool found = true;

        catalog.table_count = count;
        for (size_t i = 0; i < COUNT_OF(tables); i++)
            found = found &&
                    catalog_find_table(&catalog, tables[i].name) == (i < count ? &tables[i] : NULL);
        ok(found, "each of %zu tables is found, and no other", count);
    }
    ok(catalog_find_table(&catalog, STR("b")) == NULL, "table names keep their case");
    ok(catalog_find_table(&catalog, STR("")) == NULL, "no name, no table");
    is_number(catalog_find_column(&tables[0], STR("ID")), 2, "the same case comes first");
    is_number(catalog_find_column(&tables[0], STR("iD")), 0, "else the case does not matter");
    is_number(catalog_find_column(&tables[0], STR("Größe")), 3, "a name that is not ASCII");
    is_number(catalog_find_column(&tables[0], STR("no")), -1, "no such column");
    is_text(object_kind_name(OBJECT_VIEW), "view", "a kind by name");
    is_text(object_kind_name(OBJECT_SEQUENCE), "sequence", "the last kind");
    return done_testing();
}
