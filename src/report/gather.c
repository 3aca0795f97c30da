/* Reads the ledger once, and joins it with the plan. */
#include "report/internal.h"

/* ---- times ----------------------------------------------------------------------------------- */

/* Takes `count` digits off the front of `text`. */
static bool take_digits(struct str *text, size_t count, int64_t *ret_number)
{
    if (text->len < count || !str_to_i64(str_slice(*text, 0, count), ret_number))
        return false;
    *text = str_slice(*text, count, text->len);
    return true;
}

static bool take_one_of(struct str *text, const char *characters)
{
    if (text->len == 0 || strchr(characters, text->ptr[0]) == NULL || text->ptr[0] == '\0')
        return false;
    *text = str_slice(*text, 1, text->len);
    return true;
}

/* ".123456", as milliseconds; none is 0. */
static int64_t take_fraction(struct str *text)
{
    int64_t ms = 0, digit;

    if (!take_one_of(text, "."))
        return 0;
    for (int64_t unit = 100; take_digits(text, 1, &digit); unit /= 10)
        ms += digit * unit;
    return ms;
}

/* "Z", "+00", "+0530", "-03:00": how far the clock is ahead of UTC. */
static bool take_zone(struct str *text, int64_t *ret_ms)
{
    int64_t sign = text->len > 0 && text->ptr[0] == '-' ? -1 : 1;
    int64_t hours, minutes = 0;

    *ret_ms = 0;
    if (text->len == 0 || take_one_of(text, "Z"))
        return true;
    if (!take_one_of(text, "+-") || !take_digits(text, 2, &hours))
        return false;
    take_one_of(text, ":");
    if (text->len > 0 && !take_digits(text, 2, &minutes))
        return false;
    *ret_ms = sign * (hours * 60 + minutes) * 60000;
    return true;
}

int64_t parse_time(struct str text)
{
    int64_t year, month, day, hour, minute, second, ms, zone_ms;
    struct tm parts;

    if (!take_digits(&text, 4, &year) || !take_one_of(&text, "-") ||
        !take_digits(&text, 2, &month) || !take_one_of(&text, "-") ||
        !take_digits(&text, 2, &day) || !take_one_of(&text, "T ") ||
        !take_digits(&text, 2, &hour) || !take_one_of(&text, ":") ||
        !take_digits(&text, 2, &minute) || !take_one_of(&text, ":") ||
        !take_digits(&text, 2, &second))
        return -1;
    ms = take_fraction(&text);
    if (!take_zone(&text, &zone_ms) || text.len > 0)
        return -1;
    parts = (struct tm){.tm_year = (int)year - 1900,
                        .tm_mon = (int)month - 1,
                        .tm_mday = (int)day,
                        .tm_hour = (int)hour,
                        .tm_min = (int)minute,
                        .tm_sec = (int)second};
    return (int64_t)timegm(&parts) * 1000 + ms - zone_ms;
}

static void measure_times(struct report_facts *facts)
{
    int64_t start_ms = parse_time(facts->run.started_at);
    int64_t end_ms = parse_time(facts->run.finished_at);

    facts->elapsed_ms = start_ms >= 0 && end_ms >= start_ms ? end_ms - start_ms : -1;
    for (size_t i = 0; i < facts->phase_count; i++)
        facts->phases_ms += facts->phases[i].duration_ms;
}

/* ---- rows ------------------------------------------------------------------------------------ */

const char *rows_state_text(enum rows_state state)
{
    switch (state) {
    case ROWS_EQUAL:
        return "equal";
    case ROWS_NOT_EQUAL:
        return "NOT EQUAL";
    case ROWS_UNFINISHED:
        return "unfinished";
    case ROWS_NOT_COUNTED:
        return "not counted";
    }
    return "unfinished";
}

static const struct ledger_table *find_table(const struct ledger_table *tables, size_t count,
                                             uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (tables[i].number == number)
            return &tables[i];
    return NULL;
}

static enum rows_state judge_rows(const struct ledger_table *table)
{
    if (table == NULL || !table->split || table->chunks_done != table->chunk_count)
        return ROWS_UNFINISHED;
    if (table->rows_counted < 0)
        return ROWS_NOT_COUNTED;
    return (uint64_t)table->rows_counted == table->rows_copied + table->rows_quarantined
               ? ROWS_EQUAL
               : ROWS_NOT_EQUAL;
}

static void gather_rows(struct report_facts *facts, const struct ledger_table *tables, size_t count)
{
    const struct plan *plan = facts->input->plan;

    facts->rows = ARENA_ARRAY(facts->arena, plan->table_count + 1, struct report_rows);
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *planned = &plan->tables[i];
        const struct ledger_table *table = find_table(tables, count, planned->number);
        struct report_rows *rows = &facts->rows[facts->row_count];

        if (planned->disposition != DISPOSITION_CREATED)
            continue;
        facts->row_count++;
        *rows = (struct report_rows){
            .name = planned->source->name,
            .target = arena_format(facts->arena, STR_FMT "." STR_FMT,
                                   STR_ARG(planned->target.schema), STR_ARG(planned->target.name)),
            .state = judge_rows(table),
            .counted = -1,
        };
        if (table != NULL) {
            rows->counted = table->rows_counted;
            rows->written = table->rows_copied;
            rows->bytes = table->bytes_copied;
            rows->set_aside = table->rows_quarantined;
            facts->rows_set_aside += rows->set_aside;
            rows->chunk_count = table->chunk_count;
            rows->chunks_done = table->chunks_done;
        }
        facts->tables_equal += rows->state == ROWS_EQUAL;
    }
}

static void gather_columns(struct report_facts *facts)
{
    const struct plan *plan = facts->input->plan;
    size_t capacity = 0;

    for (size_t i = 0; i < plan->table_count; i++)
        for (size_t k = 0; k < plan->tables[i].column_count; k++)
            if (plan->tables[i].disposition == DISPOSITION_CREATED)
                *ARENA_PUSH(facts->arena, facts->columns, facts->column_count, capacity) =
                    (struct report_column){.table = &plan->tables[i], .position = k};
}

struct str compared_text(const struct report_facts *facts)
{
    if (facts->row_count == 0)
        return STR("The plan has no tables: there were no rows to compare.");
    struct str values = facts->input->values_text;
    return arena_format(
        facts->scratch,
        "Counted in the source and equal to the rows written%s: %zu of %zu tables. " STR_FMT,
        facts->rows_set_aside > 0 ? " and set aside" : "", facts->tables_equal, facts->row_count,
        STR_ARG(values.len > 0 ? values : STR("Values were not compared.")));
}

/* ---- findings -------------------------------------------------------------------------------- */

/* The severe first; then by name, because several workers write findings in no order. */
static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int order;

    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    order = str_compare(a->object, b->object);
    if (order == 0)
        order = (a->id > b->id) - (a->id < b->id);
    return order != 0 ? order : str_compare(a->text, b->text);
}

static void gather_findings(struct report_facts *facts, const struct finding_list *in_ledger)
{
    const struct finding_list *in_plan = &facts->input->plan->findings;

    facts->findings =
        ARENA_ARRAY(facts->arena, in_plan->count + in_ledger->count + 1, struct finding);
    for (size_t i = 0; i < in_plan->count; i++)
        facts->findings[facts->finding_count++] = in_plan->items[i];
    for (size_t i = 0; i < in_ledger->count; i++)
        facts->findings[facts->finding_count++] = in_ledger->items[i];
    if (facts->finding_count > 0)
        qsort(facts->findings, facts->finding_count, sizeof *facts->findings, compare_findings);
}

/* ---- what is left to do ---------------------------------------------------------------------- */

static struct str advice(enum error_id id, struct str fix)
{
    const struct error_description *description = error_describe((int)id);

    if (fix.len > 0 || description == NULL)
        return fix;
    return str_of(description->fix);
}

static void add_task(struct report_facts *facts, struct str object, struct str what)
{
    *ARENA_PUSH(facts->arena, facts->tasks, facts->task_count, facts->task_capacity) =
        object.len == 0
            ? what
            : arena_format(facts->arena, STR_FMT ": " STR_FMT, STR_ARG(object), STR_ARG(what));
}

static void gather_tasks(struct report_facts *facts)
{
    const struct error *error = facts->input->error;

    if (error != NULL)
        add_task(facts, str_of(error->object), advice(error->id, str_of(error->fix)));
    if (facts->input->moved)
        add_task(facts, STR_NULL,
                 STR("What was written to the source after the snapshot is not in the target: stop "
                     "the writers and run again with --restart."));
    if (facts->rows_set_aside > 0)
        add_task(
            facts, STR_NULL,
            arena_format(facts->arena,
                         "%llu row%s set aside by policy and not in the tables: see pgconverge "
                         "quarantine list, mend what they were refused for, then pgconverge "
                         "quarantine retry.",
                         (unsigned long long)facts->rows_set_aside,
                         facts->rows_set_aside == 1 ? " was" : "s were"));
    for (size_t i = 0; i < facts->finding_count; i++) {
        const struct finding *finding = &facts->findings[i];

        if (finding->id == PGC_NOT_TRANSLATED && finding->severity != SEVERITY_NOTE)
            add_task(facts, finding->object, finding->fix.len > 0 ? finding->fix : finding->text);
        else if (finding->id == PGC_NOT_TRANSLATED && finding->fix.len > 0)
            add_task(facts, finding->object, finding->fix);
        else if (finding->id == PGC_OBJECT_FAILED && finding->fix.len == 0)
            add_task(facts, finding->object,
                     arena_format(facts->arena, "make it by hand; it failed with: " STR_FMT,
                                  STR_ARG(finding->text)));
        else if (finding->severity != SEVERITY_NOTE && advice(finding->id, finding->fix).len > 0)
            add_task(facts, finding->object, advice(finding->id, finding->fix));
    }
    add_task(facts, STR_NULL,
             STR("Give the application its roles and rights in PostgreSQL: accounts and rights of "
                 "the source are not carried over."));
}

struct str id_text(struct arena *arena, enum error_id id)
{
    return id == 0 ? STR("") : arena_format(arena, "PGC-%d", (int)id);
}

/* ---- all of it ------------------------------------------------------------------------------- */

struct error *gather(const struct report_input *input, struct arena *arena, struct arena *scratch,
                     struct report_facts *ret_facts)
{
    struct report_facts facts = {.input = input, .arena = arena, .scratch = scratch};
    struct finding_list findings = {0};
    struct ledger_table *tables = NULL;
    struct ledger_step *steps = NULL;
    size_t table_count = 0, step_count = 0;
    bool found = false;

    TRY_DOING(ledger_read_run(input->ledger, arena, &facts.run, &found), "read the run");
    if (!found)
        return error_new(PGC_LEDGER, "there is no run to report");
    TRY_DOING(ledger_read_tables(input->ledger, arena, &tables, &table_count), "read the tables");
    TRY_DOING(ledger_read_steps(input->ledger, arena, &steps, &step_count), "read the steps");
    TRY_DOING(ledger_read_phases(input->ledger, arena, &facts.phases, &facts.phase_count),
              "read the phases");
    TRY_DOING(ledger_read_findings(input->ledger, arena, &findings), "read the findings");
    TRY_DOING(ledger_read_changes(input->ledger, arena, &facts.changes, &facts.change_count),
              "read what policies changed");
    TRY_DOING(ledger_quarantine_list(input->ledger, arena, &facts.asides, &facts.aside_count),
              "read the rows set aside");
    measure_times(&facts);
    gather_rows(&facts, tables, table_count);
    gather_columns(&facts);
    gather_objects(&facts, steps, step_count);
    gather_findings(&facts, &findings);
    gather_tasks(&facts);
    *ret_facts = facts;
    return NULL;
}
