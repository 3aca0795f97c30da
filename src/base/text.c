#include "base/text.h"

/* The code point a lead byte begins: its bits, the length of its form and the least value there. */
static bool read_lead(unsigned char lead, uint32_t *ret_bits, size_t *ret_len, uint32_t *ret_least)
{
    if (lead >= 0xc2 && lead <= 0xdf) {
        *ret_bits = lead & 0x1fU;
        *ret_len = 2;
        *ret_least = 0x80;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        *ret_bits = lead & 0x0fU;
        *ret_len = 3;
        *ret_least = 0x800;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        *ret_bits = lead & 0x07U;
        *ret_len = 4;
        *ret_least = 0x10000;
    } else {
        return false;
    }
    return true;
}

uint32_t text_decode(struct str s, size_t at, size_t *ret_len)
{
    unsigned char lead = (unsigned char)s.ptr[at];
    uint32_t code_point, least;
    size_t len;

    *ret_len = 1;
    if (lead < 0x80)
        return lead;
    if (!read_lead(lead, &code_point, &len, &least) || s.len - at < len)
        return TEXT_INVALID;
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[at + i];

        if ((next & 0xc0) != 0x80)
            return TEXT_INVALID;
        code_point = code_point << 6 | (next & 0x3fU);
    }
    if (code_point < least || code_point > 0x10ffff ||
        (code_point >= 0xd800 && code_point <= 0xdfff))
        return TEXT_INVALID;
    *ret_len = len;
    return code_point;
}

bool text_is_printable(uint32_t code_point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1f},           {0x7f, 0x9f},       /* C0, DEL, C1: terminals obey some of them */
        {0xad, 0xad},           {0x61c, 0x61c},     /* soft hyphen, Arabic letter mark */
        {0x180e, 0x180e},       {0x200b, 0x200f},   /* zero-width characters and direction marks */
        {0x2028, 0x202e},       {0x2060, 0x206f},   /* line ends, overrides, isolates */
        {0xfeff, 0xfeff},       {0xfff9, 0xfffb},   /* byte order mark, annotations */
        {0xfffe, 0xffff},       {0xe0000, 0xe007f}, /* no characters, invisible tags */
        {0x110000, UINT32_MAX},
    };

    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        if (code_point >= hidden[i].first && code_point <= hidden[i].last)
            return false;
    return true;
}

/* How an unprintable character is written; at most 11 bytes. */
static size_t escape(uint32_t code_point, unsigned char byte, char ret_text[12])
{
    int len;

    if (code_point == '\n' || code_point == '\t' || code_point == '\r')
        len = snprintf(ret_text, 12, "\\%c",
                       code_point == '\n' ? 'n' : (code_point == '\t' ? 't' : 'r'));
    else if (code_point == TEXT_INVALID || code_point < 0x80)
        len = snprintf(ret_text, 12, "\\x%02x", (unsigned)byte);
    else
        len = snprintf(ret_text, 12, "\\u{%X}", (unsigned)code_point);
    return (size_t)len;
}

void text_add_printable(struct buf *buf, struct str s)
{
    size_t len;

    for (size_t at = 0; at < s.len; at += len) {
        uint32_t code_point = text_decode(s, at, &len);
        char escaped[12];

        if (text_is_printable(code_point))
            buf_add(buf, s.ptr + at, len);
        else
            buf_add(buf, escaped, escape(code_point, (unsigned char)s.ptr[at], escaped));
    }
}

/* The blocks that terminals draw two columns wide, and those drawn over the one before. */
static size_t width_of(uint32_t code_point)
{
    static const struct {
        uint32_t first, last;
        size_t width;
    } blocks[] = {
        {0x300, 0x36f, 0},     {0x200c, 0x200d, 0},   {0x20d0, 0x20ff, 0},   {0xfe00, 0xfe0f, 0},
        {0x1100, 0x115f, 2},   {0x2e80, 0x303e, 2},   {0x3041, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
        {0xf900, 0xfaff, 2},   {0xfe30, 0xfe4f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };

    for (size_t i = 0; i < COUNT_OF(blocks); i++)
        if (code_point >= blocks[i].first && code_point <= blocks[i].last)
            return blocks[i].width;
    return 1;
}

size_t text_width(struct str s)
{
    size_t width = 0;
    size_t len;

    for (size_t at = 0; at < s.len; at += len) {
        uint32_t code_point = text_decode(s, at, &len);
        char escaped[12];

        if (text_is_printable(code_point))
            width += width_of(code_point);
        else
            width += escape(code_point, (unsigned char)s.ptr[at], escaped);
    }
    return width;
}

/* Outside the BMP JSON wants a pair of surrogates. */
static void add_json_escape(struct buf *buf, uint32_t code_point)
{
    if (code_point == '\n') {
        buf_add_c(buf, "\\n");
    } else if (code_point == '\t') {
        buf_add_c(buf, "\\t");
    } else if (code_point < 0x10000) {
        buf_add_format(buf, "\\u%04x", (unsigned)code_point);
    } else {
        code_point -= 0x10000;
        buf_add_format(buf, "\\u%04x\\u%04x", (unsigned)(0xd800 | code_point >> 10),
                       (unsigned)(0xdc00 | (code_point & 0x3ff)));
    }
}

void text_add_json(struct buf *buf, struct str s)
{
    size_t len;

    buf_add_char(buf, '"');
    for (size_t at = 0; at < s.len; at += len) {
        uint32_t code_point = text_decode(s, at, &len);

        if (code_point == TEXT_INVALID)
            buf_add_c(buf, "\xef\xbf\xbd");
        else if (code_point == '"' || code_point == '\\')
            buf_add_format(buf, "\\%c", (char)code_point);
        else if (text_is_printable(code_point))
            buf_add(buf, s.ptr + at, len);
        else
            add_json_escape(buf, code_point);
    }
    buf_add_char(buf, '"');
}

struct str text_cut(struct str s, size_t max_bytes)
{
    size_t end = max_bytes;

    if (s.len <= max_bytes)
        return s;
    /* Back over at most three bytes that continue a character; more would not be UTF-8 anyway. */
    while (end > 0 && max_bytes - end < 3 && ((unsigned char)s.ptr[end] & 0xc0) == 0x80)
        end--;
    return str_slice(s, 0, end);
}
