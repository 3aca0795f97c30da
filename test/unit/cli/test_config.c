/* pgconverge.yaml: what is taken, and where each complaint points. */
#include "base/limits.h"
#include "cli/config.h"
#include "tap.h"

static void test_good(void)
{
    static const char text[] = "# comment\n"
                               "version: 1\n"
                               "databases:\n"
                               "  - name: app\n"
                               "    source: mysql://m@h/db\n"
                               "    target: \"postgres://l@p/db\"\n"
                               "    schema: public\n"
                               "    source_password_file: /run/secrets/s\n"
                               "    target_password_file: /run/secrets/t\n"
                               "jobs: 4\n"
                               "lock: true\n"
                               "tables: a*\n"
                               "exclude:\n"
                               "  - x\n"
                               "  - \"y,z\"\n"
                               "retry_for: 5m\n"
                               "max_quarantined: 12\n"
                               "values:\n"
                               "  zero_date: \"null\"\n"
                               "  nul_byte: quarantine\n"
                               "types:\n"
                               "  tinyint(1): boolean\n"
                               "  \"int unsigned\": numeric(12)\n"
                               "  ENUM: enum\n"
                               "columns:\n"
                               "  app.user.flags: { type: boolean }\n"
                               "  other.user.flags: { type: \"varchar(40)\" }\n"
                               "  \"*.is_deleted\": { type: boolean }\n"
                               "  app.short: { type: text }\n"
                               "  a.b: { nullable: true, compare: icu, too_long: replace }\n";
    struct arena arena = ARENA_INIT(MIB, "test");
    struct config config;

    ok_call(config_parse(str_of(text), "c.yaml", &arena, &config), "a whole file");
    is_str(config.database_name, STR("app"), "the entry's name");
    is_number(config.setting_count, 11, "settings");
    is_number(config.rule_count, 5, "rules");
    is_number(config.type_rule_count, 3, "rules for types");
    is_str(config.type_rules[1].source, STR("int unsigned"), "a source type");
    is_number(config.type_rules[1].type.precision, 12, "and what it becomes");
    is_number(config.type_rules[2].type.kind, TARGET_ENUM, "an enum");
    is_str(config.rules[0].pattern, STR("user.flags"), "the entry's name is taken off");
    is_str(config.rules[1].pattern, STR("other.user.flags"), "another database's stays");
    is_number(config.rules[1].type.kind, TARGET_VARCHAR, "varchar(40)");
    is_number(config.rules[1].type.length, 40, "its length");
    is_str(config.rules[2].pattern, STR("*.is_deleted"), "a pattern");
    is_str(config.rules[3].pattern, STR("app.short"), "a table that is called as the entry");
    is_number(config.settings[8].value_count, 2, "a list of two");
    is_str(config.settings[8].values[1], STR("y,z"), "whose comma is a comma");
    is_number(config.settings[8].line, 14, "the list's line");
    is_number(config.policies.of[CLASS_ZERO_DATE], POLICY_NULL, "null in quotes is a policy");
    is_number(config.policies.of[CLASS_NUL_BYTE], POLICY_QUARANTINE, "quarantine");
    is_number(config.policies.of[CLASS_ORPHAN], POLICY_UNSET, "nothing is said of orphans");
    ok(config.rules[4].nullable && !config.rules[4].has_type, "a rule without a type");
    is_number(config.rules[4].compare, COMPARE_ICU, "its comparison");
    is_number(config.rules[4].policies.of[CLASS_TOO_LONG], POLICY_REPLACE, "its policy");
    arena_free(&arena);

    ok_call(config_parse(STR("version: 1"), "c.yaml", &arena, &config), "the shortest file");
    arena_free(&arena);
    ok_call(config_parse(STR("\xef\xbb\xbf---\nversion: \"1\"\n...\n"), "c.yaml", &arena, &config),
            "with a byte order mark and document marks");
    arena_free(&arena);
}

static const struct {
    const char *text, *said, *fix;
} bad[] = {
    {"", "c.yaml:1:1: the file is empty", "version: 1"},
    {"# nothing\n", "c.yaml:2:1: the file is empty", ""},
    {"jobs: 4\n", "c.yaml:1:1: the key \"version\" is missing", ""},
    {"version: 2\n", "c.yaml:1:10: version \"2\"", "version: 1"},
    {"version: 1\nversion: 1\n", "c.yaml:2:1: the key \"version\" stands twice", ""},
    {"- version\n", "c.yaml:1:1: a configuration is a mapping", ""},
    {"version: 1\njbos: 4\n", "c.yaml:2:1: unknown key \"jbos\", did you mean \"jobs\"?", "jobs"},
    {"version: 1\npresets:\n  - kratos\n", "c.yaml:2:1: unknown key \"presets\"", "jobs"},
    {"version: 1\nmax_quarantine: 0\n",
     "c.yaml:2:1: unknown key \"max_quarantine\", did you mean \"max_quarantined\"?", ""},
    {"version: 1\nsource: mysql://m@h/d\n", "c.yaml:2:1: unknown key \"source\"", ""},
    {"version: 1\njobs: 4\njobs: 5\n", "c.yaml:3:1: the key \"jobs\" stands twice", ""},
    {"version: 1\njobs:\n", "jobs has no value", ""},
    {"version: 1\nowner: ~\n", "c.yaml:2:8: owner has no value", ""},
    {"version: 1\nowner: \"\"\n", "c.yaml:2:8: owner has no value", ""},
    {"version: 1\nowner: \"a\\0b\"\n", "c.yaml:2:8: owner holds a NUL", ""},
    {"version: 1\njobs: [1]\n", "c.yaml:2:7: jobs must be one value", ""},
    {"version: 1\ntables: []\n", "c.yaml:2:10: tables is an empty list", ""},
    {"version: 1\ntables: [[a]]\n", "c.yaml:2:10: tables must be one value", ""},
    {"version: 1\ntables: {a: b}\n", "c.yaml:2:9: tables must be one value", ""},
    {"version: 1\n? [a, b]\n: c\n", "c.yaml:2:3: a key must be one value", ""},
    {"version: 1\ndatabases: app\n", "c.yaml:2:12: databases is a list", ""},
    {"version: 1\ndatabases: []\n", "databases has no entry", ""},
    {"version: 1\ndatabases:\n  - app\n", "c.yaml:3:5: an entry of databases is a mapping", ""},
    {"version: 1\ndatabases:\n  - name: a\n  - name: b\n",
     "c.yaml:4:5: several databases in one run are not supported by this version", "own file"},
    {"version: 1\ndatabases:\n  - name: a\n    preset: alkemio\n",
     "c.yaml:4:5: unknown key \"preset\"", "source"},
    {"version: 1\ndatabases:\n  - name: a\n    sorce: x\n",
     "c.yaml:4:5: unknown key \"sorce\", did you mean \"source\"?", ""},
    {"version: 1\ndatabases:\n  - name: a\n    name: b\n", "c.yaml:4:5: the key \"name\"", ""},
    {"version: 1\ndatabases:\n  - name: a.b\n", "c.yaml:3:11: name takes letters", ""},
    {"version: 1\ndatabases:\n  - source: a\n    source: b\n", "c.yaml:4:5: the key \"source\"",
     ""},
    {"version: 1\ntypes: [a]\n", "c.yaml:2:8: types is a mapping", ""},
    {"version: 1\ntypes: { tinyitn: boolean }\n", "c.yaml:2:10: \"tinyitn\" is no type of MySQL",
     "SHOW CREATE TABLE"},
    {"version: 1\ntypes: { \"(1)\": boolean }\n", "is no type of MySQL", ""},
    {"version: 1\ntypes: { int: money }\n", "c.yaml:2:15: \"money\" is not a type", "geometry"},
    {"version: 1\ntypes: { int: }\n", "type has no value", ""},
    {"version: 1\ntypes: { int: text, INT: text }\n", "c.yaml:2:21: the type \"INT\" stands twice",
     ""},
    {"version: 1\ntypes: { int: { type: text } }\n", "type must be one value", ""},
    {"version: 1\ntypes: {}\ntypes: {}\n", "c.yaml:3:1: the key \"types\" stands twice", ""},
    {"version: 1\ncolumns: [a]\n", "c.yaml:2:10: columns is a mapping", ""},
    {"version: 1\ncolumns:\n  flags: { type: text }\n", "c.yaml:3:3: \"flags\" is not of the form",
     ""},
    {"version: 1\ncolumns:\n  t.: { type: text }\n", "c.yaml:3:3: \"t.\" is not of the form", ""},
    {"version: 1\ncolumns:\n  t.c: text\n", "c.yaml:3:8: a rule is a mapping", ""},
    {"version: 1\ncolumns:\n  t.c: {}\n", "c.yaml:3:8: the rule says nothing", ""},
    {"version: 1\ncolumns:\n  t.c: { type: money }\n", "c.yaml:3:16: \"money\" is not a type",
     "varchar(n)"},
    {"version: 1\ncolumns:\n  t.c: { typ: text }\n",
     "c.yaml:3:10: unknown key \"typ\", did you mean \"type\"?", ""},
    {"version: 1\ncolumns:\n  t.c: { transform: latin1-to-base64 }\n",
     "c.yaml:3:10: unknown key \"transform\"", "type"},
    {"version: 1\ncolumns:\n  t.c: { type: text, type: text }\n", "c.yaml:3:22: the key \"type\"",
     ""},
    {"version: 1\ncolumns:\n  t.c: { type: text }\n  t.c: { type: text }\n",
     "c.yaml:4:3: the pattern \"t.c\" stands twice", ""},
    {"version: 1\ncolumns:\n  *.c: { type: text }\n", "c.yaml:3:", ""},
    {"version: 1\nvalues: refuse\n", "c.yaml:2:9: values is a mapping", ""},
    {"version: 1\nvalues: {}\nvalues: {}\n", "c.yaml:3:1: the key \"values\" stands twice", ""},
    {"version: 1\nvalues: { zero_dates: refuse }\n",
     "c.yaml:2:11: unknown key \"zero_dates\", did you mean \"zero_date\"?", ""},
    {"version: 1\nvalues: { zero_date: null }\n", "c.yaml:2:22: zero_date has no value",
     "write zero_date: \"null\""},
    {"version: 1\nvalues: { zero_date: }\n", "c.yaml:2:22: zero_date has no value", ""},
    {"version: 1\nvalues: { zero_date: strip }\n", "c.yaml:2:22: zero_date cannot be \"strip\"",
     "zero_date takes refuse (stops the run), null (becomes NULL), replace (becomes -infinity) or "
     "quarantine (the row is set aside)"},
    {"version: 1\nvalues: { orphan: unset }\n", "c.yaml:2:19: orphan cannot be \"unset\"", "null"},
    {"version: 1\nvalues: { orphan: refuse, orphan: refuse }\n",
     "c.yaml:2:27: the key \"orphan\" stands twice", ""},
    {"version: 1\ncolumns:\n  t.c: { bad_uuid: replace }\n",
     "c.yaml:3:20: bad_uuid cannot be \"replace\"", "quarantine"},
    {"version: 1\ncolumns:\n  t.c: { nullable: false }\n", "c.yaml:3:20: nullable takes true",
     "leave it out"},
    {"version: 1\ncolumns:\n  t.c: { nullable: yes, nullable: yes }\n",
     "c.yaml:3:25: the key \"nullable\"", ""},
    {"version: 1\ncolumns:\n  t.c: { compare: loose }\n",
     "c.yaml:3:19: compare cannot be \"loose\"", "exact, lower, icu or citext"},
    {"version: 1\ncolumns:\n  t.c: { bad_uid: refuse }\n",
     "c.yaml:3:10: unknown key \"bad_uid\", did you mean \"bad_uuid\"?", ""},
    {"version: &a 1\n", "c.yaml:1:10: anchors and aliases", ""},
    {"version: 1\nowner: *a\n", "c.yaml:2:8: anchors and aliases", ""},
    {"version: !!int 1\n", "c.yaml:1:10: tags", ""},
    {"version: 1\ntables: [a\n", "c.yaml:3:1: ", ""},
    {"version: 1\n\tjobs: 1\n", "c.yaml:2:1: ", ""},
    {"version: 1\n---\nversion: 1\n", "c.yaml:2:1: a second document", ""},
    {"version: 1\nowner: \xff\xfe\n", "c.yaml", ""},
    {"version: 1\nowner: a\x01\n", "c.yaml", ""},
};

static void test_bad(void)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct arena arena = ARENA_INIT(MIB, "test");
        struct config config;
        struct error *error = config_parse(str_of(bad[i].text), "c.yaml", &arena, &config);

        ok(error != NULL && error->id == PGC_CONFIG, "refused: %zu", i);
        if (error != NULL) {
            ok(strstr(error->text, bad[i].said) != NULL, "  %s", error->text);
            ok(strstr(error->fix != NULL ? error->fix : "", bad[i].fix) != NULL, "  fix: %s",
               error->fix != NULL ? error->fix : "-");
        } else {
            printf("# %s\n", bad[i].said);
        }
        error_free(error);
        arena_free(&arena);
    }
}

/* Much of everything: it must end soon, and small. */
static void test_hostile(void)
{
    struct arena arena = ARENA_INIT(16 * MIB, "test");
    CLEANUP(buf_free) struct buf text = BUF_INIT(2 * MIB, "text");
    struct config config;

    buf_add_c(&text, "version: 1\ntables: ");
    for (size_t i = 0; i < 200000; i++)
        buf_add_char(&text, '[');
    fails_with(config_parse(buf_str(&text), "c.yaml", &arena, &config), PGC_CONFIG,
               "two hundred thousand brackets");

    buf_reset(&text, 0);
    buf_add_c(&text, "version: 1\nowner: ");
    for (size_t i = 0; i < LIMIT_CONFIG_FILE; i++)
        buf_add_char(&text, 'a');
    fails_with(config_parse(buf_str(&text), "c.yaml", &arena, &config), PGC_CONFIG,
               "more than the limit");

    buf_reset(&text, 0);
    buf_add_c(&text, "version: 1\n");
    for (size_t i = 0; i < 300; i++)
        buf_add_c(&text, "k");
    buf_add_c(&text, ": 1\n");
    fails_with(config_parse(buf_str(&text), "c.yaml", &arena, &config), PGC_CONFIG, "a long key");
    arena_free(&arena);
}

int main(void)
{
    test_good();
    test_bad();
    test_hostile();
    return done_testing();
}
