/* Integers: CELL_INT and CELL_UINT, range-checked. */
#include "base/crash.h"
#include "convert/field.h"
#include "convert/print.h"

struct error *field_refuse_range(const struct field *field, const char *what)
{
    (void)field;
    return error_new(PGC_VALUE_OUT_OF_RANGE, "the value is %s", what);
}

/* False when the value is above bigint. */
static inline bool as_signed(const struct cell *cell, int64_t *ret_value)
{
    *ret_value = cell->integer;
    return cell->form == CELL_INT || cell->natural <= INT64_MAX;
}

struct error *field_add_boolean(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);

    (void)field;
    /* 0 and 1 are the same bits in both forms. */
    if (UNLIKELY(cell->natural > 1))
        return error_new(PGC_VALUE_NOT_BOOLEAN, "the number is neither 0 nor 1");
    at[4] = (char)cell->natural;
    return field_done(out, at, 1);
}

struct error *field_add_smallint(const struct field *field, const struct cell *cell,
                                 struct buf *out)
{
    char *at = field_at(out);
    int64_t value;

    if (UNLIKELY(!as_signed(cell, &value) || value != (int16_t)value))
        return field_refuse_range(field, "outside the range of smallint");
    bytes_put_u16(at + 4, (uint16_t)value);
    return field_done(out, at, 2);
}

struct error *field_add_integer(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);
    int64_t value;

    if (UNLIKELY(!as_signed(cell, &value) || value != (int32_t)value))
        return field_refuse_range(field, "outside the range of integer");
    if (crash_breaks("integer"))
        value ^= 1;
    bytes_put_u32(at + 4, (uint32_t)value);
    return field_done(out, at, 4);
}

struct error *field_add_bigint(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);
    int64_t value;

    if (UNLIKELY(!as_signed(cell, &value)))
        return field_refuse_range(field, "above the range of bigint");
    bytes_put_u64(at + 4, (uint64_t)value);
    return field_done(out, at, 8);
}

struct error *field_put_signed(const struct field *field, int64_t value, struct buf *out)
{
    struct cell cell = {.form = CELL_INT, .integer = value};

    if (field->target->kind == TARGET_SMALLINT)
        return field_add_smallint(field, &cell, out);
    if (field->target->kind == TARGET_INTEGER)
        return field_add_integer(field, &cell, out);
    return field_add_bigint(field, &cell, out);
}

struct error *field_add_integer_numeric(const struct field *field, const struct cell *cell,
                                        struct buf *out)
{
    bool negative = cell->form == CELL_INT && cell->integer < 0;
    return field_put_unsigned_numeric(field, negative ? 0 - cell->natural : cell->natural, negative,
                                      out);
}

struct error *field_add_integer_text(const struct field *field, const struct cell *cell,
                                     struct buf *out)
{
    char text[PRINT_ROOM];
    size_t len = 0;

    /* YEAR is printed with four digits, 0 as 0000. */
    if (field->source->kind == SOURCE_YEAR && cell->natural < 1000)
        for (uint64_t least = 1000; least > 1 && cell->natural < least; least /= 10)
            text[len++] = '0';
    len += cell->form == CELL_INT ? print_signed(text + len, cell->integer)
                                  : print_unsigned(text + len, cell->natural);
    return field_put_short(field, text, len, out);
}
