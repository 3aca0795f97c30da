/*
 * How columns are looked at. What is not read must be safe by convert's own account of the types.
 */
#include "assess/internal.h"
#include "base/limits.h"
#include "tap.h"

static struct source_column a_column;
static struct target_column a_target;
static struct planned_column a_planned;
static const struct source_table a_table = {.columns = &a_column, .column_count = 1};
static struct planned_table planned = {.source = &a_table,
                                       .columns = &a_planned,
                                       .column_count = 1,
                                       .target = {.columns = &a_target, .column_count = 1}};
static struct source_condition conditions[SCAN_CONDITIONS];
static size_t condition_count;

static enum scan_need decide(struct source_type source, struct target_type target)
{
    a_column.type = source;
    a_target.type = target;
    return scan_decide(&planned, 0, conditions, &condition_count);
}

static bool has(enum source_condition_kind kind, int64_t low, uint64_t high)
{
    for (size_t i = 0; i < condition_count; i++)
        if (conditions[i].kind == kind && conditions[i].low == low && conditions[i].high == high)
            return true;
    return false;
}

#define SOURCE(...) ((struct source_type){__VA_ARGS__})
#define TARGET(...) ((struct target_type){__VA_ARGS__})

static void test_numbers(void)
{
    is_number(decide(SOURCE(.kind = SOURCE_INT), TARGET(.kind = TARGET_INTEGER)), NEED_NOTHING,
              "an integer stays one");
    is_number(decide(SOURCE(.kind = SOURCE_TINYINT), TARGET(.kind = TARGET_BOOLEAN)),
              NEED_CONDITION, "a boolean is looked at");
    ok(has(CONDITION_OUTSIDE, 0, 1), "… for what is neither 0 nor 1");
    is_number(
        decide(SOURCE(.kind = SOURCE_BIGINT, .is_unsigned = true), TARGET(.kind = TARGET_BIGINT)),
        NEED_CONDITION, "an unsigned key");
    ok(has(CONDITION_OUTSIDE, INT64_MIN, INT64_MAX), "… for what is above bigint");
    is_number(
        decide(SOURCE(.kind = SOURCE_INT, .is_unsigned = true), TARGET(.kind = TARGET_INTEGER)),
        NEED_CONDITION, "int unsigned as integer");
    ok(has(CONDITION_OUTSIDE, INT32_MIN, INT32_MAX), "… by its range");
    is_number(decide(SOURCE(.kind = SOURCE_BIGINT, .is_unsigned = true),
                     TARGET(.kind = TARGET_NUMERIC, .precision = 20)),
              NEED_NOTHING, "20 digits hold all");
    is_number(decide(SOURCE(.kind = SOURCE_INT), TARGET(.kind = TARGET_NUMERIC, .precision = 5)),
              NEED_CONDITION, "5 digits do not");
    ok(has(CONDITION_OUTSIDE, -99999, 99999), "… hold every int");
}

static void test_times(void)
{
    is_number(decide(SOURCE(.kind = SOURCE_DATETIME, .fraction = 6),
                     TARGET(.kind = TARGET_TIMESTAMP, .fraction = 3)),
              NEED_CONDITION, "a shorter fraction");
    ok(has(CONDITION_ODD_DATE, 0, 0) && has(CONDITION_FINER, 0, 1000), "… and the date, both");
    is_number(decide(SOURCE(.kind = SOURCE_TIME, .fraction = 6),
                     TARGET(.kind = TARGET_INTERVAL, .fraction = 6)),
              NEED_NOTHING, "an interval holds every time");
    is_number(decide(SOURCE(.kind = SOURCE_TIME), TARGET(.kind = TARGET_TIME)), NEED_CONDITION,
              "a time of day does not");
    is_number(decide(SOURCE(.kind = SOURCE_DATE), TARGET(.kind = TARGET_TEXT)), NEED_NOTHING,
              "text holds every date");
}

static void test_text(void)
{
    static struct str odd[] = {{.ptr = "a\0b", .len = 3}};

    is_number(decide(SOURCE(.kind = SOURCE_VARCHAR, .length = 9), TARGET(.kind = TARGET_TEXT)),
              NEED_READ, "text is read");
    is_number(decide(SOURCE(.kind = SOURCE_JSON), TARGET(.kind = TARGET_JSONB)), NEED_READ,
              "so are documents");
    is_number(decide(SOURCE(.kind = SOURCE_BLOB, .max_bytes = 65535), TARGET(.kind = TARGET_BYTEA)),
              NEED_NOTHING, "bytes of a blob are not");
    is_number(
        decide(SOURCE(.kind = SOURCE_BLOB, .max_bytes = UINT32_MAX), TARGET(.kind = TARGET_BYTEA)),
        NEED_LENGTH, "a longblob by its length");
    ok(has(CONDITION_LONGER, 0, LIMIT_FIELD), "… of a field's");
    is_number(decide(SOURCE(.kind = SOURCE_VARBINARY, .length = 20), TARGET(.kind = TARGET_UUID)),
              NEED_CONDITION, "bytes as uuid");
    ok(has(CONDITION_OTHER_LENGTH, 0, 16), "… are 16");
    a_planned.labels_checked = true;
    is_number(decide(SOURCE(.kind = SOURCE_ENUM), TARGET(.kind = TARGET_TEXT)), NEED_CONDITION,
              "an ENUM");
    ok(has(CONDITION_NO_LABEL, 0, 0), "… for index 0");
    is_number(decide(SOURCE(.kind = SOURCE_ENUM, .labels = odd, .label_count = 1),
                     TARGET(.kind = TARGET_TEXT)),
              NEED_READ, "a label that is no text makes it read");
    a_planned.labels_checked = false;
    is_number(decide(SOURCE(.kind = SOURCE_ENUM), TARGET(.kind = TARGET_TEXT)), NEED_NOTHING,
              "without a CHECK its empty value is text");
}

static void test_null(void)
{
    a_column.nullable = a_target.not_null = true;
    is_number(decide(SOURCE(.kind = SOURCE_INT), TARGET(.kind = TARGET_INTEGER)), NEED_CONDITION,
              "a column that takes NULL in MySQL alone");
    ok(has(CONDITION_NULL, 0, 0), "… is looked at for NULL");
    a_column.nullable = a_target.not_null = false;
}

/*
 * What convert says of types alone may be more than they can be: no number has 36 characters, and
 * labels are definitions, not rows.
 */
static bool is_said_too_carefully(const struct source_type *source,
                                  const struct target_type *target)
{
    bool is_number = source->kind <= SOURCE_BIGINT || source->kind == SOURCE_YEAR;
    bool is_bits = source->kind == SOURCE_BIT && source->length <= target->length;
    return source->kind == SOURCE_ENUM || source->kind == SOURCE_SET ||
           (target->kind == TARGET_VARCHAR && ((is_number && target->length >= 20) || is_bits));
}

/* Every pair of types that can be converted: what is not looked at cannot be refused. */
static void test_against_convert(void)
{
    static const uint32_t lengths[] = {0, 1, 8, 16, 36, 64};
    static const uint8_t sizes[] = {0, 3, 6, 10, 20};
    unsigned pairs = 0, missed = 0;

    for (unsigned s = SOURCE_TINYINT; s < SOURCE_OTHER; s++)
        for (unsigned t = TARGET_BOOLEAN; t <= TARGET_VECTOR; t++)
            for (unsigned i = 0; i < COUNT_OF(lengths) * COUNT_OF(sizes) * COUNT_OF(sizes) * 2;
                 i++) {
                unsigned a = i / 2 % COUNT_OF(sizes), b = i / 2 / COUNT_OF(sizes) % COUNT_OF(sizes);
                uint32_t length = lengths[i / 2 / COUNT_OF(sizes) / COUNT_OF(sizes)];
                struct source_type source = {.kind = (enum source_kind)s,
                                             .is_unsigned = i % 2 == 1,
                                             .length = length,
                                             .max_bytes = length,
                                             .precision = sizes[a],
                                             .scale = sizes[a] / 2,
                                             .fraction = sizes[a] % 7};
                struct target_type target = {.kind = (enum target_kind)t,
                                             .length = lengths[i % COUNT_OF(lengths)],
                                             .precision = sizes[b],
                                             .scale = sizes[b] / 3,
                                             .fraction = sizes[b] % 7};
                if (!convert_supports(&source, &target))
                    continue;
                pairs++;
                if (decide(source, target) == NEED_NOTHING &&
                    convert_classes(&source, &target, false) != 0 &&
                    !is_said_too_carefully(&source, &target)) {
                    printf("# source %u target %u length %u sizes %u %u\n", s, t, (unsigned)length,
                           sizes[a], sizes[b]);
                    missed++;
                }
            }
    ok(pairs > 1000, "%u pairs of types can be converted", pairs);
    is_number(missed, 0, "none of them is passed over that convert may refuse");
}

int main(void)
{
    test_numbers();
    test_times();
    test_text();
    test_null();
    test_against_convert();
    return done_testing();
}
