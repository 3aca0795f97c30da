/*
 * cli/value.h: words and numbers that people write: durations, yes and no, misspelt names, and
 * connection strings with a password in them.
 */
#pragma once

#include "base/str.h"

/* "90", "90s", "5m", "1h30m", "250ms", "2d" into milliseconds; without a unit: seconds. */
bool value_duration(struct str text, uint64_t *ret_ms);
/* The shortest such text. */
void value_print_duration(uint64_t ms, struct buf *text);
/* true, yes, on, 1; false, no, off, 0. */
bool value_flag(struct str text, bool *ret_flag);

/*
 * The candidate that `word` was probably meant to be: few letters are wrong, missing, too many or
 * swapped. NULL when none is near. Of equals the first.
 */
const char *value_nearest(struct str word, const char *const *candidates, size_t count);

/*
 * The next password in a connection string at or after `from`: of a URI, of Go's form, of
 * password=… pairs. Takes rather too much than too little. False when there is none.
 */
bool value_find_password(struct str text, size_t from, size_t *ret_begin, size_t *ret_end);
/* Overwrites all of them with 'x' in place. */
void value_wipe_passwords(char *text);
/* The text without them, to be shown. */
void value_print_safe(struct str text, struct buf *out);
