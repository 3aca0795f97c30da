/*
 * cli/check_views.h: whether PostgreSQL takes the plan's views. They are tried in a schema of their
 * own, over empty tables, in a transaction that is rolled back: the target stays as it is.
 */
#pragma once

#include "cli/connect.h"
#include "cli/prepare.h"

struct views_checked {
    size_t tried;
    struct str not_tried;        /* why none was tried, "" when they were */
    struct finding_list refused; /* object: the view; text: the words of the server */
};

/*
 * Nothing is tried where the plan has no views or more tables than are cheap to make, where the
 * target cannot be reached, or where the role may not create a schema: then `not_tried` says so.
 * What is returned lives in `arena`.
 */
struct error *cli_check_views(const struct cli_options *options, const struct prepared *prepared,
                              struct arena *arena, struct views_checked *ret_checked) CHECKED;
