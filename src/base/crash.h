/*
 * base/crash.h: places where a test build can be made to die as by kill -9, to prove that the same
 * command continues from there. PGCONVERGE_CRASH_AT=name:n ends the process the n-th time `name` is
 * passed. Release builds (without -Dcrash_points=true) contain none of this.
 */
#pragma once

#include <stdbool.h>

#ifdef PGCONVERGE_CRASH_POINTS
void crash_point(const char *name);
/*
 * Whether a converter is to do its work wrong, to prove that verification sees it: PGCONVERGE_BREAK
 * names one of "integer", "real", "text", "timestamp", "bytea".
 */
bool crash_breaks(const char *name);
#else
static inline bool crash_breaks(const char *name)
{
    (void)name;
    return false;
}
static inline void crash_point(const char *name)
{
    (void)name;
}
#endif
/* Their names, NULL-terminated. */
extern const char *const crash_point_names[];
