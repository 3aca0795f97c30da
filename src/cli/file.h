/*
 * cli/file.h: small files, whole.
 */
#pragma once

#include "base/arena.h"

/*
 * The content of a file or pipe of at most `limit` bytes, with a NUL behind it, in `arena`.
 * `what` names it in the error: "configuration file". PGC_FILE.
 */
struct error *file_read(const char *path, const char *what, size_t limit, struct arena *arena,
                        struct str *ret_text) CHECKED;
/*
 * Writes a file that is there whole or not at all, by rename; `mode` is 0644 or 0600, less the
 * umask. What stood there before is replaced. PGC_FILE.
 */
struct error *file_write(const char *path, struct str text, unsigned mode) CHECKED;
