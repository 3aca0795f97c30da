#include "cli/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/value.h"

#define DRAW_MS 200
#define LINE_MS 10000
#define BLOCK_TABLES 5
/* The rate is of the last half minute, so that it follows what happens now. */
#define RATE_SAMPLES 31
#define RATE_SAMPLE_MS 1000

struct sample {
    uint64_t at_ms, rows, bytes;
};

struct progress {
    const struct copy_progress *shown;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool stopping; /* guarded by mutex */
    bool on_terminal;
    uint64_t start_ms, last_line_ms;
    struct sample samples[RATE_SAMPLES];
    size_t sample_count;
    struct buf block;
};

/* How many lines of the block stand on the terminal; guarded by the log's lock. */
static unsigned drawn_lines;

static void erase_block(void)
{
    char text[64];
    int len;

    if (drawn_lines == 0)
        return;
    len = snprintf(text, sizeof text, "\033[%uA\r\033[J", drawn_lines);
    drawn_lines = 0;
    if (write(STDERR_FILENO, text, (size_t)len) < 0)
        errno = 0; /* nobody looks any more */
}

/* ---- numbers for people ---------------------------------------------------------------------- */

/* 1234567 as 1,234,567 */
static void add_count(struct buf *text, uint64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_add_char(text, ',');
        buf_add_char(text, digits[i]);
    }
}

static void add_bytes(struct buf *text, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < COUNT_OF(units)) {
        value /= 1024;
        unit++;
    }
    buf_add_format(text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

/* "4m10s"; hours without seconds. */
static void add_time(struct buf *text, uint64_t ms)
{
    uint64_t seconds = (ms + 500) / 1000;

    if (seconds >= 3600)
        buf_add_format(text, "%" PRIu64 "h%02" PRIu64 "m", seconds / 3600, seconds / 60 % 60);
    else if (seconds >= 60)
        buf_add_format(text, "%" PRIu64 "m%02" PRIu64 "s", seconds / 60, seconds % 60);
    else
        buf_add_format(text, "%" PRIu64 "s", seconds);
}

/* ---- rate ------------------------------------------------------------------------------------ */

struct rate {
    double rows_per_s, bytes_per_s;
};

static void take_sample(struct progress *progress, uint64_t now_ms)
{
    struct sample *samples = progress->samples;
    size_t count = progress->sample_count;

    if (count > 0 && now_ms < samples[count - 1].at_ms + RATE_SAMPLE_MS)
        return;
    if (count == RATE_SAMPLES) {
        memmove(samples, samples + 1, sizeof *samples * (RATE_SAMPLES - 1));
        count--;
    }
    samples[count++] = (struct sample){.at_ms = now_ms,
                                       .rows = atomic_load(&progress->shown->rows_done),
                                       .bytes = atomic_load(&progress->shown->bytes_done)};
    progress->sample_count = count;
}

static struct rate find_rate(const struct progress *progress, uint64_t now_ms)
{
    const struct sample *first = &progress->samples[0];
    uint64_t rows = atomic_load(&progress->shown->rows_done);
    uint64_t bytes = atomic_load(&progress->shown->bytes_done);
    struct rate rate = {0};

    /* Rows of an undone chunk are taken back: then there is no rate for a moment. */
    if (progress->sample_count == 0 || now_ms <= first->at_ms || rows < first->rows ||
        bytes < first->bytes)
        return rate;
    double seconds = (double)(now_ms - first->at_ms) / 1000;
    rate.rows_per_s = (double)(rows - first->rows) / seconds;
    rate.bytes_per_s = (double)(bytes - first->bytes) / seconds;
    return rate;
}

/* ---- one line about the whole ---------------------------------------------------------------- */

static bool is_copying(const struct progress *progress)
{
    const char *phase = atomic_load(&progress->shown->phase);

    return phase != NULL && (strcmp(phase, "copy") == 0 || strcmp(phase, "verify") == 0 ||
                             strcmp(phase, "assess") == 0 || strcmp(phase, "pre-scan") == 0);
}

static void add_percent(struct buf *text, uint64_t done, uint64_t total)
{
    /* Never 100 before the end, never above: totals are estimates until they are counted. */
    double percent = total == 0 ? 0 : 100.0 * (double)done / (double)total;

    if (percent > 100)
        percent = 100;
    if (done < total && percent > 99.9)
        percent = 99.9;
    buf_add_format(text, "%5.1f %%", percent);
}

/* Why it is not faster: of the time that the workers wait, who makes them wait. */
static void add_slow_side(struct buf *text, const struct copy_progress *shown)
{
    uint64_t source_ms = atomic_load(&shown->source_wait_ms);
    uint64_t sink_ms = atomic_load(&shown->sink_wait_ms);
    uint64_t retries = atomic_load(&shown->retries);

    if (source_ms + sink_ms > 5000 && source_ms > 2 * sink_ms)
        buf_add_c(text, ", waiting for the source");
    else if (source_ms + sink_ms > 5000 && sink_ms > 2 * source_ms)
        buf_add_c(text, ", waiting for the target");
    if (retries > 0)
        buf_add_format(text, ", %" PRIu64 " reconnected", retries);
}

static void add_copy_summary(const struct progress *progress, uint64_t now_ms, struct buf *text)
{
    const struct copy_progress *shown = progress->shown;
    uint64_t done = atomic_load(&shown->rows_done), total = atomic_load(&shown->rows_total);
    struct rate rate = find_rate(progress, now_ms);

    add_percent(text, done, total);
    /* First what matters most: a narrow terminal cuts the rest. Before 1 % a guess only worries. */
    if (rate.rows_per_s >= 1 && total > done && done >= total / 100) {
        buf_add_c(text, ", ");
        add_time(text, (uint64_t)((double)(total - done) / rate.rows_per_s * 1000));
        buf_add_c(text, " left");
    }
    buf_add_c(text, ": ");
    add_count(text, done);
    buf_add_c(text, " of ");
    add_count(text, total > done ? total : done);
    buf_add_c(text, " rows, ");
    add_bytes(text, atomic_load(&shown->bytes_done));
    if (rate.rows_per_s >= 1) {
        buf_add_c(text, "; ");
        add_count(text, (uint64_t)rate.rows_per_s);
        buf_add_c(text, " rows/s, ");
        add_bytes(text, (uint64_t)rate.bytes_per_s);
        buf_add_c(text, "/s");
    }
    add_slow_side(text, shown);
}

static void add_summary(const struct progress *progress, uint64_t now_ms, struct buf *text)
{
    const struct copy_progress *shown = progress->shown;
    const char *phase = atomic_load(&shown->phase);
    uint64_t steps = atomic_load(&shown->steps_total);

    buf_add_format(text, "%s  ", phase != NULL ? phase : "starting");
    if (is_copying(progress)) {
        add_copy_summary(progress, now_ms, text);
    } else if (steps > 0) {
        uint64_t done = atomic_load(&shown->steps_done);
        buf_add_format(text, "%" PRIu64 " of %" PRIu64, done, steps > done ? steps : done);
    }
    buf_add_c(text, "  (");
    add_time(text, now_ms - progress->start_ms);
    buf_add_c(text, ")");
}

/* ---- the block on a terminal ----------------------------------------------------------------- */

/* The biggest tables that are not done, biggest first. */
static size_t pick_tables(const struct copy_progress *shown,
                          const struct copy_table_progress *picked[BLOCK_TABLES])
{
    size_t count = 0;

    for (size_t i = 0; i < shown->table_count; i++) {
        const struct copy_table_progress *table = &shown->tables[i];
        size_t at = count;
        if (atomic_load(&table->done) || atomic_load(&table->rows_done) == 0)
            continue;
        while (at > 0 && atomic_load(&picked[at - 1]->rows_total) < atomic_load(&table->rows_total))
            at--;
        if (at == BLOCK_TABLES)
            continue;
        if (count < BLOCK_TABLES)
            count++;
        memmove(&picked[at + 1], &picked[at], (count - at - 1) * sizeof(const void *));
        picked[at] = table;
    }
    return count;
}

static void add_table_line(struct buf *text, const struct copy_table_progress *table)
{
    CLEANUP(buf_free) struct buf name = BUF_INIT(4 * KIB, "table name");
    uint64_t done = atomic_load(&table->rows_done), total = atomic_load(&table->rows_total);

    text_add_printable(&name, table->name);
    struct str shown = text_cut(buf_str(&name), 32);
    size_t width = text_width(shown);
    buf_add_format(text, "  " STR_FMT "%*s ", STR_ARG(shown), width < 32 ? (int)(32 - width) : 0,
                   "");
    add_percent(text, done, total);
    buf_add_c(text, "  ");
    add_count(text, done);
    buf_add_c(text, " rows, ");
    add_bytes(text, atomic_load(&table->bytes_done));
    buf_add_char(text, '\n');
}

static struct winsize terminal_size(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20 || size.ws_row < 2)
        size = (struct winsize){.ws_col = 80, .ws_row = 24};
    return size;
}

/* The lines of `text`, each cut to the terminal: a line that wraps could not be erased. */
static unsigned add_cut_lines(struct buf *out, struct str text)
{
    size_t width = terminal_size().ws_col - 1U;
    unsigned lines = 0;

    for (size_t from = 0; from < text.len; lines++) {
        size_t end = str_find(text, '\n', from);
        struct str line = str_slice(text, from, end);
        while (text_width(line) > width)
            line = text_cut(line, line.len - 1);
        buf_add_str(out, line);
        buf_add_char(out, '\n');
        from = end + 1;
    }
    return lines;
}

static void draw_block(struct progress *progress, uint64_t now_ms)
{
    const struct copy_table_progress *picked[BLOCK_TABLES];
    CLEANUP(buf_free) struct buf lines = BUF_INIT(64 * KIB, "progress block");
    size_t count = is_copying(progress) ? pick_tables(progress->shown, picked) : 0;

    /* What scrolled out of the window could not be erased. */
    for (size_t i = 0; i < count && i + 2 < terminal_size().ws_row; i++)
        add_table_line(&lines, picked[i]);
    add_summary(progress, now_ms, &lines);
    buf_add_char(&lines, '\n');

    log_lock();
    buf_reset(&progress->block, 64 * KIB);
    if (drawn_lines > 0)
        buf_add_format(&progress->block, "\033[%uA\r\033[J", drawn_lines);
    drawn_lines = add_cut_lines(&progress->block, buf_str(&lines));
    if (write(STDERR_FILENO, progress->block.ptr, progress->block.len) < 0)
        drawn_lines = 0;
    log_unlock();
}

/* ---- lines elsewhere ------------------------------------------------------------------------- */

/* Phases are told by copy/ as they begin and end; this is what lies between. */
static void tell_line(struct progress *progress, uint64_t now_ms)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(4 * KIB, "progress line");
    const struct copy_progress *shown = progress->shown;

    add_summary(progress, now_ms, &text);
    struct log_event event = LOG_EVENT(.level = LOG_INFO, .event = "phase.checkpoint",
                                       .phase = str_of(atomic_load(&shown->phase)));
    event.ms = (int64_t)(now_ms - progress->start_ms);
    if (is_copying(progress)) {
        event.rows = (int64_t)atomic_load(&shown->rows_done);
        event.bytes = (int64_t)atomic_load(&shown->bytes_done);
    }
    log_write(event, "%s", buf_c_str(&text));
    progress->last_line_ms = now_ms;
}

static void show(struct progress *progress)
{
    uint64_t now_ms = clock_ms();

    take_sample(progress, now_ms);
    if (progress->on_terminal)
        draw_block(progress, now_ms);
    else if (now_ms >= progress->last_line_ms + LINE_MS)
        tell_line(progress, now_ms);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void *run_thread(void *argument)
{
    struct progress *progress = argument;

    pthread_mutex_lock(&progress->mutex);
    while (!progress->stopping) {
        pthread_mutex_unlock(&progress->mutex);
        show(progress);
        pthread_mutex_lock(&progress->mutex);
        if (!progress->stopping)
            clock_wait_ms(&progress->wake, &progress->mutex, DRAW_MS);
    }
    pthread_mutex_unlock(&progress->mutex);
    return NULL;
}

static bool wants_block(const struct cli_options *options)
{
    const char *term = getenv("TERM");

    return options->log_format == FORMAT_TEXT && isatty(STDERR_FILENO) &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

struct error *progress_start(const struct cli_options *options, const struct copy_progress *shown,
                             struct progress **ret_progress)
{
    struct progress *progress;

    /* NULL is a progress that shows nothing. */
    *ret_progress = NULL;
    if (options->quiet)
        return NULL;
    progress = calloc(1, sizeof *progress);
    if (progress == NULL)
        return error_new(PGC_NO_MEMORY, "no memory to show the progress");
    progress->shown = shown;
    progress->on_terminal = wants_block(options);
    progress->start_ms = progress->last_line_ms = clock_ms();
    progress->block = BUF_INIT(256 * KIB, "progress block");
    pthread_mutex_init(&progress->mutex, NULL);
    clock_condition_init(&progress->wake);
    if (progress->on_terminal)
        log_before_line(erase_block);
    errno = pthread_create(&progress->thread, NULL, run_thread, progress);
    if (errno != 0) {
        struct error *error = error_new(PGC_INTERNAL, "no thread to show the progress: %m");
        log_before_line(NULL);
        pthread_cond_destroy(&progress->wake);
        pthread_mutex_destroy(&progress->mutex);
        free(progress);
        return error;
    }
    *ret_progress = progress;
    return NULL;
}

void progress_stop(struct progress *progress)
{
    if (progress == NULL)
        return;
    pthread_mutex_lock(&progress->mutex);
    progress->stopping = true;
    pthread_cond_signal(&progress->wake);
    pthread_mutex_unlock(&progress->mutex);
    pthread_join(progress->thread, NULL);
    if (progress->on_terminal) {
        log_lock();
        erase_block();
        log_unlock();
        log_before_line(NULL);
    }
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->mutex);
    buf_free(&progress->block);
    free(progress);
}

void progress_stopp(struct progress **progress)
{
    progress_stop(*progress);
    *progress = NULL;
}
