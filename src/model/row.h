/*
 * model/row.h: one row on its way. Cells borrow the source's buffers and are valid until the next
 * row is asked for.
 */
#pragma once

#include "base/str.h"

enum cell_form {
    CELL_NULL,
    CELL_INT,    /* signed integers, YEAR */
    CELL_UINT,   /* unsigned integers */
    CELL_FLOAT,  /* FLOAT, its own 32 bits */
    CELL_DOUBLE, /* DOUBLE */
    CELL_TIME,   /* DATE, DATETIME, TIMESTAMP (in UTC), TIME */
    CELL_BYTES,  /* all else: the stored bytes in the column's own charset; DECIMAL as text */
};

/* As stored, not validated: month and day may be 0, day may be 31 in February. */
struct cell_time {
    uint16_t year;
    uint8_t month, day;
    uint32_t hour; /* TIME: 0…838 */
    uint8_t minute, second;
    uint32_t microsecond;
    bool negative; /* TIME */
};

struct cell {
    enum cell_form form;
    union {
        int64_t integer;
        uint64_t natural;
        float real;
        double real_double;
        struct cell_time time;
        struct str bytes;
    };
};

struct row {
    struct cell *cells;
    size_t cell_count;
    size_t size_bytes; /* the bytes of all CELL_BYTES together */
};
