/*
 * Half-way between two keys. The answer only says where to look; the bound is a real key found
 * there, so a poor answer makes uneven chunks and never wrong ones.
 */
#include "source/split_internal.h"

#include <inttypes.h>

/* As many places behind the common beginning as are halved: 36^8 fits 64 bits. */
#define PLACES 8

static bool halve_integers(bool is_unsigned, struct str low, struct str high, struct arena *arena,
                           struct str *ret_probe)
{
    int64_t signed_low, signed_high;
    uint64_t a, b;

    if (is_unsigned) {
        if (!str_to_u64(low, &a) || !str_to_u64(high, &b))
            return false;
    } else {
        if (!str_to_i64(low, &signed_low) || !str_to_i64(high, &signed_high))
            return false;
        a = (uint64_t)signed_low;
        b = (uint64_t)signed_high;
    }
    /* Two's complement: the difference is right for both. */
    if (b - a < 2)
        return false;
    a += (b - a) / 2;
    *ret_probe = is_unsigned ? arena_format(arena, "%" PRIu64, a)
                             : arena_format(arena, "%" PRId64, (int64_t)a);
    return true;
}

/* The length of what both begin with. */
static size_t common_length(struct str a, struct str b)
{
    size_t len = 0;

    while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len])
        len++;
    return len;
}

static uint64_t bytes_at(struct str s, size_t at)
{
    uint64_t value = 0;

    for (size_t i = 0; i < PLACES; i++)
        value = value << 8 | (at + i < s.len ? (unsigned char)s.ptr[at + i] : 0U);
    return value;
}

static bool halve_bytes(struct str low, struct str high, struct arena *arena, struct str *ret_probe)
{
    size_t common = common_length(low, high);
    uint64_t a = bytes_at(low, common), b = bytes_at(high, common);
    char *probe;

    if (b <= a || b - a < 2)
        return false;
    a += (b - a) / 2;
    probe = arena_alloc(arena, common + PLACES);
    memcpy(probe, low.ptr, common);
    for (size_t i = 0; i < PLACES; i++)
        probe[common + i] = (char)(a >> (8 * (PLACES - 1 - i)));
    *ret_probe = (struct str){.ptr = probe, .len = common + PLACES};
    return true;
}

/* Digits, then letters: the order of every collation there is. Anything else counts as lowest. */
static uint64_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint64_t)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (uint64_t)(c - 'a') + 10;
    return c >= 'A' && c <= 'Z' ? (uint64_t)(c - 'A') + 10 : 0;
}

/* 10, 16 or 36: half-way between 3… and 4… is 38… among hexadecimal keys, and 3i… among words. */
static uint64_t base_of(struct str low, struct str high, size_t from)
{
    uint64_t most = 9;

    for (size_t i = from; i < low.len; i++)
        most = digit_of(low.ptr[i]) > most ? digit_of(low.ptr[i]) : most;
    for (size_t i = from; i < high.len; i++)
        most = digit_of(high.ptr[i]) > most ? digit_of(high.ptr[i]) : most;
    if (most < 10)
        return 10;
    return most < 16 ? 16 : 36;
}

/* The characters behind the common beginning, as a number. */
static uint64_t digits_at(struct str s, size_t at, uint64_t base)
{
    uint64_t value = 0;

    for (size_t i = 0; i < PLACES; i++)
        value = value * base + (at + i < s.len ? digit_of(s.ptr[at + i]) : 0);
    return value;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80 || s.ptr[i] == '\0')
            return false;
    return true;
}

/* Letters as the keys have them: a binary collation tells A from a. */
static bool has_upper(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
            return true;
    return false;
}

static bool halve_text(struct str low, struct str high, struct arena *arena, struct str *ret_probe)
{
    size_t common = common_length(low, high);
    uint64_t base = base_of(low, high, common);
    uint64_t a = digits_at(low, common, base), b = digits_at(high, common, base);
    char letter = has_upper(low) || has_upper(high) ? 'A' : 'a';
    char *probe;

    /* What is common must not end inside a character. */
    if (!is_ascii(low) || !is_ascii(high) || b <= a || b - a < 2)
        return false;
    a += (b - a) / 2;
    probe = arena_alloc(arena, common + PLACES);
    memcpy(probe, low.ptr, common);
    for (size_t i = PLACES; i-- > 0; a /= base)
        probe[common + i] = (char)(a % base < 10 ? '0' + a % base : letter + (a % base - 10));
    *ret_probe = (struct str){.ptr = probe, .len = common + PLACES};
    return true;
}

/* Character sets in which an ASCII character is its own byte. */
static bool has_ascii_bytes(struct str charset)
{
    return charset.len > 0 && !str_starts_with(charset, STR("utf16")) &&
           !str_starts_with(charset, STR("utf32")) && !str_starts_with(charset, STR("ucs2"));
}

bool split_probe(const struct source_type *type, struct str low, struct str high,
                 struct arena *arena, struct str *ret_probe)
{
    switch ((int)type->kind) {
    case SOURCE_TINYINT:
    case SOURCE_SMALLINT:
    case SOURCE_MEDIUMINT:
    case SOURCE_INT:
    case SOURCE_BIGINT:
        return halve_integers(type->is_unsigned, low, high, arena, ret_probe);
    case SOURCE_BINARY:
    case SOURCE_VARBINARY:
        return halve_bytes(low, high, arena, ret_probe);
    case SOURCE_CHAR:
    case SOURCE_VARCHAR:
        return has_ascii_bytes(type->charset) && halve_text(low, high, arena, ret_probe);
    default:
        return false;
    }
}
