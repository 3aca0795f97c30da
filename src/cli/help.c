#include "cli/help.h"

#include "base/limits.h"
#include "base/text.h"

#define LINE_WIDTH 96
#define OPTION_COLUMN 34

static void add_spaces(struct buf *text, size_t count)
{
    buf_add_format(text, "%*s", (int)count, "");
}

/* Words of `prose` from column `at` on, wrapped; further lines begin at column `indent`. */
static void add_wrapped(struct buf *text, struct str prose, size_t at, size_t indent)
{
    bool is_first = true;

    for (size_t from = 0; from < prose.len;) {
        size_t end = str_find(prose, ' ', from);
        struct str word = str_slice(prose, from, end);
        size_t width = text_width(word);

        if (!is_first && at + 1 + width > LINE_WIDTH) {
            buf_add_char(text, '\n');
            add_spaces(text, indent);
            at = indent;
        } else if (!is_first) {
            buf_add_char(text, ' ');
            at++;
        }
        buf_add_str(text, word);
        at += width;
        is_first = false;
        from = end + 1;
    }
    buf_add_char(text, '\n');
}

static void add_paragraphs(struct buf *text, const char *paragraphs)
{
    struct str all = str_of(paragraphs);

    for (size_t from = 0; from < all.len;) {
        size_t end = str_find(all, '\n', from);
        add_wrapped(text, str_slice(all, from, end), 0, 0);
        from = end + 1;
    }
}

static void add_examples(struct buf *text, const char *examples)
{
    struct str all = str_of(examples);

    for (size_t from = 0; from < all.len;) {
        size_t end = str_find(all, '\n', from);
        buf_add_format(text, "  " STR_FMT "\n", STR_ARG(str_slice(all, from, end)));
        from = end + 1;
    }
}

void help_option_form(enum cli_option option, struct buf *text)
{
    const struct cli_option_info *info = cli_option_info(option);

    buf_add_format(text, "--%s", info->name);
    if (info->type == TYPE_CHOICE)
        buf_add_format(text, " %s", info->domain);
    else if (info->type == TYPE_WINDOW)
        buf_add_format(text, " [%s]", info->argument);
    else if (info->argument != NULL)
        buf_add_format(text, " %s", info->argument);
}

static void add_option(struct buf *text, enum cli_option option)
{
    const struct cli_option_info *info = cli_option_info(option);
    size_t before = text->len;

    if (info->letter != 0)
        buf_add_format(text, "  -%c, ", info->letter);
    else
        buf_add_c(text, "      ");
    help_option_form(option, text);
    size_t width = text->len - before;
    if (width + 2 > OPTION_COLUMN) {
        buf_add_char(text, '\n');
        width = 0;
    }
    add_spaces(text, OPTION_COLUMN - width);
    add_wrapped(text, str_of(info->help), OPTION_COLUMN, OPTION_COLUMN);
}

void help_command(enum cli_command command, struct buf *text)
{
    const struct cli_command_info *info = cli_command_info(command);

    buf_add_format(text, "pgconverge %s: %s\n\nUsage: pgconverge %s%s%s [OPTION…]\n\n", info->name,
                   info->summary, info->name, *info->arguments != '\0' ? " " : "", info->arguments);
    add_paragraphs(text, info->description);
    buf_add_c(text, "\nOptions:\n");
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (cli_takes(command, o) && (cli_option_info(o)->keys & KEY_HIDDEN) == 0)
            add_option(text, o);
    }
    buf_add_c(text, "\nExamples:\n");
    add_examples(text, info->examples);
    if (cli_takes(command, OPTION_config)) {
        buf_add_char(text, '\n');
        add_paragraphs(text,
                       "An option stands on the command line, else in the environment as "
                       "PGCONVERGE_<OPTION> (--report-dir is PGCONVERGE_REPORT_DIR), else in the "
                       "configuration file. Passwords: a file, PGCONVERGE_SOURCE_PASSWORD, "
                       "PGCONVERGE_TARGET_PASSWORD, ~/.my.cnf, .pgpass, or a question on the "
                       "terminal. See pgconverge(1) and pgconverge.yaml(5).");
    }
}

void help_program(struct buf *text)
{
    buf_add_c(text, "pgconverge takes a MySQL or MariaDB database to PostgreSQL and proves that it "
                    "arrived.\n\nUsage: pgconverge COMMAND [OPTION…]\n\nCommands:\n");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        const struct cli_command_info *info = cli_command_info(c);
        size_t before = text->len;
        buf_add_format(text, "  %s%s%s", info->name, *info->arguments != '\0' ? " " : "",
                       info->arguments);
        size_t width = text->len - before;
        add_spaces(text, width + 2 > 30 ? 2 : 30 - width);
        buf_add_format(text, "%s\n", info->summary);
    }
    buf_add_c(
        text,
        "\nExamples:\n"
        "  pgconverge doctor  --source mysql://migrator@db/app --target postgres://loader@pg/app\n"
        "  pgconverge plan    --source mysql://migrator@db/app\n"
        "  pgconverge migrate --source mysql://migrator@db/app --target postgres://loader@pg/app\n"
        "\nExit codes:\n"
        "    0  done, or nothing to do            6  a value was refused\n"
        "    1  a bug of pgconverge               7  temporary: give the same command again\n"
        "    2  usage or configuration            8  conflict: another run, a changed source\n"
        "    3  finished, with findings           9  a gate is closed (doctor)\n"
        "    4  the source refused               10  stopped by a limit, resumable\n"
        "    5  the target refused         130, 143  stopped by INT or TERM, resumable\n"
        "\npgconverge COMMAND --help tells a command's options; pgconverge explain an error's "
        "id.\n");
}
