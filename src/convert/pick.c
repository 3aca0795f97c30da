/*
 * Which type can become which: one table. doc/types.md says the same for people, and a test holds
 * the two together.
 */
#include "convert/convert.h"
#include "convert/field.h"

#define KIND(kind) (UINT32_C(1) << (kind))
#define INTEGERS                                                                                \
    (KIND(SOURCE_TINYINT) | KIND(SOURCE_SMALLINT) | KIND(SOURCE_MEDIUMINT) | KIND(SOURCE_INT) | \
     KIND(SOURCE_BIGINT))
#define TIMES \
    (KIND(SOURCE_DATE) | KIND(SOURCE_DATETIME) | KIND(SOURCE_TIMESTAMP) | KIND(SOURCE_TIME))
#define TEXTS (KIND(SOURCE_CHAR) | KIND(SOURCE_VARCHAR) | KIND(SOURCE_TEXT))
#define BINARIES (KIND(SOURCE_BINARY) | KIND(SOURCE_VARBINARY) | KIND(SOURCE_BLOB))
#define LABELS (KIND(SOURCE_ENUM) | KIND(SOURCE_SET))
#define INETS (KIND(SOURCE_INET4) | KIND(SOURCE_INET6))

/* The shortest text of a UUID, and its bytes. */
#define UUID_CHARS 32
#define UUID_BYTES 16

static const struct route {
    uint32_t sources;
    enum target_kind target;
    field_add *add;
} routes[] = {
    {INTEGERS, TARGET_BOOLEAN, field_add_boolean},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_SMALLINT, field_add_smallint},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_INTEGER, field_add_integer},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_BIGINT, field_add_bigint},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_NUMERIC, field_add_integer_numeric},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_VARCHAR, field_add_integer_text},
    {INTEGERS | KIND(SOURCE_YEAR), TARGET_TEXT, field_add_integer_text},

    {KIND(SOURCE_DECIMAL), TARGET_NUMERIC, field_add_decimal_numeric},
    {KIND(SOURCE_DECIMAL), TARGET_SMALLINT, field_add_decimal_integer},
    {KIND(SOURCE_DECIMAL), TARGET_INTEGER, field_add_decimal_integer},
    {KIND(SOURCE_DECIMAL), TARGET_BIGINT, field_add_decimal_integer},
    {KIND(SOURCE_DECIMAL), TARGET_VARCHAR, field_add_utf8},
    {KIND(SOURCE_DECIMAL), TARGET_TEXT, field_add_utf8},

    {KIND(SOURCE_FLOAT), TARGET_REAL, field_add_real},
    {KIND(SOURCE_FLOAT) | KIND(SOURCE_DOUBLE), TARGET_DOUBLE, field_add_real_double},
    {KIND(SOURCE_FLOAT) | KIND(SOURCE_DOUBLE), TARGET_VARCHAR, field_add_real_text},
    {KIND(SOURCE_FLOAT) | KIND(SOURCE_DOUBLE), TARGET_TEXT, field_add_real_text},

    {KIND(SOURCE_BIT), TARGET_BIT, field_add_bits},
    {KIND(SOURCE_BIT), TARGET_BOOLEAN, field_add_bits_boolean},
    {KIND(SOURCE_BIT), TARGET_SMALLINT, field_add_bits_integer},
    {KIND(SOURCE_BIT), TARGET_INTEGER, field_add_bits_integer},
    {KIND(SOURCE_BIT), TARGET_BIGINT, field_add_bits_integer},
    {KIND(SOURCE_BIT), TARGET_NUMERIC, field_add_bits_numeric},
    {KIND(SOURCE_BIT), TARGET_VARCHAR, field_add_bits_text},
    {KIND(SOURCE_BIT), TARGET_TEXT, field_add_bits_text},

    {KIND(SOURCE_DATE), TARGET_DATE, field_add_date},
    {KIND(SOURCE_DATETIME), TARGET_TIMESTAMP, field_add_timestamp},
    {KIND(SOURCE_TIMESTAMP), TARGET_TIMESTAMPTZ, field_add_timestamp},
    {KIND(SOURCE_TIME), TARGET_INTERVAL, field_add_interval},
    {KIND(SOURCE_TIME), TARGET_TIME, field_add_time},
    {KIND(SOURCE_TIME), TARGET_BIGINT, field_add_time_bigint},
    {TIMES, TARGET_VARCHAR, field_add_time_text},
    {TIMES, TARGET_TEXT, field_add_time_text},

    {TEXTS | LABELS | KIND(SOURCE_JSON), TARGET_VARCHAR, field_add_text},
    {TEXTS | LABELS | KIND(SOURCE_JSON), TARGET_TEXT, field_add_text},
    {BINARIES | KIND(SOURCE_UUID) | INETS, TARGET_VARCHAR, field_add_utf8},
    {BINARIES | KIND(SOURCE_UUID) | INETS, TARGET_TEXT, field_add_utf8},
    {TEXTS | BINARIES | KIND(SOURCE_BIT) | KIND(SOURCE_VECTOR), TARGET_BYTEA, field_add_bytea},
    {KIND(SOURCE_GEOMETRY), TARGET_BYTEA, field_add_geometry},
    {KIND(SOURCE_GEOMETRY), TARGET_GEOMETRY, field_add_geometry},
    {KIND(SOURCE_VECTOR), TARGET_REAL_ARRAY, field_add_vector_array},
    {KIND(SOURCE_VECTOR), TARGET_VECTOR, field_add_vector},
    {INETS, TARGET_INET, field_add_inet},
    {KIND(SOURCE_ENUM), TARGET_ENUM, field_add_text},
    {TEXTS | BINARIES | KIND(SOURCE_JSON), TARGET_JSON, field_add_json},
    {TEXTS | BINARIES | KIND(SOURCE_JSON), TARGET_JSONB, field_add_jsonb},
    {TEXTS | KIND(SOURCE_UUID), TARGET_UUID, field_add_uuid},
    {KIND(SOURCE_BINARY) | KIND(SOURCE_VARBINARY), TARGET_UUID, field_add_uuid_bytes},
    {KIND(SOURCE_SET), TARGET_TEXT_ARRAY, field_add_set_array},
};

bool field_has_charset(enum source_kind kind)
{
    return (KIND(kind) & (TEXTS | LABELS)) != 0;
}

static unsigned forms_of(enum source_kind kind)
{
    if ((KIND(kind) & (INTEGERS | KIND(SOURCE_YEAR))) != 0)
        return FORM(CELL_INT) | FORM(CELL_UINT);
    if ((KIND(kind) & TIMES) != 0)
        return FORM(CELL_TIME);
    if (kind == SOURCE_FLOAT)
        return FORM(CELL_FLOAT);
    if (kind == SOURCE_DOUBLE)
        return FORM(CELL_DOUBLE);
    return FORM(CELL_BYTES);
}

/* Whether these two can have a value in common, beyond their kinds. */
static bool lengths_agree(const struct source_type *source, const struct target_type *target)
{
    if (target->kind == TARGET_NUMERIC)
        return target->scale <= target->precision;
    if (source->kind == SOURCE_BIT)
        return source->length >= 1 && source->length <= 64 &&
               (target->kind != TARGET_BIT || target->length == source->length) &&
               (target->kind != TARGET_BOOLEAN || source->length == 1);
    if (target->kind == TARGET_VECTOR)
        return target->length <= source->length;
    if (target->kind == TARGET_UUID && source->kind == SOURCE_BINARY)
        return source->length == UUID_BYTES;
    if (target->kind == TARGET_UUID && source->kind == SOURCE_VARBINARY)
        return source->length >= UUID_BYTES;
    if (target->kind == TARGET_UUID &&
        (source->kind == SOURCE_CHAR || source->kind == SOURCE_VARCHAR))
        return source->length >= UUID_CHARS;
    return true;
}

field_add *field_pick(const struct source_type *source, const struct target_type *target,
                      unsigned *ret_forms)
{
    if (source->kind >= SOURCE_OTHER)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const struct route *route = &routes[i];
        if (route->target != target->kind || (route->sources & KIND(source->kind)) == 0)
            continue;
        *ret_forms = forms_of(source->kind);
        return lengths_agree(source, target) ? route->add : NULL;
    }
    return NULL;
}

bool convert_supports(const struct source_type *source, const struct target_type *target)
{
    unsigned forms;
    return field_pick(source, target, &forms) != NULL;
}
