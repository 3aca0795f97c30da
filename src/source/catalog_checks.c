#include "source/catalog_internal.h"

#include "base/limits.h"
#include "source/source_sql.h"
#include "source/type_text.h"

/*
 * MariaDB's JSON is LONGTEXT with CHECK (json_valid(`column`)): such a check is the type, and no
 * check of the user's. -1 when it is none.
 */
static int json_column(struct catalog_reading *reading, const struct source_table *table,
                       struct str clause)
{
    struct buf wanted = BUF_INIT(4 * KIB, "text of a JSON check");
    int found = -1;

    if (reading->catalog.flavor != FLAVOR_MARIADB || !str_starts_with(clause, STR("json_valid(`")))
        return -1;
    for (size_t i = 0; i < table->column_count && found < 0; i++) {
        if (table->columns[i].type.kind != SOURCE_TEXT)
            continue;
        buf_reset(&wanted, 4 * KIB);
        buf_add_c(&wanted, "json_valid(");
        source_quote_ident(&wanted, table->columns[i].name);
        buf_add_char(&wanted, ')');
        if (str_equal(buf_str(&wanted), clause))
            found = (int)i;
    }
    buf_free(&wanted);
    return found;
}

struct error *catalog_read_checks(struct catalog_reading *reading)
{
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool mariadb = reading->catalog.flavor == FLAVOR_MARIADB;
    struct source_check *checks = NULL;
    struct source_table *current = NULL;
    size_t count = 0, capacity = 0;
    bool more;

    TRY(catalog_rows(reading, mariadb ? sql_catalog_checks_mariadb : sql_catalog_checks_mysql,
                     &rows));
    for (;;) {
        struct source_table *table = NULL;
        int json;

        TRY(session_rows_next(&rows, &more));
        if (more)
            table = catalog_reading_table(reading, rows.cells[0]);
        if (current != NULL && table != current) {
            current->checks = catalog_keep(reading, checks, count, sizeof *checks);
            current->check_count = count;
            arena_rewind(&reading->scratch);
            checks = NULL;
            count = capacity = 0;
        }
        current = table;
        if (!more)
            break;
        if (table == NULL)
            continue;
        json = json_column(reading, table, rows.cells[2]);
        if (json >= 0) {
            table->columns[json].type.kind = SOURCE_JSON;
            continue;
        }
        *ARENA_PUSH(&reading->scratch, checks, count, capacity) = (struct source_check){
            .name = arena_str(reading->arena, rows.cells[1]),
            .expression =
                source_expression_text(reading->catalog.flavor, rows.cells[2], reading->arena),
            .enforced = str_equal_c(rows.cells[3], "YES"),
        };
    }
    return NULL;
}
