/* pgconverge schema print: the DDL of the plan. */
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/prepare.h"

static struct error *print(const struct cli_options *options, const struct prepared *prepared)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_DOCUMENT, "DDL");

    TRY(plan_print_sql(&prepared->plan, &sql));
    TRY(buf_error(&sql));
    if (options->format == FORMAT_JSON)
        return output_json(json_pack("{s:o}", "sql", output_json_str(buf_str(&sql))));
    return output_text(buf_str(&sql));
}

struct error *cmd_schema(const struct cli_options *options)
{
    struct prepared prepared = {0};
    struct error *error = cli_prepare(options, options->arena, &prepared);

    if (error == NULL)
        error = print(options, &prepared);
    cli_prepare_done(&prepared);
    return error;
}
