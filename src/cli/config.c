#include "cli/config.h"

#include <sys/stat.h>
#include <yaml.h>

#include "base/limits.h"
#include "cli/file.h"
#include "cli/value.h"

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool has_event;
    const char *name;
    struct arena *arena;
    struct config *config;
    size_t setting_capacity, rule_capacity, type_rule_capacity;
    bool seen[OPTION_COUNT];
    bool seen_version, seen_databases, seen_columns, seen_values, seen_types;
};

/* ---- complaints ------------------------------------------------------------------------------ */

static struct error *error_at(const struct reader *reader, yaml_mark_t mark, const char *format,
                              ...) PRINTF(3, 4);

static struct error *error_at(const struct reader *reader, yaml_mark_t mark, const char *format,
                              ...)
{
    CLEANUP(buf_free) struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    va_list args;

    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    return error_new(PGC_CONFIG, "%s:%zu:%zu: %s", reader->name, mark.line + 1, mark.column + 1,
                     buf_c_str(&text));
}

/* At the current event. */
#define ERROR_HERE(reader, ...) error_at((reader), (reader)->event.start_mark, __VA_ARGS__)

static struct error *unknown_key(const struct reader *reader, struct str key,
                                 const char *const *known, size_t count)
{
    const char *nearest = value_nearest(key, known, count);

    if (nearest != NULL)
        return error_with_fix(ERROR_HERE(reader,
                                         "unknown key \"" STR_FMT "\", did you mean \"%s\"?",
                                         STR_ARG(key), nearest),
                              "write %s:", nearest);

    CLEANUP(buf_free) struct buf names = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    for (size_t i = 0; i < count; i++)
        buf_add_format(&names, "%s%s", i == 0 ? "" : ", ", known[i]);
    return error_with_fix(ERROR_HERE(reader, "unknown key \"" STR_FMT "\"", STR_ARG(key)),
                          "keys that may stand here: %s", buf_c_str(&names));
}

static struct error *syntax_error(const struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    yaml_mark_t mark = parser->problem_mark;

    if (parser->error == YAML_READER_ERROR)
        return error_new(PGC_CONFIG, "%s: byte %zu: not text: %s", reader->name,
                         parser->problem_offset, parser->problem ? parser->problem : "invalid");
    if (parser->error == YAML_MEMORY_ERROR)
        return error_new(PGC_NO_MEMORY, "%s: no memory to read it", reader->name);
    return error_at(reader, mark, "%s%s%s", parser->problem ? parser->problem : "invalid YAML",
                    parser->context ? ", " : "", parser->context ? parser->context : "");
}

/* ---- events ---------------------------------------------------------------------------------- */

static struct error *next(struct reader *reader)
{
    const yaml_event_t *event = &reader->event;
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (reader->has_event)
        yaml_event_delete(&reader->event);
    reader->has_event = false;
    if (!yaml_parser_parse(&reader->parser, &reader->event))
        return syntax_error(reader);
    reader->has_event = true;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL || event->type == YAML_ALIAS_EVENT)
        return ERROR_HERE(reader, "anchors and aliases (& and *) are not taken here; quote a name "
                                  "that begins with one: \"*.column\"");
    if (tag != NULL)
        return ERROR_HERE(reader, "tags (!) are not taken here");
    return NULL;
}

static bool is_at(const struct reader *reader, yaml_event_type_t type)
{
    return reader->event.type == type;
}

/* The current event as text; `what` says what stands there. An empty or null value is none. */
static struct error *scalar(struct reader *reader, const char *what, struct str *ret_text)
{
    const yaml_event_t *event = &reader->event;

    if (event->type != YAML_SCALAR_EVENT)
        return ERROR_HERE(reader, "%s must be one value, not a list or a mapping", what);
    struct str text = {.ptr = (const char *)event->data.scalar.value,
                       .len = event->data.scalar.length};
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (text.len == 0 || (is_plain && (str_equal_c(text, "~") || str_equal_c(text, "null"))))
        return ERROR_HERE(reader, "%s has no value", what);
    if (str_find(text, '\0', 0) < text.len)
        return ERROR_HERE(reader, "%s holds a NUL character", what);
    *ret_text = arena_str(reader->arena, text);
    return NULL;
}

/* ---- keys that are options ------------------------------------------------------------------- */

static struct error *add_value(struct reader *reader, struct config_setting *setting,
                               size_t *capacity, const char *key)
{
    struct str value;

    TRY(scalar(reader, key, &value));
    *ARENA_PUSH(reader->arena, setting->values, setting->value_count, *capacity) = value;
    return NULL;
}

static struct error *read_setting(struct reader *reader, enum cli_option option, struct str key)
{
    struct config *config = reader->config;
    struct config_setting setting = {.option = option};
    size_t capacity = 0;

    if (reader->seen[option])
        return ERROR_HERE(reader, "the key \"" STR_FMT "\" stands twice", STR_ARG(key));
    reader->seen[option] = true;
    TRY(next(reader));
    setting.line = (unsigned)reader->event.start_mark.line + 1;
    setting.column = (unsigned)reader->event.start_mark.column + 1;
    if (cli_option_info(option)->type == TYPE_LIST && is_at(reader, YAML_SEQUENCE_START_EVENT)) {
        for (;;) {
            TRY(next(reader));
            if (is_at(reader, YAML_SEQUENCE_END_EVENT))
                break;
            TRY(add_value(reader, &setting, &capacity, key.ptr));
        }
        if (setting.value_count == 0)
            return ERROR_HERE(reader, "%s is an empty list; leave the key out", key.ptr);
    } else {
        TRY(add_value(reader, &setting, &capacity, key.ptr));
    }
    *ARENA_PUSH(reader->arena, config->settings, config->setting_count, reader->setting_capacity) =
        setting;
    return NULL;
}

/* The names of the options that are keys on this level, behind `extra`. */
static size_t known_keys(const struct reader *reader, unsigned level, const char *const *extra,
                         size_t extra_count, const char *ret_names[static OPTION_COUNT + 8])
{
    size_t count = 0;

    for (size_t i = 0; i < extra_count; i++)
        ret_names[count++] = extra[i];
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if ((cli_option_info(o)->keys & level) == 0)
            continue;
        CLEANUP(buf_free) struct buf name = BUF_INIT(KIB, "key");
        cli_key_name(o, &name);
        ret_names[count++] = arena_str(reader->arena, buf_str(&name)).ptr;
    }
    return count;
}

static bool find_key(struct str key, unsigned level, enum cli_option *ret_option)
{
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        CLEANUP(buf_free) struct buf name = BUF_INIT(KIB, "key");
        cli_key_name(o, &name);
        if ((cli_option_info(o)->keys & level) != 0 && str_equal(key, buf_str(&name))) {
            *ret_option = o;
            return true;
        }
    }
    return false;
}

/* ---- databases: ------------------------------------------------------------------------------ */

static struct error *read_name(struct reader *reader)
{
    struct str name = STR_NULL;

    if (reader->config->database_name.len > 0)
        return ERROR_HERE(reader, "the key \"name\" stands twice");
    TRY(next(reader));
    TRY(scalar(reader, "name", &name));
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!is_plain)
            return ERROR_HERE(reader, "name takes letters, digits, _ and -, because patterns of "
                                      "columns: begin with it");
    }
    reader->config->database_name = name;
    return NULL;
}

static struct error *read_database(struct reader *reader)
{
    static const char *const extra[] = {"name"};
    enum cli_option option;
    struct str key = STR_NULL;

    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "an entry of databases is a mapping: - source: …");
    for (;;) {
        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            break;
        TRY(scalar(reader, "a key", &key));
        if (str_equal_c(key, "name")) {
            TRY(read_name(reader));
        } else if (find_key(key, KEY_DATABASE, &option)) {
            TRY(read_setting(reader, option, key));
        } else {
            const char *names[OPTION_COUNT + 8];
            size_t count = known_keys(reader, KEY_DATABASE, extra, COUNT_OF(extra), names);
            return unknown_key(reader, key, names, count);
        }
    }
    return NULL;
}

static struct error *read_databases(struct reader *reader)
{
    TRY(next(reader));
    if (!is_at(reader, YAML_SEQUENCE_START_EVENT))
        return ERROR_HERE(reader, "databases is a list: - source: …");
    TRY(next(reader));
    if (is_at(reader, YAML_SEQUENCE_END_EVENT))
        return ERROR_HERE(reader, "databases has no entry");
    TRY(read_database(reader));
    TRY(next(reader));
    if (!is_at(reader, YAML_SEQUENCE_END_EVENT))
        return error_with_fix(
            ERROR_HERE(reader, "several databases in one run are not supported by this version"),
            "keep one entry; give each database its own file and run");
    return NULL;
}

/* ---- values: --------------------------------------------------------------------------------- */

static struct error *read_policy(struct reader *reader, enum value_class value_class,
                                 struct value_policies *policies)
{
    CLEANUP(buf_free) struct buf choices = BUF_INIT(LIMIT_ERROR_TEXT, "error text");
    const char *name = value_class_name(value_class);
    const yaml_event_t *event = &reader->event;
    enum value_policy policy = POLICY_UNSET;
    struct str word = STR_NULL;

    if (policies->of[value_class] != POLICY_UNSET)
        return ERROR_HERE(reader, "the key \"%s\" stands twice", name);
    TRY(next(reader));
    /* YAML's null is no value; whether the word was meant is not guessed. */
    if (is_at(reader, YAML_SCALAR_EVENT) && event->data.scalar.length == 4 &&
        memcmp(event->data.scalar.value, "null", 4) == 0 &&
        event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return error_with_fix(
            ERROR_HERE(reader, "%s has no value: null without quotes is none", name),
            "write %s: \"null\"", name);
    TRY(scalar(reader, name, &word));
    if (value_policy_parse(word, &policy) && policy_effect(value_class, policy) != NULL) {
        policies->of[value_class] = policy;
        return NULL;
    }
    policy_print_choices(value_class, &choices);
    return error_with_fix(ERROR_HERE(reader, "%s cannot be \"" STR_FMT "\"", name, STR_ARG(word)),
                          "%s takes %s", name, buf_c_str(&choices));
}

static size_t add_class_names(const char **names, size_t count)
{
    for (enum value_class i = 0; i < CLASS_COUNT; i++)
        names[count++] = value_class_name(i);
    return count;
}

/* { zero_date: "null", nul_byte: quarantine } */
static struct error *read_values(struct reader *reader)
{
    enum value_class value_class;
    struct str key = STR_NULL;

    TRY(next(reader));
    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "values is a mapping: zero_date: quarantine");
    for (;;) {
        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            return NULL;
        TRY(scalar(reader, "a key", &key));
        if (!value_class_parse(key, &value_class)) {
            const char *names[CLASS_COUNT];
            return unknown_key(reader, key, names, add_class_names(names, 0));
        }
        TRY(read_policy(reader, value_class, &reader->config->policies));
    }
}

/* ---- columns: -------------------------------------------------------------------------------- */

static struct error *read_type(struct reader *reader, struct column_rule *rule)
{
    struct str text = STR_NULL;

    if (rule->has_type)
        return ERROR_HERE(reader, "the key \"type\" stands twice");
    TRY(next(reader));
    TRY(scalar(reader, "type", &text));
    if (!target_type_parse(text, &rule->type))
        return error_with_fix(
            ERROR_HERE(reader, "\"" STR_FMT "\" is not a type that columns can become",
                       STR_ARG(text)),
            "boolean, smallint, integer, bigint, numeric(p,s), real, double precision, bit(n), "
            "varchar(n), text, bytea, date, time, timestamp, timestamptz, interval, uuid, json, "
            "jsonb, inet, enum, text[], real[], geometry or vector(n)");
    rule->has_type = true;
    return NULL;
}

static struct error *read_nullable(struct reader *reader, struct column_rule *rule)
{
    struct str text = STR_NULL;
    bool flag = false;

    if (rule->nullable)
        return ERROR_HERE(reader, "the key \"nullable\" stands twice");
    TRY(next(reader));
    TRY(scalar(reader, "nullable", &text));
    if (!value_flag(text, &flag) || !flag)
        return error_with_fix(ERROR_HERE(reader, "nullable takes true alone"),
                              "leave it out where the column is to stay as it is in MySQL");
    rule->nullable = true;
    return NULL;
}

static struct error *read_compare(struct reader *reader, struct column_rule *rule)
{
    struct str text = STR_NULL;

    if (rule->compare != COMPARE_UNSET)
        return ERROR_HERE(reader, "the key \"compare\" stands twice");
    TRY(next(reader));
    TRY(scalar(reader, "compare", &text));
    if (!text_compare_parse(text, &rule->compare))
        return error_with_fix(
            ERROR_HERE(reader, "compare cannot be \"" STR_FMT "\"", STR_ARG(text)),
            "compare takes exact, lower, icu or citext");
    return NULL;
}

static struct error *read_rule_part(struct reader *reader, struct str key, struct column_rule *rule)
{
    enum value_class value_class;

    if (str_equal_c(key, "type"))
        return read_type(reader, rule);
    if (str_equal_c(key, "nullable"))
        return read_nullable(reader, rule);
    if (str_equal_c(key, "compare"))
        return read_compare(reader, rule);
    if (value_class_parse(key, &value_class))
        return read_policy(reader, value_class, &rule->policies);

    const char *names[CLASS_COUNT + 3] = {"type", "nullable", "compare"};
    return unknown_key(reader, key, names, add_class_names(names, 3));
}

/* { type: boolean, not_boolean: "null" } */
static struct error *read_rule(struct reader *reader, struct column_rule *ret_rule)
{
    size_t parts = 0;
    struct str key = STR_NULL;

    TRY(next(reader));
    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "a rule is a mapping: { type: boolean }");
    yaml_mark_t begin = reader->event.start_mark;
    for (;; parts++) {
        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            break;
        TRY(scalar(reader, "a key", &key));
        TRY(read_rule_part(reader, key, ret_rule));
    }
    if (parts == 0)
        return error_at(reader, begin, "the rule says nothing: { type: … }");
    return NULL;
}

static struct error *read_columns(struct reader *reader)
{
    struct config *config = reader->config;
    struct str pattern = STR_NULL;

    TRY(next(reader));
    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "columns is a mapping: \"table.column\": { type: text }");
    for (;;) {
        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            break;
        TRY(scalar(reader, "a pattern", &pattern));
        size_t dot = str_find(pattern, '.', 0);
        if (dot == 0 || dot + 1 >= pattern.len)
            return ERROR_HERE(reader, "\"" STR_FMT "\" is not of the form [database.]table.column",
                              STR_ARG(pattern));
        for (size_t i = 0; i < config->rule_count; i++) {
            if (str_equal(config->rules[i].pattern, pattern))
                return ERROR_HERE(reader, "the pattern \"" STR_FMT "\" stands twice",
                                  STR_ARG(pattern));
        }
        struct column_rule rule = {.pattern = pattern};
        TRY(read_rule(reader, &rule));
        *ARENA_PUSH(reader->arena, config->rules, config->rule_count, reader->rule_capacity) = rule;
    }
    return NULL;
}

/* ---- types: ---------------------------------------------------------------------------------- */

/* The word that a type begins with must be one; what is wrong behind it fits no column. */
static bool is_source_type(struct str text)
{
    size_t end = 0;
    enum source_kind kind;

    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '(')
        end++;
    return source_kind_parse(str_slice(text, 0, end), &kind);
}

/* { "tinyint(1)": boolean, enum: enum } */
static struct error *read_types(struct reader *reader)
{
    struct config *config = reader->config;

    TRY(next(reader));
    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "types is a mapping: \"tinyint(1)\": boolean");
    for (;;) {
        struct type_rule rule = {0};
        struct column_rule read = {0};

        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            return NULL;
        TRY(scalar(reader, "a type", &rule.source));
        if (!is_source_type(rule.source))
            return error_with_fix(
                ERROR_HERE(reader, "\"" STR_FMT "\" is no type of MySQL", STR_ARG(rule.source)),
                "write it as SHOW CREATE TABLE does: tinyint(1), int unsigned, "
                "enum, longtext");
        for (size_t i = 0; i < config->type_rule_count; i++) {
            if (str_equal_nocase(config->type_rules[i].source, rule.source))
                return ERROR_HERE(reader, "the type \"" STR_FMT "\" stands twice",
                                  STR_ARG(rule.source));
        }
        TRY(read_type(reader, &read));
        rule.type = read.type;
        *ARENA_PUSH(reader->arena, config->type_rules, config->type_rule_count,
                    reader->type_rule_capacity) = rule;
    }
}

/*
 * "app.user.flags" for the entry called app is "user.flags" for the plan, which knows the databases
 * by the names that they have on the source.
 */
static void strip_entry_name(struct config *config)
{
    struct str name = config->database_name;

    for (size_t i = 0; i < config->rule_count && name.len > 0; i++) {
        struct str pattern = config->rules[i].pattern;
        if (!str_starts_with(pattern, name) || str_find(pattern, '.', 0) != name.len)
            continue;
        struct str rest = str_slice(pattern, name.len + 1, pattern.len);
        if (str_find(rest, '.', 0) < rest.len)
            config->rules[i].pattern = rest;
    }
}

/* ---- the whole file -------------------------------------------------------------------------- */

static struct error *read_version(struct reader *reader)
{
    struct str version = STR_NULL;

    TRY(next(reader));
    TRY(scalar(reader, "version", &version));
    if (!str_equal_c(version, "1"))
        return error_with_fix(ERROR_HERE(reader,
                                         "version \"" STR_FMT "\" is not known to this "
                                         "program",
                                         STR_ARG(version)),
                              "write version: 1");
    return NULL;
}

static struct error *read_section(struct reader *reader, struct str key, bool *seen,
                                  struct error *(*read)(struct reader *))
{
    if (*seen)
        return ERROR_HERE(reader, "the key \"" STR_FMT "\" stands twice", STR_ARG(key));
    *seen = true;
    return read(reader);
}

static struct error *read_top_key(struct reader *reader)
{
    static const char *const extra[] = {"version", "databases", "values", "columns", "types"};
    enum cli_option option;
    struct str key = STR_NULL;

    TRY(scalar(reader, "a key", &key));
    if (str_equal_c(key, "version"))
        return read_section(reader, key, &reader->seen_version, read_version);
    if (str_equal_c(key, "databases"))
        return read_section(reader, key, &reader->seen_databases, read_databases);
    if (str_equal_c(key, "values"))
        return read_section(reader, key, &reader->seen_values, read_values);
    if (str_equal_c(key, "columns"))
        return read_section(reader, key, &reader->seen_columns, read_columns);
    if (str_equal_c(key, "types"))
        return read_section(reader, key, &reader->seen_types, read_types);
    if (find_key(key, KEY_TOP, &option))
        return read_setting(reader, option, key);

    const char *names[OPTION_COUNT + 8];
    size_t count = known_keys(reader, KEY_TOP, extra, COUNT_OF(extra), names);
    return unknown_key(reader, key, names, count);
}

static struct error *read_document(struct reader *reader)
{
    for (;;) {
        TRY(next(reader));
        if (is_at(reader, YAML_DOCUMENT_START_EVENT))
            break;
        if (is_at(reader, YAML_STREAM_END_EVENT))
            return error_with_fix(ERROR_HERE(reader, "the file is empty"), "write version: 1");
    }
    TRY(next(reader));
    if (!is_at(reader, YAML_MAPPING_START_EVENT))
        return ERROR_HERE(reader, "a configuration is a mapping: version: 1 …");
    yaml_mark_t begin = reader->event.start_mark;
    for (;;) {
        TRY(next(reader));
        if (is_at(reader, YAML_MAPPING_END_EVENT))
            break;
        TRY(read_top_key(reader));
    }
    if (!reader->seen_version)
        return error_with_fix(error_at(reader, begin, "the key \"version\" is missing"),
                              "write version: 1 at its top");
    TRY(next(reader)); /* the document's end */
    TRY(next(reader));
    if (!is_at(reader, YAML_STREAM_END_EVENT))
        return ERROR_HERE(reader, "a second document; the file holds one");
    return NULL;
}

struct error *config_parse(struct str text, const char *name, struct arena *arena,
                           struct config *ret_config)
{
    struct reader reader = {.name = name, .arena = arena, .config = ret_config};

    *ret_config = (struct config){0};
    if (text.len > LIMIT_CONFIG_FILE)
        return error_new(PGC_CONFIG, "%s: larger than %zu bytes", name, LIMIT_CONFIG_FILE);
    if (!yaml_parser_initialize(&reader.parser))
        return error_new(PGC_NO_MEMORY, "%s: no memory to read it", name);
    /* Some editors put a byte order mark before the text. */
    if (str_starts_with(text, STR("\xef\xbb\xbf")))
        text = str_slice(text, 3, text.len);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.ptr, text.len);
    struct error *error = read_document(&reader);
    if (reader.has_event)
        yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    TRY(error);
    strip_entry_name(ret_config);
    return NULL;
}

/* ---- into the options ------------------------------------------------------------------------ */

static struct error *apply_setting(const char *path, const struct config_setting *setting,
                                   struct cli_options *options, struct cli_options *nowhere)
{
    CLEANUP(buf_free) struct buf key = BUF_INIT(KIB, "key");
    CLEANUP(buf_free) struct buf wanted = BUF_INIT(4 * KIB, "wanted value");
    /* What a flag or variable overrides is still checked. */
    bool is_overridden = options->origins[setting->option] > ORIGIN_FILE;

    cli_key_name(setting->option, &key);
    for (size_t i = 0; i < setting->value_count; i++) {
        if (!cli_set(is_overridden ? nowhere : options, setting->option, setting->values[i],
                     ORIGIN_FILE, &wanted))
            return error_new(PGC_CONFIG, "%s:%u:%u: %s takes %s", path, setting->line,
                             setting->column, buf_c_str(&key), buf_c_str(&wanted));
    }
    return NULL;
}

struct error *config_apply(const char *path, struct cli_options *options)
{
    struct cli_options nowhere = {.arena = options->arena};
    struct config config;
    struct stat status;
    struct str text = STR_NULL;

    TRY(file_read(path, "configuration file", LIMIT_CONFIG_FILE, options->arena, &text));
    TRY(config_parse(text, path, options->arena, &config));
    for (size_t i = 0; i < config.setting_count; i++)
        TRY(apply_setting(path, &config.settings[i], options, &nowhere));
    options->rules = config.rules;
    options->rule_count = config.rule_count;
    options->policies = config.policies;
    options->type_rules = config.type_rules;
    options->type_rule_count = config.type_rule_count;
    if (config.database_name.len > 0)
        options->database_name = config.database_name.ptr;
    options->config_open = stat(path, &status) == 0 && (status.st_mode & 0044) != 0;
    return NULL;
}
