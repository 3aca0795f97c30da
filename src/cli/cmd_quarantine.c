/* pgconverge quarantine: rows that policies set aside: counted, written out, tried again. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "copy/copy.h"

#define TAKE_WAIT_MS 15000
/* So many refused rows are told one by one. */
#define ROWS_TOLD 20

/* ---- list ------------------------------------------------------------------------------------ */

static void add_line(struct buf *text, const struct ledger_aside *aside)
{
    buf_add_c(text, "  ");
    text_add_printable(text, aside->source_table);
    buf_add_char(text, '.');
    text_add_printable(text, aside->column);
    buf_add_format(text, "  %" PRIu64 " row%s  ", aside->count, aside->count == 1 ? "" : "s");
    text_add_printable(text, aside->value_class);
    buf_add_c(text, ": ");
    text_add_printable(text, aside->reason);
    buf_add_char(text, '\n');
    for (size_t i = 0; i < aside->sample_count; i++) {
        buf_add_c(text, "      ");
        text_add_printable(text, aside->samples[i]);
        buf_add_char(text, '\n');
    }
    if (aside->count > aside->sample_count)
        buf_add_format(text, "      (%" PRIu64 " more)\n", aside->count - aside->sample_count);
}

static json_t *line_json(const struct ledger_aside *aside)
{
    json_t *object = json_object(), *samples = json_array();

    for (size_t i = 0; i < aside->sample_count; i++)
        json_array_append_new(samples, output_json_str(aside->samples[i]));
    json_object_set_new(object, "table", output_json_str(aside->source_table));
    json_object_set_new(object, "column", output_json_str(aside->column));
    json_object_set_new(object, "class", output_json_str(aside->value_class));
    json_object_set_new(object, "reason", output_json_str(aside->reason));
    json_object_set_new(object, "rows", json_integer((json_int_t)aside->count));
    json_object_set_new(object, "samples", samples);
    return object;
}

static struct error *print_list(const struct cli_options *options, const struct ledger_aside *list,
                                size_t count)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "list of rows");
    json_t *lines = json_array();
    uint64_t rows = 0;

    for (size_t i = 0; i < count; i++) {
        rows += list[i].count;
        json_array_append_new(lines, line_json(&list[i]));
    }
    if (options->format == FORMAT_JSON)
        return output_json(json_pack("{s:I,s:o}", "rows", (json_int_t)rows, "set_aside", lines));
    json_decref(lines);
    if (rows == 0)
        return output_text(STR("No rows are set aside.\n"));
    buf_add_format(&text, "%" PRIu64 " row%s set aside, kept whole in pgconverge.quarantine:\n",
                   rows, rows == 1 ? " is" : "s are");
    for (size_t i = 0; i < count; i++)
        add_line(&text, &list[i]);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

static struct error *list_rows(const struct cli_options *options, struct ledger *ledger)
{
    struct ledger_aside *list = NULL;
    size_t count = 0;

    TRY(ledger_quarantine_list(ledger, options->arena, &list, &count));
    return print_list(options, list, count);
}

/* ---- export ---------------------------------------------------------------------------------- */

/* A file of its own mode that appears whole or not at all; a device or pipe; or stdout. */
struct destination {
    FILE *file;
    const char *path;  /* NULL: stdout */
    struct str beside; /* the file's name until it is whole; empty: written in place */
};

static struct error *write_failed(const char *path)
{
    return error_new(PGC_FILE, "%s cannot be written: %m", path != NULL ? path : "stdout");
}

static struct error *open_destination(const struct cli_options *options,
                                      struct destination *ret_destination)
{
    struct destination to = {.file = stdout, .path = options->output};

    if (to.path != NULL) {
        int fd;
        if (file_is_stream(to.path)) {
            fd = open(to.path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        } else {
            to.beside = arena_format(options->arena, "%s.new-%d", to.path, (int)getpid());
            fd = open(to.beside.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        }
        to.file = fd < 0 ? NULL : fdopen(fd, "w");
        if (to.file == NULL)
            return write_failed(to.path);
    }
    *ret_destination = to;
    return NULL;
}

static struct error *close_destination(struct destination *to, struct error *error)
{
    bool good = fflush(to->file) == 0 && ferror(to->file) == 0;

    if (to->path == NULL)
        return error != NULL || good ? error : write_failed(NULL);
    bool is_beside = to->beside.len > 0;
    good = good && (!is_beside || fsync(fileno(to->file)) == 0);
    good = fclose(to->file) == 0 && good;
    if (error == NULL && (!good || (is_beside && rename(to->beside.ptr, to->path) != 0)))
        error = write_failed(to->path);
    if (error != NULL && is_beside)
        unlink(to->beside.ptr);
    return error;
}

static bool is_text(struct str value)
{
    size_t step;

    for (size_t at = 0; at < value.len; at += step)
        if (text_decode(value, at, &step) == TEXT_INVALID || value.ptr[at] == '\0')
            return false;
    return true;
}

static void add_quoted(struct buf *line, struct str value)
{
    buf_add_char(line, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            buf_add_char(line, '"');
        buf_add_char(line, value.ptr[i]);
    }
    buf_add_char(line, '"');
}

/* RFC 4180: a line a value, every field but numbers and words of ours in quotes. */
static void add_csv(struct buf *line, const struct ledger_row *row)
{
    for (size_t i = 0; i < row->value_count; i++) {
        struct str value = row->values[i];
        buf_add_format(line, "%" PRIu64 ",", row->number);
        add_quoted(line, row->source_table);
        buf_add_char(line, ',');
        add_quoted(line, row->row_key);
        buf_add_char(line, ',');
        add_quoted(line, row->column);
        buf_add_format(line, "," STR_FMT ",", STR_ARG(row->value_class));
        add_quoted(line, row->reason);
        buf_add_char(line, ',');
        add_quoted(line, row->names[i]);
        if (value.ptr == NULL) {
            buf_add_c(line, ",null,");
        } else if (is_text(value)) {
            buf_add_c(line, ",text,");
            add_quoted(line, value);
        } else {
            buf_add_c(line, ",hex,");
            buf_add_hex(line, value);
        }
        buf_add_c(line, "\r\n");
    }
}

static json_t *value_json(struct str value)
{
    CLEANUP(buf_free) struct buf hex = BUF_INIT(2 * LIMIT_ROW, "a value in hexadecimal");

    if (value.ptr == NULL)
        return json_null();
    if (is_text(value))
        return json_stringn(value.ptr, value.len);
    buf_add_hex(&hex, value);
    return json_pack("{s:s}", "hex", buf_c_str(&hex));
}

static int add_dumped(const char *bytes, size_t size, void *line)
{
    buf_add(line, bytes, size);
    return 0;
}

static struct error *add_json(struct buf *line, const struct ledger_row *row)
{
    json_t *object = json_object(), *values = json_object();

    for (size_t i = 0; i < row->value_count; i++)
        json_object_setn_new(values, row->names[i].ptr, row->names[i].len,
                             value_json(row->values[i]));
    json_object_set_new(object, "number", json_integer((json_int_t)row->number));
    json_object_set_new(object, "table", output_json_str(row->source_table));
    json_object_set_new(object, "row", output_json_str(row->row_key));
    json_object_set_new(object, "column", output_json_str(row->column));
    json_object_set_new(object, "class", output_json_str(row->value_class));
    json_object_set_new(object, "reason", output_json_str(row->reason));
    json_object_set_new(object, "values", values);
    bool good = json_dump_callback(object, add_dumped, line, JSON_COMPACT | JSON_ENSURE_ASCII) == 0;
    good = good && json_object_size(values) == row->value_count;
    json_decref(object);
    buf_add_char(line, '\n');
    return good ? NULL : error_new(PGC_NO_MEMORY, "no memory for a row as JSON");
}

static struct error *export_row(const struct cli_options *options, const struct ledger_row *row,
                                struct destination *to)
{
    CLEANUP(buf_free) struct buf line = BUF_INIT(8 * LIMIT_ROW, "a row to export");

    if (options->format == FORMAT_JSON)
        TRY(add_json(&line, row));
    else
        add_csv(&line, row);
    TRY(buf_error(&line));
    return fwrite(line.ptr, 1, line.len, to->file) == line.len ? NULL : write_failed(to->path);
}

static struct error *export_all(const struct cli_options *options, struct ledger *ledger,
                                struct destination *to, uint64_t *ret_rows)
{
    uint64_t number = 0;

    if (options->format == FORMAT_TEXT)
        fputs("number,table,row,column,class,reason,name,form,value\r\n", to->file);
    for (*ret_rows = 0;; (*ret_rows)++) {
        CLEANUP(arena_free) struct arena scratch = ARENA_INIT(4 * LIMIT_ROW, "a row set aside");
        struct ledger_row row = {0};
        bool found = false;
        TRY(ledger_quarantine_next(ledger, number, NULL, &scratch, &row, &found));
        if (!found)
            return NULL;
        number = row.number;
        TRY(export_row(options, &row, to));
    }
}

static struct error *export_rows(const struct cli_options *options, struct ledger *ledger)
{
    struct destination to = {.file = stdout};
    uint64_t rows = 0;

    TRY(open_destination(options, &to));
    TRY(close_destination(&to, export_all(options, ledger, &to, &rows)));
    if (to.path != NULL)
        log_notice("%" PRIu64 " row%s in %s", rows, rows == 1 ? " is" : "s are", to.path);
    return NULL;
}

/* ---- retry ----------------------------------------------------------------------------------- */

struct telling {
    struct buf text;
    json_t *rows;
    size_t told;
};

static void tell(void *context, const struct ledger_row *row, const char *reason)
{
    struct telling *telling = context;
    json_t *object;

    if (telling->told++ >= ROWS_TOLD)
        return;
    buf_add_c(&telling->text, "  ");
    text_add_printable(&telling->text, row->source_table);
    buf_add_c(&telling->text, "  ");
    text_add_printable(&telling->text, row->row_key);
    buf_add_c(&telling->text, "\n      ");
    text_add_printable(&telling->text, str_of(reason));
    buf_add_char(&telling->text, '\n');
    object = json_pack("{s:o,s:o,s:o}", "table", output_json_str(row->source_table), "row",
                       output_json_str(row->row_key), "reason", output_json_str(str_of(reason)));
    json_array_append_new(telling->rows, object);
}

static struct error *print_retried(const struct cli_options *options,
                                   const struct copy_retried *retried, struct telling *telling)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "rows tried again");

    if (retried->refused > 0)
        output_set_exit(ERROR_KIND_FINDINGS);
    if (options->format == FORMAT_JSON)
        return output_json(json_pack("{s:I,s:I,s:O}", "written", (json_int_t)retried->written,
                                     "refused", (json_int_t)retried->refused, "rows",
                                     telling->rows));
    buf_add_format(&text, "%" PRIu64 " row%s written; %" PRIu64 " %s set aside%s\n",
                   retried->written, retried->written == 1 ? "" : "s", retried->refused,
                   retried->refused == 1 ? "stays" : "stay", retried->refused > 0 ? ":" : ".");
    buf_add_str(&text, buf_str(&telling->text));
    if (retried->refused > ROWS_TOLD)
        buf_add_format(&text, "  (%" PRIu64 " more)\n", retried->refused - ROWS_TOLD);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

static struct error *retry_rows(const struct cli_options *options, struct ledger *ledger,
                                const struct sink_options *target)
{
    struct prepared prepared = {0};
    struct telling telling = {.text = BUF_INIT(LIMIT_DOCUMENT, "rows that stay"),
                              .rows = json_array()};
    struct copy_retried retried = {0};
    struct error *error = cli_prepare(options, options->arena, &prepared);

    if (error == NULL)
        error = ledger_take(ledger, TAKE_WAIT_MS);
    if (error == NULL) {
        const struct copy_retry job = {.plan = &prepared.plan,
                                       .source = prepared.session,
                                       .sink = target,
                                       .ledger = ledger,
                                       .tell = tell,
                                       .context = &telling};
        error = copy_retry_quarantine(&job, options->arena, &retried);
        if (error != NULL && retried.written > 0)
            output_set_state("%" PRIu64 " rows are written; the same command goes on",
                             retried.written);
    }
    if (error == NULL)
        error = print_retried(options, &retried, &telling);
    cli_prepare_done(&prepared);
    buf_free(&telling.text);
    json_decref(telling.rows);
    return error;
}

/* ---- the command ----------------------------------------------------------------------------- */

static struct error *with_ledger(const struct cli_options *options, struct ledger *ledger,
                                 const struct sink_options *target)
{
    struct str what = options->arguments.items[0];
    struct ledger_run run = {0};
    bool found = false;

    TRY(ledger_read_run(ledger, options->arena, &run, &found));
    if (!found)
        return error_with_fix(error_new(PGC_LEDGER, "the target holds no run"),
                              "give the target that pgconverge migrate wrote to");
    if (str_equal_c(what, "list"))
        return list_rows(options, ledger);
    return str_equal_c(what, "export") ? export_rows(options, ledger)
                                       : retry_rows(options, ledger, target);
}

struct error *cmd_quarantine(const struct cli_options *options)
{
    struct sink_options target = {0};
    struct sink_session *probe = NULL;
    CLEANUP(ledger_closep) struct ledger *ledger = NULL;

    stop_install_signal_handlers();
    TRY(cli_open_target(options, "quarantine", &target, &probe));
    sink_close(probe);
    struct error *error = ledger_open(&target, &ledger);
    if (error == NULL)
        error = with_ledger(options, ledger, &target);
    ledger_close(ledger);
    ledger = NULL;
    sink_options_done(&target);
    return error;
}
