/* pgconverge schema: the DDL of the plan (print), or how the target differs from it (diff). */
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/prepare.h"
#include "verify/verify.h"

static struct error *print(const struct cli_options *options, const struct prepared *prepared)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_DOCUMENT, "DDL");

    TRY(plan_print_sql(&prepared->plan, &sql));
    TRY(buf_error(&sql));
    if (options->format == FORMAT_JSON)
        return output_json(json_pack("{s:o}", "sql", output_json_str(buf_str(&sql))));
    return output_text(buf_str(&sql));
}

/* ---- diff ------------------------------------------------------------------------------------ */

struct sides {
    struct buf source, target; /* as people know them, without passwords */
};

static void sides_done(struct sides *sides)
{
    buf_free(&sides->source);
    buf_free(&sides->target);
}

static void name_sides(const struct prepared *prepared, const struct sink_options *sink,
                       struct sides *ret_sides)
{
    ret_sides->source = BUF_INIT(LIMIT_ERROR_TEXT, "name of the source");
    ret_sides->target = BUF_INIT(LIMIT_ERROR_TEXT, "name of the target");
    source_options_print(&prepared->source, &ret_sides->source);
    sink_options_print(sink, &ret_sides->target);
}

static void add_refusals(const struct structure_result *result, struct buf *text)
{
    for (size_t i = 0; i < result->refusal_count; i++) {
        const struct structure_refusal *refusal = &result->refusals[i];

        buf_add_c(text, text->len > 0 ? "\n" : "");
        buf_add_format(text, STR_FMT " \"", STR_ARG(refusal->kind));
        text_add_printable(text, refusal->object);
        buf_add_c(text, "\": PostgreSQL does not take it, so it cannot be compared: ");
        text_add_printable(text, refusal->text);
        buf_add_char(text, '\n');
    }
}

static struct error *print_diff_text(const struct structure_result *result,
                                     const struct sides *sides, struct str schema)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_DOCUMENT, "differences");

    if (result->differences.count > 0) {
        buf_add_c(&text, "--- ");
        text_add_printable(&text, buf_str(&sides->source));
        buf_add_c(&text, ", as planned\n+++ ");
        text_add_printable(&text, buf_str(&sides->target));
        buf_add_c(&text, ", schema ");
        text_add_printable(&text, schema);
        buf_add_c(&text, "\n\n");
        compare_print_text(&result->differences, &text);
    }
    add_refusals(result, &text);
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}

static void add_json_refusals(const struct structure_result *result, struct buf *json)
{
    buf_add_c(json, "[");
    for (size_t i = 0; i < result->refusal_count; i++) {
        const struct structure_refusal *refusal = &result->refusals[i];

        buf_add_c(json, i > 0 ? ",\n    {\"kind\": " : "\n    {\"kind\": ");
        text_add_json(json, refusal->kind);
        buf_add_c(json, ", \"object\": ");
        text_add_json(json, refusal->object);
        buf_add_c(json, ", \"text\": ");
        text_add_json(json, refusal->text);
        buf_add_char(json, '}');
    }
    buf_add_c(json, result->refusal_count > 0 ? "\n  ]" : "]");
}

static struct error *print_diff_json(const struct structure_result *result,
                                     const struct sides *sides, struct str schema)
{
    CLEANUP(buf_free) struct buf json = BUF_INIT(LIMIT_DOCUMENT, "differences");

    buf_add_c(&json, "{\n  \"differences\": ");
    compare_print_json(&result->differences, &json);
    buf_add_c(&json, ",\n  \"not_compared\": ");
    add_json_refusals(result, &json);
    buf_add_c(&json, ",\n  \"schema\": ");
    text_add_json(&json, schema);
    buf_add_c(&json, ",\n  \"source\": ");
    text_add_json(&json, buf_str(&sides->source));
    buf_add_c(&json, ",\n  \"target\": ");
    text_add_json(&json, buf_str(&sides->target));
    buf_add_c(&json, "\n}\n");
    TRY(buf_error(&json));
    return output_text(buf_str(&json));
}

static struct error *compare(const struct prepared *prepared, struct sink_session *session,
                             struct arena *arena, struct structure_result *ret_result)
{
    const struct plan_options *planned = &prepared->plan_options;
    const struct structure_check check = {
        .plan = &prepared->plan,
        .session = session,
        /* Of what was left out on purpose the target may have something all the same. */
        .whole_schema = planned->include_count == 0 && planned->exclude_count == 0,
    };

    TRY_DOING(verify_structure(&check, arena, ret_result), "compare the target's schema");
    if (ret_result->differences.count + ret_result->refusal_count > 0) {
        output_set_exit(ERROR_KIND_FINDINGS);
        log_notice("differences: %zu", ret_result->differences.count + ret_result->refusal_count);
    } else {
        log_notice("the target's schema is as planned");
    }
    return NULL;
}

static struct error *diff(const struct cli_options *options, const struct prepared *prepared)
{
    CLEANUP(arena_free) struct arena arena = ARENA_INIT(LIMIT_STRUCTURE_ARENA, "structure");
    CLEANUP(sink_closep) struct sink_session *session = NULL;
    struct structure_result result = {0};
    struct sink_options sink = {0};
    struct sides sides;

    TRY(cli_open_target(options, "schema diff", &sink, &session));
    struct error *error = compare(prepared, session, &arena, &result);
    name_sides(prepared, &sink, &sides);
    if (error == NULL && options->format == FORMAT_JSON)
        error = print_diff_json(&result, &sides, prepared->plan_options.schema);
    else if (error == NULL)
        error = print_diff_text(&result, &sides, prepared->plan_options.schema);
    sides_done(&sides);
    sink_options_done(&sink);
    return error;
}

struct error *cmd_schema(const struct cli_options *options)
{
    struct prepared prepared = {0};
    struct error *error = cli_prepare(options, options->arena, &prepared);

    if (error == NULL && str_equal_c(options->arguments.items[0], "diff"))
        error = diff(options, &prepared);
    else if (error == NULL)
        error = print(options, &prepared);
    cli_prepare_done(&prepared);
    return error;
}
