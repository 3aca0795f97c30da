/* The rows that differ, as findings: which, by their keys, and in which columns. */
#include "base/text.h"
#include "verify/table.h"

#define SHOWN_BYTES 200
#define LIMIT_DETAIL (256 * KIB)

void findings_add(struct finding_list *findings, struct arena *arena, struct finding finding)
{
    *ARENA_PUSH(arena, findings->items, findings->count, findings->capacity) = finding;
}

/* ---- values for people ----------------------------------------------------------------------- */

static void add_bytes(struct buf *text, struct str bytes)
{
    buf_add_c(text, "0x");
    buf_add_hex(text, str_slice(bytes, 0, SHOWN_BYTES / 2));
    buf_add_c(text, bytes.len > SHOWN_BYTES / 2 ? "…" : "");
}

static void add_quoted(struct buf *text, struct str bytes)
{
    buf_add_char(text, '"');
    text_add_printable(text, text_cut(bytes, SHOWN_BYTES));
    buf_add_c(text, bytes.len > SHOWN_BYTES ? "…\"" : "\"");
}

static bool is_number(const struct canonical_column *column)
{
    return column->ways[SIDE_TARGET].form == canonical_number;
}

static void add_plain(struct buf *text, const struct canonical_column *column, struct str bytes)
{
    canonical_form *form = column->ways[SIDE_TARGET].form;
    double value;

    if ((form == canonical_double || form == canonical_float) && bytes.len == sizeof value) {
        memcpy(&value, bytes.ptr, sizeof value);
        buf_add_format(text, "%.17g", value);
    } else if (column->target_bytes || form == canonical_uuid) {
        add_bytes(text, bytes);
    } else if (is_number(column)) {
        buf_add_str(text, bytes);
    } else {
        add_quoted(text, bytes);
    }
}

static uint64_t length_of(const struct canonical_value *value)
{
    uint64_t parts[3] = {0, 0, value->bytes.len};

    if (value->tag == TAG_LONG || value->tag == TAG_LONG_SOURCE || value->tag == TAG_LONG_TARGET)
        memcpy(parts, value->bytes.ptr, sizeof parts);
    return parts[2];
}

static void add_value(struct buf *text, const struct canonical_column *column,
                      const struct canonical_value *value, bool shown)
{
    bool is_bad = value->tag == TAG_BAD_SOURCE || value->tag == TAG_BAD_TARGET;
    bool is_whole = value->tag == TAG_VALUE || is_bad;

    if (value->tag == TAG_NULL)
        buf_add_c(text, "NULL");
    else if (is_bad && shown)
        add_quoted(text, value->bytes);
    else if (is_whole && shown)
        add_plain(text, column, value->bytes);
    else
        buf_add_format(text, "%llu bytes", (unsigned long long)length_of(value));
    if (is_bad || value->tag == TAG_LONG_SOURCE || value->tag == TAG_LONG_TARGET)
        buf_add_c(text, " (no value of the type)");
}

static void add_place(struct buf *text, const struct canonical_value *a,
                      const struct canonical_value *b)
{
    size_t at = 0;

    if (a->tag != TAG_VALUE || b->tag != TAG_VALUE)
        return;
    while (at < a->bytes.len && at < b->bytes.len && a->bytes.ptr[at] == b->bytes.ptr[at])
        at++;
    buf_add_format(text, ", from byte %zu on", at + 1);
}

/* "id = 9014, lang = "de"": so that the row can be found. */
static void add_key(struct buf *text, const struct work_table *table, struct str row,
                    bool show_values)
{
    size_t at = 0, shown = table->key_count > 0 ? table->key_count : table->column_count;

    if (table->key_count == 0 && !show_values) {
        buf_add_c(text, "a row of a table without a key (--show-values shows it)");
        return;
    }
    for (size_t i = 0; i < shown; i++) {
        struct canonical_value value = canonical_next(row, &at);

        buf_add_c(text, i > 0 ? ", " : "");
        text_add_printable(text, table->columns[i].name);
        buf_add_c(text, " = ");
        add_value(text, &table->columns[i], &value, true);
    }
}

/* Which columns differ, and how. */
static void add_difference(struct buf *text, const struct work_table *table, struct str source,
                           struct str target, bool show_values)
{
    size_t source_at = 0, target_at = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        struct canonical_value a = canonical_next(source, &source_at);
        struct canonical_value b = canonical_next(target, &target_at);

        if (a.tag == b.tag && str_equal(a.bytes, b.bytes))
            continue;
        buf_add_c(text, "; column ");
        text_add_printable(text, table->columns[i].name);
        buf_add_c(text, ": source ");
        add_value(text, &table->columns[i], &a, show_values);
        buf_add_c(text, ", target ");
        add_value(text, &table->columns[i], &b, show_values);
        if (!show_values)
            add_place(text, &a, &b);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct telling {
    const struct work_table *table;
    bool show_values;
    struct buf lines[3]; /* by enum row_verdict */
};

static void tell_row(struct telling *telling, enum row_verdict verdict,
                     const struct kept_row *source, const struct kept_row *target)
{
    struct buf *text = &telling->lines[verdict];

    if (text->len > LIMIT_DETAIL / 2)
        return;
    add_key(text, telling->table, source != NULL ? source->bytes : target->bytes,
            telling->show_values);
    if (verdict == ROW_DIFFERENT)
        add_difference(text, telling->table, source->bytes, target->bytes, telling->show_values);
    buf_add_char(text, '\n');
}

/* The next row of the key that has no equal on the other side; NULL when there is none. */
static struct kept_row *next_unmatched(struct table_side *side, uint64_t key, size_t *at)
{
    for (; *at < side->row_count; (*at)++)
        if (side->rows[*at].key == key && side->rows[*at].bytes.ptr != NULL)
            return &side->rows[(*at)++];
    return NULL;
}

/* Rows that are on both sides fall away, one by one. */
static void drop_equal_rows(struct work_table *table, uint64_t key)
{
    struct table_side *a = &table->sides[SIDE_SOURCE], *b = &table->sides[SIDE_TARGET];

    for (size_t i = 0; i < a->row_count; i++)
        for (size_t k = 0; k < b->row_count && a->rows[i].key == key; k++) {
            if (b->rows[k].key != key || b->rows[k].bytes.ptr == NULL ||
                a->rows[i].bytes.ptr == NULL || !str_equal(a->rows[i].bytes, b->rows[k].bytes))
                continue;
            a->rows[i].bytes.ptr = b->rows[k].bytes.ptr = NULL;
        }
}

static void tell_key(struct telling *telling, struct work_table *table, uint64_t key)
{
    size_t source_at = 0, target_at = 0;

    drop_equal_rows(table, key);
    for (;;) {
        struct kept_row *source = next_unmatched(&table->sides[SIDE_SOURCE], key, &source_at);
        struct kept_row *target = next_unmatched(&table->sides[SIDE_TARGET], key, &target_at);

        if (source == NULL && target == NULL)
            return;
        tell_row(telling,
                 target == NULL   ? ROW_MISSING
                 : source == NULL ? ROW_EXTRA
                                  : ROW_DIFFERENT,
                 source, target);
    }
}

void findings_of_table(const struct work_table *of, struct str database, bool show_values,
                       bool unproven, struct arena *arena, struct finding_list *findings)
{
    static const struct {
        enum error_id id;
        const char *one, *many;
    } kinds[] = {
        [ROW_MISSING] = {PGC_VERIFY_MISSING, "row of the source is not in the target",
                         "rows of the source are not in the target"},
        [ROW_EXTRA] = {PGC_VERIFY_EXTRA, "row of the target is not in the source",
                       "rows of the target are not in the source"},
        [ROW_DIFFERENT] = {PGC_VERIFY_DIFFERENT, "row differs", "rows differ"},
    };
    struct work_table copy = *of;
    uint64_t counts[] = {of->result->missing, of->result->extra, of->result->different};
    struct telling telling = {.table = of, .show_values = show_values};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        telling.lines[i] = BUF_INIT(LIMIT_DETAIL, "rows that differ");
    for (size_t i = 0; i < of->wanted_count; i++)
        tell_key(&telling, &copy, of->wanted[i]);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (counts[i] > 0)
            findings_add(
                findings, arena,
                (struct finding){
                    .id = kinds[i].id,
                    .severity = SEVERITY_CHANGES,
                    .object = arena_format(arena, STR_FMT "." STR_FMT, STR_ARG(database),
                                           STR_ARG(of->planned->source->name)),
                    .text = arena_format(arena, "%s%llu %s%s", of->result->more ? "at least " : "",
                                         (unsigned long long)counts[i],
                                         counts[i] == 1 ? kinds[i].one : kinds[i].many,
                                         unproven ? " (unproven: the source was written since the "
                                                    "copy, or nothing proves that it was not)"
                                                  : ""),
                    .detail = arena_str(arena, buf_str(&telling.lines[i])),
                    .rows = (int64_t)counts[i],
                });
        buf_free(&telling.lines[i]);
    }
}
