/*
 * VECTOR: 32-bit floats, little endian, as the server stores them. To real[] (array_send() in
 * PostgreSQL's utils/adt/arrayfuncs.c) and to pgvector's vector (vector_recv() in its vector.c).
 */
#include <math.h>

#include "convert/field.h"

#define OID_REAL 700
#define FLOAT_BYTES 4
/* pgvector's own ceiling. */
#define VECTOR_MOST 16000
#define VECTOR_HEAD_SIZE 4
/* Dimensions, flags, element type; and length and first index of one dimension. */
#define ARRAY_EMPTY_SIZE 12
#define ARRAY_HEAD_SIZE 20

static struct error *refuse_length(size_t len)
{
    return error_new(PGC_INTERNAL, "the source sent a vector of %zu bytes", len);
}

static uint32_t float_bits(struct str bytes, size_t i)
{
    uint32_t bits;

    memcpy(&bits, bytes.ptr + i * FLOAT_BYTES, sizeof bits);
    return bits;
}

struct error *field_add_vector_array(const struct field *field, const struct cell *cell,
                                     struct buf *out)
{
    size_t count = cell->bytes.len / FLOAT_BYTES;
    size_t size = ARRAY_HEAD_SIZE + count * 2 * FLOAT_BYTES;

    if (UNLIKELY(cell->bytes.len % FLOAT_BYTES != 0 || size > LIMIT_FIELD))
        return refuse_length(cell->bytes.len);
    char *at = field_room(field, out, 4 + size);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    bytes_put_u32(at + 4, count > 0); /* dimensions */
    bytes_put_u32(at + 8, 0);         /* no NULLs */
    bytes_put_u32(at + 12, OID_REAL);
    if (count == 0)
        return field_done(out, at, ARRAY_EMPTY_SIZE);
    bytes_put_u32(at + 16, (uint32_t)count);
    bytes_put_u32(at + 20, 1); /* the first index */
    for (size_t i = 0; i < count; i++) {
        char *element = at + 4 + ARRAY_HEAD_SIZE + i * 2 * FLOAT_BYTES;
        bytes_put_u32(element, FLOAT_BYTES);
        bytes_put_u32(element + FLOAT_BYTES, float_bits(cell->bytes, i));
    }
    return field_done(out, at, size);
}

static struct error *refuse_vector(size_t numbers, size_t wanted)
{
    if (wanted > 0)
        return error_new(PGC_VALUE_TOO_LONG, "%zu numbers, the target takes %zu", numbers, wanted);
    return error_new(PGC_VALUE_OUT_OF_RANGE, "%zu numbers, a vector has 1 to %d", numbers,
                     VECTOR_MOST);
}

/* vector(n) takes n numbers, no more and no fewer; MySQL's VECTOR(n) also fewer. */
struct error *field_add_vector(const struct field *field, const struct cell *cell, struct buf *out)
{
    size_t count = cell->bytes.len / FLOAT_BYTES, wanted = field->target->length;

    if (UNLIKELY(cell->bytes.len % FLOAT_BYTES != 0))
        return refuse_length(cell->bytes.len);
    if (UNLIKELY(count == 0 || count > VECTOR_MOST || (wanted > 0 && count != wanted)))
        return refuse_vector(count, wanted);
    char *at = field_room(field, out, 4 + VECTOR_HEAD_SIZE + count * FLOAT_BYTES);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    bytes_put_u16(at + 4, (uint16_t)count);
    bytes_put_u16(at + 6, 0); /* unused */
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = float_bits(cell->bytes, i);
        float number;
        memcpy(&number, &bits, sizeof number);
        if (UNLIKELY(!isfinite(number)))
            return error_new(PGC_VALUE_OUT_OF_RANGE, "number %zu is not finite", i + 1);
        bytes_put_u32(at + 4 + VECTOR_HEAD_SIZE + i * FLOAT_BYTES, bits);
    }
    return field_done(out, at, VECTOR_HEAD_SIZE + count * FLOAT_BYTES);
}
