/* What a view reads: FROM, its joins, and the names of columns that come from there. */
#include "plan/view.h"
#include "sink/sink.h"

/* ---- relations ------------------------------------------------------------------------------- */

static const struct planned_table *find_table(const struct planner *p, struct str name)
{
    const struct planned_table *found = NULL;

    for (size_t i = 0; i < p->plan->table_count; i++) {
        const struct planned_table *table = &p->plan->tables[i];
        if (str_equal(table->source->name, name))
            return table;
        if (p->facts->lower_case_table_names != 0 && str_equal_nocase(table->source->name, name))
            found = table;
    }
    return found;
}

static struct value table_value(struct translation *t, const struct planned_table *table, size_t i)
{
    const struct source_column *source = &table->source->columns[i];
    const struct target_type *target = target_type_of(table, (int)i);
    struct value value = {.type = &source->type};

    value_of_types(&source->type, target, &value);
    value.fraction = source->type.fraction;
    if (source->type.kind == SOURCE_TIMESTAMP && target->kind == TARGET_TIMESTAMPTZ)
        value.kind = VALUE_INSTANT;
    if (value.kind == VALUE_ENUM)
        value.equality = text_equality_of(&source->type);
    value.wants_text = view_is_text(&value) &&
                       (target->kind == TARGET_ENUM || table->columns[i].compare == COMPARE_ICU ||
                        table->columns[i].compare == COMPARE_CITEXT);
    value.sql = quoted_ident(t->arena, table->target.columns[i].name);
    return value;
}

static bool add_table_columns(struct translation *t, const struct planned_table *table,
                              struct view_relation *relation)
{
    if (table->disposition != DISPOSITION_CREATED)
        return cannot(t, "the table " STR_FMT " is left out", STR_ARG(table->source->name));
    for (size_t i = 0; i < table->column_count; i++) {
        struct view_column *column = ARENA_PUSH(
            t->arena, relation->columns.items, relation->columns.count, relation->columns.capacity);
        column->name = table->source->columns[i].name;
        column->value = table_value(t, table, i);
    }
    return true;
}

static bool add_view_columns(struct translation *t, struct view_work *work,
                             struct view_relation *relation)
{
    struct str name = work->planned->source->name;

    if (work->state == VIEW_IN_WORK)
        return cannot(t, "it reads itself through the view " STR_FMT, STR_ARG(name));
    if (work->state == VIEW_WAITING)
        view_translate(t->view, work);
    if (work->state != VIEW_TRANSLATED)
        return cannot(t, "the view " STR_FMT ", which it reads, is not %s", STR_ARG(name),
                      work->planned->disposition == DISPOSITION_LEFT_OUT ? "taken along"
                                                                         : "translated");
    relation->columns = work->columns;
    return true;
}

struct view_work *view_find(struct translation *t, struct str name)
{
    for (size_t i = 0; i < t->view->work_count; i++)
        if (str_equal(t->view->works[i].planned->source->name, name))
            return &t->view->works[i];
    return NULL;
}

/* [database.]name: a common table expression, a table or a view. */
static bool parse_named(struct translation *t, struct view_relation *relation, struct buf *sql)
{
    const struct planner *p = t->view->planner;
    struct str name = next_token(t)->text;
    bool qualified = is_sign(&t->tokens[t->at + 1], ".");
    bool is_bare = next_token(t)->kind == TOKEN_WORD;

    t->at++;
    if (qualified) {
        if (!str_equal(name, p->catalog->database))
            return cannot(t, "it reads the database " STR_FMT, STR_ARG(name));
        t->at += 2;
        name = t->tokens[t->at - 1].text;
    }
    relation->alias = name;
    for (const struct view_cte *cte = t->view->ctes; !qualified && cte != NULL; cte = cte->next) {
        if (!str_equal_nocase(cte->relation.alias, name))
            continue;
        relation->columns = cte->relation.columns;
        buf_add_str(sql, quoted_ident(t->arena, fit_name(t->arena, cte->relation.alias)));
        return true;
    }
    const struct planned_table *table = find_table(p, name);
    struct view_work *work = table == NULL ? view_find(t, name) : NULL;
    if (is_bare || (table == NULL && work == NULL))
        return cannot(t, "it reads " STR_FMT ", which is not among the tables and views",
                      STR_ARG(name));
    if (table != NULL ? !add_table_columns(t, table, relation)
                      : !add_view_columns(t, work, relation))
        return false;
    sink_quote_name(sql, p->options->schema,
                    table != NULL ? table->target.name : work->planned->name);
    return true;
}

/* [AS] `alias` [(`a`,`b`)], and hints for the optimizer, which mean nothing. */
static bool skip_index_hints(struct translation *t)
{
    while (is_word(next_token(t), "use") || is_word(next_token(t), "force") ||
           is_word(next_token(t), "ignore")) {
        t->at++;
        if (!take_word(t, "index") && !take_word(t, "key"))
            return cannot(t, "an index hint is not translated");
        if (take_word(t, "for"))
            while (next_token(t)->kind == TOKEN_WORD)
                t->at++;
        if (!need_sign(t, "("))
            return false;
        while (!take_sign(t, ")")) {
            if (next_token(t)->kind == TOKEN_END || is_sign(next_token(t), "("))
                return cannot(t, "an index hint is not translated");
            t->at++;
        }
    }
    return true;
}

static bool add_relation(struct translation *t, struct view_scope *scope,
                         struct view_relation *relation, struct buf *sql)
{
    take_word(t, "as");
    if (next_token(t)->kind == TOKEN_NAME) {
        relation->alias = next_token(t)->text;
        t->at++;
    }
    if (relation->alias.len == 0)
        return cannot(t, "a derived table has no name");
    for (size_t i = 0; i < scope->count; i++)
        if (str_equal(scope->relations[i].alias, relation->alias))
            return cannot(t, "it reads two relations under the name " STR_FMT,
                          STR_ARG(relation->alias));
    relation->alias_sql = quoted_ident(t->arena, fit_name(t->arena, relation->alias));
    buf_add_format(sql, " AS " STR_FMT, STR_ARG(relation->alias_sql));
    if (!skip_index_hints(t))
        return false;
    *ARENA_PUSH(t->arena, scope->relations, scope->count, scope->capacity) = *relation;
    return true;
}

/* `d` (`a`,`b`) behind a derived table. */
static bool rename_columns(struct translation *t, struct view_relation *relation, struct buf *sql)
{
    if (!take_sign(t, "("))
        return true;
    buf_add_c(sql, " (");
    for (size_t i = 0; i < relation->columns.count; i++) {
        struct view_column *column = &relation->columns.items[i];
        if (next_token(t)->kind != TOKEN_NAME)
            return cannot(t, "it names another number of columns than it has");
        column->name = next_token(t)->text;
        column->value.sql = quoted_ident(t->arena, fit_name(t->arena, column->name));
        buf_add_format(sql, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(column->value.sql));
        t->at++;
        if (i + 1 < relation->columns.count && !need_sign(t, ","))
            return false;
    }
    buf_add_char(sql, ')');
    return need_sign(t, ")");
}

static bool parse_derived(struct translation *t, struct view_scope *scope, bool lateral,
                          struct buf *sql)
{
    struct view_relation relation = {0};
    struct view_query query = {0};

    if (!need_sign(t, "(") || !view_parse_query(t, lateral ? scope : scope->outer, &query) ||
        !need_sign(t, ")"))
        return false;
    relation.columns = query.columns;
    for (size_t i = 0; i < relation.columns.count; i++) {
        struct view_column *column = &relation.columns.items[i];
        column->value.sql = quoted_ident(t->arena, fit_name(t->arena, column->name));
    }
    buf_add_format(sql, "%s(" STR_FMT ")", lateral ? "LATERAL " : "", STR_ARG(query.sql));
    size_t behind = scope->count;
    return add_relation(t, scope, &relation, sql) &&
           rename_columns(t, &scope->relations[behind], sql);
}

/* ---- joins ----------------------------------------------------------------------------------- */

static bool parse_joins(struct translation *t, struct view_scope *scope, struct str *ret_sql);

static bool parse_factor(struct translation *t, struct view_scope *scope, struct buf *sql)
{
    struct view_relation relation = {0};

    if (is_sign(next_token(t), "(") && view_starts_query(t, t->at + 1))
        return parse_derived(t, scope, false, sql);
    if (take_sign(t, "(")) {
        struct str joins = STR_NULL;
        if (!parse_joins(t, scope, &joins) || !need_sign(t, ")"))
            return false;
        buf_add_str(sql, joins);
        return true;
    }
    if (take_word(t, "lateral"))
        return parse_derived(t, scope, true, sql);
    if (next_token(t)->kind == TOKEN_NAME || next_token(t)->kind == TOKEN_WORD)
        return parse_named(t, &relation, sql) && add_relation(t, scope, &relation, sql);
    return cannot(t, "\"" STR_FMT "\" stands where a table should", STR_ARG(next_token(t)->text));
}

/* NULL when no join follows. */
static const char *take_join(struct translation *t)
{
    const char *join = "JOIN";

    if (take_sign(t, ","))
        return "CROSS JOIN";
    if (take_word(t, "straight_join"))
        return join;
    if (take_word(t, "left"))
        join = "LEFT JOIN";
    else if (take_word(t, "right"))
        join = "RIGHT JOIN";
    else if (!take_word(t, "inner"))
        take_word(t, "cross");
    if (*join != 'J')
        take_word(t, "outer");
    return take_word(t, "join") ? join : NULL;
}

static bool parse_on(struct translation *t, const char *join, struct str left, struct buf *right,
                     struct str *ret_sql)
{
    struct str right_sql = arena_str(t->arena, buf_str(right));
    struct value condition;
    struct str on = STR_NULL;

    if (*join == 'C' || !take_word(t, "on")) {
        if (*join == 'L' || *join == 'R')
            return cannot(t, "an outer join without ON is not translated");
        *ret_sql = arena_format(t->arena, "(" STR_FMT " CROSS JOIN " STR_FMT ")", STR_ARG(left),
                                STR_ARG(right_sql));
        return true;
    }
    if (!parse_expression(t, &condition) || !value_condition(t, &condition, &on))
        return false;
    *ret_sql = arena_format(t->arena, "(" STR_FMT " %s " STR_FMT " ON " STR_FMT ")", STR_ARG(left),
                            join, STR_ARG(right_sql), STR_ARG(on));
    return true;
}

static bool parse_joins(struct translation *t, struct view_scope *scope, struct str *ret_sql)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(MAX_VIEW_SQL, "view");
    struct str joined;

    if (t->depth >= MAX_EXPRESSION_DEPTH)
        return cannot(t, "it is nested too deeply");
    t->depth++;
    if (!parse_factor(t, scope, &sql))
        return false;
    joined = arena_str(t->arena, buf_str(&sql));
    for (const char *join; (join = take_join(t)) != NULL;) {
        buf_reset(&sql, MAX_VIEW_SQL);
        if (!parse_factor(t, scope, &sql) || !parse_on(t, join, joined, &sql, &joined))
            return false;
        if (sql.failed || joined.len > MAX_VIEW_SQL)
            return cannot(t, "it is too long");
    }
    t->depth--;
    *ret_sql = joined;
    return true;
}

bool view_parse_from(struct translation *t, struct view_scope *scope, struct str *ret_sql)
{
    struct str joins = STR_NULL;

    *ret_sql = STR("");
    if (!take_word(t, "from") || take_word(t, "dual"))
        return true;
    if (!parse_joins(t, scope, &joins))
        return false;
    *ret_sql = arena_format(t->arena, " FROM " STR_FMT, STR_ARG(joins));
    return true;
}

/* ---- names of columns ------------------------------------------------------------------------ */

static const struct view_column *find_column(const struct view_columns *columns, struct str name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (str_equal_nocase(columns->items[i].name, name))
            return &columns->items[i];
    return NULL;
}

static const struct view_relation *find_relation(const struct view_scope *scope, struct str alias)
{
    for (; scope != NULL; scope = scope->outer) {
        for (size_t i = 0; i < scope->count; i++)
            if (str_equal(scope->relations[i].alias, alias))
                return &scope->relations[i];
        for (size_t i = 0; i < scope->count; i++)
            if (str_equal_nocase(scope->relations[i].alias, alias))
                return &scope->relations[i];
    }
    return NULL;
}

static bool qualified_column(struct translation *t, struct str alias, struct str name,
                             struct value *ret_value)
{
    const struct view_relation *relation = find_relation(t->view->scope, alias);
    const struct view_column *column =
        relation != NULL ? find_column(&relation->columns, name) : NULL;

    if (column == NULL)
        return cannot(t, "it names a column that is not there: " STR_FMT "." STR_FMT,
                      STR_ARG(alias), STR_ARG(name));
    *ret_value = column->value;
    ret_value->sql = arena_format(t->arena, STR_FMT "." STR_FMT, STR_ARG(relation->alias_sql),
                                  STR_ARG(column->value.sql));
    /* LIKE and many functions take no text of a nondeterministic collation. */
    if (column->value.wants_text)
        ret_value->sql = arena_format(t->arena, "(" STR_FMT "::text COLLATE \"default\")",
                                      STR_ARG(ret_value->sql));
    ret_value->wants_text = false;
    return true;
}

/* A name alone is an alias of the select list: both servers qualify every column. */
static bool alias_value(struct translation *t, struct str name, struct value *ret_value)
{
    const struct view_columns *items = t->view->scope != NULL ? t->view->scope->items : NULL;
    const struct view_column *column = items != NULL ? find_column(items, name) : NULL;

    if (column == NULL)
        return cannot(t, "it names a column that is not there: " STR_FMT, STR_ARG(name));
    *ret_value = column->value;
    ret_value->sql = column->item_sql;
    return true;
}

bool view_parse_column(struct translation *t, struct value *ret_value)
{
    struct str parts[3] = {0};
    size_t count = 0;

    do {
        if (count == COUNT_OF(parts) || next_token(t)->kind != TOKEN_NAME)
            return cannot(t, "a name is not complete");
        parts[count++] = next_token(t)->text;
        t->at++;
    } while (take_sign(t, "."));
    if (count == 1)
        return alias_value(t, parts[0], ret_value);
    if (count == 3 && !str_equal(parts[0], t->planner->catalog->database))
        return cannot(t, "it reads the database " STR_FMT, STR_ARG(parts[0]));
    return qualified_column(t, parts[count - 2], parts[count - 1], ret_value);
}
