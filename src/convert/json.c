#include "convert/json.h"

#include <string.h>

/* numeric's own limits: digits before the point, and digits after it (NUMERIC_DSCALE_MAX). */
#define NUMERIC_LIMIT_WHOLE_DIGITS 131072
#define NUMERIC_LIMIT_SCALE 16383

const char json_refuses_nul[] = "jsonb cannot hold \\u0000";

struct reader {
    const unsigned char *at;
    const unsigned char *end;
    bool for_jsonb;
    bool keeps_zero_sign;
    struct json_stack *stack;
    unsigned depth;
    size_t values; /* scalars, keys and containers so far */
};

static inline void skip_space(struct reader *reader)
{
    while (reader->at < reader->end) {
        unsigned char c = *reader->at;
        if (c > ' ' || (c != ' ' && c != '\n' && c != '\t' && c != '\r'))
            return;
        reader->at++;
    }
}

/* The byte at hand, 0 at the end (a NUL is never in the text). */
static inline unsigned char peek(const struct reader *reader)
{
    return reader->at < reader->end ? *reader->at : 0;
}

static inline bool is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* ---- strings --------------------------------------------------------------------------------- */

static const unsigned char *read_hex4(const unsigned char *at, const unsigned char *end,
                                      unsigned *ret_unit)
{
    unsigned unit = 0;

    if (end - at < 4)
        return NULL;
    for (int i = 0; i < 4; i++) {
        unsigned char c = at[i], letter = c | 0x20;
        if (is_digit(c))
            unit = unit << 4 | (unsigned)(c - '0');
        else if (letter >= 'a' && letter <= 'f')
            unit = unit << 4 | (unsigned)(letter - 'a' + 10);
        else
            return NULL;
    }
    *ret_unit = unit;
    return at + 4;
}

/* `at` stands behind "\u". */
static const char *read_unicode_escape(struct reader *reader)
{
    unsigned unit, low;
    const unsigned char *next = read_hex4(reader->at, reader->end, &unit);

    if (next == NULL)
        return "\\u is not followed by four hexadecimal digits";
    if (!reader->for_jsonb) {
        reader->at = next;
        return NULL;
    }
    if (unit == 0)
        return json_refuses_nul;
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return "a low surrogate stands without a high one";
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (reader->end - next < 2 || next[0] != '\\' || next[1] != 'u')
            return "a high surrogate stands without a low one";
        next = read_hex4(next + 2, reader->end, &low);
        if (next == NULL || low < 0xdc00 || low > 0xdfff)
            return "a high surrogate stands without a low one";
    }
    reader->at = next;
    return NULL;
}

static const char *read_escape(struct reader *reader)
{
    reader->at++;
    switch (peek(reader)) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        reader->at++;
        return NULL;
    case 'u':
        reader->at++;
        return read_unicode_escape(reader);
    default:
        return "an unknown escape";
    }
}

/* Not zero when one of the eight bytes may be a quote, a backslash or a control character. */
static inline uint64_t string_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = word ^ (ones * '"');
    uint64_t backslash = word ^ (ones * '\\');
    return ((quote - ones) | (backslash - ones) | (word - ones * 0x20)) & ~word & (ones << 7);
}

/* `at` stands on the opening quote. */
static const char *read_string(struct reader *reader)
{
    const unsigned char *at = reader->at + 1;
    const unsigned char *end = reader->end;

    for (;;) {
        uint64_t word;
        while (end - at >= 8) {
            memcpy(&word, at, sizeof word);
            uint64_t special = string_special(word);
            if (special != 0) {
                /* Borrows run upwards only, so the lowest mark is always a true one. */
                at += __builtin_ctzll(special) / 8;
                break;
            }
            at += 8;
        }
        while (at < end && *at >= 0x20 && *at != '"' && *at != '\\')
            at++;
        reader->at = at;
        if (at == end)
            return "a string is not closed";
        if (*at == '"') {
            reader->at++;
            return NULL;
        }
        if (*at < 0x20)
            return "a control character stands unescaped in a string";
        const char *wrong = read_escape(reader);
        if (wrong != NULL)
            return wrong;
        at = reader->at;
    }
}

/* ---- numbers and words ----------------------------------------------------------------------- */

static const unsigned char *skip_digits(const unsigned char *at, const unsigned char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

/* The exponent's value, held within ±1e9 (a document has fewer digits than that). */
static int64_t exponent_value(const unsigned char *at, const unsigned char *end)
{
    bool negative = at < end && *at == '-';
    int64_t value = 0;

    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++)
        value = value < 100000000 ? value * 10 + (*at - '0') : 1000000000;
    return negative ? -value : value;
}

/* jsonb keeps numbers as numeric; `whole` and `fraction` are the digits around the point. */
static bool fits_numeric(struct str whole, struct str fraction, int64_t exponent)
{
    int64_t scale = (int64_t)fraction.len - exponent;
    size_t lead = 0, total = whole.len + fraction.len;

    if (scale > NUMERIC_LIMIT_SCALE)
        return false;
    while (lead < total &&
           (lead < whole.len ? whole.ptr[lead] : fraction.ptr[lead - whole.len]) == '0')
        lead++;
    if (lead == total)
        return exponent < 1000000000; /* zero of any exponent that the server reads */
    return (int64_t)whole.len - (int64_t)lead + exponent <= NUMERIC_LIMIT_WHOLE_DIGITS;
}

static bool is_zero(struct str whole, struct str fraction)
{
    for (size_t i = 0; i < fraction.len; i++)
        if (fraction.ptr[i] != '0')
            return false;
    return whole.len == 1 && whole.ptr[0] == '0';
}

static const char *read_number(struct reader *reader)
{
    const unsigned char *end = reader->end;
    bool is_negative = *reader->at == '-';
    const unsigned char *whole = reader->at + is_negative;
    const unsigned char *at = skip_digits(whole, end);
    struct str digits = {.ptr = (const char *)whole, .len = (size_t)(at - whole)};
    struct str fraction = {.ptr = "", .len = 0};
    int64_t exponent = 0;

    if (digits.len == 0 || (digits.len > 1 && *whole == '0'))
        return "a number of the wrong form";
    if (at < end && *at == '.') {
        const unsigned char *first = at + 1;
        at = skip_digits(first, end);
        if (at == first)
            return "a number of the wrong form";
        fraction = (struct str){.ptr = (const char *)first, .len = (size_t)(at - first)};
    }
    if (at < end && (*at | 0x20) == 'e') {
        const unsigned char *first = at + 1;
        const unsigned char *first_digit = first;
        if (first < end && (*first == '-' || *first == '+'))
            first_digit++;
        at = skip_digits(first_digit, end);
        if (at == first_digit)
            return "a number of the wrong form";
        exponent = exponent_value(first, at);
    }
    if (reader->for_jsonb && (digits.len > 1000 || fraction.len > 1000 || exponent != 0) &&
        !fits_numeric(digits, fraction, exponent))
        return "a number beyond the range of jsonb";
    if (reader->keeps_zero_sign && is_negative && is_zero(digits, fraction))
        return "the number -0.0, whose sign jsonb would lose";
    reader->at = at;
    return NULL;
}

static const char *read_word(struct reader *reader, struct str word)
{
    if ((size_t)(reader->end - reader->at) < word.len ||
        memcmp(reader->at, word.ptr, word.len) != 0)
        return "a value is expected";
    reader->at += word.len;
    return NULL;
}

static const char *read_scalar(struct reader *reader)
{
    unsigned char c = peek(reader);

    reader->values++;
    if (c == '"')
        return read_string(reader);
    if (c == '-' || is_digit(c))
        return read_number(reader);
    if (c == 't')
        return read_word(reader, STR("true"));
    if (c == 'f')
        return read_word(reader, STR("false"));
    return read_word(reader, STR("null"));
}

/* ---- structure ------------------------------------------------------------------------------- */

static inline bool in_object(const struct reader *reader)
{
    unsigned level = reader->depth - 1;
    return reader->stack->in_object[level / 64] >> (level % 64) & 1;
}

static const char *enter(struct reader *reader, bool object)
{
    unsigned level = reader->depth;
    uint64_t bit;

    if (level == JSON_LIMIT_DEPTH)
        return "nested deeper than PostgreSQL reads";
    bit = UINT64_C(1) << (level % 64);
    if (object)
        reader->stack->in_object[level / 64] |= bit;
    else
        reader->stack->in_object[level / 64] &= ~bit;
    reader->depth++;
    reader->values++;
    reader->at++;
    return NULL;
}

/* `at` stands on the key or what should be one; afterwards behind its colon. */
static const char *read_key(struct reader *reader)
{
    skip_space(reader);
    if (peek(reader) != '"')
        return "a key in quotes is expected";
    reader->values++;
    const char *wrong = read_string(reader);
    if (wrong != NULL)
        return wrong;
    skip_space(reader);
    if (peek(reader) != ':')
        return "a colon is expected";
    reader->at++;
    return NULL;
}

/* Down to the next scalar or empty container. */
static const char *read_value(struct reader *reader)
{
    for (;;) {
        const char *wrong;
        skip_space(reader);
        unsigned char c = peek(reader);
        if (c != '{' && c != '[')
            return read_scalar(reader);
        wrong = enter(reader, c == '{');
        if (wrong != NULL)
            return wrong;
        skip_space(reader);
        /* The brackets close two code points after they open, both of them. */
        if (peek(reader) == c + 2)
            return NULL;
        if (c == '{')
            wrong = read_key(reader);
        if (wrong != NULL)
            return wrong;
    }
}

/* After a value: closes what ends here. *ret_more when another value has to follow. */
static const char *read_after_value(struct reader *reader, bool *ret_more)
{
    *ret_more = false;
    for (;;) {
        skip_space(reader);
        if (reader->depth == 0)
            return reader->at == reader->end ? NULL : "more text stands behind the document";
        bool object = in_object(reader);
        unsigned char c = peek(reader);
        if (c == ',') {
            reader->at++;
            *ret_more = true;
            return object ? read_key(reader) : NULL;
        }
        if (c != (object ? '}' : ']'))
            return object ? "a comma or } is expected" : "a comma or ] is expected";
        reader->at++;
        reader->depth--;
    }
}

const char *json_check(struct str text, enum json_use use, struct json_stack *stack,
                       size_t *ret_bad_at)
{
    const unsigned char *start = (const unsigned char *)text.ptr;
    bool for_jsonb = use != JSON_FOR_JSON;
    struct reader reader = {.at = start,
                            .end = start + text.len,
                            .for_jsonb = for_jsonb,
                            .keeps_zero_sign = use == JSON_FOR_JSONB_EXACT,
                            .stack = stack};
    const char *wrong = NULL;
    bool more = true;

    while (wrong == NULL && more) {
        wrong = read_value(&reader);
        if (wrong == NULL)
            wrong = read_after_value(&reader, &more);
    }
    *ret_bad_at = (size_t)(reader.at - start);
    if (wrong == NULL && for_jsonb &&
        (reader.values > JSON_LIMIT_JSONB_VALUES ||
         text.len > JSON_LIMIT_JSONB_BYTES - JSON_JSONB_OVERHEAD * reader.values))
        return "the document is too large for jsonb";
    return wrong;
}
