/* Whether a table is what it was in an earlier plan. */
#include "plan/plan_json.h"

static bool same_members(const json_t *a, const json_t *b, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        const json_t *left = json_object_get(a, keys[i]), *right = json_object_get(b, keys[i]);
        if (left == NULL || right == NULL || !json_equal(left, right))
            return false;
    }
    return true;
}

static const json_t *find_table(const json_t *plan, const json_t *like)
{
    const json_t *name = json_object_get(json_object_get(like, "source"), "name");
    const json_t *tables = json_object_get(plan, "tables");
    size_t i;
    json_t *table;

    json_array_foreach(tables, i, table)
    {
        const json_t *other = json_object_get(json_object_get(table, "source"), "name");
        if (other != NULL && json_equal(name, other))
            return table;
    }
    return NULL;
}

/* What has to do with how a value is read, converted and written; not what it is explained by. */
static bool same_columns(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"name", "type", "copied", "source", NULL};
    size_t count = json_array_size(a);

    for (size_t i = 0; i < count; i++)
        if (!same_members(json_array_get(a, i), json_array_get(b, i), keys))
            return false;
    return count == json_array_size(b);
}

bool plan_table_is_as_in(const struct plan *plan, const struct planned_table *table,
                         struct str earlier_json)
{
    static const char *const keys[] = {"schema", "name", NULL};
    json_error_t where;
    struct writer writer = {0};
    json_t *earlier = json_loadb(earlier_json.ptr, earlier_json.len, 0, &where);
    json_t *now = table_json(&writer, plan, (size_t)(table - plan->tables));
    const json_t *then = earlier != NULL ? find_table(earlier, now) : NULL;
    bool same = !writer.failed && then != NULL && same_members(now, then, keys) &&
                same_columns(json_object_get(now, "columns"), json_object_get(then, "columns"));

    json_decref(now);
    json_decref(earlier);
    return same;
}
