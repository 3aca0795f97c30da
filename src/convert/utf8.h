/*
 * convert/utf8.h: strict UTF-8, as RFC 3629 and PostgreSQL's pg_utf8_islegal() have it: no overlong
 * forms, no surrogates, nothing above U+10FFFF; and no U+0000, which PostgreSQL's text cannot hold.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum utf8_verdict {
    UTF8_GOOD,
    UTF8_NUL,     /* the character U+0000 */
    UTF8_INVALID, /* bytes that form no character */
};

/*
 * Looks at all bytes. *ret_chars is the number of characters when the verdict is UTF8_GOOD, and
 * *ret_bad_at the position in bytes of the first offence otherwise; the other one is not set.
 */
enum utf8_verdict utf8_check(const char *bytes, size_t len, size_t *ret_chars, size_t *ret_bad_at);

/* The length of the first character and the character; 0 when there is none. */
size_t utf8_next(const unsigned char *at, size_t left, uint32_t *ret_character);

/* Writes the character (any up to 0x10ffff but surrogates) and returns its 1 to 4 bytes. */
static inline size_t utf8_put(char *at, uint32_t character)
{
    if (character < 0x80) {
        at[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        at[0] = (char)(0xc0 | character >> 6);
        at[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        at[0] = (char)(0xe0 | character >> 12);
        at[1] = (char)(0x80 | (character >> 6 & 0x3f));
        at[2] = (char)(0x80 | (character & 0x3f));
        return 3;
    }
    at[0] = (char)(0xf0 | character >> 18);
    at[1] = (char)(0x80 | (character >> 12 & 0x3f));
    at[2] = (char)(0x80 | (character >> 6 & 0x3f));
    at[3] = (char)(0x80 | (character & 0x3f));
    return 4;
}

/* Whether it is a character of Unicode that text can hold, U+0000 among them. */
static inline bool utf8_is_character(uint32_t character)
{
    return character < 0xd800 || (character >= 0xe000 && character <= 0x10ffff);
}

/*
 * The high bit of at least one byte is set when the eight bytes are not all 0x01…0x7f. Subtracting
 * one from each borrows only where a byte is 0, and then the lowest of those shows it.
 */
static inline uint64_t utf8_not_plain(uint64_t word)
{
    return (word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080);
}
