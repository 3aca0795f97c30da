/*
 * JSON as PostgreSQL's jsonb holds it (RFC 8259, and "JSON Types" in its manual): an object's keys
 * are a set, of equal ones the last counts, numbers are decimals of any size without a sign of
 * zero.
 * Values are written one behind the other, each with its kind and length, straight into the row.
 */
#include "verify/canonical.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"

#define DEPTH_MOST 10000

struct parse {
    struct str text;
    size_t at;
    unsigned depth;
    struct buf *out;
    struct arena *scratch;
};

static void skip_space(struct parse *r)
{
    while (r->at < r->text.len) {
        char c = r->text.ptr[r->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        r->at++;
    }
}

static bool take(struct parse *r, char c)
{
    if (r->at >= r->text.len || r->text.ptr[r->at] != c)
        return false;
    r->at++;
    return true;
}

/* ---- strings --------------------------------------------------------------------------------- */

static bool read_hex4(struct parse *r, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    if (r->text.len - r->at < 4)
        return false;
    for (unsigned i = 0; i < 4; i++) {
        char c = r->text.ptr[r->at++];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        unit = unit << 4 | digit;
    }
    *ret_unit = unit;
    return true;
}

static void add_character(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_add_char(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_add_char(out, (char)(0xe0 | c >> 12));
        } else {
            buf_add_char(out, (char)(0xf0 | c >> 18));
            buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_add_char(out, (char)(0x80 | (c & 0x3f)));
}

static bool read_unicode_escape(struct parse *r)
{
    uint32_t first = 0, second = 0;

    if (!read_hex4(r, &first) || first == 0 || (first >= 0xdc00 && first <= 0xdfff))
        return false;
    if (first >= 0xd800 && first <= 0xdbff) {
        if (!take(r, '\\') || !take(r, 'u') || !read_hex4(r, &second) || second < 0xdc00 ||
            second > 0xdfff)
            return false;
        first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
    add_character(r->out, first);
    return true;
}

static bool read_escape(struct parse *r)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (r->at >= r->text.len)
        return false;
    char c = r->text.ptr[r->at++];
    if (c == 'u')
        return read_unicode_escape(r);
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL)
        return false;
    buf_add_char(r->out, to[found - from]);
    return true;
}

static void put_length(struct parse *r, size_t start)
{
    uint32_t len = (uint32_t)(r->out->len - start - 5);

    if (!r->out->failed)
        memcpy(r->out->ptr + start + 1, &len, sizeof len);
}

static size_t begin(struct parse *r, char kind)
{
    size_t start = r->out->len;
    static const char head[5];

    buf_add(r->out, head, sizeof head);
    if (!r->out->failed)
        r->out->ptr[start] = kind;
    return start;
}

static bool read_string(struct parse *r)
{
    size_t start;

    if (!take(r, '"'))
        return false;
    start = begin(r, 's');
    while (r->at < r->text.len) {
        size_t from = r->at;
        while (r->at < r->text.len && r->text.ptr[r->at] != '"' && r->text.ptr[r->at] != '\\') {
            if ((unsigned char)r->text.ptr[r->at] < 0x20)
                return false;
            r->at++;
        }
        buf_add(r->out, r->text.ptr + from, r->at - from);
        if (take(r, '"')) {
            put_length(r, start);
            return true;
        }
        if (!take(r, '\\') || !read_escape(r))
            return false;
    }
    return false;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void take_digits(struct parse *r, bool *some, int64_t *count)
{
    size_t from = r->at;

    while (r->at < r->text.len && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9')
        buf_add_char(r->out, r->text.ptr[r->at++]);
    *some = r->at > from;
    *count = (int64_t)(r->at - from);
}

static bool read_exponent(struct parse *r, int64_t *ret_exponent)
{
    int64_t value = 0;
    size_t from;
    bool negative;

    if (!take(r, 'e') && !take(r, 'E'))
        return true;
    negative = take(r, '-');
    if (!negative)
        (void)take(r, '+');
    from = r->at;
    for (; r->at < r->text.len && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9'; r->at++)
        value = value < INT32_MAX ? value * 10 + (r->text.ptr[r->at] - '0') : value;
    *ret_exponent = negative ? -value : value;
    return r->at > from;
}

/* As 0.DIGITS × 10^point, without zeros at either end. */
static bool read_number(struct parse *r)
{
    bool negative = take(r, '-'), some = false;
    size_t start = begin(r, 'd'), digits = r->out->len, zeros = 0;
    int64_t point = 0, fraction = 0, exponent = 0;

    take_digits(r, &some, &point);
    if (!some)
        return false;
    if (take(r, '.')) {
        take_digits(r, &some, &fraction);
        if (!some)
            return false;
    }
    if (!read_exponent(r, &exponent))
        return false;
    if (r->out->failed)
        return true;
    while (digits + zeros < r->out->len && r->out->ptr[digits + zeros] == '0')
        zeros++;
    memmove(r->out->ptr + digits, r->out->ptr + digits + zeros, r->out->len - digits - zeros);
    r->out->len -= zeros;
    while (r->out->len > digits && r->out->ptr[r->out->len - 1] == '0')
        r->out->len--;
    if (r->out->len > digits)
        buf_add_format(r->out, "e%s%" PRId64, negative ? "-" : "+",
                       point - (int64_t)zeros + exponent);
    put_length(r, start);
    return true;
}

/* ---- objects and arrays ---------------------------------------------------------------------- */

static bool read_value(struct parse *r);

/* Where a member begins in the output, and how many bytes it takes: key, then value. */
struct member {
    size_t start, len;
};

static struct str key_of(const struct member *member, const struct buf *out)
{
    uint32_t len;

    memcpy(&len, out->ptr + member->start + 1, sizeof len);
    return (struct str){out->ptr + member->start + 5, len};
}

static int compare_members(const void *left, const void *right, void *context)
{
    const struct member *a = left, *b = right;
    const struct buf *out = context;
    int order = str_compare(key_of(a, out), key_of(b, out));

    if (order != 0)
        return order;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void sort_members(struct parse *r, struct member *members, size_t count)
{
    size_t from = count > 0 ? members[0].start : 0, size = 0, sorted = 1;

    while (sorted < count &&
           str_compare(key_of(&members[sorted - 1], r->out), key_of(&members[sorted], r->out)) < 0)
        sorted++;
    if (count < 2 || sorted == count)
        return;
    qsort_r(members, count, sizeof *members, compare_members, r->out);
    char *copy = arena_alloc(r->scratch, r->out->len - from);
    for (size_t i = 0; i < count; i++) {
        bool is_last = i + 1 == count ||
                       !str_equal(key_of(&members[i], r->out), key_of(&members[i + 1], r->out));
        if (!is_last)
            continue;
        memcpy(copy + size, r->out->ptr + members[i].start, members[i].len);
        size += members[i].len;
    }
    memcpy(r->out->ptr + from, copy, size);
    r->out->len = from + size;
}

static bool read_object(struct parse *r)
{
    struct member *members = NULL;
    size_t count = 0, capacity = 0;

    buf_add_char(r->out, '{');
    skip_space(r);
    if (!take(r, '}')) {
        do {
            size_t start = r->out->len;
            skip_space(r);
            if (!read_string(r))
                return false;
            skip_space(r);
            if (!take(r, ':') || !read_value(r))
                return false;
            *ARENA_PUSH(r->scratch, members, count, capacity) =
                (struct member){start, r->out->len - start};
            skip_space(r);
        } while (take(r, ','));
        if (!take(r, '}'))
            return false;
    }
    if (!r->out->failed)
        sort_members(r, members, count);
    buf_add_char(r->out, '}');
    return true;
}

static bool read_array(struct parse *r)
{
    buf_add_char(r->out, '[');
    skip_space(r);
    if (!take(r, ']')) {
        do {
            if (!read_value(r))
                return false;
            skip_space(r);
        } while (take(r, ','));
        if (!take(r, ']'))
            return false;
    }
    buf_add_char(r->out, ']');
    return true;
}

static bool read_word(struct parse *r)
{
    static const struct str words[] = {STR("null"), STR("true"), STR("false")};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_starts_with(str_slice(r->text, r->at, r->text.len), words[i]))
            continue;
        r->at += words[i].len;
        buf_add_char(r->out, words[i].ptr[0]);
        return true;
    }
    return false;
}

static bool read_value(struct parse *r)
{
    bool good;

    skip_space(r);
    if (r->at >= r->text.len || r->depth == DEPTH_MOST)
        return false;
    r->depth++;
    switch (r->text.ptr[r->at]) {
    case '{':
        r->at++;
        good = read_object(r);
        break;
    case '[':
        r->at++;
        good = read_array(r);
        break;
    case '"':
        good = read_string(r);
        break;
    case 'n':
    case 't':
    case 'f':
        good = read_word(r);
        break;
    default:
        good = read_number(r);
        break;
    }
    r->depth--;
    return good;
}

bool canonical_json(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    struct parse reader = {.text = raw, .out = &row->bytes, .scratch = &row->scratch};

    (void)column;
    arena_rewind(&row->scratch);
    if (!canonical_utf8_good(raw) || !read_value(&reader))
        return false;
    skip_space(&reader);
    return reader.at == raw.len;
}

bool canonical_json_source(const struct canonical_column *column, struct str raw,
                           struct canonical_row *row)
{
    if (!canonical_is_plain_utf8(column->charset)) {
        buf_reset(&row->text, MIB);
        if (!canonical_decode(column->charset, raw, &row->text) || row->text.failed)
            return false;
        raw = buf_str(&row->text);
    }
    return canonical_json(column, raw, row);
}
