#include "base/error.h"
#include "base/limits.h"
#include "base/stop.h"
#include "base/text.h"
#include "fail_alloc.h"
#include "tap.h"

static void test_parts(void)
{
    struct error *error = error_new(PGC_VALUE_NUL, "%d rows", 3);

    is_number(error->id, 4002, "the id");
    is_number(error->kind, ERROR_KIND_DATA, "its kind comes from the table");
    is_text(error->text, "3 rows", "the text");
    ok(error->object == NULL && error->row == NULL && error->fix == NULL && error->context == NULL,
       "the other parts are missing");
    is_text(error->sqlstate, "", "no SQLSTATE");
    error = error_with_object(error, "a.%s", "b");
    error = error_with_object(error, "c.%s", "d");
    is_text(error->object, "c.d", "a part is replaced");
    is_text(error_with_row(error, "id = %d", 7)->row, "id = 7", "the row");
    is_text(error_with_fix(error, "do it")->fix, "do it", "the fix");
    is_number(error_with_kind(error, ERROR_KIND_TEMPORARY)->kind, ERROR_KIND_TEMPORARY, "the kind");
    error_add_context(error, "copy chunk %d", 3);
    is_text(error->context, "copy chunk 3", "one context");
    error_add_context(error, "copying %s", "t");
    is_text(error->context, "copy chunk 3, while copying t", "the outermost stands last");
    error_freep(&error);
    ok(error == NULL, "error_freep() leaves NULL");
    error_free(NULL);
}

static void test_ceiling(void)
{
    static char longer[3 * LIMIT_ERROR_TEXT];
    struct error *error;
    bool valid = true;
    size_t len;

    for (size_t i = 0; i + 2 < sizeof longer; i += 3)
        memcpy(longer + i, "€", 3);
    longer[sizeof longer - 1] = '\0';
    error = error_new(PGC_INTERNAL, "x%s", longer);
    ok(strlen(error->text) <= LIMIT_ERROR_TEXT, "a text is cut at its ceiling");
    ok(str_ends_with(str_of(error->text), STR("…")), "and says so");
    for (size_t at = 0; at < strlen(error->text); at += len)
        valid = valid && text_decode(str_of(error->text), at, &len) != TEXT_INVALID;
    ok(valid, "between two characters");
    for (int i = 0; i < 5; i++)
        error_add_context(error, "%s", longer);
    ok(strlen(error->context) <= LIMIT_ERROR_TEXT, "so is a chain of contexts");
    error_free(error);
}

static struct error *fail(int *evaluated)
{
    (*evaluated)++;
    return error_new(PGC_INTERNAL, "failed");
}

static struct error *succeed(void)
{
    return NULL;
}

static struct error *try_things(int *evaluated)
{
    TRY(succeed());
    TRY_DOING(succeed(), "never %d", (*evaluated) += 100);
    TRY_DOING(fail(evaluated), "do %d", (*evaluated) += 10);
    (*evaluated) += 1000;
    return NULL;
}

static void test_try(void)
{
    int evaluated = 0;
    struct error *error = try_things(&evaluated);

    is_number(evaluated, 11, "the context is evaluated only after a failure");
    is_text(error->context, "do 11", "and added");
    error_free(error);
}

static void test_first(void)
{
    struct error *a = error_new(PGC_URI, "a");

    ok(error_first(NULL, NULL) == NULL, "of none, none");
    ok(error_first(a, NULL) == a, "the first alone");
    ok(error_first(NULL, a) == a, "the second alone");
    ok(error_first(a, error_new(PGC_FILE, "b")) == a, "of two, the first");
    ok(error_first(a, a) == a, "of the same, the same");
    error_free(a);
}

static void test_temporary(void)
{
    struct error *lost = error_new(PGC_TARGET_CONNECT, "lost"), *bad = error_new(PGC_URI, "bad");

    ok(!error_is_temporary(NULL), "success needs no second attempt");
    ok(error_is_temporary(lost) && !error_is_temporary(bad), "the kind decides");
    lost->retried = true;
    ok(!error_is_temporary(lost), "what was tried for long enough is not tried again");
    error_free(lost);
    error_free(bad);
}

static void test_table(void)
{
    const struct error_description *before = NULL, *at;
    size_t count = 0;
    bool ascending = true, complete = true;

    while ((at = error_description_at(count)) != NULL) {
        ascending = ascending && (before == NULL || before->id < at->id);
        complete = complete && at->title[0] != '\0' && at->fix[0] != '\0' &&
                   at->explanation[0] != '\0' && error_describe((int)at->id) == at;
        before = at;
        count++;
    }
    ok(count > 40, "%zu ids", count);
    ok(ascending, "stand in order, each once");
    ok(complete, "each with title, advice and explanation");
    ok(error_describe(0) == NULL && error_describe(-1) == NULL && error_describe(4999) == NULL,
       "no other number is an id");
    is_text(error_describe(2002)->name, "SOURCE_AUTH", "by number");
}

static void test_exit_codes(void)
{
    static const int codes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        is_number(error_exit_code((enum error_kind)i), codes[i], "kind %zu", i);
    is_number(error_exit_code(ERROR_KIND_INTERRUPTED), 130, "INT");
    stop_request(STOP_TERM);
    is_number(error_exit_code(ERROR_KIND_INTERRUPTED), 143, "TERM");
    stop_reset();
}

/* Everything once, with the N-th allocation failing: there is always an error, and no leak. */
static void test_no_memory(void)
{
    int rounds = 0;
    bool always = true;

    do {
        struct error *error;

        allocations_left = rounds++;
        allocations_failed = 0;
        error = error_new(PGC_URI, "%s", "text");
        always = always && error != NULL && error->text != NULL;
        error_with_object(error, "object");
        error_with_row(error, "row");
        error_with_fix(error, "fix");
        error_with_kind(error, ERROR_KIND_DATA);
        error_add_context(error, "one");
        error_add_context(error, "two");
        allocations_left = -1;
        /* The constant error stays as it is, whatever is set on it or freed. */
        always = always && (error->id == PGC_URI ||
                            (error->id == PGC_NO_MEMORY && error->kind == ERROR_KIND_INTERNAL &&
                             error->object == NULL && error->context == NULL));
        error_free(error);
    } while (allocations_failed > 0 && rounds < 100);
    ok(always, "an error survives each failing allocation");
    ok(rounds > 7 && rounds < 100, "%d allocations were made to fail", rounds - 1);
}

int main(void)
{
    test_parts();
    test_ceiling();
    test_try();
    test_first();
    test_temporary();
    test_table();
    test_exit_codes();
    test_no_memory();
    return done_testing();
}
