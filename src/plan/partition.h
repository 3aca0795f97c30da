/*
 * plan/partition.h: what map_partitions.c and partition_bounds.c share: by what a table is
 * partitioned, and MySQL's values as bounds of PostgreSQL.
 */
#pragma once

#include "plan/expression.h"

/* PostgreSQL's ceiling of a partition key (its PARTITION_MAX_KEYS). MySQL has 16. */
#define MAX_PARTITION_COLUMNS 32

/* What MySQL compares: the column, or a function of it that grows with it. */
enum partition_form {
    FORM_COLUMN,
    FORM_YEAR,           /* YEAR(d) */
    FORM_YEAR_MONTH,     /* YEAR(d) * 100 + MONTH(d), EXTRACT(YEAR_MONTH FROM d) */
    FORM_TO_DAYS,        /* TO_DAYS(d) */
    FORM_TO_SECONDS,     /* TO_SECONDS(d) */
    FORM_UNIX_TIMESTAMP, /* UNIX_TIMESTAMP(t) */
};

struct partition_key {
    enum partition_form form;
    int columns[MAX_PARTITION_COLUMNS]; /* positions in the source table */
    size_t column_count;
};

struct partition_work {
    struct planner *planner;
    struct planned_table *table;
    struct partition_key key;
    struct str why; /* why it cannot be done: the first reason */
};

/* Notes the first reason and returns false. */
bool cannot_partition(struct partition_work *work, const char *format, ...) PRINTF(2, 3);
/* Whether rows of a range over this column are put in an order by their text. */
bool is_partition_text(const struct partition_work *work, size_t i);
/*
 * FOR VALUES … of all partitions, from the descriptions of the source's. *ret_open: no range ends
 * at MAXVALUE; *ret_default: one of the partitions is the DEFAULT.
 */
bool bounds_of_ranges(struct partition_work *work, bool *ret_open);
bool bounds_of_lists(struct partition_work *work, bool *ret_default);
