/*
 * verify/structure.h: whether the target is built as the plan says. Part of the room's door.
 *
 * The plan's own DDL is run in a schema of its own, inside transactions that are rolled back, and
 * PostgreSQL tells what came of it: so expressions are compared in the one form in which PostgreSQL
 * prints them. Nobody else sees that schema, no lock of it meets anybody's, nothing of it stays.
 * It takes the right to create schemas in the target database.
 */
#pragma once

#include "compare/compare.h"
#include "plan/plan.h"

struct structure_check {
    const struct plan *plan;
    struct sink_session *session; /* idle: outside of a transaction */
    const struct str *include;    /* globs of source tables; none: all */
    size_t include_count;
    const struct str *exclude;
    size_t exclude_count;
    /* Also tell of what stands in the target's schema and is not the plan's at all. */
    bool whole_schema;
};

/* A statement of the plan that PostgreSQL does not take, even in an empty schema. */
struct structure_refusal {
    struct str kind;   /* "index" … */
    struct str object; /* table, or table.name */
    struct str text;   /* PostgreSQL's words */
};

struct structure_result {
    struct structure expected, found;
    /* Left: expected, right: found. Sequences behind their column are among them. */
    struct difference_list differences;
    struct structure_refusal *refusals; /* nobody can compare these */
    size_t refusal_count, refusal_capacity;
};

/*
 * Tables, columns, keys, indexes, checks, foreign keys, triggers, comments of the plan; what else
 * stands at its tables; and identity columns whose next value is taken already. With globs: of the
 * tables that are left, and nothing that belongs to no table. Everything lives in `arena`, about a
 * KiB a column: give it an arena of LIMIT_STRUCTURE_ARENA.
 *
 * Errors: those of the session; PGC_TARGET_PRIVILEGE with the GRANT that is missing.
 */
struct error *verify_structure(const struct structure_check *check, struct arena *arena,
                               struct structure_result *ret_result) CHECKED;
/*
 * The differences as findings: PGC_STRUCTURE_MISSING, _DIFFERENT, _EXTRA, SEQUENCE_BEHIND. What
 * cannot be compared is one, too; an extra index that is not unique is none: it harms nobody.
 * Appended to `findings`, with their texts in `arena`.
 */
void verify_structure_findings(const struct structure_result *result, struct arena *arena,
                               struct finding_list *findings);
