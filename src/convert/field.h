/*
 * convert/field.h: one column on its way into a binary COPY row: what is known of it beforehand,
 * and the functions that write its values.
 *
 * Every adder appends a complete field (its length as int32, then its bytes) or returns an error
 * and may leave bytes behind `out->len` only. The caller has checked that the cell is not NULL and
 * of a form the adder takes.
 */
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "convert/charset.h"
#include "convert/json.h"
#include "model/row.h"
#include "model/type.h"

/*
 * What every field may write without asking, its length word included: the longest are bit(64) as
 * text (68) and DECIMAL(65,30) as numeric (48). Variable ones ask field_room() for the rest.
 */
#define FIELD_ROOM 96
/* A SET has at most this many members. */
#define FIELD_SET_MEMBERS 64

#define FIELD_NULL UINT32_MAX /* a length of -1 */

struct field;
typedef struct error *field_add(const struct field *field, const struct cell *cell,
                                struct buf *out);

struct field {
    field_add *add;
    unsigned forms;         /* the cell forms that `add` takes, a bit each */
    size_t room_after;      /* FIELD_ROOM for this and every later column of the row */
    size_t max_chars;       /* of the target; SIZE_MAX without limit */
    uint32_t fraction_unit; /* microseconds of the target's smallest fraction: 1 to 1000000 */
    const struct source_type *source;
    const struct target_type *target;
    struct decoder *decoder; /* NULL for UTF-8 and for what is not text */
    struct str *labels; /* of field_add_label: the ENUM's, in the order of field_compare_labels */
    struct json_stack *json; /* of the converter */
    const struct value_policies
        *policies; /* of the converter; NULL: all that is wrong is refused */
    bool not_null;
    struct str object;
};

#define FORM(form) (1u << (form))

/* Room for `size` bytes here and for the row's later fields, or NULL: return buf_error(out). */
static inline char *field_room(const struct field *field, struct buf *out, size_t size)
{
    size_t need = size + field->room_after;
    if (LIKELY(out->capacity - out->len >= need))
        return out->ptr + out->len;
    return buf_reserve(out, need);
}

/* Where a field of at most FIELD_ROOM bytes is written. */
static inline char *field_at(const struct buf *out)
{
    return out->ptr + out->len;
}

/* The length word at `at` and `size` bytes behind it, already written, become part of `out`. */
static inline struct error *field_done(struct buf *out, char *at, size_t size)
{
    bytes_put_u32(at, (uint32_t)size);
    out->len += 4 + size;
    return NULL;
}

/* The adder for this pair of types, and the forms of cells it takes; NULL when there is none. */
field_add *field_pick(const struct source_type *source, const struct target_type *target,
                      unsigned *ret_forms);
/* Whether the source type's cells are text in a character set, other than UTF-8 by definition. */
bool field_has_charset(enum source_kind kind);

/* integer.c: CELL_INT or CELL_UINT */
field_add field_add_boolean, field_add_smallint, field_add_integer, field_add_bigint;
field_add field_add_integer_numeric, field_add_integer_text;
/* decimal.c: DECIMAL's text */
field_add field_add_decimal_numeric, field_add_decimal_integer;
/* real.c */
field_add field_add_real, field_add_real_double, field_add_real_text;
/* bits.c */
field_add field_add_bits, field_add_bits_boolean, field_add_bits_integer, field_add_bits_numeric;
field_add field_add_bits_text;
/* time.c */
field_add field_add_date, field_add_timestamp, field_add_interval, field_add_time;
field_add field_add_time_bigint, field_add_time_text;
/* text.c */
field_add field_add_label; /* nothing but the ENUM's labels */
field_add field_add_text, field_add_utf8, field_add_json, field_add_jsonb, field_add_bytea;
field_add field_add_set_array;
/* uuid.c */
field_add field_add_uuid, field_add_uuid_bytes;
/* inet.c: an address' text */
field_add field_add_inet;
/* geometry.c: the stored bytes as EWKB */
field_add field_add_geometry;
/* vector.c: the stored bytes */
field_add field_add_vector_array, field_add_vector;

/* ---- shared between adders ------------------------------------------------------------------- */

/* An integer as smallint, integer or bigint, by the target. */
struct error *field_put_signed(const struct field *field, int64_t value, struct buf *out);
struct error *field_put_unsigned_numeric(const struct field *field, uint64_t value, bool negative,
                                         struct buf *out);
/* At most 64 bytes of ASCII, into text or varchar. */
struct error *field_put_short(const struct field *field, const char *text, size_t len,
                              struct buf *out);
/* Appends the cell's text as UTF-8, without a length word; *ret_chars are its characters. */
struct error *field_decode(const struct field *field, struct str bytes, struct buf *out,
                           size_t *ret_chars);
/* For qsort() and bsearch(), of struct str. */
int field_compare_labels(const void *left, const void *right);
/* `at` is the position in bytes. */
struct error *field_refuse_text(enum utf8_verdict verdict, size_t at, size_t len);
struct error *field_refuse_null(void);
struct error *field_refuse_range(const struct field *field, const char *what);
