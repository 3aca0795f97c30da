/*
 * cli/connect.h: from options to connections. Passwords come from the URI, --source-password-file,
 * PGCONVERGE_SOURCE_PASSWORD, the configuration, ~/.my.cnf and .pgpass, or from a prompt; what is
 * nearer to the command line wins. Every password is registered with base/secret.h, so that no
 * text of a client library can carry it into an error.
 */
#pragma once

#include "cli/options.h"
#include "sink/sink.h"
#include "source/source.h"

/* Whether the user said where each side is (for the target also by PGHOST, PGSERVICE …). */
bool cli_has_source(const struct cli_options *options);
bool cli_has_target(const struct cli_options *options);

/*
 * The options ready to connect with; the caller frees them by source_options_done() and
 * sink_options_done(). The source's may prompt on a terminal.
 * Errors: PGC_USAGE when there is no URI; PGC_URI; PGC_SECRET_FILE; PGC_INTERRUPTED in the prompt.
 */
struct error *cli_source_options(const struct cli_options *options,
                                 struct source_options *ret_options) CHECKED;
struct error *cli_target_options(const struct cli_options *options,
                                 struct sink_options *ret_options) CHECKED;
/*
 * Connects as well; asks for a password once when the server wants one that nobody gave and a
 * terminal is there. On an error nothing is to be freed. Sessions opened later from the same
 * options need no question.
 */
struct error *cli_open_source(const struct cli_options *options, struct source_options *ret_options,
                              struct source_session **ret_session) CHECKED;
struct error *cli_open_target(const struct cli_options *options, const char *what,
                              struct sink_options *ret_options, struct sink_session **ret_session)
    CHECKED;

/* The options that decide the plan; they borrow from `options`. */
void cli_plan_options(const struct cli_options *options, struct plan_options *ret_options);
