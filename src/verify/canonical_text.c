/*
 * Text. The source's bytes are decoded here, by this room's own reading of the server's tables; the
 * target's are UTF-8 already, as PostgreSQL guarantees for text.
 */
#include "verify/canonical.h"

#include "base/limits.h"
#include "base/text.h"

/* Characters decoded at a time: bounds the room that is asked for. */
#define DECODE_SLICE 4096
#define UTF8_MOST 4

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Strict, by RFC 3629, and without U+0000. Eight bytes at a time while they are ASCII. */
bool canonical_utf8_good(struct str bytes)
{
    size_t at = 0;

    while (at < bytes.len) {
        unsigned char c = (unsigned char)bytes.ptr[at];
        size_t len;

        if (bytes.len - at >= 8) {
            uint64_t word;
            memcpy(&word, bytes.ptr + at, 8);
            uint64_t below = word - UINT64_C(0x0101010101010101);
            if (((word | below) & UINT64_C(0x8080808080808080)) == 0) {
                at += 8;
                continue;
            }
        }
        if (c == 0)
            return false;
        if (c < 0x80) {
            at++;
            continue;
        }
        if (text_decode(bytes, at, &len) == TEXT_INVALID)
            return false;
        at += len;
    }
    return true;
}

bool canonical_is_utf8(const struct canonical_column *column, struct str raw)
{
    (void)column;
    return canonical_utf8_good(raw);
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

/* ---- character sets -------------------------------------------------------------------------- */

static uint32_t unit_at(const unsigned char *at, size_t size, bool little)
{
    uint32_t unit = 0;

    for (size_t i = 0; i < size; i++)
        unit |= (uint32_t)at[little ? i : size - 1 - i] << (8 * i);
    return unit;
}

/* The length of the character at the front; 0 when there is none. */
static size_t next_wide(enum charset_form form, const unsigned char *at, size_t left, uint32_t *ret)
{
    bool little = form == CHARSET_UTF16LE;

    if (form == CHARSET_UTF32) {
        if (left < 4)
            return 0;
        *ret = unit_at(at, 4, false);
        return *ret > 0x10ffff || (*ret >= 0xd800 && *ret < 0xe000) ? 0 : 4;
    }
    if (left < 2)
        return 0;
    uint32_t first = unit_at(at, 2, little);
    *ret = first;
    if (first < 0xd800 || first > 0xdfff)
        return 2;
    if (form == CHARSET_UCS2 || first > 0xdbff || left < 4)
        return 0;
    uint32_t second = unit_at(at + 2, 2, little);
    if (second < 0xdc00 || second > 0xdfff)
        return 0;
    *ret = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    return 4;
}

static size_t next_by_table(const struct charset *charset, const unsigned char *at, size_t left,
                            uint32_t *ret)
{
    *ret = charset->single[at[0]];
    if (*ret != CHARSET_INVALID)
        return 1;
    if (charset->form == CHARSET_SINGLE || left < 2)
        return 0;
    *ret = charset->pairs[(size_t)at[0] << 8 | at[1]];
    return *ret != CHARSET_INVALID ? 2 : 0;
}

/* Three bytes of EUC behind 0x8f; four of GB18030 whose second is a digit. */
static size_t next_longer(const struct charset *charset, const unsigned char *at, size_t left,
                          uint32_t *ret)
{
    if (charset->form == CHARSET_EUC) {
        if (left < 3)
            return 0;
        *ret = charset->longer[(size_t)at[1] << 8 | at[2]];
        return *ret != CHARSET_INVALID ? 3 : 0;
    }
    if (left < 4)
        return 0;
    uint32_t place = charset_quad(at);
    if (place < CHARSET_QUADS)
        *ret = charset->longer[place];
    else
        *ret = charset_quad_beyond(place);
    return *ret != CHARSET_INVALID ? 4 : 0;
}

static bool is_longer(const struct charset *charset, const unsigned char *at, size_t left)
{
    if (charset->form == CHARSET_EUC)
        return at[0] == CHARSET_EUC_LEAD;
    return charset->form == CHARSET_GB18030 && at[0] >= 0x81 && left >= 2 && at[1] >= '0' &&
           at[1] <= '9';
}

static size_t next_character(const struct charset *charset, struct str bytes, size_t at,
                             uint32_t *ret)
{
    const unsigned char *from = (const unsigned char *)bytes.ptr + at;
    size_t left = bytes.len - at;

    if (is_longer(charset, from, left))
        return next_longer(charset, from, left, ret);
    if (charset->form == CHARSET_SINGLE || charset->form == CHARSET_DOUBLE ||
        charset->form == CHARSET_EUC || charset->form == CHARSET_GB18030)
        return next_by_table(charset, from, left, ret);
    if (charset->form == CHARSET_UTF16 || charset->form == CHARSET_UTF16LE ||
        charset->form == CHARSET_UCS2 || charset->form == CHARSET_UTF32)
        return next_wide(charset->form, from, left, ret);
    return 0;
}

size_t canonical_next_character(const struct charset *charset, struct str bytes, size_t at,
                                struct buf *out)
{
    uint32_t character = 0;
    size_t len = 0;
    char text[UTF8_MOST];

    if (canonical_is_plain_utf8(charset))
        character = text_decode(bytes, at, &len);
    else
        len = next_character(charset, bytes, at, &character);
    if (len == 0 || character == 0 || character == TEXT_INVALID)
        return 0;
    buf_add(out, text, (size_t)(put_utf8(text, character) - text));
    return len;
}

size_t canonical_nul(const struct charset *charset, struct str bytes, size_t at)
{
    uint32_t character = 1;
    size_t len = 1;

    if (canonical_is_plain_utf8(charset))
        return bytes.ptr[at] == 0 ? 1 : 0;
    len = next_character(charset, bytes, at, &character);
    return len > 0 && character == 0 ? len : 0;
}

bool canonical_decode(const struct charset *charset, struct str bytes, struct buf *out)
{
    if (canonical_is_plain_utf8(charset)) {
        buf_add_str(out, bytes);
        return canonical_utf8_good(bytes);
    }
    for (size_t at = 0; at < bytes.len;) {
        char *room = buf_reserve(out, (size_t)DECODE_SLICE * UTF8_MOST);
        char *to = room;

        if (room == NULL)
            return true; /* the row's buffer says so at its end */
        for (unsigned i = 0; i < DECODE_SLICE && at < bytes.len; i++) {
            uint32_t character = 0;
            size_t len = next_character(charset, bytes, at, &character);
            if (len == 0 || character == 0)
                return false;
            to = put_utf8(to, character);
            at += len;
        }
        out->len += (size_t)(to - room);
    }
    return true;
}

bool canonical_text(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    return canonical_decode(column->charset, raw, &row->bytes);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static void add_element(struct buf *out, struct str element)
{
    uint32_t len = (uint32_t)element.len;

    buf_add(out, &len, sizeof len);
    buf_add_str(out, element);
}

/* Into the row's buffer for that, where the bytes are not UTF-8 already. */
static bool decode_apart(const struct canonical_column *column, struct str raw,
                         struct canonical_row *row, struct str *ret_text)
{
    *ret_text = raw;
    if (canonical_is_plain_utf8(column->charset))
        return canonical_utf8_good(raw);
    buf_reset(&row->text, MIB);
    if (!canonical_decode(column->charset, raw, &row->text) || row->text.failed)
        return false;
    *ret_text = buf_str(&row->text);
    return true;
}

/* A SET's labels hold no commas. */
bool canonical_set(const struct canonical_column *column, struct str raw, struct canonical_row *row)
{
    struct str all = STR_NULL;

    if (!decode_apart(column, raw, row, &all))
        return false;
    for (size_t at = 0; all.len > 0 && at <= all.len;) {
        size_t comma = str_find(all, ',', at);
        add_element(&row->bytes, str_slice(all, at, comma));
        at = comma + 1;
    }
    return true;
}

/* {a,"b \"c\"",NULL}, by array_out(). */
bool canonical_array(const struct canonical_column *column, struct str raw,
                     struct canonical_row *row)
{
    struct buf *out = &row->bytes;
    size_t at = 1;

    (void)column;
    if (raw.len < 2 || raw.ptr[0] != '{' || raw.ptr[raw.len - 1] != '}')
        return false;
    while (at < raw.len - 1) {
        size_t start = out->len;
        bool quoted = raw.ptr[at] == '"';
        uint32_t len = 0;

        buf_add(out, &len, sizeof len);
        at += quoted;
        while (at < raw.len - 1 && (quoted ? raw.ptr[at] != '"' : raw.ptr[at] != ',')) {
            at += raw.ptr[at] == '\\';
            buf_add_char(out, raw.ptr[at++]);
        }
        at += quoted;
        if (out->failed || (at < raw.len - 1 && raw.ptr[at] != ','))
            return out->failed;
        at++;
        len = (uint32_t)(out->len - start - sizeof len);
        if (!quoted && len == 4 && memcmp(out->ptr + start + sizeof len, "NULL", 4) == 0)
            return false;
        memcpy(out->ptr + start, &len, sizeof len);
    }
    return true;
}

/* ---- UUID ------------------------------------------------------------------------------------ */

bool canonical_uuid(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    char bytes[16];
    size_t digits = 0;
    bool good =
        raw.len <= 144 && decode_apart(column, raw, row, &raw) && (raw.len == 32 || raw.len == 36);

    for (size_t i = 0; good && i < raw.len; i++) {
        unsigned c = (unsigned char)raw.ptr[i] | 0x20U;
        bool is_number = raw.ptr[i] >= '0' && raw.ptr[i] <= '9';

        if (raw.len == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
            good = raw.ptr[i] == '-';
            continue;
        }
        good = is_number || (c >= 'a' && c <= 'f');
        unsigned value = is_number ? (unsigned)(raw.ptr[i] - '0') : c - 'a' + 10;
        if (digits % 2 == 0)
            bytes[digits / 2] = (char)(value << 4);
        else
            bytes[digits / 2] = (char)((unsigned char)bytes[digits / 2] | value);
        digits++;
    }
    if (!good)
        return false;
    buf_add(&row->bytes, bytes, sizeof bytes);
    return true;
}

bool canonical_is_16(const struct canonical_column *column, struct str raw)
{
    (void)column;
    return raw.len == 16;
}
