#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* All below is guarded by the lock. */
static enum log_format log_format = LOG_TEXT;
static bool only_warnings;
static int file_fd = -1;
static char run_id_text[64];
static char database_text[300];
static void (*erase_progress)(void);
static struct buf message = {.limit = 4 * LIMIT_LOG_MESSAGE, .what = "log message"};
static struct buf line = {.limit = LIMIT_LOG_LINE, .what = "log line"};

struct error *log_open(enum log_format format, bool quiet, const char *file)
{
    int fd = -1;

    if (file != NULL) {
        fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0)
            return error_with_object(error_new(PGC_FILE, "the log file cannot be opened: %m"), "%s",
                                     file);
    }
    pthread_mutex_lock(&lock);
    if (file_fd >= 0)
        close(file_fd);
    log_format = format;
    only_warnings = quiet;
    file_fd = fd;
    pthread_mutex_unlock(&lock);
    return NULL;
}

void log_close(void)
{
    pthread_mutex_lock(&lock);
    if (file_fd >= 0)
        close(file_fd);
    file_fd = -1;
    log_format = LOG_TEXT;
    only_warnings = false;
    erase_progress = NULL;
    run_id_text[0] = database_text[0] = '\0';
    buf_free(&message);
    buf_free(&line);
    pthread_mutex_unlock(&lock);
}

static void keep_name(char *at, size_t size, const char *name)
{
    struct str kept = text_cut(str_of(name), size - 1);

    memcpy(at, kept.ptr, kept.len);
    at[kept.len] = '\0';
}

void log_set_run(const char *run_id, const char *database)
{
    pthread_mutex_lock(&lock);
    keep_name(run_id_text, sizeof run_id_text, run_id);
    keep_name(database_text, sizeof database_text, database);
    pthread_mutex_unlock(&lock);
}

void log_lock(void)
{
    pthread_mutex_lock(&lock);
}

void log_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void log_before_line(void (*erase)(void))
{
    pthread_mutex_lock(&lock);
    erase_progress = erase;
    pthread_mutex_unlock(&lock);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return log_format == LOG_JSON ? "info" : "notice";
    case LOG_WARNING:
        return "warning";
    case LOG_ERROR:
        return "error";
    }
    return "error";
}

static void add_json_text(const char *key, struct str value)
{
    if (value.len == 0)
        return;
    buf_add_format(&line, ",\"%s\":", key);
    text_add_json(&line, value);
}

static void add_json_number(const char *key, int64_t value)
{
    if (value >= 0)
        buf_add_format(&line, ",\"%s\":%" PRId64, key, value);
}

static void compose_json(const struct log_event *event, const char *time_text)
{
    buf_add_format(&line, "{\"ts\":\"%s\",\"level\":\"%s\"", time_text, level_name(event->level));
    add_json_text("event", str_of(event->event));
    add_json_text("run_id", str_of(run_id_text));
    add_json_text("database", str_of(database_text));
    add_json_text("phase", event->phase);
    add_json_text("table", event->table);
    add_json_number("chunk", event->chunk);
    add_json_number("rows", event->rows);
    add_json_number("bytes", event->bytes);
    add_json_number("ms", event->ms);
    add_json_text("message", buf_str(&message));
    buf_add_c(&line, "}\n");
}

/* On stderr a person reads along: no clock, and a word only where the line is no mere notice. */
static void compose_text(const struct log_event *event, const char *time_text)
{
    if (time_text != NULL)
        buf_add_format(&line, "%s %s ", time_text, level_name(event->level));
    else if (event->level != LOG_INFO)
        buf_add_format(&line, "%s: ", level_name(event->level));
    text_add_printable(&line, buf_str(&message));
    buf_add_char(&line, '\n');
}

/* The whole line in one write, so that lines of several processes in one file do not mix. */
static void send_line(int fd)
{
    struct str left = line.failed ? STR("error: a log line was lost, there is no memory for it\n")
                                  : buf_str(&line);

    while (left.len > 0) {
        ssize_t written = write(fd, left.ptr, left.len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; /* a log that cannot be written must not stop the work */
        left = str_slice(left, (size_t)written, left.len);
    }
}

static void compose(const struct log_event *event, const char *time_text, bool with_time)
{
    buf_reset(&line, 4 * LIMIT_LOG_MESSAGE);
    if (log_format == LOG_JSON)
        compose_json(event, time_text);
    else
        compose_text(event, with_time ? time_text : NULL);
}

static void write_event(const struct log_event *event, const char *format, va_list args)
    PRINTF(2, 0);
static void write_event(const struct log_event *event, const char *format, va_list args)
{
    int saved_errno = errno;
    char time_text[32];

    clock_utc_text(time_text);
    pthread_mutex_lock(&lock);
    buf_reset(&message, 4 * LIMIT_LOG_MESSAGE);
    errno = saved_errno; /* for %m */
    buf_add_vformat(&message, format, args);
    if (message.failed) {
        buf_reset(&message, 0);
        buf_add_c(&message, "(a message too long to be kept)");
    }
    message.len = text_cut(buf_str(&message), LIMIT_LOG_MESSAGE).len;
    if (event->level != LOG_DEBUG && (!only_warnings || event->level >= LOG_WARNING)) {
        if (erase_progress != NULL)
            erase_progress();
        compose(event, time_text, false);
        send_line(STDERR_FILENO);
    }
    if (file_fd >= 0 && (!only_warnings || event->level >= LOG_WARNING)) {
        compose(event, time_text, true);
        send_line(file_fd);
    }
    pthread_mutex_unlock(&lock);
    errno = saved_errno;
}

void log_write(struct log_event event, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_event(&event, format, args);
    va_end(args);
}

void log_notice(const char *format, ...)
{
    struct log_event event = LOG_EVENT(.level = LOG_INFO, .event = "notice");
    va_list args;

    va_start(args, format);
    write_event(&event, format, args);
    va_end(args);
}

void log_warning(const char *format, ...)
{
    struct log_event event = LOG_EVENT(.level = LOG_WARNING, .event = "warning");
    va_list args;

    va_start(args, format);
    write_event(&event, format, args);
    va_end(args);
}
