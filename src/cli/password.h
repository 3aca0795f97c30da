/*
 * cli/password.h: passwords out of files, and who may have read such a file.
 */
#pragma once

#include <sys/stat.h>

#include "base/error.h"

/*
 * Why a password file is not used, or NULL. It must be an ordinary file (links are followed, for
 * Kubernetes mounts links), nobody but its owner may write it, and nobody but its owner may read
 * it; except root's on a read-only memory file system, as Docker and Kubernetes mount secrets.
 */
const char *password_file_refused(const struct stat *status, bool on_read_only_memory);
/*
 * The first line of the file, on the heap for secret_free(), registered as a secret. One newline at
 * the end is taken off; a second line, a NUL or nothing at all is an error. PGC_SECRET_FILE.
 */
struct error *password_read_file(const char *path, char **ret_password) CHECKED;
