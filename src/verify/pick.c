/*
 * Which types compare how: one table, read from the top. doc/verification.md says the same for
 * people. Nothing here asks convert/ what it does; what stands in no line is not compared, and that
 * is a finding.
 */
#include "verify/canonical.h"

#define KIND(kind) (UINT64_C(1) << (kind))
#define INTEGERS                                                                                \
    (KIND(SOURCE_TINYINT) | KIND(SOURCE_SMALLINT) | KIND(SOURCE_MEDIUMINT) | KIND(SOURCE_INT) | \
     KIND(SOURCE_BIGINT))
#define NUMBERS (INTEGERS | KIND(SOURCE_DECIMAL) | KIND(SOURCE_YEAR))
#define CLOCKS \
    (KIND(SOURCE_DATE) | KIND(SOURCE_DATETIME) | KIND(SOURCE_TIMESTAMP) | KIND(SOURCE_TIME))
#define TEXTS (KIND(SOURCE_CHAR) | KIND(SOURCE_VARCHAR) | KIND(SOURCE_TEXT))
#define LABELS (KIND(SOURCE_ENUM) | KIND(SOURCE_SET))
#define BINARIES (KIND(SOURCE_BINARY) | KIND(SOURCE_VARBINARY) | KIND(SOURCE_BLOB))
#define INETS (KIND(SOURCE_INET4) | KIND(SOURCE_INET6))
#define PLAIN_NUMBERS \
    (KIND(TARGET_SMALLINT) | KIND(TARGET_INTEGER) | KIND(TARGET_BIGINT) | KIND(TARGET_NUMERIC))
#define PLAIN_TEXTS (KIND(TARGET_VARCHAR) | KIND(TARGET_TEXT))

#define AS_IS \
    {         \
        0     \
    }
#define FORM(function)     \
    {                      \
        .form = (function) \
    }
#define CHECK(function)     \
    {                       \
        .check = (function) \
    }

static const struct route {
    uint64_t sources, targets;
    struct canonical_way source, target;
} routes[] = {
    {NUMBERS, PLAIN_NUMBERS, FORM(canonical_number), FORM(canonical_number)},
    {INTEGERS, KIND(TARGET_BOOLEAN), FORM(canonical_number), FORM(canonical_true_false)},
    {INTEGERS, PLAIN_TEXTS, FORM(canonical_number), AS_IS},
    {KIND(SOURCE_YEAR), PLAIN_TEXTS, FORM(canonical_year4), AS_IS},
    {KIND(SOURCE_DECIMAL), PLAIN_TEXTS, AS_IS, AS_IS},

    {KIND(SOURCE_FLOAT), KIND(TARGET_REAL) | PLAIN_TEXTS, FORM(canonical_float),
     FORM(canonical_float)},
    {KIND(SOURCE_FLOAT) | KIND(SOURCE_DOUBLE), KIND(TARGET_DOUBLE) | PLAIN_TEXTS,
     FORM(canonical_double), FORM(canonical_double)},

    {KIND(SOURCE_BIT), KIND(TARGET_BIT) | PLAIN_TEXTS, FORM(canonical_bits), AS_IS},
    {KIND(SOURCE_BIT), PLAIN_NUMBERS, FORM(canonical_bits_number), FORM(canonical_number)},
    {KIND(SOURCE_BIT), KIND(TARGET_BOOLEAN), FORM(canonical_bits_number),
     FORM(canonical_true_false)},

    {KIND(SOURCE_DATE), KIND(TARGET_DATE), CHECK(canonical_is_date), AS_IS},
    {KIND(SOURCE_DATETIME), KIND(TARGET_TIMESTAMP), FORM(canonical_moment),
     FORM(canonical_timestamp)},
    {KIND(SOURCE_TIMESTAMP), KIND(TARGET_TIMESTAMPTZ), FORM(canonical_moment),
     FORM(canonical_timestamptz)},
    {KIND(SOURCE_TIME), KIND(TARGET_INTERVAL), FORM(canonical_clock), FORM(canonical_interval)},
    {KIND(SOURCE_TIME), KIND(TARGET_TIME), FORM(canonical_clock), FORM(canonical_clock)},
    {KIND(SOURCE_TIME), PLAIN_NUMBERS, FORM(canonical_clock), FORM(canonical_number)},
    {CLOCKS, PLAIN_TEXTS, AS_IS, AS_IS},

    {TEXTS | LABELS | KIND(SOURCE_JSON), PLAIN_TEXTS, FORM(canonical_text), AS_IS},
    {BINARIES | KIND(SOURCE_UUID) | INETS, PLAIN_TEXTS, CHECK(canonical_is_utf8), AS_IS},
    {KIND(SOURCE_SET), KIND(TARGET_TEXT_ARRAY), FORM(canonical_set), FORM(canonical_array)},
    {KIND(SOURCE_ENUM), KIND(TARGET_ENUM), FORM(canonical_text), AS_IS},
    {TEXTS | BINARIES | KIND(SOURCE_BIT) | KIND(SOURCE_VECTOR), KIND(TARGET_BYTEA), AS_IS, AS_IS},
    {KIND(SOURCE_GEOMETRY), KIND(TARGET_BYTEA), AS_IS, FORM(canonical_ewkb)},
    {KIND(SOURCE_GEOMETRY), KIND(TARGET_GEOMETRY), AS_IS, FORM(canonical_ewkb_hex)},
    {KIND(SOURCE_VECTOR), KIND(TARGET_REAL_ARRAY) | KIND(TARGET_VECTOR), AS_IS,
     FORM(canonical_floats)},
    {INETS, KIND(TARGET_INET), FORM(canonical_inet), FORM(canonical_inet)},
    {TEXTS | BINARIES | KIND(SOURCE_JSON), KIND(TARGET_JSON), FORM(canonical_text), AS_IS},
    {TEXTS | BINARIES | KIND(SOURCE_JSON), KIND(TARGET_JSONB), FORM(canonical_json_source),
     FORM(canonical_json)},
    {TEXTS | KIND(SOURCE_UUID), KIND(TARGET_UUID), FORM(canonical_uuid), FORM(canonical_uuid)},
    {KIND(SOURCE_BINARY) | KIND(SOURCE_VARBINARY), KIND(TARGET_UUID), CHECK(canonical_is_16),
     FORM(canonical_uuid)},
};

/* Text that is UTF-8 already is looked at and not copied. */
static struct canonical_way lighten(const struct canonical_column *column, struct canonical_way way)
{
    if (way.form == canonical_text && canonical_is_plain_utf8(column->charset))
        return (struct canonical_way){.check = canonical_is_utf8};
    return way;
}

bool canonical_pick(struct canonical_column *column)
{
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const struct route *route = &routes[i];
        if ((route->sources & KIND(column->source->kind)) == 0 ||
            (route->targets & KIND(column->target->kind)) == 0)
            continue;
        column->ways[SIDE_SOURCE] = lighten(column, route->source);
        column->ways[SIDE_TARGET] = route->target;
        column->target_bytes = column->target->kind == TARGET_BYTEA;
        return true;
    }
    return false;
}
