/*
 * convert/print.h: numbers and times as MySQL prints them. Every function writes at most
 * PRINT_ROOM bytes to `at`, no NUL, and returns how many.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/row.h"
#include "model/type.h"

#define PRINT_ROOM 64

size_t print_unsigned(char *at, uint64_t value);
size_t print_signed(char *at, int64_t value);
/*
 * The fewest digits that read back as the same number; exponents as MySQL writes them (1e15). FLOAT
 * is printed so as well, while MySQL itself cuts it at six digits.
 */
size_t print_double(char *at, double value);
size_t print_float(char *at, float value);
/* DATE, DATETIME, TIMESTAMP or TIME, by the type; zero and impossible dates too. */
size_t print_time(char *at, const struct cell_time *time, const struct source_type *type);
