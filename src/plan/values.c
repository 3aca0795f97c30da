/* What pieces of an expression mean: what is the same on both sides, and in which words. */
#include "plan/view.h"

/* MySQL computes decimals with at most so many digits, and cuts what is behind. */
#define MAX_DECIMAL_PRECISION 65
#define MAX_DECIMAL_SCALE 30
#define BIGINT_DIGITS 20

/* ---- columns --------------------------------------------------------------------------------- */

static void value_of_text(const struct source_type *type, struct value *value)
{
    value->kind = VALUE_TEXT;
    value->equality = text_equality_of(type);
    value->utf8 =
        str_starts_with(type->charset, STR("utf8")) || str_equal_c(type->charset, "ascii");
}

static void value_of_integer(const struct source_type *type, const struct target_type *target,
                             struct value *value)
{
    value->kind = VALUE_INT;
    value->is_unsigned = type->is_unsigned;
    value->wide = target->kind == TARGET_BIGINT || target->kind == TARGET_NUMERIC;
    value->precision = BIGINT_DIGITS;
}

/* What is known of a column's values, when its type is of the same nature on both sides. */
void value_of_types(const struct source_type *type, const struct target_type *target,
                    struct value *value)
{
    bool is_text = target->kind == TARGET_TEXT || target->kind == TARGET_VARCHAR;
    bool is_blob =
        type->kind == SOURCE_BINARY || type->kind == SOURCE_VARBINARY || type->kind == SOURCE_BLOB;
    bool is_integer = target->kind == TARGET_SMALLINT || target->kind == TARGET_INTEGER ||
                      target->kind == TARGET_BIGINT ||
                      (target->kind == TARGET_NUMERIC && target->scale == 0);

    value->kind = VALUE_OTHER;
    if (source_is_text(type) && is_text)
        value_of_text(type, value);
    else if (type->kind <= SOURCE_BIGINT && is_integer)
        value_of_integer(type, target, value);
    else if (type->kind <= SOURCE_BIGINT && target->kind == TARGET_BOOLEAN)
        value->kind = VALUE_BOOL;
    else if (type->kind == SOURCE_DECIMAL && target->kind == TARGET_NUMERIC) {
        value->kind = VALUE_DECIMAL;
        value->precision = type->precision;
        value->scale = type->scale;
    } else if ((type->kind == SOURCE_FLOAT && target->kind == TARGET_REAL) ||
               (type->kind == SOURCE_DOUBLE && target->kind == TARGET_DOUBLE))
        value->kind = VALUE_FLOAT;
    else if (type->kind == SOURCE_ENUM && (is_text || target->kind == TARGET_ENUM))
        value->kind = VALUE_ENUM;
    else if (type->kind == SOURCE_DATE && target->kind == TARGET_DATE)
        value->kind = VALUE_DATE;
    else if (type->kind == SOURCE_DATETIME && target->kind == TARGET_TIMESTAMP)
        value->kind = VALUE_TIMESTAMP;
    else if (type->kind == SOURCE_TIME && target->kind == TARGET_INTERVAL)
        value->kind = VALUE_INTERVAL;
    else if (is_blob && target->kind == TARGET_BYTEA)
        value->kind = VALUE_BYTES;
    else if (type->kind == SOURCE_JSON &&
             (target->kind == TARGET_JSON || target->kind == TARGET_JSONB))
        value->kind = VALUE_JSON;
}

bool value_of_column(struct translation *t, struct str name, struct value *ret_value)
{
    int position = t->table == NULL ? -1 : catalog_find_column(t->table->source, name);

    if (position < 0)
        return cannot(t, "it names a column that is not there: " STR_FMT, STR_ARG(name));
    const struct source_column *column = &t->table->source->columns[position];
    if (t->use == EXPRESSION_GENERATED && (column->is_generated || column->auto_increment))
        return cannot(t, "PostgreSQL computes no column from the generated column " STR_FMT,
                      STR_ARG(name));
    *ret_value = (struct value){.type = &column->type};
    value_of_types(&column->type, &t->table->target.columns[position].type, ret_value);
    ret_value->sql = quoted_ident(t->arena, t->table->target.columns[position].name);
    return true;
}

/* ---- numbers and conditions ------------------------------------------------------------------ */

bool value_is_number(const struct value *value)
{
    return value->kind == VALUE_INT || value->kind == VALUE_DECIMAL || value->kind == VALUE_FLOAT;
}

bool value_is_day(const struct value *value)
{
    return value->kind == VALUE_DATE || value->kind == VALUE_TIMESTAMP ||
           value->kind == VALUE_INSTANT;
}

static bool is_text(const struct value *value)
{
    return value->kind == VALUE_TEXT || value->kind == VALUE_LITERAL;
}

static bool is_constant(const struct value *value)
{
    return value->literal.len > 0;
}

struct value value_as_number(struct translation *t, const struct value *value)
{
    struct value number = *value;

    if (value->kind == VALUE_BOOL)
        number =
            (struct value){.kind = VALUE_INT,
                           .precision = 1,
                           .sql = arena_format(t->arena, STR_FMT "::integer", STR_ARG(value->sql))};
    return number;
}

bool value_condition(struct translation *t, const struct value *value, struct str *ret_sql)
{
    if (value->kind == VALUE_BOOL)
        *ret_sql = value->sql;
    else if (value_is_number(value) && !value->hides_digits)
        *ret_sql = arena_format(t->arena, "(" STR_FMT " <> 0)", STR_ARG(value->sql));
    else
        return cannot(t, "it takes something for a condition that is none to PostgreSQL");
    return true;
}

/* An operand of arithmetic that is as wide as MySQL computes: integers as bigint. */
static struct str wide_sql(struct translation *t, const struct value *value)
{
    if (value->kind == VALUE_INT && !value->wide)
        return arena_format(t->arena, STR_FMT "::bigint", STR_ARG(value->sql));
    if (value->kind == VALUE_FLOAT)
        return arena_format(t->arena, STR_FMT "::double precision", STR_ARG(value->sql));
    return value->sql;
}

/*
 * Unsigned arithmetic below zero is an error in MySQL and a number in PostgreSQL, so that a CHECK
 * could pass what MySQL would refuse.
 */
static bool may_go_below_zero(char sign, const struct value *left, const struct value *right)
{
    bool left_is_unsigned = left->is_unsigned || is_constant(left);
    bool right_is_unsigned = right->is_unsigned || is_constant(right);

    if (!left->is_unsigned && !right->is_unsigned)
        return false;
    return sign == '-' || !left_is_unsigned || !right_is_unsigned;
}

static bool decimal_digits(struct translation *t, char sign, const struct value *left,
                           const struct value *right, struct value *value)
{
    uint32_t left_whole = left->precision - left->scale;
    uint32_t right_whole = right->precision - right->scale;

    if (sign == '*') {
        value->scale = left->scale + right->scale;
        value->precision = left->precision + right->precision;
    } else {
        value->scale = left->scale > right->scale ? left->scale : right->scale;
        value->precision = (left_whole > right_whole ? left_whole : right_whole) + 1 + value->scale;
    }
    if (value->kind == VALUE_INT) {
        value->precision = BIGINT_DIGITS;
        return true;
    }
    /* In a view, digits are counted from sums; only a fraction that is cut makes a difference. */
    if (t->view != NULL && value->precision > MAX_DECIMAL_PRECISION)
        value->precision = MAX_DECIMAL_PRECISION;
    return (value->precision <= MAX_DECIMAL_PRECISION && value->scale <= MAX_DECIMAL_SCALE) ||
           cannot(t, "it computes with more digits than MySQL keeps");
}

static bool is_nonzero_constant(const struct value *value)
{
    for (size_t i = 0; i < value->literal.len; i++)
        if (value->literal.ptr[i] >= '1' && value->literal.ptr[i] <= '9')
            return true;
    return false;
}

/* DIV and %: by zero they are NULL in MySQL and an error in PostgreSQL. */
static bool divide(struct translation *t, char sign, const struct value *left,
                   const struct value *right, struct value *value)
{
    if (sign == 'd' && (left->kind != VALUE_INT || right->kind != VALUE_INT))
        return cannot(t, "DIV of numbers that are no integers is not translated");
    if (left->kind == VALUE_FLOAT || right->kind == VALUE_FLOAT)
        return cannot(t, "the remainder of floating point numbers is not translated");
    /* The quotient of numerics would have a fraction. */
    if (sign == 'd' && (left->is_unsigned || right->is_unsigned))
        return cannot(t, "DIV of unsigned numbers is not translated");
    value->precision = left->precision > right->precision ? left->precision : right->precision;
    value->scale = left->scale > right->scale ? left->scale : right->scale;
    value->sql =
        arena_format(t->arena, "(" STR_FMT " %c %s" STR_FMT "%s)", STR_ARG(wide_sql(t, left)),
                     sign == 'd' ? '/' : '%', is_nonzero_constant(right) ? "" : "NULLIF(",
                     STR_ARG(wide_sql(t, right)), is_nonzero_constant(right) ? "" : ", 0)");
    return true;
}

bool value_arithmetic(struct translation *t, char sign, const struct value *left_operand,
                      const struct value *right_operand, struct value *ret_value)
{
    struct value left = value_as_number(t, left_operand), right = value_as_number(t, right_operand);
    struct value value = {.kind = VALUE_DECIMAL, .wide = true};

    if (!value_is_number(&left) || !value_is_number(&right))
        return cannot(t, "it computes with something that is no number");
    if (left.hides_digits || right.hides_digits)
        return cannot(t, "it computes with an average or quotient, of which the source keeps more "
                         "digits than it shows");
    if (sign == '/' && t->view != NULL)
        return view_divide(t, &left, &right, ret_value);
    if (sign == '/')
        return cannot(t, "\"/\" is not translated: how many digits MySQL keeps is a setting");
    if (left.kind == VALUE_FLOAT || right.kind == VALUE_FLOAT)
        value.kind = VALUE_FLOAT;
    else if (left.kind == VALUE_INT && right.kind == VALUE_INT)
        value.kind = VALUE_INT;
    /* A view that works on the source has no such rows. */
    if (t->view == NULL && sign != 'd' && sign != '%' && may_go_below_zero(sign, &left, &right))
        return cannot(t, "arithmetic on unsigned numbers is an error in MySQL below zero");
    value.is_unsigned = left.is_unsigned || right.is_unsigned;
    if (sign == 'd' || sign == '%') {
        if (!divide(t, sign, &left, &right, &value))
            return false;
    } else {
        if (!decimal_digits(t, sign, &left, &right, &value))
            return false;
        value.sql = arena_format(t->arena, "(" STR_FMT " %c " STR_FMT ")",
                                 STR_ARG(wide_sql(t, &left)), sign, STR_ARG(wide_sql(t, &right)));
    }
    *ret_value = value;
    return true;
}

bool value_negate(struct translation *t, const struct value *operand, struct value *ret_value)
{
    struct value value = value_as_number(t, operand);

    if (!value_is_number(&value))
        return cannot(t, "it negates something that is no number");
    if (value.is_unsigned && t->view == NULL)
        return cannot(t, "arithmetic on unsigned numbers is an error in MySQL below zero");
    value.sql = arena_format(t->arena, "(- " STR_FMT ")", STR_ARG(wide_sql(t, &value)));
    value.wide = true;
    value.exact_sql = STR_NULL;
    value.literal = STR_NULL; /* no longer known to be at least 0 */
    *ret_value = value;
    return true;
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static bool is_label(const struct source_type *type, struct str text)
{
    for (size_t i = 0; i < type->label_count; i++)
        if (str_equal(type->labels[i], text))
            return true;
    return false;
}

/* Equality of text is bytes to PostgreSQL; of padded text, bytes without the spaces behind. */
static bool pair_texts(struct translation *t, const struct value *left, const struct value *right,
                       struct str *ret_left, struct str *ret_right)
{
    enum text_equality equality = EQUAL_BYTES;

    if (left->kind == VALUE_LITERAL && right->kind == VALUE_LITERAL)
        return cannot(t, "it compares two constants");
    if (left->kind == VALUE_TEXT)
        equality = left->equality;
    if (right->kind == VALUE_TEXT && right->equality > equality)
        equality = right->equality;
    if (equality == EQUAL_LOOSE && t->view == NULL)
        return cannot(t, "it compares text by a collation that takes different strings for equal");
    if (equality == EQUAL_LOOSE)
        view_remark(t, REMARK_TEXT_EQUAL);
    *ret_left = left->sql;
    *ret_right = right->sql;
    if (equality == EQUAL_PADDED) {
        *ret_left = arena_format(t->arena, "rtrim(" STR_FMT ", ' ')", STR_ARG(left->sql));
        *ret_right = arena_format(t->arena, "rtrim(" STR_FMT ", ' ')", STR_ARG(right->sql));
    }
    return true;
}

static bool pair_with_literal(struct translation *t, const struct value *value,
                              const struct value *literal, struct str *ret_sql)
{
    struct target_type type = {.kind = TARGET_DATE, .fraction = 6};

    if (t->view != NULL && value->kind != VALUE_DATE && value->kind != VALUE_TIMESTAMP)
        return view_pair_with_literal(t, value, literal, ret_sql);
    if (value->kind == VALUE_ENUM) {
        /* Without a type of its own: the column is text or an enum. */
        *ret_sql = quoted_literal(t->arena, literal->literal);
        return is_label(value->type, literal->literal) ||
               cannot(t, "it compares with something that is no label");
    }
    if (value->kind == VALUE_TIMESTAMP || value->kind == VALUE_DATE)
        type.kind = TARGET_TIMESTAMP;
    else if (value->kind == VALUE_INTERVAL)
        type.kind = TARGET_INTERVAL;
    else
        return cannot(t, "it compares a string with something that is none");
    if (!literal_of_type(t->arena, literal->literal, &type, ret_sql))
        return cannot(t, "PostgreSQL does not know the day or time '" STR_FMT "'",
                      STR_ARG(literal->literal));
    return true;
}

/* The SQL of both sides, such that PostgreSQL's comparison says what MySQL's says. */
static bool pair(struct translation *t, bool for_equality, const struct value *left,
                 const struct value *right, struct str *ret_left, struct str *ret_right)
{
    bool is_days = value_is_day(left) && value_is_day(right);
    bool is_same =
        left->kind == right->kind && (left->kind == VALUE_BYTES || left->kind == VALUE_INTERVAL);
    struct value left_number = value_as_number(t, left), right_number = value_as_number(t, right);

    *ret_left = left->sql;
    *ret_right = right->sql;
    if (is_days || is_same)
        return true;
    if (t->view != NULL && view_pair(t, for_equality, left, right))
        return true;
    if (left->hides_digits || right->hides_digits)
        return cannot(t, "it compares an average or quotient, of which the source keeps more "
                         "digits than it shows");
    if (value_is_number(&left_number) && value_is_number(&right_number)) {
        *ret_left = left_number.sql;
        *ret_right = right_number.sql;
        return true;
    }
    if (t->view == NULL && !for_equality && (is_text(left) || left->kind == VALUE_ENUM) &&
        (is_text(right) || right->kind == VALUE_ENUM))
        return cannot(t, "it puts text in an order, which is another in PostgreSQL");
    if (t->view != NULL && view_is_text(left) && view_is_text(right)) {
        if (!for_equality)
            view_remark(t, REMARK_TEXT_EXTREMES);
        struct value left_text = view_label_text(t, left, right);
        struct value right_text = view_label_text(t, right, left);
        return pair_texts(t, &left_text, &right_text, ret_left, ret_right);
    }
    if (is_text(left) && is_text(right))
        return pair_texts(t, left, right, ret_left, ret_right);
    if (right->kind == VALUE_LITERAL)
        return pair_with_literal(t, left, right, ret_right);
    if (left->kind == VALUE_LITERAL)
        return pair_with_literal(t, right, left, ret_left);
    return cannot(t, "it compares things of different kinds");
}

static bool is_equality(struct str sign)
{
    return str_equal_c(sign, "=") || str_equal_c(sign, "<>") || str_equal_c(sign, "!=") ||
           str_equal_c(sign, "<=>");
}

bool value_compare(struct translation *t, struct str sign, const struct value *left,
                   const struct value *right, struct value *ret_value)
{
    struct value value = {.kind = VALUE_BOOL};
    struct str left_sql, right_sql;

    if (!pair(t, is_equality(sign), left, right, &left_sql, &right_sql))
        return false;
    if (str_equal_c(sign, "<=>"))
        sign = STR("IS NOT DISTINCT FROM");
    value.sql = arena_format(t->arena, "(" STR_FMT " " STR_FMT " " STR_FMT ")", STR_ARG(left_sql),
                             STR_ARG(sign), STR_ARG(right_sql));
    *ret_value = value;
    return true;
}

bool value_in(struct translation *t, const struct value *left, const struct value *list,
              size_t count, bool negated, struct value *ret_value)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct str first_sql = STR_NULL, left_sql, right_sql;

    for (size_t i = 0; i < count; i++) {
        if (!pair(t, true, left, &list[i], &left_sql, &right_sql))
            return false;
        if (i > 0 && !str_equal(left_sql, first_sql))
            return cannot(t, "it compares with things of different kinds");
        first_sql = left_sql;
        buf_add_c(&sql, i > 0 ? ", " : "");
        buf_add_str(&sql, right_sql);
    }
    *ret_value = (struct value){.kind = VALUE_BOOL};
    ret_value->sql = arena_format(t->arena, "(" STR_FMT " %s (" STR_FMT "))", STR_ARG(first_sql),
                                  negated ? "NOT IN" : "IN", STR_ARG(buf_str(&sql)));
    return true;
}

bool value_between(struct translation *t, const struct value *value, const struct value *from,
                   const struct value *to, bool negated, struct value *ret_value)
{
    struct str sql, from_sql, to_sql;

    if (!pair(t, false, value, from, &sql, &from_sql) || !pair(t, false, value, to, &sql, &to_sql))
        return false;
    *ret_value = (struct value){.kind = VALUE_BOOL};
    ret_value->sql =
        arena_format(t->arena, "(" STR_FMT " %s " STR_FMT " AND " STR_FMT ")", STR_ARG(sql),
                     negated ? "NOT BETWEEN" : "BETWEEN", STR_ARG(from_sql), STR_ARG(to_sql));
    return true;
}

bool value_like(struct translation *t, const struct value *value, const struct value *pattern,
                bool negated, struct value *ret_value)
{
    size_t backslashes = 0;
    struct value text = *value;

    if (t->view != NULL) {
        if (!view_text(t, value, &text))
            return false;
        if (text.equality == EQUAL_LOOSE && view_is_text(value))
            view_remark(t, REMARK_TEXT_EQUAL);
        value = &text;
    }
    if (value->kind != VALUE_TEXT || pattern->kind != VALUE_LITERAL)
        return cannot(t, "LIKE on anything but a column and a pattern is not translated");
    if (value->equality == EQUAL_LOOSE && t->view == NULL)
        return cannot(t, "it compares text by a collation that takes different strings for equal");
    while (backslashes < pattern->literal.len &&
           pattern->literal.ptr[pattern->literal.len - 1 - backslashes] == '\\')
        backslashes++;
    if (backslashes % 2 == 1)
        return cannot(t, "PostgreSQL takes no pattern that ends in a backslash");
    struct str sql = arena_format(t->arena, "(" STR_FMT " %s " STR_FMT ")", STR_ARG(value->sql),
                                  negated ? "NOT LIKE" : "LIKE", STR_ARG(pattern->sql));
    *ret_value = (struct value){.kind = VALUE_BOOL, .sql = sql};
    return true;
}

/* ---- several in one -------------------------------------------------------------------------- */

static bool unite_numbers(struct translation *t, struct value *united, const struct value *value)
{
    bool same_sign =
        united->is_unsigned == value->is_unsigned || is_constant(value) || is_constant(united);

    if (!same_sign)
        return cannot(t, "it mixes signed and unsigned numbers");
    if (value->kind > united->kind) /* int, decimal, float: each takes the one before it */
        united->kind = value->kind;
    united->is_unsigned |= value->is_unsigned;
    united->hides_digits |= value->hides_digits;
    united->wide &= value->wide;
    uint32_t whole = united->precision - united->scale;
    uint32_t value_whole = value->precision - value->scale;
    united->scale = united->scale > value->scale ? united->scale : value->scale;
    united->precision = (whole > value_whole ? whole : value_whole) + united->scale;
    united->literal = STR_NULL;
    return true;
}

bool value_unite(struct translation *t, struct value *united, const struct value *operand)
{
    struct value value = *operand;

    if (value.kind == VALUE_NULL)
        return true;
    if (value.kind == VALUE_LITERAL) {
        value.kind = VALUE_TEXT;
        value.utf8 = true;
        if (t->view != NULL) /* the connection's collation */
            value.equality = EQUAL_LOOSE;
    }
    if (united->kind == VALUE_NULL) {
        *united = value;
        united->literal = united->exact_sql = STR_NULL;
        return true;
    }
    if (united->kind == VALUE_BOOL && value.kind != VALUE_BOOL)
        *united = value_as_number(t, united);
    if (value.kind == VALUE_BOOL && united->kind != VALUE_BOOL)
        value = value_as_number(t, &value);
    if (value_is_number(united) && value_is_number(&value))
        return unite_numbers(t, united, &value);
    if (t->view != NULL)
        return view_unite(t, united, &value);
    if (united->kind != value.kind || value.kind == VALUE_ENUM || value.kind == VALUE_JSON ||
        value.kind == VALUE_OTHER)
        return cannot(t, "its results are of different kinds");
    if (value.kind == VALUE_TEXT && value.equality > united->equality)
        united->equality = value.equality;
    united->utf8 &= value.utf8;
    return true;
}

struct str value_united_sql(struct translation *t, const struct value *value,
                            const struct value *united)
{
    struct value text;

    if (t->view != NULL && united->kind == VALUE_TEXT && value->kind != VALUE_TEXT &&
        value->kind != VALUE_NULL && view_text(t, value, &text))
        return text.sql;
    return value_is_number(united) ? value_as_number(t, value).sql : value->sql;
}
