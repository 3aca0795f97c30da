/*
 * copy/orphans.h: the rows that keep a foreign key from being valid, told by their keys.
 */
#pragma once

#include "copy/copy.h"

/* Fills rows, text, detail and fix of the finding from what stands in the target. */
struct error *orphans_describe(struct sink_session *session, const struct planned_table *table,
                               const struct planned_foreign_key *key, struct arena *arena,
                               struct finding *finding) CHECKED;
