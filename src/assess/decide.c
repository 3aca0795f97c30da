/*
 * How each column has to be looked at. A condition may let a few good rows through, but never keeps
 * a bad one back: convert decides. What is not known here to be safe is read.
 */
#include "assess/internal.h"

#include "base/limits.h"

/* The longest texts that numbers and times become. */
#define LONGEST_INTEGER 20
#define LONGEST_OTHER 68

struct decision {
    const struct source_type *source;
    const struct target_type *target;
    int column;
    struct source_condition *conditions;
    size_t count;
};

static enum scan_need add(struct decision *d, enum source_condition_kind kind, int64_t low,
                          uint64_t high)
{
    d->conditions[d->count++] =
        (struct source_condition){.kind = kind, .column = d->column, .low = low, .high = high};
    return kind == CONDITION_LONGER ? NEED_LENGTH : NEED_CONDITION;
}

static bool is_text(const struct target_type *target)
{
    return target->kind == TARGET_TEXT || target->kind == TARGET_VARCHAR;
}

static enum scan_need of_short_text(const struct target_type *target, uint32_t longest)
{
    bool fits = target->kind == TARGET_TEXT || target->length == 0 || target->length >= longest;
    return fits ? NEED_NOTHING : NEED_READ;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static unsigned integer_bits(const struct source_type *source)
{
    static const unsigned bits[] = {[SOURCE_TINYINT] = 8,
                                    [SOURCE_SMALLINT] = 16,
                                    [SOURCE_MEDIUMINT] = 24,
                                    [SOURCE_INT] = 32,
                                    [SOURCE_BIGINT] = 64};

    return bits[source->kind] - !source->is_unsigned;
}

static enum scan_need of_range(struct decision *d, unsigned target_bits)
{
    uint64_t high = (UINT64_C(1) << target_bits) - 1;

    if (d->source->kind == SOURCE_YEAR || integer_bits(d->source) <= target_bits)
        return NEED_NOTHING;
    return add(d, CONDITION_OUTSIDE, -(int64_t)high - 1, high);
}

static enum scan_need of_integer_numeric(struct decision *d)
{
    unsigned digits = d->target->precision - d->target->scale;
    uint64_t high = 1;

    if (d->target->precision == 0 || digits >= LONGEST_INTEGER)
        return NEED_NOTHING;
    if (digits > 18)
        return NEED_READ;
    for (unsigned i = 0; i < digits; i++)
        high *= 10;
    high--;
    bool fits = d->source->kind == SOURCE_YEAR
                    ? high >= 2155
                    : high >> 1 >= UINT64_C(1) << (integer_bits(d->source) - 1);
    return fits ? NEED_NOTHING : add(d, CONDITION_OUTSIDE, -(int64_t)high, high);
}

static enum scan_need of_integer(struct decision *d)
{
    switch ((int)d->target->kind) {
    case TARGET_BOOLEAN:
        return add(d, CONDITION_OUTSIDE, 0, 1);
    case TARGET_SMALLINT:
        return of_range(d, 15);
    case TARGET_INTEGER:
        return of_range(d, 31);
    case TARGET_BIGINT:
        return of_range(d, 63);
    case TARGET_NUMERIC:
        return of_integer_numeric(d);
    default:
        return is_text(d->target) ? of_short_text(d->target, LONGEST_INTEGER) : NEED_READ;
    }
}

static enum scan_need of_decimal(const struct decision *d)
{
    const struct source_type *source = d->source;
    const struct target_type *target = d->target;

    if (target->kind == TARGET_NUMERIC &&
        (target->precision == 0 ||
         (target->precision - target->scale >= source->precision - source->scale &&
          target->scale >= source->scale)))
        return NEED_NOTHING;
    return is_text(target) ? of_short_text(target, LONGEST_OTHER) : NEED_READ;
}

static enum scan_need of_real(const struct decision *d)
{
    if (d->target->kind == TARGET_REAL || d->target->kind == TARGET_DOUBLE)
        return NEED_NOTHING;
    return is_text(d->target) ? of_short_text(d->target, LONGEST_OTHER) : NEED_READ;
}

static enum scan_need of_bits(const struct decision *d)
{
    uint32_t length = d->source->length;

    if (d->target->kind == TARGET_BIT || (d->target->kind == TARGET_BOOLEAN && length == 1) ||
        (d->target->kind == TARGET_BIGINT && length < 64))
        return NEED_NOTHING;
    return is_text(d->target) ? of_short_text(d->target, length) : NEED_READ;
}

/* ---- times ----------------------------------------------------------------------------------- */

static enum scan_need add_finer(struct decision *d, enum scan_need need)
{
    uint64_t unit = 1;

    if (d->target->fraction >= d->source->fraction)
        return need;
    for (unsigned i = d->target->fraction; i < 6; i++)
        unit *= 10;
    return add(d, CONDITION_FINER, 0, unit);
}

static enum scan_need of_date(struct decision *d)
{
    switch ((int)d->target->kind) {
    case TARGET_DATE:
        return add(d, CONDITION_ODD_DATE, 0, 0);
    case TARGET_TIMESTAMP:
    case TARGET_TIMESTAMPTZ:
        add(d, CONDITION_ODD_DATE, 0, 0);
        return add_finer(d, NEED_CONDITION);
    default:
        return is_text(d->target) ? of_short_text(d->target, LONGEST_OTHER) : NEED_READ;
    }
}

static enum scan_need of_time(struct decision *d)
{
    switch ((int)d->target->kind) {
    case TARGET_INTERVAL:
        return add_finer(d, NEED_NOTHING);
    case TARGET_TIME:
        add(d, CONDITION_NOT_IN_DAY, 0, 0);
        return add_finer(d, NEED_CONDITION);
    case TARGET_BIGINT:
        return NEED_NOTHING;
    default:
        return is_text(d->target) ? of_short_text(d->target, LONGEST_OTHER) : NEED_READ;
    }
}

/* ---- labels, bytes, text --------------------------------------------------------------------- */

/* Labels are definitions: they fit or not whatever the rows hold. */
static bool labels_are_plain(const struct source_type *source)
{
    for (size_t i = 0; i < source->label_count; i++)
        if (str_find(source->labels[i], '\0', 0) < source->labels[i].len)
            return false;
    return true;
}

static enum scan_need of_labels(struct decision *d, bool labels_checked)
{
    bool unlimited = d->target->kind == TARGET_TEXT || d->target->kind == TARGET_ENUM ||
                     (d->target->kind == TARGET_VARCHAR && d->target->length == 0);

    if (!labels_are_plain(d->source))
        return NEED_READ;
    if (d->source->kind == SOURCE_SET)
        return unlimited || d->target->kind == TARGET_TEXT_ARRAY ? NEED_NOTHING : NEED_READ;
    if (!unlimited)
        return NEED_READ;
    return labels_checked ? add(d, CONDITION_NO_LABEL, 0, 0) : NEED_NOTHING;
}

static enum scan_need of_bytes(struct decision *d)
{
    if (d->target->kind == TARGET_BYTEA)
        return d->source->max_bytes > LIMIT_FIELD ? add(d, CONDITION_LONGER, 0, LIMIT_FIELD)
                                                  : NEED_NOTHING;
    if (d->target->kind == TARGET_UUID && d->source->kind == SOURCE_BINARY)
        return NEED_NOTHING;
    if (d->target->kind == TARGET_UUID && d->source->kind == SOURCE_VARBINARY)
        return add(d, CONDITION_OTHER_LENGTH, 0, 16);
    return NEED_READ;
}

/* ---- a column -------------------------------------------------------------------------------- */

static enum scan_need by_types(struct decision *d, bool labels_checked)
{
    switch (d->source->kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
    case SOURCE_YEAR:
        return of_integer(d);
    case SOURCE_DECIMAL:
        return of_decimal(d);
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
        return of_real(d);
    case SOURCE_BIT:
        return of_bits(d);
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_TIMESTAMP:
        return of_date(d);
    case SOURCE_TIME:
        return of_time(d);
    case SOURCE_ENUM:
    case SOURCE_SET:
        return of_labels(d, labels_checked);
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
    case SOURCE_TEXT:
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
        return of_bytes(d);
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
        return d->target->kind == TARGET_UUID || d->target->kind == TARGET_TEXT ||
                       d->target->kind == TARGET_INET
                   ? NEED_NOTHING
                   : NEED_READ;
    case SOURCE_VECTOR:
        return d->target->kind == TARGET_VECTOR ? NEED_READ : NEED_NOTHING;
    case SOURCE_GEOMETRY:
    case SOURCE_JSON:
    case SOURCE_OTHER:
        break;
    }
    return NEED_READ;
}

enum scan_need scan_decide(const struct planned_table *planned, size_t column,
                           struct source_condition ret_conditions[SCAN_CONDITIONS],
                           size_t *ret_count)
{
    const struct planned_column *decided = &planned->columns[column];
    const struct source_column *source = &planned->source->columns[decided->source];
    struct decision d = {.source = &source->type,
                         .target = &planned->target.columns[column].type,
                         .column = decided->source,
                         .conditions = ret_conditions};
    enum scan_need need = by_types(&d, decided->labels_checked);

    if (source->nullable && planned->target.columns[column].not_null) {
        add(&d, CONDITION_NULL, 0, 0);
        need = need == NEED_NOTHING ? NEED_CONDITION : need;
    }
    *ret_count = need == NEED_READ ? 0 : d.count;
    return need;
}
