#include "cli/options.h"

#include <assert.h>
#include <stddef.h>

#include "base/limits.h"
#include "cli/value.h"

#define ONE(id) (1U << COMMAND_##id)
#define FOR(id) ONE(id)
#define ALL ((1U << COMMAND_COUNT) - 1)
#define PLANNING \
    (ONE(quarantine) | ONE(assess) | ONE(plan) | ONE(migrate) | ONE(schema) | ONE(verify))
#define CONNECTING (PLANNING | ONE(doctor) | ONE(status) | ONE(discard))

static const struct cli_option_info option_table[] = {
#define OPTION(type, field, name, letter, argument, domain, commands, keys, help) \
    {TYPE_##type, name,   letter,                                                 \
     argument,    domain, commands,                                               \
     keys,        help,   offsetof(struct cli_options, field)},
#include "cli/options.def"
#undef OPTION
};

static const struct cli_command_info command_table[] = {
#define COMMAND(id, arguments, summary, description, examples) \
    {#id, arguments, summary, description, examples},
#include "cli/commands.def"
#undef COMMAND
};

const struct cli_option_info *cli_option_info(enum cli_option option)
{
    return &option_table[option];
}

const struct cli_command_info *cli_command_info(enum cli_command command)
{
    return &command_table[command];
}

bool cli_takes(enum cli_command command, enum cli_option option)
{
    return (option_table[option].commands >> command & 1U) != 0;
}

void cli_environment_name(enum cli_option option, struct buf *text)
{
    buf_add_c(text, "PGCONVERGE_");
    for (const char *c = option_table[option].name; *c != '\0'; c++)
        buf_add_char(text, *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
}

void cli_key_name(enum cli_option option, struct buf *text)
{
    for (const char *c = option_table[option].name; *c != '\0'; c++)
        buf_add_char(text, *c == '-' ? '_' : *c);
}

/* ---- values ---------------------------------------------------------------------------------- */

static void *field_of(struct cli_options *options, enum cli_option option)
{
    return (char *)options + option_table[option].offset;
}

/* "1..64" */
static void split_domain(const char *domain, struct str *ret_low, struct str *ret_high)
{
    struct str all = str_of(domain);
    size_t dots = str_search(all, STR(".."));

    assert(dots <= all.len);
    *ret_low = str_slice(all, 0, dots);
    *ret_high = str_slice(all, dots + 2, all.len);
}

static bool set_number(struct cli_options *options, enum cli_option option, struct str text,
                       struct buf *wanted)
{
    struct str low_text, high_text;
    uint64_t low = 0, high = 0, value;
    bool is_bounded;

    split_domain(option_table[option].domain, &low_text, &high_text);
    is_bounded = str_to_u64(low_text, &low) && str_to_u64(high_text, &high);
    assert(is_bounded);
    if (!str_to_u64(text, &value) || value < low || value > high) {
        buf_add_format(wanted, "a whole number from " STR_FMT " to " STR_FMT, STR_ARG(low_text),
                       STR_ARG(high_text));
        return false;
    }
    *(uint64_t *)field_of(options, option) = value;
    return true;
}

static bool set_duration(struct cli_options *options, enum cli_option option, struct str text,
                         struct buf *wanted)
{
    struct str low_text, high_text;
    uint64_t low = 0, high = 0, value;
    bool is_bounded;

    split_domain(option_table[option].domain, &low_text, &high_text);
    is_bounded = value_duration(low_text, &low) && value_duration(high_text, &high);
    assert(is_bounded);
    /* A window may be shorter than what it is without a value; never nothing. */
    if (option_table[option].type == TYPE_WINDOW)
        low = 1000;
    if (!value_duration(text, &value) || value < low || value > high) {
        buf_add_c(wanted, "a time such as 30s, 5m or 1h30m, from ");
        value_print_duration(low, wanted);
        buf_add_format(wanted, " to " STR_FMT, STR_ARG(high_text));
        return false;
    }
    *(uint64_t *)field_of(options, option) = value;
    return true;
}

static bool set_choice(struct cli_options *options, enum cli_option option, struct str text,
                       struct buf *wanted)
{
    struct str all = str_of(option_table[option].domain);
    unsigned position = 0;

    for (size_t from = 0; from <= all.len; position++) {
        size_t bar = str_find(all, '|', from);
        if (str_equal(str_slice(all, from, bar), text)) {
            *(unsigned *)field_of(options, option) = position;
            return true;
        }
        from = bar + 1;
    }
    buf_add_format(wanted, "one of %s", option_table[option].domain);
    return false;
}

static bool add_to_list(struct cli_options *options, struct cli_list *list, struct str item,
                        struct buf *wanted)
{
    if (item.len == 0) {
        buf_add_c(wanted, "a pattern, not nothing");
        return false;
    }
    *ARENA_PUSH(options->arena, list->items, list->count, list->capacity) =
        arena_str(options->arena, item);
    return true;
}

static bool set_list(struct cli_options *options, enum cli_option option, struct str text,
                     enum cli_origin origin, struct buf *wanted)
{
    struct cli_list *list = field_of(options, option);

    if (origin != options->origins[option])
        *list = (struct cli_list){0};
    /* YAML has sequences of its own; there a comma is a comma. */
    if (origin == ORIGIN_FILE)
        return add_to_list(options, list, text, wanted);
    for (size_t from = 0; from <= text.len;) {
        size_t comma = str_find(text, ',', from);
        if (!add_to_list(options, list, str_trim(str_slice(text, from, comma)), wanted))
            return false;
        from = comma + 1;
    }
    return true;
}

static bool set_text(struct cli_options *options, enum cli_option option, struct str text,
                     struct buf *wanted)
{
    if (text.len == 0) {
        buf_add_c(wanted, "a text, not nothing");
        return false;
    }
    *(const char **)field_of(options, option) = arena_str(options->arena, text).ptr;
    return true;
}

static bool set_flag(struct cli_options *options, enum cli_option option, struct str text,
                     struct buf *wanted)
{
    if (!value_flag(text, field_of(options, option))) {
        buf_add_c(wanted, "true or false");
        return false;
    }
    return true;
}

bool cli_set(struct cli_options *options, enum cli_option option, struct str text,
             enum cli_origin origin, struct buf *ret_wanted)
{
    bool is_set = false;

    switch (option_table[option].type) {
    case TYPE_FLAG:
        is_set = set_flag(options, option, text, ret_wanted);
        break;
    case TYPE_TEXT:
    case TYPE_PATH:
    case TYPE_SECRET:
        is_set = set_text(options, option, text, ret_wanted);
        break;
    case TYPE_NUMBER:
        is_set = set_number(options, option, text, ret_wanted);
        break;
    case TYPE_DURATION:
    case TYPE_WINDOW:
        is_set = set_duration(options, option, text, ret_wanted);
        break;
    case TYPE_CHOICE:
        is_set = set_choice(options, option, text, ret_wanted);
        break;
    case TYPE_LIST:
        is_set = set_list(options, option, text, origin, ret_wanted);
        break;
    }
    if (is_set)
        options->origins[option] = origin;
    return is_set;
}

/* ---- the same command again ------------------------------------------------------------------ */

/* For a POSIX shell: bare where that is safe, else in single quotes. */
static void add_shell_word(struct buf *text, struct str word)
{
    bool is_safe = word.len > 0;

    for (size_t i = 0; i < word.len && is_safe; i++) {
        char c = word.ptr[i];
        is_safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  strchr("@%+=:,./_-", c) != NULL;
    }
    if (is_safe) {
        buf_add_str(text, word);
        return;
    }
    buf_add_char(text, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '\'')
            buf_add_c(text, "'\\''");
        else
            buf_add_char(text, word.ptr[i]);
    }
    buf_add_char(text, '\'');
}

/* user:secret@ becomes user@, a password=… pair is left out by its value. */
static void add_without_password(struct buf *text, const char *uri)
{
    CLEANUP(buf_free) struct buf safe = BUF_INIT(64 * KIB, "connection string");
    struct str all = str_of(uri);
    size_t begin, end, from = 0;

    while (value_find_password(all, from, &begin, &end)) {
        bool in_authority = begin > 0 && uri[begin - 1] == ':';
        buf_add_str(&safe, str_slice(all, from, begin - in_authority));
        from = end;
    }
    buf_add_str(&safe, str_slice(all, from, all.len));
    add_shell_word(text, buf_str(&safe));
}

static void add_flag_name(const struct cli_option_info *info, struct buf *text)
{
    if (info->letter != 0)
        buf_add_format(text, " -%c", info->letter);
    else
        buf_add_format(text, " --%s", info->name);
}

static void add_flag(const struct cli_options *options, enum cli_option option, struct buf *text)
{
    const struct cli_option_info *info = &option_table[option];
    const void *field = (const char *)options + info->offset;

    if (info->type == TYPE_FLAG) {
        add_flag_name(info, text);
        return;
    }
    if (info->type == TYPE_LIST) {
        const struct cli_list *list = field;
        for (size_t i = 0; i < list->count; i++) {
            add_flag_name(info, text);
            buf_add_char(text, ' ');
            add_shell_word(text, list->items[i]);
        }
        return;
    }
    add_flag_name(info, text);
    buf_add_char(text, ' ');
    if (info->type == TYPE_SECRET) {
        add_without_password(text, *(const char *const *)field);
    } else if (info->type == TYPE_TEXT || info->type == TYPE_PATH) {
        add_shell_word(text, str_of(*(const char *const *)field));
    } else if (info->type == TYPE_NUMBER) {
        buf_add_format(text, "%llu", (unsigned long long)*(const uint64_t *)field);
    } else if (info->type == TYPE_CHOICE) {
        struct str all = str_of(info->domain);
        size_t from = 0;
        for (unsigned skip = *(const unsigned *)field; skip > 0; skip--)
            from = str_find(all, '|', from) + 1;
        buf_add_str(text, str_slice(all, from, str_find(all, '|', from)));
    } else {
        value_print_duration(*(const uint64_t *)field, text);
    }
}

void cli_same_command(const struct cli_options *options, enum cli_command command, struct buf *text)
{
    buf_add_format(text, "pgconverge %s", command_table[command].name);
    for (unsigned o = 0; o < OPTION_COUNT; o++) {
        if (options->origins[o] == ORIGIN_FLAG && cli_takes(command, o) &&
            (option_table[o].keys & KEY_DESTROYS) == 0)
            add_flag(options, o, text);
    }
}
