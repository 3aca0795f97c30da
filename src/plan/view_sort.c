/* ORDER BY, GROUP BY and windows of a view. */
#include "plan/view.h"

/* ---- order ----------------------------------------------------------------------------------- */

/* Rows stand in the order of an ENUM's labels, as MySQL numbers them; '' of index 0 is before. */
static struct str label_order(struct translation *t, const struct value *value)
{
    struct str list = STR("");

    for (size_t i = 0; i < value->type->label_count; i++)
        list = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(list), i > 0 ? ", " : "",
                            STR_ARG(quoted_literal(t->arena, value->type->labels[i])));
    return arena_format(t->arena, "array_position(ARRAY[" STR_FMT "]::text[], " STR_FMT "::text)",
                        STR_ARG(list), STR_ARG(value->sql));
}

/* What PostgreSQL sorts by so that the rows stand as in MySQL. */
static struct str sort_sql(struct translation *t, const struct value *value)
{
    if (value->kind == VALUE_ENUM && value->type != NULL)
        return label_order(t, value);
    if (value->kind == VALUE_TEXT && value->equality == EQUAL_BYTES)
        return arena_format(t->arena, "(" STR_FMT ") COLLATE \"C\"", STR_ARG(value->sql));
    if (view_is_text(value))
        view_remark(t, REMARK_TEXT_ORDER);
    return value->sql;
}

/* MySQL puts NULLs first, PostgreSQL last. */
static void add_direction(struct translation *t, struct buf *sql)
{
    bool descending = take_word(t, "desc");

    if (!descending)
        take_word(t, "asc");
    buf_add_c(sql, descending ? " DESC NULLS LAST" : " NULLS FIRST");
}

/* The position of the column that is sorted by; 0 for an expression. */
static size_t named_position(struct translation *t, const struct view_columns *columns)
{
    const struct token *token = next_token(t);
    const struct token *behind = token->kind == TOKEN_END ? token : token + 1;
    bool alone = is_sign(behind, ",") || is_sign(behind, ")") || is_word(behind, "asc") ||
                 is_word(behind, "desc") || is_word(behind, "limit") || is_word(behind, "having") ||
                 is_word(behind, "order") || is_word(behind, "with") || behind->kind == TOKEN_END;
    uint64_t position;

    if (columns == NULL || !alone)
        return 0;
    if (token->kind == TOKEN_NUMBER && str_to_u64(token->text, &position))
        return position <= columns->count ? (size_t)position : 0;
    for (size_t i = 0; token->kind == TOKEN_NAME && i < columns->count; i++)
        if (str_equal_nocase(columns->items[i].name, token->text))
            return i + 1;
    return 0;
}

/* A column by its position, or by the name it has in the select list. */
static bool sort_by_column(struct translation *t, const struct view_column *column, size_t position,
                           bool can_compute, struct buf *sql)
{
    struct value value = column->value;
    bool by_label = value.kind == VALUE_ENUM && value.type != NULL;
    bool by_bytes = value.kind == VALUE_TEXT && value.equality == EQUAL_BYTES;

    if (!can_compute && by_label)
        return cannot(t, "it sorts the rows of several SELECTs by an ENUM");
    if (can_compute && (by_label || by_bytes)) {
        value.sql = column->item_sql;
        buf_add_str(sql, sort_sql(t, &value));
        return true;
    }
    if (view_is_text(&value))
        view_remark(t, REMARK_TEXT_ORDER);
    buf_add_format(sql, "%zu", position);
    return true;
}

static bool parse_key(struct translation *t, const struct view_columns *by_position,
                      struct buf *sql)
{
    const struct view_columns *columns = by_position;
    struct value value;

    if (columns == NULL && t->view->scope != NULL)
        columns = t->view->scope->items;
    size_t position = named_position(t, columns);
    if (columns != NULL && position > 0) {
        t->at++;
        return sort_by_column(t, &columns->items[position - 1], position, by_position == NULL, sql);
    }
    if (by_position != NULL)
        return cannot(t, "it sorts the rows of several SELECTs by an expression");
    if (!parse_expression(t, &value))
        return false;
    if (value.literal.len > 0)
        return cannot(t, "it sorts by a constant");
    buf_add_str(sql, sort_sql(t, &value));
    return true;
}

bool view_parse_order(struct translation *t, const struct view_columns *by_position,
                      struct buf *sql)
{
    bool is_first = true;

    do {
        buf_add_c(sql, is_first ? "" : ", ");
        is_first = false;
        if (!parse_key(t, by_position, sql))
            return false;
        add_direction(t, sql);
    } while (take_sign(t, ","));
    return true;
}

/* ---- groups ---------------------------------------------------------------------------------- */

bool view_parse_groups(struct translation *t, struct buf *sql)
{
    const struct view_columns *items = t->view->scope->items;
    bool is_first = true;

    do {
        size_t position = named_position(t, items);
        struct value value;
        buf_add_c(sql, is_first ? "" : ", ");
        is_first = false;
        if (position > 0) {
            view_remark_text(t, &items->items[position - 1].value, REMARK_TEXT_GROUPS);
            buf_add_format(sql, "%zu", position);
            t->at++;
            continue;
        }
        if (!parse_expression(t, &value))
            return false;
        if (value.literal.len > 0)
            return cannot(t, "it groups by a constant");
        view_remark_text(t, &value, REMARK_TEXT_GROUPS);
        buf_add_str(sql, value.sql);
    } while (take_sign(t, ","));
    return true;
}

/* ---- windows --------------------------------------------------------------------------------- */

/* UNBOUNDED PRECEDING, CURRENT ROW, n PRECEDING … */
static bool parse_bound(struct translation *t, bool by_rows, struct buf *sql)
{
    if (take_word(t, "current")) {
        buf_add_c(sql, "CURRENT ROW");
        return need_word(t, "row");
    }
    if (take_word(t, "unbounded")) {
        buf_add_c(sql, "UNBOUNDED");
    } else {
        struct str digits = next_token(t)->text;
        if (!by_rows || next_token(t)->kind != TOKEN_NUMBER || digits.len > 9 ||
            str_find(digits, '.', 0) < digits.len)
            return cannot(t, "a window's frame by distance is not translated");
        buf_add_str(sql, digits);
        t->at++;
    }
    if (take_word(t, "preceding"))
        buf_add_c(sql, " PRECEDING");
    else if (take_word(t, "following"))
        buf_add_c(sql, " FOLLOWING");
    else
        return cannot(t, "a window's frame is not translated");
    return true;
}

static bool parse_frame(struct translation *t, struct buf *sql)
{
    bool by_rows = is_word(next_token(t), "rows");

    if (!by_rows && !is_word(next_token(t), "range"))
        return true;
    t->at++;
    buf_add_c(sql, by_rows ? " ROWS " : " RANGE ");
    if (!take_word(t, "between"))
        return parse_bound(t, by_rows, sql);
    buf_add_c(sql, "BETWEEN ");
    if (!parse_bound(t, by_rows, sql) || !need_word(t, "and"))
        return false;
    buf_add_c(sql, " AND ");
    return parse_bound(t, by_rows, sql);
}

/* Behind the parenthesis: [name] [PARTITION BY …] [ORDER BY …] [frame] ) */
static bool parse_definition(struct translation *t, struct buf *sql)
{
    const struct view_columns *items = t->view->scope->items;
    bool done = true;

    if (next_token(t)->kind == TOKEN_NAME) {
        buf_add_str(sql, quoted_ident(t->arena, fit_name(t->arena, next_token(t)->text)));
        t->at++;
    }
    /* A number or an alias is no position here. */
    t->view->scope->items = NULL;
    if (take_word(t, "partition")) {
        struct view_columns none = {0};
        t->view->scope->items = &none;
        buf_add_c(sql, " PARTITION BY ");
        done = need_word(t, "by") && view_parse_groups(t, sql);
        t->view->scope->items = NULL;
    }
    if (done && take_word(t, "order")) {
        unsigned before = t->view->remarks & REMARK_TEXT_ORDER;
        t->view->remarks &= ~(unsigned)REMARK_TEXT_ORDER;
        buf_add_c(sql, " ORDER BY ");
        done = need_word(t, "by") && view_parse_order(t, NULL, sql);
        if ((t->view->remarks & REMARK_TEXT_ORDER) != 0)
            view_remark(t, REMARK_TEXT_EXTREMES);
        t->view->remarks = (t->view->remarks & ~(unsigned)REMARK_TEXT_ORDER) | before;
    }
    t->view->scope->items = items;
    return done && parse_frame(t, sql) && need_sign(t, ")");
}

static bool keep(struct translation *t, struct buf *sql, bool done, struct str *ret_sql)
{
    bool fits = !sql->failed;

    *ret_sql = done && fits ? arena_str(t->arena, buf_str(sql)) : STR("");
    buf_free(sql);
    return done && (fits || cannot(t, "it is too long"));
}

bool view_parse_window(struct translation *t, struct str *ret_sql)
{
    struct buf sql = BUF_INIT(MAX_VIEW_SQL, "view");
    bool done = true;

    do {
        if (next_token(t)->kind != TOKEN_NAME) {
            done = cannot(t, "a window's name is missing");
            break;
        }
        buf_add_format(&sql, "%s" STR_FMT " AS (", sql.len > 0 ? ", " : "",
                       STR_ARG(quoted_ident(t->arena, fit_name(t->arena, next_token(t)->text))));
        t->at++;
        done = need_word(t, "as") && need_sign(t, "(") && parse_definition(t, &sql);
        buf_add_char(&sql, ')');
    } while (done && take_sign(t, ","));
    return keep(t, &sql, done, ret_sql);
}

bool view_parse_over(struct translation *t, struct value *value)
{
    struct buf sql = BUF_INIT(MAX_VIEW_SQL, "view");
    struct str over;
    bool done = true;

    if (next_token(t)->kind == TOKEN_NAME) {
        buf_add_str(&sql, quoted_ident(t->arena, fit_name(t->arena, next_token(t)->text)));
        t->at++;
    } else {
        buf_add_char(&sql, '(');
        done = need_sign(t, "(") && parse_definition(t, &sql);
        buf_add_char(&sql, ')');
    }
    if (!keep(t, &sql, done, &over))
        return false;
    value->sql =
        arena_format(t->arena, STR_FMT " OVER " STR_FMT, STR_ARG(value->sql), STR_ARG(over));
    return true;
}
