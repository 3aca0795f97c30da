/* compare: a planted difference of every kind and property is found, and nothing else. */
#include "base/limits.h"
#include "compare/compare.h"
#include "tap.h"

static struct arena arena = ARENA_INIT(64 * MIB, "test");

static const struct compare_options everything = {
    .owners = true, .privileges = true, .comments = true, .column_order = true};

struct side {
    struct structure structure;
    size_t capacity;
};

static bool is_of_table(enum part_kind kind)
{
    return kind == PART_COLUMN || kind == PART_KEY || kind == PART_CHECK ||
           kind == PART_FOREIGN_KEY || kind == PART_INDEX || kind == PART_TRIGGER ||
           kind == PART_POLICY || kind == PART_RULE || kind == PART_STATISTICS;
}

/* Every property has a value of its own, but for positions. */
static struct part *add(struct side *side, enum part_kind kind, const char *table, const char *name)
{
    size_t count = part_property_count(kind);
    struct part *part =
        ARENA_PUSH(&arena, side->structure.objects, side->structure.count, side->capacity);

    *part = (struct part){.kind = kind,
                          .schema = kind == PART_EXTENSION ? STR("") : STR("app"),
                          .table = str_of(table),
                          .name = str_of(name),
                          .values = ARENA_ARRAY(&arena, count, struct str)};
    for (size_t i = 0; i < count; i++)
        part->values[i] = arena_format(&arena, "%zu", i + 1);
    return part;
}

static void set(struct part *part, enum part_property property, const char *value)
{
    part->values[property - part_kind_info(part->kind)->first] =
        value != NULL ? str_of(value) : STR_NULL;
}

/* One object of each kind, and the table that some belong to. */
static struct side one_of_each(void)
{
    struct side side = {0};

    for (enum part_kind kind = 0; kind < PART_KIND_COUNT; kind++)
        add(&side, kind, is_of_table(kind) ? "t" : "", kind == PART_TABLE ? "t" : "x");
    structure_sort(&side.structure);
    return side;
}

static struct part *find(struct side *side, enum part_kind kind)
{
    for (size_t i = 0; i < side->structure.count; i++)
        if (side->structure.objects[i].kind == kind)
            return &side->structure.objects[i];
    return NULL;
}

static void remove_part(struct side *side, enum part_kind kind)
{
    struct part *part = find(side, kind), *end = side->structure.objects + side->structure.count;

    memmove(part, part + 1, (size_t)(end - part - 1) * sizeof *part);
    side->structure.count--;
}

static struct difference_list compare(struct side *left, struct side *right,
                                      struct compare_options options)
{
    struct difference_list list = {0};

    compare_structures(&left->structure, &right->structure, &options, &arena, &list);
    return list;
}

static void plant_properties(enum part_kind kind)
{
    const char *words = part_kind_info(kind)->words;

    for (size_t i = 0; i < part_property_count(kind); i++) {
        enum part_property property = part_kind_info(kind)->first + (unsigned)i;
        const struct part_property_info *info = part_property_info(property);
        struct side left = one_of_each(), right = one_of_each();

        if (info->class == PART_CLASS_POSITION)
            continue;
        set(find(&right, kind), property, "planted");
        struct difference_list list = compare(&left, &right, everything);
        ok(list.count == 1 && list.items[0].change == DIFFERENCE_CHANGED &&
               list.items[0].object->kind == kind &&
               strcmp(list.items[0].property, info->words) == 0,
           "%s: %s", words, info->words);
        set(find(&right, kind), property, NULL);
        is_number(compare(&left, &right, everything).count, 1, "%s: no %s", words, info->words);
        struct compare_options bare = {0};
        is_number(compare(&left, &right, bare).count, info->class == PART_CLASS_STRUCTURE ? 1 : 0,
                  "%s: %s is left out when it is no structure", words, info->words);
    }
}

static void plant_objects(enum part_kind kind)
{
    const char *words = part_kind_info(kind)->words;
    struct side whole = one_of_each(), less = one_of_each();
    struct difference_list list;

    remove_part(&less, kind);
    list = compare(&whole, &less, everything);
    ok(list.count == 1 && list.items[0].change == DIFFERENCE_ONLY_LEFT &&
           list.items[0].object->kind == kind,
       "%s: missing", words);
    list = compare(&less, &whole, everything);
    ok(list.count == 1 && list.items[0].change == DIFFERENCE_ONLY_RIGHT &&
           list.items[0].object->kind == kind,
       "%s: extra", words);
    struct compare_options options = everything;
    options.only_left_tables = true;
    is_number(compare(&less, &whole, options).count, is_of_table(kind) ? 1 : 0,
              "%s: extra, and only what is at the left's tables counts", words);
    options = everything;
    options.kinds = ~(1U << kind);
    is_number(compare(&whole, &less, options).count, 0, "%s: not a kind that is asked for", words);
}

/* ---- columns --------------------------------------------------------------------------------- */

static struct side columns(const char *const *names, size_t count)
{
    struct side side = {0};

    add(&side, PART_TABLE, "", "t");
    for (size_t i = 0; i < count; i++) {
        struct part *part = add(&side, PART_COLUMN, "t", names[i]);
        set(part, PART_COLUMN_POSITION, arena_format(&arena, "%zu", i + 1).ptr);
    }
    structure_sort(&side.structure);
    return side;
}

static void check_order(void)
{
    static const char *const abc[] = {"a", "b", "c"}, *const bac[] = {"b", "a", "c"},
                             *const axbc[] = {"a", "x", "b", "c"};
    struct side first = columns(abc, 3), other = columns(bac, 3), more = columns(axbc, 4);
    struct difference_list list = compare(&first, &other, everything);

    ok(list.count == 1 && strcmp(list.items[0].property, "order of columns") == 0,
       "columns in another order");
    is_str(list.items[0].left, STR("a, b, c"), "the order of the left");
    is_str(list.items[0].right, STR("b, a, c"), "the order of the right");
    list = compare(&first, &more, everything);
    ok(list.count == 1 && list.items[0].change == DIFFERENCE_ONLY_RIGHT,
       "a column more in the middle is no other order");
    struct compare_options options = everything;
    options.column_order = false;
    is_number(compare(&first, &other, options).count, 0,
              "the order does not matter when not asked");
}

static void check_whole_tables(void)
{
    static const char *const abc[] = {"a", "b", "c"};
    struct side table = columns(abc, 3), nothing = {0};

    is_number(compare(&table, &nothing, everything).count, 1, "a table is missing, said once");
    is_number(compare(&nothing, &table, everything).count, 1, "a table is extra, said once");
    is_number(compare(&nothing, &nothing, everything).count, 0, "nothing and nothing");
}

/* ---- words ----------------------------------------------------------------------------------- */

static struct difference_list make_words(void)
{
    struct side left = {0}, right = {0};

    add(&left, PART_TABLE, "", "t\x1b[1m");
    add(&right, PART_TABLE, "", "t\x1b[1m");
    struct part *key = add(&left, PART_FOREIGN_KEY, "t\x1b[1m", "f\"k");
    set(key, PART_FOREIGN_KEY_ON_DELETE, "CASCADE");
    key = add(&right, PART_FOREIGN_KEY, "t\x1b[1m", "f\"k");
    set(key, PART_FOREIGN_KEY_ON_DELETE, "RESTRICT");
    struct part *function = add(&left, PART_FUNCTION, "", "u()");
    set(function, PART_FUNCTION_DEFINITION, "BEGIN\n  a;\n  b;\nEND");
    function = add(&right, PART_FUNCTION, "", "u()");
    set(function, PART_FUNCTION_DEFINITION, "BEGIN\n  a;\n  c;\n  d;\nEND");
    struct part *index = add(&left, PART_INDEX, "t\x1b[1m", "i");
    set(index, PART_INDEX_UNIQUE, "no");
    set(index, PART_INDEX_DEFINITION, "btree (a)");
    set(index, PART_INDEX_VALID, NULL);
    structure_sort(&left.structure);
    structure_sort(&right.structure);
    return compare(&left, &right, everything);
}

static void check_words(void)
{
    struct difference_list list = make_words();
    struct buf text = BUF_INIT(MIB, "test"), json = BUF_INIT(MIB, "test");

    compare_print_text(&list, &text);
    is_str(buf_str(&text),
           STR("foreign key \"t\\x1b[1m\".\"f\"\"k\"\n- on delete: CASCADE\n+ on delete: RESTRICT\n"
               "\nindex \"t\\x1b[1m\".\"i\": missing\n- unique: no\n- definition: btree (a)\n"
               "\nfunction \"u()\"\n- definition:   b;\n+ definition:   c;\n+ definition:   d;\n"),
           "as text");
    compare_print_json(&list, &json);
    is_str(
        buf_str(&json),
        STR("[\n    {\"change\": \"different\", \"kind\": \"foreign key\", \"left\": \"CASCADE\", "
            "\"name\": \"f\\\"k\", \"property\": \"on delete\", \"right\": \"RESTRICT\", "
            "\"schema\": \"app\", \"table\": \"t\\u001b[1m\"},\n"
            "    {\"change\": \"missing\", \"kind\": \"index\", \"left\": null, \"name\": \"i\", "
            "\"property\": null, \"right\": null, \"schema\": \"app\", "
            "\"table\": \"t\\u001b[1m\"},\n"
            "    {\"change\": \"different\", \"kind\": \"function\", "
            "\"left\": \"BEGIN\\n  a;\\n  b;\\nEND\", \"name\": \"u()\", "
            "\"property\": \"definition\", \"right\": \"BEGIN\\n  a;\\n  c;\\n  d;\\nEND\", "
            "\"schema\": \"app\", \"table\": null}\n  ]"),
        "as JSON");
    buf_reset(&text, MIB);
    compare_print_sentence(&list.items[0], &text);
    is_str(buf_str(&text), STR("on delete: RESTRICT, and not CASCADE"), "as a sentence");
    buf_reset(&text, MIB);
    list.count = 0;
    compare_print_text(&list, &text);
    is_str(buf_str(&text), STR(""), "no difference, no text");
    buf_reset(&json, MIB);
    compare_print_json(&list, &json);
    is_str(buf_str(&json), STR("[]"), "an empty array");
    buf_free(&text);
    buf_free(&json);
}

/* Values of several lines: what both begin and end with is left out, whatever they are. */
static void check_lines(void)
{
    static const struct {
        const char *left, *right, *wanted;
    } cases[] = {
        {"a\nb", "a\nc", "- definition: b\n+ definition: c\n"},
        {"a\nb", "a", "- definition: a\n- definition: b\n+ definition: a\n"},
        {"a\nb\n", "a\n", "- definition: b\n"},
        {"b\na", "c\na", "- definition: b\n+ definition: c\n"},
        {"x\nx\nx", "x\nx", "- definition: x\n"},
        {"xa\nb", "a\nb", "- definition: xa\n+ definition: a\n"},
        {"one", "two\nlines", "- definition: one\n+ definition: two\n+ definition: lines\n"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct side left = {0}, right = {0};
        struct buf text = BUF_INIT(MIB, "test");

        set(add(&left, PART_VIEW, "", "v"), PART_VIEW_DEFINITION, cases[i].left);
        set(add(&right, PART_VIEW, "", "v"), PART_VIEW_DEFINITION, cases[i].right);
        struct difference_list list = compare(&left, &right, everything);
        compare_print_text(&list, &text);
        struct str all = buf_str(&text);
        is_str(str_slice(all, str_find(all, '\n', 0) + 1, all.len), str_of(cases[i].wanted),
               "lines, case %zu", i + 1);
        buf_free(&text);
    }
}

int main(void)
{
    struct side left = one_of_each(), right = one_of_each();

    is_number(compare(&left, &right, everything).count, 0, "equal structures");
    for (enum part_kind kind = 0; kind < PART_KIND_COUNT; kind++) {
        plant_properties(kind);
        /* A table that is missing takes what belongs to it along: see below. */
        if (kind != PART_TABLE)
            plant_objects(kind);
    }
    check_order();
    check_whole_tables();
    check_words();
    check_lines();
    arena_free(&arena);
    return done_testing();
}
