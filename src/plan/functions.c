/* The functions of MySQL that mean the same in PostgreSQL, and conversions. */
#include "plan/view.h"

static bool take_text(struct translation *t, const struct value *argument)
{
    return argument->kind == VALUE_TEXT || argument->kind == VALUE_LITERAL ||
           cannot(t, "a function of text gets something that is none");
}

static struct value text_value(const struct value *from, struct str sql)
{
    struct value value = {
        .kind = VALUE_TEXT, .sql = sql, .equality = from->equality, .utf8 = from->utf8};

    if (from->kind == VALUE_LITERAL)
        value.utf8 = true;
    return value;
}

static struct value integer_value(struct str sql)
{
    return (struct value){.kind = VALUE_INT, .sql = sql, .precision = 20};
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool is_zerofill(const struct source_type *type)
{
    return type != NULL && str_search(type->text, STR("zerofill")) <= type->text.len;
}

/* MySQL's CONCAT is NULL when one part is: || is so, too, PostgreSQL's concat() is not. */
static bool call_concat(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    struct value value = {.kind = VALUE_TEXT, .utf8 = true, .sql = STR("(")};

    (void)name;
    for (size_t i = 0; i < count; i++) {
        const struct value *argument = &arguments[i];
        bool is_number = argument->kind == VALUE_INT;
        if (!is_number && !take_text(t, argument))
            return false;
        if (is_number && is_zerofill(argument->type))
            return cannot(t, "it puts a ZEROFILL number into text");
        if (argument->kind == VALUE_TEXT) {
            if (argument->equality > value.equality)
                value.equality = argument->equality;
            value.utf8 &= argument->utf8;
        }
        value.sql =
            arena_format(t->arena, STR_FMT "%s" STR_FMT "%s", STR_ARG(value.sql),
                         i > 0 ? " || " : "", STR_ARG(argument->sql), is_number ? "::text" : "");
    }
    value.sql = arena_format(t->arena, STR_FMT ")", STR_ARG(value.sql));
    *ret_value = value;
    return true;
}

static bool call_char_length(struct translation *t, struct str name, struct value *arguments,
                             size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    if (!take_text(t, &arguments[0]))
        return false;
    *ret_value = integer_value(
        arena_format(t->arena, "char_length(" STR_FMT ")", STR_ARG(arguments[0].sql)));
    return true;
}

/* Bytes: the same number only where the source keeps UTF-8. */
static bool call_octet_length(struct translation *t, struct str name, struct value *arguments,
                              size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    if (arguments[0].kind != VALUE_BYTES) {
        if (!take_text(t, &arguments[0]))
            return false;
        if (arguments[0].kind == VALUE_TEXT && !arguments[0].utf8)
            return cannot(t, "it counts bytes of a character set other than UTF-8");
    }
    *ret_value = integer_value(
        arena_format(t->arena, "octet_length(" STR_FMT ")", STR_ARG(arguments[0].sql)));
    return true;
}

/* LEFT(s, n), RIGHT(s, n): a constant n, since a negative one means something else. */
static bool call_left(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    const char *function = (name.ptr[0] | 0x20) == 'l' ? "left" : "right";

    (void)count;
    if (!take_text(t, &arguments[0]))
        return false;
    if (arguments[1].kind != VALUE_INT || arguments[1].literal.len == 0 ||
        arguments[1].literal.len > 9)
        return cannot(t, "%s() with a length that is no constant is not translated", function);
    *ret_value = text_value(&arguments[0],
                            arena_format(t->arena, "%s(" STR_FMT ", " STR_FMT ")", function,
                                         STR_ARG(arguments[0].sql), STR_ARG(arguments[1].sql)));
    return true;
}

/* An index serves lookups alone; elsewhere the letters' case is a matter of each side's locale. */
static bool call_lower(struct translation *t, struct str name, struct value *arguments,
                       size_t count, struct value *ret_value)
{
    bool is_lower = str_equal_nocase(name, STR("lower")) || str_equal_nocase(name, STR("lcase"));

    (void)count;
    if (!take_text(t, &arguments[0]))
        return false;
    if (t->use != EXPRESSION_INDEX)
        return cannot(t, "what is lower or upper case is not the same on both sides");
    *ret_value = text_value(&arguments[0],
                            arena_format(t->arena, "%s(" STR_FMT ")", is_lower ? "lower" : "upper",
                                         STR_ARG(arguments[0].sql)));
    return true;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool call_abs(struct translation *t, struct str name, struct value *arguments, size_t count,
                     struct value *ret_value)
{
    struct value value = arguments[0];

    (void)name, (void)count;
    if (value.kind != VALUE_INT && value.kind != VALUE_DECIMAL && value.kind != VALUE_FLOAT)
        return cannot(t, "abs() of something that is no number");
    value.sql = arena_format(t->arena, "abs(" STR_FMT "%s)", STR_ARG(value.sql),
                             value.kind == VALUE_INT && !value.wide ? "::bigint" : "");
    value.wide = true;
    value.literal = STR_NULL;
    *ret_value = value;
    return true;
}

static bool call_mod(struct translation *t, struct str name, struct value *arguments, size_t count,
                     struct value *ret_value)
{
    (void)name, (void)count;
    return value_arithmetic(t, '%', &arguments[0], &arguments[1], ret_value);
}

/* FLOOR and CEILING of decimals are integers to MySQL; of numeric they stay numeric. */
static bool call_floor(struct translation *t, struct str name, struct value *arguments,
                       size_t count, struct value *ret_value)
{
    const char *function = (name.ptr[0] | 0x20) == 'f' ? "floor" : "ceiling";
    struct value value = arguments[0];

    (void)count;
    if (value.kind != VALUE_INT && value.kind != VALUE_DECIMAL)
        return cannot(t, "%s() of something that is no exact number", function);
    if (value.kind == VALUE_DECIMAL) {
        value.sql = arena_format(t->arena, "%s(" STR_FMT ")", function, STR_ARG(value.sql));
        value.precision = value.precision - value.scale + 1;
        value.scale = 0;
    }
    value.literal = STR_NULL;
    *ret_value = value;
    return true;
}

/* ---- any kind -------------------------------------------------------------------------------- */

/* The same of averages and quotients before they are rounded; "" when one has lost that. */
static struct str exact_coalesce(struct translation *t, struct value *arguments, size_t count,
                                 const struct value *united)
{
    struct str sql = STR("COALESCE(");

    for (size_t i = 0; i < count; i++) {
        struct str exact = arguments[i].exact_sql;
        if (exact.len == 0 && arguments[i].hides_digits)
            return STR_NULL;
        if (exact.len == 0)
            exact = value_united_sql(t, &arguments[i], united);
        sql = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(sql), i > 0 ? ", " : "",
                           STR_ARG(exact));
    }
    return arena_format(t->arena, STR_FMT ")", STR_ARG(sql));
}

static bool call_coalesce(struct translation *t, struct str name, struct value *arguments,
                          size_t count, struct value *ret_value)
{
    struct value united = {.kind = VALUE_NULL};
    struct str sql = STR("COALESCE(");

    (void)name;
    for (size_t i = 0; i < count; i++)
        if (!value_unite(t, &united, &arguments[i]))
            return false;
    if (united.kind == VALUE_NULL)
        return cannot(t, "it is always NULL");
    for (size_t i = 0; i < count; i++)
        sql = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(sql), i > 0 ? ", " : "",
                           STR_ARG(value_united_sql(t, &arguments[i], &united)));
    united.sql = arena_format(t->arena, STR_FMT ")", STR_ARG(sql));
    if (united.hides_digits)
        united.exact_sql = exact_coalesce(t, arguments, count, &united);
    *ret_value = united;
    return true;
}

static bool call_isnull(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    struct str sql = arena_format(t->arena, "(" STR_FMT " IS NULL)", STR_ARG(arguments[0].sql));
    *ret_value = (struct value){.kind = VALUE_BOOL, .sql = sql};
    return true;
}

/* The json type itself takes nothing else. */
static bool call_json_valid(struct translation *t, struct str name, struct value *arguments,
                            size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    if (arguments[0].kind != VALUE_JSON)
        return cannot(t, "json_valid() of a column that does not become json");
    *ret_value = (struct value){.kind = VALUE_BOOL, .sql = STR("true")};
    return true;
}

/* ---- days ------------------------------------------------------------------------------------ */

static bool call_date(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    (void)name, (void)count;
    return value_cast(t, &arguments[0], STR("date"), ret_value);
}

static bool call_year(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    bool is_day = str_equal_nocase(name, STR("day")) || str_equal_nocase(name, STR("dayofmonth"));
    const char *field = str_equal_nocase(name, STR("year")) ? "year" : "month";

    (void)count;
    if (arguments[0].kind != VALUE_DATE && arguments[0].kind != VALUE_TIMESTAMP)
        return cannot(t, STR_FMT "() of something that is no day", STR_ARG(name));
    *ret_value = integer_value(arena_format(t->arena, "extract(%s from " STR_FMT ")::integer",
                                            is_day ? "day" : field, STR_ARG(arguments[0].sql)));
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t least, most;
    bool (*call)(struct translation *, struct str, struct value *, size_t, struct value *);
} functions[] = {
    {"abs", 1, 1, call_abs},
    {"ceil", 1, 1, call_floor},
    {"ceiling", 1, 1, call_floor},
    {"char_length", 1, 1, call_char_length},
    {"character_length", 1, 1, call_char_length},
    {"coalesce", 1, MAX_EXPRESSION_ARGUMENTS, call_coalesce},
    {"concat", 1, MAX_EXPRESSION_ARGUMENTS, call_concat},
    {"date", 1, 1, call_date},
    {"day", 1, 1, call_year},
    {"dayofmonth", 1, 1, call_year},
    {"floor", 1, 1, call_floor},
    {"ifnull", 2, 2, call_coalesce},
    {"isnull", 1, 1, call_isnull},
    {"json_valid", 1, 1, call_json_valid},
    {"lcase", 1, 1, call_lower},
    {"left", 2, 2, call_left},
    {"length", 1, 1, call_octet_length},
    {"lower", 1, 1, call_lower},
    {"mod", 2, 2, call_mod},
    {"month", 1, 1, call_year},
    {"octet_length", 1, 1, call_octet_length},
    {"right", 2, 2, call_left},
    {"ucase", 1, 1, call_lower},
    {"upper", 1, 1, call_lower},
    {"year", 1, 1, call_year},
};

bool value_call(struct translation *t, struct str function, struct value *arguments, size_t count,
                struct value *ret_value)
{
    bool known = false;

    if (t->view != NULL && !view_shows_digits(t, function, arguments, count))
        return false;
    if (t->view != NULL && !view_call(t, function, arguments, count, &known, ret_value))
        return false;
    if (known)
        return true;
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (!str_equal_nocase(function, str_of(functions[i].name)))
            continue;
        if (count < functions[i].least || count > functions[i].most)
            return cannot(t, STR_FMT "() has another number of arguments", STR_ARG(function));
        return functions[i].call(t, function, arguments, count, ret_value);
    }
    return cannot(t, "the function " STR_FMT "() is not translated", STR_ARG(function));
}

bool value_cast(struct translation *t, const struct value *value, struct str type,
                struct value *ret_value)
{
    struct value cast = *value;

    if (str_equal_nocase(type, STR("utf8mb4")) &&
        (value->kind == VALUE_TEXT || value->kind == VALUE_LITERAL)) {
        *ret_value = cast;
        return true;
    }
    if (str_equal_nocase(type, STR("date")) &&
        (value->kind == VALUE_DATE || value->kind == VALUE_TIMESTAMP)) {
        cast.kind = VALUE_DATE;
        cast.sql = arena_format(t->arena, STR_FMT "::date", STR_ARG(value->sql));
        *ret_value = cast;
        return true;
    }
    if (str_equal_nocase(type, STR("signed")) && value->kind == VALUE_INT && !value->is_unsigned) {
        cast.sql = arena_format(t->arena, STR_FMT "::bigint", STR_ARG(value->sql));
        cast.wide = true;
        *ret_value = cast;
        return true;
    }
    return cannot(t, "a conversion to " STR_FMT " is not translated", STR_ARG(type));
}
