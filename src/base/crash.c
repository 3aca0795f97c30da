#include "base/crash.h"

#include <stddef.h>

const char *const crash_point_names[] = {
    "schema",
    "chunk-sent",
    "chunk-set-aside",
    "chunk-before-commit",
    "chunk-after-commit",
    "index",
    "fk",
    "fk-validate",
    "sequence",
    "trigger",
    "analyze",
    "view",
    "finish",
    "verify-table",
    NULL,
};

#ifdef PGCONVERGE_CRASH_POINTS
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *crash_name; /* NULL: nowhere */
static atomic_ullong passes_left;

static const char *find_name(struct str name)
{
    for (const char *const *known = crash_point_names; *known != NULL; known++)
        if (str_equal_c(name, *known))
            return *known;
    return NULL;
}

static void read_environment(void)
{
    struct str wish = str_of(getenv("PGCONVERGE_CRASH_AT"));
    size_t colon = str_find(wish, ':', 0);
    uint64_t passes = 0;

    if (wish.len == 0)
        return;
    crash_name = find_name(str_slice(wish, 0, colon));
    /* A test whose wish is misspelt must not pass for want of a crash. */
    if (crash_name == NULL || !str_to_u64(str_slice(wish, colon + 1, wish.len), &passes) ||
        passes == 0) {
        fprintf(stderr, "PGCONVERGE_CRASH_AT: not name:n with a known name: " STR_FMT "\n",
                STR_ARG(wish));
        _exit(2);
    }
    atomic_store(&passes_left, passes);
}

static pthread_once_t break_once = PTHREAD_ONCE_INIT;
static const char *broken; /* NULL: nothing is */

static void read_break(void)
{
    broken = getenv("PGCONVERGE_BREAK");
}

bool crash_breaks(const char *name)
{
    pthread_once(&break_once, read_break);
    return broken != NULL && strcmp(broken, name) == 0;
}

void crash_point(const char *name)
{
    pthread_once(&once, read_environment);
    assert(find_name(str_of(name)) != NULL);
    if (crash_name == NULL || strcmp(name, crash_name) != 0)
        return;
    if (atomic_fetch_sub(&passes_left, 1) != 1)
        return;
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}
#endif
