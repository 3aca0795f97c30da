/* Queries within expressions: one value, EXISTS, IN and the like. */
#include "plan/view.h"

bool view_starts_query(const struct translation *t, size_t at)
{
    size_t from = at, depth = 0;

    while (is_sign(&t->tokens[at], "("))
        at++;
    if (!is_word(&t->tokens[at], "select") && !is_word(&t->tokens[at], "with"))
        return false;
    if (at == from)
        return true;
    /* ((SELECT …) `d` JOIN …) is none, ((SELECT …) UNION (SELECT …)) is one. */
    for (size_t i = from;; i++) {
        const struct token *token = &t->tokens[i];
        if (token->kind == TOKEN_END)
            return false;
        depth += is_sign(token, "(");
        depth -= is_sign(token, ")");
        if (depth == 0)
            return t->tokens[i + 1].kind != TOKEN_NAME && !is_word(&t->tokens[i + 1], "as");
    }
}

/* `(` is taken, and the query stands in parentheses. */
static bool parse_one_column(struct translation *t, struct view_query *query)
{
    if (!view_parse_query(t, t->view->scope, query) || !need_sign(t, ")"))
        return false;
    return query->columns.count == 1 || cannot(t, "a subquery has more than one column");
}

bool view_parse_scalar(struct translation *t, struct value *ret_value)
{
    struct view_query query = {0};

    if (!parse_one_column(t, &query))
        return false;
    *ret_value = query.columns.items[0].value;
    ret_value->sql = arena_format(t->arena, "(" STR_FMT ")", STR_ARG(query.sql));
    return true;
}

/* Which rows there are is not asked, so that a LIMIT without order is of no matter. */
bool view_parse_exists(struct translation *t, struct value *ret_value)
{
    unsigned before = t->view->remarks & REMARK_CUT;
    struct view_query query = {0};

    if (!need_sign(t, "(") || !view_parse_query(t, t->view->scope, &query) || !need_sign(t, ")"))
        return false;
    t->view->remarks = (t->view->remarks & ~(unsigned)REMARK_CUT) | before;
    *ret_value = (struct value){.kind = VALUE_BOOL};
    ret_value->sql = arena_format(t->arena, "EXISTS (" STR_FMT ")", STR_ARG(query.sql));
    return true;
}

/* Both sides must be compared as they are: the query's rows cannot be converted one by one. */
static bool compares_plainly(struct translation *t, struct str sign, const struct value *left,
                             const struct value *column)
{
    struct value right = *column, compared;

    right.sql = STR("?");
    if (!value_compare(t, sign, left, &right, &compared))
        return false;
    struct str plain =
        arena_format(t->arena, "(" STR_FMT " " STR_FMT " ?)", STR_ARG(left->sql), STR_ARG(sign));
    return str_equal(compared.sql, plain) ||
           cannot(t, "it compares with the rows of a subquery after a conversion");
}

bool view_parse_in(struct translation *t, const struct value *left, bool negated,
                   struct value *ret_value)
{
    struct view_query query = {0};

    if (!parse_one_column(t, &query) ||
        !compares_plainly(t, STR("="), left, &query.columns.items[0].value))
        return false;
    struct str sql = arena_format(t->arena, "(" STR_FMT " %s (" STR_FMT "))", STR_ARG(left->sql),
                                  negated ? "NOT IN" : "IN", STR_ARG(query.sql));
    *ret_value = (struct value){.kind = VALUE_BOOL, .sql = sql};
    return true;
}

bool view_parse_quantified(struct translation *t, struct str sign, const struct value *left,
                           struct value *ret_value)
{
    const char *word = is_word(next_token(t), "all") ? "ALL" : "ANY";
    struct view_query query = {0};

    t->at++;
    if (str_equal_c(sign, "<=>"))
        return cannot(t, "<=> with a subquery's rows is not translated");
    if (!need_sign(t, "(") || !parse_one_column(t, &query) ||
        !compares_plainly(t, sign, left, &query.columns.items[0].value))
        return false;
    struct str sql = arena_format(t->arena, "(" STR_FMT " " STR_FMT " %s (" STR_FMT "))",
                                  STR_ARG(left->sql), STR_ARG(sign), word, STR_ARG(query.sql));
    *ret_value = (struct value){.kind = VALUE_BOOL, .sql = sql};
    return true;
}
