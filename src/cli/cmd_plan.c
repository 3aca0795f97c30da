/* pgconverge plan: every decision, to stdout and with -o into a file that migrate --plan takes. */
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/check_views.h"
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

/* Said beside the plan: it holds decisions, and whoever runs it may have another target. */
static struct error *check_views(const struct cli_options *options, const struct prepared *prepared)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "views");
    struct views_checked checked = {0};

    if (!cli_has_target(options))
        return NULL;
    TRY_DOING(cli_check_views(options, prepared, options->arena, &checked),
              "try the views on the target");
    if (checked.not_tried.len > 0) {
        log_notice("views were not tried on the target: " STR_FMT, STR_ARG(checked.not_tried));
        return NULL;
    }
    log_notice("views tried on the target, and rolled back: %zu; refused: %zu", checked.tried,
               checked.refused.count);
    for (size_t i = 0; i < checked.refused.count; i++) {
        buf_reset(&text, MIB);
        text_add_printable(&text, checked.refused.items[i].object);
        buf_add_c(&text, ": ");
        text_add_printable(&text, checked.refused.items[i].text);
        log_warning("PGC-%d PostgreSQL refuses the view %s", (int)PGC_OBJECT_FAILED,
                    buf_c_str(&text));
    }
    if (checked.refused.count > 0)
        output_set_exit(ERROR_KIND_FINDINGS);
    return NULL;
}

struct error *cmd_plan(const struct cli_options *options)
{
    struct prepared prepared = {0};
    struct error *error = cli_prepare(options, options->arena, &prepared);

    if (error == NULL)
        error = print(options, &prepared.plan);
    if (error == NULL)
        error = check_views(options, &prepared);
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
