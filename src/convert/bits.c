/*
 * BIT(n): MySQL sends ceil(n/8) bytes, the number big endian, so the bits stand to the right.
 * PostgreSQL's bit(n) is its length in bits and the bits from the left (bit_recv() in varbit.c).
 */
#include "convert/field.h"

static struct error *bits_value(const struct field *field, struct str bytes, uint64_t *ret_value)
{
    uint32_t length = field->source->length;
    uint64_t value = 0;

    if (UNLIKELY(bytes.len > 8))
        return error_new(PGC_INTERNAL, "the source sent %zu bytes for a BIT(%u)", bytes.len,
                         length);
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | (unsigned char)bytes.ptr[i];
    if (UNLIKELY(length < 64 && value >> length != 0))
        return error_new(PGC_VALUE_TOO_LONG, "more than the type's %u bits are set", length);
    *ret_value = value;
    return NULL;
}

struct error *field_add_bits(const struct field *field, const struct cell *cell, struct buf *out)
{
    uint32_t length = field->target->length;
    size_t size = (length + 7) / 8;
    char *at = field_at(out);
    char shifted[8];
    uint64_t value = 0;

    TRY(bits_value(field, cell->bytes, &value));
    bytes_put_u64(shifted, value << (64 - length));
    bytes_put_u32(at + 4, length);
    memcpy(at + 8, shifted, size);
    return field_done(out, at, 4 + size);
}

struct error *field_add_bits_boolean(const struct field *field, const struct cell *cell,
                                     struct buf *out)
{
    struct cell number = {.form = CELL_UINT};
    TRY(bits_value(field, cell->bytes, &number.natural));
    return field_add_boolean(field, &number, out);
}

struct error *field_add_bits_integer(const struct field *field, const struct cell *cell,
                                     struct buf *out)
{
    uint64_t value;
    TRY(bits_value(field, cell->bytes, &value));
    if (value > INT64_MAX)
        return field_refuse_range(field, "above the range of bigint");
    return field_put_signed(field, (int64_t)value, out);
}

struct error *field_add_bits_numeric(const struct field *field, const struct cell *cell,
                                     struct buf *out)
{
    uint64_t value;
    TRY(bits_value(field, cell->bytes, &value));
    return field_put_unsigned_numeric(field, value, false, out);
}

struct error *field_add_bits_text(const struct field *field, const struct cell *cell,
                                  struct buf *out)
{
    uint32_t length = field->source->length;
    char text[64];
    uint64_t value;

    TRY(bits_value(field, cell->bytes, &value));
    for (uint32_t i = 0; i < length; i++)
        text[i] = (char)('0' + (value >> (length - 1 - i) & 1));
    return field_put_short(field, text, length, out);
}
