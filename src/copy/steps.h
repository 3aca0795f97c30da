/*
 * copy/steps.h: everything that is done once and is not rows: tables before the copy; keys,
 * indexes, constraints, sequences, triggers, comments, statistics, views behind it. A step's SQL
 * and its ledger entry are one transaction, so that it happens once whatever fails.
 */
#pragma once

#include "copy/copy.h"

struct step {
    struct str kind; /* as in ledger.h */
    struct str name;
    struct str sql;
    const struct planned_table *table;
    /* Of "validate": the constraint is one of the two. */
    const struct target_foreign_key *foreign_key;
    const struct target_check *check;
    struct str source_text; /* told with a failure; "" without */
    /* The kind of the step of the same name without which this one is left out; NULL without. */
    const char *needs;
    const char *crash_point;
    bool essential; /* a failure ends the run; else it becomes a finding */
};

struct step_list {
    struct step *items;
    size_t count;
    size_t capacity;
};

/* The steps of one phase, in a good order. */
struct error *steps_for_schema(const struct plan *plan, struct arena *arena,
                               struct step_list *ret_steps) CHECKED;
struct error *steps_for_indexes(const struct plan *plan, struct arena *arena,
                                struct step_list *ret_steps) CHECKED;
struct error *steps_for_constraints(const struct plan *plan, struct arena *arena,
                                    struct step_list *ret_steps) CHECKED;
struct error *steps_for_validation(const struct plan *plan, struct arena *arena,
                                   struct step_list *ret_steps) CHECKED;
/* One after another: a view reads those before it. */
struct error *steps_for_views(const struct plan *plan, struct arena *arena,
                              struct step_list *ret_steps) CHECKED;
struct error *steps_for_the_rest(const struct plan *plan, struct arena *arena,
                                 struct step_list *ret_steps) CHECKED;

/*
 * Runs those that the ledger does not call done, over up to `sessions` connections. Failures that
 * are findings are counted in *ret_failed and stand in the ledger.
 */
struct error *steps_run(const struct copy_job *job, const struct step_list *steps,
                        unsigned sessions, struct arena *arena, size_t *ret_failed) CHECKED;
