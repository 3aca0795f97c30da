/*
 * cli/output.h: what reaches a person or a script: results on stdout, errors on stderr. Names and
 * values of databases are data: what is printed of them goes through base/text.h.
 */
#pragma once

#include "cli/options.h"
#include <jansson.h>

/* The result, to stdout and flushed: text as it is. PGC_FILE when stdout cannot take it. */
struct error *output_text(struct str text) CHECKED;
/* The one JSON document of --format json; takes the reference. PGC_FILE as above. */
struct error *output_json(json_t *document) CHECKED;
/* A JSON string of bytes; when they are not UTF-8, as text_add_printable() shows them. */
json_t *output_json_str(struct str text);
/* {"id": "PGC-4107", "title", "text", "object", "row", "fix", "while", "state", "exit_code" …} */
json_t *output_json_error(const struct error *error);

/*
 * What the "state" line of the next printed error says, e.g. "74 of 77 tables are done, nothing is
 * lost.  Continue with:  pgconverge migrate …". The last call wins; NULL takes it back.
 */
void output_set_state(const char *format, ...) PRINTF(1, 2);
/*
 * The error as product.md shows it, on stderr; with --format json also as the document
 * {"error": …} on stdout, unless the command printed its document already.
 */
void output_error(const struct cli_options *options, const struct error *error);
/* As output_error() composes it, for tests. */
void output_error_text(const struct error *error, struct buf *text);
/*
 * For a command that did its work and tells of something that is not fine (status, plan): the exit
 * code without an error.
 */
void output_set_exit(enum error_kind kind);
/* The exit code of the program: the error's, or what output_set_exit() said, or 0. */
int output_exit_code(const struct error *error);

/*
 * Asks on the terminal; true after "yes". --yes answers it. Without a terminal: PGC_USAGE that says
 * that --yes is needed. `question` without a question mark: "Drop 77 tables in schema \"public\"".
 */
struct error *output_confirm(const struct cli_options *options, const char *question, bool *ret_yes)
    CHECKED;
/* Whether stderr takes colours: a terminal, no NO_COLOR, no --no-color. */
bool output_colored(const struct cli_options *options);
