/*
 * model/finding.h: something an operator should know: in the plan, in the report, on the terminal.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum severity {
    SEVERITY_BLOCKER, /* the run is refused until it is settled */
    SEVERITY_CHANGES, /* changes meaning */
    SEVERITY_NOTE,
};

struct finding {
    enum error_id id; /* 0: no id of its own */
    enum severity severity;
    struct str object; /* "database.table.column" */
    struct str text;
    struct str fix;    /* "" without */
    struct str detail; /* source text, keys of rows …; "" without */
    int64_t rows;      /* -1: not counted */
};

struct finding_list {
    struct finding *items;
    size_t count;
    size_t capacity;
};

const char *severity_name(enum severity severity);
