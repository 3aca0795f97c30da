/*
 * Text of every form of character set, the first byte choosing it, into text, varchar(3), text[]
 * and onto the terminal: what is taken is UTF-8 without NUL.
 */
#include "convert/utf8.h"
#include "fuzz_convert.h"

static uint32_t single[256], lead[256], pairs[65536], quads[CHARSET_QUADS];

static void fill_tables(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        single[i] = i % 16 == 1 ? CHARSET_INVALID : i < 0x80 ? i : i * 40;
        lead[i] = i < 0x80 ? i : CHARSET_INVALID;
    }
    for (uint32_t i = 0x8000; i < 65536; i++)
        pairs[i] = i % 7 == 0 ? CHARSET_INVALID : i % 11 == 0 ? 0x20000 + i : i;
    for (uint32_t i = 0; i < CHARSET_QUADS; i++)
        quads[i] = i % 5 == 0 ? CHARSET_INVALID : 0x80 + i % 0xd000;
}

static void check_array(struct str field)
{
    PROMISE(field.len >= 12 && fuzz_u32(field, 4) == 0 && fuzz_u32(field, 8) == 25);
    if (fuzz_u32(field, 0) == 0) {
        PROMISE(field.len == 12);
        return;
    }
    PROMISE(field.len >= 20 && fuzz_u32(field, 0) == 1 && fuzz_u32(field, 16) == 1);
    size_t at = 20;
    for (uint32_t i = fuzz_u32(field, 12); i > 0; i--) {
        PROMISE(field.len - at >= 4 && field.len - at - 4 >= fuzz_u32(field, at));
        at += 4 + fuzz_u32(field, at);
    }
    PROMISE(at == field.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct target_type text = {.kind = TARGET_TEXT},
                                    three = {.kind = TARGET_VARCHAR, .length = 3},
                                    array = {.kind = TARGET_TEXT_ARRAY};
    static const struct charset charsets[] = {
        {.form = CHARSET_UTF8},
        {.form = CHARSET_SINGLE, .single = single},
        {.form = CHARSET_DOUBLE, .single = lead, .pairs = pairs},
        {.form = CHARSET_UTF16},
        {.form = CHARSET_UTF16LE},
        {.form = CHARSET_UCS2},
        {.form = CHARSET_UTF32},
        {.form = CHARSET_EUC, .single = lead, .pairs = pairs, .longer = pairs},
        {.form = CHARSET_GB18030, .single = lead, .pairs = pairs, .longer = quads},
    };
    struct source_type source = {.kind = SOURCE_SET, .text = STR("set(…)")};
    struct convert_column column = {.source = &source, .object = STR("d.t.c")};
    struct buf out = BUF_INIT(1 << 22, "fuzz"), shown = BUF_INIT(1 << 22, "fuzz");
    size_t chars, bad_at;

    if (size == 0)
        return 0;
    fill_tables();
    char *memory = NULL;
    struct str bytes = fuzz_copy(data, size, 1, &memory), field;
    struct cell cell = {.form = CELL_BYTES, .bytes = bytes};
    column.charset = &charsets[data[0] % COUNT_OF(charsets)];

    column.target = &text;
    bool good = fuzz_value(&column, cell, &out, &field);
    if (good)
        PROMISE(utf8_check(field.ptr, field.len, &chars, &bad_at) == UTF8_GOOD);
    column.target = &three;
    PROMISE(fuzz_value(&column, cell, &out, &field) == (good && chars <= 3));
    column.target = &array;
    if (fuzz_value(&column, cell, &out, &field)) {
        PROMISE(good);
        check_array(field);
    }
    convert_cell_print(&cell, &source, column.charset, 20, &shown);
    PROMISE(utf8_check(shown.ptr, shown.len, &chars, &bad_at) == UTF8_GOOD);
    free(memory);
    buf_free(&out);
    buf_free(&shown);
    return 0;
}
