/*
 * Partitions: RANGE and LIST over columns, or over functions of a day that grow with it; HASH and
 * KEY by PostgreSQL's own hash. What cannot be kept becomes one plain table, with the reason.
 */
#include "plan/partition.h"

/*
 * PostgreSQL locks all partitions of a table at once when it makes their indexes, and its table of
 * locks has 64 places a connection: with the default of 100 connections, this many leave room.
 */
#define MAX_PARTITIONS 1000

const char *plan_partitions_word(enum plan_partitions partitions)
{
    switch (partitions) {
    case PARTITIONS_KEEP:
        return "keep";
    case PARTITIONS_MERGE:
        return "merge";
    }
    return "keep";
}

bool cannot_partition(struct partition_work *work, const char *format, ...)
{
    if (work->why.len == 0) {
        struct buf why = BUF_INIT(4 * KIB, "reason");
        va_list args;

        va_start(args, format);
        buf_add_vformat(&why, format, args);
        va_end(args);
        work->why = arena_str(work->planner->arena, buf_str(&why));
        buf_free(&why);
    }
    return false;
}

/* ---- by what: the key ------------------------------------------------------------------------ */

static bool add_key_column(struct partition_work *work, struct partition_key *key, struct str name)
{
    int column = catalog_find_column(work->table->source, name);

    if (column < 0)
        return cannot_partition(work, "its expression names a column that is not there");
    for (size_t i = 0; i < key->column_count; i++)
        if (key->columns[i] == column)
            return true;
    if (key->column_count == MAX_PARTITION_COLUMNS)
        return cannot_partition(work, "it is partitioned by more than %d columns",
                                MAX_PARTITION_COLUMNS);
    key->columns[key->column_count++] = column;
    return true;
}

/* All columns that stand in the expression, in their order. */
static bool key_of_columns(struct partition_work *work, struct str expression,
                           struct partition_key *key)
{
    struct token *tokens;
    size_t count;

    if (!tokenize(work->planner->arena, expression, &tokens, &count))
        return cannot_partition(work, "its expression is not understood");
    for (size_t i = 0; i < count; i++)
        if (tokens[i].kind == TOKEN_NAME && !add_key_column(work, key, tokens[i].text))
            return false;
    return key->column_count > 0 || cannot_partition(work, "its expression is not understood");
}

/* Functions of a day that never fall while it grows: "*" stands for the column's name. */
static const struct {
    enum partition_form form;
    const char *words[16];
} forms[] = {
    {FORM_COLUMN, {"*"}},
    {FORM_YEAR, {"year", "(", "*", ")"}},
    {FORM_TO_DAYS, {"to_days", "(", "*", ")"}},
    {FORM_TO_SECONDS, {"to_seconds", "(", "*", ")"}},
    {FORM_UNIX_TIMESTAMP, {"unix_timestamp", "(", "*", ")"}},
    {FORM_YEAR_MONTH, {"extract", "(", "year_month", "from", "*", ")"}},
    {FORM_YEAR_MONTH, {"year", "(", "*", ")", "*100", "+", "month", "(", "*", ")"}},
    {FORM_YEAR_MONTH,
     {"(", "(", "year", "(", "*", ")", "*100", ")", "+", "month", "(", "*", ")", ")"}},
};

/* How many tokens the word fits: 0 when it does not. */
static size_t fits(const struct token *token, const char *word)
{
    if (strcmp(word, "*") == 0)
        return token->kind == TOKEN_NAME;
    if (strcmp(word, "*100") == 0)
        return str_equal_c(token[0].text, "*") && token[0].kind == TOKEN_SIGN &&
                       str_equal_c(token[1].text, "100") && token[1].kind == TOKEN_NUMBER
                   ? 2
                   : 0;
    return (token->kind == TOKEN_SIGN || token->kind == TOKEN_WORD) &&
           str_equal_nocase(token->text, str_of(word));
}

static bool is_form(const struct token *tokens, const char *const *words)
{
    size_t at = 0;

    for (size_t i = 0; i < COUNT_OF(forms[0].words) && words[i] != NULL; i++) {
        size_t taken = fits(&tokens[at], words[i]);
        if (taken == 0)
            return false;
        at += taken;
    }
    return tokens[at].kind == TOKEN_END;
}

/* RANGE (expression): of one column, that it grows with. */
static bool key_of_range(struct partition_work *work, struct str expression)
{
    struct token *tokens;
    size_t count;

    if (!key_of_columns(work, expression, &work->key) ||
        !tokenize(work->planner->arena, expression, &tokens, &count))
        return false;
    if (work->key.column_count == 1)
        for (size_t i = 0; i < COUNT_OF(forms); i++)
            if (is_form(tokens, forms[i].words)) {
                work->key.form = forms[i].form;
                return true;
            }
    return cannot_partition(work, "its ranges are of " STR_FMT ", which is not translated",
                            STR_ARG(expression));
}

static bool key_of_list(struct partition_work *work, struct str expression)
{
    if (!key_of_range(work, expression))
        return false;
    return work->key.form == FORM_COLUMN ||
           cannot_partition(work, "its lists are of " STR_FMT ", which is not translated",
                            STR_ARG(expression));
}

/* KEY (): the primary key, or the first unique one without NULLs. */
static bool key_of_primary(struct partition_work *work, struct partition_key *key)
{
    const struct source_table *table = work->table->source;

    for (size_t i = 0; i < table->index_count; i++) {
        const struct source_index *index = &table->indexes[i];
        bool is_key = index->kind == INDEX_PRIMARY || index->kind == INDEX_UNIQUE;
        for (size_t k = 0; is_key && k < index->part_count; k++)
            is_key = index->parts[k].column >= 0 && index->parts[k].prefix_length == 0 &&
                     !table->columns[index->parts[k].column].nullable;
        if (!is_key)
            continue;
        for (size_t k = 0; k < index->part_count; k++)
            if (!add_key_column(work, key, table->columns[index->parts[k].column].name))
                return false;
        return true;
    }
    return cannot_partition(work, "it is partitioned by a key that is not there");
}

static bool is_hash(struct str method)
{
    return str_equal_c(method, "HASH") || str_equal_c(method, "LINEAR HASH") ||
           str_equal_c(method, "KEY") || str_equal_c(method, "LINEAR KEY");
}

/* HASH of an expression is a hash of its columns: rows that were together may part. */
static bool key_of_hash(struct partition_work *work, struct str expression,
                        struct partition_key *key)
{
    return expression.len > 0 ? key_of_columns(work, expression, key) : key_of_primary(work, key);
}

/* ---- whether PostgreSQL takes the key -------------------------------------------------------- */

static bool is_one_of(enum target_kind kind, const enum target_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

/* Types of the same order on both sides; what else a rule made of them has another one. */
static bool check_ordered(struct partition_work *work, int column)
{
    static const enum target_kind numbers[] = {TARGET_SMALLINT, TARGET_INTEGER, TARGET_BIGINT,
                                               TARGET_NUMERIC};
    const struct source_type *source = &work->table->source->columns[column].type;
    const struct target_type *target = target_type_of(work->table, column);
    bool is_text = target->kind == TARGET_TEXT || target->kind == TARGET_VARCHAR;
    bool is_whole = target->fraction >= source->fraction;
    bool is_same = false;

    if (source_is_integer(source))
        is_same = is_one_of(target->kind, numbers, COUNT_OF(numbers));
    else if (source->kind == SOURCE_DATE)
        is_same = target->kind == TARGET_DATE;
    else if (source->kind == SOURCE_DATETIME)
        is_same = target->kind == TARGET_TIMESTAMP && is_whole;
    else if (source->kind == SOURCE_TIMESTAMP)
        is_same = target->kind == TARGET_TIMESTAMPTZ && work->key.form == FORM_UNIX_TIMESTAMP;
    else if (source->kind == SOURCE_TIME)
        is_same = target->kind == TARGET_INTERVAL && is_whole;
    else if (source->kind == SOURCE_CHAR || source->kind == SOURCE_VARCHAR)
        is_same = is_text && work->table->columns[column].compare <= COMPARE_LOWER;
    else if (source->kind == SOURCE_BINARY || source->kind == SOURCE_VARBINARY)
        is_same = target->kind == TARGET_BYTEA;
    return is_same || cannot_partition(work, "a column that it is partitioned by becomes " STR_FMT,
                                       STR_ARG(type_text(work->planner->arena, target)));
}

static bool check_hashable(struct partition_work *work, int column)
{
    static const enum target_kind kinds[] = {
        TARGET_BOOLEAN, TARGET_SMALLINT,  TARGET_INTEGER,     TARGET_BIGINT,
        TARGET_NUMERIC, TARGET_REAL,      TARGET_DOUBLE,      TARGET_VARCHAR,
        TARGET_TEXT,    TARGET_BYTEA,     TARGET_DATE,        TARGET_TIME,
        TARGET_UUID,    TARGET_TIMESTAMP, TARGET_TIMESTAMPTZ, TARGET_INTERVAL};
    const struct target_type *target = target_type_of(work->table, column);

    return is_one_of(target->kind, kinds, COUNT_OF(kinds)) ||
           cannot_partition(work, "PostgreSQL has no hash of " STR_FMT,
                            STR_ARG(type_text(work->planner->arena, target)));
}

static bool index_holds(const struct planned_table *table, const struct target_index *index,
                        int column)
{
    for (size_t i = 0; i < index->part_count; i++)
        if (index->parts[i].expression_sql.len == 0 &&
            str_equal(index->parts[i].column, table->target.columns[column].name))
            return true;
    return false;
}

/* PostgreSQL keeps each partition's keys by themselves: all must hold the partition's columns. */
static bool check_keys(struct partition_work *work, const struct partition_key *key, bool is_range)
{
    const struct planned_table *table = work->table;

    for (size_t i = 0; i < table->index_count; i++) {
        const struct planned_index *index = &table->indexes[i];
        if (!index->translated || index->target.kind == TARGET_INDEX_PLAIN)
            continue;
        for (size_t k = 0; k < key->column_count; k++) {
            if (!index_holds(table, &index->target, key->columns[k]))
                return cannot_partition(
                    work, "a unique key does not hold the column that it is partitioned by, which "
                          "PostgreSQL wants");
            /* Their equality would be one collation's, the ranges' order another's. */
            if (is_range && is_partition_text(work, k))
                return cannot_partition(
                    work, "its ranges are of text, in an order that its unique keys have not");
        }
    }
    return true;
}

static bool check_columns(struct partition_work *work, const struct partition_key *key,
                          bool (*check)(struct partition_work *, int))
{
    for (size_t i = 0; i < key->column_count; i++) {
        int column = key->columns[i];
        if (!work->table->columns[column].copied)
            return cannot_partition(work, "PostgreSQL cannot partition by a generated column");
        if (!check(work, column))
            return false;
    }
    return true;
}

/* ---- the partitions -------------------------------------------------------------------------- */

static struct str key_sql(const struct partition_work *work, const char *method,
                          const struct partition_key *key, bool is_range)
{
    struct arena *arena = work->planner->arena;
    struct str sql = arena_format(arena, "%s (", method);

    for (size_t i = 0; i < key->column_count; i++) {
        struct str name = work->table->target.columns[key->columns[i]].name;
        sql = arena_format(arena, STR_FMT "%s" STR_FMT "%s", STR_ARG(sql), i > 0 ? ", " : "",
                           STR_ARG(quoted_ident(arena, name)),
                           is_range && is_partition_text(work, i) ? " COLLATE \"C\"" : "");
    }
    return arena_format(arena, STR_FMT ")", STR_ARG(sql));
}

static struct str hash_values_sql(const struct partition_work *work, size_t count, size_t i)
{
    return arena_format(work->planner->arena, "FOR VALUES WITH (MODULUS %zu, REMAINDER %zu)", count,
                        i);
}

static void begin_partitions(struct partition_work *work)
{
    const struct source_partitioning *source = &work->table->source->partitioning;
    struct target_table *target = &work->table->target;

    /* One more than there are: a DEFAULT may join them. */
    target->partitions =
        ARENA_ARRAY(work->planner->arena, source->part_count + 1, struct target_partition);
    target->partition_count = source->part_count;
    for (size_t i = 0; i < source->part_count; i++) {
        target->partitions[i].comment = source->parts[i].comment;
        target->partitions[i].check_sql = STR("");
    }
}

/* "a" IS NULL OR "b" IS NULL; empty when no column of the key takes NULL. */
static struct str null_condition(const struct partition_work *work)
{
    struct arena *arena = work->planner->arena;
    struct str sql = STR("");

    for (size_t i = 0; i < work->key.column_count; i++) {
        const struct target_column *column = &work->table->target.columns[work->key.columns[i]];
        if (!column->not_null)
            sql =
                arena_format(arena, STR_FMT "%s" STR_FMT " IS NULL", STR_ARG(sql),
                             sql.len > 0 ? " OR " : "", STR_ARG(quoted_ident(arena, column->name)));
    }
    return sql;
}

static void add_default_partition(struct partition_work *work, struct str check_sql)
{
    struct target_table *target = &work->table->target;

    target->partitions[target->partition_count++] = (struct target_partition){
        .values_sql = STR("DEFAULT"), .check_sql = check_sql, .comment = STR("")};
}

static void add_note(struct partition_work *work, struct buf *note, const char *text)
{
    (void)work;
    buf_add_c(note, note->len > 0 ? "; " : "");
    buf_add_c(note, text);
}

static bool map_ranges(struct partition_work *work, struct buf *note)
{
    bool is_open = false, holds_text = false;
    struct str nulls = null_condition(work);

    if (!check_columns(work, &work->key, check_ordered) || !check_keys(work, &work->key, true) ||
        !bounds_of_ranges(work, &is_open))
        return false;
    work->table->target.partition_sql = key_sql(work, "RANGE", &work->key, true);
    for (size_t i = 0; i < work->key.column_count; i++)
        holds_text = holds_text || is_partition_text(work, i);
    if (holds_text)
        add_note(work, note, "its ranges of text go by bytes, no longer by a collation");
    if (holds_text && is_open) {
        add_default_partition(work, STR(""));
        add_note(work, note, "a DEFAULT partition takes the rest");
    } else if (nulls.len > 0) {
        add_default_partition(work, is_open ? nulls : STR(""));
        add_note(work, note,
                 "NULLs, which MySQL keeps in the lowest range, go to a DEFAULT partition");
    }
    return true;
}

static bool map_lists(struct partition_work *work, struct buf *note)
{
    const struct source_type *type = &work->table->source->columns[work->key.columns[0]].type;
    bool has_default = false;

    if (!check_columns(work, &work->key, check_ordered) || !check_keys(work, &work->key, false) ||
        !bounds_of_lists(work, &has_default))
        return false;
    work->table->target.partition_sql = key_sql(work, "LIST", &work->key, false);
    if (source_is_text(type) && text_equality_of(type) != EQUAL_BYTES && !has_default) {
        add_default_partition(work, STR(""));
        add_note(work, note,
                 "PostgreSQL compares its lists by bytes; a DEFAULT partition takes values that "
                 "only MySQL's collation finds in them");
    }
    return true;
}

static bool map_hash(struct partition_work *work, struct buf *note)
{
    struct target_table *target = &work->table->target;

    if (!check_columns(work, &work->key, check_hashable) || !check_keys(work, &work->key, false))
        return false;
    target->partition_sql = key_sql(work, "HASH", &work->key, false);
    for (size_t i = 0; i < target->partition_count; i++)
        target->partitions[i].values_sql = hash_values_sql(work, target->partition_count, i);
    add_note(work, note, "PostgreSQL's hash puts its rows into other partitions than MySQL's");
    return true;
}

static bool map_method(struct partition_work *work, struct buf *note)
{
    const struct source_partitioning *source = &work->table->source->partitioning;

    if (str_equal_c(source->method, "RANGE"))
        return key_of_range(work, source->expression) && map_ranges(work, note);
    if (str_equal_c(source->method, "RANGE COLUMNS"))
        return key_of_columns(work, source->expression, &work->key) && map_ranges(work, note);
    if (str_equal_c(source->method, "LIST"))
        return key_of_list(work, source->expression) && map_lists(work, note);
    if (str_equal_c(source->method, "LIST COLUMNS")) {
        if (!key_of_columns(work, source->expression, &work->key))
            return false;
        if (work->key.column_count > 1)
            return cannot_partition(work, "PostgreSQL's lists are of one column");
        return map_lists(work, note);
    }
    if (is_hash(source->method))
        return key_of_hash(work, source->expression, &work->key) && map_hash(work, note);
    return cannot_partition(work, "partitions by " STR_FMT " are not translated",
                            STR_ARG(source->method));
}

/* Subpartitions are by HASH or KEY. Without them a partition keeps its rows in one piece. */
static void map_subpartitions(struct partition_work *work, struct buf *note)
{
    const struct source_partitioning *source = &work->table->source->partitioning;
    struct target_table *target = &work->table->target;
    struct partition_work sub = {.planner = work->planner, .table = work->table};

    if (source->sub_method.len == 0)
        return;
    if (!is_hash(source->sub_method) || !key_of_hash(&sub, source->sub_expression, &sub.key) ||
        !check_columns(&sub, &sub.key, check_hashable) || !check_keys(&sub, &sub.key, false)) {
        struct str text = arena_format(
            work->planner->arena, "its subpartitions are left out: " STR_FMT, STR_ARG(sub.why));
        add_note(work, note, text.ptr);
        return;
    }
    target->sub_partition_sql = key_sql(&sub, "HASH", &sub.key, false);
    for (size_t i = 0; i < source->part_count; i++) {
        const struct source_partition *part = &source->parts[i];
        target->partitions[i].parts =
            ARENA_ARRAY(work->planner->arena, part->part_count + 1, struct target_partition);
        target->partitions[i].part_count = part->part_count;
        for (size_t k = 0; k < part->part_count; k++)
            target->partitions[i].parts[k] =
                (struct target_partition){.values_sql = hash_values_sql(work, part->part_count, k),
                                          .check_sql = STR(""),
                                          .comment = part->parts[k].comment};
    }
    add_note(work, note, "PostgreSQL's hash puts its rows into other subpartitions than MySQL's");
}

/* ---- the whole ------------------------------------------------------------------------------- */

static size_t count_partitions(const struct source_partitioning *source)
{
    size_t count = source->part_count;

    for (size_t i = 0; i < source->part_count; i++)
        count += source->parts[i].part_count;
    return count;
}

static void merge(struct planner *p, struct planned_table *table, enum severity severity,
                  struct str why)
{
    struct finding *finding = add_finding(
        p, severity, PGC_NOT_TRANSLATED, object_name(p, table->source->name, STR("")),
        arena_format(p->arena,
                     "is partitioned in MySQL and becomes one plain table with all rows: " STR_FMT,
                     STR_ARG(why)));

    finding->detail = table->source->create_text;
    if (severity != SEVERITY_NOTE)
        finding->fix = STR("partition it on the target by hand, if its size asks for it");
    table->target.partition_sql = table->target.sub_partition_sql = STR("");
    table->target.partition_count = 0;
}

void map_partitions(struct planner *p, struct planned_table *table)
{
    CLEANUP(buf_free) struct buf note = BUF_INIT(LIMIT_SQL_TEXT, "note on partitions");
    struct partition_work work = {.planner = p, .table = table};
    const struct source_partitioning *source = &table->source->partitioning;

    table->target.partition_sql = table->target.sub_partition_sql = STR("");
    if (!table->source->partitioned)
        return;
    if (p->options->partitions == PARTITIONS_MERGE)
        return merge(p, table, SEVERITY_NOTE, STR("--partitions merge"));
    if (source->part_count == 0 || count_partitions(source) > MAX_PARTITIONS)
        return merge(p, table, SEVERITY_CHANGES,
                     arena_format(p->arena, "it has %zu partitions, and from 1 to %d are kept",
                                  count_partitions(source), MAX_PARTITIONS));
    begin_partitions(&work);
    if (!map_method(&work, &note))
        return merge(p, table, SEVERITY_CHANGES, work.why);
    map_subpartitions(&work, &note);
    if (note.len > 0)
        add_finding(
            p, SEVERITY_NOTE, 0, object_name(p, table->source->name, STR("")),
            arena_format(p->arena, "keeps its partitions; " STR_FMT, STR_ARG(buf_str(&note))));
}

/* ---- names ----------------------------------------------------------------------------------- */

struct wish_list {
    struct name_wish *items;
    size_t count, capacity;
};

/*
 * "table_partition", fitted; and the same with a hash of both. A name is unique in its table, but
 * for our own, which `mark` keeps apart.
 */
static void wish_name(struct planner *p, const struct planned_table *table, struct str name,
                      char mark, struct target_partition *partition, struct wish_list *wishes)
{
    struct name_wish *wish = ARENA_PUSH(p->arena, wishes->items, wishes->count, wishes->capacity);
    struct str table_name = table->target.name;
    struct str long_name =
        arena_format(p->arena, STR_FMT "_" STR_FMT, STR_ARG(table_name), STR_ARG(name));
    struct str both =
        arena_format(p->arena, STR_FMT "%c" STR_FMT, STR_ARG(table_name), mark, STR_ARG(name));

    *wish = (struct name_wish){.ret_name = &partition->name};
    wish->candidates[0] = fit_name(p->arena, long_name);
    wish->candidates[2] = hash_name(p->arena, long_name, both);
}

static void wish_names(struct planner *p, struct planned_table *table, struct wish_list *wishes)
{
    const struct source_partitioning *source = &table->source->partitioning;

    for (size_t i = 0; i < table->target.partition_count; i++) {
        struct target_partition *partition = &table->target.partitions[i];
        if (i >= source->part_count) {
            wish_name(p, table, STR("default"), '\2', partition, wishes);
            continue;
        }
        wish_name(p, table, map_name(p, source->parts[i].name), '\1', partition, wishes);
        for (size_t k = 0; k < partition->part_count; k++)
            wish_name(p, table, map_name(p, source->parts[i].parts[k].name), '\1',
                      &partition->parts[k], wishes);
    }
}

void name_partitions(struct planner *p, struct map *reserved)
{
    struct wish_list wishes = {0};

    for (size_t i = 0; i < p->plan->table_count; i++)
        if (p->plan->tables[i].disposition == DISPOSITION_CREATED)
            wish_names(p, &p->plan->tables[i], &wishes);
    settle_names(p->arena, reserved, wishes.items, wishes.count);
    for (size_t i = 0; i < wishes.count; i++)
        map_add(reserved, *wishes.items[i].ret_name, wishes.items[i].ret_name);
}
