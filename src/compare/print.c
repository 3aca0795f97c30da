/* Differences for people and for machines. */
#include "base/limits.h"
#include "base/text.h"
#include "compare/compare.h"

/* ---- names ----------------------------------------------------------------------------------- */

static void add_quoted(struct buf *text, struct str name)
{
    buf_add_char(text, '"');
    for (size_t from = 0, to; from < name.len; from = to) {
        to = str_find(name, '"', from);
        text_add_printable(text, str_slice(name, from, to));
        if (to < name.len) {
            buf_add_c(text, "\"\"");
            to++;
        }
    }
    buf_add_char(text, '"');
}

static void add_name(struct buf *text, const struct part *object, bool with_schema)
{
    buf_add_c(text, part_kind_info(object->kind)->words);
    buf_add_char(text, ' ');
    if (with_schema && object->schema.len > 0 && object->kind != PART_SCHEMA) {
        add_quoted(text, object->schema);
        buf_add_char(text, '.');
    }
    if (object->table.len > 0) {
        add_quoted(text, object->table);
        buf_add_char(text, '.');
    }
    add_quoted(text, object->name);
}

void compare_print_name(const struct part *object, struct buf *text)
{
    add_name(text, object, false);
}

/* ---- sentences ------------------------------------------------------------------------------- */

#define SENTENCE_VALUE_MAX 200

static void add_value(struct buf *text, struct str value)
{
    if (value.ptr == NULL) {
        buf_add_c(text, "none");
        return;
    }
    struct str head = text_cut(value, SENTENCE_VALUE_MAX);
    text_add_printable(text, head);
    buf_add_c(text, head.len < value.len ? "…" : "");
}

void compare_print_sentence(const struct difference *difference, struct buf *text)
{
    switch (difference->change) {
    case DIFFERENCE_ONLY_LEFT:
        buf_add_c(text, "is missing");
        return;
    case DIFFERENCE_ONLY_RIGHT:
        buf_add_c(text, "is not expected");
        return;
    case DIFFERENCE_CHANGED:
        break;
    }
    buf_add_format(text, "%s: ", difference->property);
    add_value(text, difference->right);
    buf_add_c(text, ", and not ");
    add_value(text, difference->left);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void add_line(struct buf *text, char mark, const char *property, struct str line)
{
    buf_add_char(text, mark);
    buf_add_char(text, ' ');
    buf_add_c(text, property);
    buf_add_c(text, *property != '\0' ? ": " : "");
    text_add_printable(text, line);
    buf_add_char(text, '\n');
}

/* The line that begins at `from`, without its end; *ret_next: where the next one begins. */
static struct str line_at(struct str s, size_t from, size_t *ret_next)
{
    size_t end = str_find(s, '\n', from);

    *ret_next = end < s.len ? end + 1 : s.len;
    return str_slice(s, from, end);
}

/* Lines that both have at their beginning. */
static size_t common_head(struct str a, struct str b)
{
    size_t at = 0, next_a, next_b;

    while (at < a.len && at < b.len &&
           str_equal(line_at(a, at, &next_a), line_at(b, at, &next_b)) && next_a == next_b)
        at = next_a;
    return at;
}

static bool begins_line(struct str s, size_t at)
{
    return at == 0 || s.ptr[at - 1] == '\n';
}

/* Bytes of whole lines that both have at their end, behind `head`. */
static size_t common_tail(struct str a, struct str b, size_t head)
{
    size_t least = (a.len < b.len ? a.len : b.len) - head, same = 0, tail = 0;

    while (same < least && a.ptr[a.len - 1 - same] == b.ptr[b.len - 1 - same]) {
        same++;
        if (a.ptr[a.len - same] == '\n')
            tail = same - 1;
    }
    /* The shorter one is used up, at the beginning of a line of the other one. */
    if (same == least && begins_line(a, a.len - same) && begins_line(b, b.len - same))
        tail = same;
    return tail;
}

static void add_lines(struct buf *text, char mark, const char *property, struct str value)
{
    size_t at = 0;

    while (at < value.len) {
        struct str line = line_at(value, at, &at);
        add_line(text, mark, property, line);
    }
}

static bool has_lines(struct str s)
{
    return str_find(s, '\n', 0) < s.len;
}

static void add_change(struct buf *text, const struct difference *difference)
{
    struct str left = difference->left, right = difference->right;

    if (left.ptr != NULL && right.ptr != NULL && (has_lines(left) || has_lines(right))) {
        size_t head = common_head(left, right), tail = common_tail(left, right, head);
        add_lines(text, '-', difference->property, str_slice(left, head, left.len - tail));
        add_lines(text, '+', difference->property, str_slice(right, head, right.len - tail));
        return;
    }
    add_line(text, '-', difference->property, left.ptr != NULL ? left : STR("none"));
    add_line(text, '+', difference->property, right.ptr != NULL ? right : STR("none"));
}

/* All that is known of an object that one side has alone. */
static void add_object(struct buf *text, char mark, const struct part *object)
{
    enum part_property first = part_kind_info(object->kind)->first;

    for (size_t i = 0; i < part_property_count(object->kind); i++) {
        const struct part_property_info *info = part_property_info(first + (unsigned)i);

        if (info->class == PART_CLASS_STRUCTURE && object->values[i].len > 0)
            add_lines(text, mark, info->words, object->values[i]);
    }
}

static bool has_several_schemas(const struct difference_list *differences)
{
    struct str first = STR_NULL;

    for (size_t i = 0; i < differences->count; i++) {
        struct str schema = differences->items[i].object->schema;
        if (first.len == 0)
            first = schema;
        else if (schema.len > 0 && !str_equal(first, schema))
            return true;
    }
    return false;
}

void compare_print_text(const struct difference_list *differences, struct buf *text)
{
    static const char *const notes[] = {": missing", ": extra", ""};
    bool with_schema = has_several_schemas(differences);
    const struct part *last = NULL;

    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *difference = &differences->items[i];

        if (difference->object != last) {
            buf_add_c(text, i > 0 ? "\n" : "");
            add_name(text, difference->object, with_schema);
            buf_add_c(text, notes[difference->change]);
            buf_add_char(text, '\n');
        }
        last = difference->object;
        if (difference->change == DIFFERENCE_CHANGED)
            add_change(text, difference);
        else
            add_object(text, difference->change == DIFFERENCE_ONLY_LEFT ? '-' : '+', last);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void add_json_member(struct buf *json, const char *key, struct str value)
{
    buf_add_format(json, ", \"%s\": ", key);
    if (value.ptr == NULL)
        buf_add_c(json, "null");
    else
        text_add_json(json, value);
}

static struct str or_none(struct str text)
{
    return text.len > 0 ? text : STR_NULL;
}

void compare_print_json(const struct difference_list *differences, struct buf *json)
{
    static const char *const changes[] = {"missing", "extra", "different"};

    buf_add_char(json, '[');
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *difference = &differences->items[i];
        const struct part *object = difference->object;

        buf_add_format(json, "%s\n    {\"change\": \"%s\"", i > 0 ? "," : "",
                       changes[difference->change]);
        add_json_member(json, "kind", str_of(part_kind_info(object->kind)->words));
        add_json_member(json, "left", difference->left);
        add_json_member(json, "name", object->name);
        add_json_member(json, "property", or_none(str_of(difference->property)));
        add_json_member(json, "right", difference->right);
        add_json_member(json, "schema", or_none(object->schema));
        add_json_member(json, "table", or_none(object->table));
        buf_add_char(json, '}');
    }
    buf_add_c(json, differences->count > 0 ? "\n  ]" : "]");
}
