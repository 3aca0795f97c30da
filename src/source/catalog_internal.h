/*
 * source/catalog_internal.h: what the catalog_*.c share while they read one database.
 */
#pragma once

#include "base/map.h"
#include "source/session_internal.h"

struct catalog_reading {
    struct source_session *session;
    struct str database;
    struct arena *arena;  /* what is kept */
    struct arena scratch; /* arrays of one table while they grow */
    struct source_catalog catalog;
    struct map tables; /* name -> struct source_table */
    struct map words;  /* texts that come again and again: charsets, types */
    struct str *views; /* names of views and sequences, for catalog_objects.c */
    size_t view_count, view_capacity;
    struct str *sequences;
    size_t sequence_count, sequence_capacity;
    size_t read_capacity; /* of catalog.sequences */
    struct buf sql;
};

/* Composes sql for the database and opens it. */
struct error *catalog_rows(struct catalog_reading *reading, const char *statement,
                           struct session_rows *ret_rows) CHECKED;
/* The table that rows of columns, indexes … speak of; NULL when it is none (a view). */
struct source_table *catalog_reading_table(struct catalog_reading *reading, struct str name);
/* One copy of the text for all that are equal. */
struct str catalog_word(struct catalog_reading *reading, struct str text);
/* From scratch into the arena, exactly as long as needed; NULL for none. */
void *catalog_keep(struct catalog_reading *reading, const void *array, size_t count, size_t size);

struct error *catalog_read_tables(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_columns(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_indexes(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_foreign_keys(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_checks(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_partitions(struct catalog_reading *reading) CHECKED;
/*
 * MariaDB gives a LIST's DEFAULT partition the description "0", as if that were its value; the text
 * of the table has the word.
 */
struct error *catalog_restore_partitions(struct catalog_reading *reading) CHECKED;
struct error *catalog_read_objects(struct catalog_reading *reading) CHECKED;
/* Default values that information_schema cannot show truly are asked for with DEFAULT(). */
struct error *catalog_correct_defaults(struct catalog_reading *reading) CHECKED;
/* Labels of ENUM and SET that information_schema cannot show truly, as values show them. */
struct error *catalog_correct_labels(struct catalog_reading *reading) CHECKED;
/* SHOW CREATE TABLE of tables that have something which may not be translated. */
struct error *catalog_read_create_texts(struct catalog_reading *reading) CHECKED;
/* Expressions that information_schema cannot show truly, by the texts read before. */
struct error *catalog_restore_expressions(struct catalog_reading *reading) CHECKED;
