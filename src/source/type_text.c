#include "source/type_text.h"

#include <string.h>

/* What may stand in the brackets behind a type's word. */
struct type_arguments {
    uint64_t numbers[2];
    size_t count;
};

bool source_text_is_lossy(struct str text, struct str charset)
{
    static const char *const wide[] = {"utf8mb4", "utf16", "utf16le", "utf32", "gb18030"};

    if (str_find(text, '?', 0) == text.len)
        return false;
    for (size_t i = 0; i < COUNT_OF(wide); i++)
        if (str_equal_c(charset, wide[i]))
            return true;
    return false;
}

/*
 * The character at text.ptr[*at] of a literal, decoded; *at moves behind it. false at the closing
 * quote and at the end of the text.
 */
static bool next_of_literal(struct str text, size_t *at, char *ret_c)
{
    static const char from[] = "0btnrZ\\'\"", to[] = "\0\b\t\n\r\x1a\\'\"";
    char c;

    if (*at >= text.len)
        return false;
    c = text.ptr[*at];
    if (c == '\'') {
        if (*at + 1 >= text.len || text.ptr[*at + 1] != '\'')
            return false;
        *at += 1;
    } else if (c == '\\' && *at + 1 < text.len) {
        const char *found = memchr(from, text.ptr[*at + 1], sizeof from - 1);

        *at += 1;
        c = found != NULL ? to[found - from] : text.ptr[*at];
    }
    *at += 1;
    *ret_c = c;
    return true;
}

bool source_literal_parse(struct str text, struct arena *arena, struct str *ret_value,
                          size_t *ret_size)
{
    size_t at = 1, len = 0;
    char *value, c;

    if (text.len < 2 || text.ptr[0] != '\'')
        return false;
    while (next_of_literal(text, &at, &c))
        len++;
    if (at >= text.len)
        return false;
    /* Measured first: an ENUM has up to 65535 labels, each in a text of all of them. */
    value = arena_alloc(arena, len + 1);
    at = 1;
    for (size_t i = 0; next_of_literal(text, &at, &c); i++)
        value[i] = c;
    *ret_value = (struct str){.ptr = value, .len = len};
    *ret_size = at + 1;
    return true;
}

/* "('a','b')": *ret_size is the length with both brackets. */
static bool parse_labels(struct str text, struct arena *arena, struct source_type *type,
                         size_t *ret_size)
{
    struct str *labels = NULL;
    size_t count = 0, capacity = 0, at = 1;

    if (text.len == 0 || text.ptr[0] != '(')
        return false;
    for (;;) {
        struct str label;
        size_t size;

        if (!source_literal_parse(str_slice(text, at, text.len), arena, &label, &size))
            return false;
        *ARENA_PUSH(arena, labels, count, capacity) = label;
        at += size;
        if (at >= text.len)
            return false;
        if (text.ptr[at] == ')')
            break;
        if (text.ptr[at++] != ',')
            return false;
    }
    type->labels = labels;
    type->label_count = count;
    *ret_size = at + 1;
    return true;
}

/* "", "(10)" or "(10,2)". */
static bool parse_arguments(struct str text, struct type_arguments *ret_arguments, size_t *ret_size)
{
    struct type_arguments arguments = {0};
    size_t close, from = 1;

    *ret_arguments = arguments;
    *ret_size = 0;
    if (text.len == 0 || text.ptr[0] != '(')
        return true;
    close = str_find(text, ')', 0);
    if (close == text.len)
        return false;
    while (from <= close) {
        size_t comma = str_find(str_slice(text, 0, close), ',', from);

        if (arguments.count == COUNT_OF(arguments.numbers) ||
            !str_to_u64(str_slice(text, from, comma), &arguments.numbers[arguments.count]) ||
            arguments.numbers[arguments.count] > UINT32_MAX)
            return false;
        arguments.count++;
        from = comma + 1;
    }
    *ret_arguments = arguments;
    *ret_size = close + 1;
    return true;
}

/* " unsigned zerofill", and comments such as MariaDB's " /x mariadb-5.3 x/" (with stars). */
static bool parse_attributes(struct str text, struct source_type *type, bool *ret_zerofill)
{
    *ret_zerofill = false;
    for (;;) {
        size_t end;
        struct str word;

        text = str_trim(text);
        if (text.len == 0)
            return true;
        if (str_starts_with(text, STR("/*"))) {
            size_t close = str_search(text, STR("*/"));

            if (close > text.len)
                return false;
            text = str_slice(text, close + 2, text.len);
            continue;
        }
        end = str_find(text, ' ', 0);
        word = str_slice(text, 0, end);
        if (str_equal_nocase(word, STR("unsigned")))
            type->is_unsigned = true;
        else if (str_equal_nocase(word, STR("zerofill")))
            *ret_zerofill = true;
        else
            return false;
        text = str_slice(text, end, text.len);
    }
}

static bool set_decimal(struct source_type *type, const struct type_arguments *arguments)
{
    uint64_t precision = arguments->count > 0 ? arguments->numbers[0] : 10;
    uint64_t scale = arguments->count > 1 ? arguments->numbers[1] : 0;

    if (precision == 0 || precision > 65 || scale > 38 || scale > precision)
        return false;
    type->precision = (uint8_t)precision;
    type->scale = (uint8_t)scale;
    return true;
}

static bool set_length(struct source_type *type, const struct type_arguments *arguments,
                       uint32_t without)
{
    if (arguments->count > 1)
        return false;
    type->length = arguments->count > 0 ? (uint32_t)arguments->numbers[0] : without;
    return true;
}

/* The numbers in brackets mean something else for each kind. */
static bool set_sizes(struct source_type *type, const struct type_arguments *arguments)
{
    switch (type->kind) {
    case SOURCE_DECIMAL:
        return set_decimal(type, arguments);
    case SOURCE_BIT:
        return set_length(type, arguments, 1) && type->length >= 1 && type->length <= 64;
    case SOURCE_CHAR:
    case SOURCE_BINARY:
        return set_length(type, arguments, 1);
    case SOURCE_VARCHAR:
    case SOURCE_VARBINARY:
        return arguments->count == 1 && set_length(type, arguments, 0);
    case SOURCE_VECTOR:
        return set_length(type, arguments, 2048);
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
    case SOURCE_TIME:
        if (arguments->count > 1 || arguments->numbers[0] > 6)
            return false;
        type->fraction = (uint8_t)arguments->numbers[0];
        return true;
    case SOURCE_TINYINT:
        type->is_tinyint_1 = arguments->count == 1 && arguments->numbers[0] == 1;
        return arguments->count <= 1;
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
    case SOURCE_YEAR:
        return arguments->count <= 1;
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
        return true;
    case SOURCE_DATE:
    case SOURCE_TEXT:
    case SOURCE_BLOB:
    case SOURCE_ENUM:
    case SOURCE_SET:
    case SOURCE_JSON:
    case SOURCE_GEOMETRY:
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
        return arguments->count == 0;
    case SOURCE_OTHER:
        break;
    }
    return false;
}

static bool parse_type(struct str text, struct arena *arena, struct source_type *type)
{
    struct type_arguments arguments = {0};
    size_t word = 0, size = 0;
    bool zerofill;

    while (word < text.len && ((text.ptr[word] >= 'a' && text.ptr[word] <= 'z') ||
                               (text.ptr[word] >= '0' && text.ptr[word] <= '9')))
        word++;
    (void)source_kind_parse(str_slice(text, 0, word), &type->kind);
    text = str_slice(text, word, text.len);
    if (type->kind == SOURCE_ENUM || type->kind == SOURCE_SET) {
        if (!parse_labels(text, arena, type, &size))
            return false;
    } else if (!parse_arguments(text, &arguments, &size)) {
        return false;
    }
    if (!set_sizes(type, &arguments) ||
        !parse_attributes(str_slice(text, size, text.len), type, &zerofill))
        return false;
    type->is_json_tree = type->kind == SOURCE_JSON;
    if (zerofill)
        type->is_tinyint_1 = false;
    return true;
}

void source_type_parse(struct str column_type, struct arena *arena, struct source_type *ret_type)
{
    struct source_type type = {.kind = SOURCE_OTHER};

    if (!parse_type(column_type, arena, &type))
        type = (struct source_type){.kind = SOURCE_OTHER};
    type.text = column_type;
    type.charset = STR("");
    type.collation = STR("");
    *ret_type = type;
}
