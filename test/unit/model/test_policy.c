/* model/policy: names that read back, and effects that fit. */
#include "model/policy.h"
#include "tap.h"

int main(void)
{
    for (enum value_class i = 0; i < CLASS_COUNT; i++) {
        enum value_class read = CLASS_COUNT;
        ok(value_class_parse(str_of(value_class_name(i)), &read) && read == i, "%s reads back",
           value_class_name(i));
        ok(policy_effect(i, POLICY_REFUSE) != NULL, "%s can be refused", value_class_name(i));
        ok(policy_effect(i, POLICY_UNSET) == NULL, "%s: unset is no policy", value_class_name(i));
        ok(policy_effect(i, POLICY_QUARANTINE) != NULL, "%s: a row can be set aside",
           value_class_name(i));
        ok(error_describe((int)value_class_error(i)) != NULL, "%s has an error id",
           value_class_name(i));
    }
    for (enum value_policy i = POLICY_REFUSE; i < POLICY_COUNT; i++) {
        enum value_policy read = POLICY_COUNT;
        ok(value_policy_parse(str_of(value_policy_name(i)), &read) && read == i, "%s reads back",
           value_policy_name(i));
    }
    enum value_class value_class = CLASS_COUNT;
    enum value_policy policy = POLICY_COUNT;
    ok(!value_class_parse(STR("zero_dates"), &value_class), "an unknown class");
    ok(!value_policy_parse(STR("unset"), &policy), "unset is nothing to write");
    ok(!value_policy_parse(STR(""), &policy), "nothing is no policy");
    ok(policy_effect(CLASS_ZERO_DATE, POLICY_STRIP) == NULL, "a date has nothing to strip");
    CLEANUP(buf_free) struct buf choices = BUF_INIT(4096, "test");
    policy_print_choices(CLASS_BAD_UUID, &choices);
    is_str(buf_str(&choices),
           STR("refuse (stops the run), null (becomes NULL) or quarantine (the row is set aside)"),
           "what fits a class, as a sentence");
    return done_testing();
}
