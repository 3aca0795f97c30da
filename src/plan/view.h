/*
 * plan/view.h: views of the source in PostgreSQL's words. Whole or not at all, as expressions are;
 * but what only compares, groups or sorts text otherwise is translated and remarked upon, because a
 * view without any comparison of text is rare.
 *
 * The texts read here are SHOW CREATE VIEW's of MySQL and MariaDB: names in backticks and qualified
 * by their relation, every column of a SELECT with its alias, joins in parentheses.
 */
#pragma once

#include "plan/expression.h"

/* A longer definition is for people; it also bounds what hostile text can cost. */
#define MAX_VIEW_BYTES (64 * KIB)
#define MAX_VIEW_SQL (256 * KIB)
#define MAX_VIEW_COLUMNS 1024
/* Views over views over … */
#define MAX_VIEW_NESTING 32

/* What a translated view does otherwise than the source's: one sentence each, in map_views.c. */
enum view_remark {
    REMARK_TEXT_EQUAL = 1,  /* text compared, or looked for, by a collation that is not bytes */
    REMARK_TEXT_GROUPS = 2, /* text grouped or made distinct by such a collation */
    REMARK_TEXT_EXTREMES =
        4,                  /* the first or last text by a collation; text before, behind another */
    REMARK_LETTERS = 8,     /* lower and upper case */
    REMARK_CUT = 16,        /* LIMIT of rows that are in no order, or in that of text */
    REMARK_TEXT_ORDER = 32, /* the order of rows alone */
    REMARK_DIVISION = 64,   /* digits of a quotient, by div_precision_increment */
    REMARK_CONCAT_LENGTH = 128, /* GROUP_CONCAT cuts at group_concat_max_len */
    REMARK_CONCAT_ORDER = 256,  /* GROUP_CONCAT without ORDER BY */
    REMARK_ZONE = 512,          /* days and hours of an instant: of the session's zone */
};
#define REMARKS_THAT_CHANGE \
    (REMARK_TEXT_EQUAL | REMARK_TEXT_GROUPS | REMARK_TEXT_EXTREMES | REMARK_LETTERS | REMARK_CUT)

struct view_column {
    struct str name;     /* as the source knows it */
    struct str item_sql; /* in its SELECT: the expression */
    struct value value;  /* as seen from outside: its sql is the column's quoted name alone */
};

struct view_columns {
    struct view_column *items;
    size_t count, capacity;
};

/* A relation of a FROM clause, or a common table expression. */
struct view_relation {
    struct str alias;
    struct str alias_sql; /* quoted */
    struct view_columns columns;
};

struct view_scope {
    struct view_relation *relations;
    size_t count, capacity;
    const struct view_columns *items; /* of its SELECT, once they are known */
    bool aggregates;                  /* an aggregate function was met */
    struct view_scope *outer;
};

struct view_cte {
    struct view_relation relation;
    const struct view_cte *next;
};

struct view_translation {
    struct planner *planner;
    struct view_work *works; /* of all views, for views over views */
    size_t work_count;
    unsigned nesting;
    unsigned remarks; /* enum view_remark */
    bool widens;      /* inside a recursive query: see widen() */
    struct view_scope *scope;
    const struct view_cte *ctes;
};

enum view_state { VIEW_WAITING, VIEW_IN_WORK, VIEW_TRANSLATED, VIEW_FAILED };

/* One view of the source on its way. */
struct view_work {
    struct planned_view *planned;
    enum view_state state;
    struct view_columns columns; /* as seen from outside */
};

/* A whole query expression: WITH, SELECT, UNION, ORDER BY, LIMIT. */
struct view_query {
    struct str sql;
    struct view_columns columns;
};

/* SELECT … up to what cannot belong to it; its names are looked up in `outer` as well. */
bool view_parse_query(struct translation *t, struct view_scope *outer,
                      struct view_query *ret_query);
/* FROM and its joins into the scope; *ret_sql is "" without FROM. */
bool view_parse_from(struct translation *t, struct view_scope *scope, struct str *ret_sql);
/* ORDER BY's list, behind its words. With `by_position`, only the query's columns can be named. */
bool view_parse_order(struct translation *t, const struct view_columns *by_position,
                      struct buf *sql);
/* A list of expressions to group or part rows by. */
bool view_parse_groups(struct translation *t, struct buf *sql);
/* A view of the catalog, translated now when it is not yet. NULL: not such a view. */
struct view_work *view_find(struct translation *t, struct str name);
bool view_translate(struct view_translation *view, struct view_work *work);

/* A name with its qualifiers: the translation stands at its first part. */
bool view_parse_column(struct translation *t, struct value *ret_value);
/* (SELECT …) as one value; EXISTS (…); left [NOT] IN (SELECT …); left > ALL|ANY (SELECT …). */
bool view_starts_query(const struct translation *t, size_t at);
bool view_parse_scalar(struct translation *t, struct value *ret_value);
bool view_parse_exists(struct translation *t, struct value *ret_value);
bool view_parse_in(struct translation *t, const struct value *left, bool negated,
                   struct value *ret_value);
bool view_parse_quantified(struct translation *t, struct str sign, const struct value *left,
                           struct value *ret_value);

/* A call whose syntax or meaning is a view's alone; *ret_known false: none of them. */
bool view_parse_call(struct translation *t, struct str function, bool *ret_known,
                     struct value *ret_value);
/* WINDOW's definitions, and what stands behind OVER. */
bool view_parse_window(struct translation *t, struct str *ret_sql);
bool view_parse_over(struct translation *t, struct value *value);
bool view_parse_aggregate(struct translation *t, struct str function, bool *ret_known,
                          struct value *ret_value);
bool view_call(struct translation *t, struct str function, struct value *arguments, size_t count,
               bool *ret_known, struct value *ret_value);
/* A number as MySQL's functions give it. */
struct value view_integer(struct str sql);
/* DATE, DATETIME or TIMESTAMP; `name` is the function that wants one. */
bool view_take_days(struct translation *t, struct str name, const struct value *value);
/* YEAR(x), EXTRACT(YEAR FROM x) … */
bool view_field_of(struct translation *t, struct str name, const struct value *value,
                   struct value *ret_value);
/* left + INTERVAL n unit: behind the sign, at the word. */
bool view_parse_interval(struct translation *t, char sign, struct value *left);
/* Digits of a division as MySQL and MariaDB show it. */
bool view_divide(struct translation *t, const struct value *left, const struct value *right,
                 struct value *ret_value);

/* Only rounding, and what passes a value on, may get one that is computed with hidden digits. */
bool view_shows_digits(struct translation *t, struct str function, const struct value *arguments,
                       size_t count);

void view_remark(struct translation *t, unsigned remark);
/* The remark, where the value is text whose equality is not that of bytes. */
void view_remark_text(struct translation *t, const struct value *value, unsigned remark);
/* As MySQL writes the value into text; false for what it writes otherwise than PostgreSQL. */
bool view_text(struct translation *t, const struct value *value, struct value *ret_text);
bool view_is_text(const struct value *value);
/* Two values that can be compared as they are, though a CHECK does not compare them. */
bool view_pair(struct translation *t, bool for_equality, const struct value *left,
               const struct value *right);
/* A string literal as what it is compared with. */
bool view_pair_with_literal(struct translation *t, const struct value *value,
                            const struct value *literal, struct str *ret_sql);
/* An ENUM as text; a literal that is compared with one in the spelling of the label it equals. */
struct value view_label_text(struct translation *t, const struct value *value,
                             const struct value *other);
/* value_unite() for what is no number. */
bool view_unite(struct translation *t, struct value *united, const struct value *value);
/* The column as seen through a derived table or view. */
struct value view_outside(struct translation *t, const struct value *value);
/* As a column of a result: 0 or 1 where PostgreSQL has a boolean that the source has not. */
struct value view_result(struct translation *t, const struct value *value);
