/*
 * copy/violations.h: the rows that keep a constraint from being valid, told by their keys.
 */
#pragma once

#include "copy/steps.h"

/*
 * Fills id, rows, text, detail and fix of the finding about a step "validate" that the rows made
 * fail, from what stands in the target. Up to five rows are listed; their other values are not.
 */
struct error *violations_describe(struct sink_session *session, const struct step *step,
                                  struct arena *arena, struct finding *finding) CHECKED;
/*
 * The row that made an index fail with SQLSTATE 54000, by its key: PostgreSQL's DETAIL names its
 * place alone. *ret_row is STR_NULL where the detail names none.
 */
struct error *violations_locate(struct sink_session *session, const struct step *step,
                                struct str detail, struct arena *arena, struct str *ret_row)
    CHECKED;
/* "3 rows of child have no parent in parent (fk); they are data and were left in place" */
struct str violations_text(const struct step *step, struct arena *arena, int64_t rows);
