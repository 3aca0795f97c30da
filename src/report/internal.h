/*
 * report/internal.h: what the files of this room share. Nobody outside includes it.
 *
 * gather() reads and decides everything once; json.c and text.c only write it down, so that the two
 * documents cannot tell different things.
 */
#pragma once

#include "report/report.h"

enum rows_state {
    ROWS_EQUAL,       /* as many as the source counted, every chunk is done */
    ROWS_NOT_EQUAL,   /* every chunk is done, and the numbers differ */
    ROWS_UNFINISHED,  /* chunks are missing */
    ROWS_NOT_COUNTED, /* every chunk is done, the source's count is missing */
};

struct report_rows {
    struct str name;   /* in the source */
    struct str target; /* "schema.table" */
    enum rows_state state;
    int64_t counted; /* -1: not yet */
    uint64_t written, bytes;
    uint64_t set_aside;
    uint32_t chunk_count, chunks_done;
};

/* Anything of the source, or made beside it, that has a name, and what became of it. */
struct report_object {
    const char *kind;   /* "table", "index", "foreign key", "check", "identity", "view" … */
    struct str table;   /* that it belongs to, "" without */
    struct str name;    /* in the source; "" when there is none */
    struct str target;  /* in the target; "" when there is none */
    struct str outcome; /* "created", "left out", "not translated", "FAILED", "not made yet" … */
    struct str reason;  /* "" without */
    bool is_part;       /* it stands below its table */
    struct str source_text; /* of what is not translated, "" without */
};

struct report_column {
    const struct planned_table *table;
    size_t position;
};

struct report_facts {
    const struct report_input *input;
    struct arena *arena;   /* of what stands below */
    struct arena *scratch; /* of what is composed for one line; rewound for the next */
    struct ledger_run run;
    struct ledger_phase *phases;
    size_t phase_count;
    struct ledger_change *changes; /* what policies changed … */
    size_t change_count;
    struct ledger_aside *asides; /* … and the rows that they set aside, as far as still there */
    size_t aside_count;
    struct report_rows *rows; /* by number of the planned table */
    size_t row_count;
    struct report_object *objects; /* table by table, then what belongs to none */
    size_t object_count, object_capacity;
    struct report_column *columns;
    size_t column_count;
    struct finding *findings; /* the plan's and the ledger's; the severe first */
    size_t finding_count;
    struct str *tasks; /* what is left to do by hand */
    size_t task_count, task_capacity;
    size_t tables_equal;
    uint64_t rows_set_aside;
    uint64_t phases_ms; /* the work, without the time between resumptions */
    int64_t elapsed_ms; /* from the run's start to its end; -1 where it has no end yet */
};

struct error *gather(const struct report_input *input, struct arena *arena, struct arena *scratch,
                     struct report_facts *ret_facts) CHECKED;
struct error *make_json(const struct report_facts *facts, struct buf *json) CHECKED;
struct error *make_text(const struct report_facts *facts, struct buf *text) CHECKED;
struct error *make_summary(const struct report_facts *facts, struct buf *text) CHECKED;
/* Every object's outcome, from the plan and the ledger's steps. */
void gather_objects(struct report_facts *facts, struct ledger_step *steps, size_t count);
/* The sentence that says what was compared, and that values were not. */
struct str compared_text(const struct report_facts *facts);
/* What policies did; nothing where they had nothing to do. */
void add_policies(const struct report_facts *facts, struct buf *page);
/* The source's name of the table of a change. */
struct str changed_table(const struct report_facts *facts, const struct ledger_change *change);
const char *rows_state_text(enum rows_state state);
/* "2026-11-23T04:12:33.123Z", also with a space and with "+00": milliseconds since 1970, or -1. */
int64_t parse_time(struct str text);
/* "PGC-4107", "" for 0. */
struct str id_text(struct arena *arena, enum error_id id);

/* ---- the page: layout.c ---------------------------------------------------------------------- */

#define PAGE_COLUMNS 100

/* `text` (escaped) padded with spaces to `width`; negative: to the right edge. */
void add_cell(struct buf *page, struct str text, int width);
/*
 * `text` (escaped, its line ends too: a name must not begin a line of the report), wrapped between
 * words at the page's edge; the first line begins at `column`, the others at `indent`. Ends with a
 * line end.
 */
void add_paragraph(struct buf *page, struct str text, size_t column, size_t indent);
/* The same for a text whose line ends count, such as SQL. */
void add_lines(struct buf *page, struct str text, size_t indent);
/* "  label       text …"; nothing when there is no text. */
void add_field(struct buf *page, const char *label, struct str text);
void add_field_lines(struct buf *page, const char *label, struct str text);
void add_title(struct buf *page, const char *title);
/* "1,234,567" */
struct str number_text(struct arena *arena, uint64_t number);
/* "1.2 GiB" */
struct str size_text(struct arena *arena, uint64_t bytes);
/* "400 ms", "1.4 s", "12 min 05 s", "3 h 20 min" */
struct str duration_text(struct arena *arena, uint64_t duration_ms);
