#include "base/limits.h"
#include "base/text.h"
#include "tap.h"

static uint32_t decode(const char *bytes, size_t len, size_t *ret_len)
{
    return text_decode((struct str){bytes, len}, 0, ret_len);
}

/* Encodes as UTF-8 would, surrogates and too large numbers included. */
static size_t encode(uint32_t code_point, char ret_bytes[4])
{
    if (code_point < 0x80) {
        ret_bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        ret_bytes[0] = (char)(0xc0 | code_point >> 6);
        ret_bytes[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        ret_bytes[0] = (char)(0xe0 | code_point >> 12);
        ret_bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        ret_bytes[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    ret_bytes[0] = (char)(0xf0 | code_point >> 18);
    ret_bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    ret_bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    ret_bytes[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

static void test_decode(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"\x80", 1},
        {"\xc0\x80", 2},
        {"\xc1\xbf", 2},
        {"\xe0\x9f\xbf", 3},
        {"\xf0\x8f\xbf\xbf", 4},
        {"\xf5\x80\x80\x80", 4},
        {"\xff", 1},
        {"\xe2\x82", 2},
        {"\xe2\x28\xa1", 3},
        {"\xf4\x90\x80\x80", 4},
    };
    int wrong = 0;
    size_t len;

    for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
        bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
        char bytes[4];
        size_t size = encode(code_point, bytes);
        uint32_t got = decode(bytes, size, &len);

        wrong += surrogate ? got != TEXT_INVALID || len != 1 : got != code_point || len != size;
        if (size > 1)
            wrong += decode(bytes, size - 1, &len) != TEXT_INVALID || len != 1;
    }
    is_number(wrong, 0, "every code point is decoded, no surrogate is");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ok(decode(bad[i].bytes, bad[i].len, &len) == TEXT_INVALID && len == 1,
           "malformed sequence %zu is refused", i);
}

static void prints(struct str s, const char *printable, size_t width, const char *json)
{
    struct buf buf = BUF_INIT(KIB, "test");

    text_add_printable(&buf, s);
    is_text(buf_c_str(&buf), printable, "printable: %s", printable);
    is_number(text_width(s), width, "%zu columns wide", width);
    buf_reset(&buf, KIB);
    text_add_json(&buf, s);
    is_text(buf_c_str(&buf), json, "JSON: %s", json);
    buf_free(&buf);
}

static void test_print(void)
{
    prints(STR("plain ä€😀"), "plain ä€😀", 10, "\"plain ä€😀\"");
    prints(STR(""), "", 0, "\"\"");
    prints(STR("\033[31mred"), "\\x1b[31mred", 11, "\"\\u001b[31mred\"");
    prints(STR("a\nb\tc\rd\be"), "a\\nb\\tc\\rd\\x08e", 15, "\"a\\nb\\tc\\u000dd\\u0008e\"");
    prints((struct str){"a\0b", 3}, "a\\x00b", 6, "\"a\\u0000b\"");
    prints(STR("\xc2\x9b"
               "31m"),
           "\\u{9B}31m", 9, "\"\\u009b31m\"");
    prints(STR("x\xe2\x80\xaey"), "x\\u{202E}y", 10, "\"x\\u202ey\"");
    prints(STR("\xff\xfe"), "\\xff\\xfe", 8, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    prints(STR("\xf3\xa0\x80\xa1"), "\\u{E0021}", 9, "\"\\udb40\\udc21\"");
    prints(STR("q\"b\\"), "q\"b\\", 4, "\"q\\\"b\\\\\"");
    prints(STR("漢字e\xcc\x81"), "漢字e\xcc\x81", 5, "\"漢字e\xcc\x81\"");
}

static void test_cut(void)
{
    is_str(text_cut(STR("abc"), 3), STR("abc"), "short enough");
    is_str(text_cut(STR("abc"), 2), STR("ab"), "cut");
    is_str(text_cut(STR("a€"), 3), STR("a"), "not within a character");
    is_str(text_cut(STR("a😀b"), 5), STR("a😀"), "behind one");
    is_str(text_cut(STR("😀"), 3), STR(""), "not even the first");
    is_str(text_cut(STR("abc"), 0), STR(""), "to nothing");
    is_number(text_cut(STR("\x80\x80\x80\x80\x80\x80\x80\x80"), 6).len, 3,
              "at most three bytes back");
}

int main(void)
{
    test_decode();
    test_print();
    test_cut();
    return done_testing();
}
