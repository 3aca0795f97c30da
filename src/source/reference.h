/*
 * source/reference.h: the statements that follow foreign keys. Pure.
 *
 * The parent is looked up by the source's own equality, which its index serves; whether the target
 * will call the two equal is asked of what was found.
 */
#pragma once

#include "source/source.h"

/* Rows without a parent on the target; and those of them that have one on the source. */
void reference_add_count(struct buf *sql, const struct source_reference *reference);
/*
 * A few of those rows: the child's key, its columns of the foreign key, and, with `misspelt`, the
 * parent's. Each as text.
 */
void reference_add_rows(struct buf *sql, const struct source_reference *reference, bool misspelt,
                        unsigned limit);
/*
 * The parent's value as a subquery; `child` is the SQL that names the child's table, `depth` counts
 * from 1.
 */
void reference_add_lookup(struct buf *sql, const struct source_lookup *lookup, const char *child,
                          unsigned depth);
/* The value of the row under `alias` itself, where it takes it from a parent. */
void reference_add_taken(struct buf *sql, const struct source_taken *taken, const char *alias,
                         unsigned depth);
/* The parent's column that a lookup gives. */
const struct source_column *reference_column(const struct source_lookup *lookup);
/* A value as text for people, cut short: NULL, a number, "a text", 0x00. */
void reference_add_shown(struct buf *sql, const char *alias, const struct source_column *column);
/* The columns by which a row is told: the primary key's, or none. */
const struct source_index *reference_row_key(const struct source_table *table);
