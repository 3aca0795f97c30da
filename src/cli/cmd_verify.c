/*
 * pgconverge verify: compares what both sides hold, for a run that is in the target, or for what
 * the
 * options plan.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "cli/progress.h"
#include "cli/verdict.h"
#include "verify/verify.h"

#define DEFAULT_RETRY_MS ((uint64_t)5 * 60 * 1000)

struct verification {
    const struct cli_options *options;
    struct arena *arena;
    struct prepared prepared;
    struct sink_options sink;
    struct ledger_run run;
    bool has_run;
    struct copy_progress shown;
    struct verify_outcome outcome;
    uint64_t start_ms;
};

static struct error *read_run(struct verification *v)
{
    CLEANUP(ledger_closep) struct ledger *ledger = NULL;
    struct sink_session *probe = NULL;

    TRY(cli_open_target(v->options, "verify", &v->sink, &probe));
    sink_close(probe);
    TRY(ledger_open(&v->sink, &ledger));
    return ledger_read_run(ledger, v->arena, &v->run, &v->has_run);
}

/* The plan of the run, made anew; it must be the same. */
static struct error *prepare(struct verification *v)
{
    struct plan_options decided = {0};
    struct str digest = STR_NULL;

    if (!v->has_run)
        return cli_prepare(v->options, v->arena, &v->prepared);
    TRY_DOING(plan_read_json(v->run.plan_json, v->arena, &decided, &digest),
              "read the plan of run " STR_FMT, STR_ARG(v->run.run_id));
    TRY(cli_prepare_as(v->options, &decided, v->arena, &v->prepared));
    if (!str_equal(v->run.source_server, v->prepared.facts.identity) ||
        !str_equal(v->run.database, v->prepared.catalog.database))
        return error_new(PGC_LEDGER, "the target holds a run from another source: " STR_FMT,
                         STR_ARG(v->run.source));
    if (!str_equal(v->prepared.plan.digest, v->run.plan_digest))
        return error_with_fix(
            error_new(PGC_STALE_PLAN,
                      "the source's definitions, or the program, changed since run " STR_FMT
                      " was planned",
                      STR_ARG(v->run.run_id)),
            "definitions that changed make another plan: bring the run again with migrate "
            "--restart");
    return NULL;
}

static struct error *compare(struct verification *v)
{
    const struct cli_options *options = v->options;
    const struct plan *plan = &v->prepared.plan;
    CLEANUP(progress_stopp) struct progress *progress = NULL;
    struct verify_job job = {
        .plan = plan,
        .source = &v->prepared.source,
        .sink = &v->sink,
        .token = v->has_run ? v->run.token : STR_NULL,
        .has_run = v->has_run,
        .include = options->tables.items,
        .include_count = options->tables.count,
        .exclude = options->exclude.items,
        .exclude_count = options->exclude.count,
        .jobs = (unsigned)options->jobs,
        .lock = options->lock,
        .show_values = options->show_values,
        .retry_ms =
            cli_given(options, OPTION_retry_for_ms) ? options->retry_for_ms : DEFAULT_RETRY_MS,
        .source_bytes_s = options->throttle * MIB,
        .progress = &v->shown,
    };

    v->shown.tables = ARENA_ARRAY(v->arena, plan->table_count + 1, struct copy_table_progress);
    v->shown.table_count = plan->table_count;
    for (size_t i = 0; i < plan->table_count; i++)
        v->shown.tables[i].name = plan->tables[i].source->name;
    atomic_store(&v->shown.phase, "verify");
    /* The comparing opens its own sessions. */
    source_close(v->prepared.session);
    v->prepared.session = NULL;
    TRY(progress_start(options, &v->shown, &progress));
    return verify_run(&job, v->arena, &v->outcome);
}

static struct error *verify(struct verification *v)
{
    TRY(read_run(v));
    TRY(prepare(v));
    if (v->has_run)
        log_set_run(v->run.run_id.ptr, v->run.database.ptr);
    TRY(compare(v));
    struct verified verified = {
        .outcome = &v->outcome,
        .database = v->prepared.catalog.database,
        .run_id = v->has_run ? v->run.run_id : STR_NULL,
        .run_token = v->has_run ? v->run.token : STR_NULL,
        .wall_ms = clock_ms() - v->start_ms,
    };
    if (!verified_all_agree(&verified))
        output_set_exit(ERROR_KIND_FINDINGS);
    if (v->options->format == FORMAT_JSON)
        return output_json(verified_json(&verified));
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "verdict");
    verified_text(&verified, &text);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

struct error *cmd_verify(const struct cli_options *options)
{
    struct verification *v = ARENA_NEW(options->arena, struct verification);

    v->options = options;
    v->arena = options->arena;
    v->start_ms = clock_ms();
    stop_install_signal_handlers();
    struct error *error = verify(v);
    sink_options_done(&v->sink);
    cli_prepare_done(&v->prepared);
    return error;
}
