/*
 * plan/plan.h: the door to the room that decides. Pure: the source's catalog and the user's rules
 * in, every decision out; no I/O, the same input gives the same bytes.
 *
 * Everything of the source has a disposition here: it is created, mapped, left out (by whom), or
 * not translated with its source text kept.
 */
#pragma once

#include "base/arena.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/reference.h"
#include "model/target.h"

/* How the target compares the texts of a column that is a key or is looked up by. */
enum text_compare {
    COMPARE_UNSET, /* exact */
    COMPARE_EXACT, /* by bytes */
    COMPARE_LOWER, /* exact, and unique keys once more over lower(column) */
    COMPARE_ICU,   /* a nondeterministic ICU collation, as near to the source's as there is */
    COMPARE_CITEXT,
};

enum plan_names { NAMES_KEEP, NAMES_LOWER, NAMES_SNAKE };

/* Whether partitioned tables stay so where they can, or become plain ones. */
enum plan_partitions { PARTITIONS_KEEP, PARTITIONS_MERGE };

/*
 * "database.table.column" or "table.column" with globs; the most specific wins (most bytes that are
 * no wildcard), then the later: for each of its parts that is set.
 */
struct column_rule {
    struct str pattern;
    bool has_type;
    struct target_type type;
    struct value_policies policies;
    enum text_compare compare;
    bool nullable; /* the target's column takes NULL whatever the source says */
    bool used;     /* set by plan_make(): a rule that fits no column is a finding */
};

/*
 * "int", "int unsigned", "tinyint(1)", "enum" …: a source type as the server writes it. What a rule
 * leaves out (the parentheses, unsigned, zerofill) fits any. The longest that fits wins, then the
 * later; a rule of `columns:` that gives a type wins over them all.
 */
struct type_rule {
    struct str source;
    struct target_type type;
    bool used; /* set by plan_make() */
};

struct plan_options {
    struct str schema; /* "public" */
    struct str owner;  /* "" for the target role itself */
    enum plan_names names;
    enum plan_partitions partitions;
    struct str fulltext; /* PostgreSQL's text search configuration; "": "simple" */
    struct str *include; /* --tables globs; none: all */
    size_t include_count;
    struct str *exclude;
    size_t exclude_count;
    struct column_rule *rules;
    size_t rule_count;
    struct type_rule *type_rules; /* `types:` */
    size_t type_rule_count;
    /* The target's schemas of these extensions: "" where it has them not. */
    struct str postgis_schema, vector_schema, citext_schema;
    struct value_policies policies; /* `values:`; never UNSET after plan_make() */
    /* Of a run, over all tables. In plan.json and not in its digest: it may be raised later. */
    uint64_t max_quarantined;
    /* --lock: tables of engines without snapshots are a note then, not a blocker. */
    bool engines_locked;
};

/* An ENUM that becomes a type of its own, made before its table. */
struct planned_enum {
    struct target_enum target;
    uint32_t table; /* number of its planned table */
    size_t column;  /* position in target.columns */
};

enum disposition { DISPOSITION_CREATED, DISPOSITION_LEFT_OUT, DISPOSITION_NOT_TRANSLATED };

struct planned_column {
    const char *rule;    /* "default", "columns:", "key-group" … a stable word */
    struct str reason;   /* one sentence */
    int source;          /* position in the source table */
    bool copied;         /* false: PostgreSQL generates it */
    bool labels_checked; /* the target takes the labels of this ENUM alone */
    bool lossy;
    struct value_policies policies; /* settled: none is UNSET */
    enum text_compare compare;      /* settled; UNSET: exact, and no rule says so */
};

struct planned_index {
    const struct source_index *source; /* NULL: made by the plan itself … */
    const struct source_index *beside; /* … over lower(), for this one; else NULL */
    struct target_index target;
    bool translated; /* false: see the finding */
};

struct planned_foreign_key {
    const struct source_foreign_key *source;
    struct target_foreign_key target;
    uint32_t parent;               /* number of the parent's planned table */
    enum reference_match *matches; /* how each of its columns finds the parent */
    enum value_policy orphan;      /* what becomes of rows without a parent … */
    enum value_policy spelling;    /* … and of those whose parent is spelt otherwise */
    bool translated;
};

struct planned_table {
    uint32_t number;
    enum disposition disposition;
    struct str disposition_reason;
    const struct source_table *source;
    struct target_table target; /* its columns run parallel to `columns` */
    struct planned_column *columns;
    size_t column_count;
    int *chunk_key; /* positions in the source table; count 0: one chunk */
    size_t chunk_key_count;
    struct str chunk_key_index; /* its index' name, for the report */
    struct planned_index *indexes;
    size_t index_count;
    struct planned_foreign_key *foreign_keys;
    size_t foreign_key_count;
    int identity_column;       /* position in target.columns, -1 without */
    size_t *on_update_columns; /* positions in target.columns */
    size_t on_update_count;
    struct str on_update_trigger; /* its name */
};

/* In the order in which they can be created: a view stands behind those that it reads. */
struct planned_view {
    const struct source_object *source;
    enum disposition disposition;
    struct str disposition_reason; /* why it is not created */
    struct str schema, name;
    struct str *columns; /* names in the target */
    size_t column_count;
    struct str query_sql;     /* what stands behind AS */
    bool security_invoker;    /* its reader's rights count, not its owner's */
    const char *check_option; /* "CASCADED", "LOCAL"; NULL without */
};

/* A sequence of the source that belongs to no table. */
struct planned_sequence {
    const struct source_sequence *source;
    struct target_sequence target;
    bool is_left_out; /* by --tables or --exclude */
};

struct plan {
    const struct source_catalog *catalog;
    const struct plan_options *options;
    struct planned_table *tables; /* parallel to catalog->tables */
    size_t table_count;
    struct target_collation *collations; /* that columns need; made before the tables */
    size_t collation_count, collation_capacity;
    struct planned_enum *enums; /* by table and column */
    size_t enum_count;
    struct planned_view *views;
    size_t view_count;
    struct planned_sequence *sequences; /* parallel to catalog->sequences */
    size_t sequence_count;
    struct finding_list findings;
    struct str digest; /* SHA-256 in hex over the decisions and the source's definitions */
};

/* "exact", "lower", "icu", "citext" as users write it; COMPARE_UNSET is "exact". */
const char *text_compare_name(enum text_compare compare);
bool text_compare_parse(struct str text, enum text_compare *ret_compare);

/* Blockers are findings, not errors: an error is a bug or a wrong rule. */
struct error *plan_make(const struct source_catalog *catalog, const struct source_facts *facts,
                        struct plan_options *options, struct arena *arena, struct plan *ret_plan)
    CHECKED;
/* The planned view of a source's view; NULL for other objects. */
const struct planned_view *plan_find_view(const struct plan *plan,
                                          const struct source_object *object);
/* CREATE VIEW and its owner; "" when it is not created. Each statement ends in ";\n". */
void plan_print_view(const struct plan *plan, const struct planned_view *view, struct buf *sql);
/*
 * Whether the key's policies write another value into its column i; and the key that does so first
 * for a column of the source's table, or NULL.
 */
bool plan_key_sets(const struct planned_table *table, const struct planned_foreign_key *key,
                   size_t i);
const struct planned_foreign_key *plan_key_above(const struct planned_table *table, int column,
                                                 size_t *ret_i);
/* What the key's column i will be in the parent on the target. */
struct source_lookup plan_lookup(const struct plan *plan, const struct planned_table *table,
                                 const struct planned_foreign_key *key, size_t i,
                                 struct arena *arena);
/* What a policy for references makes of a column of the source's table; NULL: nothing. */
const struct source_taken *plan_taken(const struct plan *plan, const struct planned_table *table,
                                      int column, struct arena *arena);
size_t plan_count_findings(const struct plan *plan, enum severity severity);
/* For people: tables, columns with source type -> target type and the reason, then findings. */
struct error *plan_print_text(const struct plan *plan, struct buf *text) CHECKED;
/* plan.json: options, digest and every decision; sorted keys, the same bytes for the same plan. */
struct error *plan_print_json(const struct plan *plan, struct buf *json) CHECKED;
/* The DDL, in the order in which it would run. */
struct error *plan_print_sql(const struct plan *plan, struct buf *sql) CHECKED;
/*
 * Whether a table stood in an earlier plan (its plan.json) with the same name in the target and
 * the same columns on both sides: what was made by that plan can be filled by this one.
 */
bool plan_table_is_as_in(const struct plan *plan, const struct planned_table *table,
                         struct str earlier_json);
/*
 * What is not translated and is no part of a table, for a file that psql runs: each object's
 * source text as comments, and a stub: functions and procedures of the same name and parameters
 * that raise an error when they are called. Stubs that could do harm or that PostgreSQL could
 * refuse (triggers, views) are comments, too. Nothing when there are no such objects.
 */
struct error *plan_print_objects(const struct plan *plan, struct buf *sql) CHECKED;
/*
 * From a plan.json: the options it was made with and its digest. The plan is made anew from them
 * and must give the same digest, else the file is stale (PGC_STALE_PLAN): it can be neither out of
 * date nor edited into something that was never checked.
 */
struct error *plan_read_json(struct str json, struct arena *arena, struct plan_options *ret_options,
                             struct str *ret_digest) CHECKED;
