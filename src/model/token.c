#include "model/token.h"

#include <inttypes.h>

static bool both_given(struct str a, struct str b)
{
    return a.len > 0 && b.len > 0;
}

enum token_verdict source_token_compare(const struct source_token *a, const struct source_token *b)
{
    bool gtid = both_given(a->gtid_set, b->gtid_set);
    bool binlog = both_given(a->binlog, b->binlog);

    if (!str_equal(a->server, b->server))
        return TOKEN_OTHER_SERVER;
    if (gtid && !str_equal(a->gtid_set, b->gtid_set))
        return TOKEN_MOVED;
    if (binlog && !str_equal(a->binlog, b->binlog))
        return TOKEN_MOVED;
    /* Equal logs are not enough where the LSN is known: sql_log_bin=0 writes move the LSN alone. */
    if (a->lsn != 0 && b->lsn != 0)
        return a->lsn == b->lsn ? TOKEN_SAME : TOKEN_LSN_MOVED;
    return gtid || binlog ? TOKEN_SAME : TOKEN_UNKNOWN;
}

/* '|' parts the token, '%' begins an escape; GTID sets hold line ends. */
static void print_part(struct str part, struct buf *text)
{
    for (size_t i = 0; i < part.len; i++) {
        unsigned char byte = (unsigned char)part.ptr[i];

        if (byte <= ' ' || byte == '|' || byte == '%' || byte >= 0x7f)
            buf_add_format(text, "%%%02X", (unsigned)byte);
        else
            buf_add_char(text, (char)byte);
    }
}

void source_token_print(const struct source_token *token, struct buf *text)
{
    print_part(token->server, text);
    buf_add_char(text, '|');
    print_part(token->gtid_set, text);
    buf_add_char(text, '|');
    print_part(token->binlog, text);
    buf_add_format(text, "|%" PRIu64, token->lsn);
    if (token->time_s != 0 || token->transactions != 0 || token->statements != 0)
        buf_add_format(text, "|%" PRIu64 "|%" PRIu64 "|%" PRIu64, token->time_s,
                       token->transactions, token->statements);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_part(struct str part, struct arena *arena, struct str *ret_text)
{
    char *text = arena_alloc(arena, part.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < part.len; i++) {
        int high, low;

        if (part.ptr[i] != '%') {
            text[len++] = part.ptr[i];
            continue;
        }
        if (part.len - i < 3)
            return false;
        high = hex_digit(part.ptr[i + 1]);
        low = hex_digit(part.ptr[i + 2]);
        if (high < 0 || low < 0)
            return false;
        text[len++] = (char)(high << 4 | low);
        i += 2;
    }
    *ret_text = (struct str){.ptr = text, .len = len};
    return true;
}

bool source_token_parse(struct str text, struct arena *arena, struct source_token *ret_token)
{
    struct source_token token = {0};
    struct str *parts[] = {&token.server, &token.gtid_set, &token.binlog};
    uint64_t *numbers[] = {&token.lsn, &token.time_s, &token.transactions, &token.statements};
    size_t from = 0;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t bar = str_find(text, '|', from);

        if (bar == text.len || !parse_part(str_slice(text, from, bar), arena, parts[i]))
            return false;
        from = bar + 1;
    }
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        size_t bar = str_find(text, '|', from);

        if (!str_to_u64(str_slice(text, from, bar), numbers[i]))
            return false;
        if (bar == text.len && (i == 0 || i + 1 == COUNT_OF(numbers)))
            break;
        if (bar == text.len || i + 1 == COUNT_OF(numbers))
            return false;
        from = bar + 1;
    }
    *ret_token = token;
    return true;
}
