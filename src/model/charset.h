/*
 * model/charset.h: how the bytes of a MySQL character set become Unicode. Tables are read from the
 * server itself, so that ours and its opinion cannot differ.
 */
#pragma once

#include "base/str.h"

enum charset_form {
    CHARSET_UTF8,    /* utf8mb3, utf8mb4: validated strictly (no surrogates, no overlong forms) */
    CHARSET_BINARY,  /* no text at all */
    CHARSET_SINGLE,  /* one byte a character, by table */
    CHARSET_DOUBLE,  /* one or two bytes a character, by table */
    CHARSET_EUC,     /* DOUBLE, and three bytes that begin with 0x8f: ujis, eucjpms */
    CHARSET_GB18030, /* DOUBLE, and four bytes of which the second is a digit */
    CHARSET_UTF16,   /* big endian, surrogate pairs */
    CHARSET_UTF16LE,
    CHARSET_UCS2,    /* big endian, BMP only */
    CHARSET_UTF32,   /* big endian */
    CHARSET_UNKNOWN, /* refused */
};

#define CHARSET_INVALID UINT32_MAX
/* The first byte of EUC's characters of three bytes. */
#define CHARSET_EUC_LEAD 0x8f
/* Four-byte sequences of GB18030 that begin with 0x81 to 0x84. */
#define CHARSET_QUADS (4 * 10 * 126 * 10)
/* The number of U+10000, and how many characters follow it in the order of Unicode. */
#define CHARSET_QUAD_PLANES 189000
#define CHARSET_QUAD_PLANES_COUNT 0x100000

/*
 * The number of a sequence of four bytes: from 0x81 to 0xfe, 0x30 to 0x39, 0x81 to 0xfe, 0x30 to
 * 0x39, counted up in this order (GB 18030-2005). CHARSET_INVALID for bytes beyond these.
 */
static inline uint32_t charset_quad(const unsigned char at[4])
{
    if (at[0] < 0x81 || at[0] > 0xfe || at[1] < 0x30 || at[1] > 0x39 || at[2] < 0x81 ||
        at[2] > 0xfe || at[3] < 0x30 || at[3] > 0x39)
        return CHARSET_INVALID;
    return (((uint32_t)(at[0] - 0x81) * 10 + (at[1] - 0x30)) * 126 + (at[2] - 0x81)) * 10 +
           (at[3] - 0x30);
}

/* The code point of a number that no table holds: U+10000 and on, by the standard's own rule. */
static inline uint32_t charset_quad_beyond(uint32_t quad)
{
    if (quad < CHARSET_QUAD_PLANES || quad - CHARSET_QUAD_PLANES >= CHARSET_QUAD_PLANES_COUNT)
        return CHARSET_INVALID;
    return 0x10000 + (quad - CHARSET_QUAD_PLANES);
}

struct charset {
    struct str name;
    enum charset_form form;
    /* SINGLE: 256 code points by byte. DOUBLE and on: the same, CHARSET_INVALID for lead bytes. */
    uint32_t *single;
    /* DOUBLE and on: 65536 code points by (first << 8 | second), CHARSET_INVALID for none. */
    uint32_t *pairs;
    /*
     * EUC: 65536 code points by the second and third byte, behind 0x8f. GB18030: CHARSET_QUADS
     * code points by charset_quad(), which are those of the basic plane; the others follow a rule.
     */
    uint32_t *longer;
};
