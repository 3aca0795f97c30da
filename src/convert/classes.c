/* Which values a column may hold that its target cannot: by the adder and by what the types say. */
#include "convert/convert.h"
#include "convert/field.h"

#define CLASS(name) (UINT32_C(1) << CLASS_##name)

/* Bits of the largest value, without a sign. */
static unsigned integer_bits(const struct source_type *source)
{
    static const unsigned bits[] = {[SOURCE_TINYINT] = 8,
                                    [SOURCE_SMALLINT] = 16,
                                    [SOURCE_MEDIUMINT] = 24,
                                    [SOURCE_INT] = 32,
                                    [SOURCE_BIGINT] = 64};

    if (source->kind == SOURCE_YEAR)
        return 12;
    if (source->kind == SOURCE_BIT)
        return source->length;
    if (source->kind > SOURCE_BIGINT)
        return 64;
    return bits[source->kind] - !source->is_unsigned;
}

/* Decimal digits of the largest value. */
static unsigned integer_digits(const struct source_type *source)
{
    unsigned bits = integer_bits(source), digits = 0;

    for (uint64_t rest = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX; rest > 0; rest /= 10)
        digits++;
    return digits;
}

static unsigned target_bits(enum target_kind kind)
{
    return kind == TARGET_SMALLINT ? 15 : kind == TARGET_INTEGER ? 31 : 63;
}

static uint32_t of_integer(const struct source_type *source, const struct target_type *target)
{
    if (target->kind == TARGET_NUMERIC)
        return target->precision > 0 &&
                       integer_digits(source) > (unsigned)(target->precision - target->scale)
                   ? CLASS(OUT_OF_RANGE)
                   : 0;
    return integer_bits(source) > target_bits(target->kind) ? CLASS(OUT_OF_RANGE) : 0;
}

static uint32_t of_decimal(const struct source_type *source, const struct target_type *target)
{
    int whole = source->precision - source->scale;
    uint32_t classes = 0;

    if (target->kind == TARGET_NUMERIC) {
        if (target->precision == 0)
            return 0;
        classes |= whole > target->precision - target->scale ? CLASS(OUT_OF_RANGE) : 0;
        return classes | (source->scale > target->scale ? CLASS(TOO_LONG) : 0);
    }
    int holds = target->kind == TARGET_SMALLINT ? 4 : target->kind == TARGET_INTEGER ? 9 : 18;
    classes |= whole > holds ? CLASS(OUT_OF_RANGE) : 0;
    return classes | (source->scale > 0 ? CLASS(TOO_LONG) : 0);
}

/* `most` characters are the most that a value has. */
static uint32_t of_length(const struct target_type *target, uint64_t most)
{
    return target->kind == TARGET_VARCHAR && target->length > 0 && most > target->length
               ? CLASS(TOO_LONG)
               : 0;
}

static uint64_t most_characters(const struct source_type *source)
{
    if (source->kind == SOURCE_CHAR || source->kind == SOURCE_VARCHAR ||
        source->kind == SOURCE_BINARY || source->kind == SOURCE_VARBINARY)
        return source->length;
    if (source->kind == SOURCE_DECIMAL)
        return (uint64_t)source->precision + 3;
    return UINT64_MAX;
}

static uint32_t of_text(const struct source_type *source, const struct target_type *target)
{
    uint32_t classes = of_length(target, most_characters(source));

    /* The server itself writes the text of these. */
    if (source->kind == SOURCE_DECIMAL || source->kind == SOURCE_UUID ||
        source->kind == SOURCE_INET4 || source->kind == SOURCE_INET6)
        return classes;
    return classes | CLASS(NUL_BYTE) | CLASS(INVALID_BYTES);
}

static uint32_t of_time(const struct source_type *source, const struct target_type *target)
{
    return source->fraction > target->fraction ? CLASS(TOO_LONG) : 0;
}

static uint32_t of_date(const struct source_type *source)
{
    return CLASS(ZERO_DATE) | (source->kind == SOURCE_TIMESTAMP ? 0 : CLASS(PARTIAL_DATE));
}

static uint32_t of_document(const struct target_type *target)
{
    return CLASS(NUL_BYTE) | CLASS(INVALID_BYTES) | CLASS(BAD_JSON) |
           (target->kind == TARGET_JSONB ? CLASS(JSON_NUL) : 0);
}

static uint32_t of_uuid(const struct source_type *source)
{
    return source->kind == SOURCE_UUID || source->kind == SOURCE_BINARY
               ? 0
               : CLASS(EMPTY_UUID) | CLASS(BAD_UUID);
}

uint32_t convert_classes(const struct source_type *source, const struct target_type *target,
                         bool labels_checked)
{
    unsigned forms;
    field_add *add = field_pick(source, target, &forms);

    if (labels_checked)
        return CLASS(EMPTY_ENUM) | of_length(target, UINT64_MAX);
    if (add == field_add_vector)
        return CLASS(OUT_OF_RANGE) | (target->length > 0 ? CLASS(TOO_LONG) : 0);
    if (add == field_add_boolean)
        return CLASS(NOT_BOOLEAN);
    if (add == field_add_smallint || add == field_add_integer || add == field_add_bigint ||
        add == field_add_integer_numeric || add == field_add_bits_integer ||
        add == field_add_bits_numeric)
        return of_integer(source, target);
    if (add == field_add_decimal_numeric || add == field_add_decimal_integer)
        return of_decimal(source, target);
    if (add == field_add_integer_text || add == field_add_real_text || add == field_add_bits_text ||
        add == field_add_time_text)
        return of_length(target, 64);
    if (add == field_add_date)
        return of_date(source);
    if (add == field_add_timestamp)
        return of_date(source) | of_time(source, target);
    if (add == field_add_interval)
        return of_time(source, target);
    if (add == field_add_time)
        return CLASS(OUT_OF_RANGE) | of_time(source, target);
    if (add == field_add_text || add == field_add_utf8)
        return of_text(source, target);
    if (add == field_add_json || add == field_add_jsonb)
        return of_document(target);
    if (add == field_add_vector)
        return CLASS(OUT_OF_RANGE) | (target->length > 0 ? CLASS(TOO_LONG) : 0);
    if (add == field_add_uuid || add == field_add_uuid_bytes)
        return of_uuid(source);
    return 0;
}
