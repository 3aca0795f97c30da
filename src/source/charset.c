/*
 * Character sets as the source itself reads them: its own conversion to UTF-8 of every one- and
 * two-byte sequence.
 */
#include "source/session_internal.h"

#include "base/limits.h"
#include "base/text.h"

#define PAIRS 65536
#define LEAD_FIRST 0x80
#define REPLACEMENT 0xfffd

static const struct {
    const char *name;
    enum charset_form form;
} forms[] = {
    {"utf8", CHARSET_UTF8},       {"utf8mb3", CHARSET_UTF8},   {"utf8mb4", CHARSET_UTF8},
    {"binary", CHARSET_BINARY},   {"utf16", CHARSET_UTF16},    {"utf16le", CHARSET_UTF16LE},
    {"ucs2", CHARSET_UCS2},       {"utf32", CHARSET_UTF32},    {"big5", CHARSET_DOUBLE},
    {"cp932", CHARSET_DOUBLE},    {"euckr", CHARSET_DOUBLE},   {"gb2312", CHARSET_DOUBLE},
    {"gbk", CHARSET_DOUBLE},      {"sjis", CHARSET_DOUBLE},    {"armscii8", CHARSET_SINGLE},
    {"ascii", CHARSET_SINGLE},    {"cp1250", CHARSET_SINGLE},  {"cp1251", CHARSET_SINGLE},
    {"cp1256", CHARSET_SINGLE},   {"cp1257", CHARSET_SINGLE},  {"cp850", CHARSET_SINGLE},
    {"cp852", CHARSET_SINGLE},    {"cp866", CHARSET_SINGLE},   {"dec8", CHARSET_SINGLE},
    {"geostd8", CHARSET_SINGLE},  {"greek", CHARSET_SINGLE},   {"hebrew", CHARSET_SINGLE},
    {"hp8", CHARSET_SINGLE},      {"keybcs2", CHARSET_SINGLE}, {"koi8r", CHARSET_SINGLE},
    {"koi8u", CHARSET_SINGLE},    {"latin1", CHARSET_SINGLE},  {"latin2", CHARSET_SINGLE},
    {"latin5", CHARSET_SINGLE},   {"latin7", CHARSET_SINGLE},  {"macce", CHARSET_SINGLE},
    {"macroman", CHARSET_SINGLE}, {"swe7", CHARSET_SINGLE},    {"tis620", CHARSET_SINGLE},
};

/* Three- and four-byte sets (ujis, eucjpms, gb18030) have no form here. */
static enum charset_form form_of(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_equal_nocase(name, str_of(forms[i].name)))
            return forms[i].form;
    return CHARSET_UNKNOWN;
}

/*
 * The one code point that the server made of a sequence. Nothing, or several, means that the bytes
 * are no character; U+FFFD is what some of its tables hold for that.
 */
static uint32_t code_point(struct str text)
{
    uint32_t found;
    size_t len;

    if (text.len == 0)
        return CHARSET_INVALID;
    found = text_decode(text, 0, &len);
    if (found == TEXT_INVALID || found == REPLACEMENT || len != text.len)
        return CHARSET_INVALID;
    return found;
}

/*
 * Numbers 0 … 255 or 0 … 65535 as bytes of the character set. A sequence counts when the server
 * calls it well formed, that is when it is not replaced by '?' on its way to UTF-8. It is named by
 * its digits: MySQL 9.7 converts in place, and shows the bytes themselves as already converted.
 */
static struct error *compose(struct buf *sql, struct str name, bool pairs)
{
    buf_add_c(sql, "SELECT digits, CONVERT(CONVERT(UNHEX(digits) USING ");
    source_quote_ident(sql, name);
    buf_add_c(sql, ") USING utf8mb4) FROM (SELECT ");
    buf_add_c(sql, pairs ? "CONCAT(h.d, l.d)" : "l.d");
    buf_add_c(sql, " AS digits FROM ");
    for (int which = pairs ? 0 : 1; which < 2; which++) {
        buf_add_c(sql, which == 1 && pairs ? " CROSS JOIN (" : "(");
        for (unsigned byte = which == 0 ? LEAD_FIRST : 0; byte < 256; byte++)
            buf_add_format(sql, "%sSELECT '%02X' AS d",
                           byte == (which == 0 ? LEAD_FIRST : 0) ? "" : " UNION ALL ", byte);
        buf_add_c(sql, which == 0 ? ") AS h" : ") AS l");
    }
    buf_add_c(sql, ") AS sequences");
    return buf_error(sql);
}

static struct error *read_table(struct source_session *session, struct str name, bool pairs,
                                uint32_t *table)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    TRY(compose(&sql, name, pairs));
    TRY(session_rows_open(session, buf_str(&sql), &rows));
    for (;;) {
        char digits[5];
        struct str sequence;

        TRY(session_rows_next(&rows, &more));
        if (!more)
            return NULL;
        sequence = rows.cells[0];
        if (sequence.len != (pairs ? 4 : 2))
            return error_new(PGC_INTERNAL, "the source named a sequence of bytes by %zu digits",
                             sequence.len);
        memcpy(digits, sequence.ptr, sequence.len);
        digits[sequence.len] = '\0';
        table[strtoul(digits, NULL, 16)] = code_point(rows.cells[1]);
    }
}

/* A '?' is a question mark only where the sequence is the set's own question mark. */
static void drop_replacements(uint32_t *table, size_t first, size_t count)
{
    for (size_t i = first; i < count; i++)
        if (table[i] == '?')
            table[i] = CHARSET_INVALID;
}

/* What begins with a byte that is a character by itself is two characters, whatever came back. */
static void drop_split_pairs(uint32_t *pairs, const uint32_t *single)
{
    for (size_t i = 0; i < PAIRS; i++)
        if (single[i >> 8] != CHARSET_INVALID)
            pairs[i] = CHARSET_INVALID;
}

struct error *source_read_charset(struct source_session *session, struct str name,
                                  struct arena *arena, struct charset *ret_charset)
{
    struct charset charset = {.name = arena_str(arena, name), .form = form_of(name)};

    if (charset.form == CHARSET_SINGLE || charset.form == CHARSET_DOUBLE) {
        charset.single = ARENA_ARRAY(arena, 256, uint32_t);
        for (size_t i = 0; i < 256; i++)
            charset.single[i] = CHARSET_INVALID;
        TRY(session_set_results(session, RESULTS_TEXT));
        TRY_DOING(read_table(session, name, false, charset.single),
                  "read the character set " STR_FMT, STR_ARG(name));
        drop_replacements(charset.single, LEAD_FIRST, 256);
    }
    if (charset.form == CHARSET_DOUBLE) {
        charset.pairs = ARENA_ARRAY(arena, PAIRS, uint32_t);
        for (size_t i = 0; i < PAIRS; i++)
            charset.pairs[i] = CHARSET_INVALID;
        TRY_DOING(read_table(session, name, true, charset.pairs), "read the character set " STR_FMT,
                  STR_ARG(name));
        drop_replacements(charset.pairs, 0, PAIRS);
        drop_split_pairs(charset.pairs, charset.single);
    }
    *ret_charset = charset;
    return NULL;
}
