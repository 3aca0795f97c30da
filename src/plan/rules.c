/* `columns:` and `values:`: which of the rules that fit a column decides each part of it. */
#include "plan/internal.h"

static const char *const compare_names[] = {[COMPARE_UNSET] = "exact",
                                            [COMPARE_EXACT] = "exact",
                                            [COMPARE_LOWER] = "lower",
                                            [COMPARE_ICU] = "icu",
                                            [COMPARE_CITEXT] = "citext"};

const char *text_compare_name(enum text_compare compare)
{
    return compare_names[compare];
}

bool text_compare_parse(struct str text, enum text_compare *ret_compare)
{
    for (enum text_compare i = COMPARE_EXACT; i <= COMPARE_CITEXT; i++) {
        if (str_equal_c(text, compare_names[i])) {
            *ret_compare = i;
            return true;
        }
    }
    return false;
}

static size_t rule_weight(struct str pattern)
{
    size_t weight = 0;

    for (size_t i = 0; i < pattern.len; i++)
        weight += pattern.ptr[i] != '*' && pattern.ptr[i] != '?';
    return weight;
}

/* The weight of the rule that decided each part so far. */
struct weights {
    size_t type, compare, policies[CLASS_COUNT];
};

static void take_parts(const struct column_rule *rule, struct weights *weights,
                       struct column_rule *settled)
{
    size_t weight = rule_weight(rule->pattern);

    if (rule->has_type && weight >= weights->type) {
        weights->type = weight;
        settled->pattern = rule->pattern;
        settled->has_type = true;
        settled->type = rule->type;
    }
    if (rule->compare != COMPARE_UNSET && weight >= weights->compare) {
        weights->compare = weight;
        settled->compare = rule->compare;
    }
    settled->nullable = settled->nullable || rule->nullable;
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        if (rule->policies.of[i] == POLICY_UNSET || weight < weights->policies[i])
            continue;
        weights->policies[i] = weight;
        settled->policies.of[i] = rule->policies.of[i];
    }
}

struct column_rule find_rule(struct planner *p, struct str table, struct str column)
{
    struct str full = object_name(p, table, column);
    struct str bare = str_slice(full, p->catalog->database.len + 1, full.len);
    struct column_rule settled = {0};
    struct weights weights = {0};

    for (size_t i = 0; i < p->options->rule_count; i++) {
        struct column_rule *rule = &p->options->rules[i];
        if (!str_glob(rule->pattern, full) && !str_glob(rule->pattern, bare))
            continue;
        rule->used = true;
        take_parts(rule, &weights, &settled);
    }
    return settled;
}

void note_unused_rules(struct planner *p)
{
    for (size_t i = 0; i < p->options->rule_count; i++) {
        const struct column_rule *rule = &p->options->rules[i];
        if (rule->used)
            continue;
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, 0, rule->pattern, STR("this rule fits no column"));
        finding->fix = STR("correct or remove it under columns:");
    }
}

static struct error *check_fit(const struct value_policies *policies)
{
    CLEANUP(buf_free) struct buf choices = BUF_INIT(LIMIT_ERROR_TEXT, "error text");

    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        enum value_policy policy = policies->of[i];
        if (policy == POLICY_UNSET || policy_effect(i, policy) != NULL)
            continue;
        policy_print_choices(i, &choices);
        return error_with_fix(error_new(PGC_CONFIG, "%s cannot be \"%s\"", value_class_name(i),
                                        value_policy_name(policy)),
                              "%s takes %s", value_class_name(i), buf_c_str(&choices));
    }
    return NULL;
}

struct error *check_rules(const struct plan_options *options)
{
    TRY(check_fit(&options->policies));
    for (size_t i = 0; i < options->rule_count; i++)
        TRY_DOING(check_fit(&options->rules[i].policies), "read the rule \"" STR_FMT "\"",
                  STR_ARG(options->rules[i].pattern));
    return NULL;
}
