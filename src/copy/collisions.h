/*
 * copy/collisions.h: the statements of the search for colliding keys. Pure.
 */
#pragma once

#include "copy/copy.h"

/* Whether rows that the source keeps apart may have equal keys in this index of the target. */
bool collisions_possible(const struct planned_table *table, const struct planned_index *index);
/* "lower("email"), "id"": what PostgreSQL compares. */
void collisions_add_key(struct buf *sql, const struct target_index *index);
/* Groups of equal keys, and rows in them. `table` as it is named in the target's SQL. */
void collisions_add_count(struct buf *sql, const char *table, const struct target_index *index);
/* Two rows of each of `limit` groups: texts that name them by `columns`. */
void collisions_add_rows(struct buf *sql, const char *table, const struct target_index *index,
                         const struct target_table *columns, unsigned limit);
