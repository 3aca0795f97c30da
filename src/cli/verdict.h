/* cli/verdict.h: what a verification found, for people and for scripts. */
#pragma once

#include <jansson.h>

#include "verify/verify.h"

struct verified {
    const struct verify_outcome *outcome;
    struct str database;
    struct str run_id, run_token; /* "" without a run */
    uint64_t wall_ms;
};

bool verified_all_agree(const struct verified *verified);
/* "VERIFIED", "DIFFERENT STRUCTURE" (all values agree), "DIFFERENT", "DIFFERENT, UNPROVEN". */
const char *verified_word(const struct verified *verified);
void verified_text(const struct verified *verified, struct buf *text);
json_t *verified_json(const struct verified *verified);
