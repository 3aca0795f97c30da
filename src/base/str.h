/*
 * base/str.h: text and bytes. `struct str` borrows, `struct buf` owns and grows up to a ceiling.
 *
 * A str is bytes with a length and may hold NULs. Strings made by arena_str() and friends have a
 * NUL behind their last byte as well, so that their .ptr can be handed to C libraries when it is
 * known that they hold none inside.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/error.h"

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){.ptr = "" literal "", .len = sizeof(literal) - 1})
#define STR_NULL ((struct str){0})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

/* The str of a C string; NULL gives the empty str. */
struct str str_of(const char *c_string);
bool str_equal(struct str a, struct str b);
bool str_equal_c(struct str a, const char *b);
/* ASCII case is ignored; other bytes must be equal. */
bool str_equal_nocase(struct str a, struct str b);
/* Like memcmp, then the shorter first: a total order of bytes. */
int str_compare(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);
/* The position of the first `byte` at or after `from`; s.len when there is none. */
size_t str_find(struct str s, char byte, size_t from);
/* The position of `needle` in `s`, s.len + 1 when it is not there. */
size_t str_search(struct str s, struct str needle);
/* The bytes [from, to); both are clamped to the str. */
struct str str_slice(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* The whole str as a decimal number; false when it is not one or does not fit. */
bool str_to_u64(struct str s, uint64_t *ret_value);
bool str_to_i64(struct str s, int64_t *ret_value);
/* `pattern` with * (any text) and ? (one character of UTF-8); all else compared exactly. */
bool str_glob(struct str pattern, struct str s);

/*
 * A growing buffer. `limit` is its ceiling in bytes; `what` names it in the error when it is full.
 * Appending text never fails at once: the buffer remembers that it was full, and buf_error() says
 * so at the end. That keeps composing SQL readable. Bytes for COPY use the same rule.
 */
struct buf {
    char *ptr;
    size_t len;
    size_t capacity;
    size_t limit;
    const char *what;
    bool failed;
    bool out_of_memory; /* it failed for want of memory, not at its ceiling */
};

#define BUF_INIT(limit_bytes, name) ((struct buf){.limit = (limit_bytes), .what = (name)})

void buf_free(struct buf *buf);
/* Empties the buffer and keeps its memory, unless it holds more than `keep_bytes`. */
void buf_reset(struct buf *buf, size_t keep_bytes);
/* Room for `len` more bytes at the end, or NULL (and the buffer has failed). */
char *buf_reserve(struct buf *buf, size_t len);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_c(struct buf *buf, const char *c_string);
void buf_add_char(struct buf *buf, char c);
void buf_add_format(struct buf *buf, const char *format, ...) PRINTF(2, 3);
void buf_add_vformat(struct buf *buf, const char *format, va_list args) PRINTF(2, 0);
/* Lower-case hexadecimal digits of the bytes. */
void buf_add_hex(struct buf *buf, struct str bytes);
struct str buf_str(const struct buf *buf);
/* The content as a C string; valid until the next change. "" when the buffer has failed. */
const char *buf_c_str(struct buf *buf);
/* NULL, or ERROR_NO_MEMORY with the buffer's name when something did not fit. */
struct error *buf_error(const struct buf *buf) CHECKED;
