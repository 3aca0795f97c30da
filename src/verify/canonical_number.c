/* Numbers: one decimal text for each value, and floating point by its bits. */
#include "verify/canonical.h"

#include <stdlib.h>

#include "base/bytes.h"

/* MySQL prints a double in at most 25 bytes, PostgreSQL too. */
#define FLOAT_TEXT 64

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t canonical_number_to(struct str text, char *to)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    char *out = to;
    bool negative = false;

    if (at < end && (*at == '-' || *at == '+'))
        negative = *at++ == '-';
    if (at == end || !(is_digit(*at) || (*at == '.' && at + 1 < end)))
        return SIZE_MAX;
    while (at < end && *at == '0')
        at++;
    if (negative)
        *out++ = '-';
    char *whole = out;
    while (at < end && is_digit(*at))
        *out++ = *at++;
    if (out == whole)
        *out++ = '0';
    if (at < end && *at == '.') {
        char *point = out;
        *out++ = *at++;
        while (at < end && is_digit(*at))
            *out++ = *at++;
        while (out[-1] == '0')
            out--;
        if (out == point + 1)
            out--;
    }
    if (at != end)
        return SIZE_MAX;
    /* There is one zero. */
    if (negative && out == whole + 1 && *whole == '0') {
        to[0] = '0';
        return 1;
    }
    return (size_t)(out - to);
}

bool canonical_number(const struct canonical_column *column, struct str raw,
                      struct canonical_row *row)
{
    char *at = buf_reserve(&row->bytes, raw.len + 1);
    size_t len;

    (void)column;
    if (at == NULL)
        return true; /* the row's buffer says so at its end */
    len = canonical_number_to(raw, at);
    if (len == SIZE_MAX)
        return false;
    row->bytes.len += len;
    return true;
}

bool canonical_integer_text(const struct canonical_column *column, struct str raw,
                            struct canonical_row *row)
{
    return canonical_number(column, raw, row);
}

bool canonical_year4(const struct canonical_column *column, struct str raw,
                     struct canonical_row *row)
{
    (void)column;
    for (size_t i = raw.len; i < 4; i++)
        buf_add_char(&row->bytes, '0');
    buf_add_str(&row->bytes, raw);
    return true;
}

/* ---- floating point -------------------------------------------------------------------------- */

/* The whole text must be one number, of the forms that both servers print. */
static bool read_double(struct str raw, bool is_float, double *ret_value)
{
    char text[FLOAT_TEXT];
    char *end;

    if (raw.len == 0 || raw.len >= sizeof text ||
        !(is_digit(raw.ptr[0]) || raw.ptr[0] == '-' || raw.ptr[0] == 'N' || raw.ptr[0] == 'I'))
        return false;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    *ret_value = is_float ? (double)strtof(text, &end) : strtod(text, &end);
    return end == text + raw.len;
}

static void add_double(double value, struct buf *out)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    buf_add(out, &bits, sizeof bits);
}

/* strtof() of the text and not a cast of its double: rounding twice can end elsewhere. */
bool canonical_float(const struct canonical_column *column, struct str raw,
                     struct canonical_row *row)
{
    double value = 0;

    (void)column;
    if (!read_double(raw, true, &value))
        return false;
    add_double(value, &row->bytes);
    return true;
}

bool canonical_double(const struct canonical_column *column, struct str raw,
                      struct canonical_row *row)
{
    double value = 0;

    (void)column;
    if (!read_double(raw, false, &value))
        return false;
    add_double(value, &row->bytes);
    return true;
}

/* ---- bits and truth -------------------------------------------------------------------------- */

/* BIT(n) comes as ceil(n/8) bytes, the number in network order. */
static bool read_bits(const struct canonical_column *column, struct str raw, uint64_t *ret_value)
{
    uint32_t length = column->source->length;
    uint64_t value = 0;

    if (raw.len > 8 || length == 0 || length > 64)
        return false;
    for (size_t i = 0; i < raw.len; i++)
        value = value << 8 | (unsigned char)raw.ptr[i];
    *ret_value = value;
    return length == 64 || value >> length == 0;
}

bool canonical_bits(const struct canonical_column *column, struct str raw,
                    struct canonical_row *row)
{
    uint32_t length = column->source->length;
    uint64_t value = 0;
    char *at;

    if (!read_bits(column, raw, &value))
        return false;
    at = buf_reserve(&row->bytes, length);
    if (at == NULL)
        return true;
    for (uint32_t i = 0; i < length; i++)
        at[i] = (value >> (length - 1 - i) & 1) != 0 ? '1' : '0';
    row->bytes.len += length;
    return true;
}

bool canonical_bits_number(const struct canonical_column *column, struct str raw,
                           struct canonical_row *row)
{
    uint64_t value = 0;

    if (!read_bits(column, raw, &value))
        return false;
    buf_add_format(&row->bytes, "%llu", (unsigned long long)value);
    return true;
}

bool canonical_true_false(const struct canonical_column *column, struct str raw,
                          struct canonical_row *row)
{
    (void)column;
    if (!str_equal(raw, STR("true")) && !str_equal(raw, STR("false")))
        return false;
    buf_add_char(&row->bytes, raw.ptr[0] == 't' ? '1' : '0');
    return true;
}
