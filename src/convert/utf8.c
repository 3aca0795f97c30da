#include "convert/utf8.h"

#include <string.h>

#include "base/attr.h"

static inline uint64_t load_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Inlined into the loop below, where the character itself is of no interest. */
static inline __attribute__((always_inline)) size_t read_one(const unsigned char *at, size_t left,
                                                             uint32_t *ret_character)
{
    unsigned char lead = left > 0 ? at[0] : 0x80;

    if (lead < 0x80) {
        *ret_character = lead;
        return 1;
    }
    if (lead < 0xe0) {
        if (lead < 0xc2 || left < 2 || !is_continuation(at[1]))
            return 0;
        *ret_character = (lead & 0x1fu) << 6 | (at[1] & 0x3fu);
        return 2;
    }
    if (lead < 0xf0) {
        if (left < 3 || !is_continuation(at[1]) || !is_continuation(at[2]))
            return 0;
        uint32_t character = (lead & 0xfu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
        if (character < 0x800 || !utf8_is_character(character))
            return 0;
        *ret_character = character;
        return 3;
    }
    if (lead > 0xf4 || left < 4 || !is_continuation(at[1]) || !is_continuation(at[2]) ||
        !is_continuation(at[3]))
        return 0;
    uint32_t character =
        (lead & 7u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
    if (character < 0x10000 || character > 0x10ffff)
        return 0;
    *ret_character = character;
    return 4;
}

size_t utf8_next(const unsigned char *at, size_t left, uint32_t *ret_character)
{
    return read_one(at, left, ret_character);
}

/* The first position at or after `at` of a byte that is not 0x01…0x7f, or `end`. */
static const unsigned char *skip_plain(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 32) {
        uint64_t odd = utf8_not_plain(load_word(at)) | utf8_not_plain(load_word(at + 8)) |
                       utf8_not_plain(load_word(at + 16)) | utf8_not_plain(load_word(at + 24));
        if (UNLIKELY(odd != 0))
            break;
        at += 32;
    }
    while (end - at >= 8 && utf8_not_plain(load_word(at)) == 0)
        at += 8;
    while (at < end && (unsigned char)(*at - 1) < 0x7f)
        at++;
    return at;
}

enum utf8_verdict utf8_check(const char *bytes, size_t len, size_t *ret_chars, size_t *ret_bad_at)
{
    const unsigned char *start = (const unsigned char *)bytes;
    const unsigned char *end = start + len;
    const unsigned char *at = start;
    size_t continuations = 0;

    for (;;) {
        at = skip_plain(at, end);
        if (LIKELY(at == end)) {
            *ret_chars = len - continuations;
            return UTF8_GOOD;
        }
        /* Text that is not ASCII mostly stays so for a while. */
        while (at < end && (*at >= 0x80 || *at == 0)) {
            uint32_t character;
            size_t size = read_one(at, (size_t)(end - at), &character);
            if (UNLIKELY(size <= 1)) {
                *ret_bad_at = (size_t)(at - start);
                return size == 0 ? UTF8_INVALID : UTF8_NUL;
            }
            continuations += size - 1;
            at += size;
        }
    }
}
