/*
 * cli/terminal.h: questions on the controlling terminal. The terminal is always left as it was
 * found, also when a signal asks the program to stop.
 */
#pragma once

#include "base/error.h"

/* Whether somebody sits there: stdin is a terminal, and this process is in its foreground. */
bool terminal_is_there(void);
/*
 * Writes `prompt` and reads one line, without its end, of at most size - 1 bytes. Without `echo`
 * what is typed is not shown. Errors: PGC_INTERRUPTED after INT or TERM; PGC_USAGE at end of file,
 * on a longer line, or when the terminal is gone.
 */
struct error *terminal_ask(const char *prompt, bool echo, char *ret_answer, size_t size) CHECKED;
