/* The table of doc/types.md against convert_supports(): every type, every target, both ways. */
#include <stdlib.h>

#include "convert/convert.h"
#include "tap.h"

static const struct {
    const char *name;
    struct source_type type;
} sources[] = {
    {"tinyint", {.kind = SOURCE_TINYINT}},
    {"tinyint unsigned", {.kind = SOURCE_TINYINT, .is_unsigned = true}},
    {"smallint", {.kind = SOURCE_SMALLINT}},
    {"smallint unsigned", {.kind = SOURCE_SMALLINT, .is_unsigned = true}},
    {"mediumint", {.kind = SOURCE_MEDIUMINT}},
    {"mediumint unsigned", {.kind = SOURCE_MEDIUMINT, .is_unsigned = true}},
    {"int", {.kind = SOURCE_INT}},
    {"int unsigned", {.kind = SOURCE_INT, .is_unsigned = true}},
    {"bigint", {.kind = SOURCE_BIGINT}},
    {"bigint unsigned", {.kind = SOURCE_BIGINT, .is_unsigned = true}},
    {"year", {.kind = SOURCE_YEAR}},
    {"decimal(p,s)", {.kind = SOURCE_DECIMAL, .precision = 10, .scale = 2}},
    {"float", {.kind = SOURCE_FLOAT}},
    {"double", {.kind = SOURCE_DOUBLE}},
    {"bit(1)", {.kind = SOURCE_BIT, .length = 1}},
    {"bit(n)", {.kind = SOURCE_BIT, .length = 10}},
    {"date", {.kind = SOURCE_DATE}},
    {"datetime(f)", {.kind = SOURCE_DATETIME}},
    {"timestamp(f)", {.kind = SOURCE_TIMESTAMP}},
    {"time(f)", {.kind = SOURCE_TIME}},
    {"char(n)", {.kind = SOURCE_CHAR, .length = 36}},
    {"varchar(n)", {.kind = SOURCE_VARCHAR, .length = 36}},
    {"tinytext", {.kind = SOURCE_TEXT, .max_bytes = 255}},
    {"text", {.kind = SOURCE_TEXT, .max_bytes = 65535}},
    {"mediumtext", {.kind = SOURCE_TEXT, .max_bytes = 0xffffff}},
    {"longtext", {.kind = SOURCE_TEXT, .max_bytes = UINT32_MAX}},
    {"binary(16)", {.kind = SOURCE_BINARY, .length = 16}},
    {"binary(n)", {.kind = SOURCE_BINARY, .length = 20}},
    {"varbinary(n)", {.kind = SOURCE_VARBINARY, .length = 20}},
    {"tinyblob", {.kind = SOURCE_BLOB, .max_bytes = 255}},
    {"blob", {.kind = SOURCE_BLOB, .max_bytes = 65535}},
    {"mediumblob", {.kind = SOURCE_BLOB, .max_bytes = 0xffffff}},
    {"longblob", {.kind = SOURCE_BLOB, .max_bytes = UINT32_MAX}},
    {"enum", {.kind = SOURCE_ENUM}},
    {"set", {.kind = SOURCE_SET}},
    {"json of MySQL", {.kind = SOURCE_JSON, .is_json_tree = true}},
    {"json of MariaDB", {.kind = SOURCE_JSON}},
    {"geometry", {.kind = SOURCE_GEOMETRY}},
    {"vector", {.kind = SOURCE_VECTOR, .length = 3}},
    {"uuid", {.kind = SOURCE_UUID}},
    {"inet4", {.kind = SOURCE_INET4}},
    {"inet6", {.kind = SOURCE_INET6}},
};

/* By target_kind: how the table writes it, a length in brackets left out. */
static const char *const targets[] = {
    "boolean",     "smallint", "integer",  "bigint", "numeric", "real",   "double precision",
    "bit",         "varchar",  "text",     "bytea",  "date",    "time",   "timestamp",
    "timestamptz", "interval", "uuid",     "json",   "jsonb",   "text[]", "real[]",
    "inet",        "enum",     "geometry", "vector",
};

/* The next `name` in backticks before `end`; moves *at behind it. */
static bool next_name(const char **at, const char *end, char name[64])
{
    const char *first = *at < end ? memchr(*at, '`', (size_t)(end - *at)) : NULL;
    const char *last = first != NULL ? memchr(first + 1, '`', (size_t)(end - first - 1)) : NULL;

    if (last == NULL || last - first > 60)
        return false;
    memcpy(name, first + 1, (size_t)(last - first - 1));
    name[last - first - 1] = '\0';
    *at = last + 1;
    return true;
}

static int target_of(char name[64])
{
    name[strcspn(name, "(")] = '\0';
    for (size_t i = 0; i < COUNT_OF(targets); i++)
        if (strcmp(name, targets[i]) == 0)
            return (int)i;
    return -1;
}

static uint32_t supported(const struct source_type *source)
{
    uint32_t kinds = 0;

    for (unsigned i = 0; i < COUNT_OF(targets); i++) {
        struct target_type target = {.kind = (enum target_kind)i};
        if (target.kind == TARGET_BIT)
            target.length = source->length;
        if (target.kind == TARGET_NUMERIC)
            target.precision = 20;
        if (convert_supports(source, &target))
            kinds |= 1u << i;
    }
    return kinds;
}

static void check_source(const char *name, uint32_t documented, int seen[])
{
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        if (strcmp(name, sources[i].name) != 0)
            continue;
        uint32_t differ = supported(&sources[i].type) ^ documented;
        ok(differ == 0 && seen[i]++ == 0, "%s, once and right", name);
        for (size_t kind = 0; kind < COUNT_OF(targets); kind++)
            if ((differ >> kind & 1) != 0)
                printf("# %s: %s the table alone\n", targets[kind],
                       (documented >> kind & 1) != 0 ? "in" : "not in");
        return;
    }
    ok(false, "%s is a type known to this test", name);
}

/* | sources | the default | others | refused | */
static void check_line(const char *line, int seen[])
{
    const char *second = strchr(line + 1, '|');
    const char *third = second != NULL ? strchr(second + 1, '|') : NULL;
    const char *fourth = third != NULL ? strchr(third + 1, '|') : NULL;
    char name[64];
    uint32_t documented = 0;
    size_t defaults = 0;

    if (!ok(fourth != NULL, "a row of four columns"))
        return;
    for (const char *at = second; next_name(&at, fourth, name);) {
        int kind = target_of(name);
        ok(kind >= 0 && (documented >> kind & 1) == 0, "target %s, once", name);
        documented |= kind >= 0 ? 1u << kind : 0;
        defaults += at < third;
    }
    is_number(defaults, 1, "one default");
    for (const char *at = line; next_name(&at, second, name);)
        check_source(name, documented, seen);
}

int main(void)
{
    FILE *doc = fopen(TYPES_DOC, "r");
    int seen[COUNT_OF(sources)] = {0};
    char line[2000];

    ok(doc != NULL, TYPES_DOC);
    while (doc != NULL && fgets(line, sizeof line, doc) != NULL)
        if (strncmp(line, "| `", 3) == 0)
            check_line(line, seen);
    for (size_t i = 0; i < COUNT_OF(sources); i++)
        ok(seen[i] == 1, "%s is in the table", sources[i].name);
    struct source_type other = {.kind = SOURCE_OTHER};
    is_number(supported(&other), 0, "an unknown type becomes nothing");
    if (doc != NULL)
        fclose(doc);
    return done_testing();
}
