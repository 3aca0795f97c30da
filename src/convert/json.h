/*
 * convert/json.h: whether PostgreSQL will take a text as json or jsonb. The server would find out
 * itself, but its error names no row and costs the chunk.
 *
 * The grammar is RFC 8259's, as PostgreSQL's src/common/jsonapi.c reads it.
 */
#pragma once

#include "base/str.h"

/* Nested deeper, PostgreSQL's parser runs into max_stack_depth (2 MB by default). */
#define JSON_LIMIT_DEPTH 6400
/* The most that one string, array or object of a jsonb can hold: JENTRY_OFFLENMASK. */
#define JSON_LIMIT_JSONB_BYTES ((size_t)0x0fffffff)
/* What a key, value or container takes there beside its text, at most. */
#define JSON_JSONB_OVERHEAD 16
/* Members of one array or object whose parsed form stays below PostgreSQL's 1 GiB allocation. */
#define JSON_LIMIT_JSONB_VALUES ((size_t)1 << 23)

/* Scratch space, so that none is allocated or cleared a document. */
struct json_stack {
    uint64_t in_object[JSON_LIMIT_DEPTH / 64]; /* one bit a level */
};

/* What json_check() says of \u0000. */
extern const char json_refuses_nul[];
enum json_use {
    JSON_FOR_JSON,
    JSON_FOR_JSONB,
    JSON_FOR_JSONB_EXACT, /* of a tree, in which the number -0.0 is another one than 0.0 */
};

/*
 * `text` is valid UTF-8. For jsonb \u0000, lone surrogates, numbers beyond numeric and what is too
 * large for it are refused as well, all of which the type json keeps as it is written. NULL when it
 * is JSON; else what is wrong ("a comma or } is expected"), and *ret_bad_at is where, in bytes.
 */
const char *json_check(struct str text, enum json_use use, struct json_stack *stack,
                       size_t *ret_bad_at);
