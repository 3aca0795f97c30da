/* UUIDs: 8-4-4-4-12 hexadecimal digits, or 32 of them, of either case; or 16 bytes as they are. */
#include "convert/field.h"

#define UUID_BYTES 16
#define UUID_DIGITS 32
#define UUID_TEXT 36
/* In the table below: the byte is a digit, whose value stands in the four bits beneath. */
#define IS_DIGIT 0x10

static const uint8_t digit_value[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
    ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b,
    ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f, ['A'] = 0x1a, ['B'] = 0x1b,
    ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};

static bool parse_uuid(const char *text, size_t len, char *ret_bytes)
{
    /* Where each byte's first digit stands, with hyphens and without. */
    static const uint8_t with_hyphens[UUID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                                     19, 21, 24, 26, 28, 30, 32, 34};
    static const uint8_t without[UUID_BYTES] = {0,  2,  4,  6,  8,  10, 12, 14,
                                                16, 18, 20, 22, 24, 26, 28, 30};
    const unsigned char *digits = (const unsigned char *)text;
    const uint8_t *places = without;
    unsigned all = IS_DIGIT;

    if (len == UUID_TEXT) {
        if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
            return false;
        places = with_hyphens;
    } else if (len != UUID_DIGITS) {
        return false;
    }
    for (unsigned i = 0; i < UUID_BYTES; i++) {
        unsigned high = digit_value[digits[places[i]]], low = digit_value[digits[places[i] + 1]];
        all &= high & low;
        ret_bytes[i] = (char)(high << 4 | (low & 0xf));
    }
    return (all & IS_DIGIT) != 0;
}

static struct error *refuse_uuid(size_t len)
{
    return error_new(PGC_VALUE_BAD_UUID, "%zu bytes of text that are not a UUID", len);
}

struct error *field_add_uuid(const struct field *field, const struct cell *cell, struct buf *out)
{
    size_t start = out->len, chars;
    struct str text = cell->bytes;
    char *at;

    if (field->decoder != NULL) {
        /* No character set takes more than four bytes for a hexadecimal digit. */
        if (text.len > (size_t)UUID_TEXT * 4)
            return refuse_uuid(text.len);
        TRY(field_decode(field, cell->bytes, out, &chars));
        text = str_slice(buf_str(out), start, out->len);
        out->len = start;
    }
    char bytes[UUID_BYTES];
    if (UNLIKELY(!parse_uuid(text.ptr, text.len, bytes)))
        return refuse_uuid(cell->bytes.len);
    at = field_at(out);
    memcpy(at + 4, bytes, UUID_BYTES);
    return field_done(out, at, UUID_BYTES);
}

struct error *field_add_uuid_bytes(const struct field *field, const struct cell *cell,
                                   struct buf *out)
{
    char *at = field_at(out);

    (void)field;
    if (UNLIKELY(cell->bytes.len != UUID_BYTES))
        return error_new(PGC_VALUE_BAD_UUID, "%zu bytes, a UUID has %d", cell->bytes.len,
                         UUID_BYTES);
    memcpy(at + 4, cell->bytes.ptr, UUID_BYTES);
    return field_done(out, at, UUID_BYTES);
}
