/*
 * sink/structure_names.h: one schema under another's name, in texts that PostgreSQL printed
 * (pg_get_expr, pg_get_indexdef …). Nobody outside the room includes it.
 */
#pragma once

#include "base/arena.h"

struct schema_rename {
    struct str from, to; /* as they stand in the texts, in quotes where those have them */
};

/*
 * `sql` with `from.` written as `to.` wherever it stands as the first part of a name, also in texts
 * cast to regclass and its like; literals, other identifiers and bodies in $tags$ stay as they are.
 * `sql` itself when there is nothing to change, else a copy in `arena`.
 */
struct str structure_rename(const struct schema_rename *rename, struct str sql,
                            struct arena *arena);
