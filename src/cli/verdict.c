#include "cli/verdict.h"

#include <inttypes.h>

#include "base/text.h"
#include "cli/output.h"

static size_t count_skipped(const struct verify_outcome *outcome)
{
    size_t count = 0;

    for (size_t i = 0; i < outcome->table_count; i++)
        count += outcome->tables[i].skipped;
    return count;
}

bool verified_all_agree(const struct verified *verified)
{
    return verified->outcome->findings.count + verified->outcome->structure.count == 0;
}

const char *verified_word(const struct verified *verified)
{
    if (verified_all_agree(verified))
        return "VERIFIED";
    /* What the target is built like, no source that was written since can have changed. */
    if (verified->outcome->findings.count == 0)
        return "DIFFERENT STRUCTURE";
    return verified->outcome->moved == TOKEN_SAME ? "DIFFERENT" : "DIFFERENT, UNPROVEN";
}

static const char *moved_words(enum token_verdict moved)
{
    switch (moved) {
    case TOKEN_SAME:
        return "the source is as it was when it was copied";
    case TOKEN_MOVED:
        return "the source was written since it was copied: differences are unproven";
    case TOKEN_OTHER_SERVER:
        return "the source is another server than was copied: differences are unproven";
    case TOKEN_LSN_MOVED:
    case TOKEN_UNKNOWN:
        break;
    }
    return "nothing proves that the source was not written since it was copied: differences are "
           "unproven";
}

static void add_finding(struct buf *text, const struct finding *finding)
{
    struct str detail = finding->detail;

    buf_add_format(text, "\nPGC-%04d  ", (int)finding->id);
    text_add_printable(text, finding->object);
    buf_add_c(text, "\n  ");
    text_add_printable(text, finding->text);
    buf_add_char(text, '\n');
    for (size_t from = 0; from < detail.len;) {
        size_t end = str_find(detail, '\n', from);
        buf_add_c(text, "    ");
        text_add_printable(text, str_slice(detail, from, end));
        buf_add_char(text, '\n');
        from = end + 1;
    }
}

void verified_text(const struct verified *verified, struct buf *text)
{
    const struct verify_outcome *outcome = verified->outcome;
    size_t skipped = count_skipped(outcome);

    buf_add_format(text, "%s\n%zu of %zu tables were compared, %" PRIu64 " rows, by content",
                   verified_word(verified), outcome->tables_compared, outcome->table_count,
                   outcome->rows);
    if (skipped > 0)
        buf_add_format(text, "; %zu left out by --tables or --exclude", skipped);
    buf_add_format(text, " (%.1f s).\n", (double)verified->wall_ms / 1000);
    if (verified->run_token.len > 0) {
        buf_add_c(text, "source at the copy: ");
        text_add_printable(text, verified->run_token);
        buf_add_c(text, "\nsource compared:    ");
        text_add_printable(text, outcome->token_text);
        buf_add_format(text, "\n%s\n", moved_words(outcome->moved));
    }
    for (size_t i = 0; i < outcome->findings.count; i++)
        add_finding(text, &outcome->findings.items[i]);
    for (size_t i = 0; i < outcome->structure.count; i++)
        add_finding(text, &outcome->structure.items[i]);
    if (outcome->structure.count > 0)
        buf_add_c(text, "\npgconverge schema diff shows both sides.\n");
}

static json_t *table_json(const struct verify_table *table)
{
    json_t *object = json_object();

    json_object_set_new(object, "name", output_json_str(table->planned->source->name));
    json_object_set_new(object, "compared", json_boolean(table->compared));
    json_object_set_new(object, "source_rows", json_integer((json_int_t)table->source_rows));
    json_object_set_new(object, "target_rows", json_integer((json_int_t)table->target_rows));
    json_object_set_new(object, "missing", json_integer((json_int_t)table->missing));
    json_object_set_new(object, "extra", json_integer((json_int_t)table->extra));
    json_object_set_new(object, "different", json_integer((json_int_t)table->different));
    json_object_set_new(object, "at_least", json_boolean(table->more));
    return object;
}

static json_t *finding_json(const struct finding *finding)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", json_sprintf("PGC-%04d", (int)finding->id));
    json_object_set_new(object, "object", output_json_str(finding->object));
    json_object_set_new(object, "text", output_json_str(finding->text));
    json_object_set_new(object, "detail", output_json_str(finding->detail));
    if (finding->rows >= 0)
        json_object_set_new(object, "rows", json_integer((json_int_t)finding->rows));
    return object;
}

json_t *verified_json(const struct verified *verified)
{
    const struct verify_outcome *outcome = verified->outcome;
    json_t *document = json_object(), *tables = json_array(), *findings = json_array();

    for (size_t i = 0; i < outcome->table_count; i++)
        if (!outcome->tables[i].skipped)
            json_array_append_new(tables, table_json(&outcome->tables[i]));
    for (size_t i = 0; i < outcome->findings.count; i++)
        json_array_append_new(findings, finding_json(&outcome->findings.items[i]));
    for (size_t i = 0; i < outcome->structure.count; i++)
        json_array_append_new(findings, finding_json(&outcome->structure.items[i]));
    json_object_set_new(document, "verdict", json_string(verified_word(verified)));
    json_object_set_new(document, "database", output_json_str(verified->database));
    json_object_set_new(document, "run_id", output_json_str(verified->run_id));
    json_object_set_new(document, "token_copied", output_json_str(verified->run_token));
    json_object_set_new(document, "token_compared", output_json_str(outcome->token_text));
    json_object_set_new(document, "source_still", json_boolean(outcome->moved == TOKEN_SAME));
    json_object_set_new(document, "rows", json_integer((json_int_t)outcome->rows));
    json_object_set_new(document, "wall_ms", json_integer((json_int_t)verified->wall_ms));
    json_object_set_new(document, "tables", tables);
    json_object_set_new(document, "findings", findings);
    return document;
}
