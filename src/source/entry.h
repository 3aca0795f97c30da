/*
 * source/entry.h: the statements that measure what would stand in an index. Pure.
 */
#pragma once

#include "source/source.h"

/* For each entry how many rows are above its bytes, and the most bytes that a row has. */
void entry_add_counts(struct buf *sql, const struct source_entries *entries);
/* The keys of a few of those rows as text, and the bytes of the entry's parts. */
void entry_add_rows(struct buf *sql, const struct source_entries *entries,
                    const struct source_entry *entry, unsigned limit);
