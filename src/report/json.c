/* report.json. */
#include <jansson.h>

#include "base/limits.h"
#include "base/text.h"
#include "report/internal.h"

/* One JSON object on its way; `failed` when memory ran out. */
struct members {
    json_t *object;
    bool failed;
};

static struct members begin(void)
{
    return (struct members){.object = json_object()};
}

static void set(struct members *members, const char *key, json_t *value)
{
    if (json_object_set_new(members->object, key, value) != 0)
        members->failed = true;
}

/* Bytes that are not UTF-8 are shown as the text report shows them. */
static json_t *json_str(struct str text)
{
    json_t *value = json_stringn(text.len > 0 ? text.ptr : "", text.len);

    if (value == NULL) {
        struct buf shown = BUF_INIT(LIMIT_DOCUMENT, "report");

        text_add_printable(&shown, text);
        if (!shown.failed)
            value = json_stringn(buf_str(&shown).ptr, buf_str(&shown).len);
        buf_free(&shown);
    }
    return value;
}

static void set_str(struct members *members, const char *key, struct str text)
{
    set(members, key, text.len > 0 ? json_str(text) : json_null());
}

static void set_number(struct members *members, const char *key, uint64_t number)
{
    set(members, key, json_integer((json_int_t)number));
}

/* Numbers that are not known yet are negative. */
static void set_known(struct members *members, const char *key, int64_t number)
{
    set(members, key, number >= 0 ? json_integer(number) : json_null());
}

static void set_flag(struct members *members, const char *key, bool flag)
{
    set(members, key, json_boolean(flag));
}

static int append(const char *bytes, size_t len, void *buf)
{
    buf_add(buf, bytes, len);
    return 0;
}

/* Writes a value and gives it back: of the whole document only one line lives at a time. */
static void put(struct buf *json, json_t *value)
{
    /* ASCII alone: names may hold marks that a terminal obeys. */
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;

    if (value == NULL || json_dump_callback(value, append, json, flags) != 0)
        json->failed = json->out_of_memory = true;
    json_decref(value);
}

static void put_object(struct buf *json, struct members members)
{
    if (members.failed)
        json->failed = json->out_of_memory = true;
    put(json, members.object);
}

static void put_array(struct buf *json, const struct report_facts *facts, const char *key,
                      size_t count, struct members (*element)(const struct report_facts *, size_t))
{
    buf_add_format(json, "\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(json, i > 0 ? ",\n" : "\n");
        arena_rewind(facts->scratch);
        put_object(json, element(facts, i));
    }
    buf_add_c(json, "\n],\n");
}

/* ---- verdict, run, servers ------------------------------------------------------------------- */

static struct members error_json(const struct report_facts *facts)
{
    const struct error *error = facts->input->error;
    struct members object = begin();

    set_str(&object, "id", id_text(facts->scratch, error->id));
    set_str(&object, "text", str_of(error->text));
    set_str(&object, "object", str_of(error->object));
    set_str(&object, "row", str_of(error->row));
    set_str(&object, "fix", str_of(error->fix));
    set_str(&object, "while", str_of(error->context));
    return object;
}

static struct members verdict_json(const struct report_facts *facts)
{
    const struct report_input *input = facts->input;
    struct members object = begin();

    set_str(&object, "word", input->verdict);
    set_str(&object, "reason", input->verdict_reason);
    set_number(&object, "exit_code", (uint64_t)input->exit_code);
    set_str(&object, "source_state", input->source_state);
    set_flag(&object, "source_moved", input->moved);
    set_flag(&object, "rehearsal", input->rehearsal);
    set_flag(&object, "visible_only", input->visible_only);
    set_str(&object, "compared", compared_text(facts));
    set_number(&object, "tables_equal", facts->tables_equal);
    set_number(&object, "tables", facts->row_count);
    set_flag(&object, "values_compared", input->values_compared);
    set_known(&object, "error", -1);
    if (input->error != NULL) {
        struct members error = error_json(facts);

        set(&object, "error", error.object);
        object.failed = object.failed || error.failed;
    }
    return object;
}

static const char *run_state_text(enum run_state state)
{
    switch (state) {
    case RUN_RUNNING:
        return "running";
    case RUN_DONE:
        return "done";
    case RUN_DONE_FINDINGS:
        return "done with findings";
    case RUN_FAILED:
        return "failed";
    }
    return "running";
}

static struct members run_json(const struct report_facts *facts)
{
    const struct ledger_run *run = &facts->run;
    struct members object = begin();

    set_str(&object, "id", run->run_id);
    set_str(&object, "state", str_of(run_state_text(run->state)));
    set_str(&object, "phase", run->phase);
    set_str(&object, "program", run->version);
    set_str(&object, "plan_digest", run->plan_digest);
    set_str(&object, "source_token", run->token);
    set_str(&object, "started_at", run->started_at);
    set_str(&object, "finished_at", run->finished_at);
    set_str(&object, "owner", run->owner);
    set_number(&object, "epoch", run->epoch);
    set_number(&object, "jobs", facts->input->jobs);
    set_str(&object, "snapshot", facts->input->snapshot);
    return object;
}

static struct members source_json(const struct report_facts *facts)
{
    const struct source_facts *source = facts->input->source;
    struct members object = begin();

    set_str(&object, "address", facts->input->source_text);
    set_str(&object, "flavor", source->flavor == FLAVOR_MARIADB ? STR("MariaDB") : STR("MySQL"));
    set_str(&object, "version", source->version);
    set_str(&object, "identity", source->identity);
    set_str(&object, "server_uuid", source->server_uuid);
    set_str(&object, "time_zone", source->time_zone);
    set_str(&object, "sql_mode", source->sql_mode);
    set_flag(&object, "gtid", source->gtid_on);
    set_flag(&object, "binary_log", source->log_bin);
    return object;
}

static struct members target_json(const struct report_facts *facts)
{
    const struct sink_facts *target = facts->input->target;
    struct members object = begin();

    set_str(&object, "address", facts->input->target_text);
    set_str(&object, "version", target->version_text);
    set_number(&object, "version_number", (uint64_t)target->version);
    set_str(&object, "database", target->database);
    set_str(&object, "schema", facts->run.schema);
    set_str(&object, "identity", target->identity);
    set_str(&object, "role", target->role);
    set_str(&object, "time_zone", target->time_zone);
    return object;
}

static struct members phase_json(const struct report_facts *facts, size_t i)
{
    const struct ledger_phase *phase = &facts->phases[i];
    struct members object = begin();

    set_str(&object, "name", phase->name);
    set_number(&object, "ms", phase->duration_ms);
    set_str(&object, "started_at", phase->started_at);
    set_str(&object, "finished_at", phase->finished_at);
    return object;
}

static struct members time_json(const struct report_facts *facts)
{
    struct members object = begin();

    set_known(&object, "elapsed_ms", facts->elapsed_ms);
    set_number(&object, "phases_ms", facts->phases_ms);
    set_number(&object, "this_process_ms", facts->input->wall_ms);
    return object;
}

/* ---- objects, columns, rows ------------------------------------------------------------------ */

static struct members rows_json(const struct report_facts *facts, size_t i)
{
    const struct report_rows *rows = &facts->rows[i];
    struct members object = begin();

    set_str(&object, "table", rows->name);
    set_str(&object, "target", rows->target);
    set_known(&object, "counted", rows->counted);
    set_number(&object, "written", rows->written);
    set_number(&object, "set_aside", rows->set_aside);
    set_number(&object, "bytes", rows->bytes);
    set_number(&object, "chunks", rows->chunk_count);
    set_number(&object, "chunks_done", rows->chunks_done);
    set_flag(&object, "equal", rows->state == ROWS_EQUAL);
    set_str(&object, "state", str_of(rows_state_text(rows->state)));
    return object;
}

static void set_samples(struct members *object, const struct str *samples, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_str(samples[i])) != 0)
            object->failed = true;
    set(object, "samples", list);
}

static struct members change_json(const struct report_facts *facts, size_t i)
{
    const struct ledger_change *change = &facts->changes[i];
    struct members object = begin();

    set_str(&object, "table", changed_table(facts, change));
    set_str(&object, "column", change->column);
    set_str(&object, "class", str_of(value_class_name(change->value_class)));
    set_str(&object, "policy", str_of(value_policy_name(change->policy)));
    set_str(&object, "effect", str_of(policy_effect(change->value_class, change->policy)));
    set_number(&object, "values", change->count);
    set_samples(&object, change->samples, change->sample_count);
    return object;
}

static struct members aside_json(const struct report_facts *facts, size_t i)
{
    const struct ledger_aside *aside = &facts->asides[i];
    struct members object = begin();

    set_str(&object, "table", aside->source_table);
    set_str(&object, "column", aside->column);
    set_str(&object, "class", aside->value_class);
    set_str(&object, "reason", aside->reason);
    set_number(&object, "rows", aside->count);
    set_samples(&object, aside->samples, aside->sample_count);
    return object;
}

static struct members object_json(const struct report_facts *facts, size_t i)
{
    const struct report_object *it = &facts->objects[i];
    struct members object = begin();

    set_str(&object, "kind", str_of(it->kind));
    set_str(&object, "table", it->table);
    set_str(&object, "name", it->name);
    set_str(&object, "target", it->target);
    set_str(&object, "disposition", it->outcome);
    set_str(&object, "reason", it->reason);
    set_str(&object, "source_text", it->source_text);
    return object;
}

static struct members column_json(const struct report_facts *facts, size_t i)
{
    const struct planned_table *table = facts->columns[i].table;
    size_t position = facts->columns[i].position;
    const struct planned_column *column = &table->columns[position];
    const struct target_column *target = &table->target.columns[position];
    const struct source_column *source = &table->source->columns[column->source];
    struct buf type = BUF_INIT(LIMIT_SQL_TEXT, "type");
    struct members object = begin();

    target_type_print(&target->type, &type);
    set_str(&object, "table", table->source->name);
    set_str(&object, "column", source->name);
    set_str(&object, "target", target->name);
    set_str(&object, "source_type", source->type.text);
    set_str(&object, "charset", source->type.charset);
    set_str(&object, "target_type", buf_str(&type));
    set_str(&object, "rule", str_of(column->rule));
    set_str(&object, "reason", column->reason);
    set_flag(&object, "lossy", column->lossy);
    set_flag(&object, "copied", column->copied);
    buf_free(&type);
    return object;
}

static struct members finding_json(const struct report_facts *facts, size_t i)
{
    const struct finding *finding = &facts->findings[i];
    struct members object = begin();

    set_str(&object, "id", id_text(facts->scratch, finding->id));
    set_str(&object, "severity", str_of(severity_name(finding->severity)));
    set_str(&object, "object", finding->object);
    set_str(&object, "text", finding->text);
    set_str(&object, "fix", finding->fix);
    set_str(&object, "detail", finding->detail);
    set_known(&object, "rows", finding->rows);
    return object;
}

/* ---- the document ---------------------------------------------------------------------------- */

static void put_tasks(struct buf *json, const struct report_facts *facts)
{
    buf_add_c(json, "\"left_to_do\":[");
    for (size_t i = 0; i < facts->task_count; i++) {
        buf_add_c(json, i > 0 ? ",\n" : "\n");
        put(json, json_str(facts->tasks[i]));
    }
    buf_add_c(json, "\n],\n");
}

static void put_member(struct buf *json, const char *key, struct members members)
{
    buf_add_format(json, "\"%s\":", key);
    put_object(json, members);
    buf_add_c(json, ",\n");
}

/* Sorted here as jansson sorts the members of each object. */
struct error *make_json(const struct report_facts *facts, struct buf *json)
{
    buf_add_c(json, "{\n");
    put_array(json, facts, "changed_values", facts->change_count, change_json);
    put_array(json, facts, "columns", facts->column_count, column_json);
    put_array(json, facts, "findings", facts->finding_count, finding_json);
    buf_add_c(json, "\"format\":\"pgconverge report 1\",\n");
    put_tasks(json, facts);
    put_array(json, facts, "objects", facts->object_count, object_json);
    put_array(json, facts, "phases", facts->phase_count, phase_json);
    put_array(json, facts, "rows", facts->row_count, rows_json);
    put_member(json, "run", run_json(facts));
    put_array(json, facts, "set_aside", facts->aside_count, aside_json);
    put_member(json, "source", source_json(facts));
    put_member(json, "target", target_json(facts));
    put_member(json, "time", time_json(facts));
    buf_add_c(json, "\"verdict\":");
    put_object(json, verdict_json(facts));
    buf_add_c(json, "\n}\n");
    return buf_error(json);
}
