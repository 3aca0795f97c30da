/* The table of doc/policies.md against model/policy.c: every class and policy, the same words. */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "model/policy.h"
#include "tap.h"

/* What the document says of the class's values; the rest of each line comes from the program. */
static const char *const values[CLASS_COUNT] = {
    [CLASS_ZERO_DATE] = "`0000-00-00`, with or without a time",
    [CLASS_PARTIAL_DATE] = "day or month 0, a day that the month has not, the year 0",
    [CLASS_NUL_BYTE] = "U+0000 in text",
    [CLASS_INVALID_BYTES] = "bytes that are no character of the column's character set",
    [CLASS_JSON_NUL] = "`\\u0000` in a document that becomes jsonb",
    [CLASS_BAD_JSON] = "text that is not JSON for PostgreSQL, `\\u0000` aside",
    [CLASS_EMPTY_UUID] = "the empty text in a column that becomes uuid",
    [CLASS_BAD_UUID] = "other text that is no UUID",
    [CLASS_EMPTY_ENUM] = "an ENUM's index 0, which is none of its labels",
    [CLASS_NOT_BOOLEAN] = "other than 0 and 1 in a column that becomes boolean",
    [CLASS_OUT_OF_RANGE] = "a number, or a time of day, that the target type has not",
    [CLASS_TOO_LONG] = "more characters, digits or a finer fraction than the target keeps",
    [CLASS_NULL_IN_NOT_NULL] = "NULL where the target's column takes none",
    [CLASS_ORPHAN] = "a child without a parent",
    [CLASS_PARENT_SPELLING] = "a child whose parent is spelt otherwise: `ABC` of `abc`",
};

static void add_line(struct buf *text, enum value_class i)
{
    static const enum value_policy policies[] = {POLICY_NULL, POLICY_STRIP, POLICY_REPLACE,
                                                 POLICY_QUARANTINE};

    buf_add_format(text, "| `%s` | %s (PGC-%d) |", value_class_name(i), values[i],
                   (int)value_class_error(i));
    for (size_t k = 0; k < COUNT_OF(policies); k++) {
        const char *effect = policy_effect(i, policies[k]);
        buf_add_format(text, " %s |", effect != NULL ? effect : "-");
    }
    buf_add_char(text, '\n');
}

int main(int argc, char **argv)
{
    struct buf document = BUF_INIT(MIB, "document");
    FILE *file = fopen(POLICIES_DOC, "re");
    char piece[4096];

    for (size_t len; file != NULL && (len = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add(&document, piece, len);
    if (file != NULL)
        fclose(file);
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        CLEANUP(buf_free) struct buf line = BUF_INIT(64 * KIB, "line");
        add_line(&line, i);
        if (argc > 1 && strcmp(argv[1], "--print") == 0)
            fputs(buf_c_str(&line), stderr);
        ok(str_search(buf_str(&document), buf_str(&line)) < document.len, "doc/policies.md: %s",
           value_class_name(i));
    }
    buf_free(&document);
    return done_testing();
}
