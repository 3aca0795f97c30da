/*
 * model/policy.h: the classes of values that PostgreSQL cannot hold as they are, and what an
 * operator may want done with each. The default is to refuse: nothing changes unasked.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum value_class {
    CLASS_ZERO_DATE,        /* 0000-00-00, with or without a time */
    CLASS_PARTIAL_DATE,     /* day or month 0, a day that the month has not, the year 0 */
    CLASS_NUL_BYTE,         /* U+0000 in text */
    CLASS_INVALID_BYTES,    /* bytes that are no character of the column's character set */
    CLASS_JSON_NUL,         /* \u0000 in a document that becomes jsonb */
    CLASS_BAD_JSON,         /* text that is not JSON for PostgreSQL, \u0000 aside */
    CLASS_EMPTY_UUID,       /* '' in a column that becomes uuid */
    CLASS_BAD_UUID,         /* other text that is no UUID */
    CLASS_EMPTY_ENUM,       /* ENUM's index 0, which is none of the labels */
    CLASS_NOT_BOOLEAN,      /* other than 0 and 1 in a column that becomes boolean */
    CLASS_OUT_OF_RANGE,     /* a number, or a time of day, that the target type has not */
    CLASS_TOO_LONG,         /* more characters, digits or a finer fraction than the target keeps */
    CLASS_NULL_IN_NOT_NULL, /* NULL where the target's column takes none */
    CLASS_ORPHAN,           /* a child without a parent */
    CLASS_PARENT_SPELLING,  /* a child whose parent is spelt otherwise: 'ABC' of 'abc' */
    CLASS_COUNT,
};

enum value_policy {
    POLICY_UNSET, /* the next wider rule decides, REFUSE in the end */
    POLICY_REFUSE,
    POLICY_NULL,
    POLICY_STRIP,      /* what offends is taken out of the value */
    POLICY_REPLACE,    /* what offends becomes what policy_effect() says */
    POLICY_QUARANTINE, /* the whole row goes to pgconverge.quarantine instead */
    POLICY_COUNT,
};

/* One policy for each class. */
struct value_policies {
    enum value_policy of[CLASS_COUNT];
};

/* "zero_date", "nul_byte" … as users write it. */
const char *value_class_name(enum value_class value_class);
bool value_class_parse(struct str text, enum value_class *ret_class);
/* "refuse", "null", "strip", "replace", "quarantine". */
const char *value_policy_name(enum value_policy policy);
bool value_policy_parse(struct str text, enum value_policy *ret_policy);
/*
 * One phrase that says what the policy makes of a value of the class ("becomes -infinity"); NULL
 * where the two do not fit together.
 */
const char *policy_effect(enum value_class value_class, enum value_policy policy);
/*
 * All that fit the class, with what each does: "refuse (stops the run), null (becomes NULL) or
 * quarantine (the row is set aside)".
 */
void policy_print_choices(enum value_class value_class, struct buf *text);
/* The id under which a value of the class is refused. */
enum error_id value_class_error(enum value_class value_class);
