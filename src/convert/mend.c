#include "convert/mend.h"

#include <stdio.h>

#define DATE_MINUS_INFINITY UINT32_C(0x80000000)
#define TIMESTAMP_MINUS_INFINITY UINT64_C(0x8000000000000000)
#define UUID_BYTES 16
/* The most digits that decimal.c reads: a numeric of more has no nearest value to write. */
#define DECIMAL_DIGITS 65
#define REPLACEMENT 0xfffd
#define JSON_NUL_ESCAPE "\\u0000"
#define JSON_REPLACEMENT_ESCAPE "\\ufffd"

bool mend_is_asked(const struct value_policies *policies)
{
    for (enum value_class i = 0; i < CLASS_COUNT; i++)
        if (policies->of[i] > POLICY_REFUSE)
            return true;
    return false;
}

static bool is_time(enum source_kind kind)
{
    return kind == SOURCE_DATE || kind == SOURCE_DATETIME || kind == SOURCE_TIMESTAMP ||
           kind == SOURCE_TIME;
}

/* Text that people wrote, which can be cut; not the digits of a number or a time. */
static bool is_words(enum source_kind kind)
{
    return field_has_charset(kind) || kind == SOURCE_BINARY || kind == SOURCE_VARBINARY ||
           kind == SOURCE_BLOB;
}

/* Whether what is too long can be taken off: of words, of a fraction; not of a number's digits. */
static bool can_cut(const struct source_type *source, const struct target_type *target)
{
    if (is_words(source->kind))
        return true;
    if (target->kind == TARGET_VARCHAR)
        return false;
    return source->kind == SOURCE_DECIMAL || is_time(source->kind);
}

static bool has_nearest(const struct target_type *target)
{
    return target->kind == TARGET_SMALLINT || target->kind == TARGET_INTEGER ||
           target->kind == TARGET_BIGINT || target->kind == TARGET_TIME ||
           (target->kind == TARGET_NUMERIC && target->precision <= DECIMAL_DIGITS);
}

bool convert_can_follow(const struct source_type *source, const struct target_type *target,
                        enum value_class value_class, enum value_policy policy)
{
    if (policy != POLICY_STRIP && policy != POLICY_REPLACE)
        return true;
    if (value_class == CLASS_TOO_LONG)
        return policy == POLICY_STRIP ? is_words(source->kind) : can_cut(source, target);
    return value_class != CLASS_OUT_OF_RANGE || has_nearest(target);
}

/* ---- which class ----------------------------------------------------------------------------- */

static enum value_class class_of_date(const struct cell_time *time)
{
    if (time->year == 0 && time->month == 0 && time->day == 0)
        return CLASS_ZERO_DATE;
    return time->month <= 12 && time->day <= 31 ? CLASS_PARTIAL_DATE : CLASS_COUNT;
}

/* A clock that exists nowhere is a broken source, not a value beyond a type. */
static bool is_clock(const struct cell_time *time)
{
    return time->hour <= 838 && time->minute <= 59 && time->second <= 59 &&
           time->microsecond <= 999999;
}

static enum value_class class_of_range(const struct mend *mend)
{
    enum source_kind kind = mend->field.source->kind;

    if (is_time(kind) && (kind != SOURCE_TIME || !is_clock(&mend->cell.time)))
        return CLASS_COUNT;
    return CLASS_OUT_OF_RANGE;
}

static enum value_class class_of_uuid(const struct mend *mend)
{
    return mend->cell.bytes.len == 0 ? CLASS_EMPTY_UUID : CLASS_BAD_UUID;
}

/* The document is decoded by now: bad text is refused before bad JSON. */
static enum value_class class_of_json(const struct mend *mend, const struct error *refusal)
{
    return strstr(refusal->text, json_refuses_nul) != NULL &&
                   mend->field.target->kind == TARGET_JSONB
               ? CLASS_JSON_NUL
               : CLASS_BAD_JSON;
}

/* CLASS_COUNT for what is none of the operator's matters. */
static enum value_class class_of(const struct mend *mend, const struct error *refusal)
{
    enum error_id id = refusal->id;

    if (id == PGC_VALUE_ZERO_DATE)
        return class_of_date(&mend->cell.time);
    if (id == PGC_VALUE_BAD_UUID || (mend->field.target->kind == TARGET_UUID &&
                                     (id == PGC_VALUE_NUL || id == PGC_VALUE_INVALID_TEXT)))
        return class_of_uuid(mend);
    if (id == PGC_VALUE_NUL)
        return CLASS_NUL_BYTE;
    if (id == PGC_VALUE_INVALID_TEXT)
        return CLASS_INVALID_BYTES;
    if (id == PGC_VALUE_BAD_JSON)
        return class_of_json(mend, refusal);
    if (id == PGC_VALUE_NO_LABEL)
        return mend->cell.bytes.len == 0 ? CLASS_EMPTY_ENUM : CLASS_COUNT;
    if (id == PGC_VALUE_NOT_BOOLEAN)
        return CLASS_NOT_BOOLEAN;
    if (id == PGC_VALUE_OUT_OF_RANGE)
        return class_of_range(mend);
    if (id == PGC_VALUE_TOO_LONG)
        return mend->field.source->kind == SOURCE_BIT ? CLASS_COUNT : CLASS_TOO_LONG;
    return id == PGC_VALUE_NULL ? CLASS_NULL_IN_NOT_NULL : CLASS_COUNT;
}

/* ---- values written as they are -------------------------------------------------------------- */

static void put_null(struct buf *out)
{
    bytes_put_u32(field_at(out), FIELD_NULL);
    out->len += 4;
}

static struct error *put_minus_infinity(const struct field *field, struct buf *out)
{
    char *at = field_at(out);

    if (field->target->kind == TARGET_DATE) {
        bytes_put_u32(at + 4, DATE_MINUS_INFINITY);
        return field_done(out, at, 4);
    }
    bytes_put_u64(at + 4, TIMESTAMP_MINUS_INFINITY);
    return field_done(out, at, 8);
}

static struct error *put_nil_uuid(struct buf *out)
{
    char *at = field_at(out);

    memset(at + 4, 0, UUID_BYTES);
    return field_done(out, at, UUID_BYTES);
}

/* ---- the nearest value ----------------------------------------------------------------------- */

static bool is_negative(const struct mend *mend)
{
    const struct cell *cell = &mend->cell;

    if (cell->form == CELL_INT)
        return cell->integer < 0;
    if (cell->form == CELL_TIME)
        return cell->time.negative;
    return mend->field.source->kind == SOURCE_DECIMAL && cell->bytes.len > 0 &&
           cell->bytes.ptr[0] == '-';
}

static void nearest_integer(struct mend *mend)
{
    bool negative = is_negative(mend);
    int64_t most = INT64_MAX;

    if (mend->field.target->kind == TARGET_SMALLINT)
        most = INT16_MAX;
    else if (mend->field.target->kind == TARGET_INTEGER)
        most = INT32_MAX;
    mend->cell = (struct cell){.form = CELL_INT, .integer = negative ? -most - 1 : most};
    mend->field.add = field_add_bigint;
    if (most == INT16_MAX)
        mend->field.add = field_add_smallint;
    else if (most == INT32_MAX)
        mend->field.add = field_add_integer;
}

/* As many nines as the type has digits. */
static bool nearest_numeric(struct mend *mend)
{
    const struct target_type *target = mend->field.target;
    bool negative = is_negative(mend);
    struct buf *text = mend->scratch;

    buf_reset(text, SIZE_MAX);
    buf_add_c(text, negative ? "-" : "");
    for (unsigned i = target->precision; i > target->scale; i--)
        buf_add_char(text, '9');
    if (target->precision == target->scale)
        buf_add_char(text, '0');
    buf_add_c(text, target->scale > 0 ? "." : "");
    for (unsigned i = 0; i < target->scale; i++)
        buf_add_char(text, '9');
    mend->cell = (struct cell){.form = CELL_BYTES, .bytes = buf_str(text)};
    mend->field.add = field_add_decimal_numeric;
    return !text->failed;
}

/* PostgreSQL's time goes from 00:00:00 to 24:00:00. */
static void nearest_time(struct mend *mend)
{
    uint32_t hour = is_negative(mend) ? 0 : 24;

    mend->cell = (struct cell){.form = CELL_TIME, .time = {.hour = hour}};
}

static bool mend_range(struct mend *mend)
{
    enum target_kind kind = mend->field.target->kind;

    if (!has_nearest(mend->field.target))
        return false;
    if (kind == TARGET_NUMERIC)
        return nearest_numeric(mend);
    if (kind == TARGET_TIME)
        nearest_time(mend);
    else
        nearest_integer(mend);
    return true;
}

/* ---- dates ----------------------------------------------------------------------------------- */

static bool mend_date(struct mend *mend)
{
    static const uint8_t days_in[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct cell_time *time = &mend->cell.time;

    if (time->year == 0) {
        *time = (struct cell_time){.year = 1,
                                   .month = 1,
                                   .day = 1,
                                   .hour = time->hour,
                                   .minute = time->minute,
                                   .second = time->second,
                                   .microsecond = time->microsecond};
        return true;
    }
    time->month = time->month == 0 ? 1 : time->month;
    time->day = time->day == 0 ? 1 : time->day;
    bool leap = time->year % 4 == 0 && (time->year % 100 != 0 || time->year % 400 == 0);
    uint8_t last = (uint8_t)(days_in[time->month] + (leap && time->month == 2));
    if (time->day > last)
        time->day = last;
    return true;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The bytes of one unit of the character set, which is what is looked at next behind an offence. */
static size_t unit_bytes(const struct charset *charset, size_t left)
{
    size_t size = charset->form == CHARSET_UTF32 ? 4
                  : charset->form == CHARSET_UTF16 || charset->form == CHARSET_UCS2 ||
                          charset->form == CHARSET_UTF16LE
                      ? 2
                      : 1;
    return size < left ? size : left;
}

static void note_change(struct mend *mend, enum value_class value_class)
{
    for (size_t i = 0; i < mend->change_count; i++)
        if (mend->changes[i] == value_class)
            return;
    mend->changes[mend->change_count++] = value_class;
}

static bool is_changed(const struct mend *mend, enum value_class value_class)
{
    for (size_t i = 0; i < mend->change_count; i++)
        if (mend->changes[i] == value_class)
            return true;
    return false;
}

/*
 * Takes the cell's text over into `scratch`, as UTF-8, doing with NULs and bad bytes what is asked.
 * False where nothing such is asked of an offence: *refusal tells of that one then.
 */
static bool decode_text(struct mend *mend, struct error **refusal)
{
    static const struct charset utf8 = {.form = CHARSET_UTF8};
    const struct decoder *decoder = mend->field.decoder;
    const struct charset *charset = decoder != NULL ? decoder->charset : &utf8;
    struct str bytes = mend->cell.bytes;
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    size_t size;

    if (mend->is_decoded)
        return true;
    buf_reset(mend->scratch, SIZE_MAX);
    for (size_t done = 0; done < bytes.len; done += size) {
        uint32_t character = 0;
        char put[4];
        size = charset_next(charset, at + done, bytes.len - done, &character);
        if (UNLIKELY(size == 0 || character == 0)) {
            bool is_nul = size > 0;
            mend->value_class = is_nul ? CLASS_NUL_BYTE : CLASS_INVALID_BYTES;
            enum value_policy policy = mend->field.policies->of[mend->value_class];
            if (policy != POLICY_STRIP && policy != POLICY_REPLACE) {
                error_free(*refusal);
                *refusal = field_refuse_text(is_nul ? UTF8_NUL : UTF8_INVALID, done, bytes.len);
                return false;
            }
            note_change(mend, mend->value_class);
            size = is_nul ? size : unit_bytes(charset, bytes.len - done);
            character = policy == POLICY_REPLACE ? REPLACEMENT : 0;
        }
        if (character != 0)
            buf_add(mend->scratch, put, utf8_put(put, character));
    }
    mend->cell.bytes = buf_str(mend->scratch);
    mend->field.decoder = NULL;
    mend->is_decoded = true;
    return true;
}

/* Each escape that stands for U+0000: behind a backslash that is not itself escaped. */
static void mend_escapes(struct mend *mend, bool is_stripped)
{
    const size_t len = sizeof JSON_NUL_ESCAPE - 1;
    char *text = mend->scratch->ptr, *to = text;
    size_t size = mend->scratch->len;

    for (size_t at = 0; at < size;) {
        if (text[at] != '\\') {
            *to++ = text[at++];
        } else if (size - at >= len && memcmp(text + at, JSON_NUL_ESCAPE, len) == 0) {
            if (!is_stripped) {
                memcpy(to, JSON_REPLACEMENT_ESCAPE, len);
                to += len;
            }
            at += len;
        } else {
            *to++ = text[at++];
            if (at < size)
                *to++ = text[at++];
        }
    }
    mend->scratch->len = (size_t)(to - text);
    mend->cell.bytes = buf_str(mend->scratch);
}

/* ---- what is too long ------------------------------------------------------------------------ */

static void strip_spaces(struct mend *mend)
{
    struct str *text = &mend->cell.bytes;
    size_t chars = 0, bad_at;

    utf8_check(text->ptr, text->len, &chars, &bad_at);
    for (; chars > mend->field.max_chars && text->ptr[text->len - 1] == ' '; chars--)
        text->len--;
}

static void cut_characters(struct mend *mend)
{
    struct str *text = &mend->cell.bytes;
    const unsigned char *at = (const unsigned char *)text->ptr;
    size_t len = 0;

    for (size_t chars = 0; len < text->len && chars < mend->field.max_chars; chars++) {
        uint32_t character;
        len += utf8_next(at + len, text->len - len, &character);
    }
    text->len = len;
}

/* Toward zero: what stands behind the last digit that is kept goes. */
static bool cut_digits(struct mend *mend)
{
    const struct target_type *target = mend->field.target;
    struct str *text = &mend->cell.bytes;
    size_t point = str_find(*text, '.', 0);
    size_t scale = target->kind == TARGET_NUMERIC ? target->scale : 0;
    size_t keep = point + (scale > 0 ? scale + 1 : 0);

    if (keep >= text->len)
        return false;
    text->len = keep;
    return true;
}

static bool mend_length(struct mend *mend, bool is_stripped, struct error **refusal)
{
    enum source_kind kind = mend->field.source->kind;

    if (is_words(kind)) {
        if (!decode_text(mend, refusal))
            return false;
        if (is_stripped)
            strip_spaces(mend);
        else
            cut_characters(mend);
        return true;
    }
    if (is_stripped || !can_cut(mend->field.source, mend->field.target))
        return false;
    if (kind == SOURCE_DECIMAL)
        return cut_digits(mend);
    mend->cell.time.microsecond -= mend->cell.time.microsecond % mend->field.fraction_unit;
    return true;
}

/* ---- by policy ------------------------------------------------------------------------------- */

/* What becomes a value of its own goes out at once; *ret_done then. False: it cannot be done. */
static bool mend_part(struct mend *mend, bool is_stripped, struct buf *out, struct error **refusal,
                      bool *ret_done)
{
    struct str empty = STR("");

    *ret_done = false;
    switch (mend->value_class) {
    case CLASS_ZERO_DATE:
        *ret_done = true;
        return put_minus_infinity(&mend->field, out) == NULL;
    case CLASS_PARTIAL_DATE:
        return mend_date(mend);
    case CLASS_NUL_BYTE:
    case CLASS_INVALID_BYTES:
        return decode_text(mend, refusal);
    case CLASS_JSON_NUL:
        if (!decode_text(mend, refusal))
            return false;
        mend_escapes(mend, is_stripped);
        return true;
    case CLASS_EMPTY_UUID:
        *ret_done = true;
        return put_nil_uuid(out) == NULL;
    case CLASS_EMPTY_ENUM:
        *ret_done = true;
        return field_put_short(&mend->field, empty.ptr, 0, out) == NULL;
    case CLASS_NOT_BOOLEAN:
        mend->cell = (struct cell){.form = CELL_INT, .integer = 1};
        return true;
    case CLASS_OUT_OF_RANGE:
        return mend_range(mend);
    case CLASS_TOO_LONG:
        return mend_length(mend, is_stripped, refusal);
    case CLASS_BAD_JSON:
    case CLASS_BAD_UUID:
    case CLASS_NULL_IN_NOT_NULL:
    case CLASS_ORPHAN:
    case CLASS_PARENT_SPELLING:
    case CLASS_COUNT:
        break;
    }
    return false;
}

static enum mend_outcome write_null(struct mend *mend, struct buf *out, struct error **refusal)
{
    if (!mend->field.not_null) {
        put_null(out);
        return MEND_WRITTEN;
    }
    error_free(*refusal);
    *refusal = field_refuse_null();
    mend->value_class = CLASS_NULL_IN_NOT_NULL;
    return mend->field.policies->of[CLASS_NULL_IN_NOT_NULL] == POLICY_QUARANTINE ? MEND_SET_ASIDE
                                                                                 : MEND_REFUSED;
}

/* One policy. *ret_again when the value was changed and has been refused for something else. */
static enum mend_outcome mend_once(struct mend *mend, struct buf *out, struct error **refusal,
                                   bool *ret_again)
{
    enum value_policy policy = mend->field.policies->of[mend->value_class];
    bool is_done = false;

    if (policy == POLICY_STRIP || policy == POLICY_REPLACE) {
        if (is_changed(mend, mend->value_class))
            return MEND_REFUSED;
        if (mend_part(mend, policy == POLICY_STRIP, out, refusal, &is_done)) {
            note_change(mend, mend->value_class);
            struct error *error = is_done ? NULL : mend->field.add(&mend->field, &mend->cell, out);
            error_free(*refusal);
            *refusal = error;
            *ret_again = error != NULL;
            return MEND_WRITTEN;
        }
        /* The text may hold an offence of another class, of which something else is asked. */
        policy = mend->field.policies->of[mend->value_class];
    }
    if (policy == POLICY_QUARANTINE)
        return MEND_SET_ASIDE;
    if (policy != POLICY_NULL)
        return MEND_REFUSED;
    note_change(mend, mend->value_class);
    return write_null(mend, out, refusal);
}

enum mend_outcome mend_value(struct mend *mend, size_t start, struct buf *out,
                             struct error **refusal)
{
    enum mend_outcome outcome = MEND_REFUSED;
    bool again = true;

    while (again) {
        again = false;
        if (out->failed)
            return MEND_REFUSED;
        out->len = start;
        mend->value_class = class_of(mend, *refusal);
        if (mend->value_class == CLASS_COUNT)
            return MEND_REFUSED;
        outcome = mend_once(mend, out, refusal, &again);
        if (mend->scratch->failed) {
            error_free(*refusal);
            *refusal = buf_error(mend->scratch);
            return MEND_REFUSED;
        }
    }
    if (outcome == MEND_WRITTEN) {
        error_free(*refusal);
        *refusal = NULL;
    }
    return outcome;
}
