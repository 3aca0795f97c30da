/* pgconverge completion: scripts for bash, zsh and fish, out of the tables. */
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/output.h"

static bool is_shown(enum cli_command command, enum cli_option option)
{
    return cli_takes(command, option) && (cli_option_info(option)->keys & KEY_HIDDEN) == 0;
}

/* What may stand behind a command's name, with spaces between; "" for nothing. */
static void add_arguments(struct buf *text, enum cli_command command)
{
    if (command == COMMAND_schema) {
        buf_add_c(text, "print diff");
    } else if (command == COMMAND_quarantine) {
        buf_add_c(text, "list export retry");
    } else if (command == COMMAND_completion) {
        buf_add_c(text, "bash zsh fish");
    } else if (command == COMMAND_help) {
        for (unsigned c = 0; c < COMMAND_COUNT; c++)
            buf_add_format(text, "%s%s", c == 0 ? "" : " ", cli_command_info(c)->name);
    } else if (command == COMMAND_explain) {
        for (size_t i = 0; error_description_at(i) != NULL; i++)
            buf_add_format(text, "%sPGC-%d", i == 0 ? "" : " ", (int)error_description_at(i)->id);
    }
}

/* "text|json" as "text json" */
static void add_choices(struct buf *text, const char *domain)
{
    for (const char *c = domain; *c != '\0'; c++)
        buf_add_char(text, *c == '|' ? ' ' : *c);
}

static bool is_folder(const struct cli_option_info *info)
{
    return info->argument != NULL && strcmp(info->argument, "DIR") == 0;
}

/* ---- bash ------------------------------------------------------------------------------------ */

static void add_bash_values(struct buf *text)
{
    buf_add_c(text, "    case \"$previous\" in\n");
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        const struct cli_option_info *info = cli_option_info(o);
        if (info->type == TYPE_FLAG || info->type == TYPE_WINDOW)
            continue;
        buf_add_format(text, "    --%s", info->name);
        if (info->letter != 0)
            buf_add_format(text, " | -%c", info->letter);
        buf_add_c(text, ")\n        ");
        if (info->type == TYPE_CHOICE) {
            buf_add_c(text, "mapfile -t COMPREPLY < <(compgen -W \"");
            add_choices(text, info->domain);
            buf_add_c(text, "\" -- \"$current\")\n        ");
        } else if (info->type == TYPE_PATH) {
            buf_add_format(text, "mapfile -t COMPREPLY < <(compgen -%c -- \"$current\")\n        ",
                           is_folder(info) ? 'd' : 'f');
        }
        buf_add_c(text, "return\n        ;;\n");
    }
    buf_add_c(text, "    esac\n");
}

static void add_bash(struct buf *text)
{
    buf_add_c(text,
              "# bash completion of pgconverge; made by: pgconverge completion bash\n"
              "_pgconverge() {\n"
              "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
              "    local command='' words='' word\n"
              "    # --format=json comes as three words\n"
              "    if [[ $current == '=' ]]; then\n"
              "        current=''\n"
              "    elif [[ $previous == '=' && $COMP_CWORD -ge 2 ]]; then\n"
              "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
              "    fi\n"
              "    COMPREPLY=()\n");
    add_bash_values(text);
    buf_add_c(text, "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                    "        case \"$word\" in\n        ");
    for (unsigned c = 0; c < COMMAND_COUNT; c++)
        buf_add_format(text, "%s%s", c == 0 ? "" : " | ", cli_command_info(c)->name);
    buf_add_c(text, ")\n"
                    "            command=$word\n"
                    "            break\n"
                    "            ;;\n"
                    "        esac\n"
                    "    done\n"
                    "    case \"$command\" in\n");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        buf_add_format(text, "    %s)\n        words='", cli_command_info(c)->name);
        add_arguments(text, c);
        for (unsigned o = 0; o < OPTION_COUNT; o++) {
            if (is_shown(c, o))
                buf_add_format(text, " --%s", cli_option_info(o)->name);
        }
        buf_add_c(text, "'\n        ;;\n");
    }
    buf_add_c(text, "    *)\n        words='");
    add_arguments(text, COMMAND_help);
    buf_add_c(text, " --help --version'\n        ;;\n"
                    "    esac\n"
                    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                    "}\n"
                    "complete -F _pgconverge pgconverge\n");
}

/* ---- zsh ------------------------------------------------------------------------------------- */

/* Inside single quotes, in a specification of _arguments: [ ] : are its own marks. */
static void add_zsh_text(struct buf *text, const char *plain)
{
    for (const char *c = plain; *c != '\0'; c++) {
        if (*c == '\'')
            buf_add_c(text, "'\\''");
        else if (strchr("[]:\\", *c) != NULL)
            buf_add_format(text, "\\%c", *c);
        else
            buf_add_char(text, *c);
    }
}

static void add_zsh_value(struct buf *text, const struct cli_option_info *info)
{
    if (info->type == TYPE_FLAG)
        return;
    buf_add_c(text, info->type == TYPE_WINDOW ? "::" : ":");
    buf_add_format(text, "%s:", info->argument != NULL ? info->argument : "value");
    if (info->type == TYPE_CHOICE) {
        buf_add_char(text, '(');
        add_choices(text, info->domain);
        buf_add_char(text, ')');
    } else if (info->type == TYPE_PATH) {
        buf_add_c(text, is_folder(info) ? "_files -/" : "_files");
    }
}

/* '(-c --config)'{-c,--config}'[help]:FILE:_files' */
static void add_zsh_option(struct buf *text, enum cli_option option)
{
    const struct cli_option_info *info = cli_option_info(option);
    const char *repeats = info->type == TYPE_LIST ? "*" : "";
    const char *equals = info->type == TYPE_FLAG ? "" : "=";

    buf_add_c(text, " \\\n            ");
    if (info->letter != 0)
        buf_add_format(text, "'(-%c --%s)'{-%c,--%s%s}'[", info->letter, info->name, info->letter,
                       info->name, equals);
    else
        buf_add_format(text, "'%s--%s%s[", repeats, info->name,
                       info->type == TYPE_WINDOW ? "=-" : equals);
    add_zsh_text(text, info->help);
    buf_add_char(text, ']');
    add_zsh_value(text, info);
    buf_add_char(text, '\'');
}

static void add_zsh(struct buf *text)
{
    buf_add_c(text, "#compdef pgconverge\n"
                    "# zsh completion of pgconverge; made by: pgconverge completion zsh\n"
                    "_pgconverge() {\n"
                    "    local -a commands\n"
                    "    commands=(\n");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        buf_add_format(text, "        '%s:", cli_command_info(c)->name);
        add_zsh_text(text, cli_command_info(c)->summary);
        buf_add_c(text, "'\n");
    }
    buf_add_c(text, "    )\n"
                    "    if ((CURRENT == 2)); then\n"
                    "        _describe command commands\n"
                    "        return\n"
                    "    fi\n"
                    "    local command=$words[2]\n"
                    "    shift words\n"
                    "    ((CURRENT--))\n"
                    "    case $command in\n");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        CLEANUP(buf_free) struct buf arguments = BUF_INIT(64 * KIB, "arguments");
        add_arguments(&arguments, c);
        buf_add_format(text, "    %s)\n        _arguments -s", cli_command_info(c)->name);
        for (unsigned o = 0; o < OPTION_COUNT; o++) {
            if (is_shown(c, o))
                add_zsh_option(text, o);
        }
        if (arguments.len > 0)
            buf_add_format(text, " \\\n            '1:argument:(%s)'", buf_c_str(&arguments));
        buf_add_c(text, "\n        ;;\n");
    }
    buf_add_c(text, "    esac\n}\n"
                    "if [[ $funcstack[1] == _pgconverge ]]; then\n"
                    "    _pgconverge \"$@\"\n"
                    "else\n"
                    "    compdef _pgconverge pgconverge\n"
                    "fi\n");
}

/* ---- fish ------------------------------------------------------------------------------------ */

/* Inside single quotes: fish knows \' and \\ there. */
static void add_fish_text(struct buf *text, const char *plain)
{
    for (const char *c = plain; *c != '\0'; c++) {
        if (*c == '\'' || *c == '\\')
            buf_add_char(text, '\\');
        buf_add_char(text, *c);
    }
}

static void add_fish_option(struct buf *text, enum cli_option option)
{
    const struct cli_option_info *info = cli_option_info(option);

    buf_add_c(text, "complete -c pgconverge -n '__fish_seen_subcommand_from");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        if (is_shown(c, option))
            buf_add_format(text, " %s", cli_command_info(c)->name);
    }
    buf_add_format(text, "' -l %s", info->name);
    if (info->letter != 0)
        buf_add_format(text, " -s %c", info->letter);
    if (info->type == TYPE_CHOICE) {
        buf_add_c(text, " -x -a '");
        add_choices(text, info->domain);
        buf_add_char(text, '\'');
    } else if (info->type == TYPE_PATH) {
        buf_add_c(text, is_folder(info) ? " -x -a '(__fish_complete_directories)'" : " -r -F");
    } else if (info->type != TYPE_FLAG && info->type != TYPE_WINDOW) {
        buf_add_c(text, " -x");
    }
    buf_add_c(text, " -d '");
    add_fish_text(text, info->help);
    buf_add_c(text, "'\n");
}

static void add_fish(struct buf *text)
{
    buf_add_c(text, "# fish completion of pgconverge; made by: pgconverge completion fish\n"
                    "complete -c pgconverge -f\n");
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        buf_add_format(text, "complete -c pgconverge -n __fish_use_subcommand -a %s -d '",
                       cli_command_info(c)->name);
        add_fish_text(text, cli_command_info(c)->summary);
        buf_add_c(text, "'\n");
    }
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        CLEANUP(buf_free) struct buf arguments = BUF_INIT(64 * KIB, "arguments");
        add_arguments(&arguments, c);
        if (arguments.len > 0)
            buf_add_format(text,
                           "complete -c pgconverge -n '__fish_seen_subcommand_from %s' -a '%s'\n",
                           cli_command_info(c)->name, buf_c_str(&arguments));
    }
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if ((cli_option_info(o)->keys & KEY_HIDDEN) == 0)
            add_fish_option(text, o);
    }
}

bool help_completion(struct str shell, struct buf *text)
{
    if (str_equal_c(shell, "bash"))
        add_bash(text);
    else if (str_equal_c(shell, "zsh"))
        add_zsh(text);
    else if (str_equal_c(shell, "fish"))
        add_fish(text);
    else
        return false;
    return true;
}

struct error *cmd_completion(const struct cli_options *options)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(MIB, "completion");

    if (!help_completion(options->arguments.items[0], &text))
        return error_with_fix(error_new(PGC_USAGE, "there is no completion for this shell"),
                              "bash, zsh or fish");
    TRY(buf_error(&text));
    return output_text(buf_str(&text));
}
