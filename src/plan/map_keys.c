/* Indexes and foreign keys: what they become, or why not, and names that are each alone. */
#include "plan/expression.h"

/* A btree entry of PostgreSQL holds at most a third of a page (its BTMaxItemSize, 8 KiB pages). */
#define MAX_INDEX_ENTRY_BYTES 2704

struct str index_source_text(struct arena *arena, const struct source_table *table,
                             const struct source_index *index)
{
    static const char *const words[] = {[INDEX_PRIMARY] = "PRIMARY KEY",
                                        [INDEX_UNIQUE] = "UNIQUE KEY",
                                        [INDEX_PLAIN] = "KEY",
                                        [INDEX_FULLTEXT] = "FULLTEXT KEY",
                                        [INDEX_SPATIAL] = "SPATIAL KEY"};
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_format(&text, "%s `" STR_FMT "` (", words[index->kind], STR_ARG(index->name));
    for (size_t i = 0; i < index->part_count; i++) {
        const struct source_index_part *part = &index->parts[i];
        buf_add_c(&text, i > 0 ? ", " : "");
        if (part->column >= 0)
            buf_add_format(&text, "`" STR_FMT "`", STR_ARG(table->columns[part->column].name));
        else
            buf_add_format(&text, "(" STR_FMT ")", STR_ARG(part->expression));
        if (part->prefix_length > 0)
            buf_add_format(&text, "(%u)", part->prefix_length);
        buf_add_c(&text, part->descending ? " DESC" : "");
    }
    buf_add_char(&text, ')');
    struct str copy = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

/* ---- an index -------------------------------------------------------------------------------- */

static struct finding *index_finding(struct planner *p, enum severity severity, enum error_id id,
                                     const struct planned_table *table,
                                     const struct source_index *index, struct str text)
{
    struct finding *finding =
        add_finding(p, severity, id, object_name(p, table->source->name, index->name), text);
    finding->detail = index_source_text(p->arena, table->source, index);
    return finding;
}

/* The first `length` characters or bytes of a column; false when the target's type has none. */
static bool map_prefix(struct planner *p, const struct target_column *column, uint32_t length,
                       struct target_index_part *part)
{
    bool is_text = column->type.kind == TARGET_TEXT || column->type.kind == TARGET_VARCHAR;

    if (!is_text && column->type.kind != TARGET_BYTEA)
        return false;
    part->column = STR_NULL;
    part->expression_sql =
        arena_format(p->arena, is_text ? "left(" STR_FMT ", %u)" : "substring(" STR_FMT ", 1, %u)",
                     STR_ARG(quoted_ident(p->arena, column->name)), length);
    /* left() gives text, which compares otherwise than a type of an extension. */
    if (is_text && column->type.sql_name.len > 0)
        part->expression_sql =
            arena_format(p->arena, STR_FMT "::" STR_FMT, STR_ARG(part->expression_sql),
                         STR_ARG(column->type.sql_name));
    return true;
}

static bool map_part(struct planner *p, const struct planned_table *table,
                     const struct source_index *index, const struct source_index_part *part,
                     struct target_index_part *ret_part, struct str *ret_why)
{
    struct value value;

    ret_part->descending = part->descending;
    if (part->column < 0) {
        enum expression_use use = index->kind == INDEX_PLAIN ? EXPRESSION_INDEX : EXPRESSION_CHECK;
        if (!translate_expression(p, table, part->expression, use, &value, ret_why))
            return false;
        ret_part->expression_sql = value.sql;
        if (index->kind == INDEX_UNIQUE && value.kind == VALUE_TEXT &&
            value.equality != EQUAL_BYTES)
            index_finding(p, SEVERITY_CHANGES, 0, table, index,
                          STR("is unique by the bytes of an expression in PostgreSQL; MySQL took "
                              "strings for equal that differ"));
        return true;
    }
    const struct target_column *column = &table->target.columns[part->column];
    ret_part->column = column->name;
    if (column->type.kind == TARGET_JSON) {
        *ret_why = STR("PostgreSQL's json has no order; jsonb has one (a columns: rule)");
        return false;
    }
    if (part->prefix_length > 0 && !map_prefix(p, column, part->prefix_length, ret_part)) {
        *ret_why =
            arena_format(p->arena, "it holds the beginning of a column that becomes " STR_FMT,
                         STR_ARG(type_text(p->arena, &column->type)));
        return false;
    }
    return true;
}

static bool is_key_of_columns(const struct target_index *index)
{
    for (size_t i = 0; i < index->part_count; i++)
        if (index->parts[i].expression_sql.len > 0)
            return false;
    return true;
}

/* Bytes that an entry may have at most, where a part of it has no small bound. */
static uint64_t widest_entry(const struct planned_table *table, const struct source_index *index)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < index->part_count; i++) {
        const struct source_index_part *part = &index->parts[i];
        if (part->column < 0)
            continue;
        const struct source_type *type = &table->source->columns[part->column].type;
        uint64_t most = type->max_bytes;
        /* A character has at most four bytes in UTF-8. */
        uint64_t prefix =
            source_is_text(type) ? 4 * (uint64_t)part->prefix_length : part->prefix_length;
        bytes += part->prefix_length > 0 && prefix < most ? prefix : most;
    }
    return bytes;
}

static void note_index(struct planner *p, struct planned_table *table,
                       const struct planned_index *planned)
{
    const struct source_index *index = planned->source;

    if (index->invisible)
        index_finding(p, SEVERITY_NOTE, 0, table, index,
                      STR("is INVISIBLE in MySQL; PostgreSQL's planner will use it"));
    if (widest_entry(table, index) > MAX_INDEX_ENTRY_BYTES)
        index_finding(
            p, SEVERITY_NOTE, 0, table, index,
            STR("PostgreSQL's index entries hold 2704 bytes: with longer values it cannot "
                "be built"));
    if (index->kind == INDEX_PRIMARY || index->kind == INDEX_UNIQUE)
        note_unique_compare(p, table, planned);
}

static void map_primary_key(struct planner *p, struct planned_table *table,
                            struct planned_index *planned)
{
    struct target_index *target = &planned->target;

    if (planned->source->kind != INDEX_PRIMARY)
        return;
    if (!is_key_of_columns(target)) {
        target->kind = TARGET_INDEX_UNIQUE;
        index_finding(
            p, SEVERITY_CHANGES, 0, table, planned->source,
            STR("holds the beginning of a column, which no primary key of PostgreSQL can; "
                "it becomes a unique index"));
        return;
    }
    /* A constraint's index has no directions. */
    target->kind = TARGET_INDEX_PRIMARY;
    for (size_t i = 0; i < target->part_count; i++)
        target->parts[i].descending = false;
}

static void map_index(struct planner *p, struct planned_table *table,
                      const struct source_index *index, struct planned_index *planned)
{
    struct target_index *target = &planned->target;
    struct str why = STR_NULL;

    planned->source = index;
    target->kind = index->kind == INDEX_UNIQUE ? TARGET_INDEX_UNIQUE : TARGET_INDEX_PLAIN;
    target->parts = ARENA_ARRAY(p->arena, index->part_count + 1, struct target_index_part);
    target->part_count = index->part_count;
    target->comment = index->comment;
    planned->translated = true;
    if (index->kind == INDEX_FULLTEXT)
        planned->translated = map_fulltext(p, table, planned, &why);
    else if (index->kind == INDEX_SPATIAL)
        planned->translated = map_spatial(p, table, planned, &why);
    else
        for (size_t i = 0; planned->translated && i < index->part_count; i++)
            planned->translated =
                map_part(p, table, index, &index->parts[i], &target->parts[i], &why);
    if (!planned->translated) {
        struct finding *finding =
            index_finding(p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED, table, index,
                          arena_format(p->arena, "this index is left out: " STR_FMT, STR_ARG(why)));
        finding->fix = STR("create one by hand that serves the same queries");
        return;
    }
    map_primary_key(p, table, planned);
    if (target->method == NULL)
        note_index(p, table, planned);
}

static void map_indexes(struct planner *p, struct planned_table *table)
{
    const struct source_table *source = table->source;

    /* Each may get a second one, over lower(). */
    table->indexes = ARENA_ARRAY(p->arena, 2 * source->index_count + 1, struct planned_index);
    for (enum index_kind kind = INDEX_PRIMARY; kind <= INDEX_SPATIAL; kind++)
        for (size_t i = 0; i < source->index_count; i++)
            if (source->indexes[i].kind == kind)
                map_index(p, table, &source->indexes[i], &table->indexes[table->index_count++]);
    add_lower_indexes(p, table);
    note_lookups(p, table);
}

/* ---- a foreign key --------------------------------------------------------------------------- */

static struct planned_table *find_planned(struct planner *p, struct str name)
{
    const struct source_table *source = catalog_find_table(p->catalog, name);

    return source == NULL ? NULL : &p->plan->tables[source - p->catalog->tables];
}

static bool has_column(const struct target_foreign_key *key, struct str column)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (str_equal(key->parent_columns[i], column))
            return true;
    return false;
}

/* PostgreSQL wants a unique key over exactly the columns referred to; MySQL any index. */
static bool parent_is_unique(const struct planned_table *parent,
                             const struct target_foreign_key *key)
{
    for (size_t i = 0; i < parent->index_count; i++) {
        const struct target_index *index = &parent->indexes[i].target;
        bool fits = parent->indexes[i].translated && index->kind != TARGET_INDEX_PLAIN &&
                    index->part_count == key->column_count && is_key_of_columns(index);
        for (size_t k = 0; fits && k < index->part_count; k++)
            fits = has_column(key, index->parts[k].column);
        if (fits)
            return true;
    }
    return false;
}

enum type_family { FAMILY_OTHER, FAMILY_INTEGER, FAMILY_TEXT };

static enum type_family family_of(const struct target_type *type)
{
    if (type->kind == TARGET_SMALLINT || type->kind == TARGET_INTEGER ||
        type->kind == TARGET_BIGINT)
        return FAMILY_INTEGER;
    if (type->kind == TARGET_VARCHAR || type->kind == TARGET_TEXT)
        return FAMILY_TEXT;
    return FAMILY_OTHER;
}

static bool types_join(const struct target_type *child, const struct target_type *parent)
{
    if (child->kind == TARGET_ENUM || parent->kind == TARGET_ENUM)
        return false; /* each is a type of its own */
    return child->kind == parent->kind ||
           (family_of(child) != FAMILY_OTHER && family_of(child) == family_of(parent));
}

static struct str foreign_key_source_text(struct arena *arena, const struct source_table *table,
                                          const struct source_foreign_key *key)
{
    struct buf text = BUF_INIT(LIMIT_SQL_TEXT, "SQL statement");

    buf_add_format(&text, "CONSTRAINT `" STR_FMT "` FOREIGN KEY (", STR_ARG(key->name));
    for (size_t i = 0; i < key->column_count; i++)
        buf_add_format(&text, "%s`" STR_FMT "`", i > 0 ? ", " : "",
                       STR_ARG(table->columns[key->columns[i]].name));
    buf_add_format(&text, ") REFERENCES `" STR_FMT "`.`" STR_FMT "` (",
                   STR_ARG(key->parent_database), STR_ARG(key->parent_table));
    for (size_t i = 0; i < key->column_count; i++)
        buf_add_format(&text, "%s`" STR_FMT "`", i > 0 ? ", " : "",
                       STR_ARG(key->parent_columns[i]));
    buf_add_format(&text, ") ON UPDATE " STR_FMT " ON DELETE " STR_FMT, STR_ARG(key->on_update),
                   STR_ARG(key->on_delete));
    struct str copy = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

/* Blocker: only a rule of the user can pull the two sides of a key apart. */
static void refuse_types(struct planner *p, const struct planned_table *table,
                         const struct planned_foreign_key *planned,
                         const struct planned_table *parent, size_t i, int parent_column)
{
    const struct source_foreign_key *key = planned->source;
    const struct target_type *wanted = target_type_of(parent, parent_column);
    struct str child_name = table->source->columns[key->columns[i]].name;
    struct finding *finding = add_finding(
        p, SEVERITY_BLOCKER, PGC_CONFIG, object_name(p, table->source->name, child_name),
        arena_format(p->arena,
                     "a foreign key joins it to " STR_FMT "." STR_FMT ", which becomes " STR_FMT
                     ", while it becomes " STR_FMT,
                     STR_ARG(parent->source->name),
                     STR_ARG(parent->source->columns[parent_column].name),
                     STR_ARG(type_text(p->arena, wanted)),
                     STR_ARG(type_text(p->arena, target_type_of(table, key->columns[i])))));
    finding->fix = arena_format(
        p->arena,
        "give both one type:  columns: { \"" STR_FMT "." STR_FMT "\": { type: " STR_FMT " } }",
        STR_ARG(table->source->name), STR_ARG(child_name), STR_ARG(type_text(p->arena, wanted)));
}

/* Fills the columns of both sides; false and *ret_why when there is no such key in the target. */
static bool map_key_columns(struct planner *p, struct planned_table *table,
                            const struct planned_table *parent, struct planned_foreign_key *planned,
                            struct str *ret_why)
{
    const struct source_foreign_key *key = planned->source;
    struct target_foreign_key *target = &planned->target;

    target->columns = ARENA_ARRAY(p->arena, key->column_count + 1, struct str);
    target->parent_columns = ARENA_ARRAY(p->arena, key->column_count + 1, struct str);
    target->column_count = key->column_count;
    for (size_t i = 0; i < key->column_count; i++) {
        int column = catalog_find_column(parent->source, key->parent_columns[i]);
        if (column < 0) {
            *ret_why = arena_format(p->arena, "its parent has no column \"" STR_FMT "\"",
                                    STR_ARG(key->parent_columns[i]));
            return false;
        }
        target->columns[i] = table->target.columns[key->columns[i]].name;
        target->parent_columns[i] = parent->target.columns[column].name;
        if (!types_join(target_type_of(table, key->columns[i]), target_type_of(parent, column)))
            refuse_types(p, table, planned, parent, i, column);
    }
    settle_matches(p, table, planned);
    *ret_why = STR("what it refers to is not unique in its parent, as PostgreSQL wants");
    return parent_is_unique(parent, target);
}

static bool map_parent(struct planner *p, struct planned_table *table,
                       struct planned_foreign_key *planned, struct str *ret_why)
{
    const struct source_foreign_key *key = planned->source;
    const struct planned_table *parent = find_planned(p, key->parent_table);

    if (!str_equal(key->parent_database, p->catalog->database)) {
        *ret_why = arena_format(p->arena, "its parent is in another database, " STR_FMT,
                                STR_ARG(key->parent_database));
        return false;
    }
    if (parent == NULL || parent->disposition != DISPOSITION_CREATED) {
        *ret_why = arena_format(p->arena, "its parent " STR_FMT " %s", STR_ARG(key->parent_table),
                                parent == NULL ? "does not exist" : "is left out");
        return false;
    }
    planned->parent = parent->number;
    planned->target.parent_schema = parent->target.schema;
    planned->target.parent_table = parent->target.name;
    return map_key_columns(p, table, parent, planned, ret_why);
}

/* Whether PostgreSQL will look for a parent by bytes where MySQL did by a collation. */
static void note_exact_match(struct planner *p, const struct planned_table *table,
                             const struct source_foreign_key *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        const struct source_type *type = &table->source->columns[key->columns[i]].type;
        if (!source_is_text(type) || text_equality_of(type) == EQUAL_BYTES)
            continue;
        add_finding(p, SEVERITY_NOTE, 0, object_name(p, table->source->name, key->name),
                    STR("finds its parent by bytes in PostgreSQL; a child that differs in case, "
                        "accents or spaces behind has none there"));
        return;
    }
}

static void map_foreign_keys(struct planner *p, struct planned_table *table)
{
    const struct source_table *source = table->source;

    table->foreign_keys =
        ARENA_ARRAY(p->arena, source->foreign_key_count + 1, struct planned_foreign_key);
    table->foreign_key_count = source->foreign_key_count;
    for (size_t i = 0; i < source->foreign_key_count; i++) {
        struct planned_foreign_key *planned = &table->foreign_keys[i];
        struct str why = STR_NULL;

        planned->source = &source->foreign_keys[i];
        planned->target.on_update = planned->source->on_update;
        planned->target.on_delete = planned->source->on_delete;
        planned->translated = map_parent(p, table, planned, &why);
        if (planned->translated) {
            note_exact_match(p, table, planned->source);
            continue;
        }
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, PGC_NOT_TRANSLATED,
            object_name(p, source->name, planned->source->name),
            arena_format(p->arena, "this foreign key is left out: " STR_FMT, STR_ARG(why)));
        finding->detail = foreign_key_source_text(p->arena, source, planned->source);
        finding->fix = STR("nothing guards it in PostgreSQL unless you add it by hand");
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

/* "table_index", fitted; and the same with a hash of both, which stands alone. */
static void wish_in_schema(struct planner *p, const struct planned_table *table,
                           struct planned_index *index, struct name_wish *wish)
{
    struct str table_name = table->target.name;
    struct str source_name = index->source != NULL ? index->source->name : index->target.name;
    struct str name = map_name(p, source_name);
    struct str long_name;

    if (index->source != NULL && index->source->kind == INDEX_PRIMARY) {
        long_name = arena_format(p->arena, STR_FMT "_pkey", STR_ARG(table_name));
        wish->candidates[0] = fit_name(p->arena, long_name);
    } else {
        long_name = arena_format(p->arena, STR_FMT "_" STR_FMT, STR_ARG(table_name), STR_ARG(name));
        wish->candidates[0] = name;
        wish->candidates[1] = fit_name(p->arena, long_name);
    }
    /* A NUL is in no name, so that no two pairs read alike; one more behind a name of our own. */
    size_t len = table_name.len + 1 + source_name.len + (index->source == NULL);
    char *both = arena_alloc(p->arena, len);
    memcpy(both, table_name.ptr, table_name.len);
    memcpy(both + table_name.len + 1, source_name.ptr, source_name.len);
    wish->candidates[2] = hash_name(p->arena, long_name, (struct str){both, len});
    wish->ret_name = &index->target.name;
    index->target.name = STR_NULL;
}

/* Tables, the sequences that PostgreSQL makes for identities, and views share their names. */
static void reserve_relations(struct planner *p, struct map *reserved)
{
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        if (table->disposition == DISPOSITION_CREATED)
            map_add(reserved, table->target.name, table);
    }
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED || table->identity_column < 0)
            continue;
        struct str name =
            arena_format(p->arena, STR_FMT "_" STR_FMT "_seq", STR_ARG(table->target.name),
                         STR_ARG(table->target.columns[table->identity_column].name));
        if (map_add(reserved, name, table))
            continue;
        const struct planned_table *other = map_get(reserved, name);
        struct finding *finding = add_finding(
            p, SEVERITY_BLOCKER, 0, object_name(p, other->source->name, STR("")),
            arena_format(p->arena,
                         "has the name that PostgreSQL gives to the sequence of \"" STR_FMT "\"",
                         STR_ARG(table->target.name)));
        finding->fix = STR("rename it in MySQL, or leave it out with --exclude");
    }
    for (size_t i = 0; i < p->plan->view_count; i++)
        if (p->plan->views[i].disposition == DISPOSITION_CREATED)
            map_add(reserved, p->plan->views[i].name, &p->plan->views[i]);
}

/* One finding for all of them: the same few names (idx_user_id) come in many tables. */
static void note_new_index_names(struct planner *p)
{
    struct buf names = BUF_INIT(LIMIT_SQL_TEXT, "list of indexes");
    size_t count = 0;

    for (size_t i = 0; i < p->plan->table_count; i++) {
        const struct planned_table *table = &p->plan->tables[i];
        for (size_t k = 0; k < table->index_count; k++) {
            const struct planned_index *index = &table->indexes[k];
            if (!index->translated || index->source == NULL ||
                index->source->kind == INDEX_PRIMARY ||
                str_equal(index->target.name, map_name(p, index->source->name)))
                continue;
            buf_add_format(&names, "%s" STR_FMT "." STR_FMT " -> " STR_FMT, count > 0 ? ", " : "",
                           STR_ARG(table->source->name), STR_ARG(index->source->name),
                           STR_ARG(index->target.name));
            count++;
        }
    }
    if (count > 0)
        add_finding(p, SEVERITY_NOTE, 0, p->catalog->database,
                    arena_format(p->arena,
                                 "%zu indexes get other names: in PostgreSQL a schema's tables and "
                                 "indexes share their names",
                                 count))
            ->detail = arena_str(p->arena, buf_str(&names));
    buf_free(&names);
}

static void name_indexes(struct planner *p)
{
    struct map reserved;
    struct name_wish *wishes = NULL;
    size_t count = 0, capacity = 0;

    map_init(&reserved, p->arena);
    reserve_relations(p, &reserved);
    for (size_t i = 0; i < p->plan->sequence_count; i++)
        map_add(&reserved, p->plan->sequences[i].target.name, p);
    name_partitions(p, &reserved);
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        for (size_t k = 0; k < table->index_count; k++) {
            struct name_wish *wish = ARENA_PUSH(p->arena, wishes, count, capacity);
            *wish = (struct name_wish){0};
            wish_in_schema(p, table, &table->indexes[k], wish);
        }
    }
    settle_names(p->arena, &reserved, wishes, count);
    note_new_index_names(p);
}

/* What the source has a name for keeps it, so far as it can; names of our own come after. */
static void wish_in_table(struct planner *p, struct str *name, const char *kind,
                          struct name_wish *wish)
{
    bool is_ours = strcmp(kind, "type") == 0;
    struct str longer = arena_format(p->arena, STR_FMT "_%s", STR_ARG(*name), kind);

    wish->candidates[0] = is_ours ? STR_NULL : *name;
    wish->candidates[1] = is_ours ? *name : fit_name(p->arena, longer);
    wish->candidates[2] = hash_name(p->arena, longer, longer);
    wish->ret_name = name;
    *name = STR_NULL;
}

/* Constraints of all kinds share one space of names within their table. */
static void name_constraints(struct planner *p, struct planned_table *table)
{
    size_t count = table->target.check_count + table->foreign_key_count;
    struct name_wish *wishes = ARENA_ARRAY(p->scratch, count + 1, struct name_wish);
    struct map reserved;

    map_init(&reserved, p->scratch);
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].target.kind != TARGET_INDEX_PLAIN)
            map_add(&reserved, table->indexes[i].target.name, table);
    for (size_t i = 0; i < table->target.check_count; i++)
        wish_in_table(p, &table->target.checks[i].name,
                      i < table->target.type_check_count ? "type" : "check", &wishes[i]);
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        struct str *name = &table->foreign_keys[i].target.name;
        *name = map_name(p, table->foreign_keys[i].source->name);
        wish_in_table(p, name, "fkey", &wishes[table->target.check_count + i]);
    }
    settle_names(p->scratch, &reserved, wishes, count);
}

void map_keys(struct planner *p)
{
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        arena_rewind(p->scratch);
        map_indexes(p, table);
        map_partitions(p, table);
        choose_chunk_key(p, table);
    }
    name_indexes(p);
    for (size_t i = 0; i < p->plan->table_count; i++) {
        struct planned_table *table = &p->plan->tables[i];
        if (table->disposition != DISPOSITION_CREATED)
            continue;
        arena_rewind(p->scratch);
        map_foreign_keys(p, table);
        name_constraints(p, table);
    }
}
