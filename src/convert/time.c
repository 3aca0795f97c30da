/*
 * Dates and times: PostgreSQL counts days and microseconds from 2000-01-01, in the Gregorian
 * calendar carried back without end (date_recv(), timestamp_recv(), interval_recv(), time_recv()).
 */
#include "base/crash.h"
#include "convert/field.h"
#include "convert/print.h"

#define DAY_US INT64_C(86400000000)
/* From 0001-01-01 to 2000-01-01. */
#define EPOCH_DAYS 730119
/* MySQL's TIME ends at 838:59:59. */
#define TIME_MAX_HOUR 838

static inline bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static struct error *refuse_date(const struct cell_time *time)
{
    if (time->year == 0 && time->month == 0 && time->day == 0)
        return error_new(PGC_VALUE_ZERO_DATE, "the date is 0000-00-00");
    if (time->month == 0 || time->day == 0)
        return error_new(PGC_VALUE_ZERO_DATE, "the date's month or day is 0");
    if (time->year == 0)
        return error_new(PGC_VALUE_ZERO_DATE, "the date is in the year 0, which does not exist");
    return error_new(PGC_VALUE_ZERO_DATE, "the date does not exist in the calendar");
}

/* Days from 2000-01-01; refuses what is not in the calendar. */
static inline struct error *date_days(const struct cell_time *time, int32_t *ret_days)
{
    static const uint16_t days_before[] = {0,   0,   31,  59,  90,  120, 151,
                                           181, 212, 243, 273, 304, 334};
    static const uint8_t days_in[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = time->year, month = time->month, day = time->day;

    if (UNLIKELY(year - 1u > 9998u || month - 1u > 11u || day == 0))
        return refuse_date(time);
    bool leap = is_leap(year);
    if (UNLIKELY(day > days_in[month] + (unsigned)(leap && month == 2)))
        return refuse_date(time);
    unsigned past = year - 1;
    unsigned days = past * 365 + past / 4 - past / 100 + past / 400 + days_before[month] +
                    (leap && month > 2) + day - 1;
    *ret_days = (int32_t)days - EPOCH_DAYS;
    return NULL;
}

/* The clock's microseconds; refuses a fraction finer than the target's. */
static inline struct error *clock_us(const struct field *field, const struct cell_time *time,
                                     int64_t *ret_us)
{
    if (UNLIKELY(time->minute > 59 || time->second > 59 || time->microsecond > 999999))
        return error_new(PGC_VALUE_OUT_OF_RANGE, "the time of day does not exist");
    if (UNLIKELY(field->fraction_unit > 1 && time->microsecond % field->fraction_unit != 0))
        return error_new(PGC_VALUE_TOO_LONG, "the second has a finer fraction than %u digits",
                         (unsigned)field->target->fraction);
    *ret_us = ((int64_t)time->hour * 3600 + time->minute * INT64_C(60) + time->second) * 1000000 +
              time->microsecond;
    return NULL;
}

struct error *field_add_date(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);
    int32_t days = 0;

    (void)field;
    TRY(date_days(&cell->time, &days));
    bytes_put_u32(at + 4, (uint32_t)days);
    return field_done(out, at, 4);
}

struct error *field_add_timestamp(const struct field *field, const struct cell *cell,
                                  struct buf *out)
{
    char *at = field_at(out);
    int32_t days = 0;
    int64_t us = 0;

    TRY(date_days(&cell->time, &days));
    if (UNLIKELY(cell->time.hour > 23))
        return error_new(PGC_VALUE_OUT_OF_RANGE, "the time of day does not exist");
    TRY(clock_us(field, &cell->time, &us));
    if (crash_breaks("timestamp"))
        us -= us % 1000000;
    bytes_put_u64(at + 4, (uint64_t)(days * DAY_US + us));
    return field_done(out, at, 8);
}

/* TIME as signed microseconds. */
static struct error *time_us(const struct field *field, const struct cell_time *time,
                             int64_t *ret_us)
{
    if (UNLIKELY(time->hour > TIME_MAX_HOUR))
        return field_refuse_range(field, "beyond 838:59:59");
    TRY(clock_us(field, time, ret_us));
    if (time->negative)
        *ret_us = -*ret_us;
    return NULL;
}

struct error *field_add_interval(const struct field *field, const struct cell *cell,
                                 struct buf *out)
{
    char *at = field_at(out);
    int64_t us = 0;

    TRY(time_us(field, &cell->time, &us));
    bytes_put_u64(at + 4, (uint64_t)us);
    bytes_put_u32(at + 12, 0); /* days */
    bytes_put_u32(at + 16, 0); /* months */
    return field_done(out, at, 16);
}

struct error *field_add_time(const struct field *field, const struct cell *cell, struct buf *out)
{
    char *at = field_at(out);
    int64_t us = 0;

    TRY(time_us(field, &cell->time, &us));
    /* PostgreSQL's time ends with 24:00:00. */
    if (UNLIKELY(us < 0 || us > DAY_US))
        return field_refuse_range(field, "outside one day, 00:00 to 24:00");
    bytes_put_u64(at + 4, (uint64_t)us);
    return field_done(out, at, 8);
}

struct error *field_add_time_bigint(const struct field *field, const struct cell *cell,
                                    struct buf *out)
{
    int64_t us = 0;
    TRY(time_us(field, &cell->time, &us));
    return field_put_signed(field, us, out);
}

struct error *field_add_time_text(const struct field *field, const struct cell *cell,
                                  struct buf *out)
{
    char text[PRINT_ROOM];
    return field_put_short(field, text, print_time(text, &cell->time, field->source), out);
}
