/*
 * model/type.h: the types of both sides, as data.
 */
#pragma once

#include "base/str.h"

/* A MySQL/MariaDB column type. Display widths are kept in `text` only. */
enum source_kind {
    SOURCE_TINYINT,
    SOURCE_SMALLINT,
    SOURCE_MEDIUMINT,
    SOURCE_INT,
    SOURCE_BIGINT,
    SOURCE_DECIMAL,
    SOURCE_FLOAT,
    SOURCE_DOUBLE,
    SOURCE_BIT,
    SOURCE_DATE,
    SOURCE_DATETIME,
    SOURCE_TIMESTAMP,
    SOURCE_TIME,
    SOURCE_YEAR,
    SOURCE_CHAR,
    SOURCE_VARCHAR,
    SOURCE_TEXT, /* tinytext … longtext, by max_bytes */
    SOURCE_BINARY,
    SOURCE_VARBINARY,
    SOURCE_BLOB, /* tinyblob … longblob, by max_bytes */
    SOURCE_ENUM,
    SOURCE_SET,
    SOURCE_JSON, /* MySQL's own type, and MariaDB's LONGTEXT with CHECK (json_valid(column)) */
    SOURCE_GEOMETRY,
    SOURCE_VECTOR,
    SOURCE_UUID,
    SOURCE_INET4,
    SOURCE_INET6,
    SOURCE_OTHER, /* a type nobody here knows: refused in the plan, with its text */
};

struct source_type {
    enum source_kind kind;
    bool is_unsigned;
    bool is_tinyint_1;    /* TINYINT(1): a habit that says boolean, not a proof */
    bool is_json_tree;    /* MySQL's JSON, shown normalised; MariaDB's is a text */
    uint32_t length;      /* characters (CHAR, VARCHAR), bytes (BINARY, VARBINARY), bits (BIT),
                             numbers (VECTOR) */
    uint64_t max_bytes;   /* character and blob types: the most bytes a value can have */
    uint8_t precision;    /* DECIMAL */
    uint8_t scale;        /* DECIMAL */
    uint8_t fraction;     /* digits of a second: DATETIME, TIMESTAMP, TIME */
    struct str charset;   /* "utf8mb4"; "" where the type has none */
    struct str collation; /* "utf8mb4_0900_ai_ci" */
    struct str *labels;   /* ENUM and SET, decoded to UTF-8, in definition order */
    size_t label_count;
    struct str text; /* the server's own words: "int(10) unsigned zerofill" */
};

/* "tinyint", "longtext" …: the word that the server's name of a type begins with. */
bool source_kind_parse(struct str word, enum source_kind *ret_kind);

enum target_kind {
    TARGET_BOOLEAN,
    TARGET_SMALLINT,
    TARGET_INTEGER,
    TARGET_BIGINT,
    TARGET_NUMERIC,
    TARGET_REAL,
    TARGET_DOUBLE,
    TARGET_BIT,
    TARGET_VARCHAR,
    TARGET_TEXT,
    TARGET_BYTEA,
    TARGET_DATE,
    TARGET_TIME,
    TARGET_TIMESTAMP,   /* without time zone */
    TARGET_TIMESTAMPTZ, /* with time zone */
    TARGET_INTERVAL,
    TARGET_UUID,
    TARGET_JSON,
    TARGET_JSONB,
    TARGET_TEXT_ARRAY,
    TARGET_REAL_ARRAY,
    TARGET_INET,
    TARGET_ENUM,     /* a type of the plan's own, one a column */
    TARGET_GEOMETRY, /* of the extension postgis */
    TARGET_VECTOR,   /* of the extension vector */
};

struct target_type {
    enum target_kind kind;
    uint32_t length;    /* VARCHAR: characters, 0 without limit; BIT: bits; VECTOR: numbers, or 0 */
    uint16_t precision; /* NUMERIC, 0 without */
    uint16_t scale;
    uint8_t fraction; /* TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL: 0…6 */
    /* ENUM, GEOMETRY, VECTOR: schema and name as SQL, set by plan/; "" in a rule. */
    struct str sql_name;
};

/* "timestamp(6) without time zone": as PostgreSQL's format_type() writes it. */
void target_type_print(const struct target_type *type, struct buf *sql);
/*
 * "varchar(40)", "timestamptz(3)", "boolean", "text[]" … as users write it in `columns:`; "enum",
 * "geometry" and "vector(3)" without a schema. Returns false when it is not a type of the list
 * above.
 */
bool target_type_parse(struct str text, struct target_type *ret_type);
/*
 * Bytes that every value of a type takes in a row (pg_type.typlen), of NUMERIC, BIT and INET what
 * the longest takes; 0 where there is no bound. And to what multiple of bytes they begin
 * (typalign).
 */
unsigned target_type_width(enum target_kind kind);
unsigned target_type_alignment(enum target_kind kind);
bool target_type_equal(const struct target_type *a, const struct target_type *b);
