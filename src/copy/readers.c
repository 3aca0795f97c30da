#include "copy/readers.h"

#include "base/log.h"

/* How long a busy source is given to stand still between two commits. */
#define AGREE_WAIT_MS 10000
#define STILL_WAIT_MS 5000

void readers_close(struct readers *readers)
{
    for (size_t i = 0; i < readers->count; i++)
        source_close(readers->sessions[i]);
    readers->count = 0;
}

static struct error *connect_readers(const struct copy_job *job, size_t count,
                                     struct readers *readers)
{
    for (; readers->count < count; readers->count++)
        TRY(source_open(job->source, &readers->sessions[readers->count]));
    return NULL;
}

static struct error *open_shared(struct copy_pool *pool, size_t count, struct arena *arena,
                                 struct readers *readers)
{
    const struct copy_job *job = pool->job;
    struct error *error = connect_readers(job, count, readers);
    if (error == NULL)
        error = source_snapshot_open(readers->sessions, readers->count, job->lock, AGREE_WAIT_MS,
                                     arena, &pool->token);
    if (error != NULL)
        readers_close(readers);
    return error;
}

/* The run has a snapshot already, and its chunks are of that moment: is it still the same? */
static struct error *check_same_moment(struct copy_pool *pool, struct readers *readers,
                                       struct arena *arena)
{
    struct source_token before;
    enum token_verdict verdict;
    if (!source_token_parse(pool->job->run_token, arena, &before))
        return error_new(PGC_LEDGER, "the source token in the ledger cannot be read");
    TRY(source_check_still(readers->sessions[0], &before, STILL_WAIT_MS, arena, &verdict));
    switch (verdict) {
    case TOKEN_SAME:
        /*
         * The new token stands for the same moment, and is the better one from here on: it knows
         * which of the server's statements were ours, while those of a former process count as
         * somebody else's.
         */
        return NULL;
    case TOKEN_OTHER_SERVER:
        return error_new(PGC_SOURCE_DIFFERENT_SERVERS,
                         "the run began on another server than the one that answers now");
    case TOKEN_MOVED:
        return error_new(PGC_SOURCE_MOVED, "the source was written since the run's snapshot");
    case TOKEN_LSN_MOVED:
    case TOKEN_UNKNOWN:
        break;
    }
    return error_new(PGC_SOURCE_MOVED,
                     "nothing proves that the source was not written since the run's snapshot");
}

struct error *readers_open(struct copy_pool *pool, struct arena *arena, struct readers *ret_readers,
                           enum snapshot_kind *ret_kind)
{
    const struct copy_job *job = pool->job;
    struct readers readers = {0};
    enum snapshot_kind kind = job->lock ? SNAPSHOT_LOCKED : SNAPSHOT_SHARED;

    struct error *error = open_shared(pool, job->jobs + 1, arena, &readers);
    if (error != NULL && error->id == PGC_SNAPSHOT && !job->lock) {
        log_warning("%s: going on with one reader, which needs no proof but more time",
                    error->text);
        error_free(error);
        kind = SNAPSHOT_ONE_READER;
        error = open_shared(pool, 1, arena, &readers);
    }
    if (error == NULL && job->run_token.len > 0)
        error = check_same_moment(pool, &readers, arena);
    if (error != NULL) {
        readers_close(&readers);
        return error;
    }
    *ret_kind = kind;
    *ret_readers = readers;
    return NULL;
}
