/* The plan for people: tables with their columns, then what has to be known, then how much. */
#include <inttypes.h>

#include "base/text.h"
#include "plan/internal.h"

#define LINE_COLUMNS 100
#define NAME_COLUMNS 28
#define INDENT 4

/* ---- lines ----------------------------------------------------------------------------------- */

/* `s` made harmless, cut to `columns` with … where it is wider. */
static void add_cut(struct buf *text, struct str s, size_t columns)
{
    if (text_width(s) <= columns) {
        text_add_printable(text, s);
        return;
    }
    size_t len = s.len < columns ? s.len : columns;
    struct str cut = text_cut(s, len);
    while (cut.len > 0 && text_width(cut) + 1 > columns)
        cut = text_cut(s, cut.len - 1);
    text_add_printable(text, cut);
    buf_add_c(text, "…");
}

static void add_padded(struct buf *text, struct str s, size_t columns)
{
    add_cut(text, s, columns);
    for (size_t width = text_width(s); width < columns; width++)
        buf_add_char(text, ' ');
}

static size_t word_end(struct str s, size_t from)
{
    while (from < s.len && s.ptr[from] != ' ' && s.ptr[from] != '\n')
        from++;
    return from;
}

/* Words broken into lines that begin at column `indent`; the first line is at `column` already. */
static void add_wrapped(struct buf *text, struct str s, size_t column, size_t indent)
{
    for (size_t from = 0, to; from < s.len; from = to + 1) {
        to = word_end(s, from);
        struct str word = str_slice(s, from, to);
        size_t width = text_width(word);

        if (word.len == 0)
            continue;
        if (column > indent && column + 1 + width > LINE_COLUMNS) {
            buf_add_format(text, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buf_add_char(text, ' ');
            column++;
        }
        add_cut(text, word, LINE_COLUMNS - indent);
        column += width;
    }
    buf_add_char(text, '\n');
}

/* ---- a table --------------------------------------------------------------------------------- */

static void add_size(struct buf *text, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;

    while (size >= 1024 && unit + 1 < COUNT_OF(units)) {
        size /= 1024;
        unit++;
    }
    buf_add_format(text, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

static void add_chunk_key(struct buf *text, const struct planned_table *table)
{
    buf_add_c(text, "    read by ");
    if (table->chunk_key_count == 0) {
        buf_add_c(text, "one chunk: no unique NOT NULL key that can be cut into ranges\n");
        return;
    }
    struct buf columns = BUF_INIT(LIMIT_DOCUMENT, "plan");
    for (size_t i = 0; i < table->chunk_key_count; i++) {
        buf_add_c(&columns, i > 0 ? ", " : "");
        buf_add_str(&columns, table->source->columns[table->chunk_key[i]].name);
    }
    buf_add_c(&columns, " (");
    buf_add_str(&columns, table->chunk_key_index);
    buf_add_c(&columns, ")");
    add_cut(text, buf_str(&columns), LINE_COLUMNS - 12);
    buf_add_char(text, '\n');
    buf_free(&columns);
}

/* What is always so is said once, at the first column it concerns. */
struct said {
    struct str reasons[64];
    size_t count;
};

static bool is_news(struct said *said, const struct planned_column *planned)
{
    if (planned->reason.len == 0)
        return false;
    for (size_t i = 0; i < said->count; i++)
        if (str_equal(said->reasons[i], planned->reason))
            return false;
    if (said->count < COUNT_OF(said->reasons))
        said->reasons[said->count++] = planned->reason;
    return true;
}

/* What becomes of values that the column's type cannot hold, where they do not stop the run. */
static void add_policies(struct buf *text, const struct planned_column *planned)
{
    struct buf line = BUF_INIT(LIMIT_DOCUMENT, "plan");
    size_t indent = INDENT + NAME_COLUMNS + 4;

    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        if (planned->policies.of[i] == POLICY_REFUSE)
            continue;
        buf_add_format(&line, "%s%s: %s", line.len > 0 ? "; " : "", value_class_name(i),
                       policy_effect(i, planned->policies.of[i]));
    }
    if (line.len > 0) {
        buf_add_format(text, "%*s", (int)indent, "");
        add_wrapped(text, buf_str(&line), indent, indent);
    }
    buf_free(&line);
}

static void add_column(struct buf *text, const struct planned_table *table, size_t i,
                       struct said *said)
{
    const struct planned_column *planned = &table->columns[i];
    const struct source_column *source = &table->source->columns[planned->source];
    const struct target_column *target = &table->target.columns[i];
    struct buf types = BUF_INIT(LIMIT_DOCUMENT, "plan");

    buf_add_c(text, planned->lossy                          ? "  ! "
                    : strcmp(planned->rule, "default") != 0 ? "  * "
                                                            : "    ");
    add_padded(text, target->name, NAME_COLUMNS);
    buf_add_c(text, "  ");
    buf_add_str(&types, source->type.text);
    buf_add_c(&types, " -> ");
    target_type_print(&target->type, &types);
    if (target->collation.len > 0)
        buf_add_format(&types, " collate " STR_FMT, STR_ARG(target->collation));
    buf_add_c(&types, target->not_null ? " not null" : "");
    buf_add_c(&types, target->identity ? " identity" : "");
    add_cut(text, buf_str(&types), LINE_COLUMNS - INDENT - NAME_COLUMNS - 2);
    buf_free(&types);
    buf_add_char(text, '\n');
    if (is_news(said, planned)) {
        size_t indent = INDENT + NAME_COLUMNS + 4;
        buf_add_format(text, "%*s", (int)indent, "");
        add_wrapped(text, planned->reason, indent, indent);
    }
    add_policies(text, planned);
}

static void add_index(struct buf *text, const struct planned_index *index)
{
    static const char *const kinds[] = {[TARGET_INDEX_PRIMARY] = "primary key",
                                        [TARGET_INDEX_UNIQUE] = "unique index",
                                        [TARGET_INDEX_PLAIN] = "index"};
    struct buf line = BUF_INIT(LIMIT_DOCUMENT, "plan");

    buf_add_format(&line, "%s%s%s " STR_FMT " (",
                   index->target.method != NULL ? index->target.method : "",
                   index->target.method != NULL ? " " : "", kinds[index->target.kind],
                   STR_ARG(index->target.name));
    for (size_t i = 0; i < index->target.part_count; i++) {
        const struct target_index_part *part = &index->target.parts[i];
        buf_add_c(&line, i > 0 ? ", " : "");
        buf_add_str(&line, part->expression_sql.len > 0 ? part->expression_sql : part->column);
        buf_add_c(&line, part->descending ? " desc" : "");
    }
    buf_add_c(&line, ")");
    buf_add_c(text, "    ");
    add_wrapped(text, buf_str(&line), INDENT, INDENT + 2);
    buf_free(&line);
}

static void add_reference_policies(struct buf *line, const struct planned_foreign_key *key)
{
    if (key->orphan > POLICY_REFUSE)
        buf_add_format(line, "; a child without a parent %s",
                       policy_effect(CLASS_ORPHAN, key->orphan));
    if (key->spelling > POLICY_REFUSE)
        buf_add_format(line, "; a child whose parent is spelt otherwise %s",
                       policy_effect(CLASS_PARENT_SPELLING, key->spelling));
}

static void add_foreign_key(struct buf *text, const struct planned_foreign_key *planned)
{
    const struct target_foreign_key *key = &planned->target;
    struct buf line = BUF_INIT(LIMIT_DOCUMENT, "plan");

    buf_add_format(&line, "foreign key " STR_FMT " (", STR_ARG(key->name));
    for (size_t i = 0; i < key->column_count; i++)
        buf_add_format(&line, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(key->columns[i]));
    buf_add_format(&line, ") -> " STR_FMT " (", STR_ARG(key->parent_table));
    for (size_t i = 0; i < key->column_count; i++)
        buf_add_format(&line, "%s" STR_FMT, i > 0 ? ", " : "", STR_ARG(key->parent_columns[i]));
    buf_add_c(&line, ")");
    add_reference_policies(&line, planned);
    buf_add_c(text, "    ");
    add_wrapped(text, buf_str(&line), INDENT, INDENT + 2);
    buf_free(&line);
}

/* The source's words, PostgreSQL's, and how many there are. */
static void add_partitions(struct buf *text, const struct planned_table *table)
{
    const struct source_partitioning *source = &table->source->partitioning;
    const struct target_table *target = &table->target;
    struct buf line = BUF_INIT(LIMIT_DOCUMENT, "plan");
    size_t subpartitions = 0;

    if (target->partition_sql.len == 0)
        return;
    for (size_t i = 0; i < target->partition_count; i++)
        subpartitions += target->partitions[i].part_count;
    buf_add_format(&line, "partitioned by " STR_FMT " (" STR_FMT "), %zu -> " STR_FMT ", %zu",
                   STR_ARG(source->method), STR_ARG(source->expression), source->part_count,
                   STR_ARG(target->partition_sql), target->partition_count);
    if (subpartitions > 0)
        buf_add_format(&line, ", each by " STR_FMT ", %zu in all",
                       STR_ARG(target->sub_partition_sql), subpartitions);
    buf_add_c(text, "    ");
    add_wrapped(text, buf_str(&line), INDENT, INDENT + 2);
    buf_free(&line);
}

static void add_table(struct buf *text, const struct planned_table *table, struct said *said)
{
    buf_add_char(text, '\n');
    add_cut(text, table->source->name, LINE_COLUMNS);
    if (!str_equal(table->source->name, table->target.name)) {
        buf_add_c(text, "\n -> ");
        add_cut(text, table->target.name, LINE_COLUMNS - 4);
    }
    buf_add_format(text, "\n    about %" PRIu64 " rows, ", table->source->rows_estimate);
    add_size(text, table->source->data_bytes);
    buf_add_char(text, '\n');
    add_chunk_key(text, table);
    add_partitions(text, table);
    for (size_t i = 0; i < table->column_count; i++)
        add_column(text, table, i, said);
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].translated)
            add_index(text, &table->indexes[i]);
    for (size_t i = 0; i < table->foreign_key_count; i++)
        if (table->foreign_keys[i].translated)
            add_foreign_key(text, &table->foreign_keys[i]);
}

/* ---- findings -------------------------------------------------------------------------------- */

static void add_finding_lines(struct buf *text, const struct finding *finding)
{
    struct buf head = BUF_INIT(LIMIT_DOCUMENT, "plan");

    buf_add_str(&head, finding->object);
    if (finding->id != 0)
        buf_add_format(&head, " (PGC-%d)", (int)finding->id);
    buf_add_c(text, "  ");
    add_cut(text, buf_str(&head), LINE_COLUMNS - 2);
    buf_add_c(text, "\n      ");
    add_wrapped(text, finding->text, 6, 6);
    if (finding->fix.len > 0) {
        buf_add_c(text, "      fix: ");
        add_wrapped(text, finding->fix, 11, 11);
    }
    buf_free(&head);
}

static void add_findings(struct buf *text, const struct plan *plan, enum severity severity,
                         const char *title)
{
    if (plan_count_findings(plan, severity) == 0)
        return;
    buf_add_format(text, "\n%s\n", title);
    for (size_t i = 0; i < plan->findings.count; i++)
        if (plan->findings.items[i].severity == severity)
            add_finding_lines(text, &plan->findings.items[i]);
}

static void add_left_out_line(struct buf *text, struct str name, struct str reason, bool *is_first)
{
    buf_add_c(text, *is_first ? "\nLEFT OUT\n" : "");
    *is_first = false;
    buf_add_c(text, "  ");
    add_cut(text, name, 60);
    buf_add_c(text, "  ");
    add_cut(text, reason, 36);
    buf_add_char(text, '\n');
}

static void add_sequences(struct buf *text, const struct plan *plan)
{
    bool is_first = true;

    for (size_t i = 0; i < plan->sequence_count; i++) {
        const struct planned_sequence *sequence = &plan->sequences[i];
        buf_add_c(text, is_first ? "\nSEQUENCES\n" : "");
        is_first = false;
        buf_add_c(text, "  ");
        add_padded(text, sequence->source->name, NAME_COLUMNS + 2);
        buf_add_c(text, "  -> ");
        add_cut(text, sequence->is_left_out ? STR("left out") : sequence->target.name, 60);
        buf_add_char(text, '\n');
    }
}

static void add_left_out(struct buf *text, const struct plan *plan)
{
    bool is_first = true;

    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED)
            add_left_out_line(text, table->source->name, table->disposition_reason, &is_first);
    }
    for (size_t i = 0; i < plan->view_count; i++) {
        const struct planned_view *view = &plan->views[i];
        if (view->disposition == DISPOSITION_LEFT_OUT)
            add_left_out_line(text, view->source->name, view->disposition_reason, &is_first);
    }
}

static void add_view(struct buf *text, const struct planned_view *view)
{
    buf_add_c(text, "\n");
    add_cut(text, view->source->name, LINE_COLUMNS - 8);
    buf_add_c(text, " (view)");
    if (!str_equal(view->source->name, view->name)) {
        buf_add_c(text, "\n -> ");
        add_cut(text, view->name, LINE_COLUMNS - 4);
    }
    buf_add_c(text, "\n    ");
    add_wrapped(text, view->query_sql, 4, 6);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void add_counts(struct buf *text, const struct plan *plan)
{
    size_t created = 0, columns = 0, indexes = 0, foreign_keys = 0, views = 0;

    for (size_t i = 0; i < plan->table_count; i++) {
        const struct planned_table *table = &plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        created++;
        columns += table->column_count;
        for (size_t k = 0; k < table->index_count; k++)
            indexes += table->indexes[k].translated;
        for (size_t k = 0; k < table->foreign_key_count; k++)
            foreign_keys += table->foreign_keys[k].translated;
    }
    for (size_t i = 0; i < plan->view_count; i++)
        views += plan->views[i].disposition == DISPOSITION_CREATED;
    buf_add_format(text,
                   "\n%zu of %zu tables, %zu columns, %zu indexes, %zu foreign keys, %zu of %zu "
                   "views; %zu other objects not translated\n",
                   created, plan->table_count, columns, indexes, foreign_keys, views,
                   plan->view_count, plan->catalog->object_count - plan->view_count);
    buf_add_format(
        text, "%zu blockers, %zu changes, %zu notes\n", plan_count_findings(plan, SEVERITY_BLOCKER),
        plan_count_findings(plan, SEVERITY_CHANGES), plan_count_findings(plan, SEVERITY_NOTE));
}

/* Said where rows may be set aside at all. */
static void add_limit(struct buf *text, const struct plan *plan)
{
    for (size_t t = 0; t < plan->table_count; t++) {
        const struct planned_table *table = &plan->tables[t];
        for (size_t i = 0; i < table->column_count; i++)
            for (enum value_class k = 0; k < CLASS_COUNT; k++)
                if (table->disposition == DISPOSITION_CREATED &&
                    table->columns[i].policies.of[k] == POLICY_QUARANTINE) {
                    buf_add_format(text, "rows that may be set aside: at most %" PRIu64 "\n",
                                   plan->options->max_quarantined);
                    return;
                }
    }
}

struct error *plan_print_text(const struct plan *plan, struct buf *text)
{
    struct said said = {0};

    buf_add_c(text, "plan for ");
    add_cut(text, plan->catalog->database, 60);
    buf_add_format(text, " (%s) -> schema ",
                   plan->catalog->flavor == FLAVOR_MYSQL ? "MySQL" : "MariaDB");
    add_cut(text, plan->options->schema, 60);
    buf_add_format(text, "\ndigest " STR_FMT "\n", STR_ARG(plan->digest));
    add_limit(text, plan);
    buf_add_c(text, "marks: * not the plain default, ! changes meaning\n");
    for (size_t i = 0; i < plan->table_count; i++)
        if (plan->tables[i].disposition == DISPOSITION_CREATED)
            add_table(text, &plan->tables[i], &said);
    for (size_t i = 0; i < plan->view_count; i++)
        if (plan->views[i].disposition == DISPOSITION_CREATED)
            add_view(text, &plan->views[i]);
    add_sequences(text, plan);
    add_left_out(text, plan);
    add_findings(text, plan, SEVERITY_BLOCKER,
                 "BLOCKERS: the run is refused until they are settled");
    add_findings(text, plan, SEVERITY_CHANGES, "CHANGES: what will mean something else");
    add_findings(text, plan, SEVERITY_NOTE, "NOTES");
    add_counts(text, plan);
    return buf_error(text);
}
