/*
 * Which type a column becomes: a rule of the user, else its key group, else the default of its
 * kind. The catalog alone decides; data may veto a type later, never choose one.
 */
#include <limits.h>

#include "convert/convert.h"
#include "plan/internal.h"

bool source_is_integer(const struct source_type *type)
{
    return type->kind <= SOURCE_BIGINT || type->kind == SOURCE_YEAR;
}

bool source_is_text(const struct source_type *type)
{
    return type->kind == SOURCE_CHAR || type->kind == SOURCE_VARCHAR || type->kind == SOURCE_TEXT;
}

/* Collations of which two strings are equal only when their bytes are, but for spaces behind. */
enum text_equality text_equality_of(const struct source_type *type)
{
    struct str collation = type->collation;

    if (str_equal_c(collation, "binary") || str_equal_c(collation, "utf8mb4_0900_bin") ||
        str_ends_with(collation, STR("_nopad_bin")))
        return EQUAL_BYTES;
    return str_ends_with(collation, STR("_bin")) ? EQUAL_PADDED : EQUAL_LOOSE;
}

/* ---- character sets -------------------------------------------------------------------------- */

/*
 * Those that model/charset.h holds. What is not here cannot be decoded.
 */
static bool charset_is_supported(struct str name)
{
    static const char *const names[] = {
        "armscii8", "ascii",   "big5",     "binary", "cp1250",  "cp1251",  "cp1256",
        "cp1257",   "cp850",   "cp852",    "cp866",  "cp932",   "dec8",    "eucjpms",
        "euckr",    "gb18030", "gb2312",   "gbk",    "geostd8", "greek",   "hebrew",
        "hp8",      "keybcs2", "koi8r",    "koi8u",  "latin1",  "latin2",  "latin5",
        "latin7",   "macce",   "macroman", "sjis",   "swe7",    "tis620",  "ucs2",
        "ujis",     "utf16",   "utf16le",  "utf32",  "utf8",    "utf8mb3", "utf8mb4",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_equal_c(name, names[i]))
            return true;
    return name.len == 0;
}

/* ---- the defaults ---------------------------------------------------------------------------- */

static struct target_type plain(enum target_kind kind)
{
    return (struct target_type){.kind = kind};
}

static struct target_type integer_type(const struct source_type *type)
{
    if (type->kind == SOURCE_TINYINT)
        return plain(TARGET_SMALLINT);
    if (type->kind == SOURCE_SMALLINT)
        return plain(type->is_unsigned ? TARGET_INTEGER : TARGET_SMALLINT);
    if (type->kind == SOURCE_MEDIUMINT)
        return plain(TARGET_INTEGER);
    if (type->kind == SOURCE_INT)
        return plain(type->is_unsigned ? TARGET_BIGINT : TARGET_INTEGER);
    if (type->is_unsigned)
        return (struct target_type){.kind = TARGET_NUMERIC, .precision = 20};
    return plain(TARGET_BIGINT);
}

/* PostgreSQL's varchar and bit begin at 1; MySQL has CHAR(0). */
static struct target_type sized(enum target_kind kind, uint32_t length)
{
    return (struct target_type){.kind = kind, .length = length > 0 ? length : 1};
}

bool default_type(const struct source_type *type, struct target_type *ret_type)
{
    switch (type->kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
        *ret_type = integer_type(type);
        return true;
    case SOURCE_YEAR:
        *ret_type = plain(TARGET_SMALLINT);
        return true;
    case SOURCE_DECIMAL:
        *ret_type = (struct target_type){
            .kind = TARGET_NUMERIC, .precision = type->precision, .scale = type->scale};
        return true;
    case SOURCE_FLOAT:
        *ret_type = plain(TARGET_REAL);
        return true;
    case SOURCE_DOUBLE:
        *ret_type = plain(TARGET_DOUBLE);
        return true;
    case SOURCE_BIT:
        *ret_type = sized(TARGET_BIT, type->length);
        return true;
    case SOURCE_DATE:
        *ret_type = plain(TARGET_DATE);
        return true;
    case SOURCE_DATETIME:
        *ret_type = (struct target_type){.kind = TARGET_TIMESTAMP, .fraction = type->fraction};
        return true;
    case SOURCE_TIMESTAMP:
        *ret_type = (struct target_type){.kind = TARGET_TIMESTAMPTZ, .fraction = type->fraction};
        return true;
    case SOURCE_TIME:
        *ret_type = (struct target_type){.kind = TARGET_INTERVAL, .fraction = type->fraction};
        return true;
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
        *ret_type = sized(TARGET_VARCHAR, type->length);
        return true;
    case SOURCE_TEXT:
    case SOURCE_ENUM:
        *ret_type = plain(TARGET_TEXT);
        return true;
    case SOURCE_INET4:
    case SOURCE_INET6:
        *ret_type = plain(TARGET_INET);
        return true;
    case SOURCE_SET:
        *ret_type = plain(TARGET_TEXT_ARRAY);
        return true;
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
    case SOURCE_GEOMETRY:
    case SOURCE_VECTOR:
        *ret_type = plain(TARGET_BYTEA);
        return true;
    case SOURCE_JSON:
        *ret_type = plain(type->is_json_tree ? TARGET_JSONB : TARGET_JSON);
        return true;
    case SOURCE_UUID:
        *ret_type = plain(TARGET_UUID);
        return true;
    case SOURCE_OTHER:
        return false;
    }
    return false;
}

/* One sentence on why, where a reader may ask; empty where the types say it all. */
static struct str default_reason(const struct source_type *type)
{
    switch (type->kind) {
    case SOURCE_TINYINT:
        if (type->is_tinyint_1)
            return STR("TINYINT(1) holds -128 to 127; a columns: rule can say boolean");
        return STR_NULL;
    case SOURCE_BIGINT:
        return type->is_unsigned ? STR("values go beyond bigint") : STR_NULL;
    case SOURCE_CHAR:
        return STR("MySQL cuts spaces at the end, PostgreSQL's char(n) would pad with them");
    case SOURCE_TIME:
        return STR("holds -838 to 838 hours, PostgreSQL's time only 0 to 24");
    case SOURCE_TIMESTAMP:
        return STR("the same instant");
    case SOURCE_YEAR:
        return STR("PostgreSQL has no year type");
    case SOURCE_ENUM:
        return STR("its labels stand in a CHECK; it sorts as text, not by position");
    case SOURCE_SET:
        return STR("its labels stand in a CHECK");
    case SOURCE_JSON:
        return type->is_json_tree ? STR("an equal document; json would keep its text")
                                  : STR("the document's text is kept as it is");
    case SOURCE_GEOMETRY:
        return STR("EWKB, SRID and all: what PostGIS and most clients read");
    case SOURCE_VECTOR:
        return STR("the vector's bytes, 32-bit floats; a rule can say real[]");
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_DECIMAL:
    case SOURCE_FLOAT:
    case SOURCE_DOUBLE:
    case SOURCE_BIT:
    case SOURCE_DATE:
    case SOURCE_DATETIME:
    case SOURCE_VARCHAR:
    case SOURCE_TEXT:
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
    case SOURCE_BLOB:
    case SOURCE_UUID:
    case SOURCE_INET4:
    case SOURCE_INET6:
    case SOURCE_OTHER:
        return STR_NULL;
    }
    return STR_NULL;
}

/* ---- key groups ------------------------------------------------------------------------------ */

/*
 * Columns that foreign keys join form a group (union-find over all columns of the catalog). When
 * one of the group is AUTO_INCREMENT or in a primary key, its BIGINT UNSIGNED columns all become
 * bigint: keys want identities, and numeric has none.
 */
struct groups {
    size_t *first; /* per table: number of its first column */
    size_t *up;
    bool *holds_key; /* of roots */
};

static size_t root_of(struct groups *groups, size_t node)
{
    while (groups->up[node] != node) {
        groups->up[node] = groups->up[groups->up[node]];
        node = groups->up[node];
    }
    return node;
}

static void join_foreign_key(struct planner *p, struct groups *groups, size_t table,
                             const struct source_foreign_key *key)
{
    const struct source_table *parent = catalog_find_table(p->catalog, key->parent_table);

    if (parent == NULL || !str_equal(key->parent_database, p->catalog->database))
        return;
    for (size_t i = 0; i < key->column_count; i++) {
        int column = catalog_find_column(parent, key->parent_columns[i]);
        if (column < 0 || key->columns[i] < 0)
            continue;
        size_t child = root_of(groups, groups->first[table] + (size_t)key->columns[i]);
        size_t other = root_of(groups, groups->first[parent - p->catalog->tables] + (size_t)column);
        groups->up[child] = other;
    }
}

static void mark_keys(struct groups *groups, size_t first, const struct source_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].auto_increment)
            groups->holds_key[root_of(groups, first + i)] = true;
    for (size_t i = 0; i < table->index_count; i++) {
        const struct source_index *index = &table->indexes[i];
        for (size_t k = 0; index->kind == INDEX_PRIMARY && k < index->part_count; k++)
            if (index->parts[k].column >= 0)
                groups->holds_key[root_of(groups, first + (size_t)index->parts[k].column)] = true;
    }
}

static struct groups find_groups(struct planner *p)
{
    const struct source_catalog *catalog = p->catalog;
    struct groups groups = {.first = ARENA_ARRAY(p->arena, catalog->table_count + 1, size_t)};
    size_t count = 0;

    for (size_t i = 0; i < catalog->table_count; i++) {
        groups.first[i] = count;
        count += catalog->tables[i].column_count;
    }
    groups.up = ARENA_ARRAY(p->arena, count + 1, size_t);
    groups.holds_key = ARENA_ARRAY(p->arena, count + 1, bool);
    for (size_t i = 0; i < count; i++)
        groups.up[i] = i;
    for (size_t i = 0; i < catalog->table_count; i++)
        for (size_t k = 0; k < catalog->tables[i].foreign_key_count; k++)
            join_foreign_key(p, &groups, i, &catalog->tables[i].foreign_keys[k]);
    for (size_t i = 0; i < catalog->table_count; i++)
        mark_keys(&groups, groups.first[i], &catalog->tables[i]);
    return groups;
}

/* ---- a column -------------------------------------------------------------------------------- */

static void refuse_type(struct planner *p, const struct source_type *type,
                        const struct target_type *target, struct str object)
{
    struct target_type other;
    struct buf alternatives = BUF_INIT(4 * KIB, "list of types");
    static const enum target_kind kinds[] = {
        TARGET_BOOLEAN,    TARGET_SMALLINT, TARGET_INTEGER, TARGET_BIGINT,    TARGET_NUMERIC,
        TARGET_REAL,       TARGET_DOUBLE,   TARGET_BIT,     TARGET_VARCHAR,   TARGET_TEXT,
        TARGET_BYTEA,      TARGET_DATE,     TARGET_TIME,    TARGET_TIMESTAMP, TARGET_TIMESTAMPTZ,
        TARGET_INTERVAL,   TARGET_UUID,     TARGET_JSON,    TARGET_JSONB,     TARGET_TEXT_ARRAY,
        TARGET_REAL_ARRAY, TARGET_INET,     TARGET_ENUM,    TARGET_GEOMETRY,  TARGET_VECTOR,
    };

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        other = (struct target_type){.kind = kinds[i], .fraction = 6};
        if (kinds[i] == TARGET_BIT)
            other.length = type->length > 0 ? type->length : 1;
        if (kinds[i] == target->kind || !convert_supports(type, &other))
            continue;
        buf_add_c(&alternatives, alternatives.len > 0 ? ", " : "");
        target_type_print(&other, &alternatives);
    }
    struct finding *finding =
        add_finding(p, SEVERITY_BLOCKER, PGC_CONFIG, object,
                    arena_format(p->arena, STR_FMT " cannot become " STR_FMT, STR_ARG(type->text),
                                 STR_ARG(type_text(p->arena, target))));
    if (alternatives.len > 0)
        finding->fix = arena_format(p->arena, "give it one of these types under columns: %s",
                                    buf_c_str(&alternatives));
    else
        finding->fix = STR("leave the table out with --exclude");
    buf_free(&alternatives);
}

/* Digits before the point that a number type holds; 0 for other types, UINT_MAX without bound. */
static unsigned whole_digits(const struct target_type *type)
{
    if (type->kind == TARGET_SMALLINT)
        return 5;
    if (type->kind == TARGET_INTEGER)
        return 10;
    if (type->kind == TARGET_BIGINT)
        return 19;
    if (type->kind != TARGET_NUMERIC)
        return 0;
    return type->precision == 0 ? UINT_MAX : (unsigned)(type->precision - type->scale);
}

/* Whether `wide` holds every value of `type`, as the catalog alone can tell. */
static bool holds_all(const struct target_type *wide, const struct target_type *type)
{
    unsigned digits = whole_digits(wide);
    bool has_fraction = type->kind == TARGET_TIMESTAMP || type->kind == TARGET_TIMESTAMPTZ ||
                        type->kind == TARGET_INTERVAL;

    if (target_type_equal(wide, type) || wide->kind == TARGET_TEXT || wide->kind == TARGET_BYTEA ||
        (wide->kind == TARGET_VARCHAR && wide->length == 0))
        return true;
    /* Another form of the same values: an ENUM's labels, numbers and shapes instead of bytes. */
    if (wide->kind == TARGET_ENUM || wide->kind == TARGET_REAL_ARRAY ||
        wide->kind == TARGET_GEOMETRY || (wide->kind == TARGET_VECTOR && wide->length == 0) ||
        (wide->kind == TARGET_JSON && type->kind == TARGET_JSONB))
        return true;
    if (digits > 0 && whole_digits(type) > 0)
        return digits == UINT_MAX || (digits >= whole_digits(type) && wide->scale >= type->scale);
    if (wide->kind == TARGET_VARCHAR && type->kind == TARGET_VARCHAR)
        return wide->length >= type->length;
    if (has_fraction && wide->kind == type->kind)
        return wide->fraction >= type->fraction;
    return wide->kind == TARGET_DOUBLE && type->kind == TARGET_REAL;
}

/* A rule may choose a narrower type; then each value is checked on its way. */
static void note_narrow_rule(struct planner *p, const struct source_type *type,
                             const struct target_type *target, struct str object)
{
    struct target_type usual;

    if (!default_type(type, &usual) || holds_all(target, &usual))
        return;
    struct finding *finding =
        add_finding(p, SEVERITY_NOTE, 0, object,
                    arena_format(p->arena,
                                 "a rule makes it " STR_FMT ", which does not hold every " STR_FMT
                                 ": a value that does not fit is refused",
                                 STR_ARG(type_text(p->arena, target)), STR_ARG(type->text)));
    finding->fix = STR("choose a wider type under columns:, or be sure of the values");
}

/* What the default itself changes, beyond what the type words say. */
static void note_default_type(struct planner *p, const struct source_type *type, struct str object)
{
    if (type->kind == SOURCE_GEOMETRY || type->kind == SOURCE_VECTOR) {
        bool is_geometry = type->kind == SOURCE_GEOMETRY;
        struct finding *finding =
            add_finding(p, SEVERITY_CHANGES, 0, object,
                        arena_format(p->arena,
                                     STR_FMT " arrives as bytes%s: nothing is lost, and "
                                             "PostgreSQL cannot compute with it",
                                     STR_ARG(type->text), is_geometry ? " (EWKB)" : ""));
        finding->fix =
            is_geometry ? STR("with PostGIS on the target: a rule type: geometry, or "
                              "\"column\"::geometry later")
                        : STR("a rule type: real[]; or type: vector with pgvector on the target");
    }
    if (str_search(type->text, STR("zerofill")) <= type->text.len)
        add_finding(p, SEVERITY_NOTE, 0, object,
                    STR("ZEROFILL is a matter of display and is not kept; the number is"));
}

static void check_charset(struct planner *p, const struct source_type *type, struct str object)
{
    if (charset_is_supported(type->charset))
        return;
    struct finding *finding =
        add_finding(p, SEVERITY_BLOCKER, PGC_SOURCE_UNSUPPORTED, object,
                    arena_format(p->arena, "character set " STR_FMT " cannot be decoded",
                                 STR_ARG(type->charset)));
    finding->fix = STR("convert the column to utf8mb4 in MySQL, or leave the table out");
}

/* By a rule of columns: or types:, by key group or by default; whether it was a rule. */
static bool choose_type(struct planner *p, const struct column_rule *rule,
                        const struct source_type *type, bool in_key, struct planned_column *planned,
                        struct target_type *target)
{
    const struct type_rule *type_rule = find_type_rule(p, type);

    if (rule != NULL) {
        *target = rule->type;
        planned->rule = "columns:";
        planned->reason =
            arena_format(p->arena, "the rule \"" STR_FMT "\"", STR_ARG(rule->pattern));
    } else if (type_rule != NULL) {
        *target = type_rule->type;
        planned->rule = "types:";
        planned->reason =
            arena_format(p->arena, "the rule types: \"" STR_FMT "\"", STR_ARG(type_rule->source));
    } else if (in_key && type->kind == SOURCE_BIGINT && type->is_unsigned) {
        *target = plain(TARGET_BIGINT);
        planned->rule = "key-group";
        planned->reason = STR("a key needs bigint; a value above 2^63-1 would be refused");
    }
    return rule != NULL || type_rule != NULL;
}

static void map_column_type(struct planner *p, struct planned_table *table, size_t i, bool in_key)
{
    const struct source_column *column = &table->source->columns[i];
    const struct source_type *type = &column->type;
    struct planned_column *planned = &table->columns[i];
    struct target_type *target = &table->target.columns[i].type;
    struct str object = object_name(p, table->source->name, column->name);
    struct column_rule settled = find_rule(p, table->source->name, column->name);
    const struct column_rule *rule = settled.has_type ? &settled : NULL;
    bool known = default_type(type, target);

    planned->source = (int)i;
    planned->copied = true;
    planned->compare = settled.compare;
    settle_null(p, table, i, settled.nullable);
    settle_policies(p, table, i, &settled.policies);
    planned->rule = "default";
    planned->reason = default_reason(type);
    bool ruled = choose_type(p, rule, type, in_key, planned, target);
    planned->lossy = !ruled && (type->kind == SOURCE_GEOMETRY || type->kind == SOURCE_VECTOR);
    planned->labels_checked = type->kind == SOURCE_ENUM && (!ruled || target->kind == TARGET_ENUM);
    if (table->disposition != DISPOSITION_CREATED)
        return;
    if (!ruled && !known) {
        struct finding *finding = add_finding(
            p, SEVERITY_BLOCKER, PGC_SOURCE_UNSUPPORTED, object,
            arena_format(p->arena, "the type " STR_FMT " is not known", STR_ARG(type->text)));
        finding->fix = STR("change the column in MySQL, or leave the table out with --exclude");
        return;
    }
    check_charset(p, type, object);
    if (!convert_supports(type, target))
        refuse_type(p, type, target, object);
    else if (!ruled)
        note_default_type(p, type, object);
    else if ((target->kind != TARGET_GEOMETRY && target->kind != TARGET_VECTOR) ||
             name_extension_type(p, target, object))
        note_narrow_rule(p, type, target, object);
}

/* ---- AUTO_INCREMENT -------------------------------------------------------------------------- */

static uint64_t largest_identity(const struct target_type *type)
{
    if (type->kind == TARGET_SMALLINT)
        return INT16_MAX;
    if (type->kind == TARGET_INTEGER)
        return INT32_MAX;
    return type->kind == TARGET_BIGINT ? INT64_MAX : 0;
}

static void map_identity(struct planner *p, struct planned_table *table, size_t i)
{
    struct target_column *target = &table->target.columns[i];
    struct str object = object_name(p, table->source->name, table->source->columns[i].name);
    uint64_t largest = largest_identity(&target->type);

    if (largest == 0) {
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, 0, object,
            arena_format(p->arena,
                         "AUTO_INCREMENT is not kept: PostgreSQL has no identity on " STR_FMT,
                         STR_ARG(type_text(p->arena, &target->type))));
        finding->fix = STR("give the column an integer type under columns:, or set a default");
        return;
    }
    if (table->source->auto_increment > 0 && table->source->auto_increment - 1 > largest) {
        struct finding *finding =
            add_finding(p, SEVERITY_BLOCKER, PGC_VALUE_OUT_OF_RANGE, object,
                        arena_format(p->arena, "its next AUTO_INCREMENT value is beyond " STR_FMT,
                                     STR_ARG(type_text(p->arena, &target->type))));
        finding->fix = STR("set a lower AUTO_INCREMENT in MySQL, or a wider type under columns:");
        return;
    }
    target->identity = true;
    table->identity_column = (int)i;
}

void map_types(struct planner *p)
{
    struct groups groups = find_groups(p);

    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        bool is_created = table->disposition == DISPOSITION_CREATED;

        arena_rewind(p->scratch);
        for (size_t i = 0; i < table->column_count; i++) {
            const struct source_column *column = &table->source->columns[i];
            struct target_column *target = &table->target.columns[i];

            map_column_type(p, table, i, groups.holds_key[root_of(&groups, groups.first[t] + i)]);
            target->comment = column->comment;
            if (column->auto_increment && is_created)
                map_identity(p, table, i);
            if (column->invisible && is_created)
                add_finding(p, SEVERITY_NOTE, 0, object_name(p, table->source->name, column->name),
                            STR("is INVISIBLE in MySQL and an ordinary column in PostgreSQL"));
        }
        check_row_width(p, table);
    }
    note_unused_rules(p);
    note_unused_type_rules(p);
}
