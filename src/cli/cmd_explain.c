#include "base/limits.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/value.h"

static const char *kind_text(enum error_kind kind)
{
    switch (kind) {
    case ERROR_KIND_INTERNAL:
        return "a bug of pgconverge";
    case ERROR_KIND_USAGE:
        return "usage or configuration; again after a fix";
    case ERROR_KIND_FINDINGS:
        return "finished, with findings";
    case ERROR_KIND_SOURCE:
        return "the source refused; again after a fix";
    case ERROR_KIND_TARGET:
        return "the target refused; again after a fix";
    case ERROR_KIND_DATA:
        return "data; again after a fix";
    case ERROR_KIND_TEMPORARY:
        return "temporary; give the same command again";
    case ERROR_KIND_CONFLICT:
        return "a conflict of states";
    case ERROR_KIND_GATE:
        return "a gate is closed; again after a fix";
    case ERROR_KIND_LIMIT:
        return "stopped by a limit; the same command continues";
    case ERROR_KIND_INTERRUPTED:
        return "stopped by a signal (143 for TERM); the same command continues";
    }
    return "";
}

static json_t *describe_json(const struct error_description *description)
{
    return json_pack("{s:o, s:s, s:s, s:s, s:i}", "id",
                     json_sprintf("PGC-%d", (int)description->id), "title", description->title,
                     "fix", description->fix, "explanation", description->explanation, "exit_code",
                     error_exit_code(description->kind));
}

static struct error *list_all(const struct cli_options *options)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "explanations");
    const struct error_description *description;

    if (options->format == FORMAT_JSON) {
        json_t *list = json_array();
        for (size_t i = 0; (description = error_description_at(i)) != NULL; i++)
            json_array_append_new(list, describe_json(description));
        return output_json(json_pack("{s:o}", "errors", list));
    }
    for (size_t i = 0; (description = error_description_at(i)) != NULL; i++)
        buf_add_format(&text, "PGC-%d  %s\n", (int)description->id, description->title);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

/* PGC-4107, pgc-4107, 4107 */
static const struct error_description *find(struct str word)
{
    uint64_t number;

    if (word.len > 4 && str_equal_nocase(str_slice(word, 0, 4), STR("PGC-")))
        word = str_slice(word, 4, word.len);
    return str_to_u64(word, &number) && number <= INT32_MAX ? error_describe((int)number) : NULL;
}

static void add_wrapped(struct buf *text, struct str prose)
{
    size_t at = 0;

    for (size_t from = 0; from < prose.len;) {
        size_t end = str_find(prose, ' ', from);
        size_t width = end - from;
        if (at > 0 && at + 1 + width > 96) {
            buf_add_char(text, '\n');
            at = 0;
        } else if (at > 0) {
            buf_add_char(text, ' ');
            at++;
        }
        buf_add_str(text, str_slice(prose, from, end));
        at += width;
        from = end + 1;
    }
    buf_add_char(text, '\n');
}

struct error *cmd_explain(const struct cli_options *options)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "explanation");

    if (options->arguments.count == 0)
        return list_all(options);
    struct str word = options->arguments.items[0];
    const struct error_description *description = find(word);
    if (description == NULL) {
        value_print_safe(word, &text);
        return error_with_fix(error_new(PGC_USAGE, "there is no error id \"%s\"", buf_c_str(&text)),
                              "pgconverge explain  lists all of them");
    }
    if (options->format == FORMAT_JSON)
        return output_json(describe_json(description));
    buf_add_format(&text, "PGC-%d: %s\n\n", (int)description->id, description->title);
    add_wrapped(&text, str_of(description->explanation));
    buf_add_format(&text, "\nWhat to do:  %s\nExit code:   %d, %s\n", description->fix,
                   error_exit_code(description->kind), kind_text(description->kind));
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}
