#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"

struct str str_of(const char *c_string)
{
    if (c_string == NULL)
        return STR("");
    return (struct str){.ptr = c_string, .len = strlen(c_string)};
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_equal_c(struct str a, const char *b)
{
    return str_equal(a, str_of(b));
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

    if (order != 0)
        return order < 0 ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_equal(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends_with(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

size_t str_find(struct str s, char byte, size_t from)
{
    const char *found;

    if (from >= s.len)
        return s.len;
    found = memchr(s.ptr + from, byte, s.len - from);
    return found == NULL ? s.len : (size_t)(found - s.ptr);
}

size_t str_search(struct str s, struct str needle)
{
    const char *found;

    if (needle.len == 0)
        return 0;
    if (needle.len > s.len)
        return s.len + 1;
    found = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return found == NULL ? s.len + 1 : (size_t)(found - s.ptr);
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from >= to)
        return STR("");
    return (struct str){.ptr = s.ptr + from, .len = to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    size_t from = 0;
    size_t to = s.len;

    while (from < to && is_space(s.ptr[from]))
        from++;
    while (to > from && is_space(s.ptr[to - 1]))
        to--;
    return str_slice(s, from, to);
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)(unsigned char)s.ptr[i] - '0';

        if (digit > 9 || __builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    uint64_t size;

    if (!str_to_u64(str_slice(s, negative ? 1 : 0, s.len), &size))
        return false;
    if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *ret_value = (int64_t)(negative ? 0 - size : size);
    return true;
}

bool str_glob(struct str pattern, struct str s)
{
    size_t p = 0, at = 0;
    size_t star = SIZE_MAX; /* behind the last * met … */
    size_t star_at = 0;     /* … and where the rest was last tried */

    while (at < s.len) {
        size_t len = 1;

        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            star_at = at;
        } else if (p < pattern.len && pattern.ptr[p] == '?') {
            text_decode(s, at, &len); /* one character, not one byte of it */
            p++;
            at += len;
        } else if (p < pattern.len && pattern.ptr[p] == s.ptr[at]) {
            p++;
            at++;
        } else if (star != SIZE_MAX) {
            p = star;
            text_decode(s, star_at, &len);
            star_at += len;
            at = star_at;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

/* ---- buf ------------------------------------------------------------------------------------- */

void buf_free(struct buf *buf)
{
    free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->capacity = 0;
    buf->failed = buf->out_of_memory = false;
}

void buf_reset(struct buf *buf, size_t keep_bytes)
{
    if (buf->capacity > keep_bytes)
        buf_free(buf);
    buf->len = 0;
    buf->failed = buf->out_of_memory = false;
}

/* What to grow to: doubling while small; a large one by an eighth, since it may be a whole row. */
static size_t grown_capacity(const struct buf *buf, size_t needed)
{
    size_t wanted = needed < 64 ? 64 : needed;

    if (wanted <= MIB && wanted < buf->capacity * 2)
        wanted = buf->capacity * 2;
    else if (wanted > MIB)
        wanted += wanted / 8;
    return wanted > buf->limit ? buf->limit : wanted;
}

char *buf_reserve(struct buf *buf, size_t len)
{
    size_t needed, capacity;
    char *larger;

    if (buf->failed)
        return NULL;
    if (__builtin_add_overflow(buf->len, len, &needed) || needed > buf->limit) {
        buf->failed = true;
        return NULL;
    }
    if (buf->ptr != NULL && needed <= buf->capacity)
        return buf->ptr + buf->len;
    capacity = grown_capacity(buf, needed);
    larger = realloc(buf->ptr, capacity + 1); /* buf_c_str() always has room for its NUL */
    if (larger == NULL) {
        buf->failed = buf->out_of_memory = true;
        return NULL;
    }
    buf->ptr = larger;
    buf->capacity = capacity;
    return buf->ptr + buf->len;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    char *room = buf_reserve(buf, len);

    if (room == NULL || len == 0)
        return;
    memcpy(room, bytes, len);
    buf->len += len;
}

void buf_add_str(struct buf *buf, struct str s)
{
    buf_add(buf, s.ptr, s.len);
}

void buf_add_c(struct buf *buf, const char *c_string)
{
    buf_add_str(buf, str_of(c_string));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_add_vformat(buf, format, args);
    va_end(args);
}

void buf_add_vformat(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    size_t room = buf->failed || buf->ptr == NULL ? 0 : buf->capacity - buf->len + 1;
    int length;
    char *more;

    va_copy(again, args);
    length = vsnprintf(room > 0 ? buf->ptr + buf->len : NULL, room, format, args);
    if (length < 0) {
        buf->failed = true; /* above 2 GiB */
    } else if ((size_t)length < room) {
        buf->len += (size_t)length;
    } else {
        more = buf_reserve(buf, (size_t)length);
        if (more != NULL) {
            vsnprintf(more, (size_t)length + 1, format, again);
            buf->len += (size_t)length;
        }
    }
    va_end(again);
}

void buf_add_hex(struct buf *buf, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *room;

    /* Twice SIZE_MAX / 2 does not fit: asking for it all makes the buffer fail as it should. */
    room = buf_reserve(buf, bytes.len > SIZE_MAX / 2 ? SIZE_MAX : bytes.len * 2);
    if (room == NULL)
        return;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];

        *room++ = digits[byte >> 4];
        *room++ = digits[byte & 15];
    }
    buf->len += bytes.len * 2;
}

struct str buf_str(const struct buf *buf)
{
    if (buf->ptr == NULL)
        return STR("");
    return (struct str){.ptr = buf->ptr, .len = buf->len};
}

const char *buf_c_str(struct buf *buf)
{
    if (buf->failed || buf->ptr == NULL)
        return "";
    buf->ptr[buf->len] = '\0';
    return buf->ptr;
}

struct error *buf_error(const struct buf *buf)
{
    const char *what = buf->what != NULL ? buf->what : "buffer";

    if (!buf->failed)
        return NULL;
    if (buf->out_of_memory)
        return error_new(PGC_NO_MEMORY, "no memory left for \"%s\"", what);
    return error_new(PGC_NO_MEMORY, "\"%s\" does not fit its ceiling of %zu bytes", what,
                     buf->limit);
}
