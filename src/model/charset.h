/*
 * model/charset.h: how the bytes of a MySQL character set become Unicode. Tables are read from the
 * server itself, so that ours and its opinion cannot differ.
 */
#pragma once

#include "base/str.h"

enum charset_form {
    CHARSET_UTF8,   /* utf8mb3, utf8mb4: validated strictly (no surrogates, no overlong forms) */
    CHARSET_BINARY, /* no text at all */
    CHARSET_SINGLE, /* one byte a character, by table */
    CHARSET_DOUBLE, /* one or two bytes a character, by table */
    CHARSET_UTF16,  /* big endian, surrogate pairs */
    CHARSET_UTF16LE,
    CHARSET_UCS2,    /* big endian, BMP only */
    CHARSET_UTF32,   /* big endian */
    CHARSET_UNKNOWN, /* refused */
};

#define CHARSET_INVALID UINT32_MAX

struct charset {
    struct str name;
    enum charset_form form;
    /* SINGLE: 256 code points by byte. DOUBLE: the same, CHARSET_INVALID for lead bytes. */
    uint32_t *single;
    /* DOUBLE: 65536 code points by (first << 8 | second). CHARSET_INVALID where there is none. */
    uint32_t *pairs;
};
