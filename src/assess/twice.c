/* What text looks like: nothing here changes what a migration does. */
#include "assess/internal.h"

#include "base/text.h"

/* The characters of MySQL's latin1 in 0x80 … 0x9f; its five gaps are the control characters. */
static const uint16_t cp1252[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                    0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                    0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                    0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

/* The byte that the character has in latin1; -1 when it has none. */
static int latin1_byte(uint32_t character)
{
    if (character < 0x80 || (character >= 0xa0 && character <= 0xff))
        return (int)character;
    for (int i = 0; i < 32; i++)
        if (cp1252[i] == character)
            return 0x80 + i;
    return -1;
}

/* How many bytes of `s` from `at` are characters that are the bytes of one of UTF-8; 0: none. */
static size_t one_character(struct str s, size_t at)
{
    char bytes[4];
    size_t wanted = 1, from = at;

    for (size_t i = 0; i < wanted; i++) {
        size_t len = 0;
        int byte = from < s.len ? latin1_byte(text_decode(s, from, &len)) : -1;
        if (byte < 0)
            return 0;
        if (i == 0)
            wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
        if (wanted == 0)
            return 0;
        bytes[i] = (char)byte;
        from += len;
    }
    size_t len;
    uint32_t inner = text_decode((struct str){.ptr = bytes, .len = wanted}, 0, &len);
    return inner != TEXT_INVALID && len == wanted ? from - at : 0;
}

bool text_twice_encoded(struct str text)
{
    bool found = false;

    for (size_t at = 0; at < text.len;) {
        if ((unsigned char)text.ptr[at] < 0x80) {
            at++;
            continue;
        }
        size_t len = one_character(text, at);
        if (len == 0)
            return false;
        found = true;
        at += len;
    }
    return found;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool text_is_uuid(struct str text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text.ptr[i] != '-' : !is_hex(text.ptr[i]))
            return false;
    }
    return true;
}
