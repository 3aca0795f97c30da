/*
 * Dates and times. A DATE is the same text on both sides: year-month-day. What PostgreSQL alone can
 * print (infinity, BC, years of five digits) stays as it is and so differs from whatever came from
 * the source.
 */
#include "verify/canonical.h"

/* "2024-01-02 03:04:05" */
#define SECONDS_END 19

static unsigned digits_of(struct str text, size_t from, size_t count)
{
    unsigned value = 0;

    for (size_t i = from; i < from + count; i++)
        value = text.ptr[i] >= '0' && text.ptr[i] <= '9'
                    ? value * 10 + (unsigned)(text.ptr[i] - '0')
                    : 100000;
    return value;
}

unsigned canonical_month_days(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool canonical_split_date(struct str text, struct canonical_date *ret_date)
{
    if (text.len < 10 || text.ptr[4] != '-' || text.ptr[7] != '-')
        return false;
    ret_date->year = digits_of(text, 0, 4);
    ret_date->month = digits_of(text, 5, 2);
    ret_date->day = digits_of(text, 8, 2);
    return ret_date->year <= 9999 && ret_date->month <= 12 && ret_date->day <= 31;
}

/* MySQL keeps days that no calendar has; PostgreSQL prints none. */
bool canonical_is_date(const struct canonical_column *column, struct str raw)
{
    struct canonical_date date = {0};

    (void)column;
    return canonical_split_date(raw, &date) && date.year > 0 && date.month > 0 && date.day > 0 &&
           date.day <= canonical_month_days(date.year, date.month);
}

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

bool canonical_moment(const struct canonical_column *column, struct str raw,
                      struct canonical_row *row)
{
    return canonical_is_date(column, raw) && canonical_timestamp(column, raw, row);
}

/* The session's time zone is UTC: every finite instant ends so. */
bool canonical_timestamptz(const struct canonical_column *column, struct str raw,
                           struct canonical_row *row)
{
    (void)column;
    if (str_equal(raw, STR("-infinity")) || str_equal(raw, STR("infinity"))) {
        buf_add_str(&row->bytes, raw);
        return true;
    }
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
