/*
 * Key bounds on their way into a bytea[] and back. The binary form of an array is that of
 * PostgreSQL's array_recv(): dimensions, a NULL flag, the element type, length and first index of
 * each dimension, then each element with its length.
 */
#include "base/bytes.h"
#include "ledger/ledger_internal.h"

#define BYTEA_OID 17

static void add_u32(struct buf *bytes, size_t value)
{
    char word[4];

    bytes_put_u32(word, (uint32_t)value);
    buf_add(bytes, word, sizeof word);
}

void bounds_add_binary(struct buf *bytes, const struct key_bound *bound)
{
    size_t size = 20;

    if (bound->value_count == 0) {
        add_u32(bytes, UINT32_MAX); /* NULL */
        return;
    }
    for (size_t i = 0; i < bound->value_count; i++)
        size += 4 + bound->values[i].len;
    add_u32(bytes, size);
    add_u32(bytes, 1); /* one dimension */
    add_u32(bytes, 0); /* no NULL in it */
    add_u32(bytes, BYTEA_OID);
    add_u32(bytes, bound->value_count);
    add_u32(bytes, 1); /* the first index */
    for (size_t i = 0; i < bound->value_count; i++) {
        add_u32(bytes, bound->values[i].len);
        buf_add_str(bytes, bound->values[i]);
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_value(struct str hex, struct arena *arena, struct str *ret_value)
{
    char *bytes = arena_alloc(arena, hex.len / 2 + 1);

    if (hex.len % 2 != 0)
        return false;
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = digit(hex.ptr[i]), low = digit(hex.ptr[i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    *ret_value = (struct str){.ptr = bytes, .len = hex.len / 2};
    return true;
}

bool bounds_parse(struct str text, struct arena *arena, struct key_bound *ret_bound)
{
    static const char opening[] = "\"\\\\x"; /* quote, two backslashes, x */
    struct key_bound bound = {0};
    size_t at = 1, count = 1, skip = sizeof opening - 1;

    if (text.ptr == NULL) {
        *ret_bound = bound;
        return true;
    }
    if (text.len < 2 || text.ptr[0] != '{' || text.ptr[text.len - 1] != '}')
        return false;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == ',';
    bound.values = ARENA_ARRAY(arena, count, struct str);
    while (bound.value_count < count) {
        struct str rest = str_slice(text, at, text.len - 1);
        size_t end = str_find(rest, '"', 1);

        if (!str_starts_with(rest, (struct str){.ptr = opening, .len = skip}) || end >= rest.len ||
            !parse_value(str_slice(rest, skip, end), arena, &bound.values[bound.value_count]))
            return false;
        bound.value_count++;
        at += end + 1;
        if (bound.value_count < count && (at >= text.len || text.ptr[at++] != ','))
            return false;
    }
    if (at != text.len - 1)
        return false;
    *ret_bound = bound;
    return true;
}
