/*
 * fake_ledger.h: the ledger's reading functions, answered from a struct of the test.
 */
#pragma once

#include "ledger/ledger.h"

struct ledger {
    struct ledger_run run;
    bool missing; /* no run */
    struct ledger_table *tables;
    size_t table_count;
    struct ledger_step *steps;
    size_t step_count;
    struct ledger_phase *phases;
    size_t phase_count;
    struct finding_list findings;
    struct ledger_change *changes;
    size_t change_count;
    struct ledger_aside *asides;
    size_t aside_count;
    bool broken; /* reading the steps fails */
};

struct error *ledger_read_run(struct ledger *ledger, struct arena *arena,
                              struct ledger_run *ret_run, bool *ret_found)
{
    (void)arena;
    *ret_run = ledger->run;
    *ret_found = !ledger->missing;
    return NULL;
}

struct error *ledger_read_tables(struct ledger *ledger, struct arena *arena,
                                 struct ledger_table **ret_tables, size_t *ret_count)
{
    (void)arena;
    *ret_tables = ledger->tables;
    *ret_count = ledger->table_count;
    return NULL;
}

struct error *ledger_read_steps(struct ledger *ledger, struct arena *arena,
                                struct ledger_step **ret_steps, size_t *ret_count)
{
    (void)arena;
    if (ledger->broken)
        return error_new(PGC_TARGET_CONNECT, "connection lost");
    *ret_steps = ledger->steps;
    *ret_count = ledger->step_count;
    return NULL;
}

struct error *ledger_read_phases(struct ledger *ledger, struct arena *arena,
                                 struct ledger_phase **ret_phases, size_t *ret_count)
{
    (void)arena;
    *ret_phases = ledger->phases;
    *ret_count = ledger->phase_count;
    return NULL;
}

struct error *ledger_read_findings(struct ledger *ledger, struct arena *arena,
                                   struct finding_list *ret_findings)
{
    (void)arena;
    *ret_findings = ledger->findings;
    return NULL;
}

struct error *ledger_read_changes(struct ledger *ledger, struct arena *arena,
                                  struct ledger_change **ret_changes, size_t *ret_count)
{
    (void)arena;
    *ret_changes = ledger->changes;
    *ret_count = ledger->change_count;
    return NULL;
}

struct error *ledger_quarantine_list(struct ledger *ledger, struct arena *arena,
                                     struct ledger_aside **ret_list, size_t *ret_count)
{
    (void)arena;
    *ret_list = ledger->asides;
    *ret_count = ledger->aside_count;
    return NULL;
}
