/* pgconverge plan: every decision, to stdout and with -o into a file that migrate --plan takes. */
#include "base/limits.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/prepare.h"

static struct error *print(const struct cli_options *options, const struct plan *plan)
{
    CLEANUP(buf_free) struct buf json = BUF_INIT(LIMIT_DOCUMENT, "plan.json");
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "plan");

    TRY(plan_print_json(plan, &json));
    TRY(buf_error(&json));
    if (options->output != NULL)
        TRY(file_write(options->output, buf_str(&json), 0644));
    if (options->format == FORMAT_JSON)
        return output_text(buf_str(&json));
    TRY(plan_print_text(plan, &text));
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

struct error *cmd_plan(const struct cli_options *options)
{
    struct prepared prepared = {0};
    struct error *error = cli_prepare(options, options->arena, &prepared);

    if (error == NULL)
        error = print(options, &prepared.plan);
    if (error == NULL) {
        size_t blockers = plan_count_findings(&prepared.plan, SEVERITY_BLOCKER);
        size_t changes = plan_count_findings(&prepared.plan, SEVERITY_CHANGES);
        if (blockers + changes > 0) {
            output_set_exit(ERROR_KIND_FINDINGS);
            log_notice("blockers: %zu, changes of meaning: %zu", blockers, changes);
        }
        if (options->output != NULL)
            log_notice("the plan is in %s; pgconverge migrate --plan %s runs it", options->output,
                       options->output);
    }
    cli_prepare_done(&prepared);
    return error;
}
