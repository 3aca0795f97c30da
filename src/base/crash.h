/*
 * base/crash.h: places where a test build can be made to die as by kill -9, to prove that the same
 * command continues from there. PGCONVERGE_CRASH_AT=name:n ends the process the n-th time `name` is
 * passed. Release builds (without -Dcrash_points=true) contain none of this.
 */
#pragma once

#ifdef PGCONVERGE_CRASH_POINTS
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
    (void)name;
}
#endif
/* Their names, NULL-terminated. */
extern const char *const crash_point_names[];
