/* What policies did to values that PostgreSQL cannot hold: changed, or set aside in their rows. */
#include <inttypes.h>

#include "report/internal.h"

struct str changed_table(const struct report_facts *facts, const struct ledger_change *change)
{
    const struct plan *plan = facts->input->plan;

    for (size_t i = 0; i < plan->table_count; i++)
        if (plan->tables[i].number == change->table)
            return plan->tables[i].source->name;
    return STR("");
}

static void add_samples(struct buf *page, const struct str *samples, size_t count, uint64_t of)
{
    for (size_t i = 0; i < count; i++)
        add_field(page, i == 0 ? "  rows" : "  ", samples[i]);
    if (of > count)
        buf_add_format(page, "%16s(%" PRIu64 " more)\n", "", of - count);
}

static void add_change(const struct report_facts *facts, struct buf *page,
                       const struct ledger_change *change)
{
    buf_add_c(page, "  ");
    add_paragraph(page,
                  arena_format(facts->scratch,
                               STR_FMT "." STR_FMT "   %s: %s   " STR_FMT " value%s",
                               STR_ARG(changed_table(facts, change)), STR_ARG(change->column),
                               value_class_name(change->value_class),
                               policy_effect(change->value_class, change->policy),
                               STR_ARG(number_text(facts->scratch, change->count)),
                               change->count == 1 ? "" : "s"),
                  2, 6);
    add_samples(page, change->samples, change->sample_count, change->count);
}

static void add_aside(const struct report_facts *facts, struct buf *page,
                      const struct ledger_aside *aside)
{
    buf_add_c(page, "  ");
    add_paragraph(
        page,
        arena_format(
            facts->scratch, STR_FMT "." STR_FMT "   " STR_FMT ": " STR_FMT " row%s set aside",
            STR_ARG(aside->source_table), STR_ARG(aside->column), STR_ARG(aside->value_class),
            STR_ARG(number_text(facts->scratch, aside->count)), aside->count == 1 ? "" : "s"),
        2, 6);
    add_field(page, "  reason", aside->reason);
    add_samples(page, aside->samples, aside->sample_count, aside->count);
}

void add_policies(const struct report_facts *facts, struct buf *page)
{
    if (facts->change_count + facts->aside_count == 0)
        return;
    add_title(page, "POLICIES");
    for (size_t i = 0; i < facts->change_count; i++) {
        arena_rewind(facts->scratch);
        add_change(facts, page, &facts->changes[i]);
    }
    for (size_t i = 0; i < facts->aside_count; i++) {
        arena_rewind(facts->scratch);
        add_aside(facts, page, &facts->asides[i]);
    }
}
