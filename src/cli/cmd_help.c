#include "base/limits.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/value.h"

static struct error *unknown(struct str name)
{
    const char *names[COMMAND_COUNT];
    CLEANUP(buf_free) struct buf shown = BUF_INIT(256 * KIB, "word");

    value_print_safe(name, &shown);
    for (unsigned c = 0; c < COMMAND_COUNT; c++)
        names[c] = cli_command_info(c)->name;
    struct error *error =
        error_new(PGC_UNKNOWN_COMMAND, "there is no command \"%s\"", buf_c_str(&shown));
    const char *nearest = value_nearest(name, names, COUNT_OF(names));
    return nearest != NULL ? error_with_fix(error, "did you mean \"pgconverge help %s\"?", nearest)
                           : error;
}

struct error *cmd_help(const struct cli_options *options)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "help");
    unsigned command = 0;

    if (options->arguments.count == 0) {
        help_program(&text);
    } else {
        struct str name = options->arguments.items[0];
        while (command < COMMAND_COUNT && !str_equal_c(name, cli_command_info(command)->name))
            command++;
        if (command == COMMAND_COUNT)
            return unknown(name);
        help_command(command, &text);
    }
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}
