/*
 * base/text.h: bytes that somebody else chose (names, values, messages of servers), made safe for a
 * terminal and for JSON. Table names and values are hostile: they may hold escape sequences, line
 * ends, or marks that turn the reading direction around.
 */
#pragma once

#include "base/str.h"

#define TEXT_INVALID UINT32_MAX

/*
 * The code point at s.ptr[at] (at < s.len) and its length in bytes. Anything that is not strict
 * UTF-8 (overlong forms, surrogates, above U+10FFFF, cut short) gives TEXT_INVALID and length 1.
 */
uint32_t text_decode(struct str s, size_t at, size_t *ret_len);
/* Whether a terminal shows the code point as itself: no control, direction or line mark. */
bool text_is_printable(uint32_t code_point);
/*
 * The text for people: printable characters as they are, the rest as \n, \t, \r, \xNN (a byte
 * that is not UTF-8, or a control character) or \u{202E}. For eyes: it cannot be read back.
 */
void text_add_printable(struct buf *buf, struct str s);
/* The columns that text_add_printable() fills on a terminal, wide characters taken as two. */
size_t text_width(struct str s);
/*
 * The text as a JSON string with its quotes: what is not UTF-8 becomes U+FFFD, control characters
 * and direction marks \uXXXX.
 */
void text_add_json(struct buf *buf, struct str s);
/* The longest beginning of `s` of at most max_bytes that does not cut a character. */
struct str text_cut(struct str s, size_t max_bytes);
