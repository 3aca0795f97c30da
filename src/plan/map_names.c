/* Names in the target: as the options want them, at most 63 bytes, and each one alone. */
#include <openssl/sha.h>

#include "base/text.h"
#include "plan/internal.h"

/* 8 digits tell names apart and leave enough of the name to know it by. */
#define HASH_DIGITS 8

void sha256_hex(const void *bytes, size_t len, char ret_hex[65])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[SHA256_DIGEST_LENGTH];

    SHA256(bytes, len, hash);
    for (size_t i = 0; i < sizeof hash; i++) {
        ret_hex[2 * i] = digits[hash[i] >> 4];
        ret_hex[2 * i + 1] = digits[hash[i] & 15];
    }
    ret_hex[64] = '\0';
}

struct str hash_name(struct arena *arena, struct str name, struct str full)
{
    char hex[65];
    struct str cut = text_cut(name, LIMIT_PG_IDENTIFIER - 1 - HASH_DIGITS);

    sha256_hex(full.ptr, full.len, hex);
    return arena_format(arena, STR_FMT "_%.*s", STR_ARG(cut), HASH_DIGITS, hex);
}

struct str fit_name(struct arena *arena, struct str name)
{
    return name.len <= LIMIT_PG_IDENTIFIER ? name : hash_name(arena, name, name);
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether a word begins at `i`: userId -> user_id, HTTPServer -> http_server, userID -> user_id. */
static bool word_begins(struct str name, size_t i)
{
    if (i == 0 || !is_upper(name.ptr[i]))
        return false;
    if (is_lower_or_digit(name.ptr[i - 1]))
        return true;
    return is_upper(name.ptr[i - 1]) && i + 1 < name.len && name.ptr[i + 1] >= 'a' &&
           name.ptr[i + 1] <= 'z';
}

/* Only ASCII letters have a case here: what PostgreSQL folds itself in unquoted names, too. */
static struct str convert_name(struct arena *arena, struct str name, bool snake)
{
    char *text = arena_alloc(arena, 2 * name.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (snake && word_begins(name, i))
            text[len++] = '_';
        if (snake && (c == ' ' || c == '-'))
            c = '_';
        text[len++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
    }
    return (struct str){text, len};
}

struct str map_name(const struct planner *p, struct str name)
{
    switch (p->options->names) {
    case NAMES_LOWER:
        name = convert_name(p->arena, name, false);
        break;
    case NAMES_SNAKE:
        name = convert_name(p->arena, name, true);
        break;
    case NAMES_KEEP:
        break;
    }
    return fit_name(p->arena, name);
}

const char *plan_names_word(enum plan_names names)
{
    switch (names) {
    case NAMES_KEEP:
        return "keep";
    case NAMES_LOWER:
        return "lower";
    case NAMES_SNAKE:
        return "snake";
    }
    return "keep";
}

/* ---- tables and columns ---------------------------------------------------------------------- */

/* Every PostgreSQL table has these; no column of ours can be called so. */
bool is_system_column(struct str name)
{
    static const char *const names[] = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_equal_c(name, names[i]))
            return true;
    return false;
}

static void note_new_name(struct planner *p, struct str object, struct str from, struct str to)
{
    if (from.len > LIMIT_PG_IDENTIFIER && !str_equal(from, to)) {
        struct finding *finding =
            add_finding(p, SEVERITY_NOTE, 0, object,
                        arena_format(p->arena,
                                     "the name is longer than PostgreSQL's 63 bytes and "
                                     "becomes \"" STR_FMT "\"",
                                     STR_ARG(to)));
        finding->detail = from;
    }
}

static void add_collision(struct planner *p, struct str object, struct str other, struct str name)
{
    struct finding *finding = add_finding(
        p, SEVERITY_BLOCKER, 0, object,
        arena_format(p->arena,
                     "gets the same name in PostgreSQL as \"" STR_FMT "\": \"" STR_FMT "\"",
                     STR_ARG(other), STR_ARG(name)));
    finding->fix = STR("choose another --names, or rename one of them in MySQL");
}

static void map_column_names(struct planner *p, struct planned_table *table)
{
    struct map seen;

    map_init(&seen, p->scratch);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct source_column *column = &table->source->columns[i];
        struct str object = object_name(p, table->source->name, column->name);
        struct str name = map_name(p, column->name);

        if (is_system_column(name)) {
            name = arena_format(p->arena, STR_FMT "_", STR_ARG(name));
            add_finding(p, SEVERITY_CHANGES, 0, object,
                        arena_format(p->arena,
                                     "PostgreSQL keeps this name for itself; the column becomes "
                                     "\"" STR_FMT "\"",
                                     STR_ARG(name)));
        }
        note_new_name(p, object, column->name, name);
        table->target.columns[i].name = name;
        if (!map_add(&seen, name, &table->source->columns[i])) {
            const struct source_column *other = map_get(&seen, name);
            add_collision(p, object, other->name, name);
        }
    }
}

/* A view whose name is taken is left to people: no row hangs on it. */
static void name_views(struct planner *p, struct map *seen)
{
    for (size_t i = 0; i < p->plan->view_count; i++) {
        struct planned_view *view = &p->plan->views[i];
        arena_rewind(p->scratch);
        view->name = map_name(p, view->source->name);
        if (view->disposition != DISPOSITION_CREATED)
            continue;
        struct str object = object_name(p, view->source->name, STR(""));
        note_new_name(p, object, view->source->name, view->name);
        if (map_add(seen, view->name, view))
            continue;
        view->disposition = DISPOSITION_NOT_TRANSLATED;
        view->disposition_reason = arena_format(
            p->arena, "its name would be \"" STR_FMT "\", which is taken", STR_ARG(view->name));
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, object,
                        arena_format(p->arena, "this view is not translated: " STR_FMT,
                                     STR_ARG(view->disposition_reason)));
        finding->detail = view->source->text;
        finding->fix = STR("rename it in MySQL, or create it on the target by hand");
    }
}

void map_names(struct planner *p)
{
    struct map seen;

    map_init(&seen, p->arena);
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        arena_rewind(p->scratch);
        struct str object = object_name(p, table->source->name, STR(""));

        table->target.schema = p->options->schema;
        table->target.name = map_name(p, table->source->name);
        map_column_names(p, table);
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        note_new_name(p, object, table->source->name, table->target.name);
        if (!map_add(&seen, table->target.name, table)) {
            const struct planned_table *other = map_get(&seen, table->target.name);
            add_collision(p, object, other->source->name, table->target.name);
        }
    }
    name_views(p, &seen);
}

/* ---- names within a namespace ---------------------------------------------------------------- */

static void count_name(struct map *counts, struct str name)
{
    size_t *count = map_get(counts, name);

    if (count == NULL) {
        count = ARENA_NEW(counts->arena, size_t);
        map_add(counts, name, count);
    }
    ++*count;
}

void settle_names(struct arena *arena, const struct map *reserved, struct name_wish *wishes,
                  size_t count)
{
    struct map wanted[NAME_CANDIDATES];

    for (size_t level = 0; level < NAME_CANDIDATES; level++) {
        map_init(&wanted[level], arena);
        for (size_t i = 0; i < count; i++)
            if (wishes[i].ret_name->len == 0 && wishes[i].candidates[level].len > 0)
                count_name(&wanted[level], wishes[i].candidates[level]);
        for (size_t i = 0; i < count; i++) {
            struct str name = wishes[i].candidates[level];
            bool is_free = name.len > 0 && wishes[i].ret_name->len == 0;

            if (!is_free || map_get(reserved, name) != NULL)
                continue;
            is_free = *(size_t *)map_get(&wanted[level], name) == 1;
            /* A name that somebody wanted earlier is left alone, whoever got it. */
            for (size_t earlier = 0; is_free && earlier < level; earlier++)
                is_free = map_get(&wanted[earlier], name) == NULL;
            if (is_free)
                *wishes[i].ret_name = name;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (wishes[i].ret_name->len == 0)
            *wishes[i].ret_name = wishes[i].candidates[NAME_CANDIDATES - 1];
}
