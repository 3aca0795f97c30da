/*
 * Functions that views use and CHECKs do not, and those that may mean more in a view: text of
 * numbers and days, the clock, rounding. Each line of the table is a function whose result is the
 * same for all arguments that pass its checks.
 */
#include "plan/view.h"

#define MAX_DUPLICATED 512 /* bytes of an argument that is written twice */

static struct value text_like(const struct value *from, struct str sql)
{
    return (struct value){
        .kind = VALUE_TEXT, .sql = sql, .equality = from->equality, .utf8 = from->utf8};
}

struct value view_integer(struct str sql)
{
    return (struct value){.kind = VALUE_INT, .sql = sql, .precision = 20};
}

/* A constant number from 0 (or `least`) on. */
static bool small_constant(struct translation *t, struct str function, const struct value *value,
                           uint64_t least, uint64_t *ret_number)
{
    bool done = value->kind == VALUE_INT && value->literal.len > 0 && value->literal.len < 9 &&
                str_to_u64(value->literal, ret_number) && *ret_number >= least;

    return done || cannot(t,
                          STR_FMT "() with a number that is no constant, or below %u, is not "
                                  "translated",
                          STR_ARG(function), (unsigned)least);
}

static bool texts(struct translation *t, struct value *arguments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!view_text(t, &arguments[i], &arguments[i]))
            return false;
    return true;
}

static bool can_be_twice(struct translation *t, const struct value *value)
{
    return value->sql.len <= MAX_DUPLICATED || cannot(t, "an argument is too long");
}

/* ---- text ------------------------------------------------------------------------------------ */

static void unite_texts(struct value *united, const struct value *text)
{
    if (text->kind == VALUE_TEXT) {
        if (text->equality > united->equality)
            united->equality = text->equality;
        united->utf8 &= text->utf8;
    }
}

/* NULL where one part is: || is so, PostgreSQL's concat() is not. */
static bool call_concat(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    struct value value = {.kind = VALUE_TEXT, .utf8 = true};
    bool is_constant = true;

    (void)name;
    if (!texts(t, arguments, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        unite_texts(&value, &arguments[i]);
        value.sql = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(value.sql),
                                 i > 0 ? " || " : "(", STR_ARG(arguments[i].sql));
        is_constant &= arguments[i].kind == VALUE_LITERAL;
    }
    if (is_constant)
        value.equality = EQUAL_LOOSE;
    value.sql = arena_format(t->arena, STR_FMT ")", STR_ARG(value.sql));
    *ret_value = value;
    return true;
}

static bool call_concat_ws(struct translation *t, struct str name, struct value *arguments,
                           size_t count, struct value *ret_value)
{
    struct value value = {.kind = VALUE_TEXT, .utf8 = true, .sql = STR("concat_ws(")};

    (void)name;
    if (!texts(t, arguments, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        unite_texts(&value, &arguments[i]);
        value.sql = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(value.sql),
                                 i > 0 ? ", " : "", STR_ARG(arguments[i].sql));
    }
    value.sql = arena_format(t->arena, STR_FMT ")", STR_ARG(value.sql));
    *ret_value = value;
    return true;
}

static bool call_left(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    const char *function = (name.ptr[0] | 0x20) == 'l' ? "left" : "right";
    uint64_t length = 0;

    (void)count;
    if (!texts(t, arguments, 1) || !small_constant(t, name, &arguments[1], 0, &length))
        return false;
    *ret_value =
        text_like(&arguments[0], arena_format(t->arena, "%s(" STR_FMT ", %u)", function,
                                              STR_ARG(arguments[0].sql), (unsigned)length));
    return true;
}

static bool call_substr(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    uint64_t from = 0, length = 0;
    struct str end = STR("");

    if (!texts(t, arguments, 1) || !small_constant(t, name, &arguments[1], 1, &from) ||
        (count == 3 && !small_constant(t, name, &arguments[2], 0, &length)))
        return false;
    if (count == 3)
        end = arena_format(t->arena, ", %u", (unsigned)length);
    *ret_value = text_like(&arguments[0],
                           arena_format(t->arena, "substr(" STR_FMT ", %u" STR_FMT ")",
                                        STR_ARG(arguments[0].sql), (unsigned)from, STR_ARG(end)));
    return true;
}

/* SUBSTRING_INDEX(s, delimiter, 1 or -1) */
static bool call_substring_index(struct translation *t, struct str name, struct value *arguments,
                                 size_t count, struct value *ret_value)
{
    bool is_first = str_equal_c(arguments[2].literal, "1");
    bool is_last = str_equal_c(arguments[2].sql, "(- 1::bigint)");

    (void)name, (void)count;
    if (!texts(t, arguments, 1))
        return false;
    if (arguments[1].kind != VALUE_LITERAL || arguments[1].literal.len == 0 ||
        (!is_first && !is_last))
        return cannot(t, "substring_index() is translated for a constant delimiter and 1 or -1 "
                         "alone");
    *ret_value =
        text_like(&arguments[0], arena_format(t->arena, "split_part(" STR_FMT ", " STR_FMT ", %s)",
                                              STR_ARG(arguments[0].sql), STR_ARG(arguments[1].sql),
                                              is_first ? "1" : "-1"));
    return true;
}

static bool call_letters(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    bool is_lower = str_equal_nocase(name, STR("lower")) || str_equal_nocase(name, STR("lcase"));

    (void)count;
    if (!texts(t, arguments, 1))
        return false;
    view_remark(t, REMARK_LETTERS);
    *ret_value = text_like(&arguments[0],
                           arena_format(t->arena, "%s(" STR_FMT ")", is_lower ? "lower" : "upper",
                                        STR_ARG(arguments[0].sql)));
    return true;
}

static bool call_trim(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    const char *function = str_equal_nocase(name, STR("trim"))    ? "btrim"
                           : str_equal_nocase(name, STR("ltrim")) ? "ltrim"
                                                                  : "rtrim";

    (void)count;
    if (!texts(t, arguments, 1))
        return false;
    *ret_value = text_like(&arguments[0], arena_format(t->arena, "%s(" STR_FMT ", ' ')", function,
                                                       STR_ARG(arguments[0].sql)));
    return true;
}

static bool call_replace(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    (void)name;
    if (!texts(t, arguments, count))
        return false;
    *ret_value = text_like(&arguments[0],
                           arena_format(t->arena, "replace(" STR_FMT ", " STR_FMT ", " STR_FMT ")",
                                        STR_ARG(arguments[0].sql), STR_ARG(arguments[1].sql),
                                        STR_ARG(arguments[2].sql)));
    unite_texts(ret_value, &arguments[2]);
    return true;
}

static bool call_reverse(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    if (!texts(t, arguments, 1))
        return false;
    *ret_value = text_like(
        &arguments[0], arena_format(t->arena, "reverse(" STR_FMT ")", STR_ARG(arguments[0].sql)));
    return true;
}

static bool call_pad(struct translation *t, struct str name, struct value *arguments, size_t count,
                     struct value *ret_value)
{
    const char *function = (name.ptr[0] | 0x20) == 'l' ? "lpad" : "rpad";
    uint64_t length = 0;

    (void)count;
    if (!texts(t, arguments, 1) || !small_constant(t, name, &arguments[1], 0, &length))
        return false;
    if (arguments[2].kind != VALUE_LITERAL || arguments[2].literal.len == 0)
        return cannot(t, "%s() with a filling that is no constant is not translated", function);
    *ret_value =
        text_like(&arguments[0], arena_format(t->arena, "%s(" STR_FMT ", %u, " STR_FMT ")",
                                              function, STR_ARG(arguments[0].sql), (unsigned)length,
                                              STR_ARG(arguments[2].sql)));
    return true;
}

static bool call_repeat(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    uint64_t times = 0;

    (void)count;
    if (!texts(t, arguments, 1) || !small_constant(t, name, &arguments[1], 0, &times))
        return false;
    *ret_value = text_like(&arguments[0], arena_format(t->arena, "repeat(" STR_FMT ", %u)",
                                                       STR_ARG(arguments[0].sql), (unsigned)times));
    return true;
}

static bool call_char_length(struct translation *t, struct str name, struct value *arguments,
                             size_t count, struct value *ret_value)
{
    (void)name, (void)count;
    if (!texts(t, arguments, 1))
        return false;
    *ret_value =
        view_integer(arena_format(t->arena, "char_length(" STR_FMT ")", STR_ARG(arguments[0].sql)));
    return true;
}

/* LOCATE(part, text), INSTR(text, part) */
static bool call_locate(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    bool part_first = str_equal_nocase(name, STR("locate"));
    const struct value *part = &arguments[part_first ? 0 : 1];
    const struct value *text = &arguments[part_first ? 1 : 0];

    (void)count;
    if (!texts(t, arguments, 2))
        return false;
    view_remark_text(t, part, REMARK_TEXT_EQUAL);
    view_remark_text(t, text, REMARK_TEXT_EQUAL);
    *ret_value = view_integer(arena_format(t->arena, "strpos(" STR_FMT ", " STR_FMT ")",
                                           STR_ARG(text->sql), STR_ARG(part->sql)));
    return true;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* Decimals are rounded half away from zero by both. Doubles are not. */
static bool call_round(struct translation *t, struct str name, struct value *arguments,
                       size_t count, struct value *ret_value)
{
    bool rounds = str_equal_nocase(name, STR("round"));
    struct value value = value_as_number(t, &arguments[0]);
    struct str sql = value.hides_digits ? value.exact_sql : value.sql;
    uint64_t digits = 0;

    if (count == 2 && !small_constant(t, name, &arguments[1], 0, &digits))
        return false;
    if (value.kind != VALUE_INT && value.kind != VALUE_DECIMAL)
        return cannot(t, STR_FMT "() of something that is no exact number", STR_ARG(name));
    if (value.hides_digits && (digits > value.scale || !rounds || sql.len == 0))
        return cannot(t, STR_FMT "() of a quotient to more digits than are shown is not translated",
                      STR_ARG(name));
    value.literal = value.exact_sql = STR_NULL;
    value.hides_digits = false;
    *ret_value = value;
    if (value.kind == VALUE_INT || (digits >= value.scale && sql.ptr == value.sql.ptr))
        return true;
    ret_value->sql = arena_format(t->arena, "%s(" STR_FMT ", %u)", rounds ? "round" : "trunc",
                                  STR_ARG(sql), (unsigned)digits);
    ret_value->precision = value.precision - value.scale + 1 + (uint32_t)digits;
    ret_value->scale = (uint32_t)digits;
    return true;
}

static bool call_sign(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    struct value value = value_as_number(t, &arguments[0]);

    (void)name, (void)count;
    if (!value_is_number(&value) || value.hides_digits)
        return cannot(t, "sign() of something that is no number");
    *ret_value =
        view_integer(arena_format(t->arena, "sign(" STR_FMT ")::integer", STR_ARG(value.sql)));
    return true;
}

/* NULL where one of them is; PostgreSQL leaves NULLs out. */
static bool call_greatest(struct translation *t, struct str name, struct value *arguments,
                          size_t count, struct value *ret_value)
{
    const char *function = (name.ptr[0] | 0x20) == 'g' ? "GREATEST" : "LEAST";
    struct value united = {.kind = VALUE_NULL};
    struct str nulls = STR(""), list = STR("");

    for (size_t i = 0; i < count; i++)
        if (!value_unite(t, &united, &arguments[i]) || !can_be_twice(t, &arguments[i]))
            return false;
    if (!value_is_number(&united) && !value_is_day(&united))
        return cannot(t, STR_FMT "() of something that is neither number nor day", STR_ARG(name));
    for (size_t i = 0; i < count; i++) {
        struct str sql = value_united_sql(t, &arguments[i], &united);
        list = arena_format(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(list), i > 0 ? ", " : "",
                            STR_ARG(sql));
        nulls = arena_format(t->arena, STR_FMT "%s" STR_FMT " IS NULL", STR_ARG(nulls),
                             i > 0 ? " OR " : "", STR_ARG(sql));
    }
    united.sql =
        arena_format(t->arena, "(CASE WHEN " STR_FMT " THEN NULL ELSE %s(" STR_FMT ") END)",
                     STR_ARG(nulls), function, STR_ARG(list));
    *ret_value = united;
    return true;
}

static bool call_nullif(struct translation *t, struct str name, struct value *arguments,
                        size_t count, struct value *ret_value)
{
    struct value equal, value = view_outside(t, &arguments[0]);

    (void)name, (void)count;
    if (!value_compare(t, STR("="), &arguments[0], &arguments[1], &equal) ||
        !can_be_twice(t, &arguments[0]))
        return false;
    value.sql = arena_format(t->arena, "(CASE WHEN " STR_FMT " THEN NULL ELSE " STR_FMT " END)",
                             STR_ARG(equal.sql), STR_ARG(value.sql));
    *ret_value = value;
    return true;
}

/* ---- days ------------------------------------------------------------------------------------ */

bool view_take_days(struct translation *t, struct str name, const struct value *value)
{
    if (value->kind == VALUE_INSTANT)
        view_remark(t, REMARK_ZONE);
    return value_is_day(value) ||
           cannot(t, STR_FMT "() of something that is no day", STR_ARG(name));
}

static const struct {
    const char *name, *sql;
    bool of_time;
} fields[] = {
    {"year", "year", false},      {"month", "month", false},     {"day", "day", false},
    {"dayofmonth", "day", false}, {"quarter", "quarter", false}, {"dayofyear", "doy", false},
    {"hour", "hour", true},       {"minute", "minute", true},    {"second", "second", true},
};

bool view_field_of(struct translation *t, struct str name, const struct value *value,
                   struct value *ret_value)
{
    size_t i = 0;

    while (i < COUNT_OF(fields) && !str_equal_nocase(name, str_of(fields[i].name)))
        i++;
    if (i == COUNT_OF(fields))
        return cannot(t, "extract(" STR_FMT " …) is not translated", STR_ARG(name));
    if (!view_take_days(t, name, value))
        return false;
    /* Seconds come with their fraction in PostgreSQL. */
    *ret_value = view_integer(
        arena_format(t->arena, "%sextract(%s from " STR_FMT "%s)%s::integer",
                     fields[i].of_time ? "floor(" : "", fields[i].sql, STR_ARG(value->sql),
                     fields[i].of_time ? "::timestamp" : "", fields[i].of_time ? ")" : ""));
    return true;
}

static bool call_field(struct translation *t, struct str name, struct value *arguments,
                       size_t count, struct value *ret_value)
{
    (void)count;
    return view_field_of(t, name, &arguments[0], ret_value);
}

/* DAYOFWEEK: Sunday is 1. WEEKDAY: Monday is 0. */
static bool call_weekday(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    bool from_monday = str_equal_nocase(name, STR("weekday"));

    (void)count;
    if (!view_take_days(t, name, &arguments[0]))
        return false;
    *ret_value = view_integer(arena_format(t->arena, "(extract(%s from " STR_FMT ")::integer %s 1)",
                                           from_monday ? "isodow" : "dow",
                                           STR_ARG(arguments[0].sql), from_monday ? "-" : "+"));
    return true;
}

static bool call_date(struct translation *t, struct str name, struct value *arguments, size_t count,
                      struct value *ret_value)
{
    (void)count;
    if (!view_take_days(t, name, &arguments[0]))
        return false;
    *ret_value = (struct value){.kind = VALUE_DATE};
    ret_value->sql = arena_format(t->arena, "(" STR_FMT ")::date", STR_ARG(arguments[0].sql));
    return true;
}

static bool call_last_day(struct translation *t, struct str name, struct value *arguments,
                          size_t count, struct value *ret_value)
{
    (void)count;
    if (!view_take_days(t, name, &arguments[0]))
        return false;
    *ret_value = (struct value){.kind = VALUE_DATE};
    ret_value->sql = arena_format(t->arena,
                                  "(date_trunc('month', (" STR_FMT
                                  ")::timestamp) + interval '1 month -1 day')::date",
                                  STR_ARG(arguments[0].sql));
    return true;
}

/* Days since year 0, as the difference of two of them is printed. */
static bool call_to_days(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    (void)count;
    if (!view_take_days(t, name, &arguments[0]))
        return false;
    *ret_value = view_integer(arena_format(
        t->arena, "((" STR_FMT ")::date - '0001-01-01'::date + 366)", STR_ARG(arguments[0].sql)));
    return true;
}

/* Of the session's zone, of this statement's start, as in MySQL. */
static bool call_now(struct translation *t, struct str name, struct value *arguments, size_t count,
                     struct value *ret_value)
{
    uint64_t digits = 0;

    if (count == 1 && !small_constant(t, name, &arguments[0], 0, &digits))
        return false;
    if (digits != 0 && digits != 3 && digits != 6)
        return cannot(t, "now() with %u digits of a second is not translated", (unsigned)digits);
    view_remark(t, REMARK_ZONE);
    *ret_value = (struct value){.kind = VALUE_TIMESTAMP, .fraction = (uint32_t)digits};
    ret_value->sql = arena_format(
        t->arena, "date_trunc('%s', statement_timestamp()::timestamp without time zone)",
        digits == 0   ? "second"
        : digits == 3 ? "milliseconds"
                      : "microseconds");
    return true;
}

static bool call_curdate(struct translation *t, struct str name, struct value *arguments,
                         size_t count, struct value *ret_value)
{
    (void)name, (void)arguments, (void)count;
    view_remark(t, REMARK_ZONE);
    *ret_value = (struct value){.kind = VALUE_DATE, .sql = STR("statement_timestamp()::date")};
    return true;
}

static const struct {
    char letter;
    const char *sql;
} masks[] = {
    {'Y', "YYYY"},
    {'y', "YY"},
    {'m', "MM"},
    {'c', "FMMM"},
    {'d', "DD"},
    {'e', "FMDD"},
    {'H', "HH24"},
    {'k', "FMHH24"},
    {'h', "HH12"},
    {'I', "HH12"},
    {'l', "FMHH12"},
    {'i', "MI"},
    {'s', "SS"},
    {'S', "SS"},
    {'f', "US"},
    {'p', "AM"},
    {'M', "FMMonth"},
    {'b', "Mon"},
    {'W', "FMDay"},
    {'a', "Dy"},
    {'j', "DDD"},
    {'T', "HH24:MI:SS"},
    {'r', "HH12:MI:SS AM"},
    {'v', "IW"},
    {'x', "IYYY"},
};

static const char *mask_of(char letter)
{
    for (size_t i = 0; i < COUNT_OF(masks); i++)
        if (masks[i].letter == letter)
            return masks[i].sql;
    return NULL;
}

/* What is no mask stands in double quotes. */
static bool add_mask(struct translation *t, struct str format, struct buf *mask)
{
    bool quoted = false;

    for (size_t i = 0; i < format.len; i++) {
        char c = format.ptr[i];
        bool is_mask = c == '%' && i + 1 < format.len && format.ptr[i + 1] != '%';
        if (c == '"' || c == '\\')
            return cannot(t, "date_format() with quotes in its mask is not translated");
        if (is_mask == quoted)
            buf_add_char(mask, '"');
        quoted = !is_mask;
        if (c == '%' && i + 1 < format.len)
            c = format.ptr[++i];
        if (!is_mask) {
            buf_add_char(mask, c);
            continue;
        }
        if (mask_of(c) == NULL)
            return cannot(t, "date_format()'s %%%c is not translated", c);
        buf_add_c(mask, mask_of(c));
    }
    if (quoted)
        buf_add_char(mask, '"');
    return true;
}

static bool call_date_format(struct translation *t, struct str name, struct value *arguments,
                             size_t count, struct value *ret_value)
{
    CLEANUP(buf_free) struct buf mask = BUF_INIT(4 * KIB, "mask");

    (void)count;
    if (!view_take_days(t, name, &arguments[0]))
        return false;
    if (arguments[1].kind != VALUE_LITERAL)
        return cannot(t, "date_format() with a mask that is no constant is not translated");
    if (!add_mask(t, arguments[1].literal, &mask))
        return false;
    if (mask.failed)
        return cannot(t, "date_format()'s mask is too long");
    *ret_value = (struct value){.kind = VALUE_TEXT, .equality = EQUAL_LOOSE, .utf8 = true};
    ret_value->sql =
        arena_format(t->arena, "to_char((" STR_FMT ")::timestamp, " STR_FMT ")",
                     STR_ARG(arguments[0].sql), STR_ARG(quoted_literal(t->arena, buf_str(&mask))));
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t least, most;
    bool (*call)(struct translation *, struct str, struct value *, size_t, struct value *);
} functions[] = {
    {"char_length", 1, 1, call_char_length},
    {"character_length", 1, 1, call_char_length},
    {"concat", 1, MAX_EXPRESSION_ARGUMENTS, call_concat},
    {"concat_ws", 2, MAX_EXPRESSION_ARGUMENTS, call_concat_ws},
    {"curdate", 0, 0, call_curdate},
    {"current_date", 0, 0, call_curdate},
    {"current_timestamp", 0, 1, call_now},
    {"date", 1, 1, call_date},
    {"date_format", 2, 2, call_date_format},
    {"day", 1, 1, call_field},
    {"dayofmonth", 1, 1, call_field},
    {"dayofweek", 1, 1, call_weekday},
    {"dayofyear", 1, 1, call_field},
    {"greatest", 2, MAX_EXPRESSION_ARGUMENTS, call_greatest},
    {"hour", 1, 1, call_field},
    {"instr", 2, 2, call_locate},
    {"last_day", 1, 1, call_last_day},
    {"lcase", 1, 1, call_letters},
    {"least", 2, MAX_EXPRESSION_ARGUMENTS, call_greatest},
    {"left", 2, 2, call_left},
    {"localtime", 0, 1, call_now},
    {"localtimestamp", 0, 1, call_now},
    {"locate", 2, 2, call_locate},
    {"lower", 1, 1, call_letters},
    {"lpad", 3, 3, call_pad},
    {"ltrim", 1, 1, call_trim},
    {"minute", 1, 1, call_field},
    {"month", 1, 1, call_field},
    {"now", 0, 1, call_now},
    {"nullif", 2, 2, call_nullif},
    {"quarter", 1, 1, call_field},
    {"repeat", 2, 2, call_repeat},
    {"replace", 3, 3, call_replace},
    {"reverse", 1, 1, call_reverse},
    {"right", 2, 2, call_left},
    {"round", 1, 2, call_round},
    {"rpad", 3, 3, call_pad},
    {"rtrim", 1, 1, call_trim},
    {"second", 1, 1, call_field},
    {"sign", 1, 1, call_sign},
    {"substr", 2, 3, call_substr},
    {"substring", 2, 3, call_substr},
    {"substring_index", 3, 3, call_substring_index},
    {"to_days", 1, 1, call_to_days},
    {"trim", 1, 1, call_trim},
    {"truncate", 2, 2, call_round},
    {"ucase", 1, 1, call_letters},
    {"upper", 1, 1, call_letters},
    {"weekday", 1, 1, call_weekday},
    {"year", 1, 1, call_field},
};

bool view_call(struct translation *t, struct str function, struct value *arguments, size_t count,
               bool *ret_known, struct value *ret_value)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (!str_equal_nocase(function, str_of(functions[i].name)))
            continue;
        *ret_known = true;
        if (count < functions[i].least || count > functions[i].most)
            return cannot(t, STR_FMT "() has another number of arguments", STR_ARG(function));
        return functions[i].call(t, function, arguments, count, ret_value);
    }
    *ret_known = false;
    return true;
}
