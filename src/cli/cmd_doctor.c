/* pgconverge doctor: both sides, a line a check, the statement that mends it, nothing changed. */
#include "base/limits.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/output.h"

static struct str format_arena(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static struct str format_arena(struct arena *arena, const char *format, va_list args)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "check");

    buf_add_vformat(&text, format, args);
    return arena_str(arena, buf_str(&text));
}

void doctor_add(struct doctor *doctor, const char *side, enum check_status status, const char *name,
                const char *format, ...)
{
    struct check check = {.side = side, .name = name, .status = status};
    va_list args;

    va_start(args, format);
    check.text = format_arena(doctor->arena, format, args);
    va_end(args);
    *ARENA_PUSH(doctor->arena, doctor->checks, doctor->count, doctor->capacity) = check;
}

void doctor_fix(struct doctor *doctor, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    doctor->checks[doctor->count - 1].fix = format_arena(doctor->arena, format, args);
    va_end(args);
}

void doctor_add_error(struct doctor *doctor, const char *side, const char *name,
                      struct error *error)
{
    const struct error_description *description = error_describe((int)error->id);

    doctor_add(doctor, side, CHECK_FAIL, name, "%s%s%s (PGC-%d)", error->text,
               error->object != NULL ? ": " : "", error->object != NULL ? error->object : "",
               (int)error->id);
    if (error->fix != NULL)
        doctor_fix(doctor, "%s", error->fix);
    else if (description != NULL)
        doctor_fix(doctor, "%s", description->fix);
    error_free(error);
}

static const char *status_word(enum check_status status)
{
    switch (status) {
    case CHECK_OK:
        return "ok";
    case CHECK_WARN:
        return "WARN";
    case CHECK_FAIL:
        return "FAIL";
    }
    return "";
}

static size_t count_status(const struct doctor *doctor, enum check_status status)
{
    size_t count = 0;

    for (size_t i = 0; i < doctor->count; i++)
        count += doctor->checks[i].status == status;
    return count;
}

static struct error *print_json(const struct doctor *doctor)
{
    json_t *list = json_array();

    for (size_t i = 0; i < doctor->count; i++) {
        const struct check *check = &doctor->checks[i];
        const char *word = check->status == CHECK_OK     ? "ok"
                           : check->status == CHECK_WARN ? "warn"
                                                         : "fail";
        json_t *object = json_pack("{s:s, s:s, s:s, s:o}", "side", check->side, "name", check->name,
                                   "status", word, "text", output_json_str(check->text));
        if (check->fix.len > 0)
            json_object_set_new(object, "fix", output_json_str(check->fix));
        json_array_append_new(list, object);
    }
    return output_json(json_pack("{s:o, s:i, s:i, s:b}", "checks", list, "failures",
                                 (int)count_status(doctor, CHECK_FAIL), "warnings",
                                 (int)count_status(doctor, CHECK_WARN), "open",
                                 count_status(doctor, CHECK_FAIL) == 0));
}

/* The lines of `lines`, each behind `indent` spaces and the first behind `label`. */
static void add_lines(struct buf *text, struct str lines, const char *label, int indent)
{
    for (size_t from = 0; from <= lines.len;) {
        size_t end = str_find(lines, '\n', from);
        buf_add_format(text, "%*s%s", from == 0 ? 0 : indent, "", from == 0 ? label : "");
        text_add_printable(text, str_slice(lines, from, end));
        buf_add_char(text, '\n');
        from = end + 1;
    }
}

static struct error *print_text(const struct doctor *doctor)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(4 * MIB, "checks");

    for (size_t i = 0; i < doctor->count; i++) {
        const struct check *check = &doctor->checks[i];
        buf_add_format(&text, "%-7s %-4s  %-12s ", check->side, status_word(check->status),
                       check->name);
        add_lines(&text, check->text, "", 27);
        if (check->fix.len > 0) {
            buf_add_format(&text, "%14s", "");
            add_lines(&text, check->fix, "fix          ", 27);
        }
    }
    buf_add_format(&text, "\n%zu checks: %zu failed, %zu to look at\n", doctor->count,
                   count_status(doctor, CHECK_FAIL), count_status(doctor, CHECK_WARN));
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

struct error *cmd_doctor(const struct cli_options *options)
{
    struct doctor doctor = {.options = options, .arena = options->arena};

    if (!cli_has_source(options) && !cli_has_target(options))
        return error_with_fix(error_new(PGC_USAGE, "neither a source nor a target was given"),
                              "--source URI, --target URI, or both");
    if (options->window_ms > 0 && !cli_has_source(options))
        return error_new(PGC_USAGE, "--window watches the source, and none was given");
    if (cli_has_source(options))
        TRY(doctor_source(&doctor));
    if (cli_has_target(options))
        TRY(doctor_target(&doctor));
    TRY(options->format == FORMAT_JSON ? print_json(&doctor) : print_text(&doctor));
    size_t failures = count_status(&doctor, CHECK_FAIL);
    if (failures > 0)
        return error_new(PGC_GATE_CLOSED, "%zu of %zu checks failed", failures, doctor.count);
    return NULL;
}
