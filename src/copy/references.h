/*
 * copy/references.h: what the source says of the rows whose foreign key did not hold.
 */
#pragma once

#include "copy/steps.h"

/*
 * Splits the finding about a failed VALIDATE of a foreign key: rows that have a parent on the
 * source, spelt otherwise, are told by a finding of their own (PGC-4018). Where all are of that
 * kind, `finding` becomes it; else *ret_misspelt is that, with rows > 0. Asks the source, and
 * changes nothing where it cannot be asked.
 */
struct error *references_split(const struct copy_job *job, const struct step *step,
                               struct arena *arena, struct finding *finding,
                               struct finding *ret_misspelt) CHECKED;
