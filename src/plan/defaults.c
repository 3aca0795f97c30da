/*
 * Defaults: a literal becomes a constant of the target's type, a few functions have a counterpart,
 * the rest is for people. A default concerns rows to come, never those that are copied.
 */
#include "base/text.h"
#include "plan/expression.h"

/* ---- literals -------------------------------------------------------------------------------- */

static bool is_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

static struct str without_sign(struct str text)
{
    bool has_sign = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');

    return str_slice(text, has_sign, text.len);
}

/* ZEROFILL columns show their default with zeros before it. */
static bool integer_literal(struct arena *arena, struct str text, int64_t least, int64_t most,
                            struct str *ret_sql)
{
    int64_t number;

    if (!is_digits(without_sign(text)) || !str_to_i64(text, &number) || number < least ||
        number > most)
        return false;
    *ret_sql = arena_format(arena, "%lld", (long long)number);
    return true;
}

/* digits[.digits], where 003.00 is 3.00 */
static bool decimal_literal(struct arena *arena, struct str text, struct str *ret_sql)
{
    struct str number = without_sign(text);
    const char *minus = text.len > 0 && text.ptr[0] == '-' ? "-" : "";
    size_t point = str_find(number, '.', 0);
    size_t zeros = 0;

    if (!is_digits(str_slice(number, 0, point)) ||
        (point < number.len && !is_digits(str_slice(number, point + 1, number.len))))
        return false;
    while (zeros + 1 < point && number.ptr[zeros] == '0')
        zeros++;
    *ret_sql =
        arena_format(arena, "%s" STR_FMT, minus, STR_ARG(str_slice(number, zeros, number.len)));
    return true;
}

static bool float_literal(struct arena *arena, struct str text, const struct target_type *type,
                          struct str *ret_sql)
{
    size_t e = str_find(text, 'e', 0);
    struct str mantissa;

    if (e == text.len)
        e = str_find(text, 'E', 0);
    if (!decimal_literal(arena, str_slice(text, 0, e), &mantissa) ||
        (e < text.len && !is_digits(without_sign(str_slice(text, e + 1, text.len)))))
        return false;
    *ret_sql = arena_format(arena, "'" STR_FMT STR_FMT "'::" STR_FMT, STR_ARG(mantissa),
                            STR_ARG(str_slice(text, e, text.len)), STR_ARG(type_text(arena, type)));
    return true;
}

static bool bit_literal(struct arena *arena, struct str text, const struct target_type *type,
                        struct str *ret_sql)
{
    if (str_starts_with(text, STR("b'")) && str_ends_with(text, STR("'")))
        text = str_slice(text, 2, text.len - 1);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '0' && text.ptr[i] != '1')
            return false;
    if (text.len == 0 || text.len > type->length)
        return false;
    *ret_sql = arena_format(arena, "'%0*d" STR_FMT "'::" STR_FMT, (int)(type->length - text.len), 0,
                            STR_ARG(text), STR_ARG(type_text(arena, type)));
    if (type->length == text.len)
        *ret_sql = arena_format(arena, "'" STR_FMT "'::" STR_FMT, STR_ARG(text),
                                STR_ARG(type_text(arena, type)));
    return true;
}

static bool boolean_literal(struct str text, struct str *ret_sql)
{
    if (str_equal_c(text, "0") || str_equal_c(text, "b'0'"))
        *ret_sql = STR("false");
    else if (str_equal_c(text, "1") || str_equal_c(text, "b'1'"))
        *ret_sql = STR("true");
    else
        return false;
    return true;
}

static bool number_at(struct str text, size_t at, size_t len, unsigned *ret_number)
{
    uint64_t number;

    if (at + len > text.len || !is_digits(str_slice(text, at, at + len)) ||
        !str_to_u64(str_slice(text, at, at + len), &number))
        return false;
    *ret_number = (unsigned)number;
    return true;
}

/* YYYY-MM-DD of a day that there is: PostgreSQL has no year 0 and no day 0. */
static bool is_real_day(struct str text)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day;

    if (!number_at(text, 0, 4, &year) || !number_at(text, 5, 2, &month) ||
        !number_at(text, 8, 2, &day) || text.ptr[4] != '-' || text.ptr[7] != '-')
        return false;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (unsigned)(month == 2 && is_leap);
}

/* [-]H…:MM:SS[.ffffff], hours up to `most_hours` */
static bool is_real_time(struct str text, unsigned most_hours, bool may_be_negative)
{
    unsigned hours, minutes, seconds;
    bool is_negative = text.len > 0 && text.ptr[0] == '-';
    struct str time = str_slice(text, is_negative, text.len);
    size_t colon = str_find(time, ':', 0);
    struct str rest = str_slice(time, colon, time.len); /* :MM:SS[.ffffff] */

    if ((is_negative && !may_be_negative) || colon > 3 || !number_at(time, 0, colon, &hours) ||
        !number_at(rest, 1, 2, &minutes) || !number_at(rest, 4, 2, &seconds) || rest.ptr[3] != ':')
        return false;
    if (rest.len > 6 &&
        (rest.ptr[6] != '.' || rest.len > 13 || !is_digits(str_slice(rest, 7, rest.len))))
        return false;
    return hours <= most_hours && minutes < 60 && seconds < 60;
}

static bool day_literal(struct arena *arena, struct str text, const struct target_type *type,
                        struct str *ret_sql)
{
    struct str time = str_slice(text, 11, text.len);
    bool has_time = text.len > 10;

    if (!is_real_day(text) || (has_time && text.ptr[10] != ' ') ||
        (has_time && !is_real_time(time, 23, false)) || (type->kind == TARGET_DATE && has_time))
        return false;
    /* TIMESTAMP defaults are shown in the session's zone, and sessions are UTC. */
    *ret_sql = arena_format(arena, "'" STR_FMT "%s'::" STR_FMT, STR_ARG(text),
                            type->kind == TARGET_TIMESTAMPTZ ? "+00" : "",
                            STR_ARG(type_text(arena, type)));
    return true;
}

static bool bytea_literal(struct arena *arena, struct str bytes, struct str *ret_sql)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_c(&sql, "'\\x");
    buf_add_hex(&sql, bytes);
    buf_add_c(&sql, "'::bytea");
    *ret_sql = arena_str(arena, buf_str(&sql));
    buf_free(&sql);
    return true;
}

static bool uuid_literal(struct arena *arena, struct str text, struct str *ret_sql)
{
    for (size_t i = 0; i < text.len; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.ptr[i] != '-' : strchr("0123456789abcdefABCDEF", text.ptr[i]) == NULL)
            return false;
    }
    if (text.len != 36 || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    *ret_sql = arena_format(arena, "'" STR_FMT "'::uuid", STR_ARG(text));
    return true;
}

static bool json_literal(struct arena *arena, struct str text, const struct target_type *type,
                         struct str *ret_sql)
{
    json_t *json = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);

    if (json == NULL)
        return false;
    json_decref(json);
    *ret_sql = arena_format(arena, STR_FMT "::" STR_FMT, STR_ARG(quoted_literal(arena, text)),
                            STR_ARG(type_text(arena, type)));
    return true;
}

static bool inet_literal(struct arena *arena, struct str text, struct str *ret_sql)
{
    static const char allowed[] = "0123456789abcdefABCDEF:.";

    for (size_t i = 0; i < text.len; i++)
        if (memchr(allowed, text.ptr[i], sizeof allowed - 1) == NULL)
            return false;
    if (text.len == 0)
        return false;
    *ret_sql = arena_format(arena, "'" STR_FMT "'::inet", STR_ARG(text));
    return true;
}

/* A SET's labels never hold commas. */
static bool array_literal(struct arena *arena, struct str text, struct str *ret_sql)
{
    struct str sql = STR("ARRAY[");

    for (size_t from = 0; from < text.len;) {
        size_t comma = str_find(text, ',', from);
        sql = arena_format(arena, STR_FMT "%s" STR_FMT, STR_ARG(sql), from > 0 ? ", " : "",
                           STR_ARG(quoted_literal(arena, str_slice(text, from, comma))));
        from = comma + 1;
    }
    *ret_sql = arena_format(arena, STR_FMT "]::text[]", STR_ARG(sql));
    return true;
}

static bool text_literal(struct arena *arena, struct str text, struct str *ret_sql)
{
    if (memchr(text.ptr == NULL ? "" : text.ptr, '\0', text.len) != NULL)
        return false;
    for (size_t i = 0, len; i < text.len; i += len)
        if (text_decode(text, i, &len) == TEXT_INVALID)
            return false;
    *ret_sql = quoted_literal(arena, text);
    return true;
}

bool literal_of_type(struct arena *arena, struct str text, const struct target_type *type,
                     struct str *ret_sql)
{
    switch (type->kind) {
    case TARGET_BOOLEAN:
        return boolean_literal(text, ret_sql);
    case TARGET_SMALLINT:
        return integer_literal(arena, text, INT16_MIN, INT16_MAX, ret_sql);
    case TARGET_INTEGER:
        return integer_literal(arena, text, INT32_MIN, INT32_MAX, ret_sql);
    case TARGET_BIGINT:
        return integer_literal(arena, text, INT64_MIN, INT64_MAX, ret_sql);
    case TARGET_NUMERIC:
        return decimal_literal(arena, text, ret_sql);
    case TARGET_REAL:
    case TARGET_DOUBLE:
        return float_literal(arena, text, type, ret_sql);
    case TARGET_BIT:
        return bit_literal(arena, text, type, ret_sql);
    case TARGET_VARCHAR:
    case TARGET_TEXT:
        return text_literal(arena, text, ret_sql);
    case TARGET_BYTEA:
        return bytea_literal(arena, text, ret_sql);
    case TARGET_DATE:
    case TARGET_TIMESTAMP:
    case TARGET_TIMESTAMPTZ:
        return day_literal(arena, text, type, ret_sql);
    case TARGET_TIME:
    case TARGET_INTERVAL:
        if (!is_real_time(text, type->kind == TARGET_TIME ? 23 : 838, type->kind != TARGET_TIME))
            return false;
        *ret_sql = arena_format(arena, "'" STR_FMT "'::" STR_FMT, STR_ARG(text),
                                STR_ARG(type_text(arena, type)));
        return true;
    case TARGET_UUID:
        return uuid_literal(arena, text, ret_sql);
    case TARGET_JSON:
    case TARGET_JSONB:
        return json_literal(arena, text, type, ret_sql);
    case TARGET_TEXT_ARRAY:
        return array_literal(arena, text, ret_sql);
    case TARGET_INET:
        return inet_literal(arena, text, ret_sql);
    case TARGET_ENUM:
        /*
         * Of the column's own labels, as the source saw to. PostgreSQL gives the bare literal the
         * column's type, in whatever schema the table is made.
         */
        return text_literal(arena, text, ret_sql);
    case TARGET_REAL_ARRAY:
    case TARGET_GEOMETRY:
    case TARGET_VECTOR:
        return false; /* the source has no literals of them */
    }
    return false;
}

/* ---- now ------------------------------------------------------------------------------------- */

/* Now, cut to its fraction as MySQL does; PostgreSQL would round it, into the future. */
static struct str instant(struct arena *arena, unsigned fraction)
{
    static const char *const strides[] = {NULL, "100 milliseconds", "10 milliseconds",
                                          NULL, "100 microseconds", "10 microseconds"};

    if (fraction >= COUNT_OF(strides))
        return STR("CURRENT_TIMESTAMP");
    if (strides[fraction] == NULL)
        return arena_format(arena, "date_trunc('%s', CURRENT_TIMESTAMP)",
                            fraction == 0 ? "second" : "milliseconds");
    return arena_format(arena, "date_bin('%s', CURRENT_TIMESTAMP, '2000-01-01 00:00:00+00')",
                        strides[fraction]);
}

/*
 * The wall clock of UTC, whatever zone a session of PostgreSQL has: a column without a zone keeps
 * one meaning only when all its writers agree, and sink/ sets such columns ON UPDATE to UTC, too.
 * Where the source's own zone is another one there is a finding, see note_zone().
 */
static struct str wall_clock(struct arena *arena, unsigned fraction)
{
    return arena_format(arena, "(" STR_FMT " AT TIME ZONE 'UTC')",
                        STR_ARG(instant(arena, fraction)));
}

static bool is_one_of(struct str word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (str_equal_nocase(word, str_of(*words)))
            return true;
    return false;
}

/* name, name(), name(n) and nothing behind: the form of all functions of the clock. */
static bool is_plain_call(const struct token *tokens, size_t count, struct str *ret_name,
                          struct str *ret_argument)
{
    if (count < 2 || tokens[0].kind != TOKEN_WORD)
        return false;
    *ret_name = tokens[0].text;
    *ret_argument = STR_NULL;
    if (tokens[1].kind == TOKEN_END)
        return true;
    if (!str_equal_c(tokens[1].text, "("))
        return false;
    if (count == 4 && str_equal_c(tokens[2].text, ")"))
        return true;
    *ret_argument = tokens[2].text;
    return count == 5 && tokens[2].kind == TOKEN_NUMBER && str_equal_c(tokens[3].text, ")");
}

/* The clock's functions, the types that take them, and how a wall clock becomes one. */
static const struct {
    const char *words[6];
    enum target_kind target;
    const char *ending;
} clocks[] = {
    {{"current_timestamp", "now", "localtime", "localtimestamp", "sysdate"}, TARGET_TIMESTAMP, ""},
    {{"utc_timestamp"}, TARGET_TIMESTAMP, ""},
    {{"curdate", "current_date", "current_timestamp", "now"}, TARGET_DATE, "::date"},
    {{"curtime", "current_time", "current_timestamp", "now"}, TARGET_TIME, "::time"},
    {{"curtime", "current_time", "current_timestamp", "now"}, TARGET_INTERVAL, "::time::interval"},
};

static bool now_default(struct planner *p, struct str name, unsigned fraction,
                        const struct target_type *type, struct str *ret_sql)
{
    if (type->kind == TARGET_TIMESTAMPTZ && is_one_of(name, clocks[0].words)) {
        *ret_sql = instant(p->arena, fraction);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        if (clocks[i].target != type->kind || !is_one_of(name, clocks[i].words))
            continue;
        *ret_sql = arena_format(p->arena, STR_FMT "%s", STR_ARG(wall_clock(p->arena, fraction)),
                                clocks[i].ending);
        return true;
    }
    return false;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* Whether the tokens are these words and signs. */
static bool is_phrase(const struct token *tokens, size_t count, const char *const *words)
{
    size_t i = 0;

    for (; i + 1 < count && words[i] != NULL; i++)
        if (!str_equal_nocase(tokens[i].text, str_of(words[i])))
            return false;
    return i + 1 == count && words[i] == NULL;
}

static bool asks_a_sequence(const struct token *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tokens[i].kind == TOKEN_WORD && (str_equal_nocase(tokens[i].text, STR("nextval")) ||
                                             str_equal_nocase(tokens[i].text, STR("lastval"))))
            return true;
    return false;
}

/* nextval(`database`.`sequence`), as MariaDB shows NEXT VALUE FOR as well. */
static bool sequence_default(struct planner *p, const struct token *tokens, size_t count,
                             const struct target_type *type, struct str *ret_sql)
{
    bool is_call = count == 7 && tokens[0].kind == TOKEN_WORD &&
                   str_equal_nocase(tokens[0].text, STR("nextval")) &&
                   str_equal_c(tokens[1].text, "(") && tokens[2].kind == TOKEN_NAME &&
                   str_equal_c(tokens[3].text, ".") && tokens[4].kind == TOKEN_NAME &&
                   str_equal_c(tokens[5].text, ")");
    const struct planned_sequence *sequence;

    if (!is_call || type->kind < TARGET_SMALLINT || type->kind > TARGET_NUMERIC ||
        !str_equal(tokens[2].text, p->catalog->database))
        return false;
    sequence = find_sequence(p, tokens[4].text);
    if (sequence == NULL)
        return false;
    struct str name = arena_format(p->arena, STR_FMT "." STR_FMT,
                                   STR_ARG(quoted_ident(p->arena, sequence->target.schema)),
                                   STR_ARG(quoted_ident(p->arena, sequence->target.name)));
    *ret_sql = arena_format(p->arena, "nextval(" STR_FMT "::regclass)",
                            STR_ARG(quoted_literal(p->arena, name)));
    return true;
}

static bool function_default(struct planner *p, const struct token *tokens, size_t count,
                             const struct target_type *type, struct str *ret_sql,
                             struct str *ret_note)
{
    static const char *const uuid[] = {"uuid", "(", ")", NULL};
    static const char *const uuid_bytes[] = {"uuid_to_bin", "(", "uuid", "(", ")", ")", NULL};
    static const char *const uuid_digits[] = {"replace", "(", "uuid", "(", ")", ",",
                                              "-",       ",", "",     ")", NULL};
    static const char *const epoch[] = {"unix_timestamp", "(", ")", NULL};
    static const char *const array[] = {"json_array", "(", ")", NULL};
    static const char *const object[] = {"json_object", "(", ")", NULL};
    bool is_text = type->kind == TARGET_TEXT || type->kind == TARGET_VARCHAR;
    bool is_json = type->kind == TARGET_JSON || type->kind == TARGET_JSONB;
    struct str name, argument;
    uint64_t fraction = 0;

    if (is_json && (is_phrase(tokens, count, array) || is_phrase(tokens, count, object))) {
        *ret_sql =
            arena_format(p->arena, "'%s'::" STR_FMT, is_phrase(tokens, count, array) ? "[]" : "{}",
                         STR_ARG(type_text(p->arena, type)));
        return true;
    }
    if (is_phrase(tokens, count, uuid) && (is_text || type->kind == TARGET_UUID)) {
        *ret_sql = is_text ? STR("gen_random_uuid()::text") : STR("gen_random_uuid()");
        *ret_note = STR("its default gives random UUIDs (version 4); MySQL's are made of the time");
        return true;
    }
    if (is_phrase(tokens, count, uuid_bytes) && type->kind == TARGET_BYTEA) {
        *ret_sql = STR("uuid_send(gen_random_uuid())");
        *ret_note = STR("its default gives random UUIDs (version 4); MySQL's are made of the time");
        return true;
    }
    if (is_text && is_phrase(tokens, count, uuid_digits)) {
        *ret_sql = STR("replace(gen_random_uuid()::text, '-', '')");
        *ret_note = STR("its default gives random UUIDs (version 4); MySQL's are made of the time");
        return true;
    }
    if (type->kind == TARGET_BIGINT && is_phrase(tokens, count, epoch)) {
        *ret_sql = STR("floor(extract(epoch from CURRENT_TIMESTAMP))::bigint");
        return true;
    }
    if (!is_plain_call(tokens, count, &name, &argument) ||
        (argument.len > 0 && (!str_to_u64(argument, &fraction) || fraction > 6)))
        return false;
    return now_default(p, name, (unsigned)fraction, type, ret_sql);
}

/* A constant expression such as (1 + 2) or (concat('a', 'b')). */
static bool constant_default(struct planner *p, struct str text, const struct target_type *type,
                             struct str *ret_sql, struct str *ret_why)
{
    bool is_text = type->kind == TARGET_TEXT || type->kind == TARGET_VARCHAR;
    bool is_number = type->kind >= TARGET_SMALLINT && type->kind <= TARGET_NUMERIC;
    struct value value;

    if (!translate_expression(p, NULL, text, EXPRESSION_DEFAULT, &value, ret_why))
        return false;
    *ret_sql = value.sql;
    if (value.kind == VALUE_LITERAL)
        return literal_of_type(p->arena, value.literal, type, ret_sql);
    return value.kind == VALUE_NULL || (value.kind == VALUE_TEXT && is_text) ||
           (value.kind == VALUE_INT && is_number) ||
           (value.kind == VALUE_DECIMAL && type->kind == TARGET_NUMERIC) ||
           (value.kind == VALUE_BYTES && type->kind == TARGET_BYTEA);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * 0x…, as source/ gives binary defaults. When a NOT NULL column's table was empty they come from
 * information_schema alone, where MySQL cuts them at their first NUL, so that a BINARY(n) is too
 * short, and MariaDB has ? for what is no character.
 */
static bool binary_default(struct planner *p, const struct source_column *column,
                           struct str *ret_sql)
{
    struct str text = column->default_text;
    char *bytes = arena_alloc(p->arena, text.len + 1);
    size_t len = 0;

    if (!str_starts_with(text, STR("0x")) || text.len % 2 != 0)
        return false;
    for (size_t i = 2; i < text.len; i += 2) {
        int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[len++] = (char)(high << 4 | low);
    }
    if (column->type.kind == SOURCE_BINARY && len != column->type.length)
        return false;
    if (p->catalog->flavor == FLAVOR_MARIADB && !column->nullable &&
        memchr(bytes, '?', len) != NULL)
        return false;
    return bytea_literal(p->arena, (struct str){bytes, len}, ret_sql);
}

static bool literal_default(struct planner *p, const struct source_column *column,
                            const struct target_type *type, struct str *ret_sql,
                            struct str *ret_why)
{
    bool is_binary = column->type.kind == SOURCE_BINARY || column->type.kind == SOURCE_VARBINARY ||
                     column->type.kind == SOURCE_BLOB;

    if (is_binary && type->kind == TARGET_BYTEA) {
        *ret_why = STR("the server does not show these bytes whole");
        return binary_default(p, column, ret_sql);
    }
    *ret_why = arena_format(p->arena, "'" STR_FMT "' is no value of " STR_FMT,
                            STR_ARG(column->default_text), STR_ARG(type_text(p->arena, type)));
    if (is_binary ||
        (type->kind == TARGET_BYTEA && !str_starts_with(column->type.charset, STR("utf8"))))
        return false;
    return literal_of_type(p->arena, column->default_text, type, ret_sql);
}

bool translate_default(struct planner *p, const struct planned_table *table, int position,
                       struct str *ret_sql, struct str *ret_why, struct str *ret_note)
{
    const struct source_column *column = &table->source->columns[position];
    const struct target_type *type = target_type_of(table, position);
    struct token *tokens;
    size_t count;

    *ret_note = STR_NULL;
    if (!column->default_is_expression)
        return literal_default(p, column, type, ret_sql, ret_why);
    *ret_why = arena_format(p->arena, "it is not translated to " STR_FMT,
                            STR_ARG(type_text(p->arena, type)));
    if (column->default_text.len > LIMIT_ERROR_TEXT ||
        !tokenize(p->arena, column->default_text, &tokens, &count))
        return false;
    if (asks_a_sequence(tokens, count)) {
        *ret_why = STR("what it asks of a sequence is not translated");
        return sequence_default(p, tokens, count, type, ret_sql);
    }
    return function_default(p, tokens, count, type, ret_sql, ret_note) ||
           constant_default(p, column->default_text, type, ret_sql, ret_why);
}
