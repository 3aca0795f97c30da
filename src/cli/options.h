/*
 * cli/options.h: what the user asked for: one table (options.def, commands.def) drives the parser,
 * --help, the manual page, the completions, the environment and the keys of pgconverge.yaml.
 *
 * Order: flag > environment (PGCONVERGE_<FLAG>) > pgconverge.yaml > defaults.
 * Everything lives in the arena given to cli_load(). Threads: read-only once loaded.
 */
#pragma once

#include "base/arena.h"
#include "plan/plan.h"

enum cli_command {
#define COMMAND(id, arguments, summary, description, examples) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
    COMMAND_COUNT
};

enum cli_option {
#define OPTION(type, field, name, letter, argument, domain, commands, keys, help) OPTION_##field,
#include "cli/options.def"
#undef OPTION
    OPTION_COUNT
};

enum cli_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG };

enum cli_type {
    TYPE_FLAG,     /* bool */
    TYPE_TEXT,     /* const char *, NULL when not given */
    TYPE_PATH,     /* likewise */
    TYPE_SECRET,   /* a connection URI: const char *, and never printed */
    TYPE_NUMBER,   /* uint64_t; domain "1..64" */
    TYPE_DURATION, /* uint64_t, milliseconds; domain "1s..7d" */
    TYPE_WINDOW,   /* a duration that may be left out: then the first of the domain */
    TYPE_CHOICE,   /* unsigned, position in the domain "text|json" */
    TYPE_LIST,     /* struct cli_list; repeatable, commas separate */
};

/* The positions of `--format text|json` and `--log-format text|json`. */
enum cli_format { FORMAT_TEXT, FORMAT_JSON };

struct cli_list {
    struct str *items;
    size_t count, capacity;
};

/* The C type of the field of each option type. */
#define CLI_FIELD_FLAG bool
#define CLI_FIELD_TEXT const char *
#define CLI_FIELD_PATH const char *
#define CLI_FIELD_SECRET const char *
#define CLI_FIELD_NUMBER uint64_t
#define CLI_FIELD_DURATION uint64_t
#define CLI_FIELD_WINDOW uint64_t
#define CLI_FIELD_CHOICE unsigned
#define CLI_FIELD_LIST struct cli_list

struct cli_options {
    struct arena *arena;
    enum cli_command command;
    struct cli_list arguments; /* what stands behind the command's name */
    const char *config_read;   /* the configuration file that was read, NULL without */
    const char *database_name; /* databases[0].name, NULL without */
    struct column_rule *rules; /* columns: */
    size_t rule_count;
    struct value_policies policies; /* values: */
    struct type_rule *type_rules;   /* types: */
    size_t type_rule_count;
    bool config_open;                        /* the configuration file can be read by everybody */
    char *source_password, *target_password; /* PGCONVERGE_*_PASSWORD, NULL without; secrets */
    enum cli_origin origins[OPTION_COUNT];
    /* One field an option: options->jobs, options->source, options->retry_for_ms … */
#define OPTION(type, field, name, letter, argument, domain, commands, keys, help) \
    CLI_FIELD_##type field;
#include "cli/options.def"
#undef OPTION
};

struct cli_option_info {
    enum cli_type type;
    const char *name;     /* "source-password-file" */
    char letter;          /* 'c', or 0 */
    const char *argument; /* "FILE", NULL for flags */
    const char *domain;   /* range or choices, NULL without */
    unsigned commands;    /* bit 1 << COMMAND_x */
    unsigned keys;        /* KEY_… */
    const char *help;
    size_t offset; /* of the field in struct cli_options */
};

enum {
    KEY_NONE = 0,
    KEY_TOP = 1,       /* also a key of pgconverge.yaml */
    KEY_DATABASE = 2,  /* also a key of an entry of databases: */
    KEY_FLAG_ONLY = 4, /* never from the environment: it destroys, or it is about the call itself */
    KEY_HIDDEN = 8,    /* not in help, manual and completion */
    KEY_DECIDES = 16,  /* changes the plan's digest */
    KEY_DESTROYS = 32, /* in the environment it is an error, not a wish that nobody sees */
};

struct cli_command_info {
    const char *name;
    const char *arguments; /* "[PGC-1234]", "" without */
    const char *summary;
    const char *description;
    const char *examples; /* one a line: command, two spaces, "# what for" */
};

const struct cli_option_info *cli_option_info(enum cli_option option);
const struct cli_command_info *cli_command_info(enum cli_command command);
/* Whether `command` takes `option`. */
bool cli_takes(enum cli_command command, enum cli_option option);
/* "PGCONVERGE_SOURCE_PASSWORD_FILE" */
void cli_environment_name(enum cli_option option, struct buf *text);
/* "source_password_file": the option as a key of pgconverge.yaml. */
void cli_key_name(enum cli_option option, struct buf *text);

/*
 * Parses the command line, the environment and the configuration file. Passwords in argv are
 * overwritten there with 'x' whatever the outcome, so that ps shows none.
 *
 * `ret_options` is filled as far as it was understood also on an error, so that --format json
 * is honoured for the error. `--help` and `--version` change the command to help and version.
 *
 * Errors: PGC_USAGE, PGC_UNKNOWN_OPTION, PGC_UNKNOWN_COMMAND, PGC_BAD_OPTION_VALUE, PGC_CONFIG,
 * PGC_FILE.
 */
struct error *cli_load(int argc, char **argv, struct arena *arena, struct cli_options *ret_options)
    CHECKED;
/* Warns of variables that are nearly PGCONVERGE_<OPTION>. Call it when the log is open. */
void cli_warn_environment(const struct cli_options *options);
/*
 * Sets one option from text. False when the text is not of its type or domain; then `ret_wanted`
 * says what it takes ("a whole number from 1 to 64").
 */
bool cli_set(struct cli_options *options, enum cli_option option, struct str text,
             enum cli_origin origin, struct buf *ret_wanted);
/* Whether the option stands anywhere: flag, environment or file. */
static inline bool cli_given(const struct cli_options *options, enum cli_option option)
{
    return options->origins[option] != ORIGIN_DEFAULT;
}
/*
 * How to give `command` with the same flags again, quoted for a shell, without passwords and
 * without flags that destroy: "pgconverge migrate -c pgconverge.yaml --jobs 4".
 */
void cli_same_command(const struct cli_options *options, enum cli_command command,
                      struct buf *text);
