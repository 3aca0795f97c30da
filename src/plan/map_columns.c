/* What stands behind a column's type: its default, its CHECK, what generates it, ON UPDATE. */
#include "plan/expression.h"

/* ---- defaults -------------------------------------------------------------------------------- */

static void map_default(struct planner *p, struct planned_table *table, size_t i)
{
    const struct source_column *column = &table->source->columns[i];
    struct str object = object_name(p, table->source->name, column->name);
    struct str sql, why, note;

    if (!column->has_default || column->auto_increment || column->is_generated ||
        column->default_text.ptr == NULL)
        return;
    if (translate_default(p, table, (int)i, &sql, &why, &note)) {
        table->target.columns[i].default_sql = sql;
        if (note.len > 0)
            add_finding(p, SEVERITY_NOTE, 0, object, note);
        return;
    }
    struct finding *finding =
        add_finding(p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object,
                    arena_format(p->arena, "its default is left out: " STR_FMT, STR_ARG(why)));
    finding->detail = column->default_text;
    finding->fix = STR("set a default on the target by hand, if rows to come need one");
}

/* ---- generated columns ----------------------------------------------------------------------- */

/* Whether PostgreSQL, storing the value into the column, leaves it as MySQL does. */
static bool result_fits(const struct value *value, const struct source_type *type,
                        const struct target_type *target)
{
    bool is_integer = target->kind == TARGET_SMALLINT || target->kind == TARGET_INTEGER ||
                      target->kind == TARGET_BIGINT;
    bool is_text = target->kind == TARGET_VARCHAR || target->kind == TARGET_TEXT;

    if (value->kind == VALUE_INT)
        return (is_integer && type->kind <= SOURCE_BIGINT) ||
               (target->kind == TARGET_NUMERIC && type->kind == SOURCE_DECIMAL);
    if (value->kind == VALUE_DECIMAL)
        return target->kind == TARGET_NUMERIC && type->kind == SOURCE_DECIMAL &&
               target->scale >= value->scale;
    return value->kind == VALUE_TEXT && is_text &&
           (type->kind == SOURCE_VARCHAR || type->kind == SOURCE_TEXT);
}

static bool is_in_foreign_key(const struct source_table *table, int column)
{
    for (size_t i = 0; i < table->foreign_key_count; i++)
        for (size_t k = 0; k < table->foreign_keys[i].column_count; k++)
            if (table->foreign_keys[i].columns[k] == column)
                return true;
    return false;
}

static bool translate_generated(struct planner *p, const struct planned_table *table, size_t i,
                                struct str *ret_sql, struct str *ret_why)
{
    const struct source_column *column = &table->source->columns[i];
    struct value value;

    if (is_in_foreign_key(table->source, (int)i)) {
        *ret_why = STR("it is part of a foreign key");
        return false;
    }
    if (!translate_expression(p, table, column->generation, EXPRESSION_GENERATED, &value, ret_why))
        return false;
    if (value.kind == VALUE_BOOL) {
        value.kind = VALUE_INT;
        value.sql = arena_format(p->arena, STR_FMT "::integer", STR_ARG(value.sql));
    }
    if (!result_fits(&value, &column->type, target_type_of(table, (int)i))) {
        *ret_why = STR("its result is converted to another type");
        return false;
    }
    *ret_sql = value.sql;
    return true;
}

static void map_generated(struct planner *p, struct planned_table *table, size_t i)
{
    const struct source_column *column = &table->source->columns[i];
    struct str object = object_name(p, table->source->name, column->name);
    struct str sql, why;

    if (!column->is_generated)
        return;
    if (translate_generated(p, table, i, &sql, &why)) {
        table->target.columns[i].generated_sql = sql;
        table->columns[i].copied = false;
        table->columns[i].rule = "generated";
        table->columns[i].reason = STR("PostgreSQL computes it itself");
        if (!column->generated_stored)
            add_finding(p, SEVERITY_NOTE, 0, object,
                        STR("is VIRTUAL in MySQL and STORED in PostgreSQL"));
        return;
    }
    table->columns[i].rule = "plain-copy";
    table->columns[i].reason = STR("holds the values of the source's generated column");
    table->columns[i].lossy = true;
    struct finding *finding = add_finding(
        p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object,
        arena_format(p->arena,
                     "becomes an ordinary column with its present values; nothing computes "
                     "it any more: " STR_FMT,
                     STR_ARG(why)));
    finding->detail = column->generation;
    finding->fix = STR("write its expression for PostgreSQL by hand, or a trigger");
}

/* ---- CHECKs ---------------------------------------------------------------------------------- */

struct check_list {
    struct target_check *items;
    size_t count;
    size_t capacity;
};

static struct str label_list(struct arena *arena, const struct source_type *type)
{
    struct buf list = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    for (size_t i = 0; i < type->label_count; i++) {
        buf_add_c(&list, i > 0 ? ", " : "");
        buf_add_str(&list, quoted_literal(arena, type->labels[i]));
    }
    struct str text = arena_str(arena, buf_str(&list));
    buf_free(&list);
    return text;
}

/*
 * What MySQL's type says and PostgreSQL's does not: an ENUM's and a SET's labels, no number below
 * zero. The '' of index 0, which MySQL stores for a label it refused, is none: convert/ refuses
 * such a row. Who names the type by a rule gets just that type, which holds the '' as well.
 */
static void add_type_check(struct planner *p, struct planned_table *table, size_t i,
                           struct check_list *checks)
{
    const struct source_column *column = &table->source->columns[i];
    const struct target_type *target = target_type_of(table, (int)i);
    struct str name = quoted_ident(p->arena, table->target.columns[i].name);
    bool is_text = target->kind == TARGET_TEXT || target->kind == TARGET_VARCHAR;
    bool is_number = target->kind >= TARGET_SMALLINT && target->kind <= TARGET_DOUBLE;
    struct str sql = STR_NULL;
    const char *ending = "labels";

    if (table->columns[i].labels_checked && is_text) {
        bool takes_empty = table->columns[i].policies.of[CLASS_EMPTY_ENUM] == POLICY_REPLACE;
        sql = arena_format(p->arena, STR_FMT " IN (" STR_FMT "%s)", STR_ARG(name),
                           STR_ARG(label_list(p->arena, &column->type)), takes_empty ? ", ''" : "");
    } else if (column->type.kind == SOURCE_SET && target->kind == TARGET_TEXT_ARRAY) {
        sql = arena_format(p->arena, STR_FMT " <@ ARRAY[" STR_FMT "]::text[]", STR_ARG(name),
                           STR_ARG(label_list(p->arena, &column->type)));
    } else if (column->type.is_unsigned && is_number) {
        sql = arena_format(p->arena, STR_FMT " >= 0", STR_ARG(name));
        ending = "unsigned";
    }
    if (sql.len > 0)
        *ARENA_PUSH(p->arena, checks->items, checks->count, checks->capacity) =
            (struct target_check){
                .expression_sql = sql,
                .name = fit_name(p->arena,
                                 arena_format(p->arena, STR_FMT "_%s",
                                              STR_ARG(table->target.columns[i].name), ending))};
}

static void add_source_check(struct planner *p, struct planned_table *table,
                             const struct source_check *check, struct check_list *checks)
{
    struct str object = object_name(p, table->source->name, check->name);
    struct str why = STR_NULL;
    struct value value;

    if (!check->enforced) {
        struct finding *finding = add_finding(p, SEVERITY_NOTE, PGC_NOT_TRANSLATED, object,
                                              STR("this CHECK is NOT ENFORCED and is left out"));
        finding->detail = check->expression;
        return;
    }
    bool done = translate_expression(p, table, check->expression, EXPRESSION_CHECK, &value, &why);
    if (done && value.kind >= VALUE_INT && value.kind <= VALUE_FLOAT)
        value.sql = arena_format(p->arena, "(" STR_FMT " <> 0)", STR_ARG(value.sql));
    else if (done && value.kind != VALUE_BOOL) {
        done = false;
        why = STR("it is no condition to PostgreSQL");
    }
    if (!done) {
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object,
                        arena_format(p->arena, "this CHECK is left out: " STR_FMT, STR_ARG(why)));
        finding->detail = check->expression;
        finding->fix = STR("write it for PostgreSQL by hand: ALTER TABLE … ADD CHECK (…)");
        return;
    }
    /* JSON_VALID(column): the json type sees to it. */
    if (!str_equal_c(value.sql, "true"))
        *ARENA_PUSH(p->arena, checks->items, checks->count, checks->capacity) =
            (struct target_check){.name = map_name(p, check->name), .expression_sql = value.sql};
}

static void map_checks(struct planner *p, struct planned_table *table)
{
    struct check_list checks = {0};

    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].copied)
            add_type_check(p, table, i, &checks);
    table->target.type_check_count = checks.count;
    for (size_t i = 0; i < table->source->check_count; i++)
        add_source_check(p, table, &table->source->checks[i], &checks);
    table->target.checks = checks.items;
    table->target.check_count = checks.count;
}

/* ---- ON UPDATE ------------------------------------------------------------------------------- */

static void map_on_update(struct planner *p, struct planned_table *table)
{
    table->on_update_columns = ARENA_ARRAY(p->arena, table->column_count + 1, size_t);
    for (size_t i = 0; i < table->column_count; i++) {
        enum target_kind kind = target_type_of(table, (int)i)->kind;
        if (!table->source->columns[i].on_update_now)
            continue;
        if (kind == TARGET_TIMESTAMP || kind == TARGET_TIMESTAMPTZ) {
            table->on_update_columns[table->on_update_count++] = i;
            continue;
        }
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED,
                        object_name(p, table->source->name, table->source->columns[i].name),
                        STR("ON UPDATE CURRENT_TIMESTAMP is not kept for this type"));
        finding->fix = STR("write a trigger by hand");
    }
    if (table->on_update_count > 0)
        table->on_update_trigger = fit_name(
            p->arena, arena_format(p->arena, STR_FMT "_on_update", STR_ARG(table->target.name)));
}

static bool takes_the_clock(const struct planned_table *table, size_t i)
{
    const struct source_column *column = &table->source->columns[i];
    enum target_kind kind = target_type_of(table, (int)i)->kind;
    struct str sql = table->target.columns[i].default_sql;

    if (kind != TARGET_TIMESTAMP && kind != TARGET_DATE && kind != TARGET_TIME &&
        kind != TARGET_INTERVAL)
        return false;
    return (column->on_update_now && kind == TARGET_TIMESTAMP) ||
           str_search(sql, STR("CURRENT_TIMESTAMP")) <= sql.len;
}

/* NOW() is the wall clock of the source's zone in MySQL, and of UTC in the target: one finding. */
static void note_zone(struct planner *p)
{
    static const char *const utc[] = {"UTC", "Etc/UTC", "GMT", "+00:00", "-00:00"};
    struct buf columns = BUF_INIT(LIMIT_SQL_TEXT, "list of columns");

    for (size_t i = 0; i < COUNT_OF(utc); i++)
        if (str_equal_c(p->facts->time_zone, utc[i]))
            return;
    for (size_t t = 0; t < p->plan->table_count; t++) {
        const struct planned_table *table = &p->plan->tables[t];
        for (size_t i = 0; table->disposition == DISPOSITION_CREATED && i < table->column_count;
             i++)
            if (takes_the_clock(table, i))
                buf_add_format(&columns, "%s" STR_FMT "." STR_FMT, columns.len > 0 ? ", " : "",
                               STR_ARG(table->source->name),
                               STR_ARG(table->source->columns[i].name));
    }
    if (columns.len > 0) {
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, 0, p->catalog->database,
            arena_format(p->arena,
                         "columns without a zone get UTC from their defaults and ON UPDATE; in "
                         "MySQL they got the wall clock of " STR_FMT,
                         STR_ARG(p->facts->time_zone)));
        finding->fix =
            STR("let the application write these columns, or set their defaults by hand");
        finding->detail = arena_str(p->arena, buf_str(&columns));
    }
    buf_free(&columns);
}

void map_expressions(struct planner *p)
{
    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        arena_rewind(p->scratch);
        for (size_t i = 0; i < table->column_count; i++) {
            map_generated(p, table, i);
            map_default(p, table, i);
        }
        map_checks(p, table);
        map_on_update(p, table);
    }
    note_zone(p);
}
