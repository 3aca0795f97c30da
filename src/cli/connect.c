#include "cli/connect.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/password.h"
#include "cli/terminal.h"
#include "cli/value.h"

/* What differs between the two sides when a password is looked for. */
struct side {
    const char *flag; /* "--source" */
    const char *uri;
    enum cli_origin uri_origin;
    const char *file;
    enum cli_origin file_origin;
    const char *variable; /* the value of PGCONVERGE_…_PASSWORD */
    bool *warned;
};

static struct side source_side(const struct cli_options *options)
{
    static bool warned;

    return (struct side){"--source",
                         options->source,
                         options->origins[OPTION_source],
                         options->source_password_file,
                         options->origins[OPTION_source_password_file],
                         options->source_password,
                         &warned};
}

static struct side target_side(const struct cli_options *options)
{
    static bool warned;

    return (struct side){"--target",
                         options->target,
                         options->origins[OPTION_target],
                         options->target_password_file,
                         options->origins[OPTION_target_password_file],
                         options->target_password,
                         &warned};
}

/* Also as written, with its %XX: a library may quote the URI back. */
static void register_uri_password(const char *uri, const char *password)
{
    CLEANUP(buf_free) struct buf raw = BUF_INIT(64 * KIB, "password");
    size_t begin, end;

    secret_register(password);
    if (!value_find_password(str_of(uri), 0, &begin, &end))
        return;
    buf_add(&raw, uri + begin, end - begin);
    if (strcmp(buf_c_str(&raw), password) != 0)
        secret_register(buf_c_str(&raw));
    secret_wipe(raw.ptr, raw.len);
}

static void warn_of_open_password(const struct cli_options *options, const struct side *side)
{
    static bool warned_of_file;

    if (*side->warned)
        return;
    *side->warned = true;
    if (side->uri_origin == ORIGIN_FLAG)
        log_warning("the password in %s was on the command line, where others can see it for a "
                    "moment and the shell's history keeps it; a file is better: "
                    "%s-password-file FILE",
                    side->flag, side->flag);
    if (side->uri_origin != ORIGIN_FILE || !options->config_open || warned_of_file)
        return;
    warned_of_file = true;
    log_warning("%s holds a password and can be read by others: chmod 600 %s", options->config_read,
                options->config_read);
}

/* The password that wins over the one in the URI, or NULL: what is nearer to the command line. */
static struct error *overriding_password(const struct side *side, bool uri_has_one,
                                         char **ret_password)
{
    enum cli_origin uri_rank = uri_has_one ? side->uri_origin : ORIGIN_DEFAULT;
    enum cli_origin file_rank = side->file != NULL ? side->file_origin : ORIGIN_DEFAULT;
    bool variable_wins =
        side->variable != NULL && uri_rank < ORIGIN_FLAG && file_rank < ORIGIN_FLAG;

    if (variable_wins) {
        *ret_password = secret_copy(str_of(side->variable));
        return NULL;
    }
    if (file_rank != ORIGIN_DEFAULT && file_rank >= uri_rank)
        return password_read_file(side->file, ret_password);
    return NULL;
}

static struct error *settle_password(const struct cli_options *options, const struct side *side,
                                     char **password)
{
    char *other = NULL;

    if (*password != NULL) {
        register_uri_password(side->uri, *password);
        warn_of_open_password(options, side);
    }
    TRY(overriding_password(side, *password != NULL, &other));
    if (other != NULL) {
        secret_free(*password);
        *password = other;
    }
    return NULL;
}

/* Asks; an empty answer means none. */
static struct error *ask_password(const char *whose, char **ret_password)
{
    CLEANUP(buf_free) struct buf prompt = BUF_INIT(LIMIT_ERROR_TEXT, "question");
    char answer[LIMIT_PASSWORD];

    buf_add_c(&prompt, "Password of ");
    text_add_printable(&prompt, str_of(whose));
    buf_add_c(&prompt, ": ");
    TRY(terminal_ask(buf_c_str(&prompt), false, answer, sizeof answer));
    if (answer[0] != '\0') {
        *ret_password = secret_copy(str_of(answer));
        secret_register(*ret_password);
    }
    secret_wipe(answer, sizeof answer);
    return NULL;
}

/* ---- source ---------------------------------------------------------------------------------- */

bool cli_has_source(const struct cli_options *options)
{
    return options->source != NULL;
}

/* An option file that others may write could send us to another server. */
static struct error *read_my_cnf(const struct cli_options *options, struct source_options *source)
{
    const char *home = getenv("HOME");
    const char *path = options->my_cnf;
    struct stat status;

    if (options->no_my_cnf || (path == NULL && (home == NULL || *home == '\0')))
        return NULL;
    if (path == NULL)
        path = arena_format(options->arena, "%s/.my.cnf", home).ptr;
    if (stat(path, &status) != 0)
        return options->my_cnf == NULL
                   ? NULL
                   : error_with_object(error_new(PGC_FILE, "the option file cannot be read: %m"),
                                       "%s", path);
    if ((status.st_mode & 0002) == 0)
        return source_options_read_my_cnf(source, path);
    if (options->my_cnf != NULL)
        return error_with_object(
            error_new(PGC_SECRET_FILE, "the option file is not used: everybody may write it"), "%s",
            path);
    log_warning("%s is not used: everybody may write it", path);
    return NULL;
}

static struct error *fill_source(const struct cli_options *options, struct source_options *source)
{
    struct side side = source_side(options);
    struct str dropped = STR_NULL;

    TRY(source_options_parse(str_of(options->source), false, options->arena, source, &dropped));
    if (dropped.len > 0)
        log_notice("--source: " STR_FMT " mean something to Go's driver alone, and were ignored",
                   STR_ARG(dropped));
    TRY(settle_password(options, &side, &source->password));
    bool had_password = source->password != NULL;
    TRY(read_my_cnf(options, source));
    if (!had_password && source->password != NULL)
        secret_register(source->password);
    /* Over a socket the server may know us by our uid; elsewhere a password is the rule. */
    if (source->password == NULL && source->host != NULL && !options->yes && terminal_is_there()) {
        CLEANUP(buf_free) struct buf whose = BUF_INIT(LIMIT_ERROR_TEXT, "source");
        source_options_print(source, &whose);
        TRY(ask_password(buf_c_str(&whose), &source->password));
    }
    return NULL;
}

struct error *cli_source_options(const struct cli_options *options,
                                 struct source_options *ret_options)
{
    struct source_options source = {0};

    if (!cli_has_source(options))
        return error_with_fix(error_new(PGC_USAGE, "no source was given"),
                              "--source mysql://user@host:3306/database, PGCONVERGE_SOURCE, or "
                              "source: in pgconverge.yaml");
    struct error *error = fill_source(options, &source);
    if (error != NULL) {
        source_options_done(&source);
        return error;
    }
    *ret_options = source;
    return NULL;
}

struct error *cli_open_source(const struct cli_options *options, struct source_options *ret_options,
                              struct source_session **ret_session)
{
    static bool is_initialized;
    struct source_options source = {0};

    TRY(cli_source_options(options, &source));
    struct error *error = is_initialized ? NULL : source_library_init();
    is_initialized = error == NULL;
    if (error == NULL)
        error = source_open(&source, ret_session);
    if (error != NULL && error->id == PGC_SOURCE_AUTH && source.password == NULL &&
        source.host == NULL && !options->yes && terminal_is_there()) {
        error_free(error);
        CLEANUP(buf_free) struct buf whose = BUF_INIT(LIMIT_ERROR_TEXT, "source");
        source_options_print(&source, &whose);
        error = ask_password(buf_c_str(&whose), &source.password);
        if (error == NULL)
            error = source_open(&source, ret_session);
    }
    if (error != NULL) {
        source_options_done(&source);
        return error;
    }
    *ret_options = source;
    return NULL;
}

/* ---- target ---------------------------------------------------------------------------------- */

bool cli_has_target(const struct cli_options *options)
{
    static const char *const variables[] = {"PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"};

    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && *value != '\0')
            return true;
    }
    return options->target != NULL;
}

struct error *cli_target_options(const struct cli_options *options,
                                 struct sink_options *ret_options)
{
    struct side side = target_side(options);
    struct sink_options target = {0};

    if (!cli_has_target(options))
        return error_with_fix(error_new(PGC_USAGE, "no target was given"),
                              "--target postgres://user@host/database, PGCONVERGE_TARGET, PGHOST "
                              "or PGSERVICE, or target: in pgconverge.yaml");
    struct error *error = sink_options_parse(str_of(options->target), &target);
    if (error == NULL)
        error = settle_password(options, &side, &target.password);
    if (error != NULL) {
        sink_options_done(&target);
        return error;
    }
    *ret_options = target;
    return NULL;
}

struct error *cli_open_target(const struct cli_options *options, const char *what,
                              struct sink_options *ret_options, struct sink_session **ret_session)
{
    struct sink_options target = {0};

    TRY(cli_target_options(options, &target));
    struct error *error = sink_open(&target, what, ret_session);
    if (error != NULL && error->id == PGC_TARGET_AUTH && target.password == NULL && !options->yes &&
        terminal_is_there()) {
        error_free(error);
        CLEANUP(buf_free) struct buf whose = BUF_INIT(LIMIT_ERROR_TEXT, "target");
        sink_options_print(&target, &whose);
        error = ask_password(buf_c_str(&whose), &target.password);
        if (error == NULL)
            error = sink_open(&target, what, ret_session);
    }
    if (error != NULL) {
        sink_options_done(&target);
        return error;
    }
    *ret_options = target;
    return NULL;
}

/* ---- plan ------------------------------------------------------------------------------------ */

void cli_plan_options(const struct cli_options *options, struct plan_options *ret_options)
{
    *ret_options = (struct plan_options){
        .schema = str_of(options->schema),
        .owner = str_of(options->owner),
        .names = (enum plan_names)options->names,
        .partitions = (enum plan_partitions)options->partitions,
        .fulltext = str_of(options->fulltext),
        .include = options->tables.items,
        .include_count = options->tables.count,
        .exclude = options->exclude.items,
        .exclude_count = options->exclude.count,
        .rules = options->rules,
        .rule_count = options->rule_count,
        .policies = options->policies,
        .max_quarantined = options->max_quarantined,
        .type_rules = options->type_rules,
        .type_rule_count = options->type_rule_count,
        .engines_locked = options->lock,
    };
}
