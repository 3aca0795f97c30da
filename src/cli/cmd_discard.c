/*
 * pgconverge discard: throws a run away. What the run made is dropped, with the ledger, in one
 * transaction; what was in the target before stays.
 */
#include "base/limits.h"
#include "base/stop.h"
#include "cli/commands.h"
#include "cli/connect.h"
#include "cli/output.h"
#include "copy/copy.h"

#define TAKE_WAIT_MS 15000

static struct error *ask(const struct cli_options *options, const struct ledger_run *run,
                         size_t table_count, struct str with_rows, bool *ret_yes)
{
    struct str question = arena_format(
        options->arena,
        "Drop the %zu tables of run " STR_FMT " in schema \"" STR_FMT "\", and its ledger" STR_FMT,
        table_count, STR_ARG(run->run_id), STR_ARG(run->schema), STR_ARG(with_rows));
    return output_confirm(options, question.ptr, ret_yes);
}

/* Rows that are nowhere else in the target: " with 12 rows that were set aside", or nothing. */
static struct str set_aside_text(const struct cli_options *options,
                                 const struct ledger_table *tables, size_t count)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < count; i++)
        rows += tables[i].rows_quarantined;
    if (rows == 0)
        return STR("");
    return arena_format(options->arena, " with %llu row%s set aside", (unsigned long long)rows,
                        rows == 1 ? " that was" : "s that were");
}

static struct error *print_outcome(const struct cli_options *options, const struct ledger_run *run,
                                   struct str with_rows, bool discarded)
{
    if (options->format == FORMAT_JSON) {
        json_t *document = json_object();
        json_object_set_new(document, "run_id", output_json_str(run->run_id));
        json_object_set_new(document, "discarded", json_boolean(discarded));
        return output_json(document);
    }
    if (!discarded)
        return output_text(STR("Nothing was touched.\n"));
    return output_text(arena_format(
        options->arena,
        "Run " STR_FMT " is thrown away: its tables and its ledger" STR_FMT " are gone.\n",
        STR_ARG(run->run_id), STR_ARG(with_rows)));
}

static struct error *discard(const struct cli_options *options, struct ledger *ledger)
{
    struct ledger_run run = {0};
    struct ledger_table *tables = NULL;
    size_t count = 0;
    bool found = false, yes = false;

    TRY(ledger_read_run(ledger, options->arena, &run, &found));
    if (!found)
        return error_new(PGC_NOTHING_TO_DISCARD, "the target holds no run");
    TRY(ledger_take(ledger, TAKE_WAIT_MS));
    TRY(ledger_read_tables(ledger, options->arena, &tables, &count));
    if (!options->overwrite_target)
        TRY_DOING(copy_check_digests(ledger, options->arena), "make sure that nobody else wrote");
    struct str with_rows = set_aside_text(options, tables, count);
    TRY(ask(options, &run, count, with_rows, &yes));
    if (yes)
        TRY(copy_discard(ledger, options->arena));
    return print_outcome(options, &run, with_rows, yes);
}

struct error *cmd_discard(const struct cli_options *options)
{
    struct sink_options target = {0};
    struct sink_session *probe = NULL;
    CLEANUP(ledger_closep) struct ledger *ledger = NULL;

    stop_install_signal_handlers();
    TRY(cli_open_target(options, "discard", &target, &probe));
    sink_close(probe);
    struct error *error = ledger_open(&target, &ledger);
    if (error == NULL)
        error = discard(options, ledger);
    sink_options_done(&target);
    return error;
}
