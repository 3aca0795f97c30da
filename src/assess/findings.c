/* From counts to what an operator should know, and what settles it. */
#include "assess/internal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/limits.h"

struct maker {
    const struct assess_job *job;
    struct arena *arena;
    struct assess_result *result;
};

static struct assess_finding *add_finding(struct maker *m)
{
    struct assess_result *result = m->result;
    struct assess_finding *finding =
        ARENA_PUSH(m->arena, result->findings, result->count, result->capacity);

    *finding = (struct assess_finding){.value_class = "", .policy = "", .table = UINT32_MAX};
    finding->finding.rows = -1;
    return finding;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* As a name stands in the pattern of a rule, inside YAML's double quotes. */
static void add_pattern_name(struct buf *text, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"' || name.ptr[i] == '\\')
            buf_add_char(text, '\\');
        buf_add_char(text, name.ptr[i]);
    }
}

/* columns: { "table.column": { … } } */
static struct str rule_for(struct maker *m, const struct planned_table *table, struct str column,
                           const char *rule)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "rule");

    buf_add_c(&text, "columns: { \"");
    add_pattern_name(&text, table->source->name);
    buf_add_char(&text, '.');
    add_pattern_name(&text, column);
    buf_add_format(&text, "\": { %s } }", rule);
    return arena_str_c(m->arena, buf_c_str(&text));
}

static const char *class_text(unsigned value_class)
{
    static const char *const words[SCAN_CLASSES] = {
        [CLASS_ZERO_DATE] = "zero dates",
        [CLASS_PARTIAL_DATE] = "dates that are not in the calendar",
        [CLASS_NUL_BYTE] = "texts with a NUL character",
        [CLASS_INVALID_BYTES] = "texts with bytes that are none of their character set",
        [CLASS_JSON_NUL] = "documents with \\u0000, which jsonb cannot hold",
        [CLASS_BAD_JSON] = "documents that PostgreSQL does not take as JSON",
        [CLASS_EMPTY_UUID] = "empty texts in a column that becomes uuid",
        [CLASS_BAD_UUID] = "texts that are no UUID in a column that becomes uuid",
        [CLASS_EMPTY_ENUM] = "values that are none of the ENUM's labels (index 0)",
        [CLASS_NOT_BOOLEAN] = "numbers other than 0 and 1 in a column that becomes boolean",
        [CLASS_OUT_OF_RANGE] = "values outside the range of the target type",
        [CLASS_TOO_LONG] = "values longer or finer than the target type keeps",
        [CLASS_NULL_IN_NOT_NULL] = "NULLs in a column that takes none",
        [SCAN_TOO_BIG] = "values above 1 GiB, more than PostgreSQL holds in one field",
        [SCAN_TWICE_ENCODED] = "texts that look like UTF-8 encoded twice",
    };

    return words[value_class] != NULL ? words[value_class] : "values that are refused";
}

/* What keeps every value as it is. */
static const char *keeping_rule(unsigned value_class)
{
    switch (value_class) {
    case CLASS_NUL_BYTE:
    case CLASS_INVALID_BYTES:
        return "type: bytea";
    case CLASS_JSON_NUL:
        return "type: json";
    case CLASS_NOT_BOOLEAN:
        return "type: smallint";
    case CLASS_NULL_IN_NOT_NULL:
        return "nullable: true";
    case CLASS_ZERO_DATE:
    case CLASS_PARTIAL_DATE:
    case CLASS_BAD_JSON:
    case CLASS_EMPTY_UUID:
    case CLASS_BAD_UUID:
    case CLASS_EMPTY_ENUM:
    case CLASS_OUT_OF_RANGE:
    case CLASS_TOO_LONG:
        return "type: text";
    default:
        return "";
    }
}

/* A wider number stays a number. */
static const char *rule_of(unsigned value_class, const struct planned_table *table, size_t position)
{
    const struct source_type *source =
        &table->source->columns[table->columns[position].source].type;

    if (value_class == CLASS_OUT_OF_RANGE && source->kind == SOURCE_BIGINT && source->is_unsigned)
        return "type: numeric(20)";
    if (value_class == CLASS_OUT_OF_RANGE && source->kind <= SOURCE_BIGINT)
        return "type: bigint";
    if (value_class == CLASS_OUT_OF_RANGE && source->kind == SOURCE_TIME)
        return "type: interval";
    return keeping_rule(value_class);
}

static struct str policy_choices(struct maker *m, unsigned value_class)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "choices");

    for (enum value_policy i = POLICY_NULL; i < POLICY_COUNT; i++) {
        if (policy_effect((enum value_class)value_class, i) == NULL)
            continue;
        buf_add_format(&text, "%s%s", text.len > 0 ? "|" : "", value_policy_name(i));
    }
    return arena_str_c(m->arena, buf_c_str(&text));
}

/* What keeps the values; and the policies that change them. */
static struct str fix_of(struct maker *m, const struct planned_table *table, size_t position,
                         unsigned value_class, enum value_policy policy)
{
    struct str column = table->source->columns[table->columns[position].source].name;
    const char *keeping = rule_of(value_class, table, position);
    struct str keep = *keeping != '\0' ? rule_for(m, table, column, keeping) : STR("");
    if (value_class >= CLASS_COUNT)
        return STR("");
    struct str choices = policy_choices(m, value_class);
    if (choices.len == 0 || policy > POLICY_REFUSE)
        return keep;
    struct str change =
        rule_for(m, table, column,
                 arena_format(m->arena, "%s: \"" STR_FMT "\"",
                              value_class_name((enum value_class)value_class), STR_ARG(choices))
                     .ptr);
    return arena_format(m->arena, STR_FMT "   keeps them;\n" STR_FMT "   changes them",
                        STR_ARG(keep), STR_ARG(change));
}

/* ---- values ---------------------------------------------------------------------------------- */

static enum error_id id_of(unsigned value_class, const struct tally *tally)
{
    if (value_class < CLASS_COUNT)
        return value_class_error((enum value_class)value_class);
    if (value_class == SCAN_TOO_BIG)
        return PGC_VALUE_TOO_BIG;
    return value_class == SCAN_REFUSED ? tally->id : 0;
}

static enum severity severity_of(unsigned value_class, enum value_policy policy)
{
    if (value_class == SCAN_TWICE_ENCODED)
        return SEVERITY_NOTE;
    if (value_class >= CLASS_COUNT || policy <= POLICY_REFUSE)
        return SEVERITY_BLOCKER;
    return SEVERITY_CHANGES;
}

static struct str text_of(struct maker *m, unsigned value_class, const struct tally *tally,
                          enum value_policy policy)
{
    struct str counted = arena_format(m->arena, "%s, in %" PRIu64 " row%s", class_text(value_class),
                                      tally->count, tally->count == 1 ? "" : "s");

    if (value_class == SCAN_REFUSED)
        return arena_format(m->arena, STR_FMT ": " STR_FMT, STR_ARG(counted), STR_ARG(tally->text));
    if (value_class == SCAN_TWICE_ENCODED)
        return arena_format(m->arena, STR_FMT "; such text arrives as it is", STR_ARG(counted));
    if (value_class < CLASS_COUNT && policy > POLICY_REFUSE)
        return arena_format(m->arena, STR_FMT "; policy \"%s\": %s", STR_ARG(counted),
                            value_policy_name(policy),
                            policy_effect((enum value_class)value_class, policy));
    return counted;
}

static struct str object_of(struct maker *m, const struct planned_table *table, struct str column)
{
    return arena_format(m->arena, STR_FMT "." STR_FMT "." STR_FMT,
                        STR_ARG(m->job->plan->catalog->database), STR_ARG(table->source->name),
                        STR_ARG(column));
}

static struct str join_rows(struct maker *m, const struct assess_finding *finding)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "keys of rows");

    for (size_t i = 0; i < finding->row_count; i++) {
        buf_add_c(&text, i > 0 ? "\n" : "");
        buf_add_str(&text, finding->rows[i]);
    }
    return arena_str_c(m->arena, buf_c_str(&text));
}

static void make_of_tally(struct maker *m, const struct scan_table *pass, size_t column,
                          unsigned value_class)
{
    const struct tally *tally = &pass->tallies[column * SCAN_CLASSES + value_class];
    const struct planned_table *table = pass->planned;
    size_t position = pass->columns[column].position;
    const struct planned_column *planned = &table->columns[position];
    enum value_policy policy =
        value_class < CLASS_COUNT ? planned->policies.of[value_class] : POLICY_UNSET;

    if (tally->count == 0)
        return;
    struct assess_finding *finding = add_finding(m);
    finding->table = table->number;
    finding->column = table->source->columns[planned->source].name;
    if (value_class < CLASS_COUNT) {
        finding->value_class = value_class_name((enum value_class)value_class);
        finding->policy = value_policy_name(policy == POLICY_UNSET ? POLICY_REFUSE : policy);
    }
    if (value_class == SCAN_TOO_BIG)
        finding->value_class = "too_big";
    if (value_class == SCAN_TWICE_ENCODED)
        finding->value_class = "twice_encoded";
    for (size_t i = 0; i < tally->sample_count; i++)
        finding->rows[finding->row_count++] = arena_str(m->arena, tally->samples[i].text);
    finding->finding = (struct finding){
        .id = id_of(value_class, tally),
        .severity = severity_of(value_class, policy),
        .object = object_of(m, table, finding->column),
        .text = text_of(m, value_class, tally, policy),
        .fix = fix_of(m, table, position, value_class, policy),
        .detail = join_rows(m, finding),
        .rows = (int64_t)tally->count,
    };
}

static void make_of_uuids(struct maker *m, const struct scan_table *pass, size_t column)
{
    const struct uuid_tally *uuids = &pass->uuids[column];
    const struct planned_table *table = pass->planned;

    if (uuids->uuids == 0 || uuids->others > 0)
        return;
    struct assess_finding *finding = add_finding(m);
    finding->table = table->number;
    finding->value_class = "could_be_uuid";
    finding->column =
        table->source->columns[table->columns[pass->columns[column].position].source].name;
    finding->finding = (struct finding){
        .severity = SEVERITY_NOTE,
        .object = object_of(m, table, finding->column),
        .text = arena_format(m->arena,
                             "all of the %" PRIu64 " values looked at are UUIDs: the type uuid "
                             "would hold each in 16 bytes",
                             uuids->uuids),
        .fix = rule_for(m, table, finding->column, "type: uuid"),
        .rows = -1,
    };
}

static void make_of_pass(struct maker *m, const struct scan_table *pass)
{
    for (size_t i = 0; i < pass->read.column_count; i++) {
        if (pass->columns[i].position == SIZE_MAX)
            continue;
        for (unsigned value_class = 0; value_class < SCAN_CLASSES; value_class++)
            make_of_tally(m, pass, i, value_class);
        make_of_uuids(m, pass, i);
    }
}

/* ---- references ------------------------------------------------------------------------------ */

static void keep_lines(struct str lines, struct arena *arena, struct assess_finding *finding)
{
    for (size_t from = 0; from < lines.len && finding->row_count < ASSESS_SAMPLES;) {
        size_t end = str_find(lines, '\n', from);
        finding->rows[finding->row_count++] = arena_str(arena, str_slice(lines, from, end));
        from = end + 1;
    }
}

static struct str text_of_reference(struct maker *m, const struct scan_reference *reference,
                                    enum value_class value_class, enum value_policy policy,
                                    uint64_t rows)
{
    const char *effect = policy > POLICY_REFUSE ? policy_effect(value_class, policy) : NULL;
    struct str counted = arena_format(
        m->arena, "%s in " STR_FMT ", in %" PRIu64 " row%s",
        value_class == CLASS_PARENT_SPELLING ? "references spelt otherwise than their parents"
                                             : "references without a parent",
        STR_ARG(reference->reference.parent->name), rows, rows == 1 ? "" : "s");

    if (effect == NULL)
        return arena_format(m->arena, STR_FMT "; the foreign key will stand NOT VALID",
                            STR_ARG(counted));
    return arena_format(m->arena, STR_FMT "; policy \"%s\": %s", STR_ARG(counted),
                        value_policy_name(policy), effect);
}

static const char *fix_of_reference(enum value_class value_class)
{
    return value_class == CLASS_PARENT_SPELLING
               ? "write them in MySQL as their parents are spelt; or values: { parent_spelling: "
                 "replace } (or quarantine)"
               : "add the parents or remove the references in MySQL; or values: { orphan: \"null\" "
                 "} (or quarantine)";
}

static void make_of_reference(struct maker *m, const struct scan_reference *reference,
                              enum value_class value_class)
{
    bool misspelt = value_class == CLASS_PARENT_SPELLING;
    uint64_t rows = misspelt ? reference->found.misspelt : reference->found.orphans;
    const struct planned_table *table = reference->table;
    enum value_policy policy = misspelt ? reference->key->spelling : reference->key->orphan;

    if (rows == 0)
        return;
    if (policy == POLICY_QUARANTINE)
        m->result->tables[table->number].quarantined += rows;
    struct assess_finding *finding = add_finding(m);
    finding->table = table->number;
    finding->value_class = value_class_name(value_class);
    finding->policy = value_policy_name(policy == POLICY_UNSET ? POLICY_REFUSE : policy);
    keep_lines(misspelt ? reference->found.misspelt_rows : reference->found.orphan_rows, m->arena,
               finding);
    finding->finding = (struct finding){
        .id = value_class_error(value_class),
        .severity = SEVERITY_CHANGES,
        .object = object_of(m, table, reference->key->source->name),
        .text = text_of_reference(m, reference, value_class, policy, rows),
        .fix = str_of(fix_of_reference(value_class)),
        .detail = join_rows(m, finding),
        .rows = (int64_t)rows,
    };
}

/* ---- entries of indexes ---------------------------------------------------------------------- */

static const char *fix_of_entry(const struct target_index *index)
{
    return index->kind == TARGET_INDEX_PLAIN
               ? "shorten the values in MySQL; or make an index by hand that serves the same "
                 "queries: USING hash, or over left(…)"
               : "shorten the values in MySQL; or make a unique index over md5(…) by hand, which "
                 "is "
                 "as strict by bytes";
}

static void make_of_entry(struct maker *m, const struct scan_entries *entries, size_t i)
{
    const struct source_entry_scan *found = &entries->found[i];
    const struct planned_table *table = entries->table;
    const struct target_index *index = &entries->indexes[i]->target;

    if (found->rows == 0)
        return;
    struct assess_finding *finding = add_finding(m);
    finding->table = table->number;
    finding->value_class = "index_too_wide";
    keep_lines(found->lines, m->arena, finding);
    finding->finding = (struct finding){
        .id = PGC_OBJECT_FAILED,
        .severity = SEVERITY_CHANGES,
        .object = object_of(m, table, index->name),
        .text = arena_format(m->arena,
                             "index entries that may be too wide for PostgreSQL, in %" PRIu64
                             " row%s: above %" PRIu64 " bytes (the longest has %" PRIu64
                             ") the index is built only if they can be compressed enough",
                             found->rows, found->rows == 1 ? "" : "s",
                             entries->entries.items[i].most_bytes, found->longest),
        .fix = str_of(fix_of_entry(index)),
        .detail = join_rows(m, finding),
        .rows = (int64_t)found->rows,
    };
}

/* ---- what policies may set aside ------------------------------------------------------------- */

static void check_quarantine(struct maker *m)
{
    const struct plan *plan = m->job->plan;
    uint64_t rows = 0;

    for (size_t i = 0; i < plan->table_count; i++)
        rows += m->result->tables[i].quarantined;
    if (rows <= plan->options->max_quarantined)
        return;
    struct assess_finding *finding = add_finding(m);
    finding->finding = (struct finding){
        .id = PGC_QUARANTINE_FULL,
        .severity = SEVERITY_BLOCKER,
        .object = plan->catalog->database,
        .text = arena_format(m->arena,
                             "%" PRIu64 " rows would be set aside, and max_quarantined allows "
                             "%" PRIu64,
                             rows, plan->options->max_quarantined),
        .fix = arena_format(m->arena, "max_quarantined: %" PRIu64, rows),
        .rows = (int64_t)rows,
    };
}

/* ---- the plan's own -------------------------------------------------------------------------- */

static void place_finding(const struct plan *plan, const struct finding *from, struct arena *arena,
                          struct assess_finding *finding)
{
    *finding = (struct assess_finding){.value_class = "", .policy = "", .table = UINT32_MAX};
    finding->finding = *from;
    for (size_t i = 0; i < plan->table_count; i++) {
        struct str prefix =
            arena_format(arena, STR_FMT "." STR_FMT, STR_ARG(plan->catalog->database),
                         STR_ARG(plan->tables[i].source->name));
        bool inside = from->object.len > prefix.len && from->object.ptr[prefix.len] == '.';
        if (str_starts_with(from->object, prefix) && (inside || from->object.len == prefix.len))
            finding->table = plan->tables[i].number;
    }
}

static int compare_findings(const void *left, const void *right)
{
    const struct assess_finding *a = left, *b = right;

    if (a->finding.severity != b->finding.severity)
        return a->finding.severity < b->finding.severity ? -1 : 1;
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    int by_object = str_compare(a->finding.object, b->finding.object);
    if (by_object != 0)
        return by_object;
    int by_class = strcmp(a->value_class, b->value_class);
    return by_class != 0 ? by_class : str_compare(a->finding.text, b->finding.text);
}

void scan_make_findings(const struct assess_job *job, const struct scan_tables *tables,
                        struct arena *arena, struct assess_result *result)
{
    struct maker m = {.job = job, .arena = arena, .result = result};

    for (size_t i = 0; i < job->plan->findings.count; i++)
        place_finding(job->plan, &job->plan->findings.items[i], arena, add_finding(&m));
    for (size_t i = 0; i < tables->count; i++)
        make_of_pass(&m, &tables->items[i]);
    for (size_t i = 0; i < tables->reference_count; i++) {
        make_of_reference(&m, &tables->references[i], CLASS_ORPHAN);
        make_of_reference(&m, &tables->references[i], CLASS_PARENT_SPELLING);
    }
    for (size_t i = 0; i < tables->entries_count; i++)
        for (size_t k = 0; k < tables->entries[i].entries.count; k++)
            make_of_entry(&m, &tables->entries[i], k);
    check_quarantine(&m);
    if (result->count > 0)
        qsort(result->findings, result->count, sizeof *result->findings, compare_findings);
}

void assess_add_finding(struct assess_result *result, const struct plan *plan,
                        const struct finding *finding, struct arena *arena)
{
    struct assess_finding *added =
        ARENA_PUSH(arena, result->findings, result->count, result->capacity);

    place_finding(plan, finding, arena, added);
    keep_lines(finding->detail, arena, added);
    qsort(result->findings, result->count, sizeof *result->findings, compare_findings);
}

size_t assess_count(const struct assess_result *result, enum severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < result->count; i++)
        count += result->findings[i].finding.severity == severity;
    return count;
}
