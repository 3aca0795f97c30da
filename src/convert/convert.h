/*
 * convert/convert.h: the door to the room that turns values of the source into PostgreSQL's binary
 * form. Pure: no I/O, no clock, no allocation per row.
 *
 * Nothing is rounded, cut or replaced unasked: a value that the target type cannot hold exactly is
 * an error of PGC-4xxx that names column and value, unless a policy of its column says what else to
 * do; then what was done is reported, row by row. Formats: PostgreSQL's *_recv functions, in its
 * sources under src/backend/utils/adt, and "COPY, Binary Format" in its manual.
 * Threads: a converter belongs to one thread.
 */
#pragma once

#include "base/str.h"
#include "model/charset.h"
#include "model/policy.h"
#include "model/row.h"
#include "model/type.h"

struct convert_column {
    const struct source_type *source;
    const struct target_type *target;
    const struct charset *charset;  /* of the source column; NULL where it has none */
    bool labels_checked;            /* an ENUM whose labels alone the target column takes */
    bool not_null;                  /* the target column takes no NULL */
    struct value_policies policies; /* of this column; UNSET is REFUSE */
    struct str object;              /* "database.table.column", for errors */
};

/* Whether a value of `source` can be converted to `target` at all (the plan asks). */
bool convert_supports(const struct source_type *source, const struct target_type *target);

/*
 * The classes of values (model/policy.h) that a column of `source` can have on its way to `target`,
 * a bit each, 1 << CLASS_x: none where every value fits by what the types say. What does not depend
 * on the two types alone (NULL, references) is not among them.
 */
uint32_t convert_classes(const struct source_type *source, const struct target_type *target,
                         bool labels_checked);

/*
 * Whether the policy can be followed for values of the class here: what is too long is cut off
 * words, and behind the point or the second, not off the digits of a number; and not every type has
 * a nearest value. Where not, the values are refused.
 */
bool convert_can_follow(const struct source_type *source, const struct target_type *target,
                        enum value_class value_class, enum value_policy policy);

struct converter;
/*
 * Types, charsets and objects are borrowed and must outlive the converter. Errors: PGC_INTERNAL
 * for types that convert_supports() refuses, PGC_SOURCE_UNSUPPORTED for a character set without
 * tables, PGC_NO_MEMORY.
 */
struct error *converter_new(const struct convert_column *columns, size_t column_count,
                            struct converter **ret_converter) CHECKED;
void converter_free(struct converter *converter);
void converter_freep(struct converter **converter);

/* The header that opens a binary COPY stream, and the trailer that ends it. */
void converter_begin_stream(struct buf *out);
void converter_end_stream(struct buf *out);
/* A value that a policy changed. */
struct convert_change {
    uint32_t column;
    enum value_class value_class;
};

/* What became of a row. */
struct convert_result {
    size_t column;                /* of the error, or of the value for which the row is set aside */
    bool set_aside;               /* by policy: nothing of the row stands in `out` */
    enum value_class value_class; /* with set_aside … */
    struct error *reason;         /* … and why; the caller's */
    /* Of a written row: column by column, a class once a value. Valid until the next row. */
    const struct convert_change *changes;
    size_t change_count;
};

/*
 * Appends one row. On failure and when the row is set aside `out` is as before, also when it was
 * full (PGC_NO_MEMORY); the object of an error is "database.table.column   SOURCE TYPE -> target
 * type" (the caller adds the row's key). The text never holds the value, only its length and the
 * place of the offence. `out` needs room for the row and 96 bytes a column.
 */
struct error *converter_add_row(struct converter *converter, const struct row *row, struct buf *out,
                                struct convert_result *ret_result) CHECKED;

/*
 * A cell as text for people (row keys in errors and findings): numbers and dates as MySQL prints
 * them; text decoded, in double quotes, cut at max_chars with … behind, and what a terminal would
 * obey escaped; bytes as 0x…, max_chars / 2 of them. Always UTF-8.
 */
void convert_cell_print(const struct cell *cell, const struct source_type *type,
                        const struct charset *charset, size_t max_chars, struct buf *text);

/*
 * A cell as exact bytes, appended: numbers and times as MySQL prints them at full precision, all
 * else as it is stored; nothing for NULL, which the caller keeps apart. And back: false for what is
 * no value of the type; a text with ptr NULL is NULL; bytes are borrowed.
 */
void convert_cell_write(const struct cell *cell, const struct source_type *type, struct buf *out);
bool convert_cell_read(struct str text, const struct source_type *type, struct cell *ret_cell);
