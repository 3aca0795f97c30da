/*
 * plan/internal.h: what the files of this room share. Nobody outside includes it.
 *
 * plan_make() runs the passes below in this order over one struct planner. Everything they make
 * lives in the planner's arena; strings of the catalog are borrowed.
 */
#pragma once

#include <jansson.h>

#include "base/limits.h"
#include "base/map.h"
#include "plan/plan.h"

struct planner {
    struct arena *arena;
    struct arena *scratch; /* object names; rewound table by table */
    const struct source_catalog *catalog;
    const struct source_facts *facts;
    struct plan_options *options;
    struct plan *plan;
};

/* The form of plan.json; another one is not read. */
#define PLAN_FORMAT 2
/* The member of plan.json's options that the digest leaves out. */
#define OPTION_MAX_QUARANTINED "max_quarantined"
#define SHA256_BYTES 32

/* ---- the passes ------------------------------------------------------------------------------ */

/* Which tables come along (--tables, --exclude), and what is to be said about each as a whole. */
void select_tables(struct planner *p);
/* Whether --tables or --exclude leave out what has this name. */
bool is_left_out(const struct planner *p, struct str name);
/* Names of tables and columns in the target; collisions are blockers. */
void map_names(struct planner *p);
/* MariaDB's sequences. After map_names(). */
void map_sequences(struct planner *p);
/* The one of this name that is created; NULL when there is none. */
const struct planned_sequence *find_sequence(const struct planner *p, struct str name);
/* Target types, by rule, by key group or by default. */
void map_types(struct planner *p);
/* How texts compare: COMPARE_ICU and COMPARE_CITEXT change columns. After map_types(). */
void map_compare(struct planner *p);
/* Names of the types that ENUM columns become. After map_types(). */
void map_enums(struct planner *p);
/* Defaults, CHECKs, generated columns, ON UPDATE. After map_enums(). */
void map_expressions(struct planner *p);
/* Indexes, foreign keys and their names, chunk keys. After map_expressions(). */
void map_keys(struct planner *p);
/* Whether the policies of each column can be followed; those of values it cannot hold are dropped.
 * After map_keys(). */
void check_policies(struct planner *p);
/* FULLTEXT and SPATIAL; false with *ret_why when there is none such in the target. */
bool map_fulltext(struct planner *p, const struct planned_table *table,
                  struct planned_index *planned, struct str *ret_why);
bool map_spatial(struct planner *p, const struct planned_table *table,
                 struct planned_index *planned, struct str *ret_why);
/* A table's partitions, or the finding why it becomes a plain table. After its indexes. */
void map_partitions(struct planner *p, struct planned_table *table);
/* Names of all partitions; they join those that are taken in the schema. */
void name_partitions(struct planner *p, struct map *reserved);
/* Views, in the order in which they can be created. After map_expressions(). */
void map_views(struct planner *p);
/* What the copy does with rows whose parent is not found. After check_policies(). */
void map_references(struct planner *p);
/* The keys by which a table's rows are read in parts. */
void choose_chunk_key(struct planner *p, struct planned_table *table);

/* ---- findings -------------------------------------------------------------------------------- */

/* "database.table.column"; column may be empty. It lives until the next table's turn. */
struct str object_name(const struct planner *p, struct str table, struct str column);
/* Copies `object`; `text` must live as long as the plan. */
struct finding *add_finding(struct planner *p, enum severity severity, enum error_id id,
                            struct str object, struct str text);

/* ---- names ----------------------------------------------------------------------------------- */

/* A name that PostgreSQL has for columns of its own, such as xmin. */
bool is_system_column(struct str name);
/* `name` as the options want it, at most 63 bytes: cut at a character and hashed where longer. */
struct str map_name(const struct planner *p, struct str name);
struct str fit_name(struct arena *arena, struct str name);
/* `name` with 8 hex digits of the SHA-256 of `full` behind it, at most 63 bytes. */
struct str hash_name(struct arena *arena, struct str name, struct str full);
void sha256_hex(const void *bytes, size_t len, char ret_hex[65]);

#define NAME_CANDIDATES 3

/*
 * One thing that needs a name of its own within a namespace. Candidates are tried in order; one is
 * taken when no other thing wants or has it, so the outcome does not depend on the order of the
 * list. The last is a hash and stands alone.
 */
struct name_wish {
    struct str candidates[NAME_CANDIDATES]; /* empty ones are skipped */
    struct str *ret_name;
};
void settle_names(struct arena *arena, const struct map *reserved, struct name_wish *wishes,
                  size_t count);

/* ---- types and columns ----------------------------------------------------------------------- */

/*
 * What the rules of `columns:` say of a column, part by part: of each part the most specific rule
 * that sets it, UNSET where none does; the pattern is that of the rule for the type.
 */
struct column_rule find_rule(struct planner *p, struct str table, struct str column);
void note_unused_rules(struct planner *p);
/* Whether the target's column is NOT NULL; `nullable` is what a rule says. */
void settle_null(struct planner *p, struct planned_table *table, size_t i, bool nullable);
/* The column's own policies, else those of `values:`. After settle_null(). */
void settle_policies(struct planner *p, struct planned_table *table, size_t i,
                     const struct value_policies *own);
struct error *check_rules(const struct plan_options *options) CHECKED;
/* Position of a source column in the target table: they run parallel. */
static inline const struct target_type *target_type_of(const struct planned_table *table,
                                                       int column)
{
    return &table->target.columns[column].type;
}
/* What a type becomes without rules; false for one that nobody here knows. */
bool default_type(const struct source_type *type, struct target_type *ret_type);
bool source_is_integer(const struct source_type *type);
/* Whether the target can hold the table's rows; once its types are settled. */
void check_row_width(struct planner *p, const struct planned_table *table);
bool source_is_text(const struct source_type *type);
/* The rule of `types:` for the type; NULL without. Marks what fits as used. */
struct type_rule *find_type_rule(struct planner *p, const struct source_type *type);
void note_unused_type_rules(struct planner *p);
/* The schema and name of an extension's type as SQL; false with a blocker when it is not there. */
bool name_extension_type(struct planner *p, struct target_type *type, struct str object);
/* A string's equality on the source: which strings are the same for its collation? */
enum text_equality {
    EQUAL_BYTES,  /* those of the same bytes: what PostgreSQL says too */
    EQUAL_PADDED, /* also those that differ in spaces at the end */
    EQUAL_LOOSE,  /* also others: case, accents, … */
};
enum text_equality text_equality_of(const struct source_type *type);

/* What becomes of a unique key's comparison, and by which rule. */
void note_unique_compare(struct planner *p, const struct planned_table *table,
                         const struct planned_index *index);
/* Beside each index with a column of COMPARE_LOWER, one over lower(column). */
void add_lower_indexes(struct planner *p, struct planned_table *table);
/* How each column of a foreign key finds its parent in PostgreSQL. */
void settle_matches(struct planner *p, const struct planned_table *table,
                    struct planned_foreign_key *planned);
/* Columns of plain indexes whose lookups find less than in MySQL. */
void note_lookups(struct planner *p, const struct planned_table *table);
/* The advice for a column whose strings compare otherwise in PostgreSQL. */
struct str compare_choices(const struct planner *p, const struct planned_table *table, int column);
/* The ICU locale that is nearest to a collation of the source. */
struct str icu_locale_of(struct arena *arena, struct str collation);

/* ---- text ------------------------------------------------------------------------------------ */

struct str quoted_ident(struct arena *arena, struct str name);
struct str quoted_literal(struct arena *arena, struct str text);
struct str type_text(struct arena *arena, const struct target_type *type);
/* "unique key `a` (`b`(10), `c` DESC)": an index in the source's words, for a finding's detail. */
struct str index_source_text(struct arena *arena, const struct source_table *table,
                             const struct source_index *index);
const char *plan_names_word(enum plan_names names);
const char *plan_partitions_word(enum plan_partitions partitions);
const char *disposition_word(enum disposition disposition);

/*
 * SHA-256 over the canonical form (compact, keys sorted) of a plan's JSON without its digest: of a
 * plan, piece by piece, since the whole of a large one takes much memory; and of a file's object,
 * which has no member "digest" and whose options have no OPTION_MAX_QUARANTINED.
 */
struct error *digest_plan(const struct plan *plan, char ret_hex[65]) CHECKED;
struct error *digest_json(const json_t *object, char ret_hex[65]) CHECKED;
