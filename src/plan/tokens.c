/*
 * Cuts an expression, as MySQL and MariaDB print it, into tokens. Their forms are described in
 * "Literal Values" and "Schema Object Names" of MySQL's reference manual. Column names always stand
 * in backticks there, strings in single quotes.
 */
#include "plan/expression.h"

struct scanner {
    struct arena *arena;
    struct str text;
    size_t at;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static char peek(const struct scanner *s, size_t ahead)
{
    return s->at + ahead < s->text.len ? s->text.ptr[s->at + ahead] : '\0';
}

static char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    case '0':
        return '\0';
    case 'Z':
        return '\x1a';
    default:
        return c;
    }
}

/* From the opening quote on. A string with a NUL can be no text in PostgreSQL: not well-formed. */
static bool scan_string(struct scanner *s, struct str *ret_text)
{
    char *text = arena_alloc(s->arena, s->text.len - s->at + 1);
    size_t len = 0;

    for (s->at++; s->at < s->text.len; s->at++) {
        char c = s->text.ptr[s->at];
        if (c == '\'' && peek(s, 1) != '\'') {
            s->at++;
            *ret_text = (struct str){text, len};
            return memchr(text, '\0', len) == NULL;
        }
        if (c == '\'') {
            s->at++;
        } else if (c == '\\' && s->at + 1 < s->text.len) {
            c = s->text.ptr[++s->at];
            /* \% and \_ keep their backslash: they mean something to LIKE. */
            if (c == '%' || c == '_')
                text[len++] = '\\';
            c = unescaped(c);
        }
        text[len++] = c;
    }
    return false;
}

static bool scan_name(struct scanner *s, struct str *ret_text)
{
    char *text = arena_alloc(s->arena, s->text.len - s->at + 1);
    size_t len = 0;

    for (s->at++; s->at < s->text.len; s->at++) {
        char c = s->text.ptr[s->at];
        if (c == '`' && peek(s, 1) != '`') {
            s->at++;
            *ret_text = (struct str){text, len};
            return len > 0;
        }
        if (c == '`')
            s->at++;
        text[len++] = c;
    }
    return false;
}

/* Digits, of which each must be one of `allowed`. */
static bool scan_digits(struct scanner *s, const char *allowed, struct str *ret_text)
{
    size_t from = s->at;

    while (s->at < s->text.len && strchr(allowed, s->text.ptr[s->at]) != NULL &&
           s->text.ptr[s->at] != '\0')
        s->at++;
    *ret_text = str_slice(s->text, from, s->at);
    return s->at == s->text.len || !is_word_char(s->text.ptr[s->at]);
}

#define HEX_DIGITS "0123456789abcdefABCDEF"

/* x'6162' and b'101': the scanner stands at the letter. */
static bool scan_quoted_digits(struct scanner *s, struct token *token)
{
    bool is_bits = (peek(s, 0) | 0x20) == 'b';

    s->at += 2;
    token->kind = is_bits ? TOKEN_BITS : TOKEN_HEX;
    if (!scan_digits(s, is_bits ? "01" : HEX_DIGITS, &token->text) || peek(s, 0) != '\'')
        return false;
    s->at++;
    return true;
}

static bool scan_number(struct scanner *s, struct token *token)
{
    size_t from = s->at;

    if (peek(s, 0) == '0' && peek(s, 1) == 'x') {
        s->at += 2;
        token->kind = TOKEN_HEX;
        return scan_digits(s, HEX_DIGITS, &token->text);
    }
    if (peek(s, 0) == '0' && peek(s, 1) == 'b') {
        s->at += 2;
        token->kind = TOKEN_BITS;
        return scan_digits(s, "01", &token->text);
    }
    while (is_digit(peek(s, 0)))
        s->at++;
    if (peek(s, 0) == '.')
        for (s->at++; is_digit(peek(s, 0));)
            s->at++;
    if ((peek(s, 0) | 0x20) == 'e') {
        s->at += peek(s, 1) == '-' || peek(s, 1) == '+' ? 2 : 1;
        if (!is_digit(peek(s, 0)))
            return false;
        while (is_digit(peek(s, 0)))
            s->at++;
    }
    token->kind = TOKEN_NUMBER;
    token->text = str_slice(s->text, from, s->at);
    return !is_word_char(peek(s, 0));
}

static bool scan_word(struct scanner *s, struct token *token)
{
    size_t from = s->at;

    if (peek(s, 1) == '\'' && strchr("xXbB", peek(s, 0)) != NULL)
        return scan_quoted_digits(s, token);
    while (is_word_char(peek(s, 0)))
        s->at++;
    token->kind = TOKEN_WORD;
    token->text = str_slice(s->text, from, s->at);
    if (s->text.ptr[from] != '_' || peek(s, 0) != '\'')
        return true;
    token->kind = TOKEN_STRING;
    token->introducer = str_slice(token->text, 1, token->text.len);
    return scan_string(s, &token->text);
}

static bool scan_sign(struct scanner *s, struct token *token)
{
    static const char *const signs[] = {
        "<=>", "->>", "<=", ">=", "<>", "!=", "<<", ">>", "||", "&&", "->", ":=", "(", ")", ",",
        "+",   "-",   "*",  "/",  "%",  "=",  "<",  ">",  "!",  "|",  "&",  "^",  "~", "."};
    struct str rest = str_slice(s->text, s->at, s->text.len);

    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (!str_starts_with(rest, str_of(signs[i])))
            continue;
        token->kind = TOKEN_SIGN;
        token->text = str_of(signs[i]);
        s->at += token->text.len;
        return true;
    }
    return false;
}

static bool scan_token(struct scanner *s, struct token *token)
{
    char c = peek(s, 0);

    if (c == '`') {
        token->kind = TOKEN_NAME;
        return scan_name(s, &token->text);
    }
    if (c == '\'') {
        token->kind = TOKEN_STRING;
        return scan_string(s, &token->text);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(s, 1))))
        return scan_number(s, token);
    if (is_word_char(c))
        return scan_word(s, token);
    return scan_sign(s, token);
}

/*
 * MySQL's information_schema escapes an expression once more, so that its strings open with \'.
 * SHOW CREATE TABLE does not. Nothing else ever puts a backslash outside a string.
 */
static bool is_escaped_twice(struct str text)
{
    char quote = '\0';

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quote == '\0' && c == '\\')
            return i + 1 < text.len && text.ptr[i + 1] == '\'';
        if (quote == '\'' && c == '\\')
            i++;
        else if (quote == '\0' && (c == '\'' || c == '`'))
            quote = c;
        else if (c == quote)
            quote = '\0';
    }
    return false;
}

static struct str unescape_once(struct arena *arena, struct str text)
{
    char *plain = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' && i + 1 < text.len)
            c = unescaped(text.ptr[++i]);
        plain[len++] = c;
    }
    return (struct str){plain, len};
}

bool tokenize(struct arena *arena, struct str text, struct token **ret_tokens, size_t *ret_count)
{
    struct scanner s = {.arena = arena, .text = text};
    struct token *tokens = NULL;
    size_t count = 0, capacity = 0;

    if (is_escaped_twice(text))
        s.text = unescape_once(arena, text);
    for (;;) {
        while (peek(&s, 0) == ' ' || peek(&s, 0) == '\n' || peek(&s, 0) == '\t')
            s.at++;
        struct token *token = ARENA_PUSH(arena, tokens, count, capacity);
        *token = (struct token){.kind = TOKEN_END};
        if (s.at >= s.text.len)
            break;
        if (!scan_token(&s, token))
            return false;
    }
    *ret_tokens = tokens;
    *ret_count = count;
    return true;
}
