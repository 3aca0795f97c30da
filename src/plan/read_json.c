/*
 * Reads a plan.json back. Only its options and its digest are taken: the plan is made anew from
 * them. A file that was changed by hand does not fit its own digest and is refused.
 */
#include <inttypes.h>

#include "plan/internal.h"

/* A place in the file, for messages: "options.columns[3].type". */
struct reader {
    struct arena *arena;
    struct str place;
};

static struct error *wrong(const struct reader *r, const char *key, const char *wanted)
{
    return error_with_fix(error_new(PGC_CONFIG, "plan file: " STR_FMT "%s%s is not %s",
                                    STR_ARG(r->place), r->place.len > 0 && key[0] != '[' ? "." : "",
                                    key, wanted),
                          "make a new one with pgconverge plan -o FILE");
}

static struct error *check_keys(const struct reader *r, json_t *object, const char *const *known)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return wrong(r, key, "a key of a plan");
    }
    return NULL;
}

static struct error *read_text(const struct reader *r, json_t *object, const char *key,
                               struct str *ret_text)
{
    json_t *value = json_object_get(object, key);

    if (!json_is_string(value))
        return wrong(r, key, "a string");
    *ret_text =
        arena_str(r->arena, (struct str){json_string_value(value), json_string_length(value)});
    return NULL;
}

static struct error *read_texts(const struct reader *r, json_t *object, const char *key,
                                struct str **ret_texts, size_t *ret_count)
{
    json_t *array = json_object_get(object, key);
    size_t count = json_array_size(array);

    if (!json_is_array(array))
        return wrong(r, key, "a list");
    struct str *texts = ARENA_ARRAY(r->arena, count + 1, struct str);
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_array_get(array, i);
        if (!json_is_string(value))
            return wrong(r, key, "a list of strings");
        texts[i] =
            arena_str(r->arena, (struct str){json_string_value(value), json_string_length(value)});
    }
    *ret_texts = texts;
    *ret_count = count;
    return NULL;
}

/* {"zero_date": "null"}; none at all when there is no such member. */
static struct error *read_policies(const struct reader *r, json_t *object,
                                   struct value_policies *ret_policies)
{
    json_t *values = json_object_get(object, "values"), *value;
    enum value_class value_class;
    const char *key;

    if (values != NULL && !json_is_object(values))
        return wrong(r, "values", "an object");
    json_object_foreach(values, key, value)
    {
        const char *word = json_string_value(value);
        if (!value_class_parse(str_of(key), &value_class))
            return wrong(r, "values", "an object of classes of values");
        if (!value_policy_parse(str_of(word != NULL ? word : ""), &ret_policies->of[value_class]))
            return wrong(r, "values", "an object of policies");
    }
    return NULL;
}

static struct error *read_rule_type(const struct reader *r, json_t *rule,
                                    struct column_rule *ret_rule)
{
    struct str type = STR_NULL;

    if (json_object_get(rule, "type") == NULL)
        return NULL;
    TRY(read_text(r, rule, "type", &type));
    if (!target_type_parse(type, &ret_rule->type))
        return wrong(r, "type", "a type that columns can become");
    ret_rule->has_type = true;
    return NULL;
}

static struct error *read_rule(const struct reader *parent, json_t *rule, size_t i,
                               struct column_rule *ret_rule)
{
    static const char *const keys[] = {"pattern", "type", "nullable", "compare", "values", NULL};
    struct reader r = {parent->arena, arena_format(parent->arena, "options.columns[%zu]", i)};
    struct column_rule read = {0};
    struct str compare = STR_NULL;

    if (!json_is_object(rule))
        return wrong(&r, "", "an object");
    TRY(check_keys(&r, rule, keys));
    TRY(read_text(&r, rule, "pattern", &read.pattern));
    TRY(read_rule_type(&r, rule, &read));
    if (json_object_get(rule, "nullable") != NULL) {
        if (!json_is_true(json_object_get(rule, "nullable")))
            return wrong(&r, "nullable", "true");
        read.nullable = true;
    }
    if (json_object_get(rule, "compare") != NULL) {
        TRY(read_text(&r, rule, "compare", &compare));
        if (!text_compare_parse(compare, &read.compare))
            return wrong(&r, "compare", "exact, lower, icu or citext");
    }
    TRY(read_policies(&r, rule, &read.policies));
    *ret_rule = read;
    return NULL;
}

static struct error *read_type_rules(const struct reader *parent, json_t *rules,
                                     struct plan_options *options)
{
    static const char *const keys[] = {"source", "type", NULL};
    size_t count = json_array_size(rules);
    struct str type = STR_NULL;

    if (!json_is_array(rules))
        return wrong(parent, "types", "a list");
    options->type_rules = ARENA_ARRAY(parent->arena, count + 1, struct type_rule);
    for (size_t i = 0; i < count; i++) {
        struct reader r = {parent->arena, arena_format(parent->arena, "options.types[%zu]", i)};
        json_t *rule = json_array_get(rules, i);
        if (!json_is_object(rule))
            return wrong(&r, "", "an object");
        TRY(check_keys(&r, rule, keys));
        TRY(read_text(&r, rule, "source", &options->type_rules[i].source));
        TRY(read_text(&r, rule, "type", &type));
        if (!target_type_parse(type, &options->type_rules[i].type))
            return wrong(&r, "type", "a type that columns can become");
    }
    options->type_rule_count = count;
    return NULL;
}

static struct error *read_names(const struct reader *r, json_t *object, enum plan_names *ret_names)
{
    struct str word = STR_NULL;

    TRY(read_text(r, object, "names", &word));
    for (enum plan_names names = NAMES_KEEP; names <= NAMES_SNAKE; names++) {
        if (str_equal_c(word, plan_names_word(names))) {
            *ret_names = names;
            return NULL;
        }
    }
    return wrong(r, "names", "keep, lower or snake");
}

static struct error *read_partitions(const struct reader *r, json_t *object,
                                     enum plan_partitions *ret_partitions)
{
    struct str word = STR_NULL;

    TRY(read_text(r, object, "partitions", &word));
    for (enum plan_partitions i = PARTITIONS_KEEP; i <= PARTITIONS_MERGE; i++) {
        if (str_equal_c(word, plan_partitions_word(i))) {
            *ret_partitions = i;
            return NULL;
        }
    }
    return wrong(r, "partitions", "keep or merge");
}

static struct error *read_options(struct arena *arena, json_t *object,
                                  struct plan_options *ret_options)
{
    static const char *const keys[] = {
        "schema",     "owner",    "names",         "tables",        "exclude",
        "lock",       "values",   "columns",       "types",         "postgis_schema",
        "partitions", "fulltext", "vector_schema", "citext_schema", OPTION_MAX_QUARANTINED,
        NULL};
    struct reader r = {arena, STR("options")};
    struct plan_options options = {0};
    json_t *rules = json_object_get(object, "columns");
    json_t *limit = json_object_get(object, OPTION_MAX_QUARANTINED);

    if (!json_is_object(object))
        return wrong(&r, "", "an object");
    TRY(check_keys(&r, object, keys));
    TRY(read_text(&r, object, "schema", &options.schema));
    TRY(read_text(&r, object, "owner", &options.owner));
    TRY(read_names(&r, object, &options.names));
    TRY(read_partitions(&r, object, &options.partitions));
    TRY(read_text(&r, object, "fulltext", &options.fulltext));
    TRY(read_texts(&r, object, "tables", &options.include, &options.include_count));
    TRY(read_texts(&r, object, "exclude", &options.exclude, &options.exclude_count));
    if (!json_is_boolean(json_object_get(object, "lock")))
        return wrong(&r, "lock", "true or false");
    options.engines_locked = json_is_true(json_object_get(object, "lock"));
    TRY(read_policies(&r, object, &options.policies));
    if (!json_is_integer(limit) || json_integer_value(limit) < 0)
        return wrong(&r, OPTION_MAX_QUARANTINED, "a number of rows");
    options.max_quarantined = (uint64_t)json_integer_value(limit);
    if (!json_is_array(rules))
        return wrong(&r, "columns", "a list");
    options.rule_count = json_array_size(rules);
    options.rules = ARENA_ARRAY(arena, options.rule_count + 1, struct column_rule);
    for (size_t i = 0; i < options.rule_count; i++)
        TRY(read_rule(&r, json_array_get(rules, i), i, &options.rules[i]));
    TRY(read_type_rules(&r, json_object_get(object, "types"), &options));
    TRY(read_text(&r, object, "postgis_schema", &options.postgis_schema));
    TRY(read_text(&r, object, "vector_schema", &options.vector_schema));
    TRY(read_text(&r, object, "citext_schema", &options.citext_schema));
    *ret_options = options;
    return NULL;
}

/* The digest must be that of the rest of the file, without the limit that may be raised. */
static struct error *check_digest(json_t *root, struct str digest)
{
    char hex[65];

    json_object_del(root, "digest");
    json_object_del(json_object_get(root, "options"), OPTION_MAX_QUARANTINED);
    TRY(digest_json(root, hex));
    if (!str_equal_c(digest, hex))
        return error_new(PGC_STALE_PLAN,
                         "the plan file was changed after it was written: its digest does not fit");
    return NULL;
}

static struct error *read_root(json_t *root, struct arena *arena, struct plan_options *ret_options,
                               struct str *ret_digest)
{
    static const char *const keys[] = {"pgconverge_plan", "program", "digest",    "options",
                                       "source",          "tables",  "objects",   "findings",
                                       "collations",      "enums",   "sequences", NULL};
    struct reader r = {arena, STR("")};
    struct plan_options options;
    struct str digest = STR_NULL, program = STR_NULL;
    json_t *format = json_object_get(root, "pgconverge_plan");

    if (!json_is_object(root))
        return wrong(&r, "it", "an object");
    if (!json_is_integer(format))
        return wrong(&r, "pgconverge_plan", "the number of a plan's form: this is no plan");
    if (json_integer_value(format) != PLAN_FORMAT)
        return error_new(PGC_STALE_PLAN,
                         "the plan file has form %" JSON_INTEGER_FORMAT
                         "; this program writes form %d",
                         json_integer_value(format), PLAN_FORMAT);
    TRY(check_keys(&r, root, keys));
    TRY(read_text(&r, root, "program", &program));
    TRY(read_text(&r, root, "digest", &digest));
    TRY(read_options(arena, json_object_get(root, "options"), &options));
    TRY(check_digest(root, digest));
    *ret_options = options;
    *ret_digest = digest;
    return NULL;
}

struct error *plan_read_json(struct str json, struct arena *arena, struct plan_options *ret_options,
                             struct str *ret_digest)
{
    json_error_t where;
    json_t *root;

    if (json.len > LIMIT_DOCUMENT)
        return error_new(PGC_CONFIG, "plan file: larger than %zu MiB", LIMIT_DOCUMENT / MIB);
    root = json_loadb(json.len > 0 ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL)
        return error_with_fix(error_new(PGC_CONFIG, "plan file: line %d, column %d: %s", where.line,
                                        where.column, where.text),
                              "make a new one with pgconverge plan -o FILE");
    struct error *error = read_root(root, arena, ret_options, ret_digest);
    json_decref(root);
    return error;
}
