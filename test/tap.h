/*
 * test/tap.h: the test protocol of prove, in a page. A test program is a main() that calls ok() and
 * friends and ends with `return done_testing();`.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"

static int tap_count_, tap_failed_;

__attribute__((format(printf, 4, 5), unused)) static bool tap_ok_(bool passed, const char *file,
                                                                  int line, const char *format, ...)
{
    va_list args;
    tap_count_++;
    printf("%sok %d - ", passed ? "" : "not ", tap_count_);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    if (!passed) {
        tap_failed_++;
        printf("# failed at %s:%d\n", file, line);
    }
    fflush(stdout);
    return passed;
}

/* ok(condition, "what %d is", n) */
#define ok(condition, ...) tap_ok_((condition), __FILE__, __LINE__, __VA_ARGS__)
/* Two C strings or two strs are equal; prints both when not. */
#define is_text(got, want, ...) is_str(str_of(got), str_of(want), __VA_ARGS__)
#define is_str(got, want, ...)                                                              \
    do {                                                                                    \
        struct str got_ = (got), want_ = (want);                                            \
        if (!ok(str_equal(got_, want_), __VA_ARGS__))                                       \
            printf("#      got: '" STR_FMT "'\n# expected: '" STR_FMT "'\n", STR_ARG(got_), \
                   STR_ARG(want_));                                                         \
    } while (0)
#define is_number(got, want, ...)                                        \
    do {                                                                 \
        long long got_ = (long long)(got), want_ = (long long)(want);    \
        if (!ok(got_ == want_, __VA_ARGS__))                             \
            printf("#      got: %lld\n# expected: %lld\n", got_, want_); \
    } while (0)
/* The call succeeds; its error is shown when not. */
#define ok_call(call, ...)                                           \
    do {                                                             \
        struct error *error_ = (call);                               \
        ok(error_ == NULL, __VA_ARGS__);                             \
        if (error_ != NULL)                                          \
            printf("# PGC-%d: %s\n", (int)error_->id, error_->text); \
        error_free(error_);                                          \
    } while (0)
/* The call fails with this error id. */
#define fails_with(call, error_id, ...)                                                         \
    do {                                                                                        \
        struct error *error_ = (call);                                                          \
        if (!ok(error_ != NULL && error_->id == (error_id), __VA_ARGS__))                       \
            printf("#      got: PGC-%d %s\n# expected: PGC-%d\n", error_ ? (int)error_->id : 0, \
                   error_ ? error_->text : "(success)", (int)(error_id));                       \
        error_free(error_);                                                                     \
    } while (0)

__attribute__((unused)) static int done_testing(void)
{
    printf("1..%d\n", tap_count_);
    return tap_failed_ != 0 || tap_count_ == 0;
}
