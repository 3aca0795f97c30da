#include "model/type.h"

#include <inttypes.h>

#define MAX_NUMERIC_PRECISION 1000
#define MAX_VARCHAR_LENGTH 10485760
#define MAX_BIT_LENGTH 83886080
#define MAX_VECTOR_LENGTH 16000 /* pgvector's */
#define MAX_FRACTION 6

static const struct {
    const char *word;
    enum source_kind kind;
} source_words[] = {
    {"tinyint", SOURCE_TINYINT},
    {"smallint", SOURCE_SMALLINT},
    {"mediumint", SOURCE_MEDIUMINT},
    {"int", SOURCE_INT},
    {"bigint", SOURCE_BIGINT},
    {"decimal", SOURCE_DECIMAL},
    {"float", SOURCE_FLOAT},
    {"double", SOURCE_DOUBLE},
    {"bit", SOURCE_BIT},
    {"date", SOURCE_DATE},
    {"datetime", SOURCE_DATETIME},
    {"timestamp", SOURCE_TIMESTAMP},
    {"time", SOURCE_TIME},
    {"year", SOURCE_YEAR},
    {"char", SOURCE_CHAR},
    {"varchar", SOURCE_VARCHAR},
    {"tinytext", SOURCE_TEXT},
    {"text", SOURCE_TEXT},
    {"mediumtext", SOURCE_TEXT},
    {"longtext", SOURCE_TEXT},
    {"binary", SOURCE_BINARY},
    {"varbinary", SOURCE_VARBINARY},
    {"tinyblob", SOURCE_BLOB},
    {"blob", SOURCE_BLOB},
    {"mediumblob", SOURCE_BLOB},
    {"longblob", SOURCE_BLOB},
    {"enum", SOURCE_ENUM},
    {"set", SOURCE_SET},
    {"json", SOURCE_JSON},
    {"geometry", SOURCE_GEOMETRY},
    {"point", SOURCE_GEOMETRY},
    {"linestring", SOURCE_GEOMETRY},
    {"polygon", SOURCE_GEOMETRY},
    {"multipoint", SOURCE_GEOMETRY},
    {"multilinestring", SOURCE_GEOMETRY},
    {"multipolygon", SOURCE_GEOMETRY},
    {"geomcollection", SOURCE_GEOMETRY},
    {"geometrycollection", SOURCE_GEOMETRY},
    {"vector", SOURCE_VECTOR},
    {"uuid", SOURCE_UUID},
    {"inet4", SOURCE_INET4},
    {"inet6", SOURCE_INET6},
};

bool source_kind_parse(struct str word, enum source_kind *ret_kind)
{
    for (size_t i = 0; i < COUNT_OF(source_words); i++)
        if (str_equal_nocase(word, str_of(source_words[i].word))) {
            *ret_kind = source_words[i].kind;
            return true;
        }
    return false;
}

/* Which numbers stand in parentheses behind a type's name. */
enum modifiers { MODIFIERS_NONE, MODIFIERS_LENGTH, MODIFIERS_PRECISION, MODIFIERS_FRACTION };

static enum modifiers modifiers_of(enum target_kind kind)
{
    switch (kind) {
    case TARGET_BIT:
    case TARGET_VARCHAR:
    case TARGET_VECTOR:
        return MODIFIERS_LENGTH;
    case TARGET_NUMERIC:
        return MODIFIERS_PRECISION;
    case TARGET_TIME:
    case TARGET_TIMESTAMP:
    case TARGET_TIMESTAMPTZ:
    case TARGET_INTERVAL:
        return MODIFIERS_FRACTION;
    case TARGET_BOOLEAN:
    case TARGET_SMALLINT:
    case TARGET_INTEGER:
    case TARGET_BIGINT:
    case TARGET_REAL:
    case TARGET_DOUBLE:
    case TARGET_TEXT:
    case TARGET_BYTEA:
    case TARGET_DATE:
    case TARGET_UUID:
    case TARGET_JSON:
    case TARGET_JSONB:
    case TARGET_TEXT_ARRAY:
    case TARGET_REAL_ARRAY:
    case TARGET_INET:
    case TARGET_ENUM:
    case TARGET_GEOMETRY:
        return MODIFIERS_NONE;
    }
    return MODIFIERS_NONE;
}

/*
 * The words of each type: before its numbers and behind them. The first row of a kind is how
 * PostgreSQL writes it, the others are how people do.
 */
static const struct {
    const char *before;
    const char *behind;
    enum target_kind kind;
} names[] = {
    {"boolean", "", TARGET_BOOLEAN},
    {"bool", "", TARGET_BOOLEAN},
    {"smallint", "", TARGET_SMALLINT},
    {"int2", "", TARGET_SMALLINT},
    {"integer", "", TARGET_INTEGER},
    {"int", "", TARGET_INTEGER},
    {"int4", "", TARGET_INTEGER},
    {"bigint", "", TARGET_BIGINT},
    {"int8", "", TARGET_BIGINT},
    {"numeric", "", TARGET_NUMERIC},
    {"decimal", "", TARGET_NUMERIC},
    {"real", "", TARGET_REAL},
    {"float4", "", TARGET_REAL},
    {"double precision", "", TARGET_DOUBLE},
    {"double", "", TARGET_DOUBLE},
    {"float8", "", TARGET_DOUBLE},
    {"bit", "", TARGET_BIT},
    {"character varying", "", TARGET_VARCHAR},
    {"varchar", "", TARGET_VARCHAR},
    {"text", "", TARGET_TEXT},
    {"bytea", "", TARGET_BYTEA},
    {"date", "", TARGET_DATE},
    {"time", "without time zone", TARGET_TIME},
    {"time", "", TARGET_TIME},
    {"timestamp", "without time zone", TARGET_TIMESTAMP},
    {"timestamp", "", TARGET_TIMESTAMP},
    {"timestamp", "with time zone", TARGET_TIMESTAMPTZ},
    {"timestamptz", "", TARGET_TIMESTAMPTZ},
    {"interval", "", TARGET_INTERVAL},
    {"uuid", "", TARGET_UUID},
    {"json", "", TARGET_JSON},
    {"jsonb", "", TARGET_JSONB},
    {"text[]", "", TARGET_TEXT_ARRAY},
    {"real[]", "", TARGET_REAL_ARRAY},
    {"float4[]", "", TARGET_REAL_ARRAY},
    {"inet", "", TARGET_INET},
    {"enum", "", TARGET_ENUM},
    {"geometry", "", TARGET_GEOMETRY},
    {"vector", "", TARGET_VECTOR},
};

void target_type_print(const struct target_type *type, struct buf *sql)
{
    size_t i = 0;

    while (names[i].kind != type->kind)
        i++;
    if (type->sql_name.len > 0)
        buf_add_str(sql, type->sql_name);
    else
        buf_add_c(sql, names[i].before);
    switch (modifiers_of(type->kind)) {
    case MODIFIERS_NONE:
        break;
    case MODIFIERS_LENGTH:
        if (type->length > 0)
            buf_add_format(sql, "(%" PRIu32 ")", type->length);
        break;
    case MODIFIERS_PRECISION:
        if (type->precision > 0)
            buf_add_format(sql, "(%u,%u)", (unsigned)type->precision, (unsigned)type->scale);
        break;
    case MODIFIERS_FRACTION:
        buf_add_format(sql, "(%u)", (unsigned)type->fraction);
        break;
    }
    if (names[i].behind[0] != '\0')
        buf_add_format(sql, " %s", names[i].behind);
}

/* Whether the text is these words: ASCII case is ignored, any white space stands between words. */
static bool same_words(struct str text, const char *words)
{
    struct str left = str_of(words);

    for (text = str_trim(text); text.len > 0 && left.len > 0; text = str_trim(text)) {
        size_t end = str_find(left, ' ', 0);

        if (text.len < end || !str_equal_nocase(str_slice(text, 0, end), str_slice(left, 0, end)))
            return false;
        text = str_slice(text, end, text.len);
        left = str_slice(left, end + 1, left.len);
        if (left.len > 0 && str_trim(text).len == text.len)
            return false; /* the words must be apart */
    }
    return text.len == 0 && left.len == 0;
}

static bool parse_number(struct str text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
    uint64_t number;

    if (!str_to_u64(str_trim(text), &number) || number < least || number > most)
        return false;
    *ret_number = number;
    return true;
}

static bool parse_precision(struct str text, struct target_type *type)
{
    size_t comma = str_find(text, ',', 0);
    uint64_t precision, scale = 0;

    if (!parse_number(str_slice(text, 0, comma), 1, MAX_NUMERIC_PRECISION, &precision))
        return false;
    if (comma < text.len &&
        !parse_number(str_slice(text, comma + 1, text.len), 0, precision, &scale))
        return false;
    type->precision = (uint16_t)precision;
    type->scale = (uint16_t)scale;
    return true;
}

static uint64_t longest(enum target_kind kind)
{
    if (kind == TARGET_BIT)
        return MAX_BIT_LENGTH;
    return kind == TARGET_VECTOR ? MAX_VECTOR_LENGTH : MAX_VARCHAR_LENGTH;
}

static bool parse_modifiers(struct str text, struct target_type *type)
{
    uint64_t number;

    switch (modifiers_of(type->kind)) {
    case MODIFIERS_NONE:
        return false;
    case MODIFIERS_LENGTH:
        if (!parse_number(text, 1, longest(type->kind), &number))
            return false;
        type->length = (uint32_t)number;
        return true;
    case MODIFIERS_PRECISION:
        return parse_precision(text, type);
    case MODIFIERS_FRACTION:
        if (!parse_number(text, 0, MAX_FRACTION, &number))
            return false;
        type->fraction = (uint8_t)number;
        return true;
    }
    return false;
}

/* Whether the text, with numbers between `open` and `close` or without any, is of names[i]. */
static bool is_name(struct str text, size_t open, size_t close, size_t i)
{
    char words[64];

    if (open < text.len)
        return same_words(str_slice(text, 0, open), names[i].before) &&
               same_words(str_slice(text, close + 1, text.len), names[i].behind);
    snprintf(words, sizeof words, "%s %s", names[i].before, names[i].behind);
    return same_words(text, words);
}

bool target_type_parse(struct str text, struct target_type *ret_type)
{
    size_t open = str_find(text, '(', 0);
    size_t close = str_find(text, ')', open);
    struct target_type type = {0};
    size_t i = 0;

    if (open < text.len && close == text.len)
        return false;
    while (i < COUNT_OF(names) && !is_name(text, open, close, i))
        i++;
    if (i == COUNT_OF(names))
        return false;
    type.kind = names[i].kind;
    /* As PostgreSQL reads them without numbers: bit is bit(1), times keep microseconds. */
    if (type.kind == TARGET_BIT)
        type.length = 1;
    if (modifiers_of(type.kind) == MODIFIERS_FRACTION)
        type.fraction = MAX_FRACTION;
    if (open < text.len && !parse_modifiers(str_slice(text, open + 1, close), &type))
        return false;
    *ret_type = type;
    return true;
}

/* Before the bytes of a value whose length differs. */
#define LENGTH_WORD 4

unsigned target_type_width(enum target_kind kind)
{
    static const uint8_t widths[] = {
        [TARGET_BOOLEAN] = 1,
        [TARGET_SMALLINT] = 2,
        [TARGET_INTEGER] = 4,
        [TARGET_REAL] = 4,
        [TARGET_DATE] = 4,
        [TARGET_ENUM] = 4,
        [TARGET_BIGINT] = 8,
        [TARGET_DOUBLE] = 8,
        [TARGET_TIME] = 8,
        [TARGET_TIMESTAMP] = 8,
        [TARGET_TIMESTAMPTZ] = 8,
        [TARGET_INTERVAL] = 16,
        [TARGET_UUID] = 16,
        [TARGET_BIT] = LENGTH_WORD + 4 + 8,
        [TARGET_INET] = LENGTH_WORD + 18,
        /* 65 digits, four in two bytes, and one group more on each side of the point. */
        [TARGET_NUMERIC] = LENGTH_WORD + 4 + 38,
        [TARGET_VECTOR] = 0,
    };

    return widths[kind];
}

unsigned target_type_alignment(enum target_kind kind)
{
    unsigned width = target_type_width(kind);

    if (kind == TARGET_UUID || kind == TARGET_BOOLEAN)
        return 1;
    if (kind == TARGET_INTERVAL)
        return 8;
    return width == 0 || width > 8 ? 4 : width;
}

bool target_type_equal(const struct target_type *a, const struct target_type *b)
{
    if (a->kind != b->kind)
        return false;
    switch (modifiers_of(a->kind)) {
    case MODIFIERS_NONE:
        return str_equal(a->sql_name, b->sql_name);
    case MODIFIERS_LENGTH:
        return a->length == b->length;
    case MODIFIERS_PRECISION:
        return a->precision == b->precision && a->scale == b->scale;
    case MODIFIERS_FRACTION:
        return a->fraction == b->fraction;
    }
    return false;
}
