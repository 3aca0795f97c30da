/* Dates and times: every day of MySQL's calendar by counting, and the edges. */
#include "one_value.h"

#include <time.h>

static unsigned slow_days_in(unsigned year, unsigned month)
{
    if (month == 2)
        return year % 400 == 0 ? 29 : year % 100 == 0 ? 28 : year % 4 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static int64_t big_endian(struct str field)
{
    int64_t value = (unsigned char)field.ptr[0] < 0x80 ? 0 : -1;
    for (size_t i = 0; i < field.len; i++)
        value = value * 256 + (unsigned char)field.ptr[i];
    return value;
}

/* One converter of two columns, so that nothing is set up anew a day. */
struct calendar {
    struct converter *converter;
    struct buf out;
};

static void calendar_open(struct calendar *calendar)
{
    static const struct source_type date = {.kind = SOURCE_DATE},
                                    datetime = {.kind = SOURCE_DATETIME, .fraction = 6};
    static const struct target_type day = {.kind = TARGET_DATE},
                                    moment = {.kind = TARGET_TIMESTAMP, .fraction = 6};
    struct convert_column columns[] = {{.source = &date, .target = &day},
                                       {.source = &datetime, .target = &moment}};
    calendar->out = BUF_INIT(4096, "test");
    ok_call(converter_new(columns, 2, &calendar->converter), "a converter for the calendar");
}

static bool calendar_day(struct calendar *calendar, struct cell_time time, int64_t *ret_day,
                         int64_t *ret_us)
{
    struct cell cells[2] = {{.form = CELL_TIME, .time = time}, {.form = CELL_TIME, .time = time}};
    struct row row = {.cells = cells, .cell_count = 2};
    struct convert_result result;

    calendar->out.len = 0;
    struct error *error = converter_add_row(calendar->converter, &row, &calendar->out, &result);
    if (error != NULL) {
        bool right = error->id == PGC_VALUE_ZERO_DATE;
        error_free(error);
        *ret_day = right ? INT64_MAX : INT64_MIN;
        return false;
    }
    struct str all = buf_str(&calendar->out);
    *ret_day = big_endian(str_slice(all, 6, 10));
    *ret_us = big_endian(str_slice(all, 14, 22));
    return true;
}

static void test_every_day(void)
{
    struct calendar calendar;
    size_t wrong = 0, days = 0, refused = 0;
    int64_t count = -730119; /* 0001-01-01, from 2000-01-01 */

    calendar_open(&calendar);
    for (unsigned year = 0; year <= 10001; year++)
        for (unsigned month = 0; month <= 13; month++)
            for (unsigned day = 0; day <= 32; day++) {
                struct cell_time time = {.hour = day % 24,
                                         .minute = (uint8_t)(month * 4),
                                         .second = 59,
                                         .microsecond = 123456};
                int64_t got_day = 0, got_us = 0;
                time.year = (uint16_t)year;
                time.month = (uint8_t)month;
                time.day = (uint8_t)day;
                bool exists = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
                              day <= slow_days_in(year, month);
                /* All that do not exist in a few years; else those around the real ones. */
                if (!exists && year % 100 > 4 && day != 0 && month != 2)
                    continue;
                bool taken = calendar_day(&calendar, time, &got_day, &got_us);
                if (!exists) {
                    wrong += taken || got_day != INT64_MAX;
                    refused++;
                    continue;
                }
                int64_t minutes = (count * 24 + time.hour) * 60 + time.minute;
                int64_t us = (minutes * 60 + 59) * 1000000 + 123456;
                wrong += !taken || got_day != count || got_us != us;
                count++;
                days++;
            }
    is_number(wrong, 0, "every day of the years 1 to 9999, and none beside them");
    is_number(days, 3652059, "days that exist");
    ok(refused > 100000, "days that do not: %zu", refused);

    struct tm end = {.tm_year = 9999 - 1900, .tm_mon = 11, .tm_mday = 31};
    is_number(count - 1, timegm(&end) / 86400 - 10957, "the last day, as timegm() counts");
    converter_free(calendar.converter);
    buf_free(&calendar.out);
}

static void test_dates(void)
{
    struct source_type date = {.kind = SOURCE_DATE},
                       datetime = {.kind = SOURCE_DATETIME, .fraction = 6};
    struct source_type stamp = {.kind = SOURCE_TIMESTAMP, .fraction = 3};

    becomes(date, "date", NULL, TIME_CELL(.year = 2000, .month = 1, .day = 1), "00000000");
    becomes(date, "date", NULL, TIME_CELL(.year = 1999, .month = 12, .day = 31), "ffffffff");
    becomes(date, "date", NULL, TIME_CELL(.year = 1, .month = 1, .day = 1), "fff4dbf9");
    refused(date, "date", NULL, TIME_CELL(0), PGC_VALUE_ZERO_DATE, "0000-00-00");
    refused(date, "date", NULL, TIME_CELL(.year = 2024, .month = 2), PGC_VALUE_ZERO_DATE,
            "day is 0");
    refused(date, "date", NULL, TIME_CELL(.year = 0, .month = 1, .day = 1), PGC_VALUE_ZERO_DATE,
            "year 0");
    refused(date, "date", NULL, TIME_CELL(.year = 2023, .month = 2, .day = 31), PGC_VALUE_ZERO_DATE,
            "calendar");
    refused(date, "date", NULL, TIME_CELL(.year = 65535, .month = 255, .day = 255),
            PGC_VALUE_ZERO_DATE, "calendar");
    becomes(datetime, "timestamp(6)", NULL,
            TIME_CELL(.year = 1999, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 59,
                      .microsecond = 999999),
            "ffffffffffffffff");
    becomes(datetime, "timestamp(3)", NULL,
            TIME_CELL(.year = 2000, .month = 1, .day = 1, .microsecond = 1000), "00000000000003e8");
    refused(datetime, "timestamp(3)", NULL,
            TIME_CELL(.year = 2000, .month = 1, .day = 1, .microsecond = 1001), PGC_VALUE_TOO_LONG,
            "3 digits");
    refused(datetime, "timestamp(0)", NULL,
            TIME_CELL(.year = 2000, .month = 1, .day = 1, .microsecond = 100000),
            PGC_VALUE_TOO_LONG, "0 digits");
    refused(datetime, "timestamp(6)", NULL, TIME_CELL(0), PGC_VALUE_ZERO_DATE, "0000-00-00");
    refused(datetime, "timestamp(6)", NULL,
            TIME_CELL(.year = 2000, .month = 1, .day = 1, .hour = 24), PGC_VALUE_OUT_OF_RANGE, "");
    refused(datetime, "timestamptz(6)", NULL, TIME_CELL(.year = 2000, .month = 1, .day = 1),
            PGC_INTERNAL, "no conversion");
    becomes(stamp, "timestamptz(3)", NULL,
            TIME_CELL(.year = 2000, .month = 1, .day = 1, .second = 1), "00000000000f4240");
    refused(stamp, "timestamp(3)", NULL, TIME_CELL(.year = 2000, .month = 1, .day = 1),
            PGC_INTERNAL, "no conversion");
}

static void test_clock(void)
{
    struct source_type time = {.kind = SOURCE_TIME, .fraction = 6};

    becomes(time, "interval(6)", NULL, TIME_CELL(.second = 1, .microsecond = 1),
            "00000000000f42410000000000000000");
    becomes(time, "interval(6)", NULL,
            TIME_CELL(.hour = 838, .minute = 59, .second = 59, .negative = true),
            "fffffd40c230c6400000000000000000");
    becomes(time, "time(6)", NULL, TIME_CELL(.hour = 24), "000000141dd76000");
    refused(time, "time(6)", NULL, TIME_CELL(.hour = 24, .microsecond = 1), PGC_VALUE_OUT_OF_RANGE,
            "one day");
    refused(time, "time(6)", NULL, TIME_CELL(.microsecond = 1, .negative = true),
            PGC_VALUE_OUT_OF_RANGE, "one day");
    becomes(time, "time(6)", NULL, TIME_CELL(.negative = true), "0000000000000000");
    becomes(time, "bigint", NULL, TIME_CELL(.second = 1, .negative = true), "fffffffffff0bdc0");
    refused(time, "bigint", NULL, TIME_CELL(.hour = 839), PGC_VALUE_OUT_OF_RANGE, "838");
    refused(time, "interval(6)", NULL, TIME_CELL(.hour = UINT32_MAX), PGC_VALUE_OUT_OF_RANGE,
            "838");
    refused(time, "interval(6)", NULL, TIME_CELL(.minute = 60), PGC_VALUE_OUT_OF_RANGE, "");
    refused(time, "interval(6)", NULL, TIME_CELL(.second = 60), PGC_VALUE_OUT_OF_RANGE, "");
    refused(time, "interval(6)", NULL, TIME_CELL(.microsecond = 1000000), PGC_VALUE_OUT_OF_RANGE,
            "");
    refused(time, "interval(2)", NULL, TIME_CELL(.microsecond = 1000), PGC_VALUE_TOO_LONG,
            "2 digits");
}

static void is_printed(enum source_kind kind, uint8_t fraction, struct cell cell, const char *want)
{
    struct source_type source = {.kind = kind, .fraction = fraction, .text = STR("SOURCE")};
    struct target_type target = {.kind = TARGET_TEXT};
    CLEANUP(buf_free) struct buf out = BUF_INIT(4096, "test");
    struct str field = {0};

    ok_call(one_convert(&source, &target, NULL, cell, &out, &field), "%s can be text", want);
    is_str(field, str_of(want), "printed as %s", want);
}

static void test_text(void)
{
    is_printed(SOURCE_DATE, 0, TIME_CELL(0), "0000-00-00");
    is_printed(SOURCE_DATE, 0, TIME_CELL(.year = 2023, .month = 2, .day = 31), "2023-02-31");
    is_printed(SOURCE_DATE, 0, TIME_CELL(.year = 65535, .month = 255, .day = 255), "65535-255-255");
    is_printed(SOURCE_DATETIME, 0, TIME_CELL(0), "0000-00-00 00:00:00");
    is_printed(SOURCE_DATETIME, 6, TIME_CELL(0), "0000-00-00 00:00:00.000000");
    is_printed(SOURCE_TIMESTAMP, 3,
               TIME_CELL(.year = 9, .month = 2, .day = 3, .hour = 4, .minute = 5, .second = 6,
                         .microsecond = 70000),
               "0009-02-03 04:05:06.070");
    is_printed(SOURCE_DATETIME, 0, TIME_CELL(.year = 2000, .month = 1, .day = 1, .microsecond = 5),
               "2000-01-01 00:00:00.000005");
    is_printed(SOURCE_TIME, 0, TIME_CELL(.hour = 838, .minute = 59, .second = 59, .negative = true),
               "-838:59:59");
    is_printed(SOURCE_TIME, 2, TIME_CELL(.hour = 1, .microsecond = 50000), "01:00:00.05");
    is_printed(SOURCE_TIME, 6,
               TIME_CELL(.hour = UINT32_MAX, .minute = 255, .second = 255,
                         .microsecond = UINT32_MAX, .negative = true),
               "-4294967295:255:255.4294967295");
}

int main(void)
{
    test_every_day();
    test_dates();
    test_clock();
    test_text();
    return done_testing();
}
