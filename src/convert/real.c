/* FLOAT and DOUBLE: their own bits; a float as double is exact. */
#include "base/crash.h"
#include "convert/field.h"
#include "convert/print.h"

struct error *field_add_real(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);
    uint32_t bits;

    (void)field;
    memcpy(&bits, &cell->real, sizeof bits);
    if (crash_breaks("real"))
        bits ^= 1;
    bytes_put_u32(at + 4, bits);
    return field_done(out, at, 4);
}

struct error *field_add_real_double(const struct field *field, const struct cell *cell,
                                    struct buf *out)
{
    double value = cell->form == CELL_FLOAT ? (double)cell->real : cell->real_double;
    char *at = field_at(out);
    uint64_t bits;

    (void)field;
    memcpy(&bits, &value, sizeof bits);
    bytes_put_u64(at + 4, bits);
    return field_done(out, at, 8);
}

struct error *field_add_real_text(const struct field *field, const struct cell *cell,
                                  struct buf *out)
{
    char text[PRINT_ROOM];
    size_t len = cell->form == CELL_FLOAT ? print_float(text, cell->real)
                                          : print_double(text, cell->real_double);
    return field_put_short(field, text, len, out);
}
