#include "verify/structure_internal.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "sink/sink.h"

#define RETRY_WAIT_MS 500

/* What a plan can make, and what else changes how its tables behave. */
static const enum part_kind planned_kinds[] = {
    PART_TABLE,   PART_COLUMN, PART_KEY,  PART_CHECK,     PART_FOREIGN_KEY, PART_INDEX,
    PART_TRIGGER, PART_POLICY, PART_RULE, PART_FUNCTION,  PART_SEQUENCE,    PART_ENUM,
    PART_DOMAIN,  PART_TYPE,   PART_VIEW, PART_COLLATION,
};

/* The object's place first; what is at one object stays in the order it had. */
struct placed {
    struct difference difference;
    size_t n;
};

static int compare_placed(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = part_compare(a->difference.object, b->difference.object);

    return order != 0 ? order : a->n < b->n ? -1 : 1;
}

static void sort_differences(struct difference_list *list, struct arena *arena)
{
    struct placed *placed = ARENA_ARRAY(arena, list->count + 1, struct placed);

    for (size_t i = 0; i < list->count; i++)
        placed[i] = (struct placed){.difference = list->items[i], .n = i};
    qsort(placed, list->count, sizeof *placed, compare_placed);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = placed[i].difference;
}

/* What could not be tried is not there to be compared with: it is told as such. */
static bool was_refused(const struct structure_result *result, const struct part *part)
{
    for (size_t i = 0; i < result->refusal_count; i++) {
        struct str object = result->refusals[i].object;

        if (part->table.len == 0
                ? str_equal(object, part->name)
                : str_starts_with(object, part->table) && str_ends_with(object, part->name) &&
                      object.len == part->table.len + 1 + part->name.len)
            return true;
    }
    return false;
}

static void drop_refused(struct structure_result *result)
{
    struct difference_list *list = &result->differences;
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].change != DIFFERENCE_ONLY_RIGHT ||
            !was_refused(result, list->items[i].object))
            list->items[kept++] = list->items[i];
    list->count = kept;
}

/* One moment: what is found, and the sequences against the rows. */
static struct error *look_at_target(const struct structure_check *check, struct arena *arena,
                                    struct structure_result *result)
{
    const struct sink_structure_options reading = {
        .schemas = &check->plan->options->schema,
        .schema_count = 1,
    };
    struct compare_options comparing = {
        .comments = true,
        .only_left_tables = !check->whole_schema,
    };

    for (size_t i = 0; i < COUNT_OF(planned_kinds); i++)
        comparing.kinds |= 1U << planned_kinds[i];
    TRY(sink_exec(check->session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    TRY(sink_read_structure(check->session, &reading, arena, &result->found));
    compare_structures(&result->expected, &result->found, &comparing, arena, &result->differences);
    if (result->refusal_count > 0)
        drop_refused(result);
    return structure_check_sequences(check, arena, result);
}

struct error *verify_structure(const struct structure_check *check, struct arena *arena,
                               struct structure_result *ret_result)
{
    struct structure_result result = {0};

    TRY_DOING(structure_expect(check, arena, &result), "try the plan in a schema of its own");
    struct error *error = look_at_target(check, arena, &result);
    sink_rollback(check->session);
    if (error != NULL)
        return error_add_context(error, "look at the structure of the target");
    sort_differences(&result.differences, arena);
    *ret_result = result;
    return NULL;
}

/* ---- findings -------------------------------------------------------------------------------- */

static enum error_id id_of(const struct difference *difference)
{
    switch (difference->change) {
    case DIFFERENCE_ONLY_LEFT:
        return PGC_STRUCTURE_MISSING;
    case DIFFERENCE_ONLY_RIGHT:
        return PGC_STRUCTURE_EXTRA;
    case DIFFERENCE_CHANGED:
        break;
    }
    return strcmp(difference->property, STRUCTURE_NEXT_VALUE) == 0 ? PGC_SEQUENCE_BEHIND
                                                                   : PGC_STRUCTURE_DIFFERENT;
}

static bool is_harmless(const struct difference *difference)
{
    const struct part *part = difference->object;

    return difference->change == DIFFERENCE_ONLY_RIGHT && part->kind == PART_INDEX &&
           str_equal(part_value(part, PART_INDEX_UNIQUE), STR("no"));
}

static struct str take(struct buf *text, struct arena *arena)
{
    struct str copy = arena_str(arena, buf_str(text));

    buf_free(text);
    return copy;
}

static struct finding finding_of(const struct difference *difference, struct arena *arena)
{
    struct buf object = BUF_INIT(LIMIT_ERROR_TEXT, "name of an object");
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "text of a finding");

    compare_print_name(difference->object, &object);
    compare_print_sentence(difference, &text);
    return (struct finding){.id = id_of(difference),
                            .severity = SEVERITY_CHANGES,
                            .object = take(&object, arena),
                            .text = take(&text, arena),
                            .rows = -1};
}

static struct finding finding_of_refusal(const struct structure_refusal *refusal,
                                         struct arena *arena)
{
    return (struct finding){
        .id = PGC_STRUCTURE_DIFFERENT,
        .severity = SEVERITY_CHANGES,
        .object = arena_format(arena, STR_FMT " \"" STR_FMT "\"", STR_ARG(refusal->kind),
                               STR_ARG(refusal->object)),
        .text = arena_format(arena, "cannot be compared, PostgreSQL does not take it: " STR_FMT,
                             STR_ARG(refusal->text)),
        .rows = -1};
}

void verify_structure_findings(const struct structure_result *result, struct arena *arena,
                               struct finding_list *findings)
{
    for (size_t i = 0; i < result->differences.count; i++)
        if (!is_harmless(&result->differences.items[i]))
            *ARENA_PUSH(arena, findings->items, findings->count, findings->capacity) =
                finding_of(&result->differences.items[i], arena);
    for (size_t i = 0; i < result->refusal_count; i++)
        *ARENA_PUSH(arena, findings->items, findings->count, findings->capacity) =
            finding_of_refusal(&result->refusals[i], arena);
}

/* ---- as part of a verification --------------------------------------------------------------- */

static struct error *check_once(const struct verify_job *job, struct arena *work,
                                struct structure_result *ret_result)
{
    CLEANUP(sink_closep) struct sink_session *session = NULL;
    struct structure_check check = {
        .plan = job->plan,
        .include = job->include,
        .include_count = job->include_count,
        .exclude = job->exclude,
        .exclude_count = job->exclude_count,
    };

    TRY(sink_open(job->sink, "verify structure", &session));
    check.session = session;
    return verify_structure(&check, work, ret_result);
}

/* The right to create schemas may be gone since the copy: told, and the values are proven. */
static struct finding finding_of_privilege(const struct error *error, struct arena *arena)
{
    return (struct finding){
        .id = PGC_STRUCTURE_NOT_COMPARED,
        .severity = SEVERITY_CHANGES,
        .object = STR("schema"),
        .text = arena_str_c(arena, error->text),
        .fix = error->fix != NULL ? arena_str_c(arena, error->fix) : STR_NULL,
        .rows = -1,
    };
}

struct error *structure_verify(const struct verify_job *job, struct arena *arena,
                               struct finding_list *findings)
{
    CLEANUP(arena_free) struct arena work = ARENA_INIT(LIMIT_STRUCTURE_ARENA, "structure");
    uint64_t give_up_ms = clock_ms() + job->retry_ms;
    struct structure_result result = {0};
    struct error *error;

    while (error_is_temporary(error = check_once(job, &work, &result)) && clock_ms() < give_up_ms &&
           !stop_requested()) {
        log_warning("%s; looking at the structure again", error->text);
        error_free(error);
        arena_rewind(&work);
        clock_sleep_ms(RETRY_WAIT_MS);
    }
    if (error == NULL) {
        verify_structure_findings(&result, arena, findings);
    } else if (error->id == PGC_TARGET_PRIVILEGE) {
        *ARENA_PUSH(arena, findings->items, findings->count, findings->capacity) =
            finding_of_privilege(error, arena);
        error_free(error);
        error = NULL;
    }
    return error;
}
