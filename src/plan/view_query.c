/*
 * A query expression by MySQL's grammar ("SELECT Statement", "WITH", "Set Operations" in its
 * manual), as both servers print it in SHOW CREATE VIEW, written again for PostgreSQL. Clauses are
 * put together in the order in which they stand; FROM is read first, since it says what the names
 * of the select list are.
 */
#include "plan/view.h"

static struct buf new_sql(void)
{
    return BUF_INIT(MAX_VIEW_SQL, "view");
}

/* Moves the text into the arena; a text that is too long is no translation. */
static bool keep(struct translation *t, struct buf *sql, struct str *ret_sql)
{
    bool fits = !sql->failed;

    *ret_sql = fits ? arena_str(t->arena, buf_str(sql)) : STR("");
    buf_free(sql);
    return fits || cannot(t, "it is too long");
}

/* ---- the select list ------------------------------------------------------------------------- */

static const char *const clauses[] = {"from",  "where",     "group", "having",    "window",
                                      "order", "limit",     "union", "except",    "into",
                                      "for",   "procedure", "with",  "intersect", "lock"};

static bool ends_list(const struct token *token)
{
    for (size_t i = 0; i < COUNT_OF(clauses); i++)
        if (is_word(token, clauses[i]))
            return true;
    return token->kind == TOKEN_END || is_sign(token, ")");
}

/* Where the select list that begins at `at` ends. */
static size_t list_end(const struct translation *t, size_t at)
{
    for (size_t depth = 0;; at++) {
        const struct token *token = &t->tokens[at];
        if (token->kind == TOKEN_END || (depth == 0 && ends_list(token)))
            return at;
        depth += is_sign(token, "(");
        depth -= is_sign(token, ")");
    }
}

/*
 * PostgreSQL wants the columns of a recursive query to be of the same type from its first SELECT
 * on, and what is computed from them is wider.
 */
static void widen(struct translation *t, struct value *value)
{
    const char *type = NULL;

    if (value->kind == VALUE_INT && !value->wide)
        type = "bigint";
    else if (value->kind == VALUE_DECIMAL)
        type = "numeric";
    else if (view_is_text(value))
        type = "text";
    if (type == NULL)
        return;
    value->sql = arena_format(t->arena, "(" STR_FMT ")::%s", STR_ARG(value->sql), type);
    value->wide = true;
}

static bool parse_item(struct translation *t, struct buf *sql, struct view_columns *columns)
{
    struct value value, result;
    struct str name = STR("?column?");

    if (next_token(t)->kind == TOKEN_NAME)
        name = next_token(t)->text;
    if (is_sign(next_token(t), "*"))
        return cannot(t, "\"*\" in a select list is not translated");
    if (!parse_expression(t, &value))
        return false;
    if (take_word(t, "as")) {
        if (next_token(t)->kind != TOKEN_NAME)
            return cannot(t, "a column's name is missing");
        name = next_token(t)->text;
        t->at++;
    }
    if (columns->count == MAX_VIEW_COLUMNS)
        return cannot(t, "it has more than %d columns", MAX_VIEW_COLUMNS);
    result = view_result(t, &value);
    if (t->view->widens)
        widen(t, &result);
    struct str quoted = quoted_ident(t->arena, fit_name(t->arena, name));
    buf_add_format(sql, "%s" STR_FMT " AS " STR_FMT, columns->count > 0 ? ", " : "",
                   STR_ARG(result.sql), STR_ARG(quoted));
    struct view_column *column =
        ARENA_PUSH(t->arena, columns->items, columns->count, columns->capacity);
    column->name = name;
    column->item_sql = result.sql;
    column->value = result;
    return true;
}

static bool parse_items(struct translation *t, struct buf *sql, struct view_columns *columns)
{
    do {
        if (!parse_item(t, sql, columns))
            return false;
    } while (take_sign(t, ","));
    return true;
}

/* ---- one SELECT ------------------------------------------------------------------------------ */

/* Words behind SELECT that only advise the server. */
static bool take_select_option(struct translation *t, bool *distinct)
{
    static const char *const advice[] = {
        "straight_join",  "high_priority",     "sql_no_cache", "sql_small_result",
        "sql_big_result", "sql_buffer_result", "all"};

    if (take_word(t, "distinct")) {
        *distinct = true;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(advice); i++)
        if (take_word(t, advice[i]))
            return true;
    return false;
}

static bool parse_condition(struct translation *t, const char *clause, struct buf *sql)
{
    struct value value;
    struct str condition;

    if (!parse_expression(t, &value) || !value_condition(t, &value, &condition))
        return false;
    buf_add_format(sql, " %s " STR_FMT, clause, STR_ARG(condition));
    return true;
}

static bool parse_group_by(struct translation *t, struct buf *sql)
{
    struct buf groups = new_sql();
    struct str list;
    bool done = need_word(t, "by") && view_parse_groups(t, &groups);

    if (!keep(t, &groups, &list) || !done)
        return false;
    bool rollup = is_word(next_token(t), "with") && is_word(&t->tokens[t->at + 1], "rollup");
    t->at += rollup ? 2 : 0;
    buf_add_format(sql, " GROUP BY %s" STR_FMT "%s", rollup ? "ROLLUP (" : "", STR_ARG(list),
                   rollup ? ")" : "");
    return true;
}

static bool parse_limit_number(struct translation *t, struct str *ret_digits)
{
    *ret_digits = next_token(t)->text;
    if (next_token(t)->kind != TOKEN_NUMBER || str_find(*ret_digits, '.', 0) < ret_digits->len ||
        ret_digits->len > 20)
        return cannot(t, "LIMIT takes something that is no number");
    t->at++;
    /* The number that stands for no limit. */
    if (str_equal_c(*ret_digits, "18446744073709551615"))
        *ret_digits = STR("ALL");
    return ret_digits->len <= 18 || cannot(t, "LIMIT takes a number that is too large");
}

static bool parse_limit(struct translation *t, struct buf *sql)
{
    struct str first, second = STR_NULL;

    if (!parse_limit_number(t, &first))
        return false;
    if (take_sign(t, ",")) {
        if (!parse_limit_number(t, &second))
            return false;
        buf_add_format(sql, " LIMIT " STR_FMT " OFFSET " STR_FMT, STR_ARG(second), STR_ARG(first));
        return true;
    }
    if (take_word(t, "offset") && !parse_limit_number(t, &second))
        return false;
    buf_add_format(sql, " LIMIT " STR_FMT, STR_ARG(first));
    if (second.len > 0)
        buf_add_format(sql, " OFFSET " STR_FMT, STR_ARG(second));
    return true;
}

/* ORDER BY and LIMIT. `columns` are those of a UNION; NULL behind a single SELECT. */
static bool parse_tail(struct translation *t, const struct view_columns *columns, struct buf *sql)
{
    unsigned before = t->view->remarks;
    bool ordered = take_word(t, "order");

    if (ordered) {
        buf_add_c(sql, " ORDER BY ");
        t->view->remarks &= ~(unsigned)REMARK_TEXT_ORDER;
        if (!need_word(t, "by") || !view_parse_order(t, columns, sql))
            return false;
    }
    bool by_text = ordered && (t->view->remarks & REMARK_TEXT_ORDER) != 0;
    t->view->remarks |= before & REMARK_TEXT_ORDER;
    if (!take_word(t, "limit"))
        return true;
    if (!ordered || by_text)
        view_remark(t, REMARK_CUT);
    return parse_limit(t, sql);
}

static void remark_distinct(struct translation *t, const struct view_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        view_remark_text(t, &columns->items[i].value, REMARK_TEXT_GROUPS);
}

static bool parse_window(struct translation *t, struct buf *sql)
{
    struct str window;

    if (!view_parse_window(t, &window))
        return false;
    buf_add_format(sql, " WINDOW " STR_FMT, STR_ARG(window));
    return true;
}

/* From the select list's end: the clauses up to HAVING and WINDOW. */
static bool parse_clauses(struct translation *t, struct view_scope *scope,
                          struct view_columns *columns, struct buf *sql)
{
    bool grouped = false;

    if (take_word(t, "where") && !parse_condition(t, "WHERE", sql))
        return false;
    scope->items = columns;
    if (take_word(t, "group")) {
        grouped = true;
        if (!parse_group_by(t, sql))
            return false;
    }
    if (take_word(t, "having")) {
        if (!parse_condition(t, "HAVING", sql))
            return false;
        if (!grouped && !scope->aggregates)
            return cannot(t, "HAVING without GROUP BY is not translated");
    }
    return !take_word(t, "window") || parse_window(t, sql);
}

static bool parse_select_into(struct translation *t, struct view_scope *scope, struct buf *sql,
                              struct view_columns *columns)
{
    bool distinct = false;
    struct str from;

    while (take_select_option(t, &distinct))
        continue;
    size_t items_at = t->at, items_end = list_end(t, t->at);
    t->at = items_end;
    if (!view_parse_from(t, scope, &from))
        return false;
    size_t behind_from = t->at;
    t->at = items_at;
    buf_add_format(sql, "SELECT %s", distinct ? "DISTINCT " : "");
    if (!parse_items(t, sql, columns))
        return false;
    if (t->at != items_end)
        return cannot(t, "\"" STR_FMT "\" is not translated", STR_ARG(next_token(t)->text));
    t->at = behind_from;
    buf_add_str(sql, from);
    if (distinct)
        remark_distinct(t, columns);
    return parse_clauses(t, scope, columns, sql);
}

static bool is_set_operation(const struct token *token)
{
    return is_word(token, "union") || is_word(token, "except") || is_word(token, "intersect");
}

/* What a column looks like from outside its query. */
static void seen_from_outside(struct translation *t, struct view_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        columns->items[i].value = view_outside(t, &columns->items[i].value);
}

/* One SELECT; with its own ORDER BY and LIMIT when no UNION follows. */
static bool parse_select(struct translation *t, struct view_scope *outer, bool is_first,
                         struct view_query *ret_query)
{
    struct view_scope scope = {.outer = outer};
    struct view_scope *around = t->view->scope;
    struct buf sql = new_sql();
    struct view_query query = {0};

    t->view->scope = &scope;
    bool done = parse_select_into(t, &scope, &sql, &query.columns);
    if (done && is_first && !is_set_operation(next_token(t)))
        done = parse_tail(t, NULL, &sql);
    t->view->scope = around;
    if (!keep(t, &sql, &query.sql) || !done)
        return false;
    *ret_query = query;
    return true;
}

/* ---- set operations -------------------------------------------------------------------------- */

static bool parse_term(struct translation *t, struct view_scope *outer, bool is_first,
                       struct view_query *ret_query)
{
    if (take_sign(t, "("))
        return view_parse_query(t, outer, ret_query) && need_sign(t, ")");
    if (take_word(t, "select"))
        return parse_select(t, outer, is_first, ret_query);
    return cannot(t, "\"" STR_FMT "\" stands where SELECT should", STR_ARG(next_token(t)->text));
}

/* PostgreSQL finds the columns' common types itself; they must mean the same. */
static bool unite_columns(struct translation *t, struct view_columns *columns,
                          const struct view_columns *others)
{
    if (columns->count != others->count)
        return cannot(t, "its SELECTs have different numbers of columns");
    for (size_t i = 0; i < columns->count; i++) {
        struct value *value = &columns->items[i].value;
        const struct value *other = &others->items[i].value;
        bool same_type = value->kind == VALUE_OTHER && other->kind == VALUE_OTHER &&
                         value->type != NULL && other->type != NULL &&
                         value->type->kind == other->type->kind;
        struct value united = {.kind = VALUE_NULL};
        bool is_text = view_is_text(value) || value->kind == VALUE_NULL;
        bool other_is_text = view_is_text(other) || other->kind == VALUE_NULL;

        if (same_type)
            continue;
        if (is_text != other_is_text && value->kind != VALUE_NULL && other->kind != VALUE_NULL)
            return cannot(t, "a column of its SELECTs is of different kinds");
        if (!value_unite(t, &united, value) || !value_unite(t, &united, other))
            return false;
        united.sql = value->sql;
        *value = united;
    }
    return true;
}

static bool parse_operation(struct translation *t, struct buf *sql, bool *ret_distinct)
{
    static const char *const words[] = {"UNION", "EXCEPT", "INTERSECT"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!take_word(t, words[i]))
            continue;
        *ret_distinct = !take_word(t, "all");
        if (*ret_distinct)
            take_word(t, "distinct");
        buf_add_format(sql, ") %s%s (", words[i], *ret_distinct ? "" : " ALL");
        return true;
    }
    return cannot(t, "\"" STR_FMT "\" is not translated", STR_ARG(next_token(t)->text));
}

static bool parse_operations(struct translation *t, struct view_scope *outer,
                             struct view_query *query)
{
    struct buf sql = new_sql();
    bool done = true, distinct = false;

    buf_add_format(&sql, "(" STR_FMT, STR_ARG(query->sql));
    while (done && is_set_operation(next_token(t))) {
        struct view_query other = {0};
        done = parse_operation(t, &sql, &distinct) && parse_term(t, outer, false, &other) &&
               unite_columns(t, &query->columns, &other.columns);
        if (!done)
            break;
        if (distinct)
            remark_distinct(t, &query->columns);
        buf_add_str(&sql, other.sql);
    }
    buf_add_char(&sql, ')');
    done = done && parse_tail(t, &query->columns, &sql);
    return keep(t, &sql, &query->sql) && done;
}

/* (SELECT …) ORDER BY … LIMIT …: of what is in parentheses already. */
static bool parse_outer_tail(struct translation *t, struct view_query *query)
{
    struct buf sql = new_sql();

    if (!is_word(next_token(t), "order") && !is_word(next_token(t), "limit"))
        return true;
    buf_add_format(&sql, "(" STR_FMT ")", STR_ARG(query->sql));
    bool done = parse_tail(t, &query->columns, &sql);
    return keep(t, &sql, &query->sql) && done;
}

/* ---- WITH ------------------------------------------------------------------------------------ */

/* MariaDB prints the name of a common table expression as it is. */
static bool take_cte_name(struct translation *t, struct str *ret_name)
{
    const struct token *token = next_token(t);

    if (token->kind != TOKEN_NAME && token->kind != TOKEN_WORD)
        return cannot(t, "a common table expression has no name");
    *ret_name = token->text;
    t->at++;
    return true;
}

/* (`a`,`b`): names in the place of the query's own. */
static bool parse_column_names(struct translation *t, struct view_columns *columns, bool *ret_named)
{
    *ret_named = take_sign(t, "(");
    if (!*ret_named)
        return true;
    do {
        if (next_token(t)->kind != TOKEN_NAME)
            return cannot(t, "a column's name is missing");
        ARENA_PUSH(t->arena, columns->items, columns->count, columns->capacity)->name =
            next_token(t)->text;
        t->at++;
    } while (take_sign(t, ","));
    return need_sign(t, ")");
}

static bool name_columns(struct translation *t, const struct view_columns *names, bool named,
                         struct view_query *query, struct view_relation *relation)
{
    relation->columns = (struct view_columns){0};
    if (named && names->count != query->columns.count)
        return cannot(t, "it names another number of columns than it has");
    for (size_t i = 0; i < query->columns.count; i++) {
        struct view_column *column = ARENA_PUSH(
            t->arena, relation->columns.items, relation->columns.count, relation->columns.capacity);
        *column = query->columns.items[i];
        if (named)
            column->name = names->items[i].name;
        column->value.sql = quoted_ident(t->arena, fit_name(t->arena, column->name));
    }
    return true;
}

static void add_names(struct buf *sql, const struct view_columns *columns)
{
    buf_add_c(sql, " (");
    for (size_t i = 0; i < columns->count; i++)
        buf_add_format(sql, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(columns->items[i].value.sql));
    buf_add_char(sql, ')');
}

/*
 * A recursive one reads itself, with the columns of its first SELECT: it stands in sight while its
 * query is parsed once to learn them.
 */
static bool parse_recursive(struct translation *t, struct view_scope *outer,
                            const struct view_columns *names, bool named, struct view_cte *cte,
                            struct view_query *ret_query)
{
    bool widens = t->view->widens;
    struct view_query first = {0};
    size_t at = t->at;

    t->view->widens = true;
    if (!parse_term(t, outer, false, &first))
        return false;
    seen_from_outside(t, &first.columns);
    if (!name_columns(t, names, named, &first, &cte->relation))
        return false;
    t->at = at;
    cte->next = t->view->ctes;
    t->view->ctes = cte;
    bool done = view_parse_query(t, outer, ret_query);
    t->view->widens = widens;
    return done;
}

static bool parse_cte(struct translation *t, struct view_scope *outer, bool recursive,
                      struct buf *sql)
{
    struct view_cte *cte = ARENA_NEW(t->arena, struct view_cte);
    const struct view_cte *before = t->view->ctes;
    struct view_columns names = {0};
    struct view_query query = {0};
    bool named = false;

    if (!take_cte_name(t, &cte->relation.alias) || !parse_column_names(t, &names, &named) ||
        !need_word(t, "as") || !need_sign(t, "("))
        return false;
    bool done = recursive ? parse_recursive(t, outer, &names, named, cte, &query)
                          : view_parse_query(t, outer, &query);
    if (!done || !need_sign(t, ")") || !name_columns(t, &names, named, &query, &cte->relation))
        return false;
    cte->relation.alias_sql = quoted_ident(t->arena, fit_name(t->arena, cte->relation.alias));
    cte->next = before;
    t->view->ctes = cte;
    buf_add_str(sql, cte->relation.alias_sql);
    add_names(sql, &cte->relation.columns);
    buf_add_format(sql, " AS (" STR_FMT ")", STR_ARG(query.sql));
    return true;
}

static bool parse_with(struct translation *t, struct view_scope *outer, struct buf *sql)
{
    bool recursive = take_word(t, "recursive");
    bool is_first = true;

    buf_add_c(sql, recursive ? "WITH RECURSIVE " : "WITH ");
    do {
        buf_add_c(sql, is_first ? "" : ", ");
        is_first = false;
        if (!parse_cte(t, outer, recursive, sql))
            return false;
    } while (take_sign(t, ","));
    buf_add_char(sql, ' ');
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool parse_body(struct translation *t, struct view_scope *outer, struct view_query *query)
{
    if (!parse_term(t, outer, true, query))
        return false;
    if (is_set_operation(next_token(t)))
        return parse_operations(t, outer, query);
    return parse_outer_tail(t, query);
}

bool view_parse_query(struct translation *t, struct view_scope *outer, struct view_query *ret_query)
{
    const struct view_cte *ctes = t->view->ctes;
    struct buf sql = new_sql();
    struct view_query query = {0};

    if (t->depth >= MAX_EXPRESSION_DEPTH) {
        buf_free(&sql);
        return cannot(t, "it is nested too deeply");
    }
    t->depth++;
    bool done =
        (!take_word(t, "with") || parse_with(t, outer, &sql)) && parse_body(t, outer, &query);
    t->depth--;
    t->view->ctes = ctes;
    if (done)
        buf_add_str(&sql, query.sql);
    if (!keep(t, &sql, &query.sql) || !done)
        return false;
    seen_from_outside(t, &query.columns);
    *ret_query = query;
    return true;
}
