/*
 * model/catalog.h: what stands in a source database, as read by source/. All strings are UTF-8 and
 * live in the arena that the catalog was read into; all are NUL-terminated as well.
 */
#pragma once

#include "model/type.h"

enum source_flavor { FLAVOR_MYSQL, FLAVOR_MARIADB };

struct source_column {
    struct str name;
    struct source_type type;
    bool nullable;
    bool auto_increment;
    bool on_update_now; /* ON UPDATE CURRENT_TIMESTAMP */
    uint8_t on_update_fraction;
    bool invisible;
    bool is_generated;
    bool generated_stored; /* else VIRTUAL */
    struct str generation; /* the expression as the server prints it */
    bool has_default;
    bool default_is_expression; /* CURRENT_TIMESTAMP(6), (uuid()) …: else a literal value */
    struct str default_text; /* a literal's decoded value (no quotes), or the expression's text */
    struct str comment;
};

enum index_kind { INDEX_PRIMARY, INDEX_UNIQUE, INDEX_PLAIN, INDEX_FULLTEXT, INDEX_SPATIAL };

struct source_index_part {
    int column; /* index into columns, -1 for an expression */
    struct str expression;
    uint32_t prefix_length; /* 0: the whole column; characters for text, bytes for binary */
    bool descending;
};

struct source_index {
    struct str name;
    enum index_kind kind;
    struct source_index_part *parts;
    size_t part_count;
    bool invisible;
    struct str comment;
};

struct source_foreign_key {
    struct str name;
    int *columns;
    size_t column_count;
    struct str parent_database; /* differs from the catalog's for keys across databases */
    struct str parent_table;
    struct str *parent_columns;
    struct str on_update; /* "NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT" */
    struct str on_delete;
};

struct source_check {
    struct str name;
    struct str expression;
    bool enforced;
};

/* A partition, or a subpartition of one. */
struct source_partition {
    struct str name;
    struct str description; /* "10", "MAXVALUE", "'a',NULL", "DEFAULT"; "" of HASH and KEY */
    struct str comment;
    struct source_partition *parts; /* its subpartitions: all partitions have them or none has */
    size_t part_count;
};

struct source_partitioning {
    struct str method;     /* "RANGE", "RANGE COLUMNS", "LINEAR HASH" …; "" without partitions */
    struct str expression; /* "year(`d`)", "`a`,`b`"; "" of KEY () over the primary key */
    struct str sub_method; /* "" without subpartitions */
    struct str sub_expression;
    struct source_partition *parts;
    size_t part_count;
};

struct source_table {
    struct str name;
    struct str engine;
    struct str comment;
    struct str collation;
    struct source_column *columns;
    size_t column_count;
    struct source_index *indexes; /* the primary key first when there is one */
    size_t index_count;
    struct source_foreign_key *foreign_keys;
    size_t foreign_key_count;
    struct source_check *checks;
    size_t check_count;
    bool partitioned;
    struct source_partitioning partitioning; /* when partitioned */
    bool system_versioned;
    uint64_t rows_estimate;
    uint64_t data_bytes;
    uint64_t index_bytes;
    uint64_t auto_increment; /* the next value; 0 without */
    struct str create_text;  /* SHOW CREATE TABLE; read only where something is not translated */
};

enum object_kind {
    OBJECT_VIEW,
    OBJECT_TRIGGER,
    OBJECT_PROCEDURE,
    OBJECT_FUNCTION,
    OBJECT_EVENT,
    OBJECT_SEQUENCE
};

/* Of a procedure or function; of what a function gives back, `name` and `mode` are "". */
struct source_parameter {
    struct str name;
    struct str mode; /* "IN", "OUT", "INOUT" */
    struct source_type type;
};

/* What is not a table: kept with its source text. */
struct source_object {
    enum object_kind kind;
    struct str name;
    struct str table; /* of a trigger */
    struct str text;
    struct source_parameter *parameters; /* of a function, the first is what it gives back */
    size_t parameter_count;
};

/* Of MariaDB. Those that have numbers beyond 64 signed bits are objects without translation. */
struct source_sequence {
    struct str name;
    int64_t start, least, most, increment;
    bool cycle;
    int64_t next; /* the number behind all that were given out or set aside (cached) */
};

struct source_catalog {
    struct str database;
    enum source_flavor flavor;
    struct source_table *tables; /* by name, bytewise: the same order everywhere and every time */
    size_t table_count;
    struct source_object *objects;
    size_t object_count;
    struct source_sequence *sequences; /* by name, bytewise */
    size_t sequence_count;
};

/* The server, as probed. */
struct source_facts {
    enum source_flavor flavor;
    struct str version;     /* "9.7.4-2", "10.11.19-MariaDB-…" */
    struct str server_uuid; /* MySQL; "" on MariaDB */
    struct str identity;    /* server uuid, or "hostname:port": the same for every session */
    struct str time_zone;   /* @@global.time_zone, and system_time_zone behind SYSTEM */
    struct str sql_mode;
    bool gtid_on;
    bool log_bin;
    uint64_t max_allowed_packet;
    uint8_t lower_case_table_names;
};

const struct source_table *catalog_find_table(const struct source_catalog *catalog,
                                              struct str name);
/* The column's position, -1 when there is none. MySQL compares column names without case. */
int catalog_find_column(const struct source_table *table, struct str name);
/* "view", "trigger" … */
const char *object_kind_name(enum object_kind kind);
