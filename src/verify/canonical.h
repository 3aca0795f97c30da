/*
 * verify/canonical.h: one form for each value, whatever side it comes from, so that equal values
 * are equal bytes. Made from what the servers print, by code that shares nothing with convert/.
 *
 * What a text of the source's or the target's means is taken from the manuals: MySQL's and
 * MariaDB's chapters on data types, PostgreSQL's chapter 8 and its *_out functions.
 * Threads: a canonical_column may be used by all; a canonical_row belongs to one thread.
 */
#pragma once

#include "base/arena.h"
#include "model/charset.h"
#include "model/policy.h"
#include "model/type.h"

enum canonical_side { SIDE_SOURCE, SIDE_TARGET, SIDE_COUNT };

/* What stands in front of each value of a row: a tag, and 4 bytes of length. */
enum canonical_tag {
    TAG_NULL,
    TAG_VALUE,
    TAG_LONG,       /* 16 bytes of hash instead of a long value, and 8 of its length */
    TAG_BAD_SOURCE, /* not a value of its type, as it came: equal to nothing of the other side */
    TAG_BAD_TARGET,
    TAG_LONG_SOURCE, /* the same, long */
    TAG_LONG_TARGET,
};
#define CANONICAL_HEAD 5
/* A value above this enters the row as its hash. */
#define CANONICAL_LONG 512

struct canonical_column;
struct canonical_row;

/*
 * Appends the canonical form of `raw` to row->bytes; false when `raw` is not a value of the form
 * (what was appended is forgotten).
 */
typedef bool canonical_form(const struct canonical_column *column, struct str raw,
                            struct canonical_row *row);
/* Whether `raw` is canonical as it stands. */
typedef bool canonical_check(const struct canonical_column *column, struct str raw);

/*
 * How a side's bytes become the form: by `form`, or as they are where `check` (if any) allows it.
 */
struct canonical_way {
    canonical_form *form;
    canonical_check *check;
};

struct canonical_column {
    const struct source_type *source;
    const struct target_type *target;
    const struct charset *charset;         /* of the source column; NULL where it has none */
    const struct value_policies *policies; /* that change values; NULL where none does */
    struct str name;                       /* the source's */
    struct str target_name;
    bool target_bytes; /* the target sends bytes; else the value cast to text */
    struct canonical_way ways[SIDE_COUNT];
};

/* One row being made. */
struct canonical_row {
    struct buf bytes;
    struct buf text;      /* of a value that is decoded on its way */
    struct arena scratch; /* rewound for each value that uses it */
    uint64_t seed;
    size_t long_limit; /* CANONICAL_LONG, or SIZE_MAX to keep values whole */
};

/* Sets both ways; false when nobody here knows how the two types compare. */
bool canonical_pick(struct canonical_column *column);
/* Appends one value; raw.ptr is NULL for a NULL. */
void canonical_add(const struct canonical_column *column, enum canonical_side side, struct str raw,
                   struct canonical_row *row);

/* The n-th value of a finished row, and its tag. */
struct canonical_value {
    enum canonical_tag tag;
    struct str bytes;
};
/* Reads the value at *at and moves on. */
struct canonical_value canonical_next(struct str row, size_t *at);

/* ---- forms, by file -------------------------------------------------------------------------- */

/* canonical_number.c: decimal text without sign of zero, leading zeros, or zeros at the end */
canonical_form canonical_number;
canonical_form canonical_float;  /* a double's bits, of a text that a FLOAT is to be rounded to */
canonical_form canonical_double; /* a double's bits */
canonical_form canonical_year4;  /* four digits: a YEAR that became text */
canonical_form canonical_integer_text; /* as canonical_number, for a target that is text */
canonical_form canonical_bits;         /* BIT's bytes as 0s and 1s */
canonical_form canonical_bits_number;
canonical_form canonical_true_false; /* true, false: 1, 0 */

/* canonical_time.c */
canonical_check canonical_is_date;    /* begins with a day of the calendar */
canonical_form canonical_moment;      /* the source's: a day of the calendar, and as the next */
canonical_form canonical_timestamp;   /* no zeros at the fraction's end */
canonical_form canonical_timestamptz; /* the same, of a text that ends in +00 */
canonical_form canonical_clock;       /* [-]H…:MM:SS[.f]: microseconds */
canonical_form canonical_interval;    /* the same, where an interval has neither days nor months */

/* canonical_text.c */
canonical_form canonical_text;     /* the source's character set, to UTF-8 */
canonical_check canonical_is_utf8; /* and without U+0000 */
canonical_form canonical_set;      /* a SET's labels, each with its length */
canonical_form canonical_array;    /* a text[] in PostgreSQL's braces, the same */
canonical_form canonical_uuid;     /* 16 bytes, of 32 digits with or without hyphens */
canonical_check canonical_is_16;

/* canonical_json.c: a document as a tree: keys sorted, the last of equals; numbers exact */
canonical_form canonical_json;        /* of UTF-8 */
canonical_form canonical_json_source; /* of the source's character set */

/* canonical_other.c */
canonical_form canonical_inet;     /* 4 or 16 bytes */
canonical_form canonical_ewkb;     /* SRID and well-known binary, as the source stores them */
canonical_form canonical_ewkb_hex; /* the same, of EWKB in hexadecimal */
canonical_form canonical_floats;   /* a vector's floats, of a real[] or a vector as text */

/* ---- policies (mend.c) ----------------------------------------------------------------------- */

enum mending {
    MEND_AS_IS, /* no policy has anything to say: the raw value goes its way */
    MEND_NULL,  /* becomes NULL */
    MEND_VALUE, /* *ret_value, in UTF-8, goes the column's way */
    MEND_FORM,  /* *ret_value is the canonical form already */
};
/* Whether any of them changes a value. */
bool canonical_has_policies(const struct value_policies *policies);
/* *ret_value may live in row->text. */
enum mending canonical_mend(const struct canonical_column *column, struct str raw,
                            struct canonical_row *row, struct str *ret_value);

/* ---- what forms are made of ------------------------------------------------------------------ */

/*
 * The number's text to `to`, which needs text.len + 1 bytes. SIZE_MAX: not a plain decimal
 * number.
 */
size_t canonical_number_to(struct str text, char *to);
struct canonical_date {
    unsigned year, month, day;
};
/* The date that the text begins with, also one that is in no calendar; false when it is none. */
bool canonical_split_date(struct str text, struct canonical_date *ret_date);
unsigned canonical_month_days(unsigned year, unsigned month);
/* Decodes to UTF-8, appended to `out`; false where a byte is no character, or is U+0000. */
bool canonical_decode(const struct charset *charset, struct str bytes, struct buf *out);
bool canonical_utf8_good(struct str bytes);
/* The bytes of the character at bytes.ptr[at], put to `out` as UTF-8; 0: none, or U+0000. */
size_t canonical_next_character(const struct charset *charset, struct str bytes, size_t at,
                                struct buf *out);
/* The bytes of a U+0000 there; 0 when there is none. */
size_t canonical_nul(const struct charset *charset, struct str bytes, size_t at);
static inline bool canonical_is_plain_utf8(const struct charset *charset)
{
    return charset == NULL || charset->form == CHARSET_UTF8;
}
