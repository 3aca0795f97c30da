/* Calls with a grammar of their own: units, conversions. */
#include "plan/view.h"

/* extract(unit from x) */
static bool parse_extract(struct translation *t, struct value *ret_value)
{
    struct str unit = next_token(t)->text;
    struct value value;

    if (next_token(t)->kind != TOKEN_WORD)
        return cannot(t, "extract() without a unit");
    t->at++;
    return need_word(t, "from") && parse_expression(t, &value) && need_sign(t, ")") &&
           view_field_of(t, unit, &value, ret_value);
}

/* timestampdiff(unit,a,b): whole units, towards zero. */
static bool parse_timestampdiff(struct translation *t, struct value *ret_value)
{
    static const struct {
        const char *word;
        unsigned seconds;
    } lengths[] = {{"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}, {"week", 604800}};
    struct str unit = next_token(t)->text;
    struct value from, to;
    size_t i = 0;

    while (i < COUNT_OF(lengths) && !take_word(t, lengths[i].word))
        i++;
    if (i == COUNT_OF(lengths))
        return cannot(t, "timestampdiff(" STR_FMT ", …) is not translated", STR_ARG(unit));
    if (!need_sign(t, ",") || !parse_expression(t, &from) || !need_sign(t, ",") ||
        !parse_expression(t, &to) || !need_sign(t, ")") ||
        !view_take_days(t, STR("timestampdiff"), &from) ||
        !view_take_days(t, STR("timestampdiff"), &to))
        return false;
    *ret_value = view_integer(arena_format(t->arena,
                                           "trunc(extract(epoch from (" STR_FMT
                                           ")::timestamp - (" STR_FMT ")::timestamp) / %u)::bigint",
                                           STR_ARG(to.sql), STR_ARG(from.sql), lengths[i].seconds));
    ret_value->wide = true;
    return true;
}

/* cast(x as type): the type's words and lengths. */
struct cast_type {
    struct str word;
    uint64_t numbers[2];
    size_t count;
    struct str charset;
};

static bool parse_cast_type(struct translation *t, struct cast_type *type)
{
    if (next_token(t)->kind != TOKEN_WORD)
        return cannot(t, "it converts to a type that is not translated");
    type->word = next_token(t)->text;
    t->at++;
    if (take_sign(t, "(")) {
        do {
            if (type->count == COUNT_OF(type->numbers) || next_token(t)->kind != TOKEN_NUMBER ||
                !str_to_u64(next_token(t)->text, &type->numbers[type->count]))
                return cannot(t, "it converts to a type that is not translated");
            type->count++;
            t->at++;
        } while (take_sign(t, ","));
        if (!need_sign(t, ")"))
            return false;
    }
    if (take_word(t, "charset")) {
        type->charset = next_token(t)->text;
        t->at++;
    }
    return need_sign(t, ")");
}

static bool is_utf8(struct str charset)
{
    return charset.len == 0 || str_starts_with(charset, STR("utf8"));
}

static bool cast_to_text(struct translation *t, const struct value *value,
                         const struct cast_type *type, struct value *ret_value)
{
    if (!is_utf8(type->charset))
        return cannot(t, "a conversion to the character set " STR_FMT " is not translated",
                      STR_ARG(type->charset));
    if (!view_text(t, value, ret_value))
        return false;
    if (ret_value->kind == VALUE_LITERAL)
        *ret_value = view_outside(t, ret_value);
    if (type->count == 1)
        ret_value->sql = arena_format(t->arena, "left(" STR_FMT ", %u)", STR_ARG(ret_value->sql),
                                      (unsigned)type->numbers[0]);
    return true;
}

static bool cast_to_decimal(struct translation *t, const struct value *value,
                            const struct cast_type *type, struct value *ret_value)
{
    struct value number = value_as_number(t, value);
    uint64_t precision = type->count > 0 ? type->numbers[0] : 10;
    uint64_t scale = type->count > 1 ? type->numbers[1] : 0;

    if ((number.kind != VALUE_INT && number.kind != VALUE_DECIMAL) || number.hides_digits ||
        precision > 65 || scale > 30 || scale > precision)
        return cannot(t, "a conversion to decimal of something that is no exact number");
    *ret_value = (struct value){.kind = VALUE_DECIMAL,
                                .wide = true,
                                .precision = (uint32_t)precision,
                                .scale = (uint32_t)scale};
    ret_value->sql = arena_format(t->arena, "(" STR_FMT ")::numeric(%u,%u)", STR_ARG(number.sql),
                                  (unsigned)precision, (unsigned)scale);
    return true;
}

static bool cast_to_integer(struct translation *t, const struct value *value, bool is_unsigned,
                            struct value *ret_value)
{
    struct value number = value_as_number(t, value);

    if ((number.kind != VALUE_INT && number.kind != VALUE_DECIMAL) || number.hides_digits ||
        (is_unsigned && !number.is_unsigned && number.literal.len == 0))
        return cannot(t, "a conversion to %s of something that is no exact number%s",
                      is_unsigned ? "unsigned" : "signed", is_unsigned ? " from 0 on" : "");
    *ret_value = number;
    ret_value->literal = STR_NULL;
    if (is_unsigned)
        return true;
    ret_value->kind = VALUE_INT;
    ret_value->precision = 20;
    ret_value->scale = 0;
    ret_value->is_unsigned = false;
    ret_value->wide = true;
    ret_value->sql = arena_format(t->arena, "(" STR_FMT ")::bigint", STR_ARG(number.sql));
    return true;
}

static bool cast_to_day(struct translation *t, const struct value *value, bool is_date,
                        const struct cast_type *type, struct value *ret_value)
{
    struct target_type target = {.kind = is_date ? TARGET_DATE : TARGET_TIMESTAMP, .fraction = 6};

    *ret_value = (struct value){.kind = is_date ? VALUE_DATE : VALUE_TIMESTAMP};
    if (type->count > 0)
        return cannot(t, "a conversion that rounds seconds is not translated");
    if (value->kind == VALUE_LITERAL)
        return literal_of_type(t->arena, value->literal, &target, &ret_value->sql) ||
               cannot(t, "PostgreSQL does not know the day or time '" STR_FMT "'",
                      STR_ARG(value->literal));
    if (!view_take_days(t, STR("cast"), value))
        return false;
    if (!is_date && value->fraction > 0)
        return cannot(t, "a conversion that rounds seconds is not translated");
    ret_value->sql = arena_format(t->arena, "(" STR_FMT ")::%s", STR_ARG(value->sql),
                                  is_date ? "date" : "timestamp");
    return true;
}

static bool parse_cast(struct translation *t, struct value *ret_value)
{
    struct cast_type type = {0};
    struct value value;

    if (!need_sign(t, "(") || !parse_expression(t, &value) || !need_word(t, "as") ||
        !parse_cast_type(t, &type))
        return false;
    if (str_equal_nocase(type.word, STR("char")) && !str_equal_c(type.charset, "binary"))
        return cast_to_text(t, &value, &type, ret_value);
    if (str_equal_nocase(type.word, STR("decimal")))
        return cast_to_decimal(t, &value, &type, ret_value);
    if (str_equal_nocase(type.word, STR("signed")) || str_equal_nocase(type.word, STR("unsigned")))
        return cast_to_integer(t, &value, str_equal_nocase(type.word, STR("unsigned")), ret_value);
    if (str_equal_nocase(type.word, STR("date")) || str_equal_nocase(type.word, STR("datetime")))
        return cast_to_day(t, &value, type.word.len == 4, &type, ret_value);
    return cannot(t, "a conversion to " STR_FMT " is not translated", STR_ARG(type.word));
}

bool view_parse_call(struct translation *t, struct str function, bool *ret_known,
                     struct value *ret_value)
{
    *ret_known = true;
    if (!is_sign(next_token(t), "(")) {
        *ret_known = false;
        return true;
    }
    if (str_equal_nocase(function, STR("exists")))
        return view_parse_exists(t, ret_value);
    if (str_equal_nocase(function, STR("cast")))
        return parse_cast(t, ret_value);
    if (str_equal_nocase(function, STR("extract")))
        return need_sign(t, "(") && parse_extract(t, ret_value);
    if (str_equal_nocase(function, STR("timestampdiff")))
        return need_sign(t, "(") && parse_timestampdiff(t, ret_value);
    return view_parse_aggregate(t, function, ret_known, ret_value);
}
