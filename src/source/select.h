/*
 * source/select.h: the statements that read rows by ranges of a key. Pure.
 */
#pragma once

#include "source/source.h"

/*
 * How many of the key's leading columns can bound a range. ENUM and SET are ordered by number and
 * shown as labels, BIT and floats have no exact literal: from such a column on, it is not used.
 */
size_t select_usable_columns(const struct source_table *table, struct source_key key);
/* The index that has exactly this key, for FORCE INDEX; NULL when none can be forced. */
const struct source_index *select_find_index(const struct source_table *table,
                                             struct source_key key);
/* " FORCE INDEX (`name`)" or nothing. */
void select_add_index(struct buf *sql, const struct source_table *table, struct source_key key);
/* " ORDER BY `a`, `b`" or nothing. */
void select_add_order(struct buf *sql, const struct source_table *table, struct source_key key,
                      size_t column_count);
/*
 * " WHERE lower < key AND key <= upper" or nothing when both are open. Values are checked to be of
 * their column's form: PGC_INTERNAL when not.
 */
struct error *select_add_range(struct buf *sql, const struct source_table *table,
                               struct source_key key, const struct key_bound *lower,
                               const struct key_bound *upper) CHECKED;
/* Without WHERE: the condition that a row lies behind `bound`. */
struct error *select_add_bound(struct buf *sql, const struct source_table *table,
                               struct source_key key, const struct key_bound *bound) CHECKED;
/* In parentheses, with OR between. PGC_INTERNAL where a condition does not fit its column. */
struct error *select_add_conditions(struct buf *sql, const struct source_table *table,
                                    const struct source_condition *conditions, size_t count)
    CHECKED;
