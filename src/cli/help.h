/*
 * cli/help.h: the texts of --help, out of the tables.
 */
#pragma once

#include "cli/options.h"

/* All commands; at most 100 columns wide. */
void help_program(struct buf *text);
/* One command: usage, what it does, its options, examples. */
void help_command(enum cli_command command, struct buf *text);
/* "--jobs N", "--format text|json", "--window [TIME]", "--lock" */
void help_option_form(enum cli_option option, struct buf *text);
/* The completion script of bash, zsh or fish; false for other shells. */
bool help_completion(struct str shell, struct buf *text);
