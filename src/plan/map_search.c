/*
 * FULLTEXT and SPATIAL indexes. A FULLTEXT index becomes GIN over to_tsvector() of its columns:
 * queries have to name the same expression, so the finding does. SPATIAL becomes GiST where the
 * column becomes a geometry of PostGIS.
 */
#include "plan/internal.h"

#define DEFAULT_TEXT_SEARCH STR("simple")

static bool is_text_kind(enum target_kind kind)
{
    return kind == TARGET_TEXT || kind == TARGET_VARCHAR;
}

/* Words are found by the text search's own rules, whatever the column's are. */
static const char *plain_text_of(enum text_compare compare)
{
    if (compare == COMPARE_CITEXT)
        return "::text";
    return compare == COMPARE_ICU ? " COLLATE pg_catalog.\"default\"" : "";
}

/* to_tsvector('simple', coalesce("a", '') || ' ' || coalesce("b", '')) */
static bool search_expression(struct planner *p, const struct planned_table *table,
                              const struct source_index *index, struct str *ret_sql,
                              struct str *ret_why)
{
    struct str configuration =
        p->options->fulltext.len > 0 ? p->options->fulltext : DEFAULT_TEXT_SEARCH;
    struct str sql = arena_format(p->arena, "to_tsvector(" STR_FMT "::regconfig, ",
                                  STR_ARG(quoted_literal(p->arena, configuration)));

    for (size_t i = 0; i < index->part_count; i++) {
        int position = index->parts[i].column;
        if (position < 0 || !is_text_kind(target_type_of(table, position)->kind)) {
            *ret_why = STR("a column of it does not become text");
            return false;
        }
        const struct target_column *column = &table->target.columns[position];
        sql =
            arena_format(p->arena, STR_FMT "%scoalesce(" STR_FMT "%s, '')", STR_ARG(sql),
                         i > 0 ? " || ' ' || " : "", STR_ARG(quoted_ident(p->arena, column->name)),
                         plain_text_of(table->columns[position].compare));
    }
    *ret_sql = arena_format(p->arena, STR_FMT ")", STR_ARG(sql));
    return true;
}

bool map_fulltext(struct planner *p, const struct planned_table *table,
                  struct planned_index *planned, struct str *ret_why)
{
    const struct source_index *index = planned->source;
    struct target_index *target = &planned->target;
    struct str sql;

    if (!search_expression(p, table, index, &sql, ret_why))
        return false;
    target->method = "gin";
    target->part_count = 1;
    target->parts[0] = (struct target_index_part){.column = STR_NULL, .expression_sql = sql};
    struct finding *finding = add_finding(
        p, SEVERITY_CHANGES, 0, object_name(p, table->source->name, index->name),
        STR("FULLTEXT becomes a GIN index; MATCH … AGAINST has to be written with @@, and finds by "
            "other rules"));
    finding->detail = index_source_text(p->arena, table->source, index);
    finding->fix = arena_format(
        p->arena, "search with:  WHERE " STR_FMT " @@ websearch_to_tsquery(" STR_FMT ", 'words')",
        STR_ARG(sql),
        STR_ARG(quoted_literal(p->arena, p->options->fulltext.len > 0 ? p->options->fulltext
                                                                      : DEFAULT_TEXT_SEARCH)));
    return true;
}

bool map_spatial(struct planner *p, const struct planned_table *table,
                 struct planned_index *planned, struct str *ret_why)
{
    const struct source_index *index = planned->source;

    (void)p;
    for (size_t i = 0; i < index->part_count; i++) {
        int position = index->parts[i].column;
        if (position < 0 || target_type_of(table, position)->kind != TARGET_GEOMETRY) {
            *ret_why = STR("its column does not become a geometry of PostGIS");
            return false;
        }
        planned->target.parts[i] =
            (struct target_index_part){.column = table->target.columns[position].name};
    }
    planned->target.method = "gist";
    return true;
}
