/*
 * pgconverge migrate: the main job. Plans, looks whether the ledger knows an unfinished run, copies
 * what is open, says truthfully how it went.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/pre_scan.h"
#include "cli/progress.h"
#include "copy/copy.h"
#include "report/report.h"
#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

/* A killed owner's session is gone as soon as the server has noticed. */
#define TAKE_WAIT_MS 15000
#define DEFAULT_RETRY_MS ((uint64_t)5 * 60 * 1000)

struct migration {
    const struct cli_options *options;
    struct arena *arena;
    struct prepared prepared;
    struct sink_options sink;
    struct sink_facts target;
    struct ledger *ledger;
    struct ledger_run run;
    struct copy_progress shown;
    struct copy_outcome outcome;
    struct verify_outcome verified;
    bool values_compared; /* `verified` holds */
    uint64_t start_ms, pre_scan_ms;
    unsigned jobs;
    bool told; /* what stands, and how to go on */
};

/* ---- may it begin? --------------------------------------------------------------------------- */

static struct error *refuse_blockers(const struct plan *plan)
{
    size_t count = plan_count_findings(plan, SEVERITY_BLOCKER);
    for (size_t i = 0; i < plan->findings.count; i++) {
        const struct finding *finding = &plan->findings.items[i];
        if (finding->severity != SEVERITY_BLOCKER)
            continue;
        struct error *error = error_new(
            finding->id != 0 ? finding->id : PGC_SOURCE_UNSUPPORTED, STR_FMT "%s",
            STR_ARG(finding->text), count > 1 ? " (and other blockers: see pgconverge plan)" : "");
        if (finding->object.len > 0)
            error_with_object(error, STR_FMT, STR_ARG(finding->object));
        if (finding->fix.len > 0)
            error_with_fix(error, STR_FMT, STR_ARG(finding->fix));
        return error;
    }
    return NULL;
}

static struct error *refuse_existing(const struct migration *m)
{
    struct str *names = NULL;
    size_t count = 0;
    TRY(copy_find_existing(ledger_session(m->ledger), &m->prepared.plan, m->arena, &names, &count));
    if (count == 0)
        return NULL;
    struct buf list = BUF_INIT(LIMIT_ERROR_TEXT, "table names");
    for (size_t i = 0; i < count && i < 20; i++)
        buf_add_format(&list, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(names[i]));
    struct error *error = error_with_object(
        error_new(PGC_TARGET_NOT_EMPTY,
                  "%zu names of the plan's %zu tables are taken in schema \"" STR_FMT "\"", count,
                  m->prepared.plan.table_count, STR_ARG(m->prepared.plan.options->schema)),
        "%s%s", buf_c_str(&list), count > 20 ? ", …" : "");
    buf_free(&list);
    return error;
}

/* An unfinished run is continued only as what it was. */
static struct error *refuse_other_run(const struct migration *m)
{
    const struct ledger_run *run = &m->run;
    const struct prepared *prepared = &m->prepared;
    if (!str_equal(run->source_server, prepared->facts.identity) ||
        !str_equal(run->database, prepared->catalog.database))
        return error_new(PGC_LEDGER, "the target holds a run from another source: " STR_FMT,
                         STR_ARG(run->source));
    if (!str_equal(run->schema, prepared->plan.options->schema))
        return error_new(PGC_LEDGER, "the target holds a run into another schema: " STR_FMT,
                         STR_ARG(run->schema));
    if (str_equal(run->plan_digest, prepared->plan.digest))
        return NULL;
    /* "Finished" would be said of tables or columns that nobody copied. */
    if (run->state == RUN_DONE || run->state == RUN_DONE_FINDINGS)
        return error_with_fix(
            error_new(PGC_LEDGER,
                      "the run that finished here was planned differently: the source's "
                      "definitions or the options changed since"),
            "give the options it was made with; or take another database; or give --restart, "
            "which throws away what the finished run made");
    return error_new(PGC_STALE_PLAN, "the unfinished run was planned differently: the source's "
                                     "definitions or the options changed since");
}

static bool is_finished(const struct ledger_run *run)
{
    return run->state == RUN_DONE || run->state == RUN_DONE_FINDINGS;
}

/* ---- the run in the ledger ------------------------------------------------------------------- */

static struct error *put_tables(const struct migration *m)
{
    const struct plan *plan = &m->prepared.plan;
    struct ledger_table *tables = ARENA_ARRAY(m->arena, plan->table_count + 1, struct ledger_table);
    size_t count = 0;
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *planned = &plan->tables[i];
        if (planned->disposition != DISPOSITION_CREATED)
            continue;
        tables[count++] = (struct ledger_table){
            .number = planned->number,
            .source_name = planned->source->name,
            .target_schema = planned->target.schema,
            .target_name = planned->target.name,
            .rows_counted = -1,
        };
    }
    return ledger_put_tables(m->ledger, tables, count);
}

/* Nothing stands in the target yet, or what an earlier run made stands as it was. */
static void tell_refusal(struct migration *m)
{
    struct buf command = BUF_INIT(LIMIT_ERROR_TEXT, "command");
    cli_same_command(m->options, COMMAND_migrate, &command);
    if (m->options->restart)
        buf_add_c(&command, " --restart");
    output_set_state("nothing was copied and nothing in the target was touched.  When that is "
                     "settled:  %s",
                     buf_c_str(&command));
    buf_free(&command);
    m->told = true;
}

/* Told before there is a run to mend, and before an earlier one is thrown away. */
static struct error *pre_scan(struct migration *m)
{
    enum cli_pre_scan wanted = cli_pre_scan_of(m->options);
    struct assess_result result = {0};
    struct pre_scan_job job = {
        .options = m->options,
        .prepared = &m->prepared,
        .sink = &m->sink,
        .extent = wanted == PRE_SCAN_FULL ? ASSESS_FULL : ASSESS_CONSTRAINTS,
        .phase = "pre-scan",
        .shown = &m->shown,
    };

    if (wanted == PRE_SCAN_NONE)
        return NULL;
    TRY(cli_pre_scan(&job, &result));
    m->pre_scan_ms = result.wall_ms;
    struct error *error = cli_refuse_found(&result);
    if (error != NULL)
        tell_refusal(m);
    return error;
}

static struct error *begin_run(struct migration *m)
{
    struct buf json = BUF_INIT(LIMIT_DOCUMENT, "plan.json");
    struct buf source = BUF_INIT(LIMIT_ERROR_TEXT, "source");
    char id[33];

    TRY(refuse_existing(m));
    clock_random_id(id);
    source_options_print(&m->prepared.source, &source);
    struct error *error = plan_print_json(&m->prepared.plan, &json);
    if (error == NULL)
        error = buf_error(&json);
    m->run = (struct ledger_run){
        .run_id = arena_str_c(m->arena, id),
        .state = RUN_RUNNING,
        .source = arena_str(m->arena, buf_str(&source)),
        .source_server = m->prepared.facts.identity,
        .database = m->prepared.catalog.database,
        .schema = m->prepared.plan.options->schema,
        .plan_digest = m->prepared.plan.digest,
        .plan_json = arena_str(m->arena, buf_str(&json)),
        .version = STR(PGCONVERGE_VERSION),
    };
    buf_free(&json);
    buf_free(&source);
    if (error != NULL)
        return error;
    m->run.max_quarantined = m->prepared.plan_options.max_quarantined;
    TRY(ledger_begin_run(m->ledger, &m->run));
    if (m->pre_scan_ms > 0) {
        TRY(ledger_set_phase(m->ledger, STR("pre-scan")));
        TRY(ledger_phase_done(m->ledger, STR("pre-scan"), m->pre_scan_ms));
    }
    return put_tables(m);
}

static struct error *adopt_run(struct migration *m)
{
    struct ledger_table *tables = NULL;
    size_t count = 0;
    TRY(refuse_other_run(m));
    m->run.max_quarantined = m->prepared.plan_options.max_quarantined;
    TRY(ledger_adopt_run(m->ledger, &m->run));
    TRY(ledger_read_tables(m->ledger, m->arena, &tables, &count));
    /* Killed between the run's row and its tables'. */
    if (count == 0)
        TRY(put_tables(m));
    log_notice("continuing run " STR_FMT ", begun at " STR_FMT, STR_ARG(m->run.run_id),
               STR_ARG(m->run.started_at));
    return NULL;
}

static struct error *restart_run(struct migration *m)
{
    TRY(pre_scan(m));
    if (!m->options->overwrite_target)
        TRY_DOING(copy_check_digests(m->ledger, m->arena), "make sure that nobody else wrote");
    TRY_DOING(copy_discard(m->ledger, m->arena), "throw the earlier run away");
    log_notice("run " STR_FMT " was thrown away; beginning again", STR_ARG(m->run.run_id));
    return begin_run(m);
}

/* Ends with a run that is ours, or with *ret_finished and nothing touched. */
static struct error *own_run(struct migration *m, bool *ret_finished)
{
    bool found = false;
    TRY(ledger_read_run(m->ledger, m->arena, &m->run, &found));
    if (found && is_finished(&m->run) && !m->options->restart) {
        TRY(refuse_other_run(m));
        *ret_finished = true;
        return NULL;
    }
    TRY(ledger_take(m->ledger, TAKE_WAIT_MS));
    /* Another process may have worked on it until a moment ago. */
    TRY(ledger_read_run(m->ledger, m->arena, &m->run, &found));
    if (!found) {
        TRY(pre_scan(m));
        return begin_run(m);
    }
    if (m->options->restart)
        return restart_run(m);
    if (is_finished(&m->run)) {
        *ret_finished = true;
        return NULL;
    }
    return adopt_run(m);
}

/* ---- the verdict ----------------------------------------------------------------------------- */

static bool differs(const struct migration *m)
{
    return m->values_compared && m->verified.findings.count > 0;
}

/* Beyond what failed steps said already. */
static bool is_built_otherwise(const struct migration *m)
{
    return m->values_compared && m->verified.structure.count > 0 && m->outcome.failed_steps == 0;
}

/* What was compared beyond the number of rows, and why not more. */
static struct str compared_values(const struct migration *m)
{
    const struct verify_outcome *verified = &m->verified;

    if (m->options->no_verify)
        return STR("Values were not compared: --no-verify. pgconverge verify does it.");
    if (!m->values_compared)
        return STR("Values were not compared: the source is not any more as it was copied.");
    return arena_format(
        m->arena,
        "Every value of %zu of %zu tables (%llu rows) was read back from both sides "
        "and compared: %s.",
        verified->tables_compared, verified->table_count, (unsigned long long)verified->rows,
        differs(m) ? "not all agree, see findings" : "all agree");
}

struct verdict {
    struct str word;
    struct str reason;
    struct str source_state;
    enum run_state state;
    enum error_kind kind; /* of the exit code; meaningless when state is RUN_DONE */
};

static struct str source_state_text(enum token_verdict moved)
{
    switch (moved) {
    case TOKEN_SAME:
        return STR("stood still from the snapshot to the end");
    case TOKEN_MOVED:
        return STR("was written after the snapshot");
    case TOKEN_OTHER_SERVER:
        return STR("is another server now than at the snapshot");
    case TOKEN_LSN_MOVED:
    case TOKEN_UNKNOWN:
        break;
    }
    return STR("may have been written after the snapshot: nothing proves that it was not");
}

/* What the plan knew it would not translate is no failure, and never kept quiet about. */
static struct str with_left_over(const struct migration *m, struct str reason)
{
    const struct finding_list *findings = &m->prepared.plan.findings;
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        bool is_task = finding->severity != SEVERITY_NOTE || finding->fix.len > 0;
        count += finding->id == PGC_NOT_TRANSLATED && is_task;
    }
    if (count == 0)
        return reason;
    return arena_format(m->arena,
                        STR_FMT " %zu object%s of the source %s not translated and left to do by "
                                "hand.",
                        STR_ARG(reason), count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
}

/* What the operator's policies did is told in numbers, also where it was all foreseen. */
static struct str with_policies(const struct migration *m, struct str reason)
{
    const struct copy_outcome *outcome = &m->outcome;

    if (outcome->values_changed == 0 && outcome->rows_quarantined == 0)
        return reason;
    return arena_format(m->arena,
                        STR_FMT " By policy %llu value%s changed and %llu row%s set aside.",
                        STR_ARG(reason), (unsigned long long)outcome->values_changed,
                        outcome->values_changed == 1 ? " was" : "s were",
                        (unsigned long long)outcome->rows_quarantined,
                        outcome->rows_quarantined == 1 ? " was" : "s were");
}

static struct verdict find_verdict(const struct migration *m)
{
    const struct copy_outcome *outcome = &m->outcome;
    struct verdict verdict = {.state = RUN_DONE, .kind = ERROR_KIND_FINDINGS};
    bool moved = outcome->moved != TOKEN_SAME;

    verdict.source_state = source_state_text(outcome->moved);
    verdict.word = STR("DONE");
    verdict.reason = STR("Every row of the snapshot was written and counted.");
    if (outcome->rows_quarantined > 0) {
        verdict.word = STR("DONE, ROWS SET ASIDE");
        verdict.reason = STR("Every row of the snapshot was written or set aside, and counted.");
        verdict.state = RUN_DONE_FINDINGS;
    }
    if (moved) {
        verdict.word =
            outcome->moved == TOKEN_MOVED ? STR("SOURCE MOVED") : STR("SOURCE NOT PROVEN STILL");
        verdict.reason = STR("The target holds the source as of the snapshot; what was written "
                             "later is not in it.");
        if (!m->options->allow_moving_source)
            verdict.state = RUN_DONE_FINDINGS;
    }
    if (outcome->failed_steps > 0) {
        verdict.word = moved ? STR("SOURCE MOVED, AND OBJECTS FAILED") : STR("DONE WITH FINDINGS");
        verdict.reason =
            STR("All rows were written and counted, but objects failed: see findings.");
        verdict.state = RUN_DONE_FINDINGS;
    }
    if (differs(m) && !moved) {
        verdict.word =
            outcome->failed_steps > 0 ? STR("DIFFERENT, AND OBJECTS FAILED") : STR("DIFFERENT");
        verdict.reason = STR("All rows were written and counted, but what the target holds is not "
                             "what the source holds: see findings.");
        verdict.state = RUN_DONE_FINDINGS;
    }
    if (is_built_otherwise(m) && verdict.state == RUN_DONE) {
        verdict.word = STR("DONE WITH FINDINGS");
        verdict.reason =
            m->verified.structure.items[0].id == PGC_STRUCTURE_NOT_COMPARED
                ? STR("All rows were written and counted, but it could not be compared whether "
                      "the target is built as planned: see findings.")
                : STR("All rows were written and counted, but tables of the target are not built "
                      "as planned: see findings.");
        verdict.state = RUN_DONE_FINDINGS;
    }
    if (verdict.state == RUN_DONE && m->options->allow_moving_source)
        verdict.word = moved ? STR("REHEARSAL DONE, SOURCE MOVED") : STR("REHEARSAL DONE");
    verdict.word = arena_format(m->arena, STR_FMT ", %s", STR_ARG(verdict.word),
                                m->values_compared && !differs(m) ? "VERIFIED" : "NOT VERIFIED");
    verdict.reason = with_left_over(m, with_policies(m, verdict.reason));
    return verdict;
}

static struct str snapshot_text(const struct migration *m)
{
    switch (m->outcome.snapshot) {
    case SNAPSHOT_SHARED:
        return arena_format(m->arena, "one moment, seen by %u readers, without locks", m->jobs + 1);
    case SNAPSHOT_LOCKED:
        return arena_format(m->arena, "one moment, seen by %u readers, opened under a read lock",
                            m->jobs + 1);
    case SNAPSHOT_ONE_READER:
        return STR("one reader");
    case SNAPSHOT_NOT_NEEDED:
        break;
    }
    return STR("not needed any more: all rows were there");
}

static const char *report_dir(const struct migration *m)
{
    if (m->options->report_dir != NULL)
        return m->options->report_dir;
    return arena_format(m->arena, "./pgconverge-report/" STR_FMT, STR_ARG(m->run.run_id)).ptr;
}

static struct error *print_report(const struct migration *m, const struct report_input *input)
{
    struct buf document = BUF_INIT(LIMIT_DOCUMENT, "report");
    /* Thousands of tables make thousands of objects, gathered anew for every document. */
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "report");
    const char *dir = report_dir(m);
    struct error *error = report_write(input, dir, &arena);
    arena_rewind(&arena);
    if (error == NULL && m->options->format == FORMAT_JSON)
        error = report_make_json(input, &arena, &document);
    else if (error == NULL)
        error = report_make_summary(input, &arena, &document);
    if (error == NULL)
        error = output_text(buf_str(&document));
    buf_free(&document);
    if (error == NULL)
        log_notice("report: %s/report.txt", dir);
    return error;
}

static void fill_report(const struct migration *m, struct report_input *ret_input)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "target");
    *ret_input = (struct report_input){
        .plan = &m->prepared.plan,
        .ledger = m->ledger,
        .source = &m->prepared.facts,
        .source_text = m->run.source,
        .target = &m->target,
        .jobs = m->jobs,
        .rehearsal = m->options->allow_moving_source,
        .visible_only = m->prepared.visible_only,
        .wall_ms = clock_ms() - m->start_ms,
        .snapshot = snapshot_text(m),
    };
    sink_options_print(&m->sink, &text);
    ret_input->target_text = arena_str(m->arena, buf_str(&text));
    buf_free(&text);
}

static struct error *conclude(struct migration *m, const struct verdict *verdict)
{
    TRY_DOING(copy_record_digests(m->ledger, false, m->arena), "record what the target holds");
    return ledger_finish_run(m->ledger, verdict->state, verdict->word);
}

/* The run is finished, whatever becomes of its report. */
static struct error *report_success(struct migration *m, struct verdict verdict)
{
    struct report_input input;

    fill_report(m, &input);
    input.verdict = verdict.word;
    input.verdict_reason = verdict.reason;
    input.source_state = verdict.source_state;
    input.moved = m->outcome.moved != TOKEN_SAME;
    input.values_compared = m->values_compared;
    input.values_text = compared_values(m);
    if (verdict.state != RUN_DONE)
        output_set_exit(verdict.kind);
    input.exit_code = verdict.state == RUN_DONE ? 0 : error_exit_code(verdict.kind);
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "run.done",
                        .rows = (int64_t)m->outcome.rows_written,
                        .ms = (int64_t)(clock_ms() - m->start_ms)),
              STR_FMT, STR_ARG(verdict.word));
    struct error *error = print_report(m, &input);
    if (error != NULL) {
        m->told = true;
        output_set_state("the run is finished: " STR_FMT ".  Its report is what failed; the same "
                         "command tells the verdict again, and pgconverge status what was done",
                         STR_ARG(verdict.word));
    }
    return error;
}

/* ---- when it did not end well ---------------------------------------------------------------- */

/* Before there is a run of ours to tell about: stopped, or a lost connection; nothing was done. */
static void tell_command(const struct migration *m, const struct error *error)
{
    struct buf command = BUF_INIT(LIMIT_ERROR_TEXT, "command");
    if (error->kind != ERROR_KIND_INTERRUPTED && error->kind != ERROR_KIND_TEMPORARY)
        return;
    cli_same_command(m->options, COMMAND_migrate, &command);
    output_set_state("no row was touched by this call.  Continue with:  %s", buf_c_str(&command));
    buf_free(&command);
}

/* What is mended in the source, or decided otherwise, makes it another run. */
static bool needs_restart(const struct error *failure)
{
    /* The limit is no part of the plan: raised, it lets the run go on. */
    if (failure->id == PGC_QUARANTINE_FULL)
        return false;
    return failure->kind == ERROR_KIND_DATA || failure->id == PGC_SOURCE_MOVED ||
           failure->id == PGC_SOURCE_CHANGED_DEFINITION ||
           failure->id == PGC_SOURCE_DIFFERENT_SERVERS;
}

/* What stands, and how to go on. Best effort: the error that brought us here is the news. */
static void tell_state(struct migration *m, const struct error *failure)
{
    struct ledger_table *tables = NULL;
    size_t count = 0, done = 0;
    uint64_t rows = 0;
    struct buf command = BUF_INIT(LIMIT_ERROR_TEXT, "command");
    struct error *error = ledger_read_tables(m->ledger, m->arena, &tables, &count);
    for (size_t i = 0; i < count; i++)
        done += tables[i].split && tables[i].chunks_done == tables[i].chunk_count;
    for (size_t i = 0; i < count; i++)
        rows += tables[i].rows_copied;
    cli_same_command(m->options, COMMAND_migrate, &command);
    m->told = true;
    const char *how = "Continue with:";
    if (needs_restart(failure) && !m->options->restart) {
        how = "When that is mended, begin again with:";
        buf_add_c(&command, " --restart");
    }
    if (error == NULL)
        output_set_state("%llu rows are there, %zu of %zu tables have all of theirs, nothing is "
                         "lost.  %s  %s",
                         (unsigned long long)rows, done, count, how, buf_c_str(&command));
    else
        output_set_state("what is finished is kept in the target's ledger.  %s  %s", how,
                         buf_c_str(&command));
    error_free(error);
    buf_free(&command);
}

static struct error *conclude_failure(struct migration *m, struct error *failure)
{
    struct report_input input;
    const char *dir = report_dir(m);
    sink_shield(ledger_session(m->ledger), true);
    fill_report(m, &input);
    input.verdict = STR("NOT FINISHED");
    input.verdict_reason = str_of(failure->text);
    input.source_state = STR("not compared");
    input.snapshot = STR("see the phases");
    input.exit_code = error_exit_code(failure->kind);
    input.error = failure;
    struct error *writing = report_write(&input, dir, m->arena);
    if (writing == NULL)
        log_notice("report so far: %s/report.txt", dir);
    error_free(writing);
    tell_state(m, failure);
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "run.fail",
                        .ms = (int64_t)(clock_ms() - m->start_ms)),
              "not finished");
    return failure;
}

/* ---- doing it -------------------------------------------------------------------------------- */

static struct error *do_copy(struct migration *m)
{
    const struct cli_options *options = m->options;
    const struct plan *plan = &m->prepared.plan;
    CLEANUP(progress_stopp) struct progress *progress = NULL;
    struct copy_job job = {
        .plan = plan,
        .source = &m->prepared.source,
        .facts = &m->prepared.facts,
        .sink = &m->sink,
        .ledger = m->ledger,
        .run_token = m->run.token,
        .jobs = m->jobs,
        .chunk_rows = options->chunk_rows,
        .lock = options->lock,
        .show_values = options->show_values,
        .retry_ms =
            cli_given(options, OPTION_retry_for_ms) ? options->retry_for_ms : DEFAULT_RETRY_MS,
        .deadline_ms = options->deadline_ms > 0 ? m->start_ms + options->deadline_ms : 0,
        .progress = &m->shown,
    };
    TRY(progress_start(options, &m->shown, &progress));
    return copy_run(&job, m->arena, &m->outcome);
}

/* ---- comparing ------------------------------------------------------------------------------- */

static struct error *record_findings(struct migration *m, struct verify_outcome *verified)
{
    bool unproven = verified->moved != TOKEN_SAME;

    TRY(ledger_drop_findings(m->ledger, PGC_VERIFY_MISSING, PGC_STRUCTURE_NOT_COMPARED));
    for (size_t i = 0; i < verified->structure.count; i++)
        TRY(ledger_add_finding(m->ledger, &verified->structure.items[i]));
    for (size_t i = 0; i < verified->findings.count; i++) {
        struct finding *finding = &verified->findings.items[i];
        finding->severity = unproven ? SEVERITY_NOTE : finding->severity;
        TRY(ledger_add_finding(m->ledger, finding));
    }
    return NULL;
}

static struct error *compare_values(struct migration *m)
{
    const struct cli_options *options = m->options;
    const struct plan *plan = &m->prepared.plan;
    CLEANUP(progress_stopp) struct progress *progress = NULL;
    struct copy_progress *shown = ARENA_NEW(m->arena, struct copy_progress);
    struct ledger_run run = {0};
    bool found = false;

    TRY(ledger_read_run(m->ledger, m->arena, &run, &found));
    struct verify_job job = {
        .plan = plan,
        .source = &m->prepared.source,
        .sink = &m->sink,
        .ledger = m->ledger,
        .token = run.token,
        .has_run = true,
        .jobs = m->jobs,
        .lock = options->lock,
        .show_values = options->show_values,
        .retry_ms =
            cli_given(options, OPTION_retry_for_ms) ? options->retry_for_ms : DEFAULT_RETRY_MS,
        .deadline_ms = options->deadline_ms > 0 ? m->start_ms + options->deadline_ms : 0,
        .source_bytes_s = options->throttle * MIB,
        .progress = shown,
    };
    shown->tables = ARENA_ARRAY(m->arena, plan->table_count + 1, struct copy_table_progress);
    shown->table_count = plan->table_count;
    for (size_t i = 0; i < plan->table_count; i++)
        shown->tables[i].name = plan->tables[i].source->name;
    atomic_store(&shown->phase, "verify");
    TRY(progress_start(options, shown, &progress));
    TRY(verify_run(&job, m->arena, &m->verified));
    m->values_compared = true;
    return record_findings(m, &m->verified);
}

/* Against a source that was written since nothing could be proven: left to `pgconverge verify`. */
static struct error *do_verify(struct migration *m)
{
    uint64_t start_ms = clock_ms();

    if (m->options->no_verify || m->outcome.moved == TOKEN_MOVED ||
        m->outcome.moved == TOKEN_OTHER_SERVER)
        return NULL;
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "phase.start", .phase = STR("verify")),
              "verify");
    TRY(ledger_set_phase(m->ledger, STR("verify")));
    struct error *error = compare_values(m);
    uint64_t duration_ms = clock_ms() - start_ms;
    log_write(LOG_EVENT(.level = LOG_INFO, .event = error == NULL ? "phase.done" : "phase.fail",
                        .phase = STR("verify"), .ms = (int64_t)duration_ms),
              "verify: %s after %.1f s", error == NULL ? "done" : "stopped",
              (double)duration_ms / 1000);
    sink_shield(ledger_session(m->ledger), true);
    struct error *recording = ledger_phase_done(m->ledger, STR("verify"), duration_ms);
    sink_shield(ledger_session(m->ledger), false);
    return error_first(error, recording);
}

static struct error *print_finished(const struct migration *m)
{
    if (m->run.state == RUN_DONE_FINDINGS)
        output_set_exit(ERROR_KIND_FINDINGS);
    log_notice("run " STR_FMT " finished at " STR_FMT "; nothing was touched",
               STR_ARG(m->run.run_id), STR_ARG(m->run.finished_at));
    if (m->options->format == FORMAT_JSON) {
        json_t *document = json_object();
        json_object_set_new(document, "run_id", output_json_str(m->run.run_id));
        json_object_set_new(document, "verdict", output_json_str(m->run.verdict));
        json_object_set_new(document, "finished_at", output_json_str(m->run.finished_at));
        json_object_set_new(document, "already_done", json_true());
        return output_json(document);
    }
    return output_text(arena_format(
        m->arena,
        STR_FMT "\nThis run (" STR_FMT ") was done already, at " STR_FMT ". Nothing was touched.\n",
        STR_ARG(m->run.verdict), STR_ARG(m->run.run_id), STR_ARG(m->run.finished_at)));
}

/* Sessions opened from here on carry the run's id, on both servers. */
static void name_sessions(struct migration *m)
{
    free(m->sink.run_id);
    free(m->prepared.source.run_id);
    m->sink.run_id = strdup(m->run.run_id.ptr);
    m->prepared.source.run_id = strdup(m->run.run_id.ptr);
}

static struct error *migrate(struct migration *m)
{
    bool finished = false;

    TRY(cli_prepare(m->options, m->arena, &m->prepared));
    TRY(refuse_blockers(&m->prepared.plan));
    /* The copy opens its own sessions. */
    source_close(m->prepared.session);
    m->prepared.session = NULL;

    cli_progress_init(m->options, &m->prepared.plan, &m->shown);
    struct sink_session *probe = NULL;
    TRY(cli_open_target(m->options, "migrate", &m->sink, &probe));
    struct error *error = sink_read_facts(probe, m->arena, &m->target);
    sink_close(probe);
    TRY(error);
    TRY(ledger_open(&m->sink, &m->ledger));
    TRY(own_run(m, &finished));
    if (finished)
        return print_finished(m);

    name_sessions(m);
    log_set_run(m->run.run_id.ptr, m->run.database.ptr);
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "run.start"), "run " STR_FMT,
              STR_ARG(m->run.run_id));
    TRY(report_try_folder(report_dir(m)));
    error = do_copy(m);
    if (error == NULL)
        error = do_verify(m);
    struct verdict verdict = find_verdict(m);
    if (error == NULL)
        error = conclude(m, &verdict);
    return error != NULL ? conclude_failure(m, error) : report_success(m, verdict);
}

struct error *cmd_migrate(const struct cli_options *options)
{
    struct migration *m = ARENA_NEW(options->arena, struct migration);
    m->options = options;
    m->arena = options->arena;
    m->start_ms = clock_ms();
    m->jobs = (unsigned)options->jobs;
    stop_install_signal_handlers();
    struct error *error = migrate(m);
    if (error != NULL && !m->told)
        tell_command(m, error);
    ledger_close(m->ledger);
    sink_options_done(&m->sink);
    cli_prepare_done(&m->prepared);
    return error;
}
