/*
 * pgconverge: takes a MySQL or MariaDB database to PostgreSQL and proves that it arrived.
 *
 * The map of the tree. A room includes rooms of lower floors only (src/ROOMS, tools/check-imports);
 * above model/, outsiders include only a room's door, room/room.h.
 *
 *   floor 5  cli/      this room: parses, prints results and errors, picks exit codes
 *   floor 4  assess/   looks before anything moves: what would happen to every value
 *            copy/     moves the data: schema, chunks, rows, then keys, indexes, foreign keys
 *            verify/   compares what both sides hold, by rules of its own
 *            report/   tells how a run went: report.txt, report.json
 *   floor 3  plan/     decides, without I/O: types, names, keys, what is refused
 *            ledger/   remembers what happened, in the schema pgconverge of the target
 *   floor 2  source/   reads MySQL and MariaDB (the only room with libmariadb)
 *            sink/     reads and writes PostgreSQL (the only room with libpq)
 *            convert/  values into PostgreSQL's binary form, without I/O
 *   floor 1  model/    tables, types, keys, rows, chunks, tokens, findings: data, nearly no code
 *   floor 0  base/     memory, errors, strings, time, log, secrets
 *
 * In this room:
 *   options.def, commands.def   the tables that drive parser, help, manual, completion, environment
 *   options.c, parse.c          from words to struct cli_options
 *   config.c                    pgconverge.yaml
 *   value.c                     durations, misspelt names, passwords in connection strings
 *   connect.c, password.c, terminal.c   from options to sessions
 *   prepare.c                   source, catalog, plan: what several commands begin with
 *   cmd_*.c, doctor_*.c         one file a command
 *   help.c, completion.c        texts out of the tables
 *   progress.c, output.c        what people and scripts see
 *
 * Elsewhere: test/unit mirrors src, test/e2e runs against real servers, test/fuzz, test/golden;
 * tools/ has the private servers and the checks; doc/ has the manual pages.
 */
#include "base/crash.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/stop.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/output.h"

#include <signal.h>
#include <stdio.h>

static struct error *run_command(const struct cli_options *options)
{
    switch (options->command) {
    case COMMAND_doctor:
        return cmd_doctor(options);
    case COMMAND_assess:
        return cmd_assess(options);
    case COMMAND_plan:
        return cmd_plan(options);
    case COMMAND_migrate:
        return cmd_migrate(options);
    case COMMAND_status:
        return cmd_status(options);
    case COMMAND_quarantine:
        return cmd_quarantine(options);
    case COMMAND_discard:
        return cmd_discard(options);
    case COMMAND_schema:
        return cmd_schema(options);
    case COMMAND_verify:
        return cmd_verify(options);
    case COMMAND_explain:
        return cmd_explain(options);
    case COMMAND_completion:
        return cmd_completion(options);
    case COMMAND_help:
        return cmd_help(options);
    case COMMAND_version:
        return cmd_version(options);
    case COMMAND_COUNT:
        break;
    }
    return error_new(PGC_INTERNAL, "no command was chosen");
}

#ifdef PGCONVERGE_CRASH_POINTS
static struct error *list_crash_points(void)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(64 * KIB, "names");

    for (size_t i = 0; crash_point_names[i] != NULL; i++)
        buf_add_format(&text, "%s\n", crash_point_names[i]);
    return output_text(buf_str(&text));
}
#endif

static struct error *run(int argc, char **argv, struct arena *arena, struct cli_options *options)
{
    struct error *error = cli_load(argc, argv, arena, options);

    /* Also after an error: it is told in the form that was asked for. */
    error = error_first(error, log_open(options->log_format == FORMAT_JSON ? LOG_JSON : LOG_TEXT,
                                        options->quiet, options->log_file));
    TRY(error);
    cli_warn_environment(options);
#ifdef PGCONVERGE_CRASH_POINTS
    if (options->list_crash_points)
        return list_crash_points();
#endif
    return run_command(options);
}

static int print_usage(void)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "help");

    help_program(&text);
    fputs(buf_c_str(&text), stderr);
    return error_exit_code(ERROR_KIND_USAGE);
}

int main(int argc, char **argv)
{
    struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "run");
    struct cli_options options = {0};

    secret_protect_process();
    /* A reader that went away is an error of the write, not the end of a run. */
    signal(SIGPIPE, SIG_IGN);
    stop_install_signal_handlers();
    if (argc <= 1)
        return print_usage();

    struct error *error = run(argc, argv, &arena, &options);
    if (error != NULL)
        output_error(&options, error);
    int code = output_exit_code(error);
    error_free(error);
    log_close();
    arena_free(&arena);
    return code;
}
