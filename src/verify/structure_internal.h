/*
 * verify/structure_internal.h: what the files of the structure's verification share.
 */
#pragma once

#include "verify/verify.h"

/* The property of a column whose sequence is behind. */
#define STRUCTURE_NEXT_VALUE "next value"

/* What the plan says, as PostgreSQL would print it; fills expected and refusals. */
struct error *structure_expect(const struct structure_check *check, struct arena *arena,
                               struct structure_result *result) CHECKED;
/*
 * Appends identity columns of the plan whose sequence would give a number that is taken. In the
 * transaction that `found` was read in.
 */
struct error *structure_check_sequences(const struct structure_check *check, struct arena *arena,
                                        struct structure_result *result) CHECKED;
/*
 * The structure's part of a verification: over a session of its own, tried again when that is lost,
 * findings in `arena`.
 */
struct error *structure_verify(const struct verify_job *job, struct arena *arena,
                               struct finding_list *findings) CHECKED;
