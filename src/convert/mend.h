/*
 * convert/mend.h: what is done with a value that an adder has refused, by the policies of its
 * column. Only refused values come here; model/policy.c says what each policy makes of them.
 *
 * A value that is changed in part (a NUL taken out, a fraction cut) goes through its adder again,
 * so that every other check is made of what it has become, and may run into the next policy.
 */
#pragma once

#include "convert/convert.h"
#include "convert/field.h"

enum mend_outcome {
    MEND_WRITTEN,   /* the field stands in `out` */
    MEND_SET_ASIDE, /* the row is to be set aside for `value_class` */
    MEND_REFUSED,   /* no policy takes it */
};

struct mend {
    struct field field; /* the column's; its adder may become that of the mended value */
    struct cell cell;   /* the value as it came, then as it is mended; text in `scratch` */
    struct buf *scratch;
    bool is_decoded; /* the cell's text is UTF-8 without NUL, whatever the column's character set */
    enum value_class value_class; /* of the refusal at hand */
    /* What was changed, in the order in which it was met, each class once. */
    enum value_class changes[CLASS_COUNT];
    size_t change_count;
};

/* Whether any policy of the column does more than refuse. */
bool mend_is_asked(const struct value_policies *policies);
/*
 * *refusal is the adder's error; it is gone when the value was written, and else the reason, which
 * may have become that of a later refusal. The field begins at `start`, where `out` ends but for
 * what the adder has left.
 */
enum mend_outcome mend_value(struct mend *mend, size_t start, struct buf *out,
                             struct error **refusal);
