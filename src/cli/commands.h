/*
 * cli/commands.h: one function a command. Each prints its result and returns NULL, or the error
 * that decides the exit code; main() prints that.
 */
#pragma once

#include "cli/options.h"

struct error *cmd_doctor(const struct cli_options *options) CHECKED;
struct error *cmd_assess(const struct cli_options *options) CHECKED;
struct error *cmd_plan(const struct cli_options *options) CHECKED;
struct error *cmd_migrate(const struct cli_options *options) CHECKED;
struct error *cmd_schema(const struct cli_options *options) CHECKED;
struct error *cmd_status(const struct cli_options *options) CHECKED;
struct error *cmd_quarantine(const struct cli_options *options) CHECKED;
struct error *cmd_discard(const struct cli_options *options) CHECKED;
struct error *cmd_explain(const struct cli_options *options) CHECKED;
struct error *cmd_completion(const struct cli_options *options) CHECKED;
struct error *cmd_help(const struct cli_options *options) CHECKED;
struct error *cmd_verify(const struct cli_options *options) CHECKED;
struct error *cmd_version(const struct cli_options *options) CHECKED;
