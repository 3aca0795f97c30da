#include "convert/print.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 17 digits distinguish all doubles, 9 all floats. */
#define DIGITS_DOUBLE 17
#define DIGITS_FLOAT 9
/* Beyond these positions of the decimal point MySQL writes an exponent. */
#define POINT_FIRST (-14)
#define POINT_LAST 15

size_t print_unsigned(char *at, uint64_t value)
{
    char digits[20];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++)
        at[i] = digits[count - 1 - i];
    return count;
}

size_t print_signed(char *at, int64_t value)
{
    if (value >= 0)
        return print_unsigned(at, (uint64_t)value);
    at[0] = '-';
    return 1 + print_unsigned(at + 1, 0 - (uint64_t)value);
}

/* ---- floating point -------------------------------------------------------------------------- */

/* 0.DIGITS × 10^point */
struct shortest {
    char digits[DIGITS_DOUBLE];
    size_t count;
    int point;
};

static bool reads_back(const char *text, double value, bool is_float)
{
    /* Compared by bits: a float of the same value, not one that is only near. */
    return is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* Tries lengths by bisection: when some count of digits reads back, so does every larger one. */
static void find_shortest(double value, bool is_float, struct shortest *shortest)
{
    char text[48];
    int low = 1, high = is_float ? DIGITS_FLOAT : DIGITS_DOUBLE;

    while (low < high) {
        int middle = (low + high) / 2;
        snprintf(text, sizeof text, "%.*e", middle - 1, value);
        if (reads_back(text, value, is_float))
            high = middle;
        else
            low = middle + 1;
    }
    snprintf(text, sizeof text, "%.*e", low - 1, value);

    /* Whatever the locale's decimal point is, it is no digit. */
    const char *c = text;
    shortest->count = 0;
    for (; *c != 'e' && *c != '\0'; c++)
        if (*c >= '0' && *c <= '9' && shortest->count < DIGITS_DOUBLE)
            shortest->digits[shortest->count++] = *c;
    shortest->point = *c == 'e' ? (int)strtol(c + 1, NULL, 10) + 1 : 1;
    while (shortest->count > 1 && shortest->digits[shortest->count - 1] == '0')
        shortest->count--;
}

static size_t print_exponent_form(char *at, const struct shortest *shortest)
{
    char *to = at;
    *to++ = shortest->digits[0];
    if (shortest->count > 1) {
        *to++ = '.';
        memcpy(to, shortest->digits + 1, shortest->count - 1);
        to += shortest->count - 1;
    }
    *to++ = 'e';
    to += print_signed(to, shortest->point - 1);
    return (size_t)(to - at);
}

static size_t print_plain_form(char *at, const struct shortest *shortest)
{
    char *to = at;
    size_t whole = shortest->point > 0 ? (size_t)shortest->point : 0;

    if (whole == 0) {
        size_t zeros = (size_t)-shortest->point;
        memcpy(to, "0.", 2);
        memset(to + 2, '0', zeros);
        memcpy(to + 2 + zeros, shortest->digits, shortest->count);
        return 2 + zeros + shortest->count;
    }
    for (size_t i = 0; i < whole; i++)
        *to++ = i < shortest->count ? shortest->digits[i] : '0';
    if (shortest->count > whole) {
        *to++ = '.';
        memcpy(to, shortest->digits + whole, shortest->count - whole);
        to += shortest->count - whole;
    }
    return (size_t)(to - at);
}

static size_t print_floating(char *at, double value, bool is_float)
{
    struct shortest shortest = {0};
    size_t sign = 0;

    if (isnan(value)) {
        memcpy(at, "NaN", 3);
        return 3;
    }
    if (signbit(value)) {
        at[0] = '-';
        sign = 1;
        value = -value;
    }
    if (isinf(value)) {
        memcpy(at + sign, "Infinity", 8);
        return sign + 8;
    }
    if (value == 0) {
        at[sign] = '0';
        return sign + 1;
    }
    find_shortest(value, is_float, &shortest);
    if (shortest.point < POINT_FIRST || shortest.point > POINT_LAST)
        return sign + print_exponent_form(at + sign, &shortest);
    return sign + print_plain_form(at + sign, &shortest);
}

size_t print_double(char *at, double value)
{
    return print_floating(at, value, false);
}

size_t print_float(char *at, float value)
{
    return print_floating(at, (double)value, true);
}

/* ---- times ----------------------------------------------------------------------------------- */

/* At least `width` digits, zeros in front. */
static char *put_padded(char *to, uint32_t value, size_t width)
{
    char digits[20];
    size_t count = print_unsigned(digits, value);

    for (size_t i = count; i < width; i++)
        *to++ = '0';
    memcpy(to, digits, count);
    return to + count;
}

static char *put_clock(char *to, const struct cell_time *time, unsigned fraction)
{
    static const uint32_t unit[] = {1000000, 100000, 10000, 1000, 100, 10, 1};

    to = put_padded(to, time->hour, 2);
    *to++ = ':';
    to = put_padded(to, time->minute, 2);
    *to++ = ':';
    to = put_padded(to, time->second, 2);
    /* A value finer than its type should not exist; if it does, it is shown whole. */
    if (fraction > 6 || time->microsecond % unit[fraction] != 0)
        fraction = 6;
    if (fraction == 0)
        return to;
    *to++ = '.';
    return put_padded(to, time->microsecond / unit[fraction], fraction);
}

size_t print_time(char *at, const struct cell_time *time, const struct source_type *type)
{
    char *to = at;

    if (type->kind == SOURCE_TIME) {
        if (time->negative)
            *to++ = '-';
        return (size_t)(put_clock(to, time, type->fraction) - at);
    }
    to = put_padded(to, time->year, 4);
    *to++ = '-';
    to = put_padded(to, time->month, 2);
    *to++ = '-';
    to = put_padded(to, time->day, 2);
    if (type->kind != SOURCE_DATE) {
        *to++ = ' ';
        to = put_clock(to, time, type->fraction);
    }
    return (size_t)(to - at);
}
