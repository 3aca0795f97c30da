#include "model/policy.h"

#include "base/attr.h"

static const struct value_class_row {
    const char *name;
    enum error_id error;
    const char *effects[POLICY_COUNT];
} rows[CLASS_COUNT] = {
    [CLASS_ZERO_DATE] = {"zero_date",
                         PGC_VALUE_ZERO_DATE,
                         {[POLICY_NULL] = "becomes NULL",
                          [POLICY_REPLACE] = "becomes -infinity",
                          [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_PARTIAL_DATE] = {"partial_date",
                            PGC_VALUE_ZERO_DATE,
                            {[POLICY_NULL] = "becomes NULL",
                             [POLICY_REPLACE] =
                                 ("becomes the nearest day: a zero month or day is 1, "
                                  "a day too late is the month's last"),
                             [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_NUL_BYTE] = {"nul_byte",
                        PGC_VALUE_NUL,
                        {[POLICY_NULL] = "becomes NULL",
                         [POLICY_STRIP] = "the NULs are taken out",
                         [POLICY_REPLACE] = "each NUL becomes U+FFFD",
                         [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_INVALID_BYTES] = {"invalid_bytes",
                             PGC_VALUE_INVALID_TEXT,
                             {[POLICY_NULL] = "becomes NULL",
                              [POLICY_STRIP] = "the bytes are taken out",
                              [POLICY_REPLACE] = "each of the bytes becomes U+FFFD",
                              [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_JSON_NUL] = {"json_nul",
                        PGC_VALUE_BAD_JSON,
                        {[POLICY_NULL] = "becomes NULL",
                         [POLICY_STRIP] = "each \\u0000 is taken out",
                         [POLICY_REPLACE] = "each \\u0000 becomes \\ufffd",
                         [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_BAD_JSON] =
        {"bad_json",
         PGC_VALUE_BAD_JSON,
         {[POLICY_NULL] = "becomes NULL", [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_EMPTY_UUID] = {"empty_uuid",
                          PGC_VALUE_BAD_UUID,
                          {[POLICY_NULL] = "becomes NULL",
                           [POLICY_REPLACE] = "becomes the nil UUID, all zeros",
                           [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_BAD_UUID] =
        {"bad_uuid",
         PGC_VALUE_BAD_UUID,
         {[POLICY_NULL] = "becomes NULL", [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_EMPTY_ENUM] = {"empty_enum",
                          PGC_VALUE_NO_LABEL,
                          {[POLICY_NULL] = "becomes NULL",
                           [POLICY_REPLACE] =
                               ("becomes the empty text, which the target then takes "
                                "as one more label"),
                           [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_NOT_BOOLEAN] = {"not_boolean",
                           PGC_VALUE_NOT_BOOLEAN,
                           {[POLICY_NULL] = "becomes NULL",
                            [POLICY_REPLACE] = "becomes true, as MySQL's own conditions see it",
                            [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_OUT_OF_RANGE] = {"out_of_range",
                            PGC_VALUE_OUT_OF_RANGE,
                            {[POLICY_NULL] = "becomes NULL",
                             [POLICY_REPLACE] = "becomes the nearest value of the target type",
                             [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_TOO_LONG] = {"too_long",
                        PGC_VALUE_TOO_LONG,
                        {[POLICY_NULL] = "becomes NULL",
                         [POLICY_STRIP] = "loses spaces at its end as far as needed",
                         [POLICY_REPLACE] = "is cut to what the target type keeps",
                         [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_NULL_IN_NOT_NULL] = {"null_in_not_null",
                                PGC_VALUE_NULL,
                                {[POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_ORPHAN] = {"orphan",
                      PGC_ORPHANS,
                      {[POLICY_NULL] = "its reference becomes NULL",
                       [POLICY_QUARANTINE] = "the row is set aside"}},
    [CLASS_PARENT_SPELLING] = {"parent_spelling",
                               PGC_PARENT_SPELLING,
                               {[POLICY_REPLACE] = "its reference is spelt as its parent is",
                                [POLICY_QUARANTINE] = "the row is set aside"}},
};

static const char *const policy_names[POLICY_COUNT] = {
    [POLICY_UNSET] = "unset", [POLICY_REFUSE] = "refuse",   [POLICY_NULL] = "null",
    [POLICY_STRIP] = "strip", [POLICY_REPLACE] = "replace", [POLICY_QUARANTINE] = "quarantine",
};

const char *value_class_name(enum value_class value_class)
{
    return rows[value_class].name;
}

bool value_class_parse(struct str text, enum value_class *ret_class)
{
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        if (str_equal_c(text, rows[i].name)) {
            *ret_class = i;
            return true;
        }
    }
    return false;
}

const char *value_policy_name(enum value_policy policy)
{
    return policy_names[policy];
}

bool value_policy_parse(struct str text, enum value_policy *ret_policy)
{
    for (enum value_policy i = POLICY_REFUSE; i < POLICY_COUNT; i++) {
        if (str_equal_c(text, policy_names[i])) {
            *ret_policy = i;
            return true;
        }
    }
    return false;
}

const char *policy_effect(enum value_class value_class, enum value_policy policy)
{
    return policy == POLICY_REFUSE ? "stops the run" : rows[value_class].effects[policy];
}

void policy_print_choices(enum value_class value_class, struct buf *text)
{
    enum value_policy last = POLICY_COUNT - 1;

    while (policy_effect(value_class, last) == NULL)
        last--;
    for (enum value_policy i = POLICY_REFUSE; i <= last; i++) {
        const char *effect = policy_effect(value_class, i);
        if (effect == NULL)
            continue;
        buf_add_c(text, i == POLICY_REFUSE ? "" : i == last ? " or " : ", ");
        buf_add_format(text, "%s (%s)", policy_names[i], effect);
    }
}

enum error_id value_class_error(enum value_class value_class)
{
    return rows[value_class].error;
}
