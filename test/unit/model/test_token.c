#include "base/limits.h"
#include "model/token.h"
#include "tap.h"

static struct source_token token(const char *server, const char *gtid, const char *binlog,
                                 uint64_t lsn)
{
    return (struct source_token){str_of(server), str_of(gtid), str_of(binlog), lsn};
}

static void compares(struct source_token a, struct source_token b, enum token_verdict want,
                     const char *what)
{
    is_number(source_token_compare(&a, &b), want, "%s", what);
    is_number(source_token_compare(&b, &a), want, "%s, the other way", what);
}

static void test_compare(void)
{
    compares(token("s", "g:1", "b:1", 7), token("s", "g:1", "b:1", 7), TOKEN_SAME, "all equal");
    compares(token("s", "g:1", "b:1", 7), token("t", "g:1", "b:1", 7), TOKEN_OTHER_SERVER,
             "another server");
    compares(token("s", "g:1-2", "", 7), token("s", "g:1", "", 7), TOKEN_MOVED, "GTIDs differ");
    compares(token("s", "", "b:1", 7), token("s", "", "b:2", 7), TOKEN_MOVED, "positions differ");
    compares(token("s", "g:1", "b:1", 7), token("s", "g:1", "b:1", 8), TOKEN_LSN_MOVED,
             "a moved LSN is never the same: sql_log_bin=0 writes move nothing else");
    compares(token("s", "", "", 7), token("s", "", "", 7), TOKEN_SAME, "the LSN alone, equal");
    compares(token("s", "", "", 7), token("s", "", "", 8), TOKEN_LSN_MOVED, "the LSN alone, moved");
    compares(token("s", "g:1", "", 0), token("s", "g:1", "", 0), TOKEN_SAME, "GTIDs without LSN");
    compares(token("s", "", "b:1", 0), token("s", "", "b:1", 9), TOKEN_SAME,
             "positions, the LSN known once only");
    compares(token("s", "", "", 0), token("s", "", "", 0), TOKEN_UNKNOWN, "nothing at all");
    compares(token("s", "", "", 7), token("s", "", "", 0), TOKEN_UNKNOWN, "nothing on one side");
    compares(token("s", "g:1", "", 0), token("s", "", "b:1", 0), TOKEN_UNKNOWN,
             "parts that do not meet");
    compares(token("s", "g:1", "", 0), token("s", "", "", 0), TOKEN_UNKNOWN,
             "an empty part proves nothing");
    compares(token("s", "g:1", "", 5), token("s", "", "", 5), TOKEN_SAME,
             "an empty GTID set and an equal LSN");
}

static void round_trip(struct source_token before)
{
    struct arena arena = ARENA_INIT(MIB, "test");
    struct buf text = BUF_INIT(64 * KIB, "test");
    struct source_token after;

    source_token_print(&before, &text);
    is_number(str_find(buf_str(&text), '\n', 0), text.len, "one line: %s", buf_c_str(&text));
    ok(source_token_parse(buf_str(&text), &arena, &after) &&
           str_equal(before.server, after.server) && str_equal(before.gtid_set, after.gtid_set) &&
           str_equal(before.binlog, after.binlog) && before.lsn == after.lsn,
       "read back");
    buf_free(&text);
    arena_free(&arena);
}

static void test_parse(void)
{
    static const char *const bad[] = {"",         "s",         "s|g|b",    "s|g|b|",
                                      "s|g|b|x",  "a|b|c|1|x", "a|b|c|1|", "a|b|c|1|2|3",
                                      "s%|g|b|1", "s%4|||1",   "s%zz|||1", "s|||-1"};
    struct arena arena = ARENA_INIT(MIB, "test");
    struct source_token unchanged = {.lsn = 42};

    round_trip(token("8c5f-uuid", "8c5f:1-77", "binlog.000002:157", 12345678901234567U));
    round_trip(token("", "", "", 0));
    round_trip(token("host|with%bar", "a:1,\nb:2-3", "ö\x7f file:1", UINT64_MAX));
    round_trip((struct source_token){.server = {"a\0b", 3}});
    round_trip((struct source_token){.server = STR("s"), .lsn = 7, .time_s = 1795400000});
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ok(!source_token_parse(str_of(bad[i]), &arena, &unchanged) && unchanged.lsn == 42,
           "'%s' is no token", bad[i]);
    arena_free(&arena);
}

int main(void)
{
    test_compare();
    test_parse();
    return done_testing();
}
