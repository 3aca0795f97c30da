/*
 * base/secret.h: passwords. They live on the heap, are wiped when freed, and never enter an error,
 * a log line or a file.
 */
#pragma once

#include "base/str.h"

/* Copies; NULL in, NULL out. Wiped by secret_free(). */
char *secret_copy(struct str s);
void secret_free(char *secret);
void secret_wipe(void *memory, size_t size);
/*
 * Remembers a secret so that secret_scrub() can take it out of foreign texts. At most 16 are kept,
 * for the life of the process.
 */
void secret_register(const char *secret);
/* `text` with every registered secret replaced by "***", in place. */
void secret_scrub(char *text);
/* No core dumps, not readable by other processes of the same user. */
void secret_protect_process(void);
