/*
 * How texts compare in PostgreSQL: by bytes unless a rule says otherwise. MySQL's collations take
 * more strings for equal; what that changes for a key or a lookup is said, with the ways to settle
 * it.
 */
#include "plan/internal.h"

/* ---- a collation of the source in ICU's words ------------------------------------------------ */

/* Words within names of collations that stand for a language. */
static const struct {
    const char *word;
    const char *locale;
} languages[] = {
    {"icelandic", "is"},
    {"latvian", "lv"},
    {"romanian", "ro"},
    {"slovenian", "sl"},
    {"polish", "pl"},
    {"estonian", "et"},
    {"spanish", "es"},
    {"swedish", "sv"},
    {"turkish", "tr"},
    {"czech", "cs"},
    {"danish", "da"},
    {"lithuanian", "lt"},
    {"slovak", "sk"},
    {"roman", "la"},
    {"persian", "fa"},
    {"esperanto", "eo"},
    {"hungarian", "hu"},
    {"sinhala", "si"},
    {"croatian", "hr"},
    {"vietnamese", "vi"},
    {"spanish2", "es-u-co-trad"},
    {"german2", "de-u-co-phonebk"},
    {"trad", "es-u-co-trad"},
    {"pb", "de-u-co-phonebk"},
    {"latn", "sr-Latn"},
    {"cyrl", "mn-Cyrl"},
};
/* Of MySQL's 0900 collations, which name their language by two letters. */
static const char *const codes[] = {"bg", "bs", "cs", "da", "de", "eo", "es", "et", "gl", "hr",
                                    "hu", "is", "ja", "la", "lt", "lv", "mn", "nb", "nn", "pl",
                                    "ro", "ru", "sk", "sl", "sr", "sv", "tr", "vi", "zh"};

static void find_language(struct str word, bool is_code, struct str *language)
{
    for (size_t i = 0; i < COUNT_OF(languages); i++)
        if (str_equal_c(word, languages[i].word))
            *language = str_of(languages[i].locale);
    for (size_t i = 0; is_code && i < COUNT_OF(codes); i++)
        if (str_equal_c(word, codes[i]))
            *language = word;
}

/* "utf8mb4_de_pb_0900_ai_ci": character set, language, version, accents, case. */
struct str icu_locale_of(struct arena *arena, struct str collation)
{
    struct str language = STR("und");
    bool accents = false, no_accents = false, cases = false;
    bool is_code = str_search(collation, STR("_0900_")) <= collation.len;

    for (size_t from = str_find(collation, '_', 0) + 1, to; from < collation.len; from = to + 1) {
        to = str_find(collation, '_', from);
        struct str word = str_slice(collation, from, to);
        find_language(word, is_code, &language);
        is_code = is_code && !str_equal_c(word, "0900");
        /* Before the version "cs" is Czech, behind it case-sensitive. */
        accents = accents || (!is_code && str_equal_c(word, "as"));
        no_accents = no_accents || (!is_code && str_equal_c(word, "ai"));
        cases = cases || (!is_code && str_equal_c(word, "cs"));
    }
    const char *extension = str_search(language, STR("-u-")) <= language.len ? "" : "-u";
    const char *strength = "ks-level1";
    if (cases)
        strength = no_accents ? "ks-level1-kc-true" : "ks-level3";
    else if (accents)
        strength = "ks-level2";
    return arena_format(arena, STR_FMT "%s-%s", STR_ARG(language), extension, strength);
}

/* Whether 'a' = 'a ' on the source. */
static bool is_padded(struct str collation)
{
    return str_search(collation, STR("_0900_")) > collation.len &&
           str_search(collation, STR("_nopad_")) > collation.len;
}

static struct str what_icu_changes(struct arena *arena, struct str collation)
{
    return arena_format(
        arena,
        "columns of " STR_FMT " that are to compare by ICU get the nondeterministic collation "
        "\"" STR_FMT "\" (" STR_FMT "). It is near, not the same:%s%s LIKE and other patterns "
        "fail on such columns before PostgreSQL 18, and their comparisons are slower",
        STR_ARG(collation), STR_ARG(collation), STR_ARG(icu_locale_of(arena, collation)),
        is_padded(collation) ? " spaces at the end count;" : "",
        str_search(collation, STR("general")) <= collation.len
            ? " MySQL's general collation took ß for s and every character beyond U+FFFF for "
              "the same one, ICU does not;"
            : "");
}

/* ---- rules ----------------------------------------------------------------------------------- */

static struct str rule_text(const struct planner *p, const struct planned_table *table, int column)
{
    return arena_format(p->arena, "\"" STR_FMT "." STR_FMT "\"", STR_ARG(table->source->name),
                        STR_ARG(table->source->columns[column].name));
}

/* The advice for a column whose meaning changes and that no rule speaks of. */
struct str compare_choices(const struct planner *p, const struct planned_table *table, int column)
{
    return arena_format(p->arena,
                        "columns: { " STR_FMT ": { compare: lower | icu | citext } }, or exact if "
                        "bytes are meant",
                        STR_ARG(rule_text(p, table, column)));
}

static bool is_text_target(const struct target_type *type)
{
    return type->kind == TARGET_VARCHAR || type->kind == TARGET_TEXT;
}

/* Those that change the column itself, so that both sides of a foreign key need them. */
static bool is_of_column(enum text_compare compare)
{
    return compare == COMPARE_ICU || compare == COMPARE_CITEXT;
}

static void note_meaningless(struct planner *p, const struct planned_table *table, size_t i,
                             struct str why)
{
    struct planned_column *column = &table->columns[i];

    add_finding(p, SEVERITY_NOTE, 0,
                object_name(p, table->source->name, table->source->columns[i].name),
                arena_format(p->arena, "compare: %s says nothing here: " STR_FMT,
                             text_compare_name(column->compare), STR_ARG(why)));
    column->compare = COMPARE_EXACT;
}

static void check_rule(struct planner *p, struct planned_table *table, size_t i)
{
    const struct source_type *source = &table->source->columns[i].type;
    const struct target_type *target = target_type_of(table, (int)i);
    enum text_compare compare = table->columns[i].compare;

    if (compare == COMPARE_UNSET || compare == COMPARE_EXACT)
        return;
    /* A wide pattern may well fit numbers, too. */
    if (!source_is_text(source))
        table->columns[i].compare = COMPARE_EXACT;
    else if (!is_text_target(target))
        note_meaningless(p, table, i,
                         arena_format(p->arena, STR_FMT " becomes " STR_FMT, STR_ARG(source->text),
                                      STR_ARG(type_text(p->arena, target))));
    else if (is_of_column(compare) && text_equality_of(source) != EQUAL_LOOSE)
        note_meaningless(
            p, table, i,
            arena_format(p->arena, STR_FMT " compares by bytes, too", STR_ARG(source->collation)));
}

/* ---- both sides of a foreign key ------------------------------------------------------------- */

struct side {
    struct planned_table *table;
    int column;
};

static struct planned_column *column_of(const struct side *side)
{
    return &side->table->columns[side->column];
}

static struct str name_of(const struct planner *p, const struct side *side)
{
    return arena_format(p->arena, STR_FMT "." STR_FMT, STR_ARG(side->table->source->name),
                        STR_ARG(side->table->source->columns[side->column].name));
}

static void refuse_pair(struct planner *p, const struct side *from, const struct side *to)
{
    struct finding *finding = add_finding(
        p, SEVERITY_BLOCKER, PGC_CONFIG,
        object_name(p, to->table->source->name, to->table->source->columns[to->column].name),
        arena_format(p->arena,
                     "is to compare by %s, while a foreign key joins it to " STR_FMT
                     ", which is to compare by %s",
                     text_compare_name(column_of(to)->compare), STR_ARG(name_of(p, from)),
                     text_compare_name(column_of(from)->compare)));

    finding->fix = STR("give both sides of the foreign key the same compare: under columns:");
}

/* True when one side took over what a rule says of the other. */
static bool join_sides(struct planner *p, const struct side *a, const struct side *b)
{
    enum text_compare left = column_of(a)->compare, right = column_of(b)->compare;

    if (left == right || (!is_of_column(left) && !is_of_column(right)))
        return false;
    const struct side *from = is_of_column(left) ? a : b, *to = is_of_column(left) ? b : a;
    struct planned_column *taker = column_of(to);
    if (taker->compare != COMPARE_UNSET || !is_text_target(target_type_of(to->table, to->column)))
        return false;
    taker->compare = column_of(from)->compare;
    taker->rule = "key-group";
    taker->reason =
        arena_format(p->arena, "a foreign key joins it to " STR_FMT ", which compares by %s",
                     STR_ARG(name_of(p, from)), text_compare_name(taker->compare));
    return true;
}

typedef bool pair_visitor(struct planner *p, const struct side *a, const struct side *b);

static bool refuse_unlike(struct planner *p, const struct side *a, const struct side *b)
{
    enum text_compare left = column_of(a)->compare, right = column_of(b)->compare;

    if (left != right && (is_of_column(left) || is_of_column(right)))
        refuse_pair(p, is_of_column(left) ? a : b, is_of_column(left) ? b : a);
    return false;
}

static bool visit_key(struct planner *p, struct planned_table *child,
                      const struct source_foreign_key *key, pair_visitor *visit)
{
    const struct source_table *parent = catalog_find_table(p->catalog, key->parent_table);
    bool any = false;

    if (parent == NULL || !str_equal(key->parent_database, p->catalog->database))
        return false;
    struct planned_table *planned = &p->plan->tables[parent - p->catalog->tables];
    if (planned->disposition != DISPOSITION_CREATED)
        return false;
    for (size_t i = 0; i < key->column_count; i++) {
        struct side a = {child, key->columns[i]};
        struct side b = {planned, catalog_find_column(parent, key->parent_columns[i])};
        if (a.column >= 0 && b.column >= 0)
            any = visit(p, &a, &b) || any;
    }
    return any;
}

static bool visit_keys(struct planner *p, pair_visitor *visit)
{
    bool any = false;

    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        for (size_t k = 0;
             table->disposition == DISPOSITION_CREATED && k < table->source->foreign_key_count; k++)
            any = visit_key(p, table, &table->source->foreign_keys[k], visit) || any;
    }
    return any;
}

/* ---- what the columns become ----------------------------------------------------------------- */

static void use_collation(struct planner *p, struct planned_table *table, size_t i)
{
    struct plan *plan = p->plan;
    struct str name = table->source->columns[i].type.collation;

    table->target.columns[i].collation = name;
    for (size_t k = 0; k < plan->collation_count; k++)
        if (str_equal(plan->collations[k].name, name))
            return;
    *ARENA_PUSH(p->arena, plan->collations, plan->collation_count, plan->collation_capacity) =
        (struct target_collation){
            .schema = p->options->schema, .name = name, .locale = icu_locale_of(p->arena, name)};
    add_finding(p, SEVERITY_NOTE, 0, name, what_icu_changes(p->arena, name));
}

/* Its binary form is text's. A limit of characters is not kept: citext has none. */
static void use_citext(struct planner *p, struct planned_table *table, size_t i)
{
    struct target_type *type = &table->target.columns[i].type;
    struct str schema = p->options->citext_schema;

    if (schema.len == 0) {
        add_finding(p, SEVERITY_BLOCKER, PGC_CONFIG,
                    object_name(p, table->source->name, table->source->columns[i].name),
                    STR("is to compare by citext, an extension that the target does not have, or "
                        "that nobody could ask for (no --target)"))
            ->fix = STR("on the target: CREATE EXTENSION citext; and give --target, so that the "
                        "plan can see it");
        return;
    }
    *type = (struct target_type){.kind = TARGET_TEXT,
                                 .sql_name = arena_format(p->arena, STR_FMT ".citext",
                                                          STR_ARG(quoted_ident(p->arena, schema)))};
    if (table->columns[i].reason.len == 0)
        table->columns[i].reason = STR("citext compares without case, and limits no length");
}

void map_compare(struct planner *p)
{
    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        arena_rewind(p->scratch);
        for (size_t i = 0; table->disposition == DISPOSITION_CREATED && i < table->column_count;
             i++)
            check_rule(p, table, i);
    }
    while (visit_keys(p, join_sides))
        ;
    visit_keys(p, refuse_unlike);
    for (size_t t = 0; t < p->plan->table_count; t++) {
        struct planned_table *table = &p->plan->tables[t];
        for (size_t i = 0; table->disposition == DISPOSITION_CREATED && i < table->column_count;
             i++)
            if (table->columns[i].compare == COMPARE_ICU)
                use_collation(p, table, i);
            else if (table->columns[i].compare == COMPARE_CITEXT)
                use_citext(p, table, i);
    }
}

/* ---- keys and lookups ------------------------------------------------------------------------ */

/* Whether MySQL takes strings of the column for equal that PostgreSQL's bytes tell apart. */
static bool is_loose(const struct planned_table *table, int column)
{
    const struct source_type *type = column >= 0 ? &table->source->columns[column].type : NULL;

    return type != NULL && source_is_text(type) && text_equality_of(type) != EQUAL_BYTES;
}

static struct str unique_text(const struct planner *p, const struct planned_table *table,
                              int column)
{
    struct str name = table->source->columns[column].name;
    struct str collation = table->source->columns[column].type.collation;

    switch (table->columns[column].compare) {
    case COMPARE_UNSET:
    case COMPARE_EXACT:
        break;
    case COMPARE_LOWER:
        return arena_format(p->arena,
                            "is unique by the bytes of \"" STR_FMT "\", and once more by lower(): "
                            "case makes no difference as in MySQL (" STR_FMT "), accents%s do",
                            STR_ARG(name), STR_ARG(collation),
                            is_padded(collation) ? " and spaces at the end" : "");
    case COMPARE_ICU:
        return arena_format(p->arena,
                            "is unique by the ICU collation " STR_FMT " of \"" STR_FMT
                            "\", the nearest to MySQL's " STR_FMT,
                            STR_ARG(icu_locale_of(p->arena, collation)), STR_ARG(name),
                            STR_ARG(collation));
    case COMPARE_CITEXT:
        return arena_format(p->arena,
                            "is unique by \"" STR_FMT "\" as citext: case makes no difference as "
                            "in MySQL (" STR_FMT "), accents%s do",
                            STR_ARG(name), STR_ARG(collation),
                            is_padded(collation) ? " and spaces at the end" : "");
    }
    return arena_format(p->arena,
                        "is unique by the bytes of \"" STR_FMT "\" in PostgreSQL; MySQL took "
                        "strings for equal that differ (" STR_FMT ")",
                        STR_ARG(name), STR_ARG(collation));
}

void note_unique_compare(struct planner *p, const struct planned_table *table,
                         const struct planned_index *index)
{
    const struct source_index *source = index->source;

    for (size_t i = 0; i < source->part_count; i++) {
        int column = source->parts[i].column;
        if (!is_loose(table, column))
            continue;
        bool settled = table->columns[column].compare != COMPARE_UNSET;
        struct finding *finding = add_finding(p, settled ? SEVERITY_NOTE : SEVERITY_CHANGES, 0,
                                              object_name(p, table->source->name, source->name),
                                              unique_text(p, table, column));
        finding->detail = index_source_text(p->arena, table->source, source);
        if (!settled)
            finding->fix = compare_choices(p, table, column);
        /* One that nobody settled speaks for the whole key. */
        if (!settled)
            break;
    }
}

static bool is_in_unique_key(const struct planned_table *table, int column)
{
    for (size_t i = 0; i < table->source->index_count; i++) {
        const struct source_index *index = &table->source->indexes[i];
        for (size_t k = 0; k < index->part_count; k++)
            if (index->parts[k].column == column &&
                (index->kind == INDEX_PRIMARY || index->kind == INDEX_UNIQUE))
                return true;
    }
    return false;
}

static bool is_looked_up(const struct planned_table *table, int column)
{
    for (size_t i = 0; i < table->source->index_count; i++) {
        const struct source_index *index = &table->source->indexes[i];
        for (size_t k = 0; k < index->part_count; k++)
            if (index->parts[k].column == column && index->kind == INDEX_PLAIN)
                return true;
    }
    return false;
}

void note_lookups(struct planner *p, const struct planned_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (!is_loose(table, (int)i) || !is_looked_up(table, (int)i) ||
            is_in_unique_key(table, (int)i) || table->columns[i].compare != COMPARE_UNSET)
            continue;
        struct finding *finding = add_finding(
            p, SEVERITY_CHANGES, 0,
            object_name(p, table->source->name, table->source->columns[i].name),
            arena_format(p->arena,
                         "is indexed, and found by its bytes in PostgreSQL; MySQL took strings for "
                         "equal that differ (" STR_FMT ")",
                         STR_ARG(table->source->columns[i].type.collation)));
        finding->fix = compare_choices(p, table, (int)i);
    }
}

/* lower("email"), lower(left("email", 10)); other parts as they are. */
static bool fold_part(struct planner *p, const struct planned_table *table,
                      const struct source_index_part *source, struct target_index_part *part)
{
    if (source->column < 0 || table->columns[source->column].compare != COMPARE_LOWER)
        return false;
    struct str what =
        part->expression_sql.len > 0 ? part->expression_sql : quoted_ident(p->arena, part->column);
    part->expression_sql = arena_format(p->arena, "lower(" STR_FMT ")", STR_ARG(what));
    part->column = STR_NULL;
    return true;
}

void add_lower_indexes(struct planner *p, struct planned_table *table)
{
    size_t count = table->index_count;

    for (size_t i = 0; i < count; i++) {
        const struct planned_index *planned = &table->indexes[i];
        const struct source_index *source = planned->source;
        if (!planned->translated || source == NULL ||
            (source->kind != INDEX_PRIMARY && source->kind != INDEX_UNIQUE &&
             source->kind != INDEX_PLAIN))
            continue;
        struct target_index folded = planned->target;
        bool any = false;
        folded.parts = ARENA_ARRAY(p->arena, folded.part_count + 1, struct target_index_part);
        for (size_t k = 0; k < folded.part_count; k++) {
            folded.parts[k] = planned->target.parts[k];
            any = fold_part(p, table, &source->parts[k], &folded.parts[k]) || any;
        }
        if (!any)
            continue;
        if (folded.kind == TARGET_INDEX_PRIMARY)
            folded.kind = TARGET_INDEX_UNIQUE;
        folded.name = arena_format(
            p->arena, STR_FMT "_lower",
            STR_ARG(source->kind == INDEX_PRIMARY ? table->source->name : source->name));
        table->indexes[table->index_count++] =
            (struct planned_index){.beside = source, .target = folded, .translated = true};
    }
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static enum reference_match match_of(const struct planned_table *table, int column)
{
    const struct source_type *source = &table->source->columns[column].type;
    const struct target_type *target = target_type_of(table, column);

    if (!source_is_text(source))
        return MATCH_VALUE;
    if (target->kind == TARGET_UUID || table->columns[column].compare == COMPARE_CITEXT)
        return MATCH_FOLDED;
    if (table->columns[column].compare == COMPARE_ICU)
        return is_padded(source->collation) ? MATCH_NEAR : MATCH_VALUE;
    return text_equality_of(source) == EQUAL_BYTES ? MATCH_VALUE : MATCH_BYTES;
}

void settle_matches(struct planner *p, const struct planned_table *table,
                    struct planned_foreign_key *planned)
{
    const struct source_foreign_key *key = planned->source;

    planned->matches = ARENA_ARRAY(p->arena, key->column_count + 1, enum reference_match);
    for (size_t i = 0; i < key->column_count; i++)
        planned->matches[i] = match_of(table, key->columns[i]);
}
