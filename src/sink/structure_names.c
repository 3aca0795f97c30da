#include "sink/structure_names.h"

#include "base/limits.h"

static bool starts_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_of_word(char c)
{
    return starts_word(c) || (c >= '0' && c <= '9') || c == '$';
}

/* Behind the closing `quote` of what opens at `at`; a doubled one does not close. */
static size_t skip_quoted(struct str sql, size_t at, char quote)
{
    for (at++; at < sql.len; at++) {
        if (sql.ptr[at] != quote)
            continue;
        if (at + 1 < sql.len && sql.ptr[at + 1] == quote)
            at++;
        else
            return at + 1;
    }
    return sql.len;
}

/* Behind $tag$ … $tag$; at + 1 when no such thing opens here (a parameter: $1). */
static size_t skip_dollars(struct str sql, size_t at)
{
    size_t end = at + 1;

    while (end < sql.len && sql.ptr[end] != '$' && is_of_word(sql.ptr[end]))
        end++;
    if (end >= sql.len || sql.ptr[end] != '$')
        return at + 1;
    struct str tag = str_slice(sql, at, end + 1);
    struct str rest = str_slice(sql, end + 1, sql.len);
    size_t close = str_search(rest, tag);
    return close > rest.len ? sql.len : end + 1 + close + tag.len;
}

static size_t skip_word(struct str sql, size_t at)
{
    while (at < sql.len && is_of_word(sql.ptr[at]))
        at++;
    return at;
}

static size_t skip_token(struct str sql, size_t at)
{
    char c = sql.ptr[at];

    if (c == '\'' || c == '"')
        return skip_quoted(sql, at, c);
    if (c == '$')
        return skip_dollars(sql, at);
    return is_of_word(c) ? skip_word(sql, at) : at + 1;
}

static bool stands_at(struct str sql, size_t at, struct str what)
{
    return str_equal(str_slice(sql, at, at + what.len), what);
}

/* The content of a literal, with its quotes: 'schema.seq' in 'schema.seq'::regclass. */
static bool is_name_literal(struct str sql, size_t at, size_t end)
{
    return sql.ptr[at] == '\'' && stands_at(sql, end, STR("::reg"));
}

static void add_doubled(struct buf *text, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\'')
            buf_add_char(text, '\'');
        buf_add_char(text, s.ptr[i]);
    }
}

static void add_literal(struct buf *text, struct str literal, const struct schema_rename *rename)
{
    struct buf prefix = BUF_INIT(4 * KIB, "name of a schema");

    buf_add_char(&prefix, '\'');
    add_doubled(&prefix, rename->from);
    buf_add_char(&prefix, '.');
    if (prefix.len > 0 && str_starts_with(literal, buf_str(&prefix))) {
        buf_add_char(text, '\'');
        add_doubled(text, rename->to);
        buf_add_char(text, '.');
        literal = str_slice(literal, prefix.len, literal.len);
    }
    buf_add_str(text, literal);
    buf_free(&prefix);
}

struct str structure_rename(const struct schema_rename *rename, struct str sql, struct arena *arena)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "definition of an object");
    struct str result = sql;

    /* Where the name holds a quote, literals hold it doubled. */
    bool may_be_doubled = str_find(rename->from, '\'', 0) < rename->from.len;

    if (sql.ptr == NULL || str_equal(rename->from, rename->to) ||
        (!may_be_doubled && str_search(sql, rename->from) > sql.len))
        return sql;
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = skip_token(sql, at);
        struct str token = str_slice(sql, at, end);
        bool is_first = (at == 0 || sql.ptr[at - 1] != '.') && stands_at(sql, end, STR("."));

        if (is_name_literal(sql, at, end))
            add_literal(&text, token, rename);
        else if (is_first && str_equal(token, rename->from))
            buf_add_str(&text, rename->to);
        else
            buf_add_str(&text, token);
    }
    if (!text.failed)
        result = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return result;
}
