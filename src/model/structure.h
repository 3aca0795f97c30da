/*
 * model/structure.h: what stands in schemas of a PostgreSQL database, as data. Read by sink/,
 * compared by compare/. Values are PostgreSQL's own texts (format_type, pg_get_expr …), so that two
 * objects are equal when their texts are.
 *
 * Not in it: rows, sequences' positions, storage (tablespaces, compression, statistics targets),
 * operators, casts, text search objects, publications, event triggers, and every object that
 * belongs to an extension.
 */
#pragma once

#include "base/arena.h"

enum part_kind {
#define PART_KIND(id, words) PART_##id,
#define PART_PROPERTY(kind, id, words, class)
#include "model/structure.def"
#undef PART_KIND
#undef PART_PROPERTY
    PART_KIND_COUNT
};

/* PART_COLUMN_TYPE … Those of one kind follow each other, from PART_<KIND>_FIRST. */
enum part_property {
#define PART_KIND(id, words) PART_##id##_FIRST, PART_##id##_BEFORE_FIRST = PART_##id##_FIRST - 1,
#define PART_PROPERTY(kind, id, words, class) PART_##kind##_##id,
#include "model/structure.def"
#undef PART_KIND
#undef PART_PROPERTY
    PART_PROPERTY_COUNT
};

enum part_class {
    PART_CLASS_STRUCTURE,
    PART_CLASS_OWNER,
    PART_CLASS_PRIVILEGES,
    PART_CLASS_COMMENT,
    PART_CLASS_POSITION,
};

struct part_kind_info {
    const char *words; /* "foreign key" */
    enum part_property first;
};

struct part_property_info {
    const char *words; /* "on delete" */
    enum part_kind kind;
    enum part_class class;
};

const struct part_kind_info *part_kind_info(enum part_kind kind);
size_t part_property_count(enum part_kind kind);
const struct part_property_info *part_property_info(enum part_property property);

struct part {
    enum part_kind kind;
    struct str schema; /* "" for an extension */
    struct str table;  /* of a column, constraint, index, trigger …; else "" */
    struct str name;
    struct str *values; /* one a property of the kind; ptr NULL: it has none */
};

/* In the order of part_compare(). No two of its objects are the same one. */
struct structure {
    struct part *objects;
    size_t count;
};

/* The value of a property of the object's own kind. */
struct str part_value(const struct part *object, enum part_property property);
/*
 * By schema, by the table that they are or belong to (others: by their own name), kind and name;
 * bytewise. 0: both are the same object of two catalogs.
 */
int part_compare(const struct part *a, const struct part *b);
/* Puts the objects into that order. */
void structure_sort(struct structure *structure);
/* NULL when it is not there. */
const struct part *structure_find(const struct structure *structure, enum part_kind kind,
                                  struct str schema, struct str table, struct str name);
