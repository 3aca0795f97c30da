#include "cli/pre_scan.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/progress.h"
#include "copy/copy.h"

#define DEFAULT_RETRY_MS ((uint64_t)5 * 60 * 1000)

enum cli_pre_scan cli_pre_scan_of(const struct cli_options *options)
{
    if (cli_given(options, OPTION_pre_scan))
        return (enum cli_pre_scan)options->pre_scan;
    return cli_given(options, OPTION_deadline_ms) ? PRE_SCAN_CONSTRAINTS : PRE_SCAN_FULL;
}

void cli_progress_init(const struct cli_options *options, const struct plan *plan,
                       struct copy_progress *shown)
{
    shown->tables = ARENA_ARRAY(options->arena, plan->table_count + 1, struct copy_table_progress);
    shown->table_count = plan->table_count;
    for (size_t i = 0; i < plan->table_count; i++)
        shown->tables[i].name = plan->tables[i].source->name;
}

/* ---- keys that only PostgreSQL takes for equal -------------------------------------------- */

/* PostgreSQL alone knows: the keys are compared there. */
static struct error *add_collisions(const struct pre_scan_job *job, struct assess_result *result)
{
    CLEANUP(source_closep) struct source_session *source = NULL;
    CLEANUP(sink_closep) struct sink_session *sink = NULL;
    const struct plan *plan = &job->prepared->plan;
    struct arena *arena = job->options->arena;
    struct finding_list found = {0};

    TRY(source_open(&job->prepared->source, &source));
    TRY(sink_open(job->sink, "keys", &sink));
    TRY(copy_find_collisions(plan, source, sink, arena, &found));
    for (size_t i = 0; i < found.count; i++)
        assess_add_finding(result, plan, &found.items[i], arena);
    return NULL;
}

static void add_unknown(const struct pre_scan_job *job, struct assess_result *result)
{
    const struct plan *plan = &job->prepared->plan;
    struct finding finding = {
        .severity = SEVERITY_NOTE,
        .object = plan->catalog->database,
        .text = STR("whether keys that MySQL keeps apart are equal in PostgreSQL is unknown: they "
                    "are compared there"),
        .fix = STR("give --target"),
        .rows = -1,
    };
    assess_add_finding(result, plan, &finding, job->options->arena);
}

static struct error *look_at_keys(const struct pre_scan_job *job, struct assess_result *result)
{
    if (!copy_may_collide(&job->prepared->plan))
        return NULL;
    if (job->sink != NULL)
        return add_collisions(job, result);
    add_unknown(job, result);
    return NULL;
}

/* ---- the pass -------------------------------------------------------------------------------- */

static struct error *look(const struct pre_scan_job *job, struct assess_result *ret_result)
{
    CLEANUP(progress_stopp) struct progress *progress = NULL;
    const struct cli_options *options = job->options;
    struct assess_job assess = {
        .plan = &job->prepared->plan,
        .source = &job->prepared->source,
        .extent = job->extent,
        .jobs = (unsigned)options->jobs,
        .chunk_rows = options->chunk_rows,
        .show_values = options->show_values,
        .retry_ms =
            cli_given(options, OPTION_retry_for_ms) ? options->retry_for_ms : DEFAULT_RETRY_MS,
        .progress = job->shown,
    };

    TRY(progress_start(options, job->shown, &progress));
    TRY(assess_run(&assess, options->arena, ret_result));
    return look_at_keys(job, ret_result);
}

struct error *cli_pre_scan(const struct pre_scan_job *job, struct assess_result *ret_result)
{
    uint64_t start_ms = clock_ms();

    atomic_store(&job->shown->phase, job->phase);
    log_write(LOG_EVENT(.level = LOG_INFO, .event = "phase.start", .phase = str_of(job->phase)),
              "%s", job->phase);
    struct error *error = look(job, ret_result);
    uint64_t duration_ms = clock_ms() - start_ms;
    log_write(LOG_EVENT(.level = LOG_INFO, .event = error == NULL ? "phase.done" : "phase.fail",
                        .phase = str_of(job->phase), .ms = (int64_t)duration_ms),
              "%s: %s after %.1f s", job->phase, error == NULL ? "done" : "stopped",
              (double)duration_ms / 1000);
    ret_result->wall_ms = duration_ms;
    return error;
}

/* ---- refusing -------------------------------------------------------------------------------- */

static struct error *refuse_one(const struct assess_finding *found)
{
    const struct finding *finding = &found->finding;
    struct error *error = error_new(finding->id != 0 ? finding->id : PGC_SOURCE_UNSUPPORTED,
                                    STR_FMT, STR_ARG(finding->text));

    error_with_kind(error, ERROR_KIND_DATA);
    error_with_object(error, STR_FMT, STR_ARG(finding->object));
    if (finding->detail.len > 0)
        error_with_row(error, STR_FMT, STR_ARG(finding->detail));
    if (finding->fix.len > 0)
        error_with_fix(error, STR_FMT, STR_ARG(finding->fix));
    return error;
}

struct error *cli_refuse_found(const struct assess_result *result)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "blockers");
    size_t count = assess_count(result, SEVERITY_BLOCKER);

    if (count == 0)
        return NULL;
    /* They stand before all others. */
    if (count == 1)
        return refuse_one(&result->findings[0]);
    TRY(assess_print_blockers(result, LIMIT_ERROR_TEXT - KIB, &text));
    struct error *error =
        error_new(result->findings[0].finding.id != 0 ? result->findings[0].finding.id
                                                      : PGC_SOURCE_UNSUPPORTED,
                  "%zu findings in the source stop the run\n%s", count, buf_c_str(&text));
    return error_with_fix(error_with_kind(error, ERROR_KIND_DATA),
                          "settle each: in MySQL, or by a rule of the configuration");
}
