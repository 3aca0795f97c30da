/*
 * plan/expression.h: expressions of the source (CHECKs, generated columns, expression defaults and
 * index parts) in PostgreSQL's words. Whole or not at all: what is not known to mean the same is
 * left to people, with its source text.
 *
 * What makes them differ, and is therefore refused here: text compared by a collation that takes
 * different strings for equal, `/` (its scale hangs on a session variable), arithmetic on unsigned
 * numbers that would go below zero (an error in MySQL), implicit conversions between text and
 * numbers, every function that is not in values.c.
 */
#pragma once

#include "plan/internal.h"

enum value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_DECIMAL,
    VALUE_FLOAT,
    VALUE_TEXT,
    VALUE_LITERAL, /* a string literal: text, date or label by what it is compared with */
    VALUE_BYTES,
    VALUE_DATE,
    VALUE_TIMESTAMP,
    VALUE_INSTANT, /* with a zone; in views alone */
    VALUE_INTERVAL,
    VALUE_ENUM,
    VALUE_JSON,
    VALUE_OTHER, /* only its being NULL can be asked */
};

/* A translated piece of an expression and what is known of its values. */
struct value {
    enum value_kind kind;
    struct str sql;                 /* PostgreSQL's words, in parentheses where needed */
    struct str literal;             /* a constant: the string, or the number's digits */
    struct str exact_sql;           /* a quotient before it is rounded as MySQL shows it */
    const struct source_type *type; /* of a column: VALUE_ENUM's labels */
    enum text_equality equality;    /* VALUE_TEXT */
    bool utf8;                      /* VALUE_TEXT: on the source, too, its bytes are UTF-8's */
    bool is_unsigned;               /* VALUE_INT */
    bool wide;                      /* VALUE_INT: bigint or numeric on the target */
    bool wants_text;                /* in a view, a column of a type that is not text's own */
    bool hides_digits;              /* VALUE_DECIMAL: computed with more digits than are shown */
    uint32_t precision, scale;      /* VALUE_INT, VALUE_DECIMAL: digits at most */
    uint32_t fraction;              /* VALUE_TIMESTAMP, VALUE_INSTANT: digits of a second */
};

enum expression_use {
    EXPRESSION_CHECK,
    EXPRESSION_GENERATED,
    EXPRESSION_INDEX,
    EXPRESSION_DEFAULT,
    EXPRESSION_VIEW
};

/*
 * `table` may be NULL: then there are no columns. Refuses generated columns in
 * EXPRESSION_GENERATED, as PostgreSQL does. The value lives in the planner's arena.
 */
bool translate_expression(struct planner *p, const struct planned_table *table, struct str text,
                          enum expression_use use, struct value *ret_value, struct str *ret_why);
/*
 * The default of a column in PostgreSQL's words; false with *ret_why when there is none that means
 * the same. *ret_note is a remark worth a finding, or empty.
 */
bool translate_default(struct planner *p, const struct planned_table *table, int column,
                       struct str *ret_sql, struct str *ret_why, struct str *ret_note);
/* A literal as a constant of `type`; false when the type does not take it. */
bool literal_of_type(struct arena *arena, struct str text, const struct target_type *type,
                     struct str *ret_sql);

/* ---- tokens ---------------------------------------------------------------------------------- */

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* `quoted` */
    TOKEN_WORD, /* bare: keyword or function */
    TOKEN_NUMBER,
    TOKEN_STRING, /* decoded */
    TOKEN_HEX,    /* 0x6162, x'6162': digits alone */
    TOKEN_BITS,   /* b'101': digits alone */
    TOKEN_SIGN,   /* operators and punctuation, the longest that fits */
};

struct token {
    enum token_kind kind;
    struct str text;
    struct str introducer; /* "utf8mb4" of _utf8mb4'x' */
};

/* Ends with TOKEN_END. False when the text is not well-formed. */
bool tokenize(struct arena *arena, struct str text, struct token **ret_tokens, size_t *ret_count);

/* ---- what parser and values share ------------------------------------------------------------ */

#define MAX_EXPRESSION_ARGUMENTS 16
#define MAX_EXPRESSION_DEPTH 64

struct view_translation;

struct translation {
    struct arena *arena; /* of this expression alone */
    const struct planner *planner;
    const struct planned_table *table;
    enum expression_use use;
    const struct token *tokens;
    size_t at;
    unsigned depth;
    struct str why;                /* why it failed: the first reason */
    struct view_translation *view; /* EXPRESSION_VIEW: names in sight, remarks */
};

/* Notes the first reason and returns false. */
bool cannot(struct translation *t, const char *format, ...) PRINTF(2, 3);
const struct token *next_token(const struct translation *t);
bool is_word(const struct token *token, const char *word);
bool is_sign(const struct token *token, const char *sign);
bool take_word(struct translation *t, const char *word);
bool take_sign(struct translation *t, const char *sign);
bool need_word(struct translation *t, const char *word);
bool need_sign(struct translation *t, const char *sign);
/* The expression that begins here, up to what cannot belong to it. */
bool parse_expression(struct translation *t, struct value *ret_value);
bool value_of_column(struct translation *t, struct str name, struct value *ret_value);
/* What is known of the values of a column of these types; its sql is not set. */
void value_of_types(const struct source_type *type, const struct target_type *target,
                    struct value *value);
bool value_is_number(const struct value *value);
/* DATE, TIMESTAMP or INSTANT. */
bool value_is_day(const struct value *value);
/* A condition is 0 or 1 to MySQL. */
struct value value_as_number(struct translation *t, const struct value *value);
bool value_compare(struct translation *t, struct str sign, const struct value *left,
                   const struct value *right, struct value *ret_value);
bool value_in(struct translation *t, const struct value *left, const struct value *list,
              size_t count, bool negated, struct value *ret_value);
bool value_between(struct translation *t, const struct value *value, const struct value *from,
                   const struct value *to, bool negated, struct value *ret_value);
bool value_like(struct translation *t, const struct value *value, const struct value *pattern,
                bool negated, struct value *ret_value);
bool value_arithmetic(struct translation *t, char sign, const struct value *left,
                      const struct value *right, struct value *ret_value);
bool value_negate(struct translation *t, const struct value *value, struct value *ret_value);
/* The SQL of a value as a condition. */
bool value_condition(struct translation *t, const struct value *value, struct str *ret_sql);
/* What a CASE, IF or COALESCE of both would be; kind VALUE_NULL to begin with. */
bool value_unite(struct translation *t, struct value *united, const struct value *value);
/* The value as one of the kind that it was united into. */
struct str value_united_sql(struct translation *t, const struct value *value,
                            const struct value *united);
bool value_call(struct translation *t, struct str function, struct value *arguments, size_t count,
                struct value *ret_value);
bool value_cast(struct translation *t, const struct value *value, struct str type,
                struct value *ret_value);
