/*
 * base/attr.h: the compiler attributes the house uses, under names that say what they are for.
 */
#pragma once

#include <stddef.h>

/* The result must be looked at: on every function that can fail. */
#define CHECKED __attribute__((warn_unused_result))
/* The compiler checks the arguments against the format, as for printf. */
#define PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
/* Runs `fn(&variable)` when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* 1 in sanitizer builds: gcc says so by a macro, clang by a feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BUILT_WITH_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BUILT_WITH_SANITIZER 1
#endif
#ifndef BUILT_WITH_SANITIZER
#define BUILT_WITH_SANITIZER 0
#endif
