/*
 * What policies say about values that PostgreSQL cannot hold (model/policy.h), applied to the
 * source's value by code of this room: only columns that have a policy come here, and most of their
 * values go through unchanged.
 */
#include "verify/canonical.h"

#include "base/limits.h"

#define REPLACEMENT "\xef\xbf\xbd"

static bool is_date_kind(enum source_kind kind)
{
    return kind == SOURCE_DATE || kind == SOURCE_DATETIME || kind == SOURCE_TIMESTAMP;
}

static bool is_text_kind(enum source_kind kind)
{
    return kind == SOURCE_CHAR || kind == SOURCE_VARCHAR || kind == SOURCE_TEXT ||
           kind == SOURCE_ENUM || kind == SOURCE_SET || kind == SOURCE_JSON ||
           kind == SOURCE_BINARY || kind == SOURCE_VARBINARY || kind == SOURCE_BLOB;
}

static enum value_policy policy_of(const struct canonical_column *column,
                                   enum value_class value_class)
{
    return column->policies->of[value_class];
}

static bool is_mended(enum value_policy policy)
{
    return policy == POLICY_NULL || policy == POLICY_STRIP || policy == POLICY_REPLACE;
}

bool canonical_has_policies(const struct value_policies *policies)
{
    for (enum value_class i = 0; policies != NULL && i < CLASS_COUNT; i++)
        if (is_mended(policies->of[i]))
            return true;
    return false;
}

/* ---- dates ----------------------------------------------------------------------------------- */

static enum mending mend_date(const struct canonical_column *column, struct str raw,
                              struct canonical_row *row, struct str *ret_value)
{
    struct canonical_date date = {0};
    enum value_policy policy;

    if (canonical_is_date(column, raw) || !canonical_split_date(raw, &date))
        return MEND_AS_IS;
    bool is_zero = date.year == 0 && date.month == 0 && date.day == 0;
    policy = policy_of(column, is_zero ? CLASS_ZERO_DATE : CLASS_PARTIAL_DATE);
    if (policy == POLICY_NULL)
        return MEND_NULL;
    if (policy != POLICY_REPLACE)
        return MEND_AS_IS;
    if (is_zero) {
        *ret_value = STR("-infinity");
        return MEND_FORM;
    }
    if (date.year == 0)
        date = (struct canonical_date){1, 1, 1};
    date.month = date.month == 0 ? 1 : date.month;
    date.day = date.day == 0 ? 1 : date.day;
    if (date.day > canonical_month_days(date.year, date.month))
        date.day = canonical_month_days(date.year, date.month);
    buf_reset(&row->text, MIB);
    buf_add_format(&row->text, "%04u-%02u-%02u", date.year, date.month, date.day);
    buf_add_str(&row->text, str_slice(raw, 10, raw.len));
    *ret_value = buf_str(&row->text);
    return MEND_VALUE;
}

/* ---- text ------------------------------------------------------------------------------------ */

static size_t unit_of(const struct charset *charset, size_t left)
{
    size_t size = 1;

    if (charset != NULL && charset->form == CHARSET_UTF32)
        size = 4;
    else if (charset != NULL && (charset->form == CHARSET_UTF16 || charset->form == CHARSET_UCS2 ||
                                 charset->form == CHARSET_UTF16LE))
        size = 2;
    return size < left ? size : left;
}

/* To UTF-8 in row->text. MEND_AS_IS: something that no policy mends is in it. */
static enum mending mend_text(const struct canonical_column *column, struct str raw,
                              struct canonical_row *row, struct str *ret_value)
{
    buf_reset(&row->text, MIB);
    for (size_t at = 0; at < raw.len;) {
        size_t len = canonical_next_character(column->charset, raw, at, &row->text);
        if (len > 0) {
            at += len;
            continue;
        }
        size_t nul = canonical_nul(column->charset, raw, at);
        enum value_policy policy =
            policy_of(column, nul > 0 ? CLASS_NUL_BYTE : CLASS_INVALID_BYTES);
        if (policy == POLICY_NULL)
            return MEND_NULL;
        if (policy != POLICY_STRIP && policy != POLICY_REPLACE)
            return MEND_AS_IS;
        if (policy == POLICY_REPLACE)
            buf_add_c(&row->text, REPLACEMENT);
        at += nul > 0 ? nul : unit_of(column->charset, raw.len - at);
    }
    *ret_value = buf_str(&row->text);
    return MEND_VALUE;
}

/* An escaped U+0000, behind a backslash that is not escaped itself; text.len + 1 without. */
static size_t find_escaped_nul(struct str text, size_t from)
{
    for (size_t at = from; at < text.len; at++) {
        if (text.ptr[at] != '\\')
            continue;
        if (str_starts_with(str_slice(text, at, text.len), STR("\\u0000")))
            return at;
        at++;
    }
    return text.len + 1;
}

static enum mending mend_json(const struct canonical_column *column, struct canonical_row *row,
                              struct str *value)
{
    enum value_policy policy = policy_of(column, CLASS_JSON_NUL);
    size_t at = find_escaped_nul(*value, 0), start = row->bytes.len;
    bool good;

    if (at <= value->len && policy == POLICY_NULL)
        return MEND_NULL;
    while (at <= value->len && (policy == POLICY_STRIP || policy == POLICY_REPLACE)) {
        char *text = row->text.ptr;
        if (policy == POLICY_REPLACE) {
            memcpy(text + at, "\\ufffd", 6);
            at += 6;
        } else {
            memmove(text + at, text + at + 6, row->text.len - at - 6);
            row->text.len -= 6;
        }
        *value = buf_str(&row->text);
        at = find_escaped_nul(*value, at);
    }
    good = canonical_json(column, *value, row);
    row->bytes.len = start;
    return !good && policy_of(column, CLASS_BAD_JSON) == POLICY_NULL ? MEND_NULL : MEND_VALUE;
}

static enum mending mend_uuid(const struct canonical_column *column, struct canonical_row *row,
                              struct str *value)
{
    size_t start = row->bytes.len;
    bool good = canonical_uuid(column, *value, row);
    enum value_policy policy =
        policy_of(column, value->len == 0 ? CLASS_EMPTY_UUID : CLASS_BAD_UUID);

    row->bytes.len = start;
    if (good)
        return MEND_VALUE;
    if (policy == POLICY_NULL)
        return MEND_NULL;
    if (value->len == 0 && policy == POLICY_REPLACE)
        *value = STR("00000000000000000000000000000000");
    return MEND_VALUE;
}

static bool is_label(const struct source_type *type, struct str text)
{
    for (size_t i = 0; i < type->label_count; i++)
        if (str_equal(type->labels[i], text))
            return true;
    return false;
}

static size_t count_characters(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

static enum mending mend_length(const struct canonical_column *column, struct str *value)
{
    enum value_policy policy = policy_of(column, CLASS_TOO_LONG);
    size_t most = column->target->length, chars = count_characters(*value);

    if (most == 0 || chars <= most)
        return MEND_VALUE;
    if (policy == POLICY_NULL)
        return MEND_NULL;
    for (; policy == POLICY_STRIP && chars > most && value->ptr[value->len - 1] == ' '; chars--)
        value->len--;
    for (; policy == POLICY_REPLACE && chars > most; chars--)
        do
            value->len--;
        while (((unsigned char)value->ptr[value->len] & 0xc0) == 0x80);
    return MEND_VALUE;
}

static enum mending mend_words(const struct canonical_column *column, struct str raw,
                               struct canonical_row *row, struct str *ret_value)
{
    enum target_kind kind = column->target->kind;
    enum mending mending = mend_text(column, raw, row, ret_value);

    if (kind == TARGET_UUID && mending == MEND_AS_IS)
        return policy_of(column, raw.len == 0 ? CLASS_EMPTY_UUID : CLASS_BAD_UUID) == POLICY_NULL
                   ? MEND_NULL
                   : MEND_AS_IS;
    if (mending != MEND_VALUE)
        return mending;
    if (kind == TARGET_UUID)
        return mend_uuid(column, row, ret_value);
    if (kind == TARGET_JSONB || kind == TARGET_JSON)
        return mend_json(column, row, ret_value);
    if (column->source->kind == SOURCE_ENUM && ret_value->len == 0 &&
        policy_of(column, CLASS_EMPTY_ENUM) == POLICY_NULL && !is_label(column->source, STR("")))
        return MEND_NULL;
    return kind == TARGET_VARCHAR ? mend_length(column, ret_value) : MEND_VALUE;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static unsigned whole_digits(struct str number)
{
    size_t from = number.len > 0 && number.ptr[0] == '-';

    return (unsigned)(str_find(number, '.', 0) - from);
}

static bool fits_integer(struct str number, int64_t most)
{
    int64_t value = 0;

    return str_to_i64(str_slice(number, 0, str_find(number, '.', 0)), &value) && value <= most &&
           value >= -most - 1;
}

static void put_nearest(const struct canonical_column *column, bool negative, int64_t most,
                        struct buf *text)
{
    const struct target_type *target = column->target;

    buf_reset(text, MIB);
    if (most > 0) {
        if (negative)
            buf_add_format(text, "%lld", (long long)(-most - 1));
        else
            buf_add_format(text, "%lld", (long long)most);
        return;
    }
    buf_add_c(text, negative ? "-" : "");
    for (unsigned i = target->precision; i > target->scale; i--)
        buf_add_char(text, '9');
    buf_add_c(text, target->scale > 0 ? "." : "");
    for (unsigned i = 0; i < target->scale; i++)
        buf_add_char(text, '9');
}

static enum mending mend_number(const struct canonical_column *column, struct canonical_row *row,
                                struct str *value)
{
    const struct target_type *target = column->target;
    enum value_policy range = policy_of(column, CLASS_OUT_OF_RANGE);
    enum value_policy length = policy_of(column, CLASS_TOO_LONG);
    int64_t most = target->kind == TARGET_SMALLINT  ? INT16_MAX
                   : target->kind == TARGET_INTEGER ? INT32_MAX
                   : target->kind == TARGET_BIGINT  ? INT64_MAX
                                                    : 0;
    size_t point = str_find(*value, '.', 0), scale = most > 0 ? 0 : target->scale;
    bool fits = most > 0 ? fits_integer(*value, most)
                         : target->precision == 0 ||
                               whole_digits(*value) <= (unsigned)(target->precision - scale) ||
                               (value->len > 1 && value->ptr[0] == '0' && point == 1);

    if (!fits && range == POLICY_NULL)
        return MEND_NULL;
    if (!fits && range == POLICY_REPLACE) {
        put_nearest(column, value->ptr[0] == '-', most, &row->text);
        *value = buf_str(&row->text);
        return MEND_VALUE;
    }
    if ((most == 0 && target->precision == 0) || value->len <= point + 1 + scale)
        return MEND_VALUE;
    if (length == POLICY_NULL)
        return MEND_NULL;
    if (length == POLICY_REPLACE)
        value->len = point + (scale > 0 ? scale + 1 : 0);
    return MEND_VALUE;
}

/* A boolean's, or a number's that may be too large or too fine for its target. */
static enum mending mend_figure(const struct canonical_column *column, struct str raw,
                                struct canonical_row *row, struct str *ret_value)
{
    char *at;
    size_t len;

    buf_reset(&row->text, MIB);
    at = buf_reserve(&row->text, raw.len + 1);
    len = at != NULL ? canonical_number_to(raw, at) : SIZE_MAX;
    if (len == SIZE_MAX)
        return MEND_AS_IS;
    *ret_value = (struct str){at, len};
    if (column->target->kind != TARGET_BOOLEAN)
        return mend_number(column, row, ret_value);
    if (str_equal(*ret_value, STR("0")) || str_equal(*ret_value, STR("1")))
        return MEND_VALUE;
    if (policy_of(column, CLASS_NOT_BOOLEAN) == POLICY_NULL)
        return MEND_NULL;
    if (policy_of(column, CLASS_NOT_BOOLEAN) == POLICY_REPLACE)
        *ret_value = STR("1");
    return MEND_VALUE;
}

/* ---- times ----------------------------------------------------------------------------------- */

static enum mending cut_fraction(const struct canonical_column *column, struct str *value)
{
    size_t point = str_find(*value, '.', 0), keep = point + 1 + column->target->fraction;
    enum value_policy policy = policy_of(column, CLASS_TOO_LONG);
    bool is_finer = false;

    for (size_t i = keep; i < value->len; i++)
        is_finer = is_finer || value->ptr[i] != '0';
    if (!is_finer || !is_mended(policy))
        return MEND_VALUE;
    if (policy == POLICY_NULL)
        return MEND_NULL;
    if (policy == POLICY_REPLACE)
        value->len = column->target->fraction > 0 ? keep : point;
    return MEND_VALUE;
}

/* PostgreSQL's time of day goes from 00:00:00 to 24:00:00. */
static enum mending mend_time_of_day(const struct canonical_column *column, struct str *value)
{
    enum value_policy policy = policy_of(column, CLASS_OUT_OF_RANGE);
    int64_t hours = 0;
    bool negative = value->len > 0 && value->ptr[0] == '-';
    size_t colon = str_find(*value, ':', 0);
    struct str rest = str_slice(*value, colon, value->len);
    bool is_none = true;

    if (!str_to_i64(str_slice(*value, negative, colon), &hours))
        return MEND_AS_IS;
    for (size_t i = 0; i < rest.len; i++)
        is_none = is_none && (rest.ptr[i] < '1' || rest.ptr[i] > '9');
    bool fits = negative ? hours == 0 && is_none : hours < 24 || (hours == 24 && is_none);
    if (fits || !is_mended(policy))
        return MEND_VALUE;
    if (policy == POLICY_NULL)
        return MEND_NULL;
    *value = negative ? STR("00:00:00") : STR("24:00:00");
    return MEND_VALUE;
}

enum mending canonical_mend(const struct canonical_column *column, struct str raw,
                            struct canonical_row *row, struct str *ret_value)
{
    enum source_kind source = column->source->kind;
    enum target_kind target = column->target->kind;
    enum mending mending = MEND_VALUE;

    *ret_value = raw;
    if (is_text_kind(source) && target != TARGET_BYTEA)
        return (source == SOURCE_BINARY || source == SOURCE_VARBINARY) && target == TARGET_UUID
                   ? MEND_AS_IS
                   : mend_words(column, raw, row, ret_value);
    if (is_date_kind(source) &&
        (target == TARGET_DATE || target == TARGET_TIMESTAMP || target == TARGET_TIMESTAMPTZ)) {
        mending = mend_date(column, raw, row, ret_value);
        if (mending != MEND_AS_IS && mending != MEND_VALUE)
            return mending;
        return target == TARGET_DATE ? MEND_VALUE : cut_fraction(column, ret_value);
    }
    if (source == SOURCE_TIME && target == TARGET_TIME)
        mending = mend_time_of_day(column, ret_value);
    if (source == SOURCE_TIME && (target == TARGET_TIME || target == TARGET_INTERVAL))
        return mending == MEND_VALUE ? cut_fraction(column, ret_value) : mending;
    if (column->ways[SIDE_SOURCE].form == canonical_number)
        return mend_figure(column, raw, row, ret_value);
    return MEND_AS_IS;
}
