/* The DDL in the order in which it runs: tables, (rows,) indexes, constraints, the rest. */
#include "plan/internal.h"
#include "sink/sink.h"

/* The statements of sink/ end with their own ";\n". */
static void end_statement(struct buf *sql)
{
    buf_add_c(sql, ";\n");
}

static void print_owner(const struct plan *plan, struct str schema, const char *what,
                        struct str name, struct buf *sql)
{
    if (plan->options->owner.len == 0)
        return;
    buf_add_format(sql, "ALTER %s ", what);
    sink_quote_name(sql, schema, name);
    buf_add_c(sql, *what == 'F' ? "() OWNER TO " : " OWNER TO ");
    sink_quote_ident(sql, plan->options->owner);
    end_statement(sql);
}

static bool is_created(const struct planned_table *table)
{
    return table->disposition == DISPOSITION_CREATED;
}

static void print_tables(const struct plan *plan, struct buf *sql)
{
    buf_add_c(sql, "CREATE SCHEMA IF NOT EXISTS ");
    sink_quote_ident(sql, plan->options->schema);
    end_statement(sql);
    for (size_t i = 0; i < plan->collation_count; i++) {
        const struct target_collation *collation = &plan->collations[i];
        sink_ddl_collation(sql, collation);
        print_owner(plan, collation->schema, "COLLATION", collation->name, sql);
    }
    for (size_t i = 0; i < plan->enum_count; i++) {
        const struct planned_enum *type = &plan->enums[i];
        sink_ddl_enum(sql, &type->target);
        print_owner(plan, type->target.schema, "TYPE", type->target.name, sql);
    }
    for (size_t i = 0; i < plan->sequence_count; i++) {
        const struct target_sequence *sequence = &plan->sequences[i].target;
        if (plan->sequences[i].is_left_out)
            continue;
        sink_ddl_create_sequence(sql, sequence);
        print_owner(plan, sequence->schema, "SEQUENCE", sequence->name, sql);
    }
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct target_table *table = &plan->tables[i].target;
        if (!is_created(&plan->tables[i]))
            continue;
        sink_ddl_table(sql, table);
        if (plan->options->owner.len > 0)
            sink_ddl_table_owner(sql, table, plan->options->owner);
    }
}

static void print_indexes(const struct plan *plan, struct buf *sql)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        for (size_t k = 0; is_created(table) && k < table->index_count; k++) {
            if (!table->indexes[k].translated)
                continue;
            sink_ddl_index(sql, &table->target, &table->indexes[k].target);
        }
    }
}

static void print_checks(const struct target_table *table, struct buf *sql, bool validate)
{
    for (size_t i = table->type_check_count; i < table->check_count; i++) {
        if (validate)
            sink_ddl_validate(sql, table, table->checks[i].name);
        else
            sink_ddl_check(sql, table, &table->checks[i]);
    }
}

static void print_constraints(const struct plan *plan, struct buf *sql, bool validate)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (!is_created(table))
            continue;
        print_checks(&table->target, sql, validate);
        for (size_t k = 0; k < table->foreign_key_count; k++) {
            const struct planned_foreign_key *key = &table->foreign_keys[k];
            if (!key->translated)
                continue;
            if (validate)
                sink_ddl_validate(sql, &table->target, key->target.name);
            else
                sink_ddl_foreign_key(sql, &table->target, &key->target);
        }
    }
}

static void print_rest(const struct plan *plan, struct buf *sql)
{
    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (!is_created(table))
            continue;
        if (table->identity_column >= 0)
            sink_ddl_sequence(sql, &table->target, (size_t)table->identity_column,
                              table->source->auto_increment);
        if (table->on_update_count > 0) {
            sink_ddl_on_update(sql, &table->target, table->on_update_columns,
                               table->on_update_count, table->on_update_trigger);
            print_owner(plan, table->target.schema, "FUNCTION", table->on_update_trigger, sql);
        }
        sink_ddl_comments(sql, &table->target);
        sink_ddl_analyze(sql, &table->target);
    }
}

static void print_views(const struct plan *plan, struct buf *sql)
{
    for (size_t i = 0; i < plan->view_count; i++) {
        if (plan->views[i].disposition == DISPOSITION_CREATED)
            buf_add_char(sql, '\n');
        plan_print_view(plan, &plan->views[i], sql);
    }
}

static void print_sequences(const struct plan *plan, struct buf *sql)
{
    for (size_t i = 0; i < plan->sequence_count; i++)
        if (!plan->sequences[i].is_left_out)
            sink_ddl_set_sequence(sql, &plan->sequences[i].target, plan->sequences[i].source->next);
}

struct error *plan_print_sql(const struct plan *plan, struct buf *sql)
{
    print_tables(plan, sql);
    buf_add_c(sql, "\n-- the rows are copied here\n\n");
    print_indexes(plan, sql);
    buf_add_char(sql, '\n');
    print_constraints(plan, sql, false);
    print_constraints(plan, sql, true);
    buf_add_char(sql, '\n');
    print_sequences(plan, sql);
    print_rest(plan, sql);
    print_views(plan, sql);
    return buf_error(sql);
}
