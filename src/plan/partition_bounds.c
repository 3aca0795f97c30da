/*
 * Bounds of partitions. A range over a function of a day becomes a range over the day itself: the
 * functions here grow with it, so that "f(d) < n" is "d < the first day on which f is n".
 */
#include <inttypes.h>

#include "plan/partition.h"

/* TO_DAYS('1970-01-01'): MySQL counts days from the year 0. */
#define EPOCH_IN_DAYS 719528
#define DAY_SECONDS 86400
/* Days are written for years that both sides read; PostgreSQL's begin in 4713 BC. */
#define LEAST_YEAR (-4000)
#define MOST_YEAR 10000

/* ---- values as the server shows them --------------------------------------------------------- */

enum bound_kind { BOUND_NULL, BOUND_MAX, BOUND_NUMBER, BOUND_TEXT, BOUND_BYTES };

struct bound {
    enum bound_kind kind;
    struct str text; /* digits, decoded text, or bytes */
};

static unsigned hex_value(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)((digit | 0x20) - 'a' + 10);
}

/* Digits that the tokenizer has seen to be such. */
static bool read_hex(struct arena *arena, struct str digits, struct str *ret_bytes)
{
    char *bytes = arena_alloc(arena, digits.len / 2 + 1);

    for (size_t i = 0; i + 1 < digits.len; i += 2)
        bytes[i / 2] = (char)(hex_value(digits.ptr[i]) << 4 | hex_value(digits.ptr[i + 1]));
    *ret_bytes = (struct str){bytes, digits.len / 2};
    return digits.len % 2 == 0;
}

/* _utf8mb4 0xf09f9880, _binary 0x00ff: what has no form as a string in three-byte UTF-8. */
static bool read_introduced(struct partition_work *work, const struct token *tokens,
                            struct bound *ret_bound)
{
    bool is_bytes = str_equal_nocase(tokens[0].text, STR("_binary"));

    if (tokens[1].kind != TOKEN_HEX ||
        (!is_bytes && !str_equal_nocase(tokens[0].text, STR("_utf8mb4"))))
        return cannot_partition(work, "a value of its partitions is not understood");
    ret_bound->kind = is_bytes ? BOUND_BYTES : BOUND_TEXT;
    return read_hex(work->planner->arena, tokens[1].text, &ret_bound->text) ||
           cannot_partition(work, "a value of its partitions is not understood");
}

/* One value from tokens[*at]; *at goes behind it. */
static bool read_bound(struct partition_work *work, const struct token *tokens, size_t *at,
                       struct bound *ret_bound)
{
    const struct token *token = &tokens[*at];
    bool negative = token->kind == TOKEN_SIGN && str_equal_c(token->text, "-");

    *ret_bound = (struct bound){.kind = BOUND_NULL, .text = STR("")};
    *at += 1;
    if (negative && token[1].kind == TOKEN_NUMBER) {
        *at += 1;
        ret_bound->kind = BOUND_NUMBER;
        ret_bound->text = arena_format(work->planner->arena, "-" STR_FMT, STR_ARG(token[1].text));
        return true;
    }
    if (token->kind == TOKEN_NUMBER ||
        (token->kind == TOKEN_STRING && token->introducer.len == 0)) {
        ret_bound->kind = token->kind == TOKEN_NUMBER ? BOUND_NUMBER : BOUND_TEXT;
        ret_bound->text = token->text;
        return true;
    }
    if (token->kind == TOKEN_WORD && str_equal_nocase(token->text, STR("MAXVALUE"))) {
        ret_bound->kind = BOUND_MAX;
        return true;
    }
    if (token->kind == TOKEN_WORD && str_equal_nocase(token->text, STR("NULL")))
        return true;
    if (token->kind == TOKEN_WORD && str_starts_with(token->text, STR("_"))) {
        *at += 1;
        return read_introduced(work, token, ret_bound);
    }
    return cannot_partition(work, "a value of its partitions is not understood");
}

/* MariaDB shows characters beyond three bytes of UTF-8 as question marks, here as elsewhere. */
static bool may_be_lost(const struct partition_work *work, struct str description)
{
    return work->planner->catalog->flavor == FLAVOR_MARIADB &&
           str_search(description, STR("?"
                                       "?"
                                       "?"
                                       "?")) < description.len;
}

/* "10", "1,'a',MAXVALUE", "NULL,7": values with commas between. */
static bool read_bounds(struct partition_work *work, struct str description,
                        struct bound **ret_bounds, size_t *ret_count)
{
    struct arena *arena = work->planner->arena;
    struct bound *bounds = NULL;
    size_t count = 0, capacity = 0, token_count, at = 0;
    struct token *tokens;

    if (may_be_lost(work, description))
        return cannot_partition(work,
                                "the server does not show the values of its partitions whole");
    if (!tokenize(arena, description, &tokens, &token_count))
        return cannot_partition(work, "a value of its partitions is not understood");
    do {
        struct bound *bound = ARENA_PUSH(arena, bounds, count, capacity);
        if (!read_bound(work, tokens, &at, bound))
            return false;
    } while (str_equal_c(tokens[at].text, ",") && tokens[at++].kind == TOKEN_SIGN);
    if (tokens[at].kind != TOKEN_END)
        return cannot_partition(work, "a value of its partitions is not understood");
    *ret_bounds = bounds;
    *ret_count = count;
    return true;
}

/* ---- days ------------------------------------------------------------------------------------ */

/* Days of the proleptic Gregorian calendar, from 1970-01-01 on (Howard Hinnant's algorithms). */
static int64_t day_of_date(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static int64_t date_of_day(int64_t days, unsigned *ret_month, unsigned *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;

    *ret_day = (unsigned)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *ret_month = (unsigned)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return year_of_era + era * 400 + (*ret_month <= 2);
}

/* The first moment at which the function is `number` or more, in seconds from 1970 on. */
static int64_t first_second(enum partition_form form, int64_t number)
{
    int64_t year = number / 100;
    unsigned month = number >= 0 ? (unsigned)(number % 100) : 0;

    switch (form) {
    case FORM_YEAR:
        return day_of_date(number, 1, 1) * DAY_SECONDS;
    case FORM_YEAR_MONTH:
        /* No month is 0 or 13: what would be there is the beginning of a year. */
        if (month < 1 || month > 12)
            return day_of_date(month > 12 ? year + 1 : year, 1, 1) * DAY_SECONDS;
        return day_of_date(year, month, 1) * DAY_SECONDS;
    case FORM_TO_DAYS:
        return (number - EPOCH_IN_DAYS) * DAY_SECONDS;
    case FORM_TO_SECONDS:
        return number - (int64_t)EPOCH_IN_DAYS * DAY_SECONDS;
    case FORM_COLUMN:
    case FORM_UNIX_TIMESTAMP:
        break;
    }
    return number;
}

/* The moment as a constant of the column's type; a date is the first one that is not before it. */
static bool moment_sql(struct partition_work *work, int64_t seconds, struct str *ret_sql,
                       bool *ret_beyond)
{
    const struct target_type *type = target_type_of(work->table, work->key.columns[0]);
    bool is_date = type->kind == TARGET_DATE;
    unsigned month, day;
    char time[32] = "";

    if (is_date)
        seconds += DAY_SECONDS - 1;
    int64_t days = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
    int64_t second = seconds - days * DAY_SECONDS;
    int64_t year = date_of_day(days, &month, &day);
    *ret_beyond = year > MOST_YEAR;
    if (year < LEAST_YEAR || *ret_beyond)
        return false;
    if (!is_date)
        snprintf(time, sizeof time, " %02d:%02d:%02d%s", (int)(second / 3600),
                 (int)(second / 60 % 60), (int)(second % 60),
                 type->kind == TARGET_TIMESTAMPTZ ? "+00" : "");
    *ret_sql = arena_format(work->planner->arena, "'%04" PRId64 "-%02u-%02u%s%s'::" STR_FMT,
                            year > 0 ? year : 1 - year, month, day, time, year > 0 ? "" : " BC",
                            STR_ARG(type_text(work->planner->arena, type)));
    return true;
}

/* ---- values as SQL --------------------------------------------------------------------------- */

/* Both servers show what is above the signed range of BIGINT UNSIGNED as a negative number. */
static struct str number_text(struct partition_work *work, const struct source_type *type,
                              struct str digits)
{
    int64_t number;

    if (type->kind != SOURCE_BIGINT || !type->is_unsigned || !str_to_i64(digits, &number) ||
        number >= 0)
        return digits;
    return arena_format(work->planner->arena, "%" PRIu64, (uint64_t)number);
}

/* A BINARY(n) column's values are n bytes long; the server shows a bound without its last zeros. */
static struct str padded(struct partition_work *work, const struct source_type *type,
                         struct str bytes)
{
    char *whole;

    if (type->kind != SOURCE_BINARY || bytes.len >= type->length)
        return bytes;
    whole = arena_alloc(work->planner->arena, type->length);
    memcpy(whole, bytes.ptr, bytes.len);
    return (struct str){whole, type->length};
}

/* False, with *ret_beyond, for a number above all that the column's type holds. */
static bool bound_sql(struct partition_work *work, size_t i, struct bound *bound,
                      struct str *ret_sql, bool *ret_beyond)
{
    int position = work->key.columns[i];
    const struct source_type *source = &work->table->source->columns[position].type;
    const struct target_type *target = target_type_of(work->table, position);
    struct arena *arena = work->planner->arena;
    bool is_number = bound->kind == BOUND_NUMBER;
    int64_t number;

    *ret_beyond = false;
    if (work->key.form != FORM_COLUMN) {
        /* Far beyond every year, and far from what would overflow. */
        if (!is_number || !str_to_i64(bound->text, &number) || number > INT64_MAX / 4 ||
            number < INT64_MIN / 4 ||
            (work->key.form != FORM_TO_SECONDS && work->key.form != FORM_UNIX_TIMESTAMP &&
             (number > INT32_MAX || number < INT32_MIN)))
            return cannot_partition(work, "a value of its partitions is out of range");
        return moment_sql(work, first_second(work->key.form, number), ret_sql, ret_beyond) ||
               *ret_beyond || cannot_partition(work, "a value of its partitions is out of range");
    }
    if (is_number != source_is_integer(source))
        return cannot_partition(work, "a value of its partitions is not understood");
    if (is_number)
        bound->text = number_text(work, source, bound->text);
    else if (target->kind == TARGET_BYTEA)
        bound->text = padded(work, source, bound->text);
    if (literal_of_type(arena, bound->text, target, ret_sql))
        return true;
    *ret_beyond = is_number && bound->text.ptr[0] != '-';
    return *ret_beyond || cannot_partition(work, "a value of its partitions is none of " STR_FMT,
                                           STR_ARG(type_text(arena, target)));
}

/* ---- ranges ---------------------------------------------------------------------------------- */

bool is_partition_text(const struct partition_work *work, size_t i)
{
    return source_is_text(&work->table->source->columns[work->key.columns[i]].type);
}

/* Whether PostgreSQL, comparing text by its bytes, too, finds `b` above `a`. */
static bool is_above(const struct partition_work *work, const struct bound *a,
                     const struct bound *b)
{
    for (size_t i = 0; i < work->key.column_count; i++) {
        if (a[i].kind == BOUND_MAX || b[i].kind == BOUND_MAX)
            return a[i].kind != BOUND_MAX;
        int order = str_compare(a[i].text, b[i].text);
        if (order != 0)
            return !is_partition_text(work, i) || order < 0;
    }
    return false;
}

/* "(1, 'a', MAXVALUE)"; behind a MAXVALUE nothing is compared, and PostgreSQL wants it repeated. */
static bool tuple_sql(struct partition_work *work, struct bound *bounds, bool is_last,
                      struct str *ret_sql)
{
    struct arena *arena = work->planner->arena;
    struct str sql = STR("(");
    bool is_max = false;

    for (size_t i = 0; i < work->key.column_count; i++) {
        struct str value = STR("MAXVALUE");
        bool is_beyond = false;
        is_max = is_max || bounds[i].kind == BOUND_MAX;
        if (!is_max && !bound_sql(work, i, &bounds[i], &value, &is_beyond))
            return false;
        if (is_beyond && (!is_last || work->key.column_count > 1))
            return cannot_partition(work, "a value of its partitions is beyond the column's type");
        if (is_beyond) {
            value = STR("MAXVALUE");
            bounds[i].kind = BOUND_MAX;
        }
        sql = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(sql), i > 0 ? ", " : "",
                           STR_ARG(value));
    }
    *ret_sql = arena_format(arena, STR_FMT ")", STR_ARG(sql));
    return true;
}

bool bounds_of_ranges(struct partition_work *work, bool *ret_open)
{
    const struct source_partitioning *source = &work->table->source->partitioning;
    struct arena *arena = work->planner->arena;
    struct bound *bounds = NULL, *former = NULL;
    struct str from = STR("("), to = STR_NULL;
    size_t count = 0;

    for (size_t i = 0; i < work->key.column_count; i++)
        from = arena_format(arena, STR_FMT "%sMINVALUE", STR_ARG(from), i > 0 ? ", " : "");
    from = arena_format(arena, STR_FMT ")", STR_ARG(from));
    for (size_t i = 0; i < source->part_count; i++) {
        if (!read_bounds(work, source->parts[i].description, &bounds, &count))
            return false;
        if (count != work->key.column_count)
            return cannot_partition(work, "a value of its partitions is not understood");
        if (!tuple_sql(work, bounds, i + 1 == source->part_count, &to))
            return false;
        if (former != NULL && !is_above(work, former, bounds))
            return cannot_partition(work, "its ranges of text are in another order by their bytes");
        work->table->target.partitions[i].values_sql = arena_format(
            arena, "FOR VALUES FROM " STR_FMT " TO " STR_FMT, STR_ARG(from), STR_ARG(to));
        from = to;
        former = bounds;
        *ret_open = bounds[0].kind != BOUND_MAX;
    }
    return true;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool list_sql(struct partition_work *work, struct str description, struct str *ret_sql)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");
    struct bound *bounds = NULL;
    size_t count = 0;

    if (!read_bounds(work, description, &bounds, &count))
        return false;
    buf_add_c(&sql, "FOR VALUES IN (");
    for (size_t i = 0; i < count; i++) {
        struct str value = STR("NULL");
        bool is_beyond = false;
        if (bounds[i].kind == BOUND_MAX ||
            (bounds[i].kind != BOUND_NULL && !bound_sql(work, 0, &bounds[i], &value, &is_beyond)) ||
            is_beyond)
            return cannot_partition(work, "a value of its partitions is beyond the column's type");
        buf_add_c(&sql, i > 0 ? ", " : "");
        buf_add_str(&sql, value);
    }
    buf_add_char(&sql, ')');
    *ret_sql = arena_str(work->planner->arena, buf_str(&sql));
    return true;
}

bool bounds_of_lists(struct partition_work *work, bool *ret_default)
{
    const struct source_partitioning *source = &work->table->source->partitioning;

    *ret_default = false;
    for (size_t i = 0; i < source->part_count; i++) {
        struct target_partition *target = &work->table->target.partitions[i];
        if (str_equal_c(source->parts[i].description, "DEFAULT")) {
            target->values_sql = STR("DEFAULT");
            *ret_default = true;
        } else if (!list_sql(work, source->parts[i].description, &target->values_sql)) {
            return false;
        }
    }
    return true;
}
