/*
 * tools/lint.d/analyzer.h: included before every file that clang-tidy reads. It tells the analyzer
 * what it cannot see from outside of base/error.c: these functions never return NULL. (Clang 14
 * does not conclude that from returns_nonnull.) Without it, it follows failures as if they were
 * successes.
 */
#pragma once

#include "base/error.h"

static inline struct error *analyzer_nonnull(struct error *error)
{
    if (error == NULL)
        __builtin_unreachable();
    return error;
}

#define error_new(...) analyzer_nonnull(error_new(__VA_ARGS__))
#define error_with_object(...) analyzer_nonnull(error_with_object(__VA_ARGS__))
#define error_with_row(...) analyzer_nonnull(error_with_row(__VA_ARGS__))
#define error_with_fix(...) analyzer_nonnull(error_with_fix(__VA_ARGS__))
#define error_with_kind(...) analyzer_nonnull(error_with_kind(__VA_ARGS__))
#define error_add_context(...) analyzer_nonnull(error_add_context(__VA_ARGS__))
