#include "base/limits.h"
#include "base/map.h"
#include "tap.h"

int main(void)
{
    struct arena arena = ARENA_INIT(16 * MIB, "test");
    int numbers[2];
    bool found = true, refused = true;
    struct map map;

    map_init(&map, &arena);
    ok(map_get(&map, STR("a")) == NULL, "an empty map has nothing");
    ok(map_add(&map, STR("a"), &numbers[0]), "a new key");
    ok(!map_add(&map, STR("a"), &numbers[1]), "is not added twice");
    ok(map_get(&map, STR("a")) == &numbers[0], "the first value stays");
    ok(map_get(&map, STR("A")) == NULL, "another key");
    ok(map_add(&map, STR_NULL, &numbers[1]) && map_get(&map, STR("")) == &numbers[1],
       "the empty key is a key");
    ok(map_add(&map, (struct str){"a\0b", 3}, &numbers[1]) &&
           map_get(&map, (struct str){"a\0c", 3}) == NULL &&
           map_get(&map, (struct str){"a\0b", 3}) == &numbers[1],
       "keys may hold NULs");

    for (int i = 0; i < 20000; i++)
        map_add(&map, arena_format(&arena, "key %d", i), arena_alloc(&arena, 1));
    for (int i = 0; i < 20000; i++) {
        struct str key = arena_format(&arena, "key %d", i);

        found = found && map_get(&map, key) != NULL;
        refused = refused && !map_add(&map, key, &numbers[0]);
    }
    ok(found, "20000 keys are found");
    ok(refused, "and none is taken twice");
    is_number(map.count, 20003, "the count");
    ok(map_get(&map, STR("key 20000")) == NULL, "what was never added is not there");
    arena_free(&arena);
    return done_testing();
}
