#include "compare/compare.h"

#include "base/limits.h"

struct comparison {
    const struct structure *left, *right;
    const struct compare_options *options;
    struct arena *arena;
    struct difference_list differences;
};

static bool is_wanted(const struct comparison *c, const struct part *object)
{
    return c->options->kinds == 0 || (c->options->kinds & (1U << object->kind)) != 0;
}

static bool is_compared(const struct comparison *c, enum part_class class)
{
    switch (class) {
    case PART_CLASS_STRUCTURE:
        return true;
    case PART_CLASS_OWNER:
        return c->options->owners;
    case PART_CLASS_PRIVILEGES:
        return c->options->privileges;
    case PART_CLASS_COMMENT:
        return c->options->comments;
    case PART_CLASS_POSITION:
        return false;
    }
    return false;
}

static void add_difference(struct comparison *c, struct difference difference)
{
    struct difference_list *list = &c->differences;

    *ARENA_PUSH(c->arena, list->items, list->count, list->capacity) = difference;
}

/* NULL where there is none; what is empty is there. */
static bool is_same(struct str left, struct str right)
{
    return (left.ptr == NULL) == (right.ptr == NULL) && str_equal(left, right);
}

/* ---- objects of both sides ------------------------------------------------------------------- */

static void compare_properties(struct comparison *c, const struct part *left,
                               const struct part *right)
{
    enum part_property first = part_kind_info(left->kind)->first;

    for (size_t i = 0; i < part_property_count(left->kind); i++) {
        const struct part_property_info *info = part_property_info(first + (unsigned)i);

        if (!is_compared(c, info->class) || is_same(left->values[i], right->values[i]))
            continue;
        add_difference(c, (struct difference){.change = DIFFERENCE_CHANGED,
                                              .object = left,
                                              .property = info->words,
                                              .left = left->values[i],
                                              .right = right->values[i]});
    }
}

/* ---- the order of the columns ---------------------------------------------------------------- */

struct placed_column {
    uint64_t position;
    struct str name;
};

static int compare_position(const void *left, const void *right)
{
    const struct placed_column *a = left, *b = right;

    return a->position < b->position ? -1 : a->position > b->position;
}

/* The columns of `table` in `from` that the other side has too, by their position, as a list. */
static struct str common_columns(struct comparison *c, const struct part *table,
                                 const struct structure *from, const struct structure *other)
{
    const struct part *self =
        structure_find(from, PART_TABLE, table->schema, STR_NULL, table->name);
    struct placed_column *columns = NULL;
    size_t count = 0, capacity = 0;
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "names of columns");

    for (const struct part *o = self; o < from->objects + from->count; o++) {
        if (o != self && !str_equal(o->table, table->name) && !str_equal(o->name, table->name))
            break;
        if (o->kind != PART_COLUMN || !str_equal(o->table, table->name) ||
            structure_find(other, PART_COLUMN, o->schema, o->table, o->name) == NULL)
            continue;
        struct placed_column column = {.name = o->name};
        (void)str_to_u64(part_value(o, PART_COLUMN_POSITION), &column.position);
        *ARENA_PUSH(c->arena, columns, count, capacity) = column;
    }
    if (count > 0)
        qsort(columns, count, sizeof *columns, compare_position);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&text, i > 0 ? ", " : "");
        buf_add_str(&text, columns[i].name);
    }
    struct str list = arena_str(c->arena, buf_str(&text));
    buf_free(&text);
    return list;
}

static void compare_column_order(struct comparison *c, const struct part *table)
{
    struct str left = common_columns(c, table, c->left, c->right);
    struct str right = common_columns(c, table, c->right, c->left);

    if (!str_equal(left, right))
        add_difference(c, (struct difference){.change = DIFFERENCE_CHANGED,
                                              .object = table,
                                              .property = "order of columns",
                                              .left = left,
                                              .right = right});
}

/* ---- objects of one side --------------------------------------------------------------------- */

static bool has_table(const struct structure *structure, const struct part *object)
{
    return structure_find(structure, PART_TABLE, object->schema, STR_NULL, object->table) != NULL ||
           structure_find(structure, PART_VIEW, object->schema, STR_NULL, object->table) != NULL;
}

/* Told already by its table, or of no interest. */
static bool goes_without_saying(const struct comparison *c, const struct part *object, bool on_left)
{
    const struct structure *other = on_left ? c->right : c->left;

    if (object->table.len > 0)
        return !has_table(other, object);
    return !on_left && c->options->only_left_tables;
}

static void add_one_sided(struct comparison *c, const struct part *object, bool on_left)
{
    if (!is_wanted(c, object) || goes_without_saying(c, object, on_left))
        return;
    add_difference(
        c, (struct difference){.change = on_left ? DIFFERENCE_ONLY_LEFT : DIFFERENCE_ONLY_RIGHT,
                               .object = object,
                               .property = ""});
}

static void compare_both(struct comparison *c, const struct part *left, const struct part *right)
{
    if (!is_wanted(c, left))
        return;
    compare_properties(c, left, right);
    if (left->kind == PART_TABLE && c->options->column_order)
        compare_column_order(c, left);
}

void compare_structures(const struct structure *left, const struct structure *right,
                        const struct compare_options *options, struct arena *arena,
                        struct difference_list *ret_differences)
{
    struct comparison c = {.left = left, .right = right, .options = options, .arena = arena};
    size_t l = 0, r = 0;

    while (l < left->count && r < right->count) {
        const struct part *a = &left->objects[l], *b = &right->objects[r];
        int order = part_compare(a, b);

        l += order <= 0;
        r += order >= 0;
        if (order == 0)
            compare_both(&c, a, b);
        else
            add_one_sided(&c, order < 0 ? a : b, order < 0);
    }
    for (; l < left->count; l++)
        add_one_sided(&c, &left->objects[l], true);
    for (; r < right->count; r++)
        add_one_sided(&c, &right->objects[r], false);
    *ret_differences = c.differences;
}
