/*
 * copy/prepare.h: what stands before the first row and beside the workers: the tables' parts of the
 * copy, their chunks, and one COUNT(*) of each inside the snapshot.
 */
#pragma once

#include "base/map.h"
#include "copy/pool.h"

/*
 * Fills pool->tables from plan, ledger and character sets (read over `session`), the biggest table
 * first. *ret_needed: whether anything is left to split, count or copy.
 */
struct error *prepare_tables(struct copy_pool *pool, struct source_session *session,
                             struct arena *arena, bool *ret_needed) CHECKED;

/*
 * How the columns of work->planned are read and converted; character sets are read over `session`
 * and kept in `charsets`.
 */
struct error *prepare_columns(struct table_work *work, const struct plan *plan,
                              struct source_session *session, struct map *charsets,
                              struct arena *arena) CHECKED;

/*
 * Splits, publishes and counts every table. `session` is in the snapshot and used by nobody else
 * meanwhile. `arena` must live as long as the workers.
 */
struct error *prepare_chunks(struct copy_pool *pool, struct source_session *session,
                             struct arena *arena) CHECKED;
