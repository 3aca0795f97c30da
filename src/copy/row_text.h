/*
 * copy/row_text.h: how a row of the source is named in errors, samples and the quarantine.
 */
#pragma once

#include "copy/pool.h"

/* "id = 9014, lang = de": the chunk key's values of the row, so that it can be found. */
void row_add_key(struct buf *text, const struct table_work *work, const struct row *row);
/* The value of one column, cut at 200 characters. */
void row_add_value(struct buf *text, const struct table_work *work, const struct row *row,
                   size_t column);
/*
 * Says in the error where the refused value is, and what it is only where values may be shown; its
 * advice names the column.
 */
struct error *row_name(struct error *error, const struct table_work *work, const struct row *row,
                       size_t column, bool show_values);
