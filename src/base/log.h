/*
 * base/log.h: what the program says on stderr (and in --log-file) while it works: text lines, or
 * JSON lines for machines. Results never come this way, they are stdout's.
 *
 * Threads: every function may be called from every thread; a line is written whole.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

/*
 * `quiet` keeps warnings and errors only. `file` is NULL or a path that lines are appended to as
 * well (created 0600). `run_id` may be set later by log_set_run().
 */
struct error *log_open(enum log_format format, bool quiet, const char *file) CHECKED;
void log_close(void);
void log_set_run(const char *run_id, const char *database);

/*
 * One event. `event` is a stable word ("run.start", "phase.done", "chunk.done", "notice").
 * Empty phase/table and negative numbers are left out.
 */
struct log_event {
    enum log_level level;
    const char *event;
    struct str phase;
    struct str table;
    int64_t chunk, rows, bytes, ms;
};
#define LOG_EVENT(...) \
    ((struct log_event){.chunk = -1, .rows = -1, .bytes = -1, .ms = -1, __VA_ARGS__})
void log_write(struct log_event event, const char *format, ...) PRINTF(2, 3);
void log_notice(const char *format, ...) PRINTF(1, 2);
void log_warning(const char *format, ...) PRINTF(1, 2);
/* A progress block on the terminal calls these around its drawing, so that lines do not mix. */
void log_lock(void);
void log_unlock(void);
/* Called with the lock held just before a line is written: the progress block erases itself. */
void log_before_line(void (*erase)(void));
