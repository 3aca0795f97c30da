/*
 * cli/prepare.h: what plan, schema print and migrate begin with: connect to the source, read its
 * facts and its catalog, check the rights, make the plan.
 */
#pragma once

#include "cli/connect.h"

struct prepared {
    struct source_options source;
    struct source_session *session;
    struct source_facts facts;
    struct source_catalog catalog;
    struct plan_options plan_options;
    struct plan plan;
    bool visible_only; /* rights are missing, and --visible-only accepted that */
};

/*
 * Fills `ret_prepared`, in place because the plan points into it; free with cli_prepare_done(),
 * also after an error. With --plan the file's options decide, and its digest must come out again
 * (PGC_STALE_PLAN); deciding options given as well must lead to the same digest.
 */
struct error *cli_prepare(const struct cli_options *options, struct arena *arena,
                          struct prepared *ret_prepared) CHECKED;
/* The same from options that were decided before: those of a run. */
struct error *cli_prepare_as(const struct cli_options *options, const struct plan_options *decided,
                             struct arena *arena, struct prepared *ret_prepared) CHECKED;
/* Closes the session and wipes the password; arenas are the caller's. */
void cli_prepare_done(struct prepared *prepared);
