#include "source/reference.h"

#include <assert.h>

#include "base/limits.h"
#include "source/session_internal.h"

/* Characters of a key that are shown. */
#define SHOWN_CHARS 100

/* ---- columns --------------------------------------------------------------------------------- */

static bool is_text(const struct source_type *type)
{
    return type->kind == SOURCE_CHAR || type->kind == SOURCE_VARCHAR || type->kind == SOURCE_TEXT;
}

static bool is_word(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return name.len > 0;
}

static void add_column(struct buf *sql, const char *alias, struct str name)
{
    buf_add_format(sql, "%s.", alias);
    source_quote_ident(sql, name);
}

struct pair {
    const struct source_column *child, *parent;
    enum reference_match match;
};

static struct pair pair_of(const struct source_reference *reference, size_t i)
{
    int parent = catalog_find_column(reference->parent, reference->key->parent_columns[i]);

    assert(parent >= 0); /* the plan translates no other key */
    return (struct pair){&reference->child->columns[reference->key->columns[i]],
                         &reference->parent->columns[parent], reference->matches[i]};
}

/*
 * As both sides are compared by the source. With foreign_key_checks = 0 they can have come to be of
 * unlike collations: then the parent's, which its index has.
 */
static void add_source_equality(struct buf *sql, const struct pair *pair, const char *child_alias,
                                const char *parent_alias)
{
    const struct source_type *child = &pair->child->type, *parent = &pair->parent->type;
    bool unlike = is_text(child) && is_text(parent) &&
                  !str_equal(child->collation, parent->collation) && is_word(parent->collation) &&
                  is_word(parent->charset);

    add_column(sql, parent_alias, pair->parent->name);
    buf_add_c(sql, unlike ? " = CONVERT(" : " = ");
    add_column(sql, child_alias, pair->child->name);
    if (unlike)
        buf_add_format(sql, " USING " STR_FMT ") COLLATE " STR_FMT, STR_ARG(parent->charset),
                       STR_ARG(parent->collation));
}

static void add_form(struct buf *sql, const char *alias, const struct source_column *column,
                     enum reference_match match, bool same_charset)
{
    switch (match) {
    case MATCH_VALUE:
        break;
    case MATCH_BYTES:
        buf_add_c(sql, same_charset ? "CAST(" : "CAST(CONVERT(");
        add_column(sql, alias, column->name);
        buf_add_c(sql, same_charset ? " AS BINARY)" : " USING utf8mb4) AS BINARY)");
        break;
    case MATCH_FOLDED:
        buf_add_c(sql, "CAST(LOWER(CONVERT(");
        add_column(sql, alias, column->name);
        buf_add_c(sql, " USING utf8mb4)) AS BINARY)");
        break;
    case MATCH_NEAR:
        buf_add_c(sql, "CHAR_LENGTH(");
        add_column(sql, alias, column->name);
        buf_add_c(sql, ") - CHAR_LENGTH(TRIM(TRAILING ' ' FROM ");
        add_column(sql, alias, column->name);
        buf_add_c(sql, "))");
        break;
    }
}

static void add_target_equality(struct buf *sql, const struct pair *pair, const char *child,
                                const char *parent)
{
    bool same_charset = str_equal(pair->child->type.charset, pair->parent->type.charset);

    add_form(sql, parent, pair->parent, pair->match, same_charset);
    buf_add_c(sql, " = ");
    add_form(sql, child, pair->child, pair->match, same_charset);
}

/* ---- conditions ------------------------------------------------------------------------------ */

static bool is_same_on_both(const struct source_reference *reference)
{
    for (size_t i = 0; i < reference->key->column_count; i++)
        if (reference->matches[i] != MATCH_VALUE)
            return false;
    return true;
}

static void add_found(struct buf *sql, const struct source_reference *reference, const char *child,
                      const char *parent)
{
    for (size_t i = 0; i < reference->key->column_count; i++) {
        struct pair pair = pair_of(reference, i);
        buf_add_c(sql, i > 0 ? " AND " : "");
        add_source_equality(sql, &pair, child, parent);
    }
}

static void add_equal_there(struct buf *sql, const struct source_reference *reference)
{
    bool any = false;

    for (size_t i = 0; i < reference->key->column_count; i++) {
        struct pair pair = pair_of(reference, i);
        if (pair.match == MATCH_VALUE)
            continue;
        buf_add_c(sql, any ? " AND " : "");
        add_target_equality(sql, &pair, "c", "p");
        any = true;
    }
}

/* A key of which a column is NULL refers to nothing. */
static void add_refers(struct buf *sql, const struct source_reference *reference)
{
    for (size_t i = 0; i < reference->key->column_count; i++) {
        add_column(sql, "c", reference->child->columns[reference->key->columns[i]].name);
        buf_add_c(sql, " IS NOT NULL AND ");
    }
}

/*
 * At most one parent is found, since its key is unique by the same equality. A join, and no
 * subquery: MariaDB keeps a subquery's answers by the column's own collation, and gives 'abc' the
 * answer of 'ABC'.
 */
static void add_tables(struct buf *sql, const struct source_reference *reference)
{
    buf_add_c(sql, " FROM ");
    source_quote_table(sql, reference->database, reference->child->name);
    buf_add_c(sql, " c LEFT JOIN ");
    source_quote_table(sql, reference->database, reference->parent->name);
    buf_add_c(sql, " p ON ");
    add_found(sql, reference, "c", "p");
    buf_add_c(sql, " WHERE ");
    add_refers(sql, reference);
}

/* What was found is never NULL: it is equal to something. */
static void add_is_missing(struct buf *sql, const struct source_reference *reference)
{
    add_column(sql, "p", reference->key->parent_columns[0]);
    buf_add_c(sql, " IS NULL");
}

void reference_add_count(struct buf *sql, const struct source_reference *reference)
{
    buf_add_c(sql, "SELECT COUNT(*), COALESCE(SUM(NOT (");
    add_is_missing(sql, reference);
    buf_add_c(sql, ")), 0)");
    add_tables(sql, reference);
    buf_add_char(sql, '(');
    add_is_missing(sql, reference);
    if (!is_same_on_both(reference)) {
        buf_add_c(sql, " OR NOT (");
        add_equal_there(sql, reference);
        buf_add_char(sql, ')');
    }
    buf_add_char(sql, ')');
}

/* ---- rows ------------------------------------------------------------------------------------ */

const struct source_index *reference_row_key(const struct source_table *table)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].kind == INDEX_PRIMARY)
            return &table->indexes[i];
    return NULL;
}

static bool is_bytes(const struct source_type *type)
{
    return type->kind == SOURCE_BINARY || type->kind == SOURCE_VARBINARY ||
           type->kind == SOURCE_BLOB || type->kind == SOURCE_BIT;
}

void reference_add_shown(struct buf *sql, const char *alias, const struct source_column *column)
{
    const struct source_type *type = &column->type;

    if (is_bytes(type)) {
        buf_add_c(sql, "CONCAT('0x', LEFT(HEX(");
        add_column(sql, alias, column->name);
        buf_add_format(sql, "), %d))", SHOWN_CHARS);
    } else if (is_text(type)) {
        buf_add_c(sql, "CONCAT('\"', LEFT(CONVERT(");
        add_column(sql, alias, column->name);
        buf_add_format(sql, " USING utf8mb4), %d), '\"')", SHOWN_CHARS);
    } else {
        buf_add_c(sql, "CAST(");
        add_column(sql, alias, column->name);
        buf_add_c(sql, " AS CHAR)");
    }
}

void reference_add_rows(struct buf *sql, const struct source_reference *reference, bool misspelt,
                        unsigned limit)
{
    const struct source_index *key = reference_row_key(reference->child);

    buf_add_c(sql, "SELECT ");
    for (size_t i = 0; key != NULL && i < key->part_count; i++) {
        reference_add_shown(sql, "c", &reference->child->columns[key->parts[i].column]);
        buf_add_c(sql, ", ");
    }
    for (size_t i = 0; i < reference->key->column_count; i++) {
        struct pair pair = pair_of(reference, i);
        buf_add_c(sql, i > 0 ? ", " : "");
        reference_add_shown(sql, "c", pair.child);
        if (misspelt) {
            buf_add_c(sql, ", ");
            reference_add_shown(sql, "p", pair.parent);
        }
    }
    add_tables(sql, reference);
    if (misspelt) {
        buf_add_c(sql, "NOT (");
        add_equal_there(sql, reference);
        buf_add_char(sql, ')');
    } else {
        add_is_missing(sql, reference);
    }
    buf_add_format(sql, " LIMIT %u", limit);
}

/* ---- lookups --------------------------------------------------------------------------------- */

const struct source_column *reference_column(const struct source_lookup *lookup)
{
    struct pair pair = pair_of(lookup->reference, lookup->column);

    return pair.parent;
}

/* Whether one of the columns is NULL, so that the key refers to nothing. */
static void add_refers_to_nothing(struct buf *sql, const struct source_reference *reference,
                                  const char *alias)
{
    for (size_t i = 0; i < reference->key->column_count; i++) {
        buf_add_c(sql, i > 0 ? " OR " : "");
        add_column(sql, alias, reference->child->columns[reference->key->columns[i]].name);
        buf_add_c(sql, " IS NULL");
    }
}

void reference_add_taken(struct buf *sql, const struct source_taken *taken, const char *alias,
                         unsigned depth)
{
    const struct source_lookup *from = &taken->from;
    struct str own = pair_of(from->reference, from->column).child->name;

    if (!taken->null_without) {
        buf_add_c(sql, "COALESCE(");
        reference_add_lookup(sql, from, alias, depth);
        buf_add_c(sql, ", ");
        add_column(sql, alias, own);
        buf_add_char(sql, ')');
        return;
    }
    buf_add_c(sql, "CASE WHEN ");
    add_refers_to_nothing(sql, from->reference, alias);
    if (!taken->respelt) {
        buf_add_c(sql, " OR ");
        reference_add_lookup(sql, from, alias, depth);
        buf_add_c(sql, " IS NOT NULL");
    }
    buf_add_c(sql, " THEN ");
    add_column(sql, alias, own);
    if (taken->respelt) {
        buf_add_c(sql, " ELSE ");
        reference_add_lookup(sql, from, alias, depth);
    }
    buf_add_c(sql, " END");
}

/* What is equal to the target as it is keeps its own spelling. */
static void add_own_or_found(struct buf *sql, const struct source_lookup *lookup, const char *child,
                             const char *alias, unsigned depth)
{
    struct pair pair = pair_of(lookup->reference, lookup->column);
    bool keeps = lookup->above == NULL && (pair.match == MATCH_FOLDED || pair.match == MATCH_NEAR);

    if (keeps) {
        buf_add_c(sql, "CASE WHEN ");
        add_target_equality(sql, &pair, child, alias);
        buf_add_c(sql, " THEN ");
        add_column(sql, child, pair.child->name);
        buf_add_c(sql, " ELSE ");
    }
    if (lookup->above != NULL)
        reference_add_taken(sql, lookup->above, alias, depth + 1);
    else
        add_column(sql, alias, pair.parent->name);
    buf_add_c(sql, keeps ? " END" : "");
}

/* No table of a source is likely to have the alias; one that does would hide the row's own. */
void reference_add_lookup(struct buf *sql, const struct source_lookup *lookup, const char *child,
                          unsigned depth)
{
    const struct source_reference *reference = lookup->reference;
    struct pair pair = pair_of(reference, lookup->column);
    bool unlike = is_text(&pair.child->type) && is_word(pair.child->type.charset) &&
                  !str_equal(pair.child->type.charset, pair.parent->type.charset);
    char alias[40];

    snprintf(alias, sizeof alias, "`pgconverge parent %u`", depth);
    buf_add_c(sql, unlike ? "(SELECT CONVERT(" : "(SELECT ");
    add_own_or_found(sql, lookup, child, alias, depth);
    if (unlike)
        buf_add_format(sql, " USING " STR_FMT ")", STR_ARG(pair.child->type.charset));
    buf_add_c(sql, " FROM ");
    source_quote_table(sql, reference->database, reference->parent->name);
    buf_add_format(sql, " %s WHERE ", alias);
    add_found(sql, reference, child, alias);
    buf_add_c(sql, " LIMIT 1)");
}
