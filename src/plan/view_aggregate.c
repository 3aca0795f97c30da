/* Aggregates and window functions of a view. */
#include "plan/view.h"

#define SUM_DIGITS 22 /* that a sum has more than what it adds up */
#define MAX_PRECISION 65
#define AVERAGE_DIGITS 4

struct call {
    struct value arguments[MAX_EXPRESSION_ARGUMENTS];
    size_t count;
    bool distinct;
};

/* Behind the parenthesis: [DISTINCT] a, b … without the closing one. */
static bool parse_arguments(struct translation *t, struct call *call)
{
    call->distinct = take_word(t, "distinct");
    if (is_sign(next_token(t), ")"))
        return true;
    do {
        if (call->count == MAX_EXPRESSION_ARGUMENTS)
            return cannot(t, "it has more than %d arguments", MAX_EXPRESSION_ARGUMENTS);
        if (!parse_expression(t, &call->arguments[call->count++]))
            return false;
    } while (take_sign(t, ","));
    return true;
}

static struct str with_distinct(struct translation *t, const struct call *call, struct str sql)
{
    return call->distinct ? arena_format(t->arena, "DISTINCT " STR_FMT, STR_ARG(sql)) : sql;
}

/* COUNT(*) is printed as count(0). */
static bool count_rows(struct translation *t, struct call *call, struct value *ret_value)
{
    struct value *value = &call->arguments[0];
    struct str sql = value->literal.len > 0 ? STR("*") : value->sql;
    struct str filter = STR("");

    if (call->distinct) {
        sql = STR("");
        for (size_t i = 0; i < call->count; i++) {
            view_remark_text(t, &call->arguments[i], REMARK_TEXT_GROUPS);
            sql = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(sql), i > 0 ? ", " : "",
                               STR_ARG(call->arguments[i].sql));
            filter = arena_format(t->arena, STR_FMT "%s" STR_FMT " IS NOT NULL", STR_ARG(filter),
                                  i > 0 ? " AND " : "", STR_ARG(call->arguments[i].sql));
        }
        /* MySQL leaves out combinations with a NULL in them. */
        if (call->count > 1) {
            sql = arena_format(t->arena, "ROW(" STR_FMT ")", STR_ARG(sql));
            filter = arena_format(t->arena, " FILTER (WHERE " STR_FMT ")", STR_ARG(filter));
        } else {
            filter = STR("");
        }
    } else if (call->count != 1) {
        return cannot(t, "count() has another number of arguments");
    }
    *ret_value = (struct value){.kind = VALUE_INT, .wide = true, .precision = 20};
    ret_value->sql = arena_format(t->arena, "count(" STR_FMT ")" STR_FMT,
                                  STR_ARG(with_distinct(t, call, sql)), STR_ARG(filter));
    return true;
}

static bool take_number(struct translation *t, const char *name, struct call *call,
                        struct value *ret_number)
{
    *ret_number = value_as_number(t, &call->arguments[0]);
    if (!value_is_number(ret_number))
        return cannot(t, "%s() of something that is no number", name);
    if (ret_number->hides_digits)
        return cannot(t, "%s() of a quotient, of which MariaDB keeps more digits than it shows",
                      name);
    return true;
}

/* PostgreSQL adds REALs up as such, MySQL as doubles. */
static struct str addend(struct translation *t, const struct call *call, const struct value *number)
{
    struct str sql = number->sql;

    if (number->kind == VALUE_FLOAT)
        sql = arena_format(t->arena, "(" STR_FMT ")::double precision", STR_ARG(sql));
    return with_distinct(t, call, sql);
}

static bool sum_of(struct translation *t, struct call *call, struct value *ret_value)
{
    struct value number;

    if (!take_number(t, "sum", call, &number))
        return false;
    *ret_value = (struct value){.kind = VALUE_DECIMAL, .wide = true, .scale = number.scale};
    ret_value->precision = number.precision + SUM_DIGITS;
    if (ret_value->precision > MAX_PRECISION)
        ret_value->precision = MAX_PRECISION;
    if (number.kind == VALUE_FLOAT)
        ret_value->kind = VALUE_FLOAT;
    ret_value->sql = arena_format(t->arena, "sum(" STR_FMT ")", STR_ARG(addend(t, call, &number)));
    return true;
}

/* Shown with four digits more than the number has, and computed on with more than that. */
static bool average_of(struct translation *t, struct call *call, struct value *ret_value)
{
    struct value number;

    if (!take_number(t, "avg", call, &number))
        return false;
    struct str average =
        arena_format(t->arena, "avg(" STR_FMT ")", STR_ARG(addend(t, call, &number)));
    *ret_value = (struct value){.kind = VALUE_FLOAT, .wide = true, .sql = average};
    if (number.kind == VALUE_FLOAT)
        return true;
    ret_value->kind = VALUE_DECIMAL;
    ret_value->scale = number.scale + AVERAGE_DIGITS;
    ret_value->precision = MAX_PRECISION;
    ret_value->hides_digits = true;
    ret_value->exact_sql = average;
    ret_value->sql =
        arena_format(t->arena, "round(" STR_FMT ", %u)", STR_ARG(average), ret_value->scale);
    view_remark(t, REMARK_DIVISION);
    return true;
}

static bool extreme_of(struct translation *t, const char *function, struct call *call,
                       struct value *ret_value)
{
    struct value value = view_result(t, &call->arguments[0]);
    struct str cast = STR("");

    if (value.kind == VALUE_BOOL && value.type != NULL)
        value = value_as_number(t, &value);
    if (value.kind == VALUE_ENUM) { /* compared as text by both servers' MIN and MAX */
        cast = STR("::text");
        value.kind = VALUE_TEXT;
    }
    if (value.kind == VALUE_TEXT && value.equality == EQUAL_BYTES)
        cast = STR(" COLLATE \"C\"");
    else if (view_is_text(&value))
        view_remark(t, REMARK_TEXT_EXTREMES);
    if (value.kind == VALUE_BYTES || value.kind == VALUE_JSON || value.kind == VALUE_OTHER ||
        value.kind == VALUE_NULL)
        return cannot(t, "%s() of values that PostgreSQL puts in no order", function);
    value.literal = value.exact_sql = STR_NULL;
    value.hides_digits = false;
    value.sql = arena_format(t->arena, "%s(" STR_FMT STR_FMT ")", function, STR_ARG(value.sql),
                             STR_ARG(cast));
    *ret_value = value;
    return true;
}

/* group_concat([DISTINCT] a[, b] [ORDER BY …] SEPARATOR 'x'): behind its arguments. */
static bool concatenation_of(struct translation *t, struct call *call, struct value *ret_value)
{
    CLEANUP(buf_free) struct buf order = BUF_INIT(MAX_VIEW_SQL, "view");
    struct value text, part;
    bool ordered = take_word(t, "order");

    if (call->count != 1)
        return cannot(t, "group_concat() of several values is not translated");
    if (call->distinct && ordered)
        return cannot(t, "group_concat(DISTINCT … ORDER BY …) is not translated");
    if (!view_text(t, &call->arguments[0], &text))
        return false;
    if (ordered) {
        unsigned before = t->view->remarks & REMARK_TEXT_ORDER;
        const struct view_columns *items = t->view->scope->items;
        t->view->remarks &= ~(unsigned)REMARK_TEXT_ORDER;
        t->view->scope->items = NULL;
        if (!need_word(t, "by") || !view_parse_order(t, NULL, &order))
            return false;
        t->view->scope->items = items;
        if ((t->view->remarks & REMARK_TEXT_ORDER) != 0)
            view_remark(t, REMARK_TEXT_EXTREMES);
        t->view->remarks = (t->view->remarks & ~(unsigned)REMARK_TEXT_ORDER) | before;
    } else {
        view_remark(t, REMARK_CONCAT_ORDER);
    }
    if (!need_word(t, "separator") || !parse_expression(t, &part))
        return false;
    if (part.kind != VALUE_LITERAL)
        return cannot(t, "group_concat() with a separator that is no text is not translated");
    if (call->distinct)
        view_remark_text(t, &text, REMARK_TEXT_GROUPS);
    view_remark(t, REMARK_CONCAT_LENGTH);
    *ret_value = (struct value){.kind = VALUE_TEXT, .equality = text.equality, .utf8 = text.utf8};
    ret_value->sql = arena_format(t->arena, "string_agg(" STR_FMT ", " STR_FMT "%s" STR_FMT ")",
                                  STR_ARG(with_distinct(t, call, text.sql)), STR_ARG(part.sql),
                                  ordered ? " ORDER BY " : "", STR_ARG(buf_str(&order)));
    return true;
}

/* Of any row of the group: the one that array_agg() sees first is as good. */
static bool any_of(struct translation *t, struct call *call, struct value *ret_value)
{
    *ret_value = view_outside(t, &call->arguments[0]);
    ret_value->sql = arena_format(t->arena, "(array_agg(" STR_FMT "))[1]", STR_ARG(ret_value->sql));
    return true;
}

/* ---- window functions ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    size_t least, most;
    enum value_kind kind; /* VALUE_OTHER: that of the argument */
} windows[] = {
    {"row_number", 0, 0, VALUE_INT},     {"rank", 0, 0, VALUE_INT},
    {"dense_rank", 0, 0, VALUE_INT},     {"ntile", 1, 1, VALUE_INT},
    {"percent_rank", 0, 0, VALUE_FLOAT}, {"cume_dist", 0, 0, VALUE_FLOAT},
    {"lag", 1, 2, VALUE_OTHER},          {"lead", 1, 2, VALUE_OTHER},
    {"first_value", 1, 1, VALUE_OTHER},  {"last_value", 1, 1, VALUE_OTHER},
    {"nth_value", 2, 2, VALUE_OTHER},
};

static bool is_small_constant(const struct value *value)
{
    return value->kind == VALUE_INT && value->literal.len > 0 && value->literal.len < 9;
}

static bool window_value(struct translation *t, size_t i, struct call *call,
                         struct value *ret_value)
{
    struct value value = {.kind = windows[i].kind, .wide = true, .precision = 20};
    struct str list = STR("");

    if (call->count < windows[i].least || call->count > windows[i].most || call->distinct)
        return cannot(t, "%s() has another number of arguments", windows[i].name);
    if (windows[i].kind == VALUE_FLOAT && t->planner->catalog->flavor == FLAVOR_MARIADB)
        return cannot(t, "of %s(), MariaDB shows ten digits", windows[i].name);
    if (windows[i].kind == VALUE_OTHER)
        value = view_outside(t, &call->arguments[0]);
    for (size_t k = 0; k < call->count; k++) {
        struct str sql =
            k == 0 && windows[i].kind == VALUE_OTHER ? value.sql : call->arguments[k].sql;
        bool is_number = k > 0 || windows[i].kind == VALUE_INT;
        if (is_number && !is_small_constant(&call->arguments[k]))
            return cannot(t, "%s() with a number that is no constant is not translated",
                          windows[i].name);
        list = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(list), k > 0 ? ", " : "",
                            STR_ARG(sql));
    }
    value.sql = arena_format(t->arena, "%s(" STR_FMT ")", windows[i].name, STR_ARG(list));
    *ret_value = value;
    return true;
}

/* ---- all of them ----------------------------------------------------------------------------- */

enum aggregate {
    AGGREGATE_COUNT,
    AGGREGATE_SUM,
    AGGREGATE_AVG,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_GROUP_CONCAT,
    AGGREGATE_ANY_VALUE,
    AGGREGATES
};

static const char *const aggregates[AGGREGATES] = {"count", "sum",          "avg",      "min",
                                                   "max",   "group_concat", "any_value"};

static bool aggregate_value(struct translation *t, enum aggregate aggregate, struct call *call,
                            struct value *ret_value)
{
    if (call->count != 1 && aggregate != AGGREGATE_COUNT && aggregate != AGGREGATE_GROUP_CONCAT)
        return cannot(t, "%s() has another number of arguments", aggregates[aggregate]);
    switch (aggregate) {
    case AGGREGATE_COUNT:
        return count_rows(t, call, ret_value);
    case AGGREGATE_SUM:
        return sum_of(t, call, ret_value);
    case AGGREGATE_AVG:
        return average_of(t, call, ret_value);
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
        return extreme_of(t, aggregates[aggregate], call, ret_value);
    case AGGREGATE_GROUP_CONCAT:
        return concatenation_of(t, call, ret_value);
    case AGGREGATE_ANY_VALUE:
    case AGGREGATES:
        break;
    }
    return any_of(t, call, ret_value);
}

/* An average over a window is rounded around the OVER. */
static bool parse_over(struct translation *t, struct value *value)
{
    if (!value->hides_digits)
        return view_parse_over(t, value);
    struct value exact = *value;
    exact.sql = value->exact_sql;
    if (!view_parse_over(t, &exact))
        return false;
    value->exact_sql = exact.sql;
    value->sql = arena_format(t->arena, "round(" STR_FMT ", %u)", STR_ARG(exact.sql), value->scale);
    return true;
}

bool view_parse_aggregate(struct translation *t, struct str function, bool *ret_known,
                          struct value *ret_value)
{
    struct call *call = ARENA_NEW(t->arena, struct call);
    size_t aggregate = 0, window = 0;

    while (aggregate < AGGREGATES && !str_equal_nocase(function, str_of(aggregates[aggregate])))
        aggregate++;
    while (window < COUNT_OF(windows) && !str_equal_nocase(function, str_of(windows[window].name)))
        window++;
    *ret_known = aggregate < AGGREGATES || window < COUNT_OF(windows);
    if (!*ret_known)
        return true;
    if (t->view->scope == NULL)
        return cannot(t, "an aggregate stands outside a query");
    if (!need_sign(t, "(") || !parse_arguments(t, call))
        return false;
    bool done = aggregate < AGGREGATES
                    ? aggregate_value(t, (enum aggregate)aggregate, call, ret_value)
                    : window_value(t, window, call, ret_value);
    if (!done || !need_sign(t, ")"))
        return false;
    if (take_word(t, "over"))
        return parse_over(t, ret_value);
    t->view->scope->aggregates |= aggregate < AGGREGATES;
    return aggregate < AGGREGATES || cannot(t, "%s() without OVER", windows[window].name);
}
