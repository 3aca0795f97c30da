/*
 * convert/charset.h: from the bytes of a MySQL character set to UTF-8.
 */
#pragma once

#include "base/str.h"
#include "convert/utf8.h"
#include "model/charset.h"

/* A character set prepared for speed. */
struct decoder {
    const struct charset *charset; /* borrowed */
    bool plain_ascii;              /* SINGLE: the bytes 0x01…0x7f are themselves */
    uint8_t expansion;             /* the most bytes of UTF-8 that one byte can become */
    uint8_t size[256]; /* SINGLE: of the byte's character in UTF-8; 0: none, or U+0000 */
    char utf8[256][4];
};

/* What decoder_run() did with its input. */
struct decoded {
    enum utf8_verdict verdict;
    size_t bytes_read; /* up to the offence, or the first byte of a cut character */
    size_t bytes_written;
    size_t chars;
};

/* False for a character set that cannot be decoded (CHARSET_BINARY, CHARSET_UNKNOWN, no table). */
bool decoder_init(struct decoder *decoder, const struct charset *charset);
/*
 * Decodes `bytes` to `out`, which has room for expansion × bytes.len + 4. Unless `is_last`, a
 * character that is cut by the end of `bytes` is left unread. Not for CHARSET_UTF8.
 */
struct decoded decoder_run(const struct decoder *decoder, struct str bytes, bool is_last,
                           char *out);
/*
 * The first character of the bytes, of any decodable character set, and its length in bytes; 0
 * when they begin with none.
 */
size_t charset_next(const struct charset *charset, const unsigned char *at, size_t left,
                    uint32_t *ret_character);
