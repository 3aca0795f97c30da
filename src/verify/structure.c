#include "verify/structure_internal.h"

#include "base/limits.h"
#include "sink/sink.h"

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
    const struct part *object = difference->object;

    return difference->change == DIFFERENCE_ONLY_RIGHT && object->kind == PART_INDEX &&
           str_equal(part_value(object, PART_INDEX_UNIQUE), STR("no"));
}

static struct finding finding_of(const struct difference *difference, struct arena *arena)
{
    struct buf object = BUF_INIT(LIMIT_ERROR_TEXT, "name of an object");
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "text of a finding");
    struct finding finding = {
        .id = id_of(difference),
        .severity = is_harmless(difference) ? SEVERITY_NOTE : SEVERITY_CHANGES,
        .rows = -1,
    };

    compare_print_name(difference->object, &object);
    compare_print_sentence(difference, &text);
    finding.object = arena_str(arena, buf_str(&object));
    finding.text = arena_str(arena, buf_str(&text));
    buf_free(&object);
    buf_free(&text);
    return finding;
}

void verify_structure_findings(const struct structure_result *result, struct arena *arena,
                               struct finding_list *findings)
{
    for (size_t i = 0; i < result->differences.count; i++)
        *ARENA_PUSH(arena, findings->items, findings->count, findings->capacity) =
            finding_of(&result->differences.items[i], arena);
}
