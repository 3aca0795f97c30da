/*
 * base/error.h: what went wrong, told so that an operator can act at night.
 *
 * A function that can fail returns `struct error *`; NULL is success. The error has a stable id
 * (its kind, title, advice and explanation stand in error_kinds.def), the object, the row, what to
 * do, and the chain of what was being done. The kind decides exit code and retry, never the text.
 * Only cli/ prints errors and exits.
 *
 * Ownership: the caller of a failing function owns the error and hands it on or frees it.
 * Threads: an error belongs to one thread at a time. No secret ever enters an error: texts of the
 * client libraries are passed through secret_scrub() by the rooms that get them.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/banned.h"

enum error_kind {
    ERROR_KIND_INTERNAL,    /* a bug of ours: exit 1 */
    ERROR_KIND_USAGE,       /* command line or configuration: 2 */
    ERROR_KIND_FINDINGS,    /* finished, with findings: 3 */
    ERROR_KIND_SOURCE,      /* the source refuses: 4 */
    ERROR_KIND_TARGET,      /* the target refuses, or has no space: 5 */
    ERROR_KIND_DATA,        /* a value refused: 6 */
    ERROR_KIND_TEMPORARY,   /* connection lost, timeout: 7, the same command again */
    ERROR_KIND_CONFLICT,    /* another run, stale plan, moved source: 8 */
    ERROR_KIND_GATE,        /* a gate is closed: 9 */
    ERROR_KIND_LIMIT,       /* stopped by a limit after a clean checkpoint: 10 */
    ERROR_KIND_INTERRUPTED, /* INT or TERM after a clean checkpoint: 130, 143 */
};

/* PGC_<NAME> = the number of the id, from error_kinds.def. */
enum error_id {
#define ERROR_ID(number, name, kind, title, fix, explanation) PGC_##name = number,
#include "base/error_kinds.def"
#undef ERROR_ID
};

struct error {
    enum error_id id;
    enum error_kind kind;
    char *text;       /* what is wrong, one sentence */
    char *object;     /* "database.table.column (type -> type)", or NULL */
    char *row;        /* "id = 9014   value \"…\"", or NULL */
    char *fix;        /* what to do; NULL: the id's own advice */
    char *context;    /* "copy chunk 3 of t, while copying data", outermost last, or NULL */
    bool retried;     /* for as long as the user wants it: not to be tried again */
    int server_errno; /* MySQL's error number, 0 without */
    char sqlstate[6]; /* PostgreSQL's or MySQL's SQLSTATE, "" without */
};

struct error_description {
    enum error_id id;
    enum error_kind kind;
    const char *name;
    const char *title;
    const char *fix;
    const char *explanation;
};

/* A new error of this id. Out of memory gives a constant error, never NULL. */
struct error *error_new(enum error_id id, const char *format, ...) PRINTF(2, 3) CHECKED;
/* Each sets one part, replaces what was there, and returns the same error. */
struct error *error_with_object(struct error *error, const char *format, ...) PRINTF(2, 3);
struct error *error_with_row(struct error *error, const char *format, ...) PRINTF(2, 3);
struct error *error_with_fix(struct error *error, const char *format, ...) PRINTF(2, 3);
struct error *error_with_kind(struct error *error, enum error_kind kind);
/* Whether it makes sense to try again what failed: the error is temporary and not yet `retried`. */
static inline bool error_is_temporary(const struct error *error)
{
    return error != NULL && error->kind == ERROR_KIND_TEMPORARY && !error->retried;
}
/* Adds "while doing …" at the outer end of the chain. */
struct error *error_add_context(struct error *error, const char *format, ...) PRINTF(2, 3);
void error_free(struct error *error);
void error_freep(struct error **error);
/* The one to keep when both happened: the first, unless it is NULL. The other is freed. */
struct error *error_first(struct error *first, struct error *second) CHECKED;

int error_exit_code(enum error_kind kind);
/* The line of the table for an id number; NULL when there is none. */
const struct error_description *error_describe(int number);
/* The n-th line of the table; NULL past the end. */
const struct error_description *error_description_at(size_t n);

#define TRY(expression)                          \
    do {                                         \
        struct error *try_error_ = (expression); \
        if (UNLIKELY(try_error_ != NULL))        \
            return try_error_;                   \
    } while (0)

/* As TRY, and says what was being done; the arguments are evaluated only after a failure. */
#define TRY_DOING(expression, ...)                             \
    do {                                                       \
        struct error *try_error_ = (expression);               \
        if (UNLIKELY(try_error_ != NULL))                      \
            return error_add_context(try_error_, __VA_ARGS__); \
    } while (0)
