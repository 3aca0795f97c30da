/* Rules of `types:`: which holds for a source type; and types of the target's extensions. */
#include "plan/internal.h"

/* A type in the server's words, apart: "int", "(10)", "unsigned zerofill". */
struct type_words {
    struct str word;
    struct str arguments;
    struct str attributes;
};

static struct type_words split_type(struct str text)
{
    size_t end = 0, open, close;

    text = str_trim(text);
    while (end < text.len && text.ptr[end] != ' ' && text.ptr[end] != '(')
        end++;
    struct type_words words = {.word = str_slice(text, 0, end)};
    struct str rest = str_trim(str_slice(text, end, text.len));
    open = str_find(rest, '(', 0);
    /* Labels may hold brackets: what closes is the last one. */
    close = rest.len;
    while (close > 0 && rest.ptr[close - 1] != ')')
        close--;
    if (open == 0 && close > 0) {
        words.arguments = str_slice(rest, 0, close);
        rest = str_trim(str_slice(rest, close, rest.len));
    }
    words.attributes = rest;
    return words;
}

/* MariaDB's JSON is a longtext to the server. */
static struct str text_of_type(const struct source_type *type)
{
    return type->kind == SOURCE_JSON ? STR("json") : type->text;
}

static bool rule_fits(struct str rule, const struct source_type *type)
{
    struct type_words wanted = split_type(rule), has = split_type(text_of_type(type));

    return str_equal_nocase(wanted.word, has.word) &&
           (wanted.arguments.len == 0 || str_equal_nocase(wanted.arguments, has.arguments)) &&
           (wanted.attributes.len == 0 || str_equal_nocase(wanted.attributes, has.attributes));
}

static size_t weight_of(struct str rule)
{
    struct type_words words = split_type(rule);

    return words.word.len + words.arguments.len + words.attributes.len;
}

struct type_rule *find_type_rule(struct planner *p, const struct source_type *type)
{
    struct type_rule *best = NULL;

    for (size_t i = 0; i < p->options->type_rule_count; i++) {
        struct type_rule *rule = &p->options->type_rules[i];
        if (!rule_fits(rule->source, type))
            continue;
        rule->used = true;
        if (best == NULL || weight_of(rule->source) >= weight_of(best->source))
            best = rule;
    }
    return best;
}

/* One configuration may serve several databases: not every one has every type. */
void note_unused_type_rules(struct planner *p)
{
    for (size_t i = 0; i < p->options->type_rule_count; i++)
        if (!p->options->type_rules[i].used)
            add_finding(p, SEVERITY_NOTE, 0, p->options->type_rules[i].source,
                        STR("this rule under types: fits no column"));
}

bool name_extension_type(struct planner *p, struct target_type *type, struct str object)
{
    bool is_geometry = type->kind == TARGET_GEOMETRY;
    struct str schema = is_geometry ? p->options->postgis_schema : p->options->vector_schema;
    const char *extension = is_geometry ? "postgis" : "vector";

    if (schema.len > 0) {
        type->sql_name =
            arena_format(p->arena, STR_FMT ".%s", STR_ARG(quoted_ident(p->arena, schema)),
                         is_geometry ? "geometry" : "vector");
        return true;
    }
    struct finding *finding =
        add_finding(p, SEVERITY_BLOCKER, PGC_CONFIG, object,
                    arena_format(p->arena,
                                 "a rule makes it %s, a type of the extension %s, which the target "
                                 "does not have or which nobody could ask for (no --target)",
                                 is_geometry ? "geometry" : "vector", extension));
    finding->fix = arena_format(p->arena,
                                "on the target: CREATE EXTENSION %s; and give --target, "
                                "so that the plan can see it",
                                extension);
    return false;
}
