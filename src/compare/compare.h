/*
 * compare/compare.h: the door to the room that tells two structures apart, object by object: what
 * a plan would make and what stands in the target, or two databases. Pure: no I/O, the same input
 * gives the same differences in the same order.
 *
 * Both sides keep PostgreSQL's own texts, so equal means equal text. What PostgreSQL prints in two
 * ways for one meaning (which it does not between servers of one version) would be a difference.
 */
#pragma once

#include "model/structure.h"

struct compare_options {
    bool owners;     /* compare them, too … */
    bool privileges; /* … and these */
    bool comments;
    bool column_order;
    /* Objects that are on the right alone are none of our business, unless their table is left. */
    bool only_left_tables;
    /* Bits 1 << kind: compare these kinds alone; 0: all. */
    unsigned kinds;
};

enum difference_change {
    DIFFERENCE_ONLY_LEFT,
    DIFFERENCE_ONLY_RIGHT,
    DIFFERENCE_CHANGED,
};

struct difference {
    enum difference_change change;
    const struct part *object; /* the left one, unless it is on the right alone */
    const char *property;      /* what changed, in words; "" where the whole object is meant */
    struct str left, right;    /* its values; ptr NULL: there is none */
};

struct difference_list {
    struct difference *items;
    size_t count, capacity;
};

/*
 * All differences, in the order of part_compare() and of the properties. Of a table that is on
 * one side alone its columns and so on are not told again. The list lives in `arena` and points
 * into both structures.
 */
void compare_structures(const struct structure *left, const struct structure *right,
                        const struct compare_options *options, struct arena *arena,
                        struct difference_list *ret_differences);

/* `column "t"."c"`, `function "f(integer)"`; printable, without the schema. */
void compare_print_name(const struct part *object, struct buf *text);
/* A sentence: `is missing`, `is not expected`, `on delete is RESTRICT and not CASCADE`. */
void compare_print_sentence(const struct difference *difference, struct buf *text);
/*
 * For people: under each object's name a line with - for the left and + for the right; of values of
 * several lines those that differ. Printable, whatever names and definitions hold. Schemas are
 * named when there are several.
 */
void compare_print_text(const struct difference_list *differences, struct buf *text);
/*
 * A JSON array of {"change": "missing" | "extra" | "different", "kind", "schema", "table", "name",
 * "property", "left", "right"}; what is not there is null. Sorted keys.
 */
void compare_print_json(const struct difference_list *differences, struct buf *json);
