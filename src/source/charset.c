/*
 * Character sets as the source itself reads them: its own conversion to UTF-8 of every sequence of
 * bytes that can be a character.
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
    {"ujis", CHARSET_EUC},        {"eucjpms", CHARSET_EUC},    {"gb18030", CHARSET_GB18030},
};

static enum charset_form form_of(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_equal_nocase(name, str_of(forms[i].name)))
            return forms[i].form;
    return CHARSET_UNKNOWN;
}

/*
 * The one code point that the server made of a sequence. Nothing, or several, means that the bytes
 * are no character; U+FFFD is what some of its tables hold for that, and in GB18030 a character.
 */
static uint32_t code_point(struct str text, bool has_replacement)
{
    uint32_t found;
    size_t len;

    if (text.len == 0)
        return CHARSET_INVALID;
    found = text_decode(text, 0, &len);
    if (found == TEXT_INVALID || (found == REPLACEMENT && !has_replacement) || len != text.len)
        return CHARSET_INVALID;
    return found;
}

/* The bytes that stand in one place of a sequence: first, first + step … up to last. */
struct byte_range {
    unsigned first, last, step;
};

#define LONGEST_SEQUENCE 4

static const struct byte_range single_bytes[] = {{0, 0xff, 1}};
static const struct byte_range pair_bytes[] = {{LEAD_FIRST, 0xff, 1}, {0, 0xff, 1}};
static const struct byte_range euc_bytes[] = {
    {CHARSET_EUC_LEAD, CHARSET_EUC_LEAD, 1}, {0x80, 0xff, 1}, {0x80, 0xff, 1}};
static const struct byte_range quad_bytes[] = {
    {0x81, 0x84, 1}, {0x30, 0x39, 1}, {0x81, 0xfe, 1}, {0x30, 0x39, 1}};
/* Of the others, which follow a rule, some of every part. */
static const struct byte_range quad_probes[] = {
    {0x85, 0xfe, 1}, {0x30, 0x39, 1}, {0x81, 0xfe, 25}, {0x30, 0x39, 9}};

/*
 * Every sequence of these bytes, and what the server makes of it. One counts when the server calls
 * it well formed, that is when it is not replaced by '?' on its way to UTF-8. It is named by its
 * digits: MySQL 9.7 converts in place, and shows the bytes themselves as already converted.
 */
static struct error *compose(struct buf *sql, struct str name, const struct byte_range *ranges,
                             size_t count)
{
    buf_add_c(sql, "SELECT digits, CONVERT(CONVERT(UNHEX(digits) USING ");
    source_quote_ident(sql, name);
    buf_add_c(sql, ") USING utf8mb4) FROM (SELECT CONCAT(");
    for (size_t i = 0; i < count; i++)
        buf_add_format(sql, "%sb%zu.d", i > 0 ? ", " : "", i);
    buf_add_c(sql, ") AS digits FROM ");
    for (size_t i = 0; i < count; i++) {
        const struct byte_range *range = &ranges[i];
        buf_add_c(sql, i > 0 ? " CROSS JOIN (" : "(");
        for (unsigned byte = range->first; byte <= range->last; byte += range->step)
            buf_add_format(sql, "%sSELECT '%02X' AS d", byte > range->first ? " UNION ALL " : "",
                           byte);
        buf_add_format(sql, ") AS b%zu", i);
    }
    buf_add_c(sql, ") AS sequences");
    return buf_error(sql);
}

/* The place in its table of a sequence of so many bytes. */
static size_t place_of(const unsigned char bytes[LONGEST_SEQUENCE], size_t count)
{
    if (count == 1)
        return bytes[0];
    if (count == LONGEST_SEQUENCE)
        return charset_quad(bytes);
    return (size_t)bytes[count - 2] << 8 | bytes[count - 1];
}

static struct error *read_sequence(struct str digits, size_t count,
                                   unsigned char ret_bytes[LONGEST_SEQUENCE])
{
    char byte[3] = {0};

    if (digits.len != 2 * count)
        return error_new(PGC_INTERNAL, "the source named a sequence of bytes by %zu digits",
                         digits.len);
    for (size_t i = 0; i < count; i++) {
        memcpy(byte, digits.ptr + 2 * i, 2);
        ret_bytes[i] = (unsigned char)strtoul(byte, NULL, 16);
    }
    return NULL;
}

/* Into a table; without one, against the rule for what no table holds. */
static struct error *read_table(struct source_session *session, struct str name,
                                const struct byte_range *ranges, size_t count, uint32_t *table)
{
    CLEANUP(buf_free) struct buf sql = BUF_INIT(LIMIT_SQL_TEXT, "LIMIT_SQL_TEXT");
    CLEANUP(session_rows_done) struct session_rows rows = {0};
    bool more;

    TRY(compose(&sql, name, ranges, count));
    TRY(session_rows_open(session, buf_str(&sql), &rows));
    for (;;) {
        unsigned char bytes[LONGEST_SEQUENCE] = {0};

        TRY(session_rows_next(&rows, &more));
        if (!more)
            return NULL;
        TRY(read_sequence(rows.cells[0], count, bytes));
        uint32_t found = code_point(rows.cells[1], count == LONGEST_SEQUENCE);
        size_t place = place_of(bytes, count);
        if (table != NULL)
            table[place] = found;
        else if ((found == '?' ? CHARSET_INVALID : found) != charset_quad_beyond((uint32_t)place))
            return error_new(PGC_SOURCE_UNSUPPORTED,
                             "the server reads the bytes " STR_FMT " of " STR_FMT
                             " otherwise than the standard",
                             STR_ARG(rows.cells[0]), STR_ARG(name));
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

static uint32_t *new_table(struct arena *arena, size_t count)
{
    uint32_t *table = ARENA_ARRAY(arena, count, uint32_t);

    for (size_t i = 0; i < count; i++)
        table[i] = CHARSET_INVALID;
    return table;
}

/* Characters of three or four bytes. */
static struct error *read_longer(struct source_session *session, struct arena *arena,
                                 struct charset *charset)
{
    struct str name = charset->name;
    size_t count = charset->form == CHARSET_EUC ? PAIRS : CHARSET_QUADS;

    charset->longer = new_table(arena, count);
    if (charset->form == CHARSET_EUC) {
        TRY(read_table(session, name, euc_bytes, COUNT_OF(euc_bytes), charset->longer));
    } else {
        TRY(read_table(session, name, quad_bytes, COUNT_OF(quad_bytes), charset->longer));
        TRY(read_table(session, name, quad_probes, COUNT_OF(quad_probes), NULL));
    }
    drop_replacements(charset->longer, 0, count);
    return NULL;
}

static struct error *read_tables(struct source_session *session, struct arena *arena,
                                 struct charset *charset)
{
    struct str name = charset->name;

    charset->single = new_table(arena, 256);
    TRY(session_set_results(session, RESULTS_TEXT));
    TRY(read_table(session, name, single_bytes, COUNT_OF(single_bytes), charset->single));
    drop_replacements(charset->single, LEAD_FIRST, 256);
    if (charset->form == CHARSET_SINGLE)
        return NULL;
    charset->pairs = new_table(arena, PAIRS);
    TRY(read_table(session, name, pair_bytes, COUNT_OF(pair_bytes), charset->pairs));
    drop_replacements(charset->pairs, 0, PAIRS);
    drop_split_pairs(charset->pairs, charset->single);
    return charset->form == CHARSET_DOUBLE ? NULL : read_longer(session, arena, charset);
}

struct error *source_read_charset(struct source_session *session, struct str name,
                                  struct arena *arena, struct charset *ret_charset)
{
    struct charset charset = {.name = arena_str(arena, name), .form = form_of(name)};

    if (charset.form == CHARSET_SINGLE || charset.form == CHARSET_DOUBLE ||
        charset.form == CHARSET_EUC || charset.form == CHARSET_GB18030)
        TRY_DOING(read_tables(session, arena, &charset), "read the character set " STR_FMT,
                  STR_ARG(name));
    *ret_charset = charset;
    return NULL;
}
