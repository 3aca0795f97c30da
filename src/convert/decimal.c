/*
 * DECIMAL's text to numeric's binary form: groups of four digits to the base 10000, counted from
 * the decimal point (numeric_recv() in PostgreSQL's numeric.c).
 */
#include "convert/field.h"

#define NUMERIC_POSITIVE 0x0000
#define NUMERIC_NEGATIVE 0x4000
#define GROUP_DIGITS 4
/* 65 digits in two parts: 17 groups, or 18 when the point splits one. */
#define MAX_GROUPS 18
#define MAX_DIGITS 65

/* The text, taken apart: leading zeros of the whole part are gone. */
struct decimal {
    bool negative;
    const char *whole;
    size_t whole_len;
    const char *fraction;
    size_t fraction_len;
};

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && (unsigned char)(*at - '0') < 10)
        at++;
    return at;
}

static struct error *decimal_parse(struct str text, struct decimal *ret_decimal)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    struct decimal decimal = {.fraction = "", .fraction_len = 0};

    if (at < end && (*at == '-' || *at == '+'))
        decimal.negative = *at++ == '-';
    while (end - at > 1 && *at == '0' && at[1] != '.')
        at++;
    decimal.whole = at;
    at = skip_digits(at, end);
    decimal.whole_len = (size_t)(at - decimal.whole);
    if (at < end && *at == '.') {
        decimal.fraction = at + 1;
        at = skip_digits(at + 1, end);
        decimal.fraction_len = (size_t)(at - decimal.fraction);
    }
    if (UNLIKELY(at != end || decimal.whole_len + decimal.fraction_len == 0 ||
                 decimal.whole_len + decimal.fraction_len > MAX_DIGITS + 1))
        return error_new(PGC_INTERNAL, "the source sent a DECIMAL of %zu bytes that is none",
                         text.len);
    if (decimal.whole_len == 1 && decimal.whole[0] == '0')
        decimal.whole_len = 0;
    *ret_decimal = decimal;
    return NULL;
}

/* `count` digits, 1 to 4. */
static inline uint32_t group_value(const char *digits, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (uint32_t)(digits[i] - '0');
    return value;
}

/*
 * Writes the field from groups, most significant first, of which the first stands for
 * 10000^weight. Zeros at both ends are left out, and zero has no sign, as in PostgreSQL's own form.
 */
static struct error *put_groups(const uint16_t *groups, size_t count, int weight, bool negative,
                                size_t scale, struct buf *out)
{
    char *at = field_at(out);

    while (count > 0 && groups[0] == 0) {
        groups++;
        count--;
        weight--;
    }
    while (count > 0 && groups[count - 1] == 0)
        count--;
    bytes_put_u16(at + 4, (uint16_t)count);
    bytes_put_u16(at + 6, (uint16_t)(count > 0 ? weight : 0));
    bytes_put_u16(at + 8, negative && count > 0 ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
    bytes_put_u16(at + 10, (uint16_t)scale);
    for (size_t i = 0; i < count; i++)
        bytes_put_u16(at + 12 + 2 * i, groups[i]);
    return field_done(out, at, 8 + 2 * count);
}

/* A numeric without precision takes everything, with as many digits as the source shows. */
static struct error *check_digits(const struct target_type *target, size_t whole_len,
                                  const struct decimal *decimal)
{
    if (target->precision == 0)
        return NULL;
    if (UNLIKELY(whole_len > (size_t)(target->precision - target->scale)))
        return error_new(PGC_VALUE_OUT_OF_RANGE,
                         "%zu digits stand before the decimal point, %d are kept", whole_len,
                         target->precision - target->scale);
    if (decimal == NULL)
        return NULL;
    for (size_t i = target->scale; i < decimal->fraction_len; i++)
        if (UNLIKELY(decimal->fraction[i] != '0'))
            return error_new(PGC_VALUE_TOO_LONG,
                             "digit %zu behind the decimal point is not zero, %u are kept", i + 1,
                             (unsigned)target->scale);
    return NULL;
}

struct error *field_add_decimal_numeric(const struct field *field, const struct cell *cell,
                                        struct buf *out)
{
    const struct target_type *target = field->target;
    struct decimal decimal;
    uint16_t groups[MAX_GROUPS];
    size_t count = 0;

    TRY(decimal_parse(cell->bytes, &decimal));
    TRY(check_digits(target, decimal.whole_len, &decimal));

    size_t first = decimal.whole_len % GROUP_DIGITS;
    if (first > 0)
        groups[count++] = (uint16_t)group_value(decimal.whole, first);
    for (size_t i = first; i < decimal.whole_len; i += GROUP_DIGITS)
        groups[count++] = (uint16_t)group_value(decimal.whole + i, GROUP_DIGITS);
    int weight = (int)count - 1;

    size_t i = 0;
    for (; i + GROUP_DIGITS <= decimal.fraction_len; i += GROUP_DIGITS)
        groups[count++] = (uint16_t)group_value(decimal.fraction + i, GROUP_DIGITS);
    if (i < decimal.fraction_len) {
        uint32_t value = group_value(decimal.fraction + i, decimal.fraction_len - i);
        for (size_t digit = decimal.fraction_len - i; digit < GROUP_DIGITS; digit++)
            value *= 10;
        groups[count++] = (uint16_t)value;
    }
    size_t scale = target->precision == 0 ? decimal.fraction_len : target->scale;
    return put_groups(groups, count, weight, decimal.negative, scale, out);
}

struct error *field_put_unsigned_numeric(const struct field *field, uint64_t value, bool negative,
                                         struct buf *out)
{
    uint16_t groups[5]; /* 20 digits */
    size_t first = 5, digits = 0;

    for (uint64_t rest = value; rest > 0; rest /= 10000)
        groups[--first] = (uint16_t)(rest % 10000);
    if (first < 5)
        digits = (4 - first) * GROUP_DIGITS + 1 + (groups[first] > 9) + (groups[first] > 99) +
                 (groups[first] > 999);
    TRY(check_digits(field->target, digits, NULL));
    return put_groups(groups + first, 5 - first, 4 - (int)first, negative, field->target->scale,
                      out);
}

struct error *field_add_decimal_integer(const struct field *field, const struct cell *cell,
                                        struct buf *out)
{
    struct decimal decimal;
    uint64_t value = 0;

    TRY(decimal_parse(cell->bytes, &decimal));
    for (size_t i = 0; i < decimal.fraction_len; i++)
        if (decimal.fraction[i] != '0')
            return error_new(PGC_VALUE_TOO_LONG,
                             "digit %zu behind the decimal point is not zero, integers have none",
                             i + 1);
    /* 19 digits cannot overflow 64 bits without sign. */
    if (decimal.whole_len > 19)
        return field_refuse_range(field, "outside the range of the integer type");
    for (size_t i = 0; i < decimal.whole_len; i++)
        value = value * 10 + (uint64_t)(decimal.whole[i] - '0');
    if (value > (uint64_t)INT64_MAX + decimal.negative)
        return field_refuse_range(field, "outside the range of bigint");
    return field_put_signed(field, (int64_t)(decimal.negative ? 0 - value : value), out);
}
