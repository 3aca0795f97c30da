/* sink/structure_names: a schema's name in texts of PostgreSQL, and nothing else of them. */
#include "base/limits.h"
#include "sink/structure_names.h"
#include "tap.h"

int main(void)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    const struct schema_rename plain = {STR("old"), STR("new")};
    const struct schema_rename quoted = {STR("\"o'l\"\"d\""), STR("public")};
    static const struct {
        const char *sql, *wanted;
    } cases[] = {
        {"", ""},
        {"old.f(x)", "new.f(x)"},
        {"lower(old)", "lower(old)"},
        {"old", "old"},
        {"\"old\".t", "\"old\".t"},
        {"\"Old\".t", "\"Old\".t"},
        {"x.old.y", "x.old.y"},
        {"older.f(old.g(bold.h))", "older.f(new.g(bold.h))"},
        {"'old.f'::text", "'old.f'::text"},
        {"nextval('old.seq'::regclass)", "nextval('new.seq'::regclass)"},
        {"nextval('older.seq'::regclass)", "nextval('older.seq'::regclass)"},
        {"'it''s old.f' || old.g()", "'it''s old.f' || new.g()"},
        {"E'\\\\'' old.x' || old.g()", "E'\\\\'' old.x' || new.g()"},
        {"\"a\"\"old.\" = 'x'::old.mood", "\"a\"\"old.\" = 'x'::new.mood"},
        {"FUNCTION old.f() AS $function$ old.x $$ $function$ old.y",
         "FUNCTION new.f() AS $function$ old.x $$ $function$ new.y"},
        {"$1 = old.a", "$1 = new.a"},
        {"AS $x$ never closed old.a", "AS $x$ never closed old.a"},
        {"'never closed old.a", "'never closed old.a"},
        {"(old.a)", "(new.a)"},
        {"old.", "new."},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        is_str(structure_rename(&plain, str_of(cases[i].sql), &arena), str_of(cases[i].wanted),
               "%s", cases[i].sql);
    is_str(structure_rename(&quoted, STR("\"o'l\"\"d\".f('\"o''l\"\"d\".s'::regclass)"), &arena),
           STR("public.f('public.s'::regclass)"), "a name with quotes of both kinds");
    is_str(structure_rename(&quoted, STR("f('\"o''l\"\"d\".s'::regclass)"), &arena),
           STR("f('public.s'::regclass)"), "in a literal alone");
    ok(structure_rename(&plain, STR_NULL, &arena).ptr == NULL, "what is not there stays away");
    struct str same = STR("nothing of it");
    ok(structure_rename(&plain, same, &arena).ptr == same.ptr, "nothing to change: no copy");
    arena_free(&arena);
    return done_testing();
}
