/*
 * verify/record.h: what a table held when it was found to agree, as its digest in the ledger: rows,
 * the first transaction id of others, and a hash of the content. A migrate that was interrupted
 * does not compare such a table again, unless somebody wrote to it since.
 */
#pragma once

#include "sink/sink.h"
#include "verify/work.h"

/* Marks the tables that agreed before and did not change as done. */
struct error *record_take(struct work *work, struct sink_session *sink, struct arena *arena)
    CHECKED;
/* Records the tables that agree and are not recorded. `xid` is of the target's snapshot. */
struct error *record_put(struct work *work, struct str xid, struct arena *arena) CHECKED;
