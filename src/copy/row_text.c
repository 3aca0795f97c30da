/* Rows and values, named for people. */
#include "copy/row_text.h"

#include "base/limits.h"

void row_add_value(struct buf *text, const struct table_work *work, const struct row *row,
                   size_t column)
{
    const struct convert_column *convert = &work->converts[column];
    convert_cell_print(&row->cells[column], convert->source, convert->charset, 200, text);
}

void row_add_key(struct buf *text, const struct table_work *work, const struct row *row)
{
    const struct planned_table *planned = work->planned;
    for (size_t k = 0; k < planned->chunk_key_count; k++) {
        for (size_t i = 0; i < work->column_count; i++) {
            if (work->read.columns[i] != planned->chunk_key[k])
                continue;
            const struct source_column *column = &planned->source->columns[planned->chunk_key[k]];
            buf_add_format(text, "%s" STR_FMT " = ", text->len > 0 ? ", " : "",
                           STR_ARG(column->name));
            row_add_value(text, work, row, i);
        }
    }
    if (text->len == 0)
        buf_add_c(text, "(the table has no usable key)");
}

/* As a name stands in the pattern of a rule, inside YAML's double quotes. */
static void add_pattern_name(struct buf *text, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"' || name.ptr[i] == '\\')
            buf_add_char(text, '\\');
        buf_add_char(text, name.ptr[i]);
    }
}

/* An advice that shows a rule for TABLE.COLUMN shows it for this column, ready to be copied. */
static struct error *name_rule(struct error *error, const struct table_work *work, size_t column)
{
    static const char placeholder[] = "TABLE.COLUMN";
    const struct error_description *description = error_describe((int)error->id);
    const char *at = description != NULL ? strstr(description->fix, placeholder) : NULL;
    const struct source_table *source = work->planned->source;
    struct buf fix = BUF_INIT(LIMIT_ERROR_TEXT, "error text");

    if (at == NULL || error->fix != NULL)
        return error;
    buf_add(&fix, description->fix, (size_t)(at - description->fix));
    add_pattern_name(&fix, source->name);
    buf_add_char(&fix, '.');
    add_pattern_name(&fix, source->columns[work->read.columns[column]].name);
    buf_add_c(&fix, at + sizeof placeholder - 1);
    error_with_fix(error, "%s", buf_c_str(&fix));
    buf_free(&fix);
    return error;
}

struct error *row_name(struct error *error, const struct table_work *work, const struct row *row,
                       size_t column, bool show_values)
{
    struct buf text = BUF_INIT(LIMIT_ERROR_TEXT, "row key");
    row_add_key(&text, work, row);
    if (show_values) {
        buf_add_c(&text, "   value ");
        row_add_value(&text, work, row, column);
    }
    error_with_row(error, "%s", buf_c_str(&text));
    buf_free(&text);
    return name_rule(error, work, column);
}
