/*
 * Whether a row can stand on one page of PostgreSQL: texts and bytes are put elsewhere when they
 * are long, numbers and times never (access/htup_details.h, access/heaptoast.h).
 */
#include <inttypes.h>

#include "plan/internal.h"

/* PostgreSQL's ceiling of columns a table (its MaxHeapAttributeNumber). */
#define MAX_COLUMNS 1600
/* What a page of 8 KiB holds of one row. */
#define MAX_ROW_BYTES 8160
#define ROW_HEADER 23
/* A value up to this is not put elsewhere; a longer one leaves less. */
#define KEPT_IN_ROW 21

static bool has_fixed_width(enum target_kind kind)
{
    return target_type_width(kind) > 0 && kind != TARGET_NUMERIC && kind != TARGET_BIT &&
           kind != TARGET_INET;
}

static uint64_t aligned(uint64_t bytes, unsigned alignment)
{
    return (bytes + alignment - 1) / alignment * alignment;
}

/* Of a row whose nullable columns are NULL and whose texts are empty: none is narrower. */
static uint64_t least_width(const struct planned_table *table)
{
    uint64_t bytes = 0;
    bool any_null = false, moved = false;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct target_column *column = &table->target.columns[i];
        enum target_kind kind = column->type.kind;
        if (!column->not_null) {
            any_null = true;
        } else if (has_fixed_width(kind)) {
            /* Behind a value whose length differs it may need no gap. */
            bytes = moved ? bytes : aligned(bytes, target_type_alignment(kind));
            bytes += target_type_width(kind);
        } else {
            bytes++;
            moved = true;
        }
    }
    return aligned(ROW_HEADER + (any_null ? (table->column_count + 7) / 8 : 0), 8) + bytes;
}

static uint64_t most_width(const struct planned_table *table)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        enum target_kind kind = table->target.columns[i].type.kind;
        if (has_fixed_width(kind))
            bytes = aligned(bytes, target_type_alignment(kind)) + target_type_width(kind);
        else
            bytes += KEPT_IN_ROW;
    }
    return aligned(ROW_HEADER + (table->column_count + 7) / 8, 8) + bytes;
}

static void note_width(struct planner *p, const struct planned_table *table)
{
    struct str object = object_name(p, table->source->name, STR(""));
    uint64_t least = least_width(table), most = most_width(table);

    if (least > MAX_ROW_BYTES) {
        struct finding *finding =
            add_finding(p, SEVERITY_BLOCKER, PGC_SOURCE_UNSUPPORTED, object,
                        arena_format(p->arena,
                                     "a row has %" PRIu64 " bytes or more, and a page of "
                                     "PostgreSQL's holds %d of one",
                                     least, MAX_ROW_BYTES));
        finding->fix = STR("give columns narrower types under columns:, split the table in MySQL, "
                           "or leave it out with --exclude");
    } else if (most > MAX_ROW_BYTES) {
        add_finding(p, SEVERITY_NOTE, 0, object,
                    arena_format(p->arena,
                                 "a row with a value in every column can have %" PRIu64
                                 " bytes, and a page of PostgreSQL's holds %d of one: it would be "
                                 "refused",
                                 most, MAX_ROW_BYTES));
    }
}

void check_row_width(struct planner *p, const struct planned_table *table)
{
    if (table->disposition != DISPOSITION_CREATED)
        return;
    if (table->column_count > MAX_COLUMNS) {
        struct finding *finding =
            add_finding(p, SEVERITY_BLOCKER, PGC_SOURCE_UNSUPPORTED,
                        object_name(p, table->source->name, STR("")),
                        arena_format(p->arena, "has %zu columns, and PostgreSQL takes %d",
                                     table->column_count, MAX_COLUMNS));
        finding->fix = STR("split the table in MySQL, or leave it out with --exclude");
        return;
    }
    note_width(p, table);
}
