/*
 * Text, bytes, JSON and sets. The bytes come in the column's own character set and are checked or
 * decoded here, once, on their way into the row.
 */
#include <stdlib.h>

#include "base/crash.h"
#include "convert/field.h"

/* Decoded at a time: bounds the room asked for in advance, whatever the value's length. */
#define DECODE_SLICE (16 * KIB)
/* Binary form of an array: dimensions, flags, element type, and length and first index of one. */
#define ARRAY_EMPTY_SIZE 12
#define ARRAY_HEAD_SIZE 20
#define OID_TEXT 25
#define JSONB_VERSION 1

struct error *field_refuse_text(enum utf8_verdict verdict, size_t at, size_t len)
{
    if (verdict == UTF8_NUL)
        return error_new(PGC_VALUE_NUL, "byte %zu of %zu is the character NUL", at + 1, len);
    return error_new(PGC_VALUE_INVALID_TEXT, "byte %zu of %zu begins no character", at + 1, len);
}

static struct error *refuse_length(size_t chars, size_t max_chars)
{
    return error_new(PGC_VALUE_TOO_LONG, "%zu characters, the target keeps %zu", chars, max_chars);
}

static struct error *refuse_big(size_t len)
{
    return error_new(PGC_VALUE_TOO_BIG, "%zu bytes, a field holds %zu", len, LIMIT_FIELD);
}

/* memcpy that takes the NULL of an empty value. */
static inline void put_bytes(char *at, struct str bytes)
{
    if (bytes.len > 0)
        memcpy(at, bytes.ptr, bytes.len);
}

struct error *field_put_short(const struct field *field, const char *text, size_t len,
                              struct buf *out)
{
    char *at = field_at(out);

    if (UNLIKELY(len > field->max_chars))
        return refuse_length(len, field->max_chars);
    memcpy(at + 4, text, len);
    return field_done(out, at, len);
}

/* ---- text ------------------------------------------------------------------------------------ */

static struct error *decode_slices(const struct field *field, struct str bytes, struct buf *out,
                                   size_t *ret_chars)
{
    const struct decoder *decoder = field->decoder;
    size_t done = 0, chars = 0, start = out->len;

    while (done < bytes.len) {
        size_t slice = bytes.len - done < DECODE_SLICE ? bytes.len - done : DECODE_SLICE;
        char *at = field_room(field, out, slice * decoder->expansion + 4);
        if (UNLIKELY(at == NULL))
            return buf_error(out);
        struct decoded part = decoder_run(decoder, str_slice(bytes, done, done + slice),
                                          done + slice == bytes.len, at);
        if (UNLIKELY(part.verdict != UTF8_GOOD))
            return field_refuse_text(part.verdict, done + part.bytes_read, bytes.len);
        done += part.bytes_read;
        chars += part.chars;
        out->len += part.bytes_written;
        if (UNLIKELY(out->len - start > LIMIT_FIELD))
            return refuse_big(out->len - start);
    }
    *ret_chars = chars;
    return NULL;
}

struct error *field_decode(const struct field *field, struct str bytes, struct buf *out,
                           size_t *ret_chars)
{
    size_t bad_at = 0;

    if (field->decoder != NULL)
        return decode_slices(field, bytes, out, ret_chars);
    if (bytes.len == 0) {
        *ret_chars = 0;
        return NULL;
    }
    enum utf8_verdict verdict = utf8_check(bytes.ptr, bytes.len, ret_chars, &bad_at);
    if (UNLIKELY(verdict != UTF8_GOOD))
        return field_refuse_text(verdict, bad_at, bytes.len);
    if (UNLIKELY(bytes.len > LIMIT_FIELD))
        return refuse_big(bytes.len);
    char *at = field_room(field, out, bytes.len);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    memcpy(at, bytes.ptr, bytes.len);
    out->len += bytes.len;
    return NULL;
}

/* The length word's place stays open while the text is decoded behind it. */
struct error *field_add_text(const struct field *field, const struct cell *cell, struct buf *out)
{
    size_t start = out->len, chars;

    out->len += 4;
    TRY(field_decode(field, cell->bytes, out, &chars));
    if (UNLIKELY(chars > field->max_chars))
        return refuse_length(chars, field->max_chars);
    bytes_put_u32(out->ptr + start, (uint32_t)(out->len - start - 4));
    return NULL;
}

/* The hot one: UTF-8 to text, looked at once and copied once. */
struct error *field_add_utf8(const struct field *field, const struct cell *cell, struct buf *out)
{
    struct str bytes = cell->bytes;
    size_t chars = 0, bad_at = 0;

    enum utf8_verdict verdict = utf8_check(bytes.ptr, bytes.len, &chars, &bad_at);
    if (UNLIKELY(verdict != UTF8_GOOD))
        return field_refuse_text(verdict, bad_at, bytes.len);
    if (UNLIKELY(chars > field->max_chars))
        return refuse_length(chars, field->max_chars);
    if (UNLIKELY(bytes.len > LIMIT_FIELD))
        return refuse_big(bytes.len);
    char *at = field_room(field, out, bytes.len);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    put_bytes(at + 4, bytes);
    if (crash_breaks("text") && bytes.len > 0 && bytes.ptr[bytes.len - 1] == ' ')
        bytes.len--;
    return field_done(out, at, bytes.len);
}

/* The short before the long: most are told apart without a look at their bytes. */
int field_compare_labels(const void *left, const void *right)
{
    const struct str *a = left, *b = right;

    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return a->len > 0 ? memcmp(a->ptr, b->ptr, a->len) : 0;
}

/* A label MySQL once refused is its index 0, and looks empty; a member '' is one of the labels. */
struct error *field_add_label(const struct field *field, const struct cell *cell, struct buf *out)
{
    size_t start = out->len + 4, count = field->source->label_count;

    TRY(field_add_text(field, cell, out));
    struct str text = str_slice(buf_str(out), start, out->len);
    if (LIKELY(bsearch(&text, field->labels, count, sizeof text, field_compare_labels) != NULL))
        return NULL;
    if (text.len == 0)
        return error_new(PGC_VALUE_NO_LABEL, "the empty value of index 0 is none of the labels");
    return error_new(PGC_VALUE_NO_LABEL, "a value of %zu bytes is none of the labels", text.len);
}

struct error *field_add_bytea(const struct field *field, const struct cell *cell, struct buf *out)
{
    struct str bytes = cell->bytes;

    if (UNLIKELY(bytes.len > LIMIT_FIELD))
        return refuse_big(bytes.len);
    char *at = field_room(field, out, bytes.len);
    if (UNLIKELY(at == NULL))
        return buf_error(out);
    put_bytes(at + 4, bytes);
    if (crash_breaks("bytea") && bytes.len > 0)
        at[4 + bytes.len - 1] ^= 1;
    return field_done(out, at, bytes.len);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static struct error *add_document(const struct field *field, struct str bytes, enum json_use use,
                                  struct buf *out)
{
    size_t start = out->len, head = use == JSON_FOR_JSON ? 4 : 5, chars, bad_at;

    out->len += head;
    TRY(field_decode(field, bytes, out, &chars));
    struct str text = str_slice(buf_str(out), start + head, out->len);
    const char *wrong = json_check(text, use, field->json, &bad_at);
    if (UNLIKELY(wrong != NULL))
        return error_new(PGC_VALUE_BAD_JSON, "byte %zu of %zu: %s", bad_at + 1, text.len, wrong);
    if (use != JSON_FOR_JSON)
        out->ptr[start + 4] = JSONB_VERSION;
    bytes_put_u32(out->ptr + start, (uint32_t)(out->len - start - 4));
    return NULL;
}

struct error *field_add_json(const struct field *field, const struct cell *cell, struct buf *out)
{
    return add_document(field, cell->bytes, JSON_FOR_JSON, out);
}

struct error *field_add_jsonb(const struct field *field, const struct cell *cell, struct buf *out)
{
    return add_document(field, cell->bytes,
                        field->source->is_json_tree ? JSON_FOR_JSONB_EXACT : JSON_FOR_JSONB, out);
}

/* ---- SET ------------------------------------------------------------------------------------- */

/*
 * The labels are decoded behind the place where the array will end up with all its length words,
 * and then moved down member by member: none of them overtakes the text still to be read.
 */
struct error *field_add_set_array(const struct field *field, const struct cell *cell,
                                  struct buf *out)
{
    size_t start = out->len, gap = 4 + ARRAY_HEAD_SIZE + 4 * FIELD_SET_MEMBERS, chars;
    uint32_t members = 0;

    if (field_room(field, out, gap) == NULL)
        return buf_error(out);
    out->len += gap;
    TRY(field_decode(field, cell->bytes, out, &chars));
    const char *from = out->ptr + start + gap, *end = out->ptr + out->len;
    char *head = out->ptr + start;
    char *to = head + 4 + ARRAY_HEAD_SIZE;
    out->len = start;

    bytes_put_u32(head + 8, 0); /* no NULLs */
    bytes_put_u32(head + 12, OID_TEXT);
    if (from == end) {
        bytes_put_u32(head + 4, 0);
        return field_done(out, head, ARRAY_EMPTY_SIZE);
    }
    for (;;) {
        const char *comma = memchr(from, ',', (size_t)(end - from));
        size_t len = (size_t)((comma != NULL ? comma : end) - from);
        if (UNLIKELY(members++ == FIELD_SET_MEMBERS))
            return error_new(PGC_INTERNAL, "the source sent a SET of more than %d members",
                             FIELD_SET_MEMBERS);
        bytes_put_u32(to, (uint32_t)len);
        memmove(to + 4, from, len);
        to += 4 + len;
        if (comma == NULL)
            break;
        from = comma + 1;
    }
    bytes_put_u32(head + 4, 1); /* dimension */
    bytes_put_u32(head + 16, members);
    bytes_put_u32(head + 20, 1); /* the first index */
    return field_done(out, head, (size_t)(to - head) - 4);
}
