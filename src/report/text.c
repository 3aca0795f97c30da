/* report.txt: read at night, by somebody who wants the verdict first. */
#include "base/text.h"
#include "base/limits.h"
#include "report/internal.h"

#include <inttypes.h>

#define NAME_COLUMNS 40
/* Source text and long lists stand whole in report.json. */
#define DETAIL_LINES 20
/* On the terminal: more tables than this are not listed one by one, more findings only counted. */
#define BRIEF_TABLES 20
#define BRIEF_FINDINGS 12

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- verdict, run, servers ------------------------------------------------------------------- */

static void add_error(const struct report_facts *facts, struct buf *page)
{
    const struct error *error = facts->input->error;
    struct str fix;

    if (error == NULL)
        return;
    fix = str_of(error->fix);
    if (fix.len == 0 && error_describe((int)error->id) != NULL)
        fix = str_of(error_describe((int)error->id)->fix);
    add_field(page, "error", id_text(facts->scratch, error->id));
    add_field(page, "what", str_of(error->text));
    add_field(page, "object", str_of(error->object));
    add_field(page, "row", str_of(error->row));
    add_field(page, "while", str_of(error->context));
    add_field(page, "fix", fix);
}

static void add_verdict(const struct report_facts *facts, struct buf *page)
{
    const struct report_input *input = facts->input;

    buf_add_c(page, "VERDICT: ");
    add_paragraph(page, input->verdict, 9, 9);
    if (!str_equal_c(input->verdict_reason, input->error != NULL ? input->error->text : NULL))
        add_field(page, "why", input->verdict_reason);
    add_error(facts, page);
    add_field(page, "rows", compared_text(facts));
    add_field(page, "source", input->source_state);
    if (input->rehearsal)
        add_field(page, "rehearsal",
                  STR("This was a rehearsal: the source was allowed to be written meanwhile."));
    if (input->visible_only)
        add_field(page, "rights",
                  STR("The source user may not see everything. What it has no right to see is not "
                      "in the target, nor in this report."));
    add_field(page, "exit code", arena_format(facts->scratch, "%d", input->exit_code));
}

static void add_run(const struct report_facts *facts, struct buf *page)
{
    const struct ledger_run *run = &facts->run;

    add_title(page, "RUN");
    add_field(page, "id", run->run_id);
    add_field(page, "program",
              arena_format(facts->scratch, "pgconverge " STR_FMT, STR_ARG(run->version)));
    add_field(page, "started", run->started_at);
    add_field(page, "finished", run->finished_at.len > 0 ? run->finished_at : STR("not yet"));
    add_field(page, "plan", run->plan_digest);
    add_field(page, "jobs", arena_format(facts->scratch, "%u", facts->input->jobs));
    add_field(page, "snapshot", facts->input->snapshot);
}

static void add_servers(const struct report_facts *facts, struct buf *page)
{
    const struct source_facts *source = facts->input->source;
    const struct sink_facts *target = facts->input->target;

    add_title(page, "SOURCE");
    add_field(page, "address", facts->input->source_text);
    add_field(page, "server",
              arena_format(facts->scratch, "%s " STR_FMT,
                           source->flavor == FLAVOR_MARIADB ? "MariaDB" : "MySQL",
                           STR_ARG(source->version)));
    add_field(page, "identity", source->identity);
    add_field(page, "time zone", source->time_zone);
    add_field(page, "sql_mode", source->sql_mode);
    add_field(page, "logs",
              arena_format(facts->scratch, "GTIDs %s, binary log %s",
                           source->gtid_on ? "on" : "off", source->log_bin ? "on" : "off"));
    add_title(page, "TARGET");
    add_field(page, "address", facts->input->target_text);
    add_field(page, "server",
              arena_format(facts->scratch, "PostgreSQL " STR_FMT, STR_ARG(target->version_text)));
    add_field(page, "identity", target->identity);
    add_field(page, "role", target->role);
    add_field(page, "schema", facts->run.schema);
}

static void add_times(const struct report_facts *facts, struct buf *page)
{
    add_title(page, "TIME");
    for (size_t i = 0; i < facts->phase_count; i++) {
        const struct ledger_phase *phase = &facts->phases[i];

        buf_add_c(page, "  ");
        add_cell(page, phase->name, 20);
        add_cell(page, duration_text(facts->scratch, phase->duration_ms), -14);
        buf_add_c(page, "   ");
        add_cell(page, phase->started_at, 0);
        if (phase->finished_at.len > 0 && phase->started_at.len > 0)
            buf_add_c(page, " … ");
        add_cell(page, phase->finished_at, 0);
        buf_add_char(page, '\n');
    }
    buf_add_c(page, "  ");
    add_cell(page, STR("all phases"), 20);
    add_cell(page, duration_text(facts->scratch, facts->phases_ms), -14);
    buf_add_c(page, "\n  ");
    add_cell(page, STR("downtime"), 20);
    if (facts->elapsed_ms >= 0) {
        add_cell(page, duration_text(facts->scratch, (uint64_t)facts->elapsed_ms), -14);
        buf_add_c(page, "   from the start of the run to its end, as measured\n");
    } else {
        add_cell(page, STR("-"), -14);
        buf_add_c(page, "   the run has not ended\n");
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A name, and on the same line what follows it; a long name has its line alone. */
static void add_name_cell(struct buf *page, struct str name, int indent, int width)
{
    add_cell(page, STR(""), indent);
    if (text_width(name) <= (size_t)width) {
        add_cell(page, name, width);
        return;
    }
    add_paragraph(page, name, (size_t)indent, (size_t)indent);
    add_cell(page, STR(""), indent + width);
}

static void add_rows_line(const struct report_facts *facts, struct buf *page,
                          const struct report_rows *rows)
{
    struct arena *arena = facts->scratch;

    arena_rewind(arena);
    add_name_cell(page, rows->name, 2, NAME_COLUMNS);
    add_cell(page, rows->counted >= 0 ? number_text(arena, (uint64_t)rows->counted) : STR("-"),
             -16);
    add_cell(page, number_text(arena, rows->written), -16);
    add_cell(page, size_text(arena, rows->bytes), -11);
    buf_add_format(page, "  %s\n", rows_state_text(rows->state));
    if (rows->set_aside > 0)
        buf_add_format(page, "    %" PRIu64 " more %s set aside\n", rows->set_aside,
                       rows->set_aside == 1 ? "is" : "are");
    if (rows->state == ROWS_UNFINISHED && rows->chunk_count > 0)
        buf_add_format(page, "    %" PRIu32 " of %" PRIu32 " chunks are done\n", rows->chunks_done,
                       rows->chunk_count);
}

static void add_to_total(struct report_rows *total, const struct report_rows *rows)
{
    if (rows->counted < 0)
        total->counted = -1;
    else if (total->counted >= 0)
        total->counted += rows->counted;
    total->written += rows->written;
    total->set_aside += rows->set_aside;
    total->bytes += rows->bytes;
    if (rows->state != ROWS_EQUAL && total->state != ROWS_NOT_EQUAL)
        total->state = rows->state;
}

/* With `brief`, a long list of tables shrinks to those that are not as they should be. */
static void add_rows(const struct report_facts *facts, struct buf *page, bool brief)
{
    struct report_rows total = {.name = STR("all tables"), .state = ROWS_EQUAL};
    size_t left_out = 0;

    add_title(page, "ROWS");
    if (facts->row_count == 0) {
        buf_add_c(page, "  none: no table was to be copied\n");
        return;
    }
    add_name_cell(page, STR("table"), 2, NAME_COLUMNS);
    add_cell(page, STR("in the source"), -16);
    add_cell(page, STR("written"), -16);
    add_cell(page, STR("bytes"), -11);
    buf_add_char(page, '\n');
    for (size_t i = 0; i < facts->row_count; i++) {
        const struct report_rows *rows = &facts->rows[i];

        add_to_total(&total, rows);
        if (brief && facts->row_count > BRIEF_TABLES && rows->state == ROWS_EQUAL &&
            rows->set_aside == 0)
            left_out++;
        else
            add_rows_line(facts, page, rows);
    }
    if (left_out > 0)
        buf_add_format(page, "  (%zu tables that are equal)\n", left_out);
    add_rows_line(facts, page, &total);
}

/* ---- objects and types ----------------------------------------------------------------------- */

static struct str arrow(struct arena *arena, struct str name, struct str target)
{
    if (name.len == 0 || target.len == 0)
        return name.len == 0 ? target : name;
    if (str_equal(name, target))
        return name;
    return arena_format(arena, STR_FMT " -> " STR_FMT, STR_ARG(name), STR_ARG(target));
}

/* One line when all of it fits; else the name, and below it what became of it. */
static void add_object(const struct report_facts *facts, struct buf *page,
                       const struct report_object *object)
{
    bool is_part = object->is_part;
    struct str outcome = object->outcome;
    struct str name = arrow(facts->scratch, object->name, object->target);
    int name_width = is_part ? 42 : 44;

    if (!is_part && object->table.len > 0)
        name = arena_format(facts->scratch, STR_FMT " on " STR_FMT, STR_ARG(name),
                            STR_ARG(object->table));
    if (object->reason.len > 0)
        outcome = arena_format(facts->scratch, STR_FMT ": " STR_FMT, STR_ARG(outcome),
                               STR_ARG(object->reason));
    buf_add_c(page, is_part ? "    " : "  ");
    add_cell(page, str_of(object->kind), 16);
    if (text_width(name) <= (size_t)name_width) {
        add_cell(page, name, name_width);
        buf_add_char(page, ' ');
        add_paragraph(page, outcome, 63, 65);
    } else {
        add_paragraph(page, name, is_part ? 20 : 18, 22);
        add_cell(page, STR(""), 24);
        add_paragraph(page, outcome, 24, 26);
    }
}

static void add_objects(const struct report_facts *facts, struct buf *page)
{
    add_title(page, "OBJECTS");
    if (facts->object_count == 0)
        buf_add_c(page, "  none\n");
    for (size_t i = 0; i < facts->object_count; i++) {
        arena_rewind(facts->scratch);
        add_object(facts, page, &facts->objects[i]);
    }
}

static void add_column(const struct report_facts *facts, struct buf *page,
                       const struct planned_table *table, size_t position)
{
    const struct planned_column *column = &table->columns[position];
    const struct target_column *target = &table->target.columns[position];
    const struct source_column *source = &table->source->columns[column->source];
    struct buf type = BUF_INIT(LIMIT_SQL_TEXT, "type");
    struct str name = arrow(facts->scratch, source->name, target->name);
    struct str decision, why;

    target_type_print(&target->type, &type);
    decision =
        arena_format(facts->scratch, STR_FMT " -> " STR_FMT "%s%s", STR_ARG(source->type.text),
                     STR_ARG(buf_str(&type)), column->copied ? "" : ", generated by PostgreSQL",
                     column->lossy ? "   LOSSY" : "");
    buf_free(&type);
    add_name_cell(page, name, 4, 24);
    buf_add_char(page, ' ');
    add_paragraph(page, decision, 29, 33);
    why = column->reason;
    if (strcmp(column->rule, "default") != 0)
        why = arena_format(facts->scratch, "%s%s " STR_FMT, column->rule,
                           str_ends_with(str_of(column->rule), STR(":")) ? "" : ":",
                           STR_ARG(column->reason));
    if (why.len == 0)
        return;
    add_cell(page, STR(""), 33);
    add_paragraph(page, why, 33, 33);
}

static void add_types(const struct report_facts *facts, struct buf *page)
{
    const struct plan *plan = facts->input->plan;

    add_title(page, "TYPES (by default where no rule is named)");
    if (facts->column_count == 0)
        buf_add_c(page, "  none\n");
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];

        if (table->disposition != DISPOSITION_CREATED)
            continue;
        buf_add_c(page, "  ");
        add_paragraph(page, table->source->name, 2, 2);
        for (size_t k = 0; k < table->column_count; k++) {
            arena_rewind(facts->scratch);
            add_column(facts, page, table, k);
        }
    }
}

/* ---- findings and what is left to do --------------------------------------------------------- */

/* The first lines of a text. */
static struct str first_lines(const struct report_facts *facts, struct str text)
{
    size_t end = 0;

    for (int line = 0; line < DETAIL_LINES && end < text.len; line++)
        end = str_find(text, '\n', end) + 1;
    if (end >= text.len)
        return text;
    return arena_format(facts->scratch, STR_FMT "\n… (all of it is in report.json)",
                        STR_ARG(str_slice(text, 0, end - 1)));
}

static void add_finding(const struct report_facts *facts, struct buf *page,
                        const struct finding *finding)
{
    struct str head =
        arena_format(facts->scratch, "%s%s" STR_FMT "%s" STR_FMT, severity_name(finding->severity),
                     finding->id != 0 ? " " : "", STR_ARG(id_text(facts->scratch, finding->id)),
                     finding->object.len > 0 ? "  " : "", STR_ARG(finding->object));

    buf_add_c(page, "  ");
    add_paragraph(page, head, 2, 6);
    if (finding->rows >= 0)
        add_field(page, "  rows", number_text(facts->scratch, (uint64_t)finding->rows));
    add_field(page, "  what", finding->text);
    add_field_lines(page, "  fix", finding->fix);
    add_field_lines(page, "  detail", first_lines(facts, finding->detail));
}

static void add_finding_counts(const struct report_facts *facts, struct buf *page)
{
    size_t counts[] = {[SEVERITY_BLOCKER] = 0, [SEVERITY_CHANGES] = 0, [SEVERITY_NOTE] = 0};

    for (size_t i = 0; i < facts->finding_count; i++)
        counts[facts->findings[i].severity]++;
    buf_add_format(page, "  %zu blocker%s, %zu that change%s meaning, %zu note%s\n",
                   counts[SEVERITY_BLOCKER], plural(counts[SEVERITY_BLOCKER]),
                   counts[SEVERITY_CHANGES], counts[SEVERITY_CHANGES] == 1 ? "s" : "",
                   counts[SEVERITY_NOTE], plural(counts[SEVERITY_NOTE]));
}

static void add_findings(const struct report_facts *facts, struct buf *page)
{
    add_title(page, "FINDINGS");
    if (facts->finding_count == 0) {
        buf_add_c(page, "  none\n");
        return;
    }
    add_finding_counts(facts, page);
    for (size_t i = 0; i < facts->finding_count; i++) {
        arena_rewind(facts->scratch);
        add_finding(facts, page, &facts->findings[i]);
    }
}

/* What the plan said before already. */
static void add_brief_finding(const struct report_facts *facts, struct buf *page,
                              const struct finding *finding)
{
    buf_add_c(page, "  ");
    add_paragraph(page,
                  arena_format(facts->scratch, "%s  " STR_FMT "  " STR_FMT,
                               severity_name(finding->severity), STR_ARG(finding->object),
                               STR_ARG(finding->text)),
                  2, 11);
}

/* What came out of the run stands first and whole: failed objects, orphans, a source that moved. */
static void add_brief_findings(const struct report_facts *facts, struct buf *page)
{
    size_t shown = 0, left_out = 0;

    add_title(page, "FINDINGS");
    if (facts->finding_count == 0) {
        buf_add_c(page, "  none\n");
        return;
    }
    add_finding_counts(facts, page);
    for (size_t i = 0; i < facts->finding_count; i++) {
        const struct finding *finding = &facts->findings[i];

        arena_rewind(facts->scratch);
        if (finding->severity == SEVERITY_NOTE)
            continue;
        if (shown == BRIEF_FINDINGS) {
            left_out++;
            continue;
        }
        shown++;
        if (finding->id != 0)
            add_finding(facts, page, finding);
        else
            add_brief_finding(facts, page, finding);
    }
    if (left_out > 0)
        buf_add_format(page, "  … and %zu more in report.txt\n", left_out);
}

static void add_tasks(const struct report_facts *facts, struct buf *page)
{
    add_title(page, "LEFT TO DO BY HAND");
    for (size_t i = 0; i < facts->task_count; i++) {
        struct str number = arena_format(facts->scratch, "%zu.", i + 1);

        add_cell(page, number, -5);
        buf_add_char(page, ' ');
        add_paragraph(page, facts->tasks[i], 6, 6);
    }
}

struct error *make_text(const struct report_facts *facts, struct buf *text)
{
    add_verdict(facts, text);
    add_run(facts, text);
    add_servers(facts, text);
    add_times(facts, text);
    add_rows(facts, text, false);
    add_policies(facts, text);
    add_findings(facts, text);
    add_tasks(facts, text);
    add_objects(facts, text);
    add_types(facts, text);
    return buf_error(text);
}

struct error *make_summary(const struct report_facts *facts, struct buf *text)
{
    add_verdict(facts, text);
    add_times(facts, text);
    add_rows(facts, text, true);
    add_policies(facts, text);
    add_brief_findings(facts, text);
    add_tasks(facts, text);
    return buf_error(text);
}
