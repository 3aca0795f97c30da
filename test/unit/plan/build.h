/*
 * test/unit/plan/build.h: catalogs from C, in few words. Everything lives in one arena; a test that
 * is done forgets it with the process.
 */
#pragma once

#include <stdlib.h>

#include "base/limits.h"
#include "plan/plan.h"
#include "tap.h"

#define MAX_TABLES 16
#define MAX_THINGS 40

static struct arena arena = ARENA_INIT(LIMIT_RUN_ARENA, "test");

/* ---- types ----------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum source_kind kind;
} type_words[] = {
    {"tinyint", SOURCE_TINYINT},
    {"smallint", SOURCE_SMALLINT},
    {"mediumint", SOURCE_MEDIUMINT},
    {"int", SOURCE_INT},
    {"bigint", SOURCE_BIGINT},
    {"decimal", SOURCE_DECIMAL},
    {"float", SOURCE_FLOAT},
    {"double", SOURCE_DOUBLE},
    {"bit", SOURCE_BIT},
    {"datetime", SOURCE_DATETIME},
    {"date", SOURCE_DATE},
    {"timestamp", SOURCE_TIMESTAMP},
    {"time", SOURCE_TIME},
    {"year", SOURCE_YEAR},
    {"char", SOURCE_CHAR},
    {"varchar", SOURCE_VARCHAR},
    {"text", SOURCE_TEXT},
    {"binary", SOURCE_BINARY},
    {"varbinary", SOURCE_VARBINARY},
    {"blob", SOURCE_BLOB},
    {"enum", SOURCE_ENUM},
    {"set", SOURCE_SET},
    {"json", SOURCE_JSON},
    {"point", SOURCE_GEOMETRY},
    {"vector", SOURCE_VECTOR},
    {"uuid", SOURCE_UUID},
    {"inet4", SOURCE_INET4},
    {"inet6", SOURCE_INET6},
};

UNUSED static void set_numbers(struct source_type *type, struct str text)
{
    size_t open = str_find(text, '(', 0), close = str_find(text, ')', open);
    struct str inside = str_slice(text, open + 1, close);
    size_t comma = str_find(inside, ',', 0);
    uint64_t first = 0, second = 0;

    if (open == text.len || type->kind == SOURCE_ENUM || type->kind == SOURCE_SET)
        return;
    str_to_u64(str_slice(inside, 0, comma), &first);
    str_to_u64(str_slice(inside, comma + 1, inside.len), &second);
    type->length = (uint32_t)first;
    type->precision = (uint8_t)first;
    type->scale = (uint8_t)second;
    type->fraction = (uint8_t)first;
    type->is_tinyint_1 = type->kind == SOURCE_TINYINT && first == 1;
}

/* enum('a','b'): labels without quotes and commas in them */
UNUSED static void set_labels(struct source_type *type, struct str text)
{
    type->labels = ARENA_ARRAY(&arena, MAX_THINGS, struct str);
    for (size_t at = str_find(text, '\'', 0); at < text.len; at = str_find(text, '\'', at)) {
        size_t end = str_find(text, '\'', at + 1);
        type->labels[type->label_count++] = arena_str(&arena, str_slice(text, at + 1, end));
        at = end + 1;
    }
}

static bool catalog_is_mysql(void);

/* "int unsigned", "varchar(20) utf8mb4_bin", "enum('a','b')", "text latin1" */
UNUSED static struct source_type type_of(const char *words)
{
    struct str text = str_of(words);
    struct source_type type = {.kind = SOURCE_OTHER, .text = text};
    size_t space = str_find(text, ' ', 0);

    for (size_t i = 0; i < COUNT_OF(type_words); i++) {
        struct str word = str_of(type_words[i].word);
        if (str_starts_with(text, word) && type.kind == SOURCE_OTHER &&
            (text.len == word.len || strchr(" (", text.ptr[word.len]) != NULL))
            type.kind = type_words[i].kind;
    }
    set_numbers(&type, text);
    type.is_json_tree = type.kind == SOURCE_JSON && catalog_is_mysql();
    type.is_unsigned = str_search(text, STR("unsigned")) <= text.len;
    if (type.kind == SOURCE_ENUM || type.kind == SOURCE_SET)
        set_labels(&type, text);
    if (type.kind == SOURCE_CHAR || type.kind == SOURCE_VARCHAR || type.kind == SOURCE_TEXT ||
        type.kind == SOURCE_ENUM || type.kind == SOURCE_SET) {
        struct str collation = str_slice(text, space + 1, text.len);
        type.collation = collation.len > 0 ? collation : STR("utf8mb4_0900_ai_ci");
        type.charset = str_slice(type.collation, 0, str_find(type.collation, '_', 0));
        type.text = str_slice(text, 0, space);
        type.max_bytes = type.kind == SOURCE_TEXT ? 65535 : 4 * (uint64_t)type.length;
    }
    if (type.kind == SOURCE_BINARY || type.kind == SOURCE_VARBINARY)
        type.max_bytes = type.length;
    return type;
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* As source/ gives it: the tables in the order of their names. build_plan() sorts them. */
static struct source_table built[MAX_TABLES];
static size_t built_count;

UNUSED static struct source_table *add_table(const char *name)
{
    struct source_table *table = &built[built_count++];

    *table = (struct source_table){
        .name = str_of(name), .engine = STR("InnoDB"), .collation = STR("utf8mb4_0900_ai_ci")};
    table->columns = ARENA_ARRAY(&arena, MAX_THINGS, struct source_column);
    table->indexes = ARENA_ARRAY(&arena, MAX_THINGS, struct source_index);
    table->foreign_keys = ARENA_ARRAY(&arena, MAX_THINGS, struct source_foreign_key);
    table->checks = ARENA_ARRAY(&arena, MAX_THINGS, struct source_check);
    return table;
}

/* A '!' behind the name makes it NOT NULL. */
UNUSED static struct source_column *add_column(struct source_table *table, const char *name,
                                               const char *type)
{
    struct source_column *column = &table->columns[table->column_count++];
    struct str text = str_of(name);

    *column = (struct source_column){.name = text, .type = type_of(type), .nullable = true};
    if (str_ends_with(text, STR("!"))) {
        column->name = arena_str(&arena, str_slice(text, 0, text.len - 1));
        column->nullable = false;
    }
    return column;
}

UNUSED static struct source_column *add_default(struct source_table *table, const char *name,
                                                const char *type, bool is_expression,
                                                const char *text)
{
    struct source_column *column = add_column(table, name, type);

    column->has_default = true;
    column->default_is_expression = is_expression;
    column->default_text = str_of(text);
    return column;
}

UNUSED static struct source_column *add_generated(struct source_table *table, const char *name,
                                                  const char *type, const char *expression)
{
    struct source_column *column = add_column(table, name, type);

    column->is_generated = column->generated_stored = true;
    column->generation = str_of(expression);
    return column;
}

/* Columns as "a, b(10), c desc, (expression)": each part up to its comma. */
UNUSED static struct source_index *add_index(struct source_table *table, enum index_kind kind,
                                             const char *name, const char *columns)
{
    struct source_index *index = &table->indexes[table->index_count++];
    struct str list = str_of(columns);

    *index = (struct source_index){.name = str_of(name), .kind = kind};
    index->parts = ARENA_ARRAY(&arena, MAX_THINGS, struct source_index_part);
    for (size_t from = 0, to; from < list.len; from = to + 1) {
        struct source_index_part *part = &index->parts[index->part_count++];
        uint64_t prefix = 0;
        to = str_find(list, ',', from);
        struct str word = str_trim(str_slice(list, from, to));
        if (word.ptr[0] == '(') {
            *part = (struct source_index_part){.column = -1, .expression = word};
            continue;
        }
        part->descending = str_ends_with(word, STR(" desc"));
        word = str_slice(word, 0, str_find(word, ' ', 0));
        size_t open = str_find(word, '(', 0);
        str_to_u64(str_slice(word, open + 1, word.len == 0 ? 0 : word.len - 1), &prefix);
        part->prefix_length = (uint32_t)prefix;
        part->column = catalog_find_column(table, str_slice(word, 0, open));
        if (part->column < 0)
            abort();
    }
    return index;
}

UNUSED static struct source_foreign_key *add_foreign_key(struct source_table *table,
                                                         const char *name, const char *column,
                                                         const char *parent,
                                                         const char *parent_column)
{
    struct source_foreign_key *key = &table->foreign_keys[table->foreign_key_count++];

    *key = (struct source_foreign_key){.name = str_of(name),
                                       .column_count = 1,
                                       .parent_database = STR("app"),
                                       .parent_table = str_of(parent),
                                       .on_update = STR("NO ACTION"),
                                       .on_delete = STR("CASCADE")};
    key->columns = ARENA_NEW(&arena, int);
    key->columns[0] = catalog_find_column(table, str_of(column));
    key->parent_columns = ARENA_NEW(&arena, struct str);
    key->parent_columns[0] = str_of(parent_column);
    return key;
}

UNUSED static struct source_check *add_check(struct source_table *table, const char *name,
                                             const char *expression)
{
    struct source_check *check = &table->checks[table->check_count++];

    *check = (struct source_check){str_of(name), str_of(expression), true};
    return check;
}

/* ---- plans ----------------------------------------------------------------------------------- */

static struct source_catalog catalog = {.database = {"app", 3}};
UNUSED static bool catalog_is_mysql(void)
{
    return catalog.flavor == FLAVOR_MYSQL;
}

static struct source_facts facts = {.time_zone = {"UTC", 3}};
static struct plan_options options = {.schema = {"public", 6}, .owner = {"", 0}};
static struct plan plan;

UNUSED static int compare_tables(const void *a, const void *b)
{
    return str_compare(((const struct source_table *)a)->name,
                       ((const struct source_table *)b)->name);
}

/* The plan of all tables added; false when plan_make() failed. */
UNUSED static bool build_plan(void)
{
    catalog.tables = ARENA_ARRAY(&arena, built_count + 1, struct source_table);
    memcpy(catalog.tables, built, built_count * sizeof *built);
    catalog.table_count = built_count;
    qsort(catalog.tables, built_count, sizeof *catalog.tables, compare_tables);
    struct error *error = plan_make(&catalog, &facts, &options, &arena, &plan);
    if (error != NULL)
        printf("# plan_make: %s\n", error->text);
    bool made = error == NULL;
    error_free(error);
    return made;
}

UNUSED static void forget_tables(void)
{
    built_count = 0;
    options.type_rule_count = 0;
    options.postgis_schema = options.vector_schema = STR_NULL;
    options.rule_count = options.include_count = options.exclude_count = 0;
    options.names = NAMES_KEEP;
    options.policies = (struct value_policies){0};
    options.max_quarantined = 0;
    catalog.flavor = FLAVOR_MYSQL;
    catalog.object_count = 0;
}

UNUSED static struct planned_table *planned(const char *name)
{
    for (size_t i = 0; i < plan.table_count; i++)
        if (str_equal_c(plan.tables[i].source->name, name))
            return &plan.tables[i];
    printf("# no table %s\n", name);
    abort();
}

UNUSED static struct target_column *planned_column_of(const char *table, const char *column)
{
    struct planned_table *found = planned(table);
    int position = catalog_find_column(found->source, str_of(column));

    if (position < 0)
        abort();
    return &found->target.columns[position];
}

UNUSED static struct planned_index *planned_index_of(const char *table, const char *index)
{
    struct planned_table *found = planned(table);

    for (size_t i = 0; i < found->index_count; i++)
        if (str_equal_c(found->indexes[i].source->name, index))
            return &found->indexes[i];
    abort();
}

/* The type's words, valid until the next 8 calls. */
UNUSED static const char *type_words_of(const struct target_type *type)
{
    static struct buf bufs[8];
    static size_t turn;
    struct buf *buf = &bufs[turn++ % COUNT_OF(bufs)];

    buf_free(buf);
    *buf = BUF_INIT(4 * KIB, "type");
    target_type_print(type, buf);
    return buf_c_str(buf);
}

/* The first finding about this object that holds these words. */
UNUSED static const struct finding *find_finding(const char *object, const char *words)
{
    for (size_t i = 0; i < plan.findings.count; i++) {
        const struct finding *finding = &plan.findings.items[i];
        if (str_equal_c(finding->object, object) &&
            str_search(finding->text, str_of(words)) <= finding->text.len)
            return finding;
    }
    return NULL;
}

UNUSED static void print_findings(void)
{
    for (size_t i = 0; i < plan.findings.count; i++)
        printf("# %s " STR_FMT ": " STR_FMT "\n", severity_name(plan.findings.items[i].severity),
               STR_ARG(plan.findings.items[i].object), STR_ARG(plan.findings.items[i].text));
}

#define ok_finding(level, object, words)                                                 \
    do {                                                                                 \
        const struct finding *found_ = find_finding(object, words);                      \
        if (!ok(found_ != NULL && found_->severity == (level), "%s: %s", object, words)) \
            print_findings();                                                            \
    } while (0)
