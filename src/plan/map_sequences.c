/* MariaDB's sequences: the same limits and steps, and the number that would have come next. */
#include "plan/internal.h"

static const struct planned_table *find_table_named(const struct planner *p, struct str name)
{
    for (size_t i = 0; i < p->plan->table_count; i++)
        if (p->plan->tables[i].disposition == DISPOSITION_CREATED &&
            str_equal(p->plan->tables[i].target.name, name))
            return &p->plan->tables[i];
    return NULL;
}

/* --names can make two names one. */
static void check_name(struct planner *p, const struct planned_sequence *sequence, size_t count)
{
    struct str other = STR_NULL;
    const struct planned_table *table = find_table_named(p, sequence->target.name);

    if (table != NULL)
        other = table->source->name;
    for (size_t i = 0; i < count && other.ptr == NULL; i++)
        if (!p->plan->sequences[i].is_left_out &&
            str_equal(p->plan->sequences[i].target.name, sequence->target.name))
            other = p->plan->sequences[i].source->name;
    if (other.ptr == NULL)
        return;
    add_finding(p, SEVERITY_BLOCKER, 0, object_name(p, sequence->source->name, STR("")),
                arena_format(p->arena,
                             "gets the same name in PostgreSQL as \"" STR_FMT "\": \"" STR_FMT "\"",
                             STR_ARG(other), STR_ARG(sequence->target.name)))
        ->fix = STR("choose another --names, or rename one of them in MariaDB");
}

static void map_sequence(struct planner *p, const struct source_sequence *source,
                         struct planned_sequence *planned)
{
    *planned = (struct planned_sequence){.source = source,
                                         .is_left_out = is_left_out(p, source->name),
                                         .target = {.schema = p->options->schema,
                                                    .name = map_name(p, source->name),
                                                    .start = source->start,
                                                    .least = source->least,
                                                    .most = source->most,
                                                    .increment = source->increment,
                                                    .cycle = source->cycle}};
    if (planned->is_left_out || source->increment != 0)
        return;
    planned->target.increment = 1;
    add_finding(p, SEVERITY_CHANGES, 0, object_name(p, source->name, STR("")),
                STR("goes on by auto_increment_increment in MariaDB, and by 1 in PostgreSQL"));
}

void map_sequences(struct planner *p)
{
    struct plan *plan = p->plan;

    plan->sequence_count = p->catalog->sequence_count;
    plan->sequences = ARENA_ARRAY(p->arena, plan->sequence_count + 1, struct planned_sequence);
    for (size_t i = 0; i < plan->sequence_count; i++) {
        arena_rewind(p->scratch);
        map_sequence(p, &p->catalog->sequences[i], &plan->sequences[i]);
        if (!plan->sequences[i].is_left_out)
            check_name(p, &plan->sequences[i], i);
    }
}

const struct planned_sequence *find_sequence(const struct planner *p, struct str name)
{
    for (size_t i = 0; i < p->plan->sequence_count; i++)
        if (!p->plan->sequences[i].is_left_out &&
            str_equal(p->plan->sequences[i].source->name, name))
            return &p->plan->sequences[i];
    return NULL;
}
