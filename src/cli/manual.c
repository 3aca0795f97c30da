/*
 * pgconverge-manual TEMPLATE: prints a manual page as scdoc, with what stands in the tables in the
 * place of the lines @commands@, @options@, @keys@, @database-keys@, @classes@ and @ids@. It is not
 * installed.
 */
#include "base/limits.h"
#include "cli/help.h"

#include <stdio.h>

/* Characters that scdoc would read as markup. */
static void add_plain(struct buf *text, const char *prose)
{
    for (const char *c = prose; *c != '\0'; c++) {
        if (strchr("_*\\<>[]#~`@.", *c) != NULL)
            buf_add_char(text, '\\');
        buf_add_char(text, *c);
    }
}

static void add_examples(struct buf *text, const char *examples)
{
    buf_add_c(text, "\n```\n");
    buf_add_c(text, examples);
    buf_add_c(text, "\n```\n");
}

static void add_commands(struct buf *text)
{
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        const struct cli_command_info *info = cli_command_info(c);
        buf_add_format(text, "## pgconverge %s ", info->name);
        add_plain(text, info->arguments);
        buf_add_c(text, "\n\n");
        for (const char *at = info->description; *at != '\0';) {
            CLEANUP(buf_free) struct buf line = BUF_INIT(64 * KIB, "paragraph");
            size_t len = strcspn(at, "\n");
            buf_add(&line, at, len);
            add_plain(text, buf_c_str(&line));
            buf_add_c(text, "\n\n");
            at += len + (at[len] == '\n');
        }
        bool is_first = true;
        for (unsigned o = 0; o < OPTION_COUNT; o++) {
            const struct cli_option_info *option = cli_option_info(o);
            if (!cli_takes(c, o) || (option->keys & KEY_HIDDEN) != 0)
                continue;
            buf_add_format(text, "%s*--%s*", is_first ? "Options: " : ", ", option->name);
            is_first = false;
        }
        buf_add_char(text, '\n');
        add_examples(text, info->examples);
        buf_add_char(text, '\n');
    }
}

static void add_options(struct buf *text)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        const struct cli_option_info *info = cli_option_info(o);
        CLEANUP(buf_free) struct buf form = BUF_INIT(64 * KIB, "option");
        if ((info->keys & KEY_HIDDEN) != 0)
            continue;
        help_option_form(o, &form);
        if (info->letter != 0)
            buf_add_format(text, "*-%c*, ", info->letter);
        buf_add_char(text, '*');
        add_plain(text, buf_c_str(&form));
        buf_add_c(text, "*\n\t");
        add_plain(text, info->help);
        buf_add_c(text, "\n\n");
    }
}

static void add_keys(struct buf *text, unsigned level)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        const struct cli_option_info *info = cli_option_info(o);
        CLEANUP(buf_free) struct buf key = BUF_INIT(64 * KIB, "key");
        if ((info->keys & level) == 0)
            continue;
        cli_key_name(o, &key);
        buf_add_char(text, '*');
        add_plain(text, buf_c_str(&key));
        buf_add_char(text, '*');
        if (info->type == TYPE_LIST)
            buf_add_c(text, " (a value or a list)");
        else if (info->type == TYPE_FLAG)
            buf_add_c(text, " (true or false)");
        else if (info->domain != NULL && info->type == TYPE_CHOICE)
            buf_add_format(text, " (%s)", info->domain);
        buf_add_c(text, "\n\t");
        add_plain(text, info->help);
        buf_add_c(text, "\n\n");
    }
}

static void add_classes(struct buf *text)
{
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        CLEANUP(buf_free) struct buf choices = BUF_INIT(64 * KIB, "policies");
        policy_print_choices(i, &choices);
        buf_add_c(text, "*");
        add_plain(text, value_class_name(i));
        buf_add_c(text, "*\n\t");
        add_plain(text, buf_c_str(&choices));
        buf_add_c(text, "\n\n");
    }
}

static void add_ids(struct buf *text)
{
    const struct error_description *description;

    for (size_t i = 0; (description = error_description_at(i)) != NULL; i++) {
        buf_add_format(text, "*PGC-%d* (exit %d)\n\t", (int)description->id,
                       error_exit_code(description->kind));
        add_plain(text, description->title);
        buf_add_c(text, "\n\n");
    }
}

static bool add_part(struct buf *text, struct str part)
{
    if (str_equal_c(part, "@commands@"))
        add_commands(text);
    else if (str_equal_c(part, "@options@"))
        add_options(text);
    else if (str_equal_c(part, "@keys@"))
        add_keys(text, KEY_TOP);
    else if (str_equal_c(part, "@database-keys@"))
        add_keys(text, KEY_DATABASE);
    else if (str_equal_c(part, "@classes@"))
        add_classes(text);
    else if (str_equal_c(part, "@ids@"))
        add_ids(text);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(4 * MIB, "manual");
    char line[1024];
    FILE *template = argc == 2 ? fopen(argv[1], "re") : NULL;

    if (template == NULL) {
        fputs("usage: pgconverge-manual TEMPLATE\n", stderr);
        return 2;
    }
    while (fgets(line, sizeof line, template) != NULL) {
        struct str part = str_of(line);
        if (str_ends_with(part, STR("\n")))
            part.len--;
        if (!add_part(&text, part))
            buf_add_c(&text, line);
    }
    fclose(template);
    fputs(buf_c_str(&text), stdout);
    return text.failed || fflush(stdout) != 0;
}
