/* verify/prepare.h: which tables are compared, what is read of each, and in which pieces. */
#pragma once

#include "sink/sink.h"
#include "verify/work.h"

/*
 * Fills work->tables and the outcome's. What cannot be compared (a table or column that is not in
 * the target, types that nobody here can compare) becomes a finding and is done with.
 */
struct error *tables_prepare(struct work *work, struct source_session *source,
                             struct sink_session *sink, struct arena *arena,
                             struct verify_outcome *outcome) CHECKED;
