#include "convert/charset.h"

#include <string.h>

static uint32_t load_u16_be(const unsigned char *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static size_t next_double(const struct charset *charset, const unsigned char *at, size_t left,
                          uint32_t *ret_character)
{
    *ret_character = charset->single[at[0]];
    if (*ret_character != CHARSET_INVALID)
        return 1;
    if (left < 2)
        return 0;
    *ret_character = charset->pairs[load_u16_be(at)];
    return 2;
}

static size_t next_euc(const struct charset *charset, const unsigned char *at, size_t left,
                       uint32_t *ret_character)
{
    if (at[0] != CHARSET_EUC_LEAD)
        return next_double(charset, at, left, ret_character);
    if (left < 3)
        return 0;
    *ret_character = charset->longer[load_u16_be(at + 1)];
    return 3;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* A digit is no second byte of two. */
static size_t next_gb18030(const struct charset *charset, const unsigned char *at, size_t left,
                           uint32_t *ret_character)
{
    if (charset->single[at[0]] != CHARSET_INVALID || left < 2 || !is_digit(at[1]))
        return next_double(charset, at, left, ret_character);
    if (left < 4)
        return 0;
    uint32_t quad = charset_quad(at);
    *ret_character = quad < CHARSET_QUADS ? charset->longer[quad] : charset_quad_beyond(quad);
    return 4;
}

static size_t next_utf16(const unsigned char *at, size_t left, bool little_endian,
                         uint32_t *ret_character)
{
    size_t high = little_endian ? 1 : 0;

    if (left < 2)
        return 0;
    uint32_t unit = (uint32_t)at[high] << 8 | at[1 - high];
    *ret_character = unit;
    if (unit < 0xd800 || unit > 0xdbff)
        return 2;
    if (left < 4)
        return 0;
    uint32_t low = (uint32_t)at[2 + high] << 8 | at[3 - high];
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *ret_character = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static size_t next_raw(const struct charset *charset, const unsigned char *at, size_t left,
                       uint32_t *ret_character)
{
    switch (charset->form) {
    case CHARSET_UTF8:
        return utf8_next(at, left, ret_character);
    case CHARSET_SINGLE:
        *ret_character = charset->single[at[0]];
        return 1;
    case CHARSET_DOUBLE:
        return next_double(charset, at, left, ret_character);
    case CHARSET_EUC:
        return next_euc(charset, at, left, ret_character);
    case CHARSET_GB18030:
        return next_gb18030(charset, at, left, ret_character);
    case CHARSET_UTF16:
        return next_utf16(at, left, false, ret_character);
    case CHARSET_UTF16LE:
        return next_utf16(at, left, true, ret_character);
    case CHARSET_UCS2:
        *ret_character = left < 2 ? CHARSET_INVALID : load_u16_be(at);
        return left < 2 ? 0 : 2;
    case CHARSET_UTF32:
        *ret_character = left < 4 ? CHARSET_INVALID : load_u16_be(at) << 16 | load_u16_be(at + 2);
        return left < 4 ? 0 : 4;
    case CHARSET_BINARY:
    case CHARSET_UNKNOWN:
        break;
    }
    return 0;
}

size_t charset_next(const struct charset *charset, const unsigned char *at, size_t left,
                    uint32_t *ret_character)
{
    size_t size = left > 0 ? next_raw(charset, at, left, ret_character) : 0;
    return size > 0 && utf8_is_character(*ret_character) ? size : 0;
}

static void prepare_single(struct decoder *decoder)
{
    const uint32_t *single = decoder->charset->single;

    decoder->plain_ascii = true;
    decoder->expansion = 1;
    for (unsigned byte = 0; byte < 256; byte++) {
        bool writable = single[byte] != 0 && utf8_is_character(single[byte]);
        size_t size = writable ? utf8_put(decoder->utf8[byte], single[byte]) : 0;
        decoder->size[byte] = (uint8_t)size;
        if (size > decoder->expansion)
            decoder->expansion = (uint8_t)size;
        if (byte >= 1 && byte < 0x80 && single[byte] != byte)
            decoder->plain_ascii = false;
    }
}

bool decoder_init(struct decoder *decoder, const struct charset *charset)
{
    *decoder = (struct decoder){.charset = charset, .expansion = 1};
    switch (charset->form) {
    case CHARSET_UTF8:
        return true;
    case CHARSET_SINGLE:
        if (charset->single == NULL)
            return false;
        prepare_single(decoder);
        return true;
    case CHARSET_DOUBLE:
        /* One byte can be a character of the supplementary planes where the table says so. */
        decoder->expansion = 4;
        return charset->single != NULL && charset->pairs != NULL;
    case CHARSET_EUC:
    case CHARSET_GB18030:
        decoder->expansion = 4;
        return charset->single != NULL && charset->pairs != NULL && charset->longer != NULL;
    case CHARSET_UTF16:
    case CHARSET_UTF16LE:
    case CHARSET_UCS2:
        decoder->expansion = 2; /* two bytes become three at most */
        return true;
    case CHARSET_UTF32:
        return true;
    case CHARSET_BINARY:
    case CHARSET_UNKNOWN:
        break;
    }
    return false;
}

/* One byte a character: by table, and eight at a time where they are ASCII. */
static struct decoded run_single(const struct decoder *decoder, struct str bytes, char *out)
{
    const unsigned char *start = (const unsigned char *)bytes.ptr;
    const unsigned char *end = start + bytes.len;
    const unsigned char *at = start;
    char *to = out;
    enum utf8_verdict verdict = UTF8_GOOD;

    while (at < end) {
        uint64_t word;
        if (decoder->plain_ascii && end - at >= 8) {
            memcpy(&word, at, sizeof word);
            if (utf8_not_plain(word) == 0) {
                memcpy(to, &word, sizeof word);
                at += 8;
                to += 8;
                continue;
            }
        }
        size_t size = decoder->size[*at];
        if (UNLIKELY(size == 0)) {
            verdict = decoder->charset->single[*at] == 0 ? UTF8_NUL : UTF8_INVALID;
            break;
        }
        memcpy(to, decoder->utf8[*at], 4);
        to += size;
        at++;
    }
    return (struct decoded){.verdict = verdict,
                            .bytes_read = (size_t)(at - start),
                            .bytes_written = (size_t)(to - out),
                            .chars = (size_t)(at - start)};
}

struct decoded decoder_run(const struct decoder *decoder, struct str bytes, bool is_last, char *out)
{
    if (decoder->charset->form == CHARSET_SINGLE)
        return run_single(decoder, bytes, out);

    struct decoded done = {.verdict = UTF8_GOOD};
    const unsigned char *start = (const unsigned char *)bytes.ptr;
    while (done.bytes_read < bytes.len) {
        uint32_t character;
        size_t left = bytes.len - done.bytes_read;
        size_t size = charset_next(decoder->charset, start + done.bytes_read, left, &character);
        if (UNLIKELY(size == 0)) {
            /* No character is longer than four bytes: what is shorter may only be cut. */
            if (is_last || left >= 4)
                done.verdict = UTF8_INVALID;
            break;
        }
        if (UNLIKELY(character == 0)) {
            done.verdict = UTF8_NUL;
            break;
        }
        done.bytes_written += utf8_put(out + done.bytes_written, character);
        done.bytes_read += size;
        done.chars++;
    }
    return done;
}
