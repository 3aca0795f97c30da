/* Values of rows that are set aside: exact, and good to be read back. */
#include <stdlib.h>

#include "convert/convert.h"
#include "convert/field.h"
#include "convert/print.h"

void convert_cell_write(const struct cell *cell, const struct source_type *type, struct buf *out)
{
    char text[PRINT_ROOM];
    size_t len = 0;

    switch (cell->form) {
    case CELL_NULL:
        return;
    case CELL_INT:
        len = print_signed(text, cell->integer);
        break;
    case CELL_UINT:
        len = print_unsigned(text, cell->natural);
        break;
    case CELL_FLOAT:
        len = print_float(text, cell->real);
        break;
    case CELL_DOUBLE:
        len = print_double(text, cell->real_double);
        break;
    case CELL_TIME:
        len = print_time(text, &cell->time, type);
        break;
    case CELL_BYTES:
        buf_add_str(out, cell->bytes);
        return;
    }
    buf_add(out, text, len);
}

/* Takes digits off the front of `text`, and the one character behind them when it is `mark`. */
static bool take_number(struct str *text, char mark, uint32_t *ret_number)
{
    size_t len = 0;
    uint64_t number = 0;

    while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9')
        len++;
    if (len > 9 || !str_to_u64(str_slice(*text, 0, len), &number))
        return false;
    *ret_number = (uint32_t)number;
    if (mark == '\0') {
        *text = str_slice(*text, len, text->len);
        return true;
    }
    bool marked = len < text->len && text->ptr[len] == mark;
    *text = str_slice(*text, len + 1, text->len);
    return marked;
}

/* "hour:minute:second" and a fraction of up to six digits. */
static bool read_clock(struct str *text, struct cell_time *time)
{
    uint32_t minute, second, fraction = 0;

    if (!take_number(text, ':', &time->hour) || !take_number(text, ':', &minute) ||
        !take_number(text, '\0', &second))
        return false;
    time->minute = (uint8_t)minute;
    time->second = (uint8_t)second;
    if (text->len == 0)
        return true;
    size_t digits = text->len - 1;
    *text = str_slice(*text, 1, text->len);
    if (digits > 6 || !take_number(text, '\0', &fraction))
        return false;
    for (; digits < 6; digits++)
        fraction *= 10;
    time->microsecond = fraction;
    return true;
}

static bool read_time(struct str text, const struct source_type *type, struct cell *ret_cell)
{
    struct cell_time time = {0};
    uint32_t year, month, day;
    bool good;

    if (type->kind == SOURCE_TIME) {
        time.negative = str_starts_with(text, STR("-"));
        text = str_slice(text, time.negative, text.len);
        good = read_clock(&text, &time);
    } else {
        good = take_number(&text, '-', &year) && take_number(&text, '-', &month) &&
               take_number(&text, type->kind == SOURCE_DATE ? '\0' : ' ', &day);
        if (good) {
            time.year = (uint16_t)year;
            time.month = (uint8_t)month;
            time.day = (uint8_t)day;
        }
        good = good && (type->kind == SOURCE_DATE || read_clock(&text, &time));
    }
    *ret_cell = (struct cell){.form = CELL_TIME, .time = time};
    return good && text.len == 0;
}

static bool read_real(struct str text, bool is_float, struct cell *ret_cell)
{
    char copy[PRINT_ROOM + 1];
    char *end = copy;

    if (text.len == 0 || text.len > PRINT_ROOM)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (is_float)
        *ret_cell = (struct cell){.form = CELL_FLOAT, .real = strtof(copy, &end)};
    else
        *ret_cell = (struct cell){.form = CELL_DOUBLE, .real_double = strtod(copy, &end)};
    return end == copy + text.len;
}

bool convert_cell_read(struct str text, const struct source_type *type, struct cell *ret_cell)
{
    enum source_kind kind = type->kind;

    if (text.ptr == NULL) {
        *ret_cell = (struct cell){.form = CELL_NULL};
        return true;
    }
    if (kind <= SOURCE_BIGINT || kind == SOURCE_YEAR) {
        *ret_cell = (struct cell){.form = type->is_unsigned ? CELL_UINT : CELL_INT};
        return type->is_unsigned ? str_to_u64(text, &ret_cell->natural)
                                 : str_to_i64(text, &ret_cell->integer);
    }
    if (kind == SOURCE_FLOAT || kind == SOURCE_DOUBLE)
        return read_real(text, kind == SOURCE_FLOAT, ret_cell);
    if (kind == SOURCE_DATE || kind == SOURCE_DATETIME || kind == SOURCE_TIMESTAMP ||
        kind == SOURCE_TIME)
        return read_time(text, type, ret_cell);
    *ret_cell = (struct cell){.form = CELL_BYTES, .bytes = text};
    return true;
}
