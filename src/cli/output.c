#include "cli/output.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/terminal.h"

/* What commands leave for main() to say; only the main thread prints results and errors. */
static char *state_text;
static bool has_document;
static int result_code;

/* ---- results --------------------------------------------------------------------------------- */

struct error *output_text(struct str text)
{
    has_document = true;
    fwrite(text.ptr, 1, text.len, stdout);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        int why = errno;
        clearerr(stdout);
        errno = why;
        return error_with_fix(error_new(PGC_FILE, "the result cannot be written to stdout: %m"),
                              "give stdout a reader that stays, or a disk with space");
    }
    return NULL;
}

static int add_dumped(const char *bytes, size_t size, void *text)
{
    buf_add(text, bytes, size);
    return ((struct buf *)text)->failed ? -1 : 0;
}

struct error *output_json(json_t *document)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "JSON document");
    int failed = json_dump_callback(document, add_dumped, &text, JSON_INDENT(2) | JSON_SORT_KEYS);

    json_decref(document);
    TRY(buf_error(&text));
    if (failed != 0)
        return error_new(PGC_INTERNAL, "a document cannot be printed as JSON");
    buf_add_char(&text, '\n');
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

json_t *output_json_str(struct str text)
{
    json_t *value = json_stringn(text.ptr != NULL ? text.ptr : "", text.len);

    if (value != NULL)
        return value;
    CLEANUP(buf_free) struct buf printable = BUF_INIT(8 * text.len + 64, "JSON string");
    text_add_printable(&printable, text);
    return json_stringn(printable.ptr, printable.len);
}

/* ---- errors ---------------------------------------------------------------------------------- */

void output_set_state(const char *format, ...)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "state of the run");
    va_list args;

    free(state_text);
    state_text = NULL;
    if (format == NULL)
        return;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    state_text = strdup(buf_c_str(&text));
}

/* "  label   text", further lines below the first one's text. */
static void add_part(struct buf *out, const char *label, const char *text)
{
    struct str all = str_trim(str_of(text));

    if (all.len == 0)
        return;
    for (size_t from = 0; from <= all.len;) {
        size_t end = str_find(all, '\n', from);
        buf_add_format(out, "  %-8s", from == 0 ? label : "");
        text_add_printable(out, str_slice(all, from, end));
        buf_add_char(out, '\n');
        from = end + 1;
    }
}

static const char *fix_of(const struct error *error)
{
    const struct error_description *description = error_describe((int)error->id);

    if (error->fix != NULL)
        return error->fix;
    return description != NULL ? description->fix : "";
}

void output_error_text(const struct error *error, struct buf *text)
{
    bool is_column = error->kind == ERROR_KIND_DATA;

    buf_add_format(text, "%s PGC-%d: ", error->kind == ERROR_KIND_FINDINGS ? "finding" : "error",
                   (int)error->id);
    struct str said = str_trim(str_of(error->text));
    size_t line_end = str_find(said, '\n', 0);
    text_add_printable(text, str_slice(said, 0, line_end));
    buf_add_char(text, '\n');
    add_part(text, "", said.ptr + line_end);
    add_part(text, is_column ? "column" : "object", error->object);
    add_part(text, "row", error->row);
    add_part(text, "while", error->context);
    if (error->server_errno != 0)
        buf_add_format(text, "  server  error %d", error->server_errno);
    if (error->sqlstate[0] != '\0')
        buf_add_format(text, "%sSQLSTATE %s", error->server_errno != 0 ? ", " : "  server  ",
                       error->sqlstate);
    if (error->server_errno != 0 || error->sqlstate[0] != '\0')
        buf_add_char(text, '\n');
    add_part(text, "fix", fix_of(error));
    add_part(text, "state", state_text);
    buf_add_format(text, "  more    pgconverge explain PGC-%d\n", (int)error->id);
}

static void set_if(json_t *object, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_object_set_new(object, key, output_json_str(str_of(text)));
}

json_t *output_json_error(const struct error *error)
{
    const struct error_description *description = error_describe((int)error->id);
    json_t *object = json_object();

    json_object_set_new(object, "id", json_sprintf("PGC-%d", (int)error->id));
    set_if(object, "title", description != NULL ? description->title : NULL);
    set_if(object, "text", error->text);
    set_if(object, "object", error->object);
    set_if(object, "row", error->row);
    set_if(object, "while", error->context);
    set_if(object, "fix", fix_of(error));
    set_if(object, "state", state_text);
    set_if(object, "sqlstate", error->sqlstate);
    if (error->server_errno != 0)
        json_object_set_new(object, "server_errno", json_integer(error->server_errno));
    json_object_set_new(object, "exit_code", json_integer(output_exit_code(error)));
    return object;
}

/* base/log.h would put its own words before each line. */
static void append_to_log(const char *path, struct str lines)
{
    FILE *file = fopen(path, "ae");

    if (file == NULL)
        return; /* log_open() has complained of it already */
    fwrite(lines.ptr, 1, lines.len, file);
    fclose(file);
}

static void print_error_lines(const struct cli_options *options, const struct error *error)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(16 * LIMIT_ERROR_TEXT, "error text");

    /* Machines that read the log get one line with the same words. */
    if (options->log_format == FORMAT_JSON) {
        log_write(LOG_EVENT(.level = LOG_ERROR, .event = "error"), "PGC-%d: %s%s%s", (int)error->id,
                  error->text, error->object != NULL ? ": " : "",
                  error->object != NULL ? error->object : "");
        return;
    }
    output_error_text(error, &text);
    struct str lines = buf_str(&text);
    if (options->log_file != NULL)
        append_to_log(options->log_file, lines);
    bool colored = output_colored(options) && error->kind != ERROR_KIND_FINDINGS;
    if (colored && str_starts_with(lines, STR("error"))) {
        fputs("\033[31merror\033[0m", stderr);
        lines = str_slice(lines, 5, lines.len);
    }
    fwrite(lines.ptr, 1, lines.len, stderr);
    fflush(stderr);
}

void output_error(const struct cli_options *options, const struct error *error)
{
    print_error_lines(options, error);
    if (options->format == FORMAT_JSON && !has_document)
        error_free(output_json(json_pack("{s:o}", "error", output_json_error(error))));
}

void output_set_exit(enum error_kind kind)
{
    result_code = error_exit_code(kind);
}

int output_exit_code(const struct error *error)
{
    if (error == NULL)
        return result_code;
    if (error->kind == ERROR_KIND_INTERRUPTED)
        return stop_reason() == STOP_TERM ? 143 : 130;
    return error_exit_code(error->kind);
}

/* ---- terminals ------------------------------------------------------------------------------- */

struct error *output_confirm(const struct cli_options *options, const char *question, bool *ret_yes)
{
    char answer[16] = "";

    if (options->yes) {
        *ret_yes = true;
        return NULL;
    }
    if (!terminal_is_there())
        return error_with_fix(error_new(PGC_USAGE, "%s: there is no terminal to ask on", question),
                              "give --yes");
    CLEANUP(buf_free) struct buf prompt = BUF_INIT(LIMIT_ERROR_TEXT, "question");
    text_add_printable(&prompt, str_of(question));
    buf_add_c(&prompt, "? Type yes to do it: ");
    TRY(terminal_ask(buf_c_str(&prompt), true, answer, sizeof answer));
    *ret_yes = strcasecmp(answer, "yes") == 0 || strcasecmp(answer, "y") == 0;
    return NULL;
}

bool output_colored(const struct cli_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return !options->no_color && (no_color == NULL || *no_color == '\0') && isatty(STDERR_FILENO) &&
           (term == NULL || strcmp(term, "dumb") != 0);
}
