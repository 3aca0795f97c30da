/*
 * copy/readers.h: the sessions that see the one snapshot: one for each worker and one that splits
 * and counts beside them; or a single one where nothing can prove that several agree.
 */
#pragma once

#include "base/limits.h"
#include "copy/pool.h"

struct readers {
    struct source_session *sessions[LIMIT_WORKERS + 1];
    size_t count; /* workers use 0 … ; the last one splits and counts. 1: one does both in turn */
};

/*
 * Opens them, proves that they are of one moment and, when the run had a snapshot before, of that
 * moment (else PGC_SOURCE_MOVED). Sets pool->token.
 */
struct error *readers_open(struct copy_pool *pool, struct arena *arena, struct readers *ret_readers,
                           enum snapshot_kind *ret_kind) CHECKED;
void readers_close(struct readers *readers);
