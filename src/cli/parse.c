/*
 * The command line and the environment. One pass reads all words with the whole table, because
 * options may stand before the command; what the command does not take is told afterwards.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "cli/config.h"
#include "cli/value.h"

#define LIMIT_ARGUMENTS 4096
#define DEFAULT_CONFIG "pgconverge.yaml"

struct parser {
    struct cli_options *options;
    struct str *words;
    size_t count, at;
    bool only_arguments; /* after -- */
    bool has_command;
    struct str unknown;  /* the first unknown option, "" without */
    struct error *error; /* the first other */
};

static void keep_first(struct parser *parser, struct error *error)
{
    parser->error = error_first(parser->error, error);
}

/* A word of the user's, shown without passwords. */
static struct str safe(struct parser *parser, struct str word)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(256 * KIB, "word");

    value_print_safe(word, &text);
    return arena_str(parser->options->arena, buf_str(&text));
}

static void set_option(struct parser *parser, enum cli_option option, struct str value)
{
    const struct cli_option_info *info = cli_option_info(option);
    CLEANUP(buf_free) struct buf wanted = BUF_INIT(4 * KIB, "wanted value");

    if (cli_set(parser->options, option, value, ORIGIN_FLAG, &wanted))
        return;
    if (info->type == TYPE_SECRET)
        keep_first(parser, error_new(PGC_BAD_OPTION_VALUE, "--%s takes %s", info->name,
                                     buf_c_str(&wanted)));
    else
        keep_first(parser, error_new(PGC_BAD_OPTION_VALUE, "--%s takes %s, not \"" STR_FMT "\"",
                                     info->name, buf_c_str(&wanted), STR_ARG(safe(parser, value))));
}

/* The next word as the value of an option that was given without one. */
static void take_next_word(struct parser *parser, enum cli_option option)
{
    const struct cli_option_info *info = cli_option_info(option);
    uint64_t ignored;

    if (info->type == TYPE_WINDOW) {
        struct str first = str_of(info->domain);
        bool has_value =
            parser->at < parser->count && value_duration(parser->words[parser->at], &ignored);
        set_option(parser, option,
                   has_value ? parser->words[parser->at++]
                             : str_slice(first, 0, str_find(first, '.', 0)));
        return;
    }
    if (parser->at >= parser->count) {
        keep_first(parser, error_new(PGC_USAGE, "--%s needs a value", info->name));
        return;
    }
    /* "--config --jobs 4" has lost its value; a value that begins so is given with "=". */
    if (str_starts_with(parser->words[parser->at], STR("--"))) {
        keep_first(parser, error_new(PGC_USAGE, "--%s needs a value before \"" STR_FMT "\"",
                                     info->name, STR_ARG(safe(parser, parser->words[parser->at]))));
        return;
    }
    set_option(parser, option, parser->words[parser->at++]);
}

static bool find_option(struct str name, enum cli_option *ret_option)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (str_equal_c(name, cli_option_info(o)->name)) {
            *ret_option = o;
            return true;
        }
    }
    return false;
}

static void read_long(struct parser *parser, struct str word)
{
    size_t equals = str_find(word, '=', 2);
    struct str name = str_slice(word, 2, equals);
    enum cli_option option;

    if (!find_option(name, &option)) {
        if (parser->unknown.len == 0)
            parser->unknown = str_slice(word, 0, equals);
        return;
    }
    if (cli_option_info(option)->type == TYPE_FLAG) {
        if (equals < word.len)
            keep_first(parser,
                       error_new(PGC_USAGE, "--%s takes no value", cli_option_info(option)->name));
        else
            set_option(parser, option, STR("true"));
    } else if (equals < word.len) {
        set_option(parser, option, str_slice(word, equals + 1, word.len));
    } else {
        take_next_word(parser, option);
    }
}

/* -qy, -j4, -j 4, -c FILE */
static void read_short(struct parser *parser, struct str word)
{
    for (size_t i = 1; i < word.len; i++) {
        unsigned o = 0;
        while (o < OPTION_COUNT && cli_option_info(o)->letter != word.ptr[i])
            o++;
        if (o == OPTION_COUNT) {
            if (parser->unknown.len == 0)
                parser->unknown = arena_format(parser->options->arena, "-%c", word.ptr[i]);
            return;
        }
        if (cli_option_info(o)->type == TYPE_FLAG) {
            set_option(parser, o, STR("true"));
            continue;
        }
        struct str value = str_slice(word, i + 1, word.len);
        if (str_starts_with(value, STR("=")))
            value = str_slice(value, 1, value.len);
        if (value.len > 0)
            set_option(parser, o, value);
        else
            take_next_word(parser, o);
        return;
    }
}

static struct error *unknown_command(struct parser *parser, struct str word)
{
    const char *names[COMMAND_COUNT];
    struct error *error = error_new(PGC_UNKNOWN_COMMAND, "there is no command \"" STR_FMT "\"",
                                    STR_ARG(safe(parser, word)));

    for (unsigned c = 0; c < COMMAND_COUNT; c++)
        names[c] = cli_command_info(c)->name;
    const char *nearest = value_nearest(word, names, COUNT_OF(names));
    if (nearest != NULL)
        error = error_with_fix(error, "did you mean \"pgconverge %s\"?", nearest);
    return error;
}

static void read_plain(struct parser *parser, struct str word)
{
    struct cli_list *arguments = &parser->options->arguments;

    if (parser->has_command) {
        *ARENA_PUSH(parser->options->arena, arguments->items, arguments->count,
                    arguments->capacity) = word;
        return;
    }
    parser->has_command = true;
    for (unsigned c = 0; c < COMMAND_COUNT; c++) {
        if (str_equal_c(word, cli_command_info(c)->name)) {
            parser->options->command = c;
            return;
        }
    }
    keep_first(parser, unknown_command(parser, word));
}

static struct error *unknown_option(struct parser *parser)
{
    enum cli_command command = parser->options->command;
    const char *names[OPTION_COUNT];
    size_t count = 0;
    struct str shown = safe(parser, parser->unknown);
    struct error *error = error_new(PGC_UNKNOWN_OPTION, "pgconverge %s has no option " STR_FMT,
                                    cli_command_info(command)->name, STR_ARG(shown));

    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (cli_takes(command, o) && (cli_option_info(o)->keys & KEY_HIDDEN) == 0)
            names[count++] = cli_option_info(o)->name;
    }
    struct str name = str_slice(parser->unknown, 2, parser->unknown.len);
    const char *nearest = value_nearest(name, names, count);
    if (nearest != NULL)
        return error_with_fix(error, "did you mean --%s?", nearest);
    return error_with_fix(error, "see pgconverge %s --help", cli_command_info(command)->name);
}

static struct error *check_taken(struct parser *parser)
{
    const struct cli_options *options = parser->options;

    if (parser->unknown.len > 0)
        return unknown_option(parser);
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (options->origins[o] == ORIGIN_FLAG && !cli_takes(options->command, o)) {
            parser->unknown = arena_format(options->arena, "--%s", cli_option_info(o)->name);
            return unknown_option(parser);
        }
    }
    return NULL;
}

/* How many words may stand behind the command. */
static struct error *check_arguments(struct parser *parser)
{
    const struct cli_options *options = parser->options;
    const char *command = cli_command_info(options->command)->name;
    const struct cli_list *arguments = &options->arguments;
    size_t most = 0;

    switch (options->command) {
    case COMMAND_schema:
        most = 1;
        if (arguments->count == 0 || (!str_equal_c(arguments->items[0], "print") &&
                                      !str_equal_c(arguments->items[0], "diff")))
            return error_with_fix(error_new(PGC_USAGE, "schema needs to know what to do"),
                                  "pgconverge schema print, or pgconverge schema diff");
        break;
    case COMMAND_quarantine:
        most = 1;
        if (arguments->count == 0 || (!str_equal_c(arguments->items[0], "list") &&
                                      !str_equal_c(arguments->items[0], "export") &&
                                      !str_equal_c(arguments->items[0], "retry")))
            return error_with_fix(error_new(PGC_USAGE, "quarantine needs to know what to do"),
                                  "pgconverge quarantine list, export or retry");
        break;
    case COMMAND_completion:
        most = 1;
        if (arguments->count == 0)
            return error_with_fix(error_new(PGC_USAGE, "completion needs the name of a shell"),
                                  "pgconverge completion bash, zsh or fish");
        break;
    case COMMAND_explain:
    case COMMAND_help:
        most = 1;
        break;
    case COMMAND_doctor:
    case COMMAND_assess:
    case COMMAND_plan:
    case COMMAND_migrate:
    case COMMAND_verify:
    case COMMAND_status:
    case COMMAND_discard:
    case COMMAND_version:
    case COMMAND_COUNT:
        break;
    }
    if (arguments->count > most)
        return error_with_fix(error_new(PGC_USAGE, "%s does not take \"" STR_FMT "\"", command,
                                        STR_ARG(safe(parser, arguments->items[most]))),
                              "see pgconverge %s --help", command);
    return NULL;
}

static struct error *parse_words(struct parser *parser)
{
    struct cli_options *options = parser->options;

    while (parser->at < parser->count) {
        struct str word = parser->words[parser->at++];
        if (parser->only_arguments || word.len < 2 || word.ptr[0] != '-')
            read_plain(parser, word);
        else if (str_equal_c(word, "--"))
            parser->only_arguments = true;
        else if (word.ptr[1] == '-')
            read_long(parser, word);
        else
            read_short(parser, word);
    }
    if (options->help || options->version) {
        enum cli_command asked = options->command;
        bool is_known = parser->has_command && parser->error == NULL;
        options->command = options->help ? COMMAND_help : COMMAND_version;
        if (options->help && is_known) {
            options->arguments = (struct cli_list){0};
            *ARENA_PUSH(options->arena, options->arguments.items, options->arguments.count,
                        options->arguments.capacity) = str_of(cli_command_info(asked)->name);
        }
        return parser->error;
    }
    if (parser->error != NULL)
        return parser->error;
#ifdef PGCONVERGE_CRASH_POINTS
    if (options->list_crash_points)
        return NULL;
#endif
    if (!parser->has_command && parser->unknown.len == 0)
        return error_with_fix(error_new(PGC_USAGE, "no command was given"), "see pgconverge help");
    TRY(check_taken(parser));
    return check_arguments(parser);
}

/* ---- environment ----------------------------------------------------------------------------- */

static struct error *set_from_environment(struct cli_options *options, enum cli_option option)
{
    const struct cli_option_info *info = cli_option_info(option);
    CLEANUP(buf_free) struct buf name = BUF_INIT(KIB, "name of a variable");
    CLEANUP(buf_free) struct buf wanted = BUF_INIT(4 * KIB, "wanted value");
    char *value;

    cli_environment_name(option, &name);
    value = getenv(buf_c_str(&name));
    /* Compose files set what is not wanted to nothing. */
    if (value == NULL || *value == '\0')
        return NULL;
    if ((info->keys & KEY_DESTROYS) != 0)
        return error_with_fix(
            error_new(PGC_USAGE, "%s is set, but what destroys is not taken from the environment",
                      buf_c_str(&name)),
            "unset it, and give --%s on the command line of the one call that needs it",
            info->name);
    if ((info->keys & KEY_FLAG_ONLY) != 0 || options->origins[option] == ORIGIN_FLAG)
        return NULL;
    bool is_set = cli_set(options, option, str_of(value), ORIGIN_ENVIRONMENT, &wanted);
    if (info->type == TYPE_SECRET)
        value_wipe_passwords(value);
    if (!is_set)
        return error_new(PGC_BAD_OPTION_VALUE, "%s takes %s", buf_c_str(&name), buf_c_str(&wanted));
    return NULL;
}

/* Moves a password out of the environment, which may be looked at through /proc. */
static char *take_password(struct arena *arena, const char *name)
{
    char *value = getenv(name);
    size_t len;
    char *copy;

    if (value == NULL || *value == '\0')
        return NULL;
    len = strlen(value);
    copy = arena_alloc(arena, len + 1);
    memcpy(copy, value, len);
    secret_wipe(value, len);
    secret_register(copy);
    return copy;
}

/*
 * A variable that is nearly one of ours is told, no other: Kubernetes sets PGCONVERGE_PORT and the
 * like for a service of that name.
 */
void cli_warn_environment(const struct cli_options *options)
{
    struct arena *arena = options->arena;
    const char *names[OPTION_COUNT + 4];
    size_t count = 0;

    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        CLEANUP(buf_free) struct buf name = BUF_INIT(KIB, "name of a variable");
        cli_environment_name(o, &name);
        names[count++] = arena_str(arena, buf_str(&name)).ptr;
    }
    if (!cli_takes(options->command, OPTION_source))
        return;
    names[count++] = "PGCONVERGE_SOURCE_PASSWORD";
    names[count++] = "PGCONVERGE_TARGET_PASSWORD";
    names[count++] = "PGCONVERGE_CRASH_AT";
    names[count++] = "PGCONVERGE_BREAK";
    for (char **entry = environ; *entry != NULL; entry++) {
        struct str name = str_slice(str_of(*entry), 0, str_find(str_of(*entry), '=', 0));
        if (!str_starts_with(name, STR("PGCONVERGE_")))
            continue;
        const char *nearest = value_nearest(name, names, count);
        /* Long names: what is within two letters without its common beginning. */
        if (nearest == NULL || str_equal_c(name, nearest))
            continue;
        struct str end = str_slice(name, sizeof "PGCONVERGE_" - 1, name.len);
        const char *ends[] = {nearest + sizeof "PGCONVERGE_" - 1};
        if (end.len > 3 && value_nearest(end, ends, 1) != NULL)
            log_warning("the variable " STR_FMT " means nothing, did you mean %s?", STR_ARG(name),
                        nearest);
    }
}

static struct error *read_environment(struct cli_options *options)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (cli_takes(options->command, o))
            TRY(set_from_environment(options, o));
    }
    if (cli_takes(options->command, OPTION_source)) {
        options->source_password = take_password(options->arena, "PGCONVERGE_SOURCE_PASSWORD");
        options->target_password = take_password(options->arena, "PGCONVERGE_TARGET_PASSWORD");
    }
    return NULL;
}

/* ---- all together ---------------------------------------------------------------------------- */

/* Cores that we may use: less than the machine has in a container with a quota. */
static uint64_t count_cores(void)
{
    cpu_set_t set;
    long count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                             : sysconf(_SC_NPROCESSORS_ONLN);
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    char line[64] = "";

    if (file != NULL) {
        /* "200000 100000", or "max 100000" without a quota. */
        if (fgets(line, sizeof line, file) != NULL) {
            char *behind = line;
            long quota_us = strtol(line, &behind, 10);
            long period_us = strtol(behind, NULL, 10);
            if (quota_us > 0 && period_us > 0 && (quota_us + period_us - 1) / period_us < count)
                count = (quota_us + period_us - 1) / period_us;
        }
        fclose(file);
    }
    if (count < 1)
        return 1;
    return count > LIMIT_WORKERS ? LIMIT_WORKERS : (uint64_t)count;
}

static struct error *read_config(struct cli_options *options)
{
    const char *path = options->config;

    if (!cli_takes(options->command, OPTION_config))
        return NULL;
    if (path == NULL) {
        if (access(DEFAULT_CONFIG, F_OK) != 0)
            return NULL;
        path = DEFAULT_CONFIG;
    }
    options->config_read = path;
    return config_apply(path, options);
}

struct error *cli_load(int argc, char **argv, struct arena *arena, struct cli_options *ret_options)
{
    struct parser parser = {.options = ret_options};

    *ret_options = (struct cli_options){
        .arena = arena, .command = COMMAND_help, .schema = "public", .retry_for_ms = 300000};
    if (argc > LIMIT_ARGUMENTS)
        return error_new(PGC_USAGE, "more than %d words on the command line", LIMIT_ARGUMENTS);
    parser.words = ARENA_ARRAY(arena, (size_t)argc, struct str);
    for (int i = 1; i < argc; i++) {
        parser.words[parser.count++] = arena_str(arena, str_of(argv[i]));
        value_wipe_passwords(argv[i]);
    }
    struct error *error = parse_words(&parser);
    if (error != NULL && error->id == PGC_BAD_OPTION_VALUE && parser.has_command)
        return error_with_fix(error, "see pgconverge %s --help",
                              cli_command_info(ret_options->command)->name);
    TRY(error);
    TRY(read_environment(ret_options));
    if (ret_options->my_cnf != NULL && ret_options->no_my_cnf)
        return error_new(PGC_USAGE, "--my-cnf and --no-my-cnf exclude each other");
    TRY(read_config(ret_options));
    if (!cli_given(ret_options, OPTION_jobs))
        ret_options->jobs = count_cores();
    return NULL;
}
