/*
 * The parts of plan.json: the options, every decision, and of the source what the decisions were
 * made from, so that any change of a definition gives another digest. Sizes and counters are not
 * in it: they change while nothing does.
 */
#include "plan/plan_json.h"

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        w->failed = true;
}

static void push(struct writer *w, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        w->failed = true;
}

/* Text as it is; bytes that are none (the default of a binary column) as {"hex": …}. */
static json_t *text(struct writer *w, struct str s)
{
    json_t *value = json_stringn(s.len > 0 ? s.ptr : "", s.len);

    if (value != NULL)
        return value;
    struct buf hex = BUF_INIT(LIMIT_DOCUMENT, "plan.json");
    buf_add_hex(&hex, s);
    value = json_object();
    put(w, value, "hex", json_string(buf_c_str(&hex)));
    buf_free(&hex);
    return value;
}

static void put_text(struct writer *w, json_t *object, const char *key, struct str s)
{
    put(w, object, key, text(w, s));
}

static void put_c(struct writer *w, json_t *object, const char *key, const char *s)
{
    put(w, object, key, json_string(s));
}

static void put_number(struct writer *w, json_t *object, const char *key, uint64_t number)
{
    put(w, object, key, json_integer((json_int_t)number));
}

static void put_flag(struct writer *w, json_t *object, const char *key, bool flag)
{
    put(w, object, key, json_boolean(flag));
}

static json_t *texts(struct writer *w, const struct str *strings, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        push(w, array, text(w, strings[i]));
    return array;
}

static void put_type(struct writer *w, json_t *object, const char *key,
                     const struct target_type *type)
{
    struct buf sql = BUF_INIT(4 * KIB, "name of a type");

    target_type_print(type, &sql);
    put_text(w, object, key, buf_str(&sql));
    buf_free(&sql);
}

/* ---- options --------------------------------------------------------------------------------- */

/* What is asked, where it is not what `silent` stands for; NULL when nothing is. */
static json_t *policies_json(struct writer *w, const struct value_policies *policies,
                             enum value_policy silent)
{
    json_t *object = NULL;

    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        if (policies->of[i] == silent)
            continue;
        object = object == NULL ? json_object() : object;
        put_c(w, object, value_class_name(i), value_policy_name(policies->of[i]));
    }
    return object;
}

static json_t *rule_json(struct writer *w, const struct column_rule *rule)
{
    json_t *object = json_object();
    json_t *policies = policies_json(w, &rule->policies, POLICY_UNSET);

    put_text(w, object, "pattern", rule->pattern);
    if (rule->has_type)
        put_type(w, object, "type", &rule->type);
    if (rule->nullable)
        put_flag(w, object, "nullable", true);
    if (rule->compare != COMPARE_UNSET)
        put_c(w, object, "compare", text_compare_name(rule->compare));
    if (policies != NULL)
        put(w, object, "values", policies);
    return object;
}

json_t *options_json(struct writer *w, const struct plan_options *options)
{
    json_t *object = json_object();
    json_t *rules = json_array();
    json_t *policies = policies_json(w, &options->policies, POLICY_REFUSE);

    put_text(w, object, "schema", options->schema);
    put_text(w, object, "owner", options->owner);
    put_c(w, object, "names", plan_names_word(options->names));
    put_c(w, object, "partitions", plan_partitions_word(options->partitions));
    put_text(w, object, "fulltext", options->fulltext);
    put(w, object, "tables", texts(w, options->include, options->include_count));
    put(w, object, "exclude", texts(w, options->exclude, options->exclude_count));
    put_flag(w, object, "lock", options->engines_locked);
    if (policies != NULL)
        put(w, object, "values", policies);
    if (w->with_limits)
        put_number(w, object, OPTION_MAX_QUARANTINED, options->max_quarantined);
    for (size_t i = 0; i < options->rule_count; i++)
        push(w, rules, rule_json(w, &options->rules[i]));
    put(w, object, "columns", rules);
    json_t *types = json_array();
    for (size_t i = 0; i < options->type_rule_count; i++) {
        json_t *rule = json_object();
        put_text(w, rule, "source", options->type_rules[i].source);
        put_type(w, rule, "type", &options->type_rules[i].type);
        push(w, types, rule);
    }
    put(w, object, "types", types);
    put_text(w, object, "postgis_schema", options->postgis_schema);
    put_text(w, object, "vector_schema", options->vector_schema);
    put_text(w, object, "citext_schema", options->citext_schema);
    return object;
}

/* ---- columns --------------------------------------------------------------------------------- */

static json_t *source_column_json(struct writer *w, const struct source_column *column)
{
    json_t *object = json_object();

    put_text(w, object, "name", column->name);
    put_text(w, object, "type", column->type.text);
    put_flag(w, object, "nullable", column->nullable);
    if (column->type.charset.len > 0)
        put_text(w, object, "charset", column->type.charset);
    if (column->type.collation.len > 0)
        put_text(w, object, "collation", column->type.collation);
    if (column->type.label_count > 0)
        put(w, object, "labels", texts(w, column->type.labels, column->type.label_count));
    if (column->type.kind == SOURCE_JSON)
        put_flag(w, object, "json", true);
    if (column->auto_increment)
        put_flag(w, object, "auto_increment", true);
    if (column->on_update_now)
        put_number(w, object, "on_update_fraction", column->on_update_fraction);
    if (column->invisible)
        put_flag(w, object, "invisible", true);
    if (column->is_generated) {
        put_text(w, object, "generation", column->generation);
        put_flag(w, object, "stored", column->generated_stored);
    }
    if (column->has_default) {
        put_text(w, object, "default", column->default_text);
        put_flag(w, object, "default_is_expression", column->default_is_expression);
    }
    return object;
}

static json_t *column_json(struct writer *w, const struct planned_table *table, size_t i)
{
    const struct planned_column *planned = &table->columns[i];
    const struct target_column *target = &table->target.columns[i];
    json_t *object = json_object();
    json_t *policies = policies_json(w, &planned->policies, POLICY_REFUSE);

    if (policies != NULL)
        put(w, object, "values", policies);
    if (planned->compare > COMPARE_EXACT)
        put_c(w, object, "compare", text_compare_name(planned->compare));
    put(w, object, "source", source_column_json(w, &table->source->columns[planned->source]));
    put_text(w, object, "name", target->name);
    put_type(w, object, "type", &target->type);
    if (target->collation.len > 0)
        put_text(w, object, "collation", target->collation);
    put_flag(w, object, "not_null", target->not_null);
    put_flag(w, object, "copied", planned->copied);
    put_flag(w, object, "lossy", planned->lossy);
    put_c(w, object, "rule", planned->rule);
    put_text(w, object, "reason", planned->reason);
    if (target->identity)
        put_flag(w, object, "identity", true);
    if (target->default_sql.len > 0)
        put_text(w, object, "default", target->default_sql);
    if (target->generated_sql.len > 0)
        put_text(w, object, "generated", target->generated_sql);
    if (target->comment.len > 0)
        put_text(w, object, "comment", target->comment);
    return object;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static json_t *source_index_json(struct writer *w, const struct source_table *table,
                                 const struct source_index *index)
{
    static const char *const kinds[] = {[INDEX_PRIMARY] = "primary",
                                        [INDEX_UNIQUE] = "unique",
                                        [INDEX_PLAIN] = "plain",
                                        [INDEX_FULLTEXT] = "fulltext",
                                        [INDEX_SPATIAL] = "spatial"};
    json_t *object = json_object();
    json_t *parts = json_array();

    put_text(w, object, "name", index->name);
    put_c(w, object, "kind", kinds[index->kind]);
    if (index->invisible)
        put_flag(w, object, "invisible", true);
    for (size_t i = 0; i < index->part_count; i++) {
        const struct source_index_part *part = &index->parts[i];
        json_t *entry = json_object();
        if (part->column >= 0)
            put_text(w, entry, "column", table->columns[part->column].name);
        else
            put_text(w, entry, "expression", part->expression);
        if (part->prefix_length > 0)
            put_number(w, entry, "prefix", part->prefix_length);
        if (part->descending)
            put_flag(w, entry, "descending", true);
        push(w, parts, entry);
    }
    put(w, object, "parts", parts);
    return object;
}

static json_t *index_json(struct writer *w, const struct planned_table *table,
                          const struct planned_index *planned)
{
    static const char *const kinds[] = {[TARGET_INDEX_PRIMARY] = "primary",
                                        [TARGET_INDEX_UNIQUE] = "unique",
                                        [TARGET_INDEX_PLAIN] = "plain"};
    json_t *object = json_object();
    json_t *parts = json_array();

    if (planned->source != NULL)
        put(w, object, "source", source_index_json(w, table->source, planned->source));
    put_flag(w, object, "translated", planned->translated);
    for (size_t i = 0; planned->translated && i < planned->target.part_count; i++) {
        const struct target_index_part *part = &planned->target.parts[i];
        json_t *entry = json_object();
        if (part->expression_sql.len > 0)
            put_text(w, entry, "expression", part->expression_sql);
        else
            put_text(w, entry, "column", part->column);
        if (part->descending)
            put_flag(w, entry, "descending", true);
        push(w, parts, entry);
    }
    if (planned->translated) {
        put_text(w, object, "name", planned->target.name);
        put_c(w, object, "kind", kinds[planned->target.kind]);
        if (planned->target.method != NULL)
            put_c(w, object, "method", planned->target.method);
        if (planned->target.comment.len > 0)
            put_text(w, object, "comment", planned->target.comment);
        put(w, object, "parts", parts);
    } else {
        json_decref(parts);
    }
    return object;
}

static json_t *source_foreign_key_json(struct writer *w, const struct source_table *table,
                                       const struct source_foreign_key *key)
{
    json_t *object = json_object();
    json_t *columns = json_array();

    for (size_t i = 0; i < key->column_count; i++)
        push(w, columns, text(w, table->columns[key->columns[i]].name));
    put_text(w, object, "name", key->name);
    put(w, object, "columns", columns);
    put_text(w, object, "parent_database", key->parent_database);
    put_text(w, object, "parent_table", key->parent_table);
    put(w, object, "parent_columns", texts(w, key->parent_columns, key->column_count));
    put_text(w, object, "on_update", key->on_update);
    put_text(w, object, "on_delete", key->on_delete);
    return object;
}

static json_t *foreign_key_json(struct writer *w, const struct planned_table *table,
                                const struct planned_foreign_key *planned)
{
    const struct target_foreign_key *target = &planned->target;
    json_t *object = json_object();

    put(w, object, "source", source_foreign_key_json(w, table->source, planned->source));
    put_flag(w, object, "translated", planned->translated);
    if (planned->translated) {
        put_text(w, object, "name", target->name);
        put(w, object, "columns", texts(w, target->columns, target->column_count));
        put_text(w, object, "parent_schema", target->parent_schema);
        put_text(w, object, "parent_table", target->parent_table);
        put(w, object, "parent_columns", texts(w, target->parent_columns, target->column_count));
        put_text(w, object, "on_update", target->on_update);
        put_text(w, object, "on_delete", target->on_delete);
        if (planned->orphan > POLICY_REFUSE)
            put_c(w, object, "orphan", value_policy_name(planned->orphan));
        if (planned->spelling > POLICY_REFUSE)
            put_c(w, object, "parent_spelling", value_policy_name(planned->spelling));
    }
    return object;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static json_t *source_partitions_json(struct writer *w, const struct source_partition *parts,
                                      size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        put_text(w, object, "name", parts[i].name);
        put_text(w, object, "description", parts[i].description);
        put_text(w, object, "comment", parts[i].comment);
        if (parts[i].part_count > 0)
            put(w, object, "parts", source_partitions_json(w, parts[i].parts, parts[i].part_count));
        push(w, array, object);
    }
    return array;
}

static json_t *source_partitioning_json(struct writer *w,
                                        const struct source_partitioning *partitioning)
{
    json_t *object = json_object();

    put_text(w, object, "method", partitioning->method);
    put_text(w, object, "expression", partitioning->expression);
    put_text(w, object, "sub_method", partitioning->sub_method);
    put_text(w, object, "sub_expression", partitioning->sub_expression);
    put(w, object, "parts",
        source_partitions_json(w, partitioning->parts, partitioning->part_count));
    return object;
}

static json_t *partitions_json(struct writer *w, const struct target_partition *partitions,
                               size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        put_text(w, object, "name", partitions[i].name);
        put_text(w, object, "values", partitions[i].values_sql);
        if (partitions[i].check_sql.len > 0)
            put_text(w, object, "check", partitions[i].check_sql);
        if (partitions[i].comment.len > 0)
            put_text(w, object, "comment", partitions[i].comment);
        if (partitions[i].part_count > 0)
            put(w, object, "parts",
                partitions_json(w, partitions[i].parts, partitions[i].part_count));
        push(w, array, object);
    }
    return array;
}

static json_t *source_table_json(struct writer *w, const struct source_table *table)
{
    json_t *object = json_object();
    json_t *checks = json_array();

    put_text(w, object, "name", table->name);
    put_text(w, object, "engine", table->engine);
    put_text(w, object, "collation", table->collation);
    put_flag(w, object, "partitioned", table->partitioned);
    put_flag(w, object, "system_versioned", table->system_versioned);
    for (size_t i = 0; i < table->check_count; i++) {
        json_t *check = json_object();
        put_text(w, check, "name", table->checks[i].name);
        put_text(w, check, "expression", table->checks[i].expression);
        put_flag(w, check, "enforced", table->checks[i].enforced);
        push(w, checks, check);
    }
    put(w, object, "checks", checks);
    if (table->partitioned)
        put(w, object, "partitioning", source_partitioning_json(w, &table->partitioning));
    return object;
}

static void put_lists(struct writer *w, json_t *object, const struct planned_table *table)
{
    json_t *columns = json_array();
    json_t *checks = json_array();
    json_t *indexes = json_array();
    json_t *foreign_keys = json_array();
    json_t *chunk_key = json_array();

    for (size_t i = 0; i < table->column_count; i++)
        push(w, columns, column_json(w, table, i));
    for (size_t i = 0; i < table->target.check_count; i++) {
        json_t *check = json_object();
        put_text(w, check, "name", table->target.checks[i].name);
        put_text(w, check, "expression", table->target.checks[i].expression_sql);
        push(w, checks, check);
    }
    for (size_t i = 0; i < table->index_count; i++)
        push(w, indexes, index_json(w, table, &table->indexes[i]));
    for (size_t i = 0; i < table->foreign_key_count; i++)
        push(w, foreign_keys, foreign_key_json(w, table, &table->foreign_keys[i]));
    for (size_t i = 0; i < table->chunk_key_count; i++)
        push(w, chunk_key, text(w, table->source->columns[table->chunk_key[i]].name));
    put(w, object, "columns", columns);
    put(w, object, "checks", checks);
    put(w, object, "indexes", indexes);
    put(w, object, "foreign_keys", foreign_keys);
    put(w, object, "chunk_key", chunk_key);
}

json_t *table_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct planned_table *table = &plan->tables[i];
    json_t *object = json_object();
    json_t *on_update = json_array();

    put(w, object, "source", source_table_json(w, table->source));
    put_c(w, object, "disposition", disposition_word(table->disposition));
    put_text(w, object, "disposition_reason", table->disposition_reason);
    if (table->disposition == DISPOSITION_CREATED) {
        put_text(w, object, "schema", table->target.schema);
        put_text(w, object, "name", table->target.name);
        put_text(w, object, "comment", table->target.comment);
        put_text(w, object, "chunk_key_index", table->chunk_key_index);
        put_text(w, object, "on_update_trigger", table->on_update_trigger);
        put_lists(w, object, table);
        if (table->target.partition_sql.len > 0) {
            put_text(w, object, "partition_by", table->target.partition_sql);
            put_text(w, object, "sub_partition_by", table->target.sub_partition_sql);
            put(w, object, "partitions",
                partitions_json(w, table->target.partitions, table->target.partition_count));
        }
    }
    for (size_t k = 0; k < table->on_update_count; k++)
        push(w, on_update, text(w, table->target.columns[table->on_update_columns[k]].name));
    put(w, object, "on_update", on_update);
    return object;
}

json_t *collation_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct target_collation *collation = &plan->collations[i];
    json_t *object = json_object();

    put_text(w, object, "name", collation->name);
    put_text(w, object, "locale", collation->locale);
    return object;
}

json_t *enum_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct planned_enum *planned = &plan->enums[i];
    const struct planned_table *table = &plan->tables[planned->table];
    json_t *object = json_object();

    put_text(w, object, "schema", planned->target.schema);
    put_text(w, object, "name", planned->target.name);
    put_text(w, object, "table", table->target.name);
    put_text(w, object, "column", table->target.columns[planned->column].name);
    put(w, object, "labels", texts(w, planned->target.labels, planned->target.label_count));
    return object;
}

/* Without its next number, which is another one at every call. */
json_t *sequence_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct planned_sequence *planned = &plan->sequences[i];
    json_t *object = json_object();

    put_text(w, object, "source", planned->source->name);
    put_text(w, object, "name", planned->target.name);
    put_c(w, object, "disposition",
          disposition_word(planned->is_left_out ? DISPOSITION_LEFT_OUT : DISPOSITION_CREATED));
    put(w, object, "start", json_integer(planned->target.start));
    put(w, object, "least", json_integer(planned->target.least));
    put(w, object, "most", json_integer(planned->target.most));
    put(w, object, "increment", json_integer(planned->target.increment));
    put_flag(w, object, "cycle", planned->target.cycle);
    return object;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void put_view(struct writer *w, json_t *object, const struct plan *plan,
                     const struct planned_view *view)
{
    struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    put_text(w, object, "disposition_reason", view->disposition_reason);
    if (view->disposition == DISPOSITION_CREATED) {
        plan_print_view(plan, view, &sql);
        put_text(w, object, "schema", view->schema);
        put_text(w, object, "target", view->name);
        put_number(w, object, "position", (uint64_t)(view - plan->views));
        put_text(w, object, "sql", buf_str(&sql));
    }
    buf_free(&sql);
}

json_t *object_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct source_object *source = &plan->catalog->objects[i];
    json_t *object = json_object();

    put_c(w, object, "kind", object_kind_name(source->kind));
    put_text(w, object, "name", source->name);
    put_text(w, object, "table", source->table);
    put_text(w, object, "text", source->text);
    const struct planned_view *view = plan_find_view(plan, source);
    put_c(w, object, "disposition",
          disposition_word(view != NULL ? view->disposition : DISPOSITION_NOT_TRANSLATED));
    if (view != NULL)
        put_view(w, object, plan, view);
    return object;
}

json_t *finding_json(struct writer *w, const struct plan *plan, size_t i)
{
    const struct finding *finding = &plan->findings.items[i];
    json_t *object = json_object();

    if (finding->id != 0)
        put_number(w, object, "id", (uint64_t)finding->id);
    put_c(w, object, "severity", severity_name(finding->severity));
    put_text(w, object, "object", finding->object);
    put_text(w, object, "text", finding->text);
    put_text(w, object, "fix", finding->fix);
    put_text(w, object, "detail", finding->detail);
    return object;
}

json_t *source_json(struct writer *w, const struct plan *plan)
{
    json_t *object = json_object();

    put_text(w, object, "database", plan->catalog->database);
    put_c(w, object, "flavor", plan->catalog->flavor == FLAVOR_MYSQL ? "mysql" : "mariadb");
    return object;
}
