/* What views know of values that CHECKs need not: text of numbers and days, remarks, division. */
#include "plan/view.h"

#define DIVISION_DIGITS 4 /* div_precision_increment, as it is unless somebody sets it */
#define MAX_SCALE 30
#define MAX_PRECISION 65
#define UNKNOWN_FRACTION 99

void view_remark(struct translation *t, unsigned remark)
{
    t->view->remarks |= remark;
}

bool view_is_text(const struct value *value)
{
    return value->kind == VALUE_TEXT || value->kind == VALUE_LITERAL || value->kind == VALUE_ENUM;
}

void view_remark_text(struct translation *t, const struct value *value, unsigned remark)
{
    if (value->kind == VALUE_TEXT && value->equality != EQUAL_BYTES)
        view_remark(t, remark);
}

/* ---- results --------------------------------------------------------------------------------- */

struct value view_result(struct translation *t, const struct value *value)
{
    /* A boolean column of the target stays one. */
    if (value->kind == VALUE_BOOL && value->type != NULL)
        return *value;
    return value_as_number(t, value);
}

struct value view_outside(struct translation *t, const struct value *value)
{
    struct value outside = view_result(t, value);

    outside.literal = outside.exact_sql = STR_NULL;
    if (outside.kind == VALUE_LITERAL) {
        outside.kind = VALUE_TEXT;
        outside.equality = EQUAL_LOOSE;
        outside.utf8 = true;
    }
    if (outside.kind == VALUE_NULL)
        outside.kind = VALUE_OTHER;
    return outside;
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool is_zerofill(const struct value *value)
{
    return value->type != NULL &&
           str_search(value->type->text, STR("zerofill")) <= value->type->text.len;
}

static const char *time_mask(const struct value *value)
{
    if (value->kind == VALUE_DATE)
        return "YYYY-MM-DD";
    switch (value->fraction) {
    case 0:
        return "YYYY-MM-DD HH24:MI:SS";
    case 3:
        return "YYYY-MM-DD HH24:MI:SS.MS";
    case 6:
        return "YYYY-MM-DD HH24:MI:SS.US";
    default:
        return NULL;
    }
}

bool view_text(struct translation *t, const struct value *value, struct value *ret_text)
{
    struct value text = {.kind = VALUE_TEXT, .utf8 = true, .equality = EQUAL_LOOSE};
    struct value number = value_as_number(t, value);
    bool is_day =
        value->kind == VALUE_DATE || value->kind == VALUE_TIMESTAMP || value->kind == VALUE_INSTANT;

    if (value->kind == VALUE_TEXT || value->kind == VALUE_LITERAL) {
        *ret_text = *value;
        return true;
    }
    if (value->kind == VALUE_ENUM) {
        text.equality = value->equality;
        text.sql = arena_format(t->arena, STR_FMT "::text", STR_ARG(value->sql));
    } else if (number.kind == VALUE_INT || (number.kind == VALUE_DECIMAL && !number.hides_digits)) {
        if (is_zerofill(value))
            return cannot(t, "it puts a ZEROFILL number into text");
        text.sql = arena_format(t->arena, "(" STR_FMT ")::text", STR_ARG(number.sql));
    } else if (is_day && time_mask(value) != NULL) {
        text.sql = arena_format(t->arena, "to_char(" STR_FMT ", '%s')", STR_ARG(value->sql),
                                time_mask(value));
    } else if (value->kind == VALUE_NULL) {
        text.sql = STR("NULL::text");
    } else {
        return cannot(t, "it puts something into text that both sides write differently");
    }
    if (value->kind == VALUE_INSTANT)
        view_remark(t, REMARK_ZONE);
    *ret_text = text;
    return true;
}

/* ---- pairs ----------------------------------------------------------------------------------- */

bool view_pair(struct translation *t, bool for_equality, const struct value *left,
               const struct value *right)
{
    (void)t;
    if (left->kind == VALUE_NULL || right->kind == VALUE_NULL)
        return true;
    /* Both of one type on either side, such as two UUIDs. */
    return for_equality && left->kind == VALUE_OTHER && right->kind == VALUE_OTHER &&
           left->type != NULL && right->type != NULL && left->type->kind == right->type->kind &&
           left->type->kind != SOURCE_JSON && left->type->kind != SOURCE_GEOMETRY &&
           left->type->kind != SOURCE_SET && left->type->kind != SOURCE_OTHER;
}

/* "12", "-3": as MySQL would write the number itself. */
static bool is_plain_integer(struct str text)
{
    size_t first = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;

    if (text.len == first || text.len > 18)
        return false;
    for (size_t i = first; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.ptr[first] != '0' || text.len == 1;
}

static struct str bytes_of(struct translation *t, struct str text)
{
    struct buf hex = BUF_INIT(MAX_VIEW_SQL, "view");

    buf_add_hex(&hex, text);
    struct str sql = arena_format(t->arena, "'\\x" STR_FMT "'::bytea", STR_ARG(buf_str(&hex)));
    buf_free(&hex);
    return sql;
}

bool view_pair_with_literal(struct translation *t, const struct value *value,
                            const struct value *literal, struct str *ret_sql)
{
    struct target_type timestamp = {.kind = TARGET_TIMESTAMP, .fraction = 6};
    struct target_type interval = {.kind = TARGET_INTERVAL, .fraction = 6};
    struct value number = value_as_number(t, value);

    if (value->kind != VALUE_BOOL && (number.kind == VALUE_INT || number.kind == VALUE_DECIMAL)) {
        *ret_sql = literal->literal;
        return is_plain_integer(literal->literal) ||
               cannot(t, "it compares a number with the string '" STR_FMT "'",
                      STR_ARG(literal->literal));
    }
    if (value->kind == VALUE_BYTES) {
        *ret_sql = bytes_of(t, literal->literal);
        return true;
    }
    if (value->kind == VALUE_INTERVAL)
        return literal_of_type(t->arena, literal->literal, &interval, ret_sql) ||
               cannot(t, "PostgreSQL does not know the time '" STR_FMT "'",
                      STR_ARG(literal->literal));
    if (value->kind != VALUE_INSTANT)
        return cannot(t, "it compares a string with something that is none");
    if (!literal_of_type(t->arena, literal->literal, &timestamp, ret_sql))
        return cannot(t, "PostgreSQL does not know the day or time '" STR_FMT "'",
                      STR_ARG(literal->literal));
    /* Compared as a time of the session's zone each time the view is read. */
    view_remark(t, REMARK_ZONE);
    return true;
}

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether the two are the same for every collation that knows letters of two cases. */
static bool equals_label(struct str label, struct str text, bool exactly)
{
    if (label.len != text.len)
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (label.ptr[i] != text.ptr[i] &&
            (exactly || lower_ascii(label.ptr[i]) != lower_ascii(text.ptr[i])))
            return false;
    return true;
}

struct value view_label_text(struct translation *t, const struct value *value,
                             const struct value *other)
{
    struct value text = *value;

    if (value->kind == VALUE_ENUM) {
        text.kind = VALUE_TEXT;
        /* Labels are compared as they are spelt: see below. */
        if (other->kind == VALUE_LITERAL)
            text.equality = EQUAL_BYTES;
    }
    if (value->kind != VALUE_LITERAL || other->kind != VALUE_ENUM || other->type == NULL)
        return text;
    for (size_t i = 0; i < other->type->label_count; i++)
        if (equals_label(other->type->labels[i], value->literal, other->equality == EQUAL_BYTES))
            text.literal = other->type->labels[i];
    text.sql =
        arena_format(t->arena, STR_FMT "::text", STR_ARG(quoted_literal(t->arena, text.literal)));
    return text;
}

/* ---- several in one -------------------------------------------------------------------------- */

static bool can_be_text(const struct value *value)
{
    return view_is_text(value) || value->kind == VALUE_INT ||
           (value->kind == VALUE_DECIMAL && !value->hides_digits);
}

bool view_unite(struct translation *t, struct value *united, const struct value *value)
{
    if (united->kind == VALUE_DATE && value->kind == VALUE_TIMESTAMP)
        *united = *value;
    if (united->kind == VALUE_TIMESTAMP && value->kind == VALUE_DATE)
        return true;
    if (united->kind == value->kind && united->kind != VALUE_TEXT && united->kind != VALUE_ENUM &&
        united->kind != VALUE_OTHER && united->kind != VALUE_JSON) {
        if (value->fraction != united->fraction)
            united->fraction = UNKNOWN_FRACTION;
        return true;
    }
    if (united->kind == VALUE_OTHER && value->kind == VALUE_OTHER && united->type != NULL &&
        value->type != NULL && united->type->kind == value->type->kind)
        return true;
    if (!can_be_text(united) || !can_be_text(value))
        return cannot(t, "its results are of different kinds");
    enum text_equality equality =
        united->equality > value->equality ? united->equality : value->equality;
    bool utf8 = (united->utf8 || !view_is_text(united)) && (value->utf8 || !view_is_text(value));
    *united = (struct value){.kind = VALUE_TEXT, .equality = equality, .utf8 = utf8};
    return true;
}

/* ---- division -------------------------------------------------------------------------------- */

static bool divide_floats(struct translation *t, const struct value *left,
                          const struct value *right, struct value *ret_value)
{
    *ret_value = (struct value){.kind = VALUE_FLOAT, .wide = true};
    ret_value->sql = arena_format(
        t->arena, "(" STR_FMT "::double precision / NULLIF(" STR_FMT "::double precision, 0))",
        STR_ARG(left->sql), STR_ARG(right->sql));
    return true;
}

/*
 * MySQL rounds a quotient to four digits more than the dividend has; MariaDB shows as many and
 * computes on with more. By zero it is NULL.
 */
bool view_divide(struct translation *t, const struct value *left, const struct value *right,
                 struct value *ret_value)
{
    struct value value = {.kind = VALUE_DECIMAL, .wide = true};
    bool is_mariadb = t->planner->catalog->flavor == FLAVOR_MARIADB;

    if (left->kind == VALUE_FLOAT || right->kind == VALUE_FLOAT)
        return divide_floats(t, left, right, ret_value);
    value.scale = left->scale + DIVISION_DIGITS;
    value.precision = MAX_PRECISION;
    if (value.scale > MAX_SCALE)
        return cannot(t, "it computes with more digits than MySQL keeps");
    value.exact_sql =
        arena_format(t->arena, "(" STR_FMT "::numeric / NULLIF(" STR_FMT "::numeric, 0))",
                     STR_ARG(left->sql), STR_ARG(right->sql));
    value.sql =
        arena_format(t->arena, "round(" STR_FMT ", %u)", STR_ARG(value.exact_sql), value.scale);
    value.hides_digits = is_mariadb;
    if (!is_mariadb)
        value.exact_sql = STR_NULL;
    view_remark(t, REMARK_DIVISION);
    *ret_value = value;
    return true;
}

bool view_shows_digits(struct translation *t, struct str function, const struct value *arguments,
                       size_t count)
{
    static const char *const passing[] = {"round",  "coalesce", "ifnull",
                                          "isnull", "greatest", "least"};

    for (size_t i = 0; i < COUNT_OF(passing); i++)
        if (str_equal_nocase(function, str_of(passing[i])))
            return true;
    for (size_t i = 0; i < count; i++)
        if (arguments[i].hides_digits)
            return cannot(t,
                          STR_FMT "() of an average or quotient, of which the source keeps more "
                                  "digits than it shows",
                          STR_ARG(function));
    return true;
}

/* ---- intervals ------------------------------------------------------------------------------- */

static const struct {
    const char *word, *sql;
    bool of_days; /* a DATE stays one */
    unsigned times;
} units[] = {
    {"microsecond", "microsecond", false, 1},
    {"second", "second", false, 1},
    {"minute", "minute", false, 1},
    {"hour", "hour", false, 1},
    {"day", "day", true, 1},
    {"week", "week", true, 1},
    {"month", "month", true, 1},
    {"quarter", "month", true, 3},
    {"year", "year", true, 1},
};

static bool take_unit(struct translation *t, size_t *ret_unit)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (take_word(t, units[i].word)) {
            *ret_unit = i;
            return true;
        }
    }
    return cannot(t, "the interval's unit " STR_FMT " is not translated",
                  STR_ARG(next_token(t)->text));
}

static struct str interval_sql(struct translation *t, const struct value *amount, size_t unit)
{
    if (amount->literal.len > 0 && amount->literal.len < 9)
        return arena_format(t->arena, "interval '" STR_FMT " %s'%s", STR_ARG(amount->literal),
                            units[unit].sql, units[unit].times == 3 ? " * 3" : "");
    return arena_format(t->arena, "(" STR_FMT " * interval '%u %s')", STR_ARG(amount->sql),
                        units[unit].times, units[unit].sql);
}

bool view_parse_interval(struct translation *t, char sign, struct value *left)
{
    struct value amount;
    size_t unit;

    t->at++; /* INTERVAL */
    if (left->kind != VALUE_DATE && left->kind != VALUE_TIMESTAMP)
        return cannot(t, "an interval is added to something that is no day");
    if (!parse_expression(t, &amount) || !take_unit(t, &unit))
        return false;
    if (amount.kind != VALUE_INT)
        return cannot(t, "an interval that is no whole number is not translated");
    struct value moved = {.kind = left->kind, .fraction = left->fraction};
    bool stays_date = left->kind == VALUE_DATE && units[unit].of_days;
    if (!stays_date)
        moved.kind = VALUE_TIMESTAMP;
    if (unit == 0)
        moved.fraction = 6;
    moved.sql = arena_format(t->arena, "(" STR_FMT " %c " STR_FMT ")%s", STR_ARG(left->sql), sign,
                             STR_ARG(interval_sql(t, &amount, unit)), stays_date ? "::date" : "");
    if (!stays_date)
        moved.sql = arena_format(t->arena, "(" STR_FMT ")", STR_ARG(moved.sql));
    *left = moved;
    return true;
}
