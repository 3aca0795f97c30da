/*
 * plan/plan_json.h: plan.json in parts, so that the whole of a large plan is never in memory as
 * objects. Every function gives a new reference; NULLs among them are noted in the writer.
 */
#pragma once

#include "plan/internal.h"

/* When memory runs out anywhere the whole is refused. */
struct writer {
    bool failed;
    bool with_limits; /* also what the digest is not over: OPTION_MAX_QUARANTINED */
};

json_t *options_json(struct writer *w, const struct plan_options *options);
json_t *source_json(struct writer *w, const struct plan *plan);
json_t *collation_json(struct writer *w, const struct plan *plan, size_t i);
json_t *sequence_json(struct writer *w, const struct plan *plan, size_t i);
json_t *enum_json(struct writer *w, const struct plan *plan, size_t i);
json_t *table_json(struct writer *w, const struct plan *plan, size_t i);
json_t *object_json(struct writer *w, const struct plan *plan, size_t i);
json_t *finding_json(struct writer *w, const struct plan *plan, size_t i);
