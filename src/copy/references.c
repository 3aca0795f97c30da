#include "copy/references.h"

#include <inttypes.h>

#include "base/log.h"
#include "copy/violations.h"

static const struct planned_foreign_key *find_key(const struct step *step)
{
    for (size_t i = 0; i < step->table->foreign_key_count; i++)
        if (&step->table->foreign_keys[i].target == step->foreign_key)
            return &step->table->foreign_keys[i];
    return NULL;
}

static bool can_be_misspelt(const struct planned_foreign_key *key)
{
    for (size_t i = 0; i < key->target.column_count; i++)
        if (key->matches[i] != MATCH_VALUE)
            return true;
    return false;
}

static struct error *scan(const struct copy_job *job, const struct step *step,
                          const struct planned_foreign_key *key, struct arena *arena,
                          struct reference_scan *ret_scan)
{
    CLEANUP(source_closep) struct source_session *session = NULL;
    struct source_reference reference = {
        .database = job->plan->catalog->database,
        .child = step->table->source,
        .parent = job->plan->tables[key->parent].source,
        .key = key->source,
        .matches = key->matches,
    };

    TRY(source_open(job->source, &session));
    struct error *error = source_scan_reference(session, &reference, arena, ret_scan);
    source_thread_done();
    return error;
}

static void describe(const struct step *step, struct arena *arena,
                     const struct reference_scan *found, struct finding *finding)
{
    const struct target_foreign_key *key = step->foreign_key;
    bool one = found->misspelt == 1;

    finding->id = PGC_PARENT_SPELLING;
    finding->rows = (int64_t)found->misspelt;
    finding->text =
        arena_format(arena,
                     "%" PRIu64 " row%s of " STR_FMT " %s a parent in " STR_FMT " (" STR_FMT
                     ") that is spelt otherwise; MySQL took them for the same; left in place",
                     found->misspelt, one ? "" : "s", STR_ARG(step->table->target.name),
                     one ? "has" : "have", STR_ARG(key->parent_table), STR_ARG(key->name));
    finding->detail = found->misspelt_rows;
    finding->fix = arena_format(arena,
                                "write them as their parents are spelt, then: " STR_FMT
                                "; or values: { parent_spelling: replace }",
                                STR_ARG(str_trim(step->sql)));
}

struct error *references_split(const struct copy_job *job, const struct step *step,
                               struct arena *arena, struct finding *finding,
                               struct finding *ret_misspelt)
{
    const struct planned_foreign_key *key = find_key(step);
    struct reference_scan found = {0};

    *ret_misspelt = (struct finding){.rows = 0};
    if (key == NULL || finding->rows <= 0 || !can_be_misspelt(key))
        return NULL;
    struct error *error = scan(job, step, key, arena, &found);
    if (error != NULL && error->kind != ERROR_KIND_INTERNAL) {
        log_warning("the source cannot say which parents are spelt otherwise: %s", error->text);
        error_free(error);
        return NULL;
    }
    TRY(error);
    if (found.misspelt == 0)
        return NULL;
    if ((uint64_t)finding->rows <= found.misspelt) {
        describe(step, arena, &found, finding);
        return NULL;
    }
    *ret_misspelt = *finding;
    describe(step, arena, &found, ret_misspelt);
    finding->rows -= (int64_t)found.misspelt;
    finding->detail = found.orphan_rows;
    finding->text = violations_text(step, arena, finding->rows);
    return NULL;
}
