/* The JSON check: lists of what is and is not, and a slow recursive reader beside random texts. */
#include "convert/json.h"
#include "one_value.h"

static struct json_stack stack;

static const char *check(struct str text, bool for_jsonb)
{
    size_t bad_at = 0;
    const char *wrong = json_check(text, for_jsonb, &stack, &bad_at);
    if (bad_at > text.len)
        return "position out of range";
    return wrong;
}

static const char *const good[] = {
    "{}",
    "[]",
    "0",
    "-0",
    "-0.0",
    "1e400",
    "1E+5",
    "1.5e-7",
    "\"\"",
    "true",
    "false",
    "null",
    " \t\r\n[ 1 , \"a\" , { \"b\" : [ ] , \"\" : { } } ] \n",
    "[[[[]]],[]]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
    "{\"a\":1,\"a\":2}",
    "\"0123456789 long enough for words \xc3\xa9\xf0\x9f\x98\x80\x7f\"",
    "123456789012345678901234567890.123456789012345678901234567890",
};
static const char *const bad[] = {
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "tru",
    "[",
    "]",
    "{",
    "}",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{1:2}",
    "{\"a\" 1}",
    "{,}",
    "{]",
    "[}",
    "[1}",
    "{\"a\":1]",
    "01",
    "-",
    "-01",
    "1.",
    ".5",
    "+1",
    "1e",
    "1e+",
    "1.e5",
    "0x1",
    "\"",
    "\"abc",
    "\"\\\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\n\"",
    "\"12345678\t\"",
    "'a'",
    "1 2",
    "[] []",
    "{} x",
    "NaN",
    "Infinity",
    "-Infinity",
    "[1]]",
    "\"a\"\"b\"",
    "// c\n1",
    "1,",
    "\v1",
    "\357\273\2771",
};
static const char *const only_json[] = {
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83dx\"",
    "\"\\ud83d\\n\"",
    "\"\\ud83d\\ud83d\"",
    "\"\\ud83d\\udbff\"",
    "\"\\ud83d\\u0041\"",
    "1e131072",
    "1e200000",
    "1e-16384",
    "-10e131071",
    "1e99999999999999999999",
    "[1e-99999999999999999999]",
    "0e-20000",
    "{\"\\u0000\":1}",
};

static void test_lists(void)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        ok(check(str_of(good[i]), false) == NULL, "json: good text %zu", i);
        ok(check(str_of(good[i]), true) == NULL, "jsonb: good text %zu", i);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ok(check(str_of(bad[i]), false) != NULL && check(str_of(bad[i]), true) != NULL,
           "neither: bad text %zu", i);
    for (size_t i = 0; i < COUNT_OF(only_json); i++)
        ok(check(str_of(only_json[i]), false) == NULL && check(str_of(only_json[i]), true) != NULL,
           "json alone: %s", only_json[i]);
    ok(check(STR("1e131071"), true) == NULL, "the largest power of ten");
    ok(check(STR("0.01e131073"), true) == NULL, "the same, written otherwise");
    ok(check(STR("1e-16383"), true) == NULL, "the finest fraction");
    ok(check(STR("0e131072"), true) == NULL, "zero of a large exponent");
}

static void test_depth(void)
{
    static char text[2 * JSON_LIMIT_DEPTH + 10];

    for (int object = 0; object < 2; object++)
        for (size_t depth = JSON_LIMIT_DEPTH; depth <= JSON_LIMIT_DEPTH + 1; depth++) {
            CLEANUP(buf_free) struct buf nested = BUF_INIT(1 << 20, "test");
            for (size_t i = 0; i < depth; i++)
                buf_add_c(&nested, object && i > 0 ? "{\"\":" : "[");
            buf_add_c(&nested, "1");
            for (size_t i = depth; i > 0; i--)
                buf_add_c(&nested, object && i > 1 ? "}" : "]");
            const char *wrong = check(buf_str(&nested), true);
            ok((wrong == NULL) == (depth == JSON_LIMIT_DEPTH), "depth %zu: %s", depth,
               wrong == NULL ? "read" : wrong);
        }
    memset(text, '[', sizeof text);
    ok(check((struct str){text, sizeof text}, false) != NULL, "brackets without end");
}

/* ---- the other reader ------------------------------------------------------------------------ */

static const char *slow_value(const char *at, bool jsonb);

static const char *slow_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static int slow_hex(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
        if (found == NULL)
            return -1;
        value = value * 16 + (int)(found - digits) % 16;
    }
    return value;
}

static const char *slow_string(const char *at, bool jsonb)
{
    if (*at++ != '"')
        return NULL;
    for (;; at++) {
        if (*at == '"')
            return at + 1;
        if ((unsigned char)*at < ' ')
            return NULL;
        if (*at != '\\')
            continue;
        at++;
        if (*at == '\0' || strchr("\"\\/bfnrtu", *at) == NULL)
            return NULL;
        if (*at != 'u')
            continue;
        int unit = slow_hex(at + 1);
        if (unit < 0 || (jsonb && (unit == 0 || unit >> 10 == 0x37)))
            return NULL;
        at += 4;
        if (jsonb && unit >> 10 == 0x36) {
            int low = at[1] == '\\' && at[2] == 'u' ? slow_hex(at + 3) : -1;
            if (low < 0 || low >> 10 != 0x37)
                return NULL;
            at += 6;
        }
    }
}

static const char *slow_number(const char *at)
{
    size_t digits;
    if (*at == '-')
        at++;
    digits = strspn(at, "0123456789");
    if (digits == 0 || (digits > 1 && *at == '0'))
        return NULL;
    at += digits;
    if (*at == '.') {
        digits = strspn(++at, "0123456789");
        if (digits == 0)
            return NULL;
        at += digits;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '-' || *at == '+';
        digits = strspn(at, "0123456789");
        if (digits == 0)
            return NULL;
        at += digits;
    }
    return at;
}

static const char *slow_members(const char *at, bool object, bool jsonb)
{
    at = slow_space(at + 1);
    if (*at == (object ? '}' : ']'))
        return at + 1;
    for (;;) {
        if (object) {
            at = slow_string(slow_space(at), jsonb);
            if (at == NULL || *(at = slow_space(at)) != ':')
                return NULL;
            at++;
        }
        at = slow_value(at, jsonb);
        if (at == NULL)
            return NULL;
        at = slow_space(at);
        if (*at == (object ? '}' : ']'))
            return at + 1;
        if (*at++ != ',')
            return NULL;
    }
}

static const char *slow_value(const char *at, bool jsonb)
{
    at = slow_space(at);
    if (*at == '{' || *at == '[')
        return slow_members(at, *at == '{', jsonb);
    if (*at == '"')
        return slow_string(at, jsonb);
    if (strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0)
        return at + 4;
    if (strncmp(at, "false", 5) == 0)
        return at + 5;
    return slow_number(at);
}

static bool slow_check(const char *text, bool jsonb)
{
    const char *end = slow_value(text, jsonb);
    return end != NULL && *slow_space(end) == '\0';
}

static uint64_t random_state = 0x853c49e6748fea9bu;
static unsigned random_below(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % n;
}

static void test_random(void)
{
    static const char *const piece[] = {
        "{",       "}",       "[",      "]",     ",",         ":",           "\"a\"",
        "\"",      "1",       "-",      "0",     ".5",        "e3",          "true",
        "null",    "false",   " ",      "\n",    "\\u0041",   "\\n",         "\\ud83d\\ude00",
        "\\ud83d", "\\u0000", "\"k\":", "[1,2]", "{\"a\":1}", "abcdefghijk", "\t"};
    size_t wrong = 0, taken = 0;

    for (int i = 0; i < 300000; i++) {
        char text[300] = "";
        size_t len = 0;
        bool quoted = random_below(3) == 0;
        if (quoted)
            text[len++] = '"';
        for (unsigned n = random_below(12); n > 0; n--) {
            const char *next = piece[random_below(COUNT_OF(piece))];
            memcpy(text + len, next, strlen(next) + 1);
            len += strlen(next);
        }
        if (quoted)
            text[len++] = '"';
        text[len] = '\0';
        for (int jsonb = 0; jsonb < 2; jsonb++) {
            bool slow = slow_check(text, jsonb != 0);
            bool fast = check((struct str){text, len}, jsonb != 0) == NULL;
            if (slow != fast && wrong++ < 5)
                printf("# %s: %d, the slow reader says %d\n", text, fast, slow);
            taken += fast;
        }
    }
    is_number(wrong, 0, "300000 random texts");
    ok(taken > 1000, "%zu of them were JSON", taken);
}

static void test_columns(void)
{
    struct source_type json = {.kind = SOURCE_JSON}, text = {.kind = SOURCE_TEXT};

    becomes(json, "json", NULL, BYTES_CELL("{\"a\": 1}"), "7b2261223a20317d");
    becomes(json, "jsonb", NULL, BYTES_CELL("{\"a\": 1}"), "017b2261223a20317d");
    becomes(json, "jsonb", &one_utf8, BYTES_CELL("[\"\xc3\xa9\"]"), "015b22c3a9225d");
    becomes(text, "jsonb", one_latin1(), BYTES_CELL("[\"\351\"]"), "015b22c3a9225d");
    becomes(json, "text", NULL, BYTES_CELL("{}"), "7b7d");
    becomes(json, "json", NULL, BYTES_CELL("\"\\u0000\""), "225c753030303022");
    refused(json, "jsonb", NULL, BYTES_CELL("\"\\u0000\""), PGC_VALUE_BAD_JSON,
            "byte 4 of 8: jsonb");
    refused(json, "jsonb", NULL, BYTES_CELL("[1,]"), PGC_VALUE_BAD_JSON, "byte 4 of 4");
    refused(json, "json", NULL, BYTES_CELL(""), PGC_VALUE_BAD_JSON, "of 0");
    refused(json, "json", NULL, BYTES_CELL("\"\377\""), PGC_VALUE_INVALID_TEXT, "byte 2 of 3");
    refused(json, "json", NULL, BYTES_CELL("[]\0"), PGC_VALUE_NUL, "byte 3 of 3");
}

int main(void)
{
    test_lists();
    test_depth();
    test_random();
    test_columns();
    return done_testing();
}
