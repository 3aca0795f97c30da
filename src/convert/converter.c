#include "convert/convert.h"

#include <stdlib.h>

#include "convert/field.h"
#include "convert/mend.h"

struct converter {
    size_t field_count;
    size_t row_room; /* the column count's two bytes, and FIELD_ROOM for each column */
    struct json_stack json;
    /* NULL where no column has a policy but to refuse. */
    struct value_policies *policies; /* one a column */
    struct convert_change *changes;  /* of the row at hand */
    struct buf scratch;              /* of the value at hand */
    struct field fields[];
};

void converter_free(struct converter *converter)
{
    if (converter == NULL)
        return;
    for (size_t i = 0; i < converter->field_count; i++) {
        free(converter->fields[i].decoder);
        free(converter->fields[i].labels);
    }
    free(converter->policies);
    free(converter->changes);
    buf_free(&converter->scratch);
    free(converter);
}

void converter_freep(struct converter **converter)
{
    converter_free(*converter);
    *converter = NULL;
}

static struct error *with_object(struct error *error, const struct field *field)
{
    CLEANUP(buf_free) struct buf target = BUF_INIT(4 * KIB, "a type's name");

    target_type_print(field->target, &target);
    return error_with_object(error, STR_FMT "   " STR_FMT " -> %s", STR_ARG(field->object),
                             STR_ARG(field->source->text), buf_c_str(&target));
}

/* UTF-8 is the form the adders read directly, so it gets no decoder. */
static struct error *field_init_charset(struct field *field, const struct charset *charset)
{
    bool may_have = field_has_charset(field->source->kind) || field->source->kind == SOURCE_JSON;

    if (!may_have || field->add == field_add_bytea)
        return NULL;
    if (charset == NULL && field->source->kind == SOURCE_JSON)
        return NULL;
    if (charset != NULL && charset->form == CHARSET_UTF8) {
        if (field->add == field_add_text)
            field->add = field_add_utf8;
        return NULL;
    }
    field->decoder = malloc(sizeof *field->decoder);
    if (field->decoder == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a character set's table");
    if (charset == NULL || !decoder_init(field->decoder, charset))
        return with_object(error_new(PGC_SOURCE_UNSUPPORTED,
                                     "the character set " STR_FMT " cannot be decoded",
                                     STR_ARG(field->source->charset)),
                           field);
    return NULL;
}

static struct error *field_init_labels(struct field *field, const struct source_type *type)
{
    field->labels = calloc(type->label_count + 1, sizeof *field->labels);
    if (field->labels == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for %zu labels", type->label_count);
    for (size_t i = 0; i < type->label_count; i++)
        field->labels[i] = type->labels[i];
    qsort(field->labels, type->label_count, sizeof *field->labels, field_compare_labels);
    field->add = field_add_label;
    return NULL;
}

static struct error *field_init(struct field *field, const struct convert_column *column)
{
    static const uint32_t unit[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    const struct target_type *target = column->target;

    field->source = column->source;
    field->target = target;
    field->object = column->object;
    field->not_null = column->not_null;
    field->max_chars =
        target->kind == TARGET_VARCHAR && target->length > 0 ? target->length : SIZE_MAX;
    field->fraction_unit = 1;
    if (target->kind == TARGET_TIME || target->kind == TARGET_TIMESTAMP ||
        target->kind == TARGET_TIMESTAMPTZ || target->kind == TARGET_INTERVAL)
        field->fraction_unit = unit[target->fraction < 6 ? target->fraction : 6];
    field->add = field_pick(column->source, target, &field->forms);
    if (field->add == NULL)
        return with_object(error_new(PGC_INTERNAL, "there is no conversion between these types"),
                           field);
    if (column->labels_checked || target->kind == TARGET_ENUM)
        TRY(field_init_labels(field, column->source));
    return field_init_charset(field, column->charset);
}

/* Most converters need none of it. */
static struct error *init_policies(struct converter *converter,
                                   const struct convert_column *columns, size_t count)
{
    bool is_asked = false;

    for (size_t i = 0; i < count; i++)
        is_asked = is_asked || mend_is_asked(&columns[i].policies);
    if (!is_asked)
        return NULL;
    converter->policies = calloc(count, sizeof *converter->policies);
    converter->changes = calloc(count * CLASS_COUNT, sizeof *converter->changes);
    if (converter->policies == NULL || converter->changes == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for the policies of %zu columns", count);
    for (size_t i = 0; i < count; i++) {
        converter->policies[i] = columns[i].policies;
        if (mend_is_asked(&columns[i].policies))
            converter->fields[i].policies = &converter->policies[i];
    }
    return NULL;
}

struct error *converter_new(const struct convert_column *columns, size_t column_count,
                            struct converter **ret_converter)
{
    CLEANUP(converter_freep) struct converter *converter = NULL;

    /* The stream counts a row's columns in 16 bits; PostgreSQL's own ceiling is 1600. */
    if (column_count > INT16_MAX)
        return error_new(PGC_INTERNAL, "%zu columns in one row", column_count);
    converter = calloc(1, sizeof *converter + column_count * sizeof converter->fields[0]);
    if (converter == NULL)
        return error_new(PGC_NO_MEMORY, "no memory for a converter of %zu columns", column_count);
    converter->field_count = column_count;
    converter->scratch = BUF_INIT(LIMIT_ROW, "a value that a policy changes");
    converter->row_room = 2 + column_count * FIELD_ROOM;
    for (size_t i = 0; i < column_count; i++) {
        struct field *field = &converter->fields[i];
        field->room_after = (column_count - i) * FIELD_ROOM;
        field->json = &converter->json;
        TRY(field_init(field, &columns[i]));
    }
    TRY(init_policies(converter, columns, column_count));
    *ret_converter = converter;
    converter = NULL;
    return NULL;
}

void converter_begin_stream(struct buf *out)
{
    /* Signature, no flags, no header extension. */
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    buf_add(out, header, sizeof header);
}

void converter_end_stream(struct buf *out)
{
    buf_add(out, "\377\377", 2);
}

struct error *field_refuse_null(void)
{
    return error_new(PGC_VALUE_NULL, "NULL, where the target's column takes none");
}

/* Where the field of this column begins, in a row whose fields before it stand at `row`. */
static size_t field_start(const struct buf *out, size_t row, size_t column)
{
    size_t at = row + 2;

    for (size_t i = 0; i < column; i++) {
        uint32_t len = bytes_get_u32(out->ptr + at);
        at += 4 + (len == FIELD_NULL ? 0 : len);
    }
    return at;
}

/* What an adder refused, by the policies of its column. NULL also when the row is set aside. */
static struct error *mend_field(struct converter *converter, const struct cell *cell, size_t start,
                                struct buf *out, struct error *refusal,
                                struct convert_result *result)
{
    const struct field *field = &converter->fields[result->column];
    struct mend mend = {.field = *field, .cell = *cell, .scratch = &converter->scratch};

    if (field->policies == NULL)
        return with_object(refusal, field);
    enum mend_outcome outcome = mend_value(&mend, start, out, &refusal);
    /* A wide value is held once more no longer than its row. */
    buf_reset(&converter->scratch, LIMIT_CELL_BUFFER);
    if (outcome == MEND_REFUSED)
        return with_object(refusal, field);
    if (outcome == MEND_SET_ASIDE) {
        result->set_aside = true;
        result->value_class = mend.value_class;
        result->reason = refusal;
        return NULL;
    }
    for (size_t i = 0; i < mend.change_count; i++)
        converter->changes[result->change_count++] = (struct convert_change){
            .column = (uint32_t)result->column, .value_class = mend.changes[i]};
    return NULL;
}

/* Until an error, or until it is known that the row is set aside. The row begins at `start`. */
static struct error *add_fields(struct converter *converter, const struct row *row, size_t start,
                                struct buf *out, struct convert_result *result)
{
    for (size_t i = 0; i < converter->field_count; i++) {
        const struct field *field = &converter->fields[i];
        const struct cell *cell = &row->cells[i];
        struct error *error;

        if (cell->form == CELL_NULL && LIKELY(!field->not_null)) {
            bytes_put_u32(field_at(out), FIELD_NULL);
            out->len += 4;
            continue;
        }
        if (LIKELY((FORM(cell->form) & field->forms) != 0))
            error = field->add(field, cell, out);
        else if (cell->form == CELL_NULL)
            error = field_refuse_null();
        else
            error = error_new(PGC_INTERNAL, "the source sent a cell of form %d", (int)cell->form);
        if (UNLIKELY(error != NULL)) {
            result->column = i;
            TRY(mend_field(converter, cell, field_start(out, start, i), out, error, result));
            if (result->set_aside)
                return NULL;
        }
    }
    return NULL;
}

/* The buffer forgets the row, and that it was too small for it: the rows before stay of use. */
static struct error *undo_row(struct buf *out, size_t start, struct error *error)
{
    out->len = start;
    out->failed = false;
    out->out_of_memory = false;
    return error;
}

struct error *converter_add_row(struct converter *converter, const struct row *row, struct buf *out,
                                struct convert_result *ret_result)
{
    size_t start = out->len;

    *ret_result = (struct convert_result){.changes = converter->changes};
    if (UNLIKELY(out->failed))
        return buf_error(out);
    if (UNLIKELY(row->cell_count != converter->field_count))
        return error_new(PGC_INTERNAL, "a row of %zu cells for %zu columns", row->cell_count,
                         converter->field_count);
    char *at = buf_reserve(out, converter->row_room);
    if (UNLIKELY(at == NULL))
        return undo_row(out, start, buf_error(out));
    bytes_put_u16(at, (uint16_t)converter->field_count);
    out->len += 2;
    struct error *error = add_fields(converter, row, start, out, ret_result);
    if (LIKELY(error == NULL && !ret_result->set_aside))
        return NULL;
    ret_result->change_count = 0;
    return undo_row(out, start, error);
}
