/*
 * Dates and times. A DATE is the same text on both sides: year-month-day. What PostgreSQL alone can
 * print (infinity, BC, years of five digits) stays as it is and so differs from whatever came from
 * the source.
 */
#include "verify/canonical.h"

/* "2024-01-02 03:04:05" */
#define SECONDS_END 19

static struct str without_zeros(struct str text)
{
    if (text.len <= SECONDS_END || text.ptr[SECONDS_END] != '.')
        return text;
    while (text.ptr[text.len - 1] == '0')
        text.len--;
    if (text.ptr[text.len - 1] == '.')
        text.len--;
    return text;
}

bool canonical_timestamp(const struct canonical_column *column, struct str raw,
                         struct canonical_row *row)
{
    (void)column;
    buf_add_str(&row->bytes, without_zeros(raw));
    return true;
}

/* The session's time zone is UTC: every finite instant ends so. */
bool canonical_timestamptz(const struct canonical_column *column, struct str raw,
                           struct canonical_row *row)
{
    (void)column;
    if (!str_ends_with(raw, STR("+00")))
        return false;
    buf_add_str(&row->bytes, without_zeros(str_slice(raw, 0, raw.len - 3)));
    return true;
}

/* ---- times of day and durations -------------------------------------------------------------- */

static bool take_number(struct str text, size_t *at, size_t most_digits, int64_t *ret_value)
{
    size_t from = *at;
    int64_t value = 0;

    while (*at < text.len && *at - from < most_digits && text.ptr[*at] >= '0' &&
           text.ptr[*at] <= '9')
        value = value * 10 + (text.ptr[(*at)++] - '0');
    *ret_value = value;
    return *at > from;
}

static bool take_char(struct str text, size_t *at, char c)
{
    if (*at >= text.len || text.ptr[*at] != c)
        return false;
    (*at)++;
    return true;
}

static bool take_fraction(struct str text, size_t *at, int64_t *ret_us)
{
    int64_t us = 0, unit = 100000;

    if (!take_char(text, at, '.'))
        return false;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        us += (text.ptr[*at] - '0') * unit;
        unit /= 10;
    }
    *ret_us = us;
    return true;
}

bool canonical_clock(const struct canonical_column *column, struct str raw,
                     struct canonical_row *row)
{
    int64_t hours = 0, minutes = 0, seconds = 0, us = 0;
    size_t at = 0;
    bool negative = take_char(raw, &at, '-');

    (void)column;
    if (!take_number(raw, &at, 9, &hours) || !take_char(raw, &at, ':') ||
        !take_number(raw, &at, 2, &minutes) || !take_char(raw, &at, ':') ||
        !take_number(raw, &at, 2, &seconds) || minutes > 59 || seconds > 59)
        return false;
    if (at < raw.len && !take_fraction(raw, &at, &us))
        return false;
    if (at != raw.len)
        return false;
    us += ((hours * 60 + minutes) * 60 + seconds) * 1000000;
    buf_add_format(&row->bytes, "%lld", (long long)(negative ? -us : us));
    return true;
}

/* "1 day 02:00:00" is another interval than "26:00:00", and TIME only ever becomes the latter. */
bool canonical_interval(const struct canonical_column *column, struct str raw,
                        struct canonical_row *row)
{
    return canonical_clock(column, raw, row);
}
