#include "base/limits.h"
#include "base/str.h"
#include "fail_alloc.h"
#include "tap.h"

static uint64_t random_state = 1;
static unsigned random_below(unsigned end)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(random_state >> 33) % end;
}

static void test_append(void)
{
    struct buf buf = BUF_INIT(KIB, "test");

    is_str(buf_str(&buf), STR(""), "a new buffer is empty");
    is_text(buf_c_str(&buf), "", "as a C string too");
    buf_add_c(&buf, "ab");
    buf_add_char(&buf, '\0');
    buf_add_str(&buf, STR_NULL);
    buf_add_format(&buf, "%d-%s", 42, "x");
    buf_add_hex(&buf, (struct str){"\x00\xff\x7f", 3});
    ok(buf.len == 13 && memcmp(buf.ptr,
                               "ab\0"
                               "42-x00ff7f",
                               13) == 0,
       "what was appended is there");
    is_text(buf_c_str(&buf) + 3, "42-x00ff7f", "with a NUL behind it");
    ok_call(buf_error(&buf), "it did not fail");
    buf_reset(&buf, SIZE_MAX);
    ok(buf.len == 0 && buf.ptr != NULL, "a reset keeps the memory");
    buf_reset(&buf, 10);
    ok(buf.ptr == NULL, "unless it is more than asked for");
    buf_free(&buf);
    buf_free(&buf);
}

static void test_ceiling(void)
{
    struct buf buf = BUF_INIT(100, "the small one");
    char hundred[101];
    struct error *error;

    memset(hundred, 'x', 100);
    hundred[100] = '\0';
    buf_add(&buf, hundred, 100);
    ok_call(buf_error(&buf), "all of the ceiling can be used");
    is_text(buf_c_str(&buf), hundred, "and is a C string");
    buf_add_c(&buf, "");
    ok_call(buf_error(&buf), "nothing more is nothing");
    buf_add_char(&buf, 'y');
    error = buf_error(&buf);
    ok(error != NULL && strstr(error->text, "the small one") != NULL &&
           strstr(error->text, "100 bytes") != NULL,
       "one more byte fails, by name");
    error_free(error);
    is_number(buf.len, 100, "nothing was written over");
    is_text(buf_c_str(&buf), "", "a failed buffer has no C string");
    buf_reset(&buf, SIZE_MAX);
    buf_add_format(&buf, "%s%s", hundred, hundred);
    fails_with(buf_error(&buf), PGC_NO_MEMORY, "a format that is too long fails");
    buf_reset(&buf, SIZE_MAX);
    buf_add_hex(&buf, str_of(hundred));
    fails_with(buf_error(&buf), PGC_NO_MEMORY, "so do digits");
    buf_reset(&buf, SIZE_MAX);
    ok(buf_reserve(&buf, SIZE_MAX) == NULL, "a length that overflows fails");
    fails_with(buf_error(&buf), PGC_NO_MEMORY, "as a ceiling");
    buf_free(&buf);
}

static void test_growth(void)
{
    struct buf buf = BUF_INIT(64 * MIB, "wide");
    int grown = 0;

    ok(buf_reserve(&buf, 3) != NULL && buf.len == 0, "room is no length");
    for (int i = 0; i < 1000000; i++) {
        size_t before = buf.capacity;

        buf_add_char(&buf, 'x');
        grown += buf.capacity != before;
    }
    ok(grown < 20, "small buffers double: grown %d times for 1M bytes", grown);
    buf_reset(&buf, 0);
    ok(buf_reserve(&buf, 40 * MIB) != NULL, "a very wide row");
    ok(buf.capacity <= 45 * MIB, "takes an eighth more, not double (%zu)", buf.capacity);
    buf.len = 40 * MIB;
    ok(buf_reserve(&buf, 24 * MIB) != NULL && buf.capacity == 64 * MIB, "up to the ceiling");
    buf_free(&buf);
}

/* Random appends against a plain array. */
static void test_random(void)
{
    static char plain[200000];
    int wrong = 0;

    for (int round = 0; round < 300; round++) {
        size_t limit = random_below(3000), len = 0;
        struct buf buf = BUF_INIT(limit, "random");
        bool failed = false;

        for (unsigned step = 0, steps = random_below(40); step < steps; step++) {
            char bytes[300];
            size_t size = random_below(300);
            bool fits;

            for (size_t i = 0; i < size; i++)
                bytes[i] = (char)('a' + random_below(26));
            fits = !failed && len + size <= limit;
            failed = !fits;
            if (random_below(2) == 0)
                buf_add(&buf, bytes, size);
            else
                buf_add_format(&buf, "%.*s", (int)size, bytes);
            if (fits) {
                memcpy(plain + len, bytes, size);
                len += size;
            }
        }
        wrong +=
            failed != buf.failed || buf.len != len || (len > 0 && memcmp(buf.ptr, plain, len) != 0);
        buf_free(&buf);
    }
    is_number(wrong, 0, "300 random buffers hold what a plain array holds");
}

static void test_no_memory(void)
{
    bool always = true;
    int rounds = 0;

    do {
        struct buf buf = BUF_INIT(10 * MIB, "test");
        struct error *error;

        allocations_left = rounds++;
        allocations_failed = 0;
        for (int i = 0; i < 1000; i++)
            buf_add_format(&buf, "%d %s", i, "some text");
        buf_add_hex(&buf, buf.failed ? STR("") : STR("abc"));
        allocations_left = -1;
        error = buf_error(&buf);
        always = always && (error != NULL) == (allocations_failed > 0);
        if (error != NULL)
            always = always && strstr(error->text, "no memory") != NULL;
        error_free(error);
        buf_free(&buf);
    } while (allocations_failed > 0 && rounds < 100);
    ok(always, "each failing allocation fails the buffer, and is told as such");
    ok(rounds > 3 && rounds < 100, "%d allocations were made to fail", rounds - 1);
}

int main(void)
{
    test_append();
    test_ceiling();
    test_growth();
    test_random();
    test_no_memory();
    return done_testing();
}
