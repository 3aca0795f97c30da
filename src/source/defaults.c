/*
 * COLUMN_DEFAULT, EXTRA and expressions of information_schema. The two servers write them
 * differently: MySQL gives a literal's bare value and marks expressions in EXTRA; MariaDB (10.2.7
 * and newer) gives SQL, with quotes around strings and the word NULL.
 */
#include "source/type_text.h"

#include "base/text.h"

/* [+-]digits[.digits][e[+-]digits] */
static bool is_number(struct str text)
{
    size_t at = 0, digits = 0;

    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        at++;
    for (; at < text.len && ((text.ptr[at] >= '0' && text.ptr[at] <= '9') || text.ptr[at] == '.');
         at++)
        digits += text.ptr[at] != '.';
    if (digits == 0)
        return false;
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        at++;
        if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
            at++;
        digits = at;
        while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
            at++;
        if (at == digits)
            return false;
    }
    return at == text.len;
}

/* b'101' gives 101. */
static bool parse_bits(struct str text, struct str *ret_bits)
{
    if (text.len < 3 || text.ptr[0] != 'b' || text.ptr[1] != '\'' || text.ptr[text.len - 1] != '\'')
        return false;
    *ret_bits = str_slice(text, 2, text.len - 1);
    return true;
}

static bool is_integer(enum source_kind kind)
{
    return kind == SOURCE_TINYINT || kind == SOURCE_SMALLINT || kind == SOURCE_MEDIUMINT ||
           kind == SOURCE_INT || kind == SOURCE_BIGINT;
}

/* A ZEROFILL column shows 0000042. */
static struct str without_zeros(struct str text)
{
    while (text.len > 1 && text.ptr[0] == '0')
        text = str_slice(text, 1, text.len);
    return text;
}

static void set_default(struct source_column *column, bool is_expression, struct str text)
{
    column->has_default = true;
    column->default_is_expression = is_expression;
    column->default_text = text;
}

static void parse_mysql(struct str text, struct str extra, struct arena *arena,
                        struct source_column *column)
{
    bool is_time = column->type.kind == SOURCE_DATETIME || column->type.kind == SOURCE_TIMESTAMP;
    struct str bits;

    /* 5.7 does not mark CURRENT_TIMESTAMP; no literal of these types begins with a letter. */
    if (str_search(extra, STR("DEFAULT_GENERATED")) <= extra.len ||
        (is_time && str_starts_with(text, STR("CURRENT_TIMESTAMP"))))
        set_default(column, true, source_expression_text(FLAVOR_MYSQL, text, arena));
    else if (column->type.kind == SOURCE_BIT && parse_bits(text, &bits))
        set_default(column, false, arena_str(arena, bits));
    else
        set_default(column, false, arena_str(arena, text));
}

static void parse_mariadb(struct str text, struct arena *arena, struct source_column *column)
{
    struct str value;
    size_t size;

    if (str_equal_nocase(text, STR("NULL")))
        return;
    if (source_literal_parse(text, arena, &value, &size) && size == text.len)
        set_default(column, false, value);
    else if (column->type.kind == SOURCE_BIT && parse_bits(text, &value))
        set_default(column, false, arena_str(arena, value));
    else
        set_default(column, !is_number(text), arena_str(arena, text));
}

void source_default_parse(enum source_flavor flavor, struct str column_default, struct str extra,
                          struct arena *arena, struct source_column *column)
{
    column->has_default = false;
    column->default_is_expression = false;
    column->default_text = STR("");
    if (column_default.ptr == NULL)
        return;
    if (flavor == FLAVOR_MARIADB)
        parse_mariadb(column_default, arena, column);
    else
        parse_mysql(column_default, extra, arena, column);
    if (column->has_default && !column->default_is_expression && is_integer(column->type.kind))
        column->default_text = without_zeros(column->default_text);
}

static bool has_word(struct str text, struct str word)
{
    for (size_t at = 0; at + word.len <= text.len; at++)
        if (str_equal_nocase(str_slice(text, at, at + word.len), word))
            return true;
    return false;
}

void source_extra_parse(struct str extra, struct source_column *column)
{
    struct str on_update = STR("on update current_timestamp");

    column->auto_increment = has_word(extra, STR("auto_increment"));
    column->invisible = has_word(extra, STR("INVISIBLE"));
    column->generated_stored =
        has_word(extra, STR("STORED GENERATED")) || has_word(extra, STR("PERSISTENT"));
    column->is_generated = column->generated_stored || has_word(extra, STR("VIRTUAL GENERATED")) ||
                           has_word(extra, STR("VIRTUAL"));
    column->on_update_now = false;
    column->on_update_fraction = 0;
    for (size_t at = 0; at + on_update.len <= extra.len; at++) {
        struct str rest = str_slice(extra, at + on_update.len, extra.len);

        if (!str_equal_nocase(str_slice(extra, at, at + on_update.len), on_update))
            continue;
        column->on_update_now = true;
        if (rest.len >= 3 && rest.ptr[0] == '(' && rest.ptr[1] >= '0' && rest.ptr[1] <= '6')
            column->on_update_fraction = (uint8_t)(rest.ptr[1] - '0');
        break;
    }
}

/*
 * MySQL 8 and 9 show an expression as if its UTF-8 were ISO 8859-1, and encode that once more.
 * Undone where every character fits a byte and the bytes are UTF-8 again.
 */
static struct str encoded_once(char *text, size_t len, struct arena *arena)
{
    struct str shown = {.ptr = text, .len = len};
    char *bytes = arena_alloc(arena, len + 1);
    size_t count = 0, size;

    for (size_t at = 0; at < len; at += size) {
        uint32_t character = text_decode(shown, at, &size);

        if (character > 0xff)
            return shown;
        bytes[count++] = (char)character;
    }
    for (size_t at = 0; at < count; at += size)
        if (text_decode((struct str){.ptr = bytes, .len = count}, at, &size) == TEXT_INVALID)
            return shown;
    return (struct str){.ptr = bytes, .len = count};
}

struct str source_expression_text(enum source_flavor flavor, struct str expression,
                                  struct arena *arena)
{
    char *text;
    size_t len = 0;

    if (flavor == FLAVOR_MARIADB)
        return arena_str(arena, expression);
    text = arena_alloc(arena, expression.len + 1);
    for (size_t i = 0; i < expression.len; i++) {
        char c = expression.ptr[i];

        if (c == '\\' && i + 1 < expression.len) {
            c = expression.ptr[++i];
            if (c == 'n')
                c = '\n';
            else if (c == 'r')
                c = '\r';
            else if (c == 't')
                c = '\t';
            else if (c == '0')
                c = '\0';
        }
        text[len++] = c;
    }
    return encoded_once(text, len, arena);
}
