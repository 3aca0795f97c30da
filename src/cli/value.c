#include "cli/value.h"

#include <string.h>

#define NAME_MAX_COMPARED 48

static const struct {
    struct str name;
    uint64_t ms;
} units[] = {
    /* From the largest down, as they must follow one another. "ms" stands before "m" and "s". */
    {{"d", 1}, 86400000}, {{"h", 1}, 3600000}, {{"ms", 2}, 1}, {{"m", 1}, 60000}, {{"s", 1}, 1000},
};

/* Takes "<digits><unit>" off the front; `*allowed_ms` is the unit that the next must be below. */
static bool take_duration_part(struct str *text, uint64_t *allowed_ms, uint64_t *total_ms)
{
    size_t digits = 0;
    uint64_t number, part;

    while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9')
        digits++;
    if (digits == 0 || !str_to_u64(str_slice(*text, 0, digits), &number))
        return false;
    *text = str_slice(*text, digits, text->len);
    for (size_t u = 0; u < COUNT_OF(units); u++) {
        if (!str_starts_with(*text, units[u].name))
            continue;
        if (units[u].ms >= *allowed_ms || __builtin_mul_overflow(number, units[u].ms, &part) ||
            __builtin_add_overflow(*total_ms, part, total_ms))
            return false;
        *allowed_ms = units[u].ms;
        *text = str_slice(*text, units[u].name.len, text->len);
        return true;
    }
    return false;
}

bool value_duration(struct str text, uint64_t *ret_ms)
{
    uint64_t total_ms = 0, allowed_ms = UINT64_MAX;

    if (str_to_u64(text, &total_ms))
        return !__builtin_mul_overflow(total_ms, 1000, ret_ms);
    total_ms = 0;
    do {
        if (!take_duration_part(&text, &allowed_ms, &total_ms))
            return false;
    } while (text.len > 0);
    *ret_ms = total_ms;
    return true;
}

void value_print_duration(uint64_t ms, struct buf *text)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } order[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

    if (ms == 0) {
        buf_add_c(text, "0s");
        return;
    }
    for (size_t u = 0; u < COUNT_OF(order); u++) {
        if (ms / order[u].ms > 0)
            buf_add_format(text, "%llu%s", (unsigned long long)(ms / order[u].ms), order[u].name);
        ms %= order[u].ms;
    }
}

bool value_flag(struct str text, bool *ret_flag)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};

    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        if (str_equal_nocase(text, str_of(yes[i])) || str_equal_nocase(text, str_of(no[i]))) {
            *ret_flag = str_equal_nocase(text, str_of(yes[i]));
            return true;
        }
    }
    return false;
}

/* ---- misspelt names -------------------------------------------------------------------------- */

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours; one each. */
static size_t edit_distance(struct str a, struct str b)
{
    size_t rows[3][NAME_MAX_COMPARED + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            now[j] = min_of(min_of(last[j], now[j - 1]) + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                now[j] = min_of(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.len];
}

const char *value_nearest(struct str word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;

    if (word.len == 0 || word.len > NAME_MAX_COMPARED)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct str candidate = str_of(candidates[i]);
        if (candidate.len > NAME_MAX_COMPARED)
            continue;
        size_t distance = edit_distance(word, candidate);
        /* An abbreviation of three letters is as good as one wrong letter. */
        if (distance > 1 && word.len >= 3 && str_starts_with(candidate, word))
            distance = 1;
        if (distance < least && distance <= 1 + candidate.len / 4) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* ---- passwords in connection strings --------------------------------------------------------- */

static size_t find_last(struct str text, char byte)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] == byte)
            return i - 1;
    }
    return text.len;
}

/* Where the query begins: the last '?', when key=value follows it; else the text's end. */
static size_t find_query(struct str text)
{
    size_t mark = find_last(text, '?');

    return str_find(text, '=', mark) < str_find(text, '@', mark) || mark == text.len ? mark
                                                                                     : text.len;
}

/*
 * user:PASSWORD@ of scheme://… and of Go's user:PASSWORD@tcp(…). People leave '/', '?' and '@' in
 * passwords unescaped, so the end is the last '@' before the query.
 */
static bool find_in_authority(struct str text, size_t *ret_begin, size_t *ret_end)
{
    size_t scheme = str_search(text, STR("://"));
    size_t begin = scheme <= text.len ? scheme + 3 : 0;
    size_t query = find_query(text);
    size_t at = find_last(str_slice(text, 0, query), '@');
    size_t colon = str_find(text, ':', begin);

    if (at >= query || colon >= at)
        return false;
    /* host=a:b user=c@d is a keyword string, not a user with a password. */
    if (begin == 0 && str_find(str_slice(text, 0, colon), '=', 0) < colon)
        return false;
    *ret_begin = colon + 1;
    *ret_end = at;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The end of the value that begins at `at`, quoted as libpq does it, or up to '&' or a space. */
static size_t value_end(struct str text, size_t at)
{
    if (at < text.len && text.ptr[at] == '\'') {
        for (at++; at < text.len && text.ptr[at] != '\''; at++) {
            if (text.ptr[at] == '\\' && at + 1 < text.len)
                at++;
        }
        return at;
    }
    while (at < text.len && text.ptr[at] != '&' && !is_space(text.ptr[at]))
        at += text.ptr[at] == '\\' && at + 1 < text.len ? 2 : 1;
    return at;
}

/* password=…, sslpassword = '…', passwd=… */
static bool find_pair(struct str text, size_t from, size_t *ret_begin, size_t *ret_end)
{
    static const struct str keys[] = {{"password", 8}, {"passwd", 6}, {"pwd", 3}};

    for (size_t at = from; at < text.len; at++) {
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            size_t value = at + keys[k].len;
            if (!str_equal_nocase(str_slice(text, at, value), keys[k]))
                continue;
            while (value < text.len && is_space(text.ptr[value]))
                value++;
            if (value >= text.len || text.ptr[value] != '=')
                continue;
            do
                value++;
            while (value < text.len && is_space(text.ptr[value]));
            *ret_begin = value;
            *ret_end = value_end(text, value);
            if (*ret_end > *ret_begin)
                return true;
        }
    }
    return false;
}

bool value_find_password(struct str text, size_t from, size_t *ret_begin, size_t *ret_end)
{
    size_t begin, end;

    if (find_in_authority(text, &begin, &end) && begin >= from && end > begin) {
        *ret_begin = begin;
        *ret_end = end;
        return true;
    }
    return find_pair(text, from, ret_begin, ret_end);
}

void value_wipe_passwords(char *text)
{
    struct str all = str_of(text);
    size_t begin, end;

    for (size_t from = 0; value_find_password(all, from, &begin, &end); from = end)
        memset(text + begin, 'x', end - begin);
}

void value_print_safe(struct str text, struct buf *out)
{
    size_t begin, end, from = 0;

    while (value_find_password(text, from, &begin, &end)) {
        buf_add_str(out, str_slice(text, from, begin));
        buf_add_c(out, "***");
        from = end;
    }
    buf_add_str(out, str_slice(text, from, text.len));
}
