/*
 * source/type_text.h: the words in which the servers describe a column's type and default. Pure.
 */
#pragma once

#include "source/source.h"

/*
 * COLUMN_TYPE of information_schema, such as "int(10) unsigned zerofill" or "enum('a','it''s')".
 * Fills kind, sizes, labels and text; charset, collation and max_bytes stand elsewhere. What is not
 * understood whole becomes SOURCE_OTHER.
 */
void source_type_parse(struct str column_type, struct arena *arena, struct source_type *ret_type);

/*
 * Whether the server's words can be something else than what is stored: both servers describe
 * columns in three-byte UTF-8 and write '?' for a character beyond it.
 */
bool source_text_is_lossy(struct str text, struct str charset);

/* One string literal in quotes at the start of `text`, decoded; *ret_size is its length there. */
bool source_literal_parse(struct str text, struct arena *arena, struct str *ret_value,
                          size_t *ret_size);

/*
 * COLUMN_DEFAULT of information_schema (ptr NULL for SQL's NULL) into column->has_default,
 * default_is_expression and default_text. Needs column->type. BIT gives its bits ("101").
 */
void source_default_parse(enum source_flavor flavor, struct str column_default, struct str extra,
                          struct arena *arena, struct source_column *column);

/* "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)", "STORED GENERATED", "INVISIBLE" … */
void source_extra_parse(struct str extra, struct source_column *column);

/*
 * Expressions in MySQL's information_schema are escaped once more (\' for ') and encoded once more
 * (Ã© for é); this gives them as they were written. MariaDB's need nothing here.
 */
struct str source_expression_text(enum source_flavor flavor, struct str expression,
                                  struct arena *arena);

/*
 * The expression that MariaDB shows with "????" for every character beyond three bytes of UTF-8, as
 * it stands in SHOW CREATE TABLE behind `anchor`; borrowed from there. ptr NULL when it is not
 * there.
 */
struct str source_expression_restore(struct str shown, struct str create_text, struct str anchor);
