/*
 * cli/file.h: small files, whole.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/*
 * The content of a file or pipe of at most `limit` bytes, with a NUL behind it, in `arena`.
 * `what` names it in the error: "configuration file". PGC_FILE.
 */
struct error *file_read(const char *path, const char *what, size_t limit, struct arena *arena,
                        struct str *ret_text) CHECKED;

/*
 * Whether something other than a regular file stands at `path`, also behind a link: a device, a
 * pipe. It is written into: a file renamed to its name would take its place (/dev/null!).
 */
bool file_is_stream(const char *path);

/*
 * Writes a file that is there whole or not at all, by rename; `mode` is 0644 or 0600, less the
 * umask. What stood there before is replaced, but a device or pipe is written into. PGC_FILE.
 */
struct error *file_write(const char *path, struct str text, unsigned mode) CHECKED;
