/* Values for people: the keys of rows in errors and findings. */
#include "base/text.h"
#include "convert/charset.h"
#include "convert/convert.h"
#include "convert/field.h"
#include "convert/print.h"

static void add_character(uint32_t character, struct buf *text)
{
    char utf8[4];

    if (character == '"' || character == '\\')
        buf_add_char(text, '\\');
    if (character == '\n')
        buf_add_c(text, "\\n");
    else if (character == '\t')
        buf_add_c(text, "\\t");
    else if (!text_is_printable(character))
        buf_add_format(text, "\\u{%04X}", (unsigned)character);
    else
        buf_add(text, utf8, utf8_put(utf8, character));
}

static void print_text(struct str bytes, const struct charset *charset, size_t max_chars,
                       struct buf *text)
{
    static const struct charset utf8 = {.form = CHARSET_UTF8};
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    size_t left = bytes.len;

    buf_add_char(text, '"');
    for (size_t shown = 0; left > 0 && shown < max_chars; shown++) {
        uint32_t character;
        size_t size = charset_next(charset != NULL ? charset : &utf8, at, left, &character);
        if (size == 0)
            buf_add_format(text, "\\x%02x", *at);
        else
            add_character(character, text);
        size = size == 0 ? 1 : size;
        at += size;
        left -= size;
    }
    buf_add_c(text, left > 0 ? "…\"" : "\"");
}

static void print_bytes(struct str bytes, size_t max_chars, struct buf *text)
{
    size_t shown = bytes.len <= max_chars / 2 ? bytes.len : max_chars / 2;

    buf_add_c(text, "0x");
    buf_add_hex(text, str_slice(bytes, 0, shown));
    if (shown < bytes.len)
        buf_add_c(text, "…");
}

static void print_cell_bytes(const struct cell *cell, const struct source_type *type,
                             const struct charset *charset, size_t max_chars, struct buf *text)
{
    enum source_kind kind = type->kind;

    if (kind == SOURCE_DECIMAL)
        buf_add_str(text, str_slice(cell->bytes, 0, max_chars));
    else if (field_has_charset(kind) || kind == SOURCE_JSON || kind == SOURCE_UUID ||
             kind == SOURCE_INET4 || kind == SOURCE_INET6)
        print_text(cell->bytes, charset, max_chars, text);
    else
        print_bytes(cell->bytes, max_chars, text);
}

void convert_cell_print(const struct cell *cell, const struct source_type *type,
                        const struct charset *charset, size_t max_chars, struct buf *text)
{
    char number[PRINT_ROOM];
    size_t len = 0;

    switch (cell->form) {
    case CELL_NULL:
        buf_add_c(text, "NULL");
        return;
    case CELL_INT:
        len = print_signed(number, cell->integer);
        break;
    case CELL_UINT:
        len = print_unsigned(number, cell->natural);
        break;
    case CELL_FLOAT:
        len = print_float(number, cell->real);
        break;
    case CELL_DOUBLE:
        len = print_double(number, cell->real_double);
        break;
    case CELL_TIME:
        len = print_time(number, &cell->time, type);
        break;
    case CELL_BYTES:
        print_cell_bytes(cell, type, charset, max_chars, text);
        return;
    }
    buf_add(text, number, len);
}
